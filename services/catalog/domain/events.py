"""The events of the catalogue: each carries the full state of one entry."""

from datetime import datetime

from kernel.core.event import Event
from services.catalog.domain.items import ItemKind
from services.catalog.domain.parts import NewVersion
from services.catalog.domain.plan import Change

EVENT_TYPES = {
    ItemKind.AGENCY: "agency.changed.v1",
    ItemKind.STAFF: "staff.changed.v1",
    ItemKind.CALENDAR: "calendar.changed.v1",
    ItemKind.PROCESS: "process.approved.v1",
    ItemKind.PROCEDURE: "procedure.published.v1",
    ItemKind.INTERLINKED_GROUP: "interlinked_group.published.v1",
    ItemKind.FORM: "form.published.v1",
}
"""Sectors travel inside the procedures and have no event of their own."""


def entry_event(change: Change, now: datetime) -> Event | None:
    """Return the event of a changed entry; None for a kind that publishes nothing."""
    event_type = EVENT_TYPES.get(change.kind)
    if event_type is None:
        return None
    data = {name: value for name, value in change.data.items() if name != "decided"}
    data["version"] = change.version
    return Event(type=event_type, key=change.code, sequence=change.version, data=data, occurred_at=now)


def procedure_event(version: NewVersion, now: datetime) -> Event:
    """Return the event of a new version, with the days it applies and the agency that publishes it.

    The key names the version too: a compacted topic keeps the newest of a key, and the version of today must
    not go when the one of next month is published.
    """
    data = {
        **version.record,
        "version": version.version,
        "agency": version.agency,
        "valid_from": version.period.valid_from.isoformat(),
        "valid_to": version.period.valid_to.isoformat() if version.period.valid_to else None,
        "visibility": version.visibility,
    }
    return Event(
        type=EVENT_TYPES[ItemKind.PROCEDURE],
        key=f"{version.code}:{version.version}",
        sequence=version.version,
        data=data,
        occurred_at=now,
    )
