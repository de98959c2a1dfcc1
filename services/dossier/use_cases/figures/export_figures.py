"""Exports: asked for by who may see the figures, written by a job, fetched by who asked."""

from datetime import date, datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import NotFound
from kernel.core.ids import new_id
from services.dossier.domain.figures.asked import Selection
from services.dossier.domain.figures.export import (
    MOST_WAITING,
    Export,
    ExportNotReady,
    ExportState,
    Format,
    TooManyExports,
)
from services.dossier.domain.figures.numbers import Number
from services.dossier.domain.figures.period import Period
from services.dossier.use_cases.figures.read_figures import seen_by
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading


async def ask_export(
    number: Number,
    first: date,
    last: date,
    *,
    format: Format,  # noqa: A002 - the word of the request.
    reason: str,
    selection: Selection,
    by: Caller,
    work: Work,
    now: datetime,
) -> Export:
    """Queue the list behind a number as a file, seen as the caller sees it now."""
    selection = await seen_by(by, selection, work, now)
    period = Period.of(first, last, now)
    if await work.exports.waiting_of(by.subject) >= MOST_WAITING:
        raise TooManyExports
    closed = await work.statistics.closed(first, last)
    export = Export(
        id=new_id(),
        version=1,
        asked_by=by.subject,
        agency=by.agency,
        format=format,
        state=ExportState.WAITING,
        asked={
            "number": number.value,
            "first": first.isoformat(),
            "last": last.isoformat(),
            "within": selection.within,
            "kept": [
                {
                    "agency": one.agency,
                    "only": None if one.only is None else list(one.only),
                    "without": list(one.without),
                }
                for one in selection.kept
            ],
            "known": list(selection.known),
            "only": {cut.value: values for cut, values in selection.only.items()},
            "period_id": str(closed.id) if closed else None,
            "reason": reason,
        },
        as_of=closed.as_of if closed else period.as_of,
        asked_at=now,
    )
    work.exports.ask(export)
    return export


async def read_export(export_id: UUID, *, by: Caller, work: Work) -> Export:
    """Return how far an export is, to who asked for it."""
    export = await work.exports.find(export_id)
    if export is None or export.asked_by != by.subject:
        raise NotFound
    return export


async def open_export(export_id: UUID, *, by: Caller, work: Work, now: datetime) -> Export:
    """Return a finished export, logged; raise `ExportNotReady`."""
    export = await read_export(export_id, by=by, work=work)
    if export.state is not ExportState.READY:
        raise ExportNotReady
    await log_reading(work, by, "export", None, export.id, now)
    return export
