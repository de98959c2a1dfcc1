"""Statistics: any period by any cut, every number opened down to its dossiers, periods that are closed."""

from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, encode_cursor
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.figures.schemas import (
    CellOut,
    ClosedPeriodOut,
    ClosedPeriodsOut,
    ClosingIn,
    CorrectionOut,
    CorrectionsOut,
    CountedDossierOut,
    CountedDossiersOut,
    DossierCorrectionOut,
    RateOut,
    StatisticsOut,
)
from services.dossier.api.moments import Day, local
from services.dossier.domain.figures.asked import Cut, Selection, cuts_of
from services.dossier.domain.figures.closing import ClosedPeriod, summed
from services.dossier.domain.figures.numbers import FORMULAS, Amount, Number, rates_of
from services.dossier.domain.figures.period import Every, Period
from services.dossier.domain.work.mirrors import STATES
from services.dossier.use_cases.figures import close_period, read_figures

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Thống kê"])
First = Annotated[Day, Query(alias="from", description="Ngày đầu của kỳ")]
Last = Annotated[Day, Query(alias="to", description="Ngày cuối của kỳ")]
_Values = Annotated[list[Annotated[str, Query(max_length=64)]], Query(max_length=50)]


async def selection(
    agency: _Values = [],  # noqa: B006 - FastAPI copies defaults.
    receiving_agency: _Values = [],  # noqa: B006
    place: _Values = [],  # noqa: B006
    sector: _Values = [],  # noqa: B006
    procedure: _Values = [],  # noqa: B006
    channel: _Values = [],  # noqa: B006
    route: _Values = [],  # noqa: B006
    cause: _Values = [],  # noqa: B006
) -> Selection:
    """Return the filter of the address; the same names narrow a number, its list and its export."""
    given = (agency, receiving_agency, place, sector, procedure, channel, route, cause)
    return Selection(only={cut: values for cut, values in zip(Cut, given, strict=True) if values})


Only = Annotated[Selection, Depends(selection)]


@router.get("/statistics")
async def read_statistics(
    first: First,
    last: Last,
    only: Only,
    by: Caller,
    work: Work,
    now: Now,
    cut: Annotated[
        str, Query(alias="by", max_length=100, description="Chiều thống kê, ngăn bằng dấu phẩy")
    ] = "",
    every: Every | None = None,
) -> StatisticsOut:
    """Số liệu của một kỳ; kỳ đã khóa giữ nguyên như khi khóa."""
    cuts = cuts_of(cut)
    table = await read_figures.read_table(
        first, last, every=every, cuts=cuts, selection=only, by=by, work=work, now=now
    )
    return StatisticsOut(
        first=first,
        last=last,
        as_of=local(table.period.as_of) or table.period.as_of,
        source="CLOSED" if table.closed else "LIVE",
        closed_at=local(table.closed.closed_at) if table.closed else None,
        period_id=table.closed.id if table.closed else None,
        formulas=table.closed.formulas if table.closed else FORMULAS,
        items=[_cell(row, cuts, table.parts[row["part"] - 1]) for row in table.rows],
        corrections=_by_period(table.corrections),
    )


@router.get("/statistics/dossiers")
async def list_counted(
    number: Number,
    first: First,
    last: Last,
    only: Only,
    by: Caller,
    work: Work,
    now: Now,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> CountedDossiersOut:
    """Các hồ sơ được đếm trong một con số, mới nhất trước."""
    rows = await read_figures.read_dossiers(
        number,
        first,
        last,
        selection=only,
        before=cursor_place(cursor, NEWEST),
        limit=limit + 1,
        by=by,
        work=work,
        now=now,
    )
    items = [_counted(row) for row in rows[:limit]]
    return CountedDossiersOut(
        items=items, next_cursor=encode_cursor(str(items[-1].dossier_id)) if len(rows) > limit else None
    )


@router.get("/statistics/corrections")
async def list_corrections(first: First, last: Last, by: Caller, work: Work, now: Now) -> CorrectionsOut:
    """Điều chỉnh các kỳ đã khóa, thực hiện trong những ngày này."""
    table = await read_figures.read_table(
        first, last, every=None, cuts=(), selection=Selection(), by=by, work=work, now=now
    )
    return CorrectionsOut(items=[DossierCorrectionOut(**one) for one in table.corrections])


@router.post("/closed-periods", status_code=201)
async def close(body: ClosingIn, by: Caller, work: Work, now: Now) -> ClosedPeriodOut:
    """Khóa một kỳ thống kê đã kết thúc."""
    return _closed(
        await close_period.close_period(body.first, body.last, note=body.note, by=by, work=work, now=now)
    )


@router.get("/closed-periods")
async def list_closed(by: Caller, work: Work, limit: Limit = 20, cursor: Cursor = "") -> ClosedPeriodsOut:
    """Các kỳ thống kê đã khóa."""
    found = await close_period.read_closed_periods(cursor_place(cursor, NEWEST), limit + 1, by=by, work=work)
    items = [_closed(one) for one in found[:limit]]
    return ClosedPeriodsOut(
        items=items, next_cursor=encode_cursor(str(items[-1].period_id)) if len(found) > limit else None
    )


def _cell(row: Any, cuts: tuple[Cut, ...], part: Period) -> CellOut:
    numbers = {number.value: int(row[number.value]) for number in Number}
    amounts = {amount.value: int(row[amount.value]) for amount in Amount}
    rates = rates_of(numbers | amounts)
    return CellOut(
        first=part.first,
        last=part.last,
        cut={name.value: row[name.value] for name in cuts},
        numbers=numbers,
        amounts=amounts,
        rates={
            name: RateOut(numerator=rate.numerator, denominator=rate.denominator, percent=rate.percent)
            for name, rate in rates.items()
        },
    )


def _by_period(corrections: Any) -> list[CorrectionOut]:
    ordered = sorted(corrections, key=lambda one: (one["first"], one["period_id"]))
    found = []
    for period_id, group in groupby(ordered, key=lambda one: one["period_id"]):
        ones = list(group)
        found.append(
            CorrectionOut(
                period_id=period_id,
                first=ones[0]["first"],
                last=ones[0]["last"],
                dossiers=len(ones),
                numbers=summed(ones),
            )
        )
    return found


def _counted(row: Any) -> CountedDossierOut:
    moments = {name: local(row[name]) for name in ("received_at", "due_at", "stopped_at", "ended_at")}
    same = ("dossier_id", "dossier_code", "reference", "procedure_name", "sector", "receiving_agency")
    told = ("channel", "route", "cause", "ending", "punctuality", "mirror_id", "source", "outside_code")
    status = row["outside_status"]
    return CountedDossierOut(
        **{name: row[name] for name in (*same, *told)},
        **moments,
        state=STATES[status].value if status else row["state"],
        status_at=local(row["outside_status_at"]),
        procedure=row["procedure_code"],
        agency=row["competent_agency"],
        place=row["helping_agency"],
    )


def _closed(one: ClosedPeriod) -> ClosedPeriodOut:
    return ClosedPeriodOut(
        period_id=one.id,
        first=one.first,
        last=one.last,
        as_of=local(one.as_of) or one.as_of,
        closed_at=local(one.closed_at) or one.closed_at,
        closed_by=one.closed_by_name,
        note=one.note,
        formulas=one.formulas,
        rows=one.rows,
    )
