"""The events of the catalogue: each carries the full state of one entry."""

from datetime import datetime
from typing import Any

from kernel.core.event import Event
from services.catalog.domain.items import ItemKind
from services.catalog.domain.plan import Change, NewVersion

EVENT_TYPES = {
    ItemKind.AGENCY: "agency.changed.v1",
    ItemKind.STAFF: "staff.changed.v1",
    ItemKind.CALENDAR: "calendar.changed.v1",
    ItemKind.PROCESS: "process.approved.v1",
    ItemKind.PROCEDURE: "procedure.published.v1",
    ItemKind.INTERLINKED_GROUP: "interlinked_group.published.v1",
}
"""Sectors travel inside the procedures and have no event of their own."""


def entry_event(change: Change, now: datetime) -> Event | None:
    """Return the event of a changed entry; None for a kind that publishes nothing."""
    event_type = EVENT_TYPES.get(change.kind)
    return None if event_type is None else _event(event_type, change, {}, now)


def procedure_event(version: NewVersion, now: datetime) -> Event:
    """Return the event of a new version, with the days it applies."""
    more = {
        "valid_from": version.valid_from.isoformat(),
        "valid_to": None,
        "visibility": "ABOLISHED" if version.is_abolished else "PUBLIC",
    }
    return _event(EVENT_TYPES[ItemKind.PROCEDURE], version.change, more, now)


def _event(event_type: str, change: Change, more: dict[str, Any], now: datetime) -> Event:
    data = {**change.data, **more, "version": change.version}
    return Event(type=event_type, key=change.code, sequence=change.version, data=data, occurred_at=now)
