"""Makes a change of a dossier history and event at once, so that neither can say what the other does not."""

from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.event import Event
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change, event_data
from services.dossier.domain.history import Entry, chain
from services.dossier.domain.interlinked.telling import link_of, told_by
from services.dossier.domain.timers import watch_next
from services.dossier.use_cases.archive.keep_records import ENDINGS, fix_retention
from services.dossier.use_cases.ports import Work


def record_change(work: Work, dossier: Dossier, change: Change, *, by: Caller | None, now: datetime) -> Entry:
    """Queue the change's event and save the changed dossier with its history entry."""
    entry = new_entry(work, dossier, change, by=by, now=now)
    work.dossiers.save(dossier, entry)
    if (link := link_of(dossier)) is not None:
        told = told_by(dossier, change.from_state)
        work.interlinked.child_told(UUID(link["parent_id"]), dossier.procedure_code, told)
    return entry


def new_entry(work: Work, dossier: Dossier, change: Change, *, by: Caller | None, now: datetime) -> Entry:
    """Queue the change's event and return the history entry that continues the dossier's chain."""
    event = Event(
        type=change.type,
        key=str(dossier.id),
        sequence=dossier.version,
        data=event_data(dossier, change, by=by, at=now),
        occurred_at=now,
    )
    entry = chain(
        dossier.history_hash,
        keys=work.history_keys,
        dossier_id=dossier.id,
        version=dossier.version,
        event_id=event.id,
        type=event.type,
        at=now,
        actor=by.subject if by else "",
        data=event.data,
    )
    dossier.history_hash = entry.hash
    dossier.watch_at = watch_next(dossier, work.limits, now)
    work.record(event)
    work.figures.changed(entry)
    if change.name in ENDINGS:
        fix_retention(work.archive, dossier, now)
    return entry
