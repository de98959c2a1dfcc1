"""Which set of official forms a paper is printed by, and what it then says."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from services.dossier.domain.legal_sets import Form, LegalSet, LegalSets
from services.dossier.domain.papers import PaperKind
from services.dossier.store.legal_sets import read_legal_sets
from services.dossier.store.press import TypstPress

SETS = read_legal_sets()
WORDS = (
    "agency one_stop number issued_at dossier_code owner address phone email procedure reason legal_basis"
    " officer"
)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (datetime(2025, 9, 14, 16, 59, tzinfo=UTC), "2018"),
        (datetime(2025, 9, 14, 17, 0, tzinfo=UTC), "2025"),
        (datetime(2026, 3, 3, tzinfo=UTC), "2025"),
        (datetime(2017, 1, 1, tzinfo=UTC), "2018"),
    ],
    ids=["the last minute in Vietnam", "the first minute in Vietnam", "long after", "before any set"],
)
def test_the_set_in_force_at_the_moment_counts(at: datetime, code: str) -> None:
    assert SETS.on(at).code == code


def test_every_paper_has_its_form_in_every_set() -> None:
    for code in ("2018", "2025"):
        assert {kind.value for kind in PaperKind} <= set(SETS.named(code).forms)


def printed(kind: PaperKind, code: str, **more: Any) -> str:
    """Return the text of a paper printed by a set."""
    content = dict.fromkeys(WORDS.split(), "Hồ sơ") | more
    pdf = TypstPress().paper(kind, content, SETS.named(code))
    return PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_an_apology_has_another_name_in_each_set() -> None:
    old, new = printed(PaperKind.APOLOGY, "2018"), printed(PaperKind.APOLOGY, "2025")
    assert "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ" in old
    assert "Mẫu số 04 (TT 01/2018/TT-VPCP)" in old
    assert "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN" in new
    assert "Mẫu số 04 (TT 03/2025/TT-VPCP)" in new


@pytest.mark.parametrize(
    ("code", "said"),
    [("2018", "Ngày hẹn trả kết quả mới: 09:00"), ("2025", "Thời gian đề nghị gia hạn đến: 09:00")],
)
def test_an_apology_says_when_why_and_until_when_by_its_set(code: str, said: str) -> None:
    delay = {"received_at": "1", "due_at": "2", "reason": "Mất điện", "new_due_at": "09:00"}
    text = printed(PaperKind.APOLOGY, code, delay=delay)
    assert said in text
    assert "Kính gửi: Hồ sơ" in text
    assert "Lý do chậm trả kết quả: Mất điện" in text
    assert "xin lỗi Ông/Bà" in text


@pytest.mark.parametrize("code", ["2018", "2025"])
@pytest.mark.parametrize("kind", PaperKind)
def test_a_paper_issued_before_its_form_came_to_carry_more_is_still_printed(
    kind: PaperKind, code: str
) -> None:
    form = SETS.named(code).forms[kind.value]
    assert form.title.upper()[:20] in printed(kind, code)
    assert form.signer in printed(kind, code)


def test_what_is_no_form_of_a_set_claims_no_number() -> None:
    assert "Mẫu số" not in printed(PaperKind.STOP_NOTICE, "2018")
    assert "Mẫu số 05" in printed(PaperKind.STOP_NOTICE, "2025")


def test_sets_that_lack_a_form_are_refused_at_the_start() -> None:
    form = Form("01", "Giấy tiếp nhận", "NGƯỜI TIẾP NHẬN")
    whole = LegalSet(
        code="a", valid_from=date(2018, 1, 1), source="", forms={"FORM_01": form, "FORM_02": form}
    )
    part = LegalSet(code="b", valid_from=date(2020, 1, 1), source="", forms={"FORM_01": form})
    with pytest.raises(ValueError, match="b"):
        LegalSets([whole, part])
