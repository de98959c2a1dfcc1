"""What people type into the search, and what they mean by it."""

import pytest

from services.dossier.domain.work.search import fold, keys_of, phone_of, sought

COMPANY = "Công ty cổ phần thương mại dịch vụ xuất nhập khẩu vận tải hàng hoá Thịnh Vượng"


def found_by(text: str, **owner: str) -> bool:
    """Tell whether a dossier of this owner is found by a text."""
    name = owner.pop("full_name", "")
    keys = keys_of(name, {"owner": owner}, set(), identity=str, phone=str)
    asked = sought(text, identity=str, phone=str)
    return bool({*keys} & {*asked.numbers}) or (bool(asked.words) and {*asked.words} <= {*keys})


@pytest.mark.parametrize("text", ["thịnh vượng", "Vận tải", "cong ty van tai thinh vuong", COMPANY])
def test_a_company_is_found_by_its_own_name_that_comes_last(text: str) -> None:
    assert found_by(text, full_name=COMPANY)
    assert not found_by(f"{text.split(maxsplit=1)[0]} An Khang", full_name=COMPANY)


def test_of_a_long_name_the_last_words_tell_one_from_another() -> None:
    """Branches of one company share their first dozen words."""
    branch, other = (f"Chi nhánh tỉnh Mẫu của {COMPANY} {name}" for name in ("Hoà Bình", "An Khang"))
    assert found_by(branch, full_name=branch)
    assert not found_by(branch, full_name=other)


@pytest.mark.parametrize("text", ["dang dinh duc", "Đặng Đình Đức", "Ðặng Ðình Ðức", "ðặng", "ĐỨC đặng"])
@pytest.mark.parametrize("name", ["Đặng Đình Đức", "Ðặng Đình Ðức"])
def test_the_eth_of_old_conversions_is_a_d_with_a_stroke(text: str, name: str) -> None:
    assert found_by(text, full_name=name)


@pytest.mark.parametrize(
    "text",
    [
        "0900000101",
        "0900 000 101",
        "0900-000-101",
        "0900.000.101",
        "+84900000101",
        "(+84) 900 000 101",
        "+84 (0)900 000 101",
        "0084 900000101",
        "84900000101",
        "900000101",
    ],
)
def test_a_phone_is_found_however_it_is_written(text: str) -> None:
    assert phone_of(text) == "0900000101"
    assert found_by(text, phone="0900000101")
    assert found_by("0900000101", phone=text)
    assert not found_by(text, phone="0900000102")


@pytest.mark.parametrize(
    ("text", "known"),
    [("02433334444", "02433334444"), ("842433334444", "02433334444"), ("1022", "1022"), ("", "")],
)
def test_landlines_and_short_numbers_stay_what_they_are(text: str, known: str) -> None:
    assert phone_of(text) == known


def test_codes_keep_their_signs() -> None:
    """A word with letters and digits is a code, whatever else stands in it."""
    assert sought("h99.201-260303-0001", identity=str, phone=str).code == "H99.201-260303-0001"
    assert sought("099 088-000 011", identity=str, phone=str).numbers[0] == "i:099088000011"
    assert fold("ẾCH Ộp") == "ech op"


@pytest.mark.parametrize("kept", ["0100109106-001", "0100109106001", "0100109106 001"])
@pytest.mark.parametrize("text", ["0100109106-001", "0100109106001", "0100109106 - 001", "0100.109.106-001"])
def test_the_tax_code_of_a_branch_is_found_with_its_dash_or_without(text: str, kept: str) -> None:
    assert found_by(text, identity_number=kept)
    assert not found_by(text, identity_number="0100109106-002")


def test_a_paper_with_signs_in_its_number_is_found_without_them() -> None:
    assert found_by("ab-1234/x", identity_number="AB1234X")
    assert found_by("AB1234X", identity_number="ab-1234/x")


def test_what_was_indexed_with_its_dash_is_found_as_it_was_typed_until_it_is_indexed_anew() -> None:
    for text in ("0100109106-001", "AB-1234"):
        assert f"i:{text}" in sought(text, identity=str, phone=str).numbers


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Søren Kierkegård", ["soren kierkegard", "SOEREN", "Søren", "kierkegaard"]),
        ("Łukasz Wałęsa", ["lukasz walesa", "Łukasz"]),
        ("Þórður Guðmundsson", ["thordur gudmundsson", "Þórður"]),
        ("Jürgen Groß", ["jurgen gross", "juergen GROSS", "GROẞ", "Jürgen"]),
        ("Æsa Œuvrard", ["aesa oeuvrard"]),
        ("Işıl Yıldız", ["isil yildiz", "ISIL YILDIZ"]),
        ("Đặng Thị Ân", ["dang thi an", "ĐẶNG THỊ ÂN"]),
    ],
)
def test_letters_of_other_languages_are_found_without_their_strokes(name: str, typed: list[str]) -> None:
    """As typed on a keyboard of ours, as the page writes it, and as the passport's machine-read line does."""
    kept = set(keys_of(name, {}, set(), identity=str, phone=str))
    for one in typed:
        assert kept.issuperset(sought(one, identity=str, phone=str).words), one
