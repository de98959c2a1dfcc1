"""How the portal's messages are read, and that the dossier service takes what we make of them."""

import base64
import json
from typing import Any

import pytest

from sandbox.portal.messages import (
    Attachment,
    Owner,
    Submission,
    SupplementAnswer,
    dossier_message,
    supplement_message,
)
from sandbox.portal.settings import PortalSettings
from services.dossier.api.schemas.machines import PortalIn, PortalSupplementIn
from services.gateway.domain.portal.inbound.corrections import correctable, corrected, removable
from services.gateway.domain.portal.inbound.messages import InboxState, ruling_of_refusal
from services.gateway.domain.portal.inbound.reading import handed_of
from services.gateway.domain.portal.wire.profiles import GENERAL, LAND_TAX, PROMOTION
from services.gateway.domain.portal.wire.words import NeedsPeople, NotUnderstood, moment_of

CODE = "G22.99-260303-000123"
PDF = base64.b64encode(b"%PDF-1.4").decode()
SETTINGS = PortalSettings()


def from_portal(**changed: Any) -> dict[str, Any]:
    """Return the message the simulated portal itself makes."""
    owner = {
        "name": "Nguyễn Văn An",
        "identity_number": "099088000011",
        "birth_date": "19880101",
        "phone": "0900000000",
        "email": "an@example.vn",
        "address": "Số 1, phố Mẫu",
    }
    asked = Submission(
        procedure_code="1.004873",
        owner=Owner(**{**owner, **changed}),
        attachments=[Attachment(name="a.pdf", component_code="TP01", base64=PDF)],
        agency_code="000.00.14.H99",
        form={"ho_ten": "An"},
    )
    return dossier_message(asked, code=CODE, procedure=None, at="20260303081500", settings=SETTINGS)


def test_the_dossier_service_takes_what_the_portal_sends_through_us() -> None:
    handed = handed_of(GENERAL, from_portal())
    taken = PortalIn.model_validate_json(json.dumps(handed.body))
    assert (taken.portal_code, taken.agency, taken.owner.full_name) == (
        CODE,
        "000.00.14.H99",
        "Nguyễn Văn An",
    )
    assert [file.component_code for file in taken.attachments] == ["TP01"]


def test_it_takes_a_supplement_too() -> None:
    files = [Attachment(name="b.pdf", component_code="TP02", base64=PDF)]
    asked = SupplementAnswer(given="ảnh cũ", changed="ảnh mới", attachments=files)
    message = supplement_message(asked, code=CODE, at="20260304081500", settings=SETTINGS)
    handed = handed_of(GENERAL, message)
    assert handed.is_supplement
    taken = PortalSupplementIn.model_validate_json(json.dumps(handed.body))
    assert taken.note == "Công dân bổ sung hồ sơ theo yêu cầu\nảnh cũ\nảnh mới"


@pytest.mark.parametrize(
    "odd",
    [
        {"phone": "không có"},
        {"email": "an tại example"},
        {"birth_date": "1988"},
        {"identity_number": "12 345"},
        {"address": "x" * 900},
    ],
)
def test_a_contact_in_another_form_never_costs_a_citizen_the_dossier(odd: dict[str, str]) -> None:
    PortalIn.model_validate_json(json.dumps(handed_of(GENERAL, from_portal(**odd)).body))


@pytest.mark.parametrize(
    ("number", "kind"),
    [("099088000011", "CITIZEN_ID"), ("123456789", "OLD_ID"), ("C1234567", "OTHER")],
)
def test_a_number_says_what_it_is(number: str, kind: str) -> None:
    assert handed_of(GENERAL, from_portal(identity_number=number)).body["owner"]["identity_type"] == kind


@pytest.mark.parametrize(
    "message", [None, [], "x", 1, {}, {"data": []}, {"data": {}}, {"data": {"MaHoSo": ""}}]
)
def test_what_is_no_message_is_refused_in_words(message: Any) -> None:
    with pytest.raises(NotUnderstood):
        handed_of(GENERAL, message)


@pytest.mark.parametrize("name", ["MaTTHC", "ChuHoSo"])
def test_a_missing_field_is_named(name: str) -> None:
    message = from_portal()
    message["data"][name] = ""
    with pytest.raises(NotUnderstood, match=name):
        handed_of(GENERAL, message)


@pytest.mark.parametrize("said", ["", None, "hôm qua", "2026-02-30", ["a", "b"], {"y": 2026}])
def test_a_moment_nobody_can_read_or_that_is_absent_is_for_people(said: Any) -> None:
    message = from_portal()
    message["data"]["NgayNopHoSo"] = said
    with pytest.raises(NeedsPeople, match="cần sửa: NgayNopHoSo"):
        handed_of(GENERAL, message)
    assert "NgayNopHoSo" in correctable(GENERAL, message)
    mended = corrected(GENERAL, message, {"NgayNopHoSo": "20260303081500"})
    assert handed_of(GENERAL, mended).body["submitted_at"] == "2026-03-03T08:15:00+07:00"


def test_a_kind_of_message_nobody_taught_us_is_for_people() -> None:
    with pytest.raises(NeedsPeople):
        handed_of(LAND_TAX, {"data": {}})
    with pytest.raises(NotUnderstood):
        handed_of(PROMOTION, {"TenThuongNhan": "A"})


@pytest.mark.parametrize(
    ("problem", "fields", "state", "code"),
    [
        ("invalid", ("procedure_code",), InboxState.PARKED, 0),
        ("invalid", ("agency",), InboxState.PARKED, 0),
        ("process-missing", (), InboxState.PARKED, 0),
        ("agency-ended", (), InboxState.PARKED, 0),
        ("invalid", ("ChuHoSo",), InboxState.PARKED, 0),
        ("worked-elsewhere", (), InboxState.REFUSED, -1),
    ],
)
def test_a_gap_of_ours_is_parked_and_a_fault_of_theirs_is_told(
    problem: str, fields: tuple[str, ...], state: InboxState, code: int
) -> None:
    ruling = ruling_of_refusal(CODE, 422, problem, "Dữ liệu chưa hợp lệ", [(name, "sai") for name in fields])
    assert (ruling.state, ruling.error_code) == (state, code)
    assert set(ruling.answer) == {"error_code", "message"}


def test_people_may_correct_what_is_read_and_neither_the_code_nor_a_files_content() -> None:
    names = set(correctable(GENERAL, from_portal()))
    assert {"ChuHoSo", "NgayNopHoSo", "MaTTHC", "DiaChi.DiaChiChiTiet", "TaiLieuNop.0.TenTepDinhKem"} <= names
    assert not {name for name in names if "MaHoSo" in name or "SoGiayTo" in name}
    assert removable(GENERAL, from_portal()) == {"TaiLieuNop.0.Base64"}


def test_a_correction_lies_over_the_message_and_leaves_it_as_it_came() -> None:
    message = from_portal()
    before = json.dumps(message)
    changes = {"ChuHoSo": "Trần B", "DiaChi.DiaChiChiTiet": "Số 2", "TaiLieuNop.0.TenTepDinhKem": "b.pdf"}
    body = handed_of(GENERAL, corrected(GENERAL, message, changes)).body
    assert (body["owner"]["full_name"], body["owner"]["address"]) == ("Trần B", "Số 2")
    assert body["attachments"][0]["name"] == "b.pdf"
    assert json.dumps(message) == before


@pytest.mark.parametrize("message", [None, [], "x", {}, {"data": None}, {"data": {"TaiLieuNop": [None, ""]}}])
def test_what_is_no_message_has_nothing_to_correct_in_files(message: Any) -> None:
    assert not [name for name in correctable(GENERAL, message) if name.startswith("TaiLieuNop")]


@pytest.mark.parametrize(
    "text",
    [
        "20260303081500",
        "202603030815",
        "2026-03-03T08:15:00",
        "2026-03-03 08:15",
        "2026-03-03T08:15:00+07:00",
        "2026-03-03T08:15:00.123+0700",
        "2026-03-03T01:15:00Z",
        "03/03/2026 08:15:00",
        "3/3/2026 08:15",
        "03-03-2026 08:15:00",
        "3/3/2026 8:15",
        "2026-03-03T08:15:00+07:00[Asia/Ho_Chi_Minh]",
        "/Date(1772500500000+0700)/",
        "/Date(1772500500000)/",
        "1772500500000",
        "1772500500",
    ],
)
def test_a_moment_is_the_same_however_it_is_written(text: str) -> None:
    found = moment_of(text)
    assert found is not None
    assert found.isoformat() == "2026-03-03T08:15:00+07:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "198811",
        "2026030",
        "20260303081",
        "2026030308150",
        "20260230081500",
        "20260303251500",
        "00/00/1988",
        "2026-3-3",
        "2026-03/03",
        "13/13/2026",
        "03.03.2026",
        "2026-03-03T08:15:00+99:00",
        "0000-01-01",
        "99990101000000Z0",
        "3/3/20268:15",
        "2026030380",
        "/Date(x)/",
        "1988010108150",
        "9772500500000",
        "3/4/2026 8:15:00 AM",
        "3/3/2026 18:15:00 AM",
        "Xyz 3, 2026 8:15:00 AM",
        "567912150000",
    ],
)
def test_what_is_no_moment_is_none_and_digits_are_not_filled_in(text: str) -> None:
    assert moment_of(text) is None


@pytest.mark.parametrize("said", ["True", True, 1, "1", "Y", "Có", "update", "Cập nhật"])
@pytest.mark.parametrize("is_inside", [False, True])
def test_a_change_is_one_however_and_wherever_it_is_said(said: Any, *, is_inside: bool) -> None:
    message = from_portal()
    (message["data"] if is_inside else message)["isUpdating"] = said
    handed = handed_of(GENERAL, message)
    assert (handed.is_supplement, handed.portal_code) == (True, CODE)


@pytest.mark.parametrize("said", ["False", False, 0, "", None, "N", "Không", "create", '"False"'])
def test_what_is_no_change_is_a_new_dossier(said: Any) -> None:
    assert not handed_of(GENERAL, {**from_portal(), "isUpdating": said}).is_supplement


def test_a_word_that_says_neither_is_for_people_to_say() -> None:
    message = {**from_portal(), "isUpdating": "Khác"}
    with pytest.raises(NeedsPeople, match="cần sửa: isUpdating"):
        handed_of(GENERAL, message)
    assert handed_of(GENERAL, corrected(GENERAL, message, {"isUpdating": "True"})).is_supplement


@pytest.mark.parametrize(
    "text",
    [
        *("3/3/2026 8:15:00 AM", "3/3/2026, 8:15 AM", "3/3/2026 8:15:00 SA", "Mar 3, 2026 8:15:00 AM"),
        *("Mar 3, 2026, 8:15:00 AM", "Tue, 03 Mar 2026 01:15:00 GMT", "2026-03-03T08:15:00+07"),
        *("08:15 03/03/2026", "8:15 3/3/2026", "08:15:00 03-03-2026"),
    ],
)
def test_moments_in_words_and_halves_of_a_day_are_read(text: str) -> None:
    found = moment_of(text)
    assert found is not None
    assert found.isoformat() == "2026-03-03T08:15:00+07:00"


def test_the_month_is_not_guessed_where_it_may_be_the_day() -> None:
    assert [
        moment_of(f"{day} 8:15:00 PM") and str(moment_of(f"{day} 8:15:00 PM"))[:16]
        for day in ("13/4/2026", "4/13/2026", "4/5/2026")
    ] == ["2026-04-13 20:15", "2026-04-13 20:15", None]
