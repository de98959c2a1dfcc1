"""What a question asks for: noise left out, meanings added, refusals heard."""

import pytest

from services.catalog.app import read_synonyms
from services.catalog.domain.search_terms import Synonyms, terms_of
from services.catalog.domain.text import fold

SPEECH = Synonyms(
    noise=["ở đâu", "tại", "em", "muốn"],
    same={"gpxd": "giấy phép xây dựng", "ko": "không"},
    means={"sổ đỏ": "giấy chứng nhận quyền sử dụng đất"},
)


def test_a_name_is_found_by_words_and_pairs_with_and_without_marks() -> None:
    """A marked term is only there where marks make a difference."""
    assert terms_of("Tạm trú VN") == [
        "tam",
        "tru",
        "vn",
        "tam tru",
        "tru vn",
        "=tạm",
        "=trú",
        "=tạm trú",
        "=trú vn",
    ]


def test_noise_is_left_out_and_no_pair_spans_it() -> None:
    """The words around a gap are no neighbours."""
    terms = SPEECH.ask("em muốn khai tại sinh ở đâu").terms
    assert set(terms) == {"khai", "sinh"}


def test_a_word_with_other_marks_is_no_noise() -> None:
    """Marks tell a word that says nothing from one that does."""
    assert "tai" in SPEECH.ask("vận tải").terms
    assert "tai" not in SPEECH.ask("tại vận").terms


def test_a_question_of_noise_alone_is_still_asked() -> None:
    """Better a poor search than none."""
    assert SPEECH.ask("ở đâu").terms


def test_abbreviations_are_spelled_and_meanings_added() -> None:
    """An abbreviation is replaced, an everyday word stays beside what it stands for."""
    assert "xay dung" in SPEECH.ask("GPXD").terms
    assert "gpxd" not in SPEECH.ask("GPXD").terms
    assert {"so do", "su dung"} <= set(SPEECH.ask("so do").terms)


@pytest.mark.parametrize(
    "text",
    ["khai sinh, không phải khai tử", "khai sinh chứ không phải khai tử", "ko phải khai tử, khai sinh"],
)
def test_what_is_refused_counts_against(text: str) -> None:
    """Only pairs: a single word is too common to refuse."""
    terms = SPEECH.ask(text).terms
    assert terms["khai sinh"] > 0 > terms["khai tu"]
    assert "tu" not in terms


def test_a_name_may_say_not() -> None:
    """Words of refusal inside a phrase belong to it."""
    assert SPEECH.ask("người dịch không phải cộng tác viên").terms["cong tac"] > 0


def test_questions_are_bounded() -> None:
    """However long the text is."""
    assert len(SPEECH.ask("ạ b " * 10_000).terms) < 200
    assert SPEECH.ask("").is_empty


@pytest.mark.parametrize(
    ("text", "folded"), [("Đường Ừ Ỡ", "duong u o"), ("ABC", "abc"), ("đ", "d"), ("", "")]
)
def test_folding_drops_marks_and_case(text: str, folded: str) -> None:
    """The letter with a stroke is a letter with a mark too."""
    assert fold(text) == folded


def test_the_shipped_synonyms_are_read() -> None:
    """A citizen's word leads to the law's."""
    assert "khai tu" in read_synonyms().ask("báo tử").terms
