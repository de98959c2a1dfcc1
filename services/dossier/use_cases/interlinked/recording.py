"""Makes a change of a submission its history and its event at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.core.caller import Caller
from kernel.core.event import Event
from services.dossier.domain.interlinked.events import parent_event
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.use_cases.interlinked.slip import told_slip
from services.dossier.use_cases.ports import Work


def record_new(parent: Parent, group: Mapping[str, Any], *, by: Caller, work: Work, now: datetime) -> None:
    """Queue a new submission and its event."""
    opened = [child.procedure for child in parent.children.values() if child.opened_at is not None]
    parent.forget()
    event = _event(parent, "submitted", by=by, now=now, details={"opened": opened, **_slip(parent)})
    work.record(event)
    work.interlinked.add(parent, group, event, by.subject)


def _slip(parent: Parent) -> dict[str, Any]:
    papers = told_slip(parent)
    return {"papers": papers} if papers else {}


def record_parent(
    parent: Parent,
    name: str,
    *,
    by: Caller | None,
    work: Work,
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    """Queue a changed submission, one version on, and its event."""
    parent.version += 1
    parent.forget()
    event = _event(parent, name, by=by, now=now, details=details)
    work.record(event)
    work.interlinked.save(parent, event, by.subject if by else "")


def record_destroyed(
    parent: Parent,
    remains: Mapping[int, Mapping[str, Any]],
    *,
    work: Work,
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    """Queue the end of a submission, what is left of its entries and its last event."""
    parent.version += 1
    event = _event(parent, "destroyed", by=None, now=now, details=details)
    work.record(event)
    work.interlinked.destroy(parent, event, remains)


def _event(
    parent: Parent, name: str, *, by: Caller | None, now: datetime, details: Mapping[str, Any]
) -> Event:
    return Event(
        type=f"interlinked_dossier.{name}.v1",
        key=str(parent.id),
        sequence=parent.version,
        data=parent_event(parent, by=by, at=now, details=details),
        occurred_at=now,
    )
