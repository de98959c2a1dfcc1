"""An online service belongs to its procedure by its code (national-portal.md 2.4)."""

import pytest

from services.gateway.domain.chosen_service import Chosen


@pytest.mark.parametrize(
    ("procedure", "service", "is_of"),
    [
        ("1.013229", "1.013229.01", True),
        ("1.013229", "1.013229.000.00.00.H55.02", True),
        ("1.013229.H56", "1.013229.01", True),
        ("1.013229", "1.013229.H56.014", True),
        ("1.013229", "", True),
        ("TT-01", "1.013229.01", True),
        ("1.013229", "1.013229", False),
        ("1.013229", "1.013229.x", False),
        ("1.013229", "1.0132290.01", False),
        ("1.013229", "21.013229.01", False),
        ("1.013229", "1.013228.01", False),
    ],
)
def test_a_service_is_of_the_procedure_its_code_begins_with(
    procedure: str, service: str, is_of: bool
) -> None:
    assert Chosen(service=service).is_of(procedure) is is_of
