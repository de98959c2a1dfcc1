"""Each kind of number has its own form, and nothing else passes for it."""

from datetime import date
from typing import Any

import pytest

from services.dossier.domain.errors import ReceiverUnchecked
from services.dossier.domain.intake.identifiers import identity_faults, owner_faults
from services.dossier.use_cases.return_dossier import Handing, require_receiver

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("kind", "number", "more"),
    [
        ("CITIZEN_ID", "099088000011", {}),
        ("CITIZEN_ID", "099 088 000 011", {}),
        ("CITIZEN_ID", "", {}),
        ("OLD_ID", "121234567", {}),
        ("PASSPORT", "C1234567", {"nationality": "VNM"}),
        ("PASSPORT", "b12345678", {"nationality": "LAO"}),
        ("TAX_CODE", "0300588569", {}),
        ("CITIZEN_ID", "099226000011", {"birth_date": date(2026, 3, 1)}),
        ("TAX_CODE", "0100109106", {}),
        ("TAX_CODE", "0100109106-001", {}),
        ("TAX_CODE", "0100109106001", {}),
        ("FOREIGNER", "E12345678", {"nationality": "JPN"}),
        ("FOREIGNER", "012345678901", {"nationality": "LAO"}),
        ("NEWBORN", "", {"birth_date": date(2026, 3, 1)}),
        ("OTHER", "AB-12345", {}),
    ],
)
def test_a_number_of_its_kind_is_taken(kind: str, number: str, more: dict[str, Any]) -> None:
    """With spaces, in small letters, with or without the branch's dash."""
    person = {"identity_type": kind, "identity_number": number, **more}
    assert identity_faults(person, TODAY, "owner") == []


@pytest.mark.parametrize(
    ("kind", "number", "more", "place"),
    [
        ("CITIZEN_ID", "09908800001", {}, "identity_number"),
        ("CITIZEN_ID", "0990880000111", {}, "identity_number"),
        ("CITIZEN_ID", "09908800001A", {}, "identity_number"),
        ("CITIZEN_ID", "٠٩٩٠٨٨٠٠٠٠١١", {}, "identity_number"),
        ("OLD_ID", "099088000011", {}, "identity_number"),
        ("OLD_ID", "", {}, "identity_number"),
        ("PASSPORT", "ABCDEFGH", {"nationality": "LAO"}, "identity_number"),
        ("PASSPORT", "C1234", {"nationality": "LAO"}, "identity_number"),
        ("TAX_CODE", "010010910", {}, "identity_number"),
        ("TAX_CODE", "0100109106-01", {}, "identity_number"),
        ("TAX_CODE", "", {}, "identity_number"),
        ("FOREIGNER", "E12345678", {}, "nationality"),
        ("FOREIGNER", "E12345678", {"nationality": "VNM"}, "nationality"),
        ("NEWBORN", "099226000011", {"birth_date": date(2026, 3, 1)}, "identity_number"),
        ("PASSPORT", "C1234567", {}, "nationality"),
        ("TAX_CODE", "0100109107", {}, "identity_number"),
        ("CITIZEN_ID", "000000000000", {}, "identity_number"),
        ("CITIZEN_ID", "999999999999", {}, "identity_number"),
        ("CITIZEN_ID", "099227000011", {}, "identity_number"),
        ("CITIZEN_ID", "099088000011", {"birth_date": date(1989, 3, 14)}, "identity_number"),
        ("NEWBORN", "", {"birth_date": date(1990, 2, 10)}, "birth_date"),
        ("NEWBORN", "", {}, "birth_date"),
        ("NEWBORN", "", {"birth_date": date(2026, 3, 4)}, "birth_date"),
    ],
)
def test_a_number_of_another_form_is_named(kind: str, number: str, more: dict[str, Any], place: str) -> None:
    """By its place in the request; digits of another script are no digits of a card."""
    person = {"identity_type": kind, "identity_number": number, **more}
    assert [path for path, _ in identity_faults(person, TODAY, "owner")] == [f"owner.{place}"]


WITH_NUMBER = {"full_name": "Mẹ", "identity_number": "099192000022"}


@pytest.mark.parametrize(
    ("kind", "representative", "places"),
    [
        ("CITIZEN_ID", None, ["owner.identity_number"]),
        ("CITIZEN_ID", WITH_NUMBER, ["owner.identity_number"]),
        ("OTHER", None, ["owner.identity_number"]),
        ("OTHER", WITH_NUMBER, []),
        ("NEWBORN", WITH_NUMBER, []),
        ("NEWBORN", {"full_name": "Mẹ", "identity_number": " "}, ["representative.identity_number"]),
    ],
)
def test_an_owner_is_known_by_a_number_its_own_or_who_represents_it(
    kind: str, representative: dict[str, Any] | None, places: list[str]
) -> None:
    owner = {"identity_type": kind, "identity_number": "", "birth_date": date(2026, 3, 1)}
    assert [path for path, _ in owner_faults(owner, representative, TODAY)] == places


def test_who_fetches_shows_a_tax_code_with_its_dash_or_without() -> None:
    """And no other kind of number, and no other branch."""
    owner = {"identity_type": "TAX_CODE", "identity_number": "0100109106-001", "full_name": "Chi nhánh"}
    for shown in ("0100109106-001", "0100109106001", "0100109106 001"):
        require_receiver(at_the_counter(shown), {"owner": owner})
    for shown in ("0100109106-002", "0100109106", ""):
        with pytest.raises(ReceiverUnchecked):
            require_receiver(at_the_counter(shown), {"owner": owner})


def at_the_counter(number: str) -> Handing:
    return Handing(delivery="COUNTER", receiver_name="Chi nhánh", identity_number=number)
