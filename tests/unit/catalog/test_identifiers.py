"""Agency and procedure identifiers of both generations."""

import pytest

from services.catalog.domain.identifiers import agency_code, legacy_agency_code, national_code

PAIRS = [
    ("000.00.00.H22", "H22"),
    ("000.00.01.H22", "H22.01"),
    ("000.00.15.H22", "H22.15"),
    ("000.28.15.H22", "H22.15.28"),
    ("123.28.15.H22", "H22.15.28.123"),
    ("000.00.00.G22", "G22"),
]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_the_two_generations_turn_into_each_other(old: str, new: str) -> None:
    """Zero groups fall away and the rest is turned round; and back."""
    assert agency_code(old) == new
    assert agency_code(new) == new
    assert legacy_agency_code(new) == old


@pytest.mark.parametrize("new", ["H26.107", "H99.201", "H22.15.28.123.45", "H22.AB"])
def test_some_new_identifiers_have_no_old_form(new: str) -> None:
    """Communes since July 2025 have three digits; a fifth level and letters never had a place."""
    assert agency_code(new) == new
    assert legacy_agency_code(new) is None


@pytest.mark.parametrize(
    "text", ["", "H", "H2", "22.H15", "000.00.15", "H22.1", "H22..15", "000.00.UB.003", "H22." + "11." * 12]
)
def test_what_is_no_identifier_is_refused(text: str) -> None:
    """Nothing is guessed."""
    assert agency_code(text) is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("1.001193", "1.001193"),
        (" 1.001193 ", "1.001193"),
        ("1.001193.000.00.00.H49", "1.001193"),
        ("2.002621.H56", "2.002621"),
        ("1.001193.02", None),
        ("1.001193.XYZ", None),
        ("11.001193", None),
        ("1.00119", None),
        ("", None),
    ],
)
def test_a_localised_procedure_code_is_the_national_one(given: str, code: str | None) -> None:
    """The tail must be an agency of either generation."""
    assert national_code(given) == code
