"""What statistics read: one statement for any cut of any stretch of time, live or from a closed period.

Three walks find the dossiers of a period without looking at other years: those received in it or in the month
before (an index of days), those that stayed long (a small index of their ends), those never accepted.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.figures.asked import Cut, Selection
from services.dossier.domain.figures.numbers import Amount, Number
from services.dossier.domain.figures.period import Period
from services.dossier.domain.keepers import Reach
from services.dossier.store.figure_periods import PostgresPeriods
from services.dossier.store.reaches import reach_rows
from services.dossier.store.tables.figures import OLD_DAYS

COLUMN = {
    Cut.AGENCY: "competent_agency",
    Cut.RECEIVING_AGENCY: "receiving_agency",
    Cut.PLACE: "helping_agency",
    Cut.SECTOR: "sector",
    Cut.PROCEDURE: "procedure_code",
    Cut.CHANNEL: "channel",
    Cut.ROUTE: "route",
    Cut.CAUSE: "cause",
}
_RECEIVED = "(r.received_on BETWEEN p.first_on AND p.last_on)"
_ENDED = "(r.received_on IS NOT NULL AND r.ended_on BETWEEN p.first_on AND p.last_on)"
_OPEN = "(r.received_on <= p.last_on AND coalesce(r.ended_on > p.last_on, true))"
# Due moment and clock as they were at the period's end: what changed since stands beside the row.
_THEN = (
    "CASE WHEN r.was_until[cardinality(r.was_until)] >= p.as_of THEN (SELECT w.{then} FROM"
    " unnest(r.was_until, r.was_due, r.was_stopped) AS w(until, due_at, stopped_at)"
    " WHERE w.until >= p.as_of ORDER BY w.until LIMIT 1) ELSE r.{then} END"
)
_DUE, _STOPPED = _THEN.format(then="due_at"), _THEN.format(then="stopped_at")
_OVERDUE = f"coalesce({_DUE} < least({_STOPPED}, p.as_of), false)"
_ASKED = "(r.supplements - (SELECT count(*) FROM unnest(r.asked_at) AS q(at) WHERE q.at >= p.as_of))"
CONDITIONS: dict[Number, str] = {
    Number.RECEIVED: _RECEIVED,
    Number.SUBMISSIONS: f"{_RECEIVED} AND NOT r.is_follower AND NOT r.is_correction",
    Number.CORRECTIONS: f"{_RECEIVED} AND r.is_correction",
    Number.CARRIED_OVER: "(r.received_on < p.first_on AND coalesce(r.ended_on >= p.first_on, true))",
    Number.ENDED: _ENDED,
    Number.EARLY: f"{_ENDED} AND r.punctuality = 'EARLY'",
    Number.ON_TIME: f"{_ENDED} AND r.punctuality = 'ON_TIME'",
    Number.LATE: f"{_ENDED} AND r.punctuality = 'OVERDUE'",
    Number.LATE_BY_PORTAL: f"{_ENDED} AND (r.punctuality = 'OVERDUE' OR (r.supplements > 1"
    " AND r.punctuality <> ''))",
    Number.UNDETERMINED: f"{_ENDED} AND r.punctuality = ''",
    Number.REFUSED: f"{_ENDED} AND r.ending = 'REFUSED'",
    Number.STOPPED: f"{_ENDED} AND r.ending = 'STOPPED'",
    Number.WITHDRAWN: f"{_ENDED} AND r.ending = 'WITHDRAWN'",
    Number.IN_PROGRESS: _OPEN,
    Number.IN_TIME: f"{_OPEN} AND {_DUE} IS NOT NULL AND NOT {_OVERDUE}",
    Number.OVERDUE: f"{_OPEN} AND {_OVERDUE}",
    Number.ASKED_AGAIN: f"{_OPEN} AND {_DUE} IS NOT NULL AND NOT {_OVERDUE} AND {_ASKED} > 1",
    Number.IN_PROGRESS_UNDETERMINED: f"{_OPEN} AND {_DUE} IS NULL",
    Number.MIRRORED: f"{_RECEIVED} AND r.is_mirror",
    Number.ENDED_MIRRORED: f"{_ENDED} AND r.is_mirror",
    Number.ENDED_ELSEWHERE: f"{_ENDED} AND NOT r.is_mirror AND r.route <> 'PROVINCE'",
    Number.PAUSED: f"{_OPEN} AND {_STOPPED} < p.as_of",
    Number.INTAKE_REFUSED: "r.received_on IS NULL AND r.ending = 'INTAKE_REFUSED'",
    Number.INTAKE_CANCELLED: "r.received_on IS NULL AND r.ending = 'CANCELLED'",
    Number.ONLINE: f"{_RECEIVED} AND r.channel = 'ONLINE'",
    Number.DIGITISED: f"{_RECEIVED} AND r.components > 0 AND r.digitised = r.components",
    Number.REUSING: f"{_RECEIVED} AND r.reused > 0",
    Number.ELECTRONIC_RESULTS: f"{_ENDED} AND r.is_electronic",
}
_SUMS = {
    Amount.COMPONENTS: "components",
    Amount.COMPONENTS_DIGITISED: "digitised",
    Amount.COMPONENTS_REUSED: "reused",
}
_BELOW = " OR ".join(
    f"starts_with(r.{column}, :within || '.') AND NOT r.{column} = ANY(:known::text[])"
    for column in ("competent_agency", "receiving_agency", "helping_agency")
)
# What an agency is to the caller's is said one by one; one nobody told of here goes by its code.
_WITHIN = (
    "(:within::text = '' OR EXISTS ("
    "SELECT FROM jsonb_to_recordset(:kept::jsonb) AS kept(agency text, chosen text[], others text[])"
    " WHERE kept.agency IN (r.competent_agency, r.receiving_agency, r.helping_agency)"
    " AND (kept.chosen IS NULL OR r.procedure_code = ANY(kept.chosen))"
    f" AND NOT r.procedure_code = ANY(kept.others)) OR {_BELOW})"
)
_FILTERS = " AND ".join(
    [_WITHIN] + [f"(:{cut}::text[] IS NULL OR r.{column} = ANY(:{cut}))" for cut, column in COLUMN.items()]
)
_IS_OLD = f"(f.ended_on IS NULL OR f.ended_on - f.received_on > {OLD_DAYS})"
# The planner makes one plan for all values: each walk is written so that only its own index fits.
_LIVE = f"""
    SELECT * FROM figure_rows f
    WHERE f.received_on BETWEEN p.first_on - {OLD_DAYS} AND p.last_on
      AND (f.ended_on IS NULL OR f.ended_on >= p.first_on)
    UNION ALL
    SELECT * FROM figure_rows f
    WHERE {_IS_OLD} AND coalesce(f.ended_on, 'infinity'::date) >= p.first_on
      AND f.received_on < p.first_on - {OLD_DAYS}
    UNION ALL
    SELECT * FROM figure_rows f
    WHERE f.received_on IS NULL AND f.ended_on BETWEEN p.first_on AND p.last_on
"""
_CLOSED = "SELECT * FROM closed_figure_rows f WHERE f.period_id = :period_id"
_PERIODS = (
    "unnest(:firsts::date[], :lasts::date[], :moments::timestamptz[])"
    " WITH ORDINALITY AS p(first_on, last_on, as_of, part)"
)


@lru_cache(maxsize=512)
def _table(cuts: tuple[Cut, ...], *, is_closed: bool) -> Statement:
    """Return the statement of a cut; there are as many as combinations of cuts."""
    names = [f"r.{COLUMN[cut]} AS {cut}" for cut in cuts]
    counts = [f"count(*) FILTER (WHERE {condition}) AS {number}" for number, condition in CONDITIONS.items()]
    sums = [
        f"coalesce(sum(r.{column}) FILTER (WHERE {_RECEIVED}), 0) AS {amount}"
        for amount, column in _SUMS.items()
    ]
    return Statement(
        f"SELECT p.part, {', '.join([*names, *counts, *sums])}"
        f" FROM {_PERIODS} CROSS JOIN LATERAL ({_CLOSED if is_closed else _LIVE}) AS r WHERE {_FILTERS}"
        f" GROUP BY {', '.join(['p.part', *(f'r.{COLUMN[cut]}' for cut in cuts)])}"
        f" ORDER BY {', '.join(['p.part', *(str(cut) for cut in cuts)])} LIMIT :limit"
    )


_SHOWN = (
    "d.dossier_code, d.reference, coalesce(d.procedure_name, m.procedure_name) AS procedure_name, d.state,"
    " m.id AS mirror_id, m.source, m.outside_code, s.status AS outside_status, s.at AS outside_status_at,"
    " r.dossier_id, r.competent_agency,"
    " r.receiving_agency, r.helping_agency, r.sector, r.procedure_code, r.channel, r.route, r.cause,"
    " r.received_at, r.due_at, r.stopped_at, r.ended_at, r.ending, r.punctuality, r.components, r.digitised,"
    " r.reused"
)


@lru_cache(maxsize=128)
def dossiers_of(number: Number, *, is_closed: bool) -> Statement:
    """Return the statement of the dossiers behind a number, the newest first, from a dossier on."""
    return Statement(
        f"SELECT {_SHOWN} FROM (SELECT r.* FROM {_PERIODS}"
        f" CROSS JOIN LATERAL ({_CLOSED if is_closed else _LIVE}) AS r"
        f" WHERE {CONDITIONS[number]} AND {_FILTERS} AND r.dossier_id < :before::uuid"
        f" ORDER BY r.dossier_id DESC LIMIT :limit) AS r"
        f" LEFT JOIN dossiers d ON d.id = r.dossier_id"
        f" LEFT JOIN mirrors m ON r.is_mirror AND m.id = r.dossier_id"
        f" LEFT JOIN LATERAL (SELECT t.status, t.at FROM mirror_statuses t WHERE t.mirror_id = m.id"
        f" ORDER BY t.at DESC, t.status DESC LIMIT 1) s ON true ORDER BY r.dossier_id DESC"
    )


def parameters_of(periods: Sequence[Period], selection: Selection, period_id: UUID | None) -> dict[str, Any]:
    """Return what every statement above is given."""
    given: dict[str, Any] = {str(cut): selection.values(cut) for cut in Cut}
    if period_id is not None:
        given["period_id"] = period_id
    return {
        **given,
        "within": selection.within,
        "kept": reach_rows(_kept(selection)),
        "known": list(selection.known),
        "firsts": [period.first for period in periods],
        "lasts": [period.last for period in periods],
        "moments": [period.as_of for period in periods],
    }


def _kept(selection: Selection) -> list[Reach]:
    """Return what the caller's agency keeps, and its own where it has ended itself."""
    is_own = any(one.agency == selection.within for one in selection.kept)
    return [*selection.kept, *([] if is_own else [Reach(agency=selection.within)])]


class PostgresStatistics(PostgresPeriods):
    """Reads of figures, live and closed."""

    def __init__(self, unit: UnitOfWork) -> None:
        super().__init__(unit, _LIVE)

    async def table(
        self,
        periods: Sequence[Period],
        cuts: tuple[Cut, ...],
        selection: Selection,
        *,
        limit: int,
        period_id: UUID | None = None,
    ) -> list[Any]:
        """Return a row of numbers for each period and cut that has any dossier."""
        statement = _table(cuts, is_closed=period_id is not None)
        return await self._unit.fetch(statement, **parameters_of(periods, selection, period_id), limit=limit)

    async def dossiers(
        self,
        number: Number,
        period: Period,
        selection: Selection,
        *,
        before: UUID,
        limit: int,
        period_id: UUID | None = None,
    ) -> list[Any]:
        """Return the dossiers a number counts, the newest first."""
        statement = dossiers_of(number, is_closed=period_id is not None)
        given = parameters_of([period], selection, period_id)
        return await self._unit.fetch(statement, **given, before=before, limit=limit)
