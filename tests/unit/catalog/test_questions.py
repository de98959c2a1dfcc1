"""What a question asks for: noise left out, meanings added, refusals heard."""

import pytest

from services.catalog.app import read_phrasebook
from services.catalog.domain.search_terms import Synonyms, beginnings_of, terms_of
from services.catalog.domain.speech import Phrasebook, entries_of, forms_of, with_entries
from services.catalog.domain.text import fold

SPEECH = Synonyms(
    Phrasebook(
        groups={"kin": ["ông", "bà nội"], "me": ["tôi"]},
        noise=["ở đâu", "tại", "em", "muốn", "cần"],
        weak=["nhà"],
        same={"gpxd": "giấy phép xây dựng", "ko": "không"},
        means=[
            ("sổ đỏ", "giấy chứng nhận quyền sử dụng đất"),
            ("<kin> (me) mất", "đăng ký khai tử"),
            ("mất sổ đỏ", "cấp lại giấy chứng nhận"),
        ],
    )
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


@pytest.mark.parametrize("text", ["ông mất", "bà nội tôi mất", "ba noi mat"])
def test_words_of_a_group_stand_in_each_others_place(text: str) -> None:
    """With or without the word that may be left out."""
    assert SPEECH.ask(text).terms["khai tu"] > 0


def test_a_longer_phrase_says_more_than_one_inside_it() -> None:
    """A lost title is to be had again rather than for the first time."""
    terms = SPEECH.ask("mất sổ đỏ").terms
    assert terms["cap lai"] > terms["su dung"] > 0


def test_a_short_phrase_inside_does_not_outweigh_the_longer_by_its_many_words() -> None:
    """To divide a land book: what the book's long name stands for stays a hint."""
    terms = Synonyms(read_phrasebook()).ask("tách sổ đỏ").terms
    assert terms["tach thua"] > 5 * terms["quyen su"] > 0


def test_what_was_said_counts_less_than_what_was_meant() -> None:
    """The everyday word stays, for some names say it."""
    terms = SPEECH.ask("sổ đỏ").terms
    assert 0 < terms["so do"] < terms["quyen su"]


def test_a_word_that_may_be_noise_without_marks_counts_by_its_neighbour() -> None:
    """'can cuoc' is a card and no need; 'cần' with its marks is noise."""
    assert SPEECH.ask("can cuoc").terms["can cuoc"] > SPEECH.ask("can cuoc").terms["can"]
    assert "can cuoc" not in SPEECH.ask("cần cước").terms


def test_persons_and_places_count_a_little() -> None:
    """Less than what is asked about them."""
    terms = SPEECH.ask("nhà trọ").terms
    assert 0 < terms["nha"] < terms["tro"]


def test_one_word_with_its_own_marks_is_no_other_word() -> None:
    """'sọ dồ' may be a slip, yet a single marked word must be the phrase's own."""
    speech = Synonyms(Phrasebook(means=[("kt3", "tạm trú"), ("visa", "thị thực"), ("tách", "tách hộ")]))
    assert "tach ho" in speech.ask("tach").terms
    assert "tach ho" not in speech.ask("tạch").terms


@pytest.mark.parametrize(
    ("typed", "begun"),
    [
        ("khai si", ["si", "khai si"]),
        ("Khai Sĩ", ["si", "khai si"]),
        ("kh", ["kh"]),
        ("tạm t", ["tam t"]),
        ("khai ", []),
        ("", []),
    ],
)
def test_the_last_word_may_be_unfinished(typed: str, begun: list[str]) -> None:
    """After a space it is finished."""
    assert beginnings_of(typed) == begun


def test_a_phrase_has_as_many_forms_as_its_groups_have_words() -> None:
    """A group nobody knows gives none."""
    groups = {"a": ["x", "y z"], "b": ["w"]}
    assert sorted(forms_of("<a> (b) v", groups)) == [
        ("x", "v"),
        ("x", "w", "v"),
        ("y", "z", "v"),
        ("y", "z", "w", "v"),
    ]
    assert list(forms_of("<nobody> v", groups)) == []


def test_phrases_taken_apart_make_the_same_book() -> None:
    """What editors see is all there is."""
    book = read_phrasebook()
    again = with_entries(book, entries_of(book))
    assert again == book


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
    assert "khai tu" in Synonyms(read_phrasebook()).ask("báo tử").terms
