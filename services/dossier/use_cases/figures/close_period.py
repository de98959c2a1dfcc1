"""A person closes a period: its figures, and the dossiers behind them, stay as they are from then on."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.ids import new_id
from services.dossier.domain.figures.asked import require_closer, sight_of
from services.dossier.domain.figures.closing import ClosedPeriod, PeriodClosed, PeriodNotOver
from services.dossier.domain.figures.numbers import FORMULAS
from services.dossier.domain.figures.period import Period, end_of
from services.dossier.use_cases.figures.read_figures import corrections_within
from services.dossier.use_cases.ports import Work


async def close_period(
    first: date, last: date, *, note: str, by: Caller, work: Work, now: datetime
) -> ClosedPeriod:
    """Close exactly these days once; corrections of earlier periods made within them are kept with them."""
    require_closer(by, is_provincial=await work.views.is_provincial(by.agency))
    period = Period.of(first, last, now)
    if now < end_of(last):
        raise PeriodNotOver
    await work.statistics.hold_closing()
    if await work.statistics.closed(first, last) is not None:
        raise PeriodClosed
    closing = ClosedPeriod(
        id=new_id(),
        first=first,
        last=last,
        as_of=period.as_of,
        closed_at=now,
        closed_by=by.subject,
        closed_by_name=by.name,
        note=note,
        formulas=FORMULAS,
        corrections=await corrections_within(period, work),
    )
    return replace(closing, rows=await work.statistics.close(closing))


async def read_closed_periods(before: UUID, limit: int, *, by: Caller, work: Work) -> list[ClosedPeriod]:
    """Return closed periods, the last closed first, to whoever reads figures."""
    sight_of(by, is_provincial=await work.views.is_provincial(by.agency))
    return await work.statistics.closed_periods(before, limit)
