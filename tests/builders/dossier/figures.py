"""Facts for statistics, as events would tell them."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.dossier.domain.figures.fact import Counted, Fact
from services.dossier.domain.work.mirrors import Mirror, Status


def at(text: str) -> datetime:
    """Return an instant of `2026-03-02 08:00` in Viet Nam."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


def a_fact(**known: Any) -> Fact:
    """Return a dossier received on 2 March 2026 and due on the 9th, unless told otherwise."""
    given = {
        "dossier_id": new_id(),
        "version": 2,
        "competent_agency": "H99.201",
        "receiving_agency": "H99.201",
        "helping_agency": "H99.201",
        "sector": "G15-TP07",
        "procedure_code": "1.004873",
        "channel": "ONLINE",
        "route": "PROVINCE",
        "received_at": at("2026-03-02 08:00"),
        "due_at": at("2026-03-09 17:30"),
        "counted": Counted(2, 1, 0),
        **known,
    }
    return Fact(**given)


def an_event_data(dossier_id: UUID, state: str = "ACCEPTED", **known: Any) -> dict[str, Any]:
    """Return an event's data with what statistics read of it; `change` members by `_name`."""
    agency = {"code": "H99.201", "name": "UBND"}
    change = {name[1:]: known.pop(name) for name in [*known] if name.startswith("_")}
    dossier = {
        "dossier_id": str(dossier_id),
        "version": 2,
        "competent_agency": agency,
        "receiving_agency": agency,
        "helping_agency": agency,
        "procedure": {"code": "1.004873", "name": "x", "sector": "G15-TP07"},
        "channel": "ONLINE",
        "state": state,
        "accepted_at": "2026-03-02T08:00:00+07:00",
        "due_at": "2026-03-09T17:30:00+07:00",
        "ended_at": None,
        "stopped_at": None,
        **known,
    }
    return {"dossier": dossier, "change": {"from_state": "PROCESSING", **change}}


def a_told(status: int, told: str, *, came: str = "", **known: Any) -> Status:
    """Return a status told at a moment of its own system, come here then unless later."""
    moments = {f"{name}_at": at(known[name]) for name in ("due", "accepted") if name in known}
    return Status(status, at(told), received_at=at(came or told), **moments)


def a_mirror(*statuses: Status, **known: Any) -> Mirror:
    """Return a mirror whose statuses came in this order, counted from the first on unless told otherwise."""
    came = [replace(one, version=place) for place, one in enumerate(statuses, 1)]
    given = {
        "id": new_id(),
        "version": len(came),
        "source": "BNV-TTHC",
        "outside_code": "G05-260303-0000123",
        "route": "MINISTRY",
        "procedure_code": "1.004873",
        "procedure_name": "x",
        "sector": "G15-TP07",
        "agency": "H99.201",
        "agency_name": "UBND",
        "owner_name": "",
        "submitted_at": at("2026-03-01 08:00"),
        "counted_at": came[0].received_at if came else None,
        "statuses": came,
        **known,
    }
    return Mirror(**given)
