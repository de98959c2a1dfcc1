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
    assert (read(LINE).words["text"], read(LINE).beside) == (LINE["NOIDUNG"], "")
    assert read(LINE, LINE) == read(LINE)


def test_members_nobody_knows_stand_beside_and_are_no_word_of_the_sender() -> None:
    files = [{"Ten": "bien-lai.pdf", "Base64": "QUJD" * 1000}]
    told = read({**LINE, "TEPDINHKEM": files, "STT": 1, "NGAYGUI": "20260301", "Trong": ""})
    assert told.words == read(LINE).words
    assert told.beside.startswith("NGAYGUI: 20260301\nSTT: 1\nTEPDINHKEM: ")
    assert "bien-lai.pdf" in told.beside
    assert len(told.beside) < 1_000


def test_a_known_member_that_is_no_text_is_no_sender_and_is_not_lost() -> None:
    told = read({**LINE, "HOVATEN": {"Ho": "Trần", "Ten": "Bình"}})
    assert told.words["name"] == ""
    assert '"Ho": "Trần"' in told.beside


def test_a_long_text_says_that_it_was_cut_and_where_the_rest_is() -> None:
    text = read({**LINE, "NOIDUNG": "x" * 25_000}).words["text"]
    assert len(text) == 20_000
    assert text.endswith("(còn nữa: xem toàn văn trên Cổng Dịch vụ công quốc gia)")


def test_another_line_of_a_number_in_other_words_is_handed_over_too_in_whatever_order() -> None:
    more = {**LINE, "NOIDUNG": "Bổ sung: xin xem biên lai.", "SODIENTHOAI": "0912345678", "STT": 2}
    told, _ = read_waiting([{**LINE, "STT": 1}, more], FIELDS)
    assert [one.words["text"] for one in told] == [LINE["NOIDUNG"], "Bổ sung: xin xem biên lai."]
    assert {one.beside for one in told} == {"STT: 1\nSTT: 2"}
    turned, _ = read_waiting([more, {**LINE, "STT": 1}], FIELDS)
    assert turned == told[::-1]
