"""People of the office as the staff directory tells of them."""

from typing import Any

from kernel.core.event import Event
from kernel.testing.running import an_event
from tests.builders.dossier.office import COMMUNE, an_officer

SECOND = an_officer("SPECIALIST", subject="thu-ly-2")
THIRD = an_officer("SPECIALIST", subject="thu-ly-3")


def in_the_directory(
    subject: str, *roles: str, unit: str = "chuyen-mon", sequence: int = 1, **known: Any
) -> Event:
    """Return an entry of the staff directory; a specialist of the specialists' unit unless said otherwise."""
    data = {
        "subject": subject,
        "name": f"Cán bộ {subject}",
        "agency": COMMUNE,
        "unit": unit,
        "roles": list(roles or ("SPECIALIST",)),
        "version": sequence,
        **known,
    }
    return an_event("staff.changed.v1", subject, data, sequence=sequence)


def on_leave(first: str = "2026-03-02", last: str = "2026-03-06") -> list[dict[str, Any]]:
    """Return a leave."""
    return [{"id": "0" * 32, "valid_from": first, "valid_to": last}]


def acting_for(subject: str, *roles: str, procedures: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return a delegation by somebody of the specialists' unit."""
    return [
        {
            "id": "0" * 32,
            "kind": "STAND_IN",
            "from": subject,
            "from_name": f"Cán bộ {subject}",
            "roles": list(roles or ("SPECIALIST",)),
            "procedures": list(procedures),
            "agency": COMMUNE,
            "unit": "chuyen-mon",
            "valid_from": "2026-03-01",
            "valid_to": "2026-03-31",
            "decision": {"number": "12/QĐ"},
        }
    ]
