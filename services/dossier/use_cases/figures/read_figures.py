"""Who reads which figures, and the dossiers behind each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from services.dossier.domain.figures.asked import Cut, Selection, sight_of
from services.dossier.domain.figures.closing import ClosedPeriod, corrections_of
from services.dossier.domain.figures.numbers import Number
from services.dossier.domain.figures.period import Every, Period, end_of
from services.dossier.use_cases.keeping import keepers_on
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading, on_the_page

MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Table:
    """Figures as read: a row for each part and cut, where they come from, what was corrected meanwhile."""

    period: Period
    parts: Sequence[Period]
    rows: Sequence[Any]
    closed: ClosedPeriod | None
    corrections: Sequence[dict[str, Any]]


async def seen_by(caller: Caller, selection: Selection, work: Work, now: datetime) -> Selection:
    """Narrow a selection to what the caller may see; raise `Forbidden`."""
    is_provincial = await work.views.is_provincial(caller.agency)
    within = sight_of(caller, is_provincial=is_provincial)
    if not within:
        return replace(selection, within=within)
    sight = (await keepers_on(work, now)).sight(within)
    return replace(selection, within=within, kept=sight.kept, known=sight.known)


async def read_table(
    first: date,
    last: date,
    *,
    every: Every | None,
    cuts: tuple[Cut, ...],
    selection: Selection,
    by: Caller,
    work: Work,
    now: datetime,
) -> Table:
    """Return the numbers of a period: as they were closed, else as they are this moment."""
    selection = await seen_by(by, selection, work, now)
    period = Period.of(first, last, now)
    parts = period.parts(every, now) if every else [period]
    closed = await work.statistics.closed(first, last) if every is None else None
    if closed is not None:
        parts, period = [closed.period], closed.period
    rows = await work.statistics.table(
        parts, cuts, selection, limit=MOST_ROWS + 1, period_id=closed.id if closed else None
    )
    if len(rows) > MOST_ROWS:
        raise Invalid(
            "Chọn ít chiều hơn, kỳ ngắn hơn, hoặc kết xuất tệp.", fields=[("by", f"Quá {MOST_ROWS} dòng")]
        )
    corrections = [] if selection.within else await _corrections(period, closed, work)
    return Table(period, parts, rows, closed, corrections)


async def _corrections(period: Period, closed: ClosedPeriod | None, work: Work) -> list[dict[str, Any]]:
    if closed is not None:
        return closed.corrections
    return await corrections_within(period, work)


async def corrections_within(period: Period, work: Work) -> list[dict[str, Any]]:
    """Return what was amended on the days of a period in periods that had been closed before."""
    since = datetime.combine(period.first, time(0), VIETNAM)
    amended = await work.statistics.corrections(since, end_of(period.last))
    if not amended:
        return []
    dossiers = sorted({one.now.dossier_id for one in amended})
    told = await work.statistics.told_before(period.first, dossiers)
    return corrections_of(amended, told, (period.last - period.first).days + 1)


async def read_dossiers(
    number: Number,
    first: date,
    last: date,
    *,
    selection: Selection,
    before: UUID,
    limit: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> list[Any]:
    """Return the dossiers a number counts: the same period, filter and sight as the number itself."""
    selection = await seen_by(by, selection, work, now)
    closed = await work.statistics.closed(first, last)
    rows = await work.statistics.dossiers(
        number,
        closed.period if closed else Period.of(first, last, now),
        selection,
        before=before,
        limit=limit,
        period_id=closed.id if closed else None,
    )
    if rows:
        shown = (row["dossier_id"] for row in on_the_page(rows, limit))
        await log_reading(work, by, "figures", None, None, now, shown=shown)
    return rows
