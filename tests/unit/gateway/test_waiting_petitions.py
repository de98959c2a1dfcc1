"""Whatever a line of the portal's petitions says is read by somebody: nothing of it is dropped in silence."""

from typing import Any

from services.gateway.domain.portal.exchange.petitions import FIELDS, WaitingPetition, read_waiting

LINE = {
    "PAKNID": "P-1",
    "MADONVI": "000.00.00.H99",
    "TIEUDE": "Hẹn trả kết quả",
    "NOIDUNG": "Tôi đã đến nhiều lần.",
    "HOVATEN": "Trần Thị Bình",
}


def read(*lines: dict[str, Any]) -> WaitingPetition:
    """Return the one petition of an answer."""
    (found,), unread = read_waiting(list(lines), FIELDS)
    assert unread == 0
    return found


def test_what_is_known_alone_is_told_as_it_is() -> None:
    assert read(LINE).words["text"] == LINE["NOIDUNG"]
    assert read(LINE, LINE).words["text"] == LINE["NOIDUNG"]


def test_members_nobody_knows_stand_below_the_text() -> None:
    files = [{"Ten": "bien-lai.pdf", "Base64": "QUJD" * 1000}]
    text = read({**LINE, "NGAYGUI": "20260301", "TEPDINHKEM": files, "Trong": ""}).words["text"]
    assert text.startswith(f"{LINE['NOIDUNG']}\n\n[Cổng Dịch vụ công quốc gia ghi thêm]\nNGAYGUI: 20260301")
    assert "bien-lai.pdf" in text
    assert "Trong" not in text
    assert len(text) < 1_000


def test_a_known_member_that_is_no_text_is_no_sender_and_is_not_lost() -> None:
    told = read({**LINE, "HOVATEN": {"Ho": "Trần", "Ten": "Bình"}})
    assert told.words["name"] == ""
    assert '"Ho": "Trần"' in told.words["text"]


def test_a_long_text_says_that_it_was_cut_and_where_the_rest_is() -> None:
    text = read({**LINE, "NOIDUNG": "x" * 25_000}).words["text"]
    assert len(text) == 20_000
    assert text.endswith("(còn nữa: xem toàn văn trên Cổng Dịch vụ công quốc gia)")


def test_another_line_of_a_number_in_other_words_is_more_of_the_same() -> None:
    more = {**LINE, "NOIDUNG": "Bổ sung: xin xem biên lai.", "SODIENTHOAI": "0912345678"}
    told = read(LINE, more)
    assert told.words["phone"] == ""
    assert told.words["text"].splitlines()[2:] == [
        "[Cổng Dịch vụ công quốc gia còn ghi, cùng số]",
        "text: Bổ sung: xin xem biên lai.",
        "phone: 0912345678",
    ]
