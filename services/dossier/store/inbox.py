"""What waits for an officer: one statement for a page, its counts and its filters."""

from collections.abc import Sequence
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.use_cases.work.ports import InboxPage, InboxQuery

_COLUMNS = (
    "id, reference, dossier_code, portal_code, procedure_code, procedure_name, channel, origin, state,"
    " version, owner_name, submitted_at, accepted_at, due_at, ended_at, step, receiving_agency,"
    " competent_agency, task_holder"
)
# As `urgency.py` of the work says; a test holds the two against each other.
_URGENCY = """
    CASE WHEN due_at IS NULL OR ended_at IS NOT NULL
              OR state NOT IN ('ACCEPTED', 'PROCESSING') THEN 'ON_TRACK'
         WHEN due_at < :now THEN 'OVERDUE' WHEN due_at < :tomorrow THEN 'DUE_TODAY'
         WHEN {due} < :now THEN 'LATE_STEP' WHEN due_at < :soon THEN 'SOON' ELSE 'ON_TRACK' END
"""
_TASK_URGENCY, _ASKED_URGENCY = _URGENCY.format(due="task_due_at"), _URGENCY.format(due="asked_due_at")
_HELD = """
    held AS (
        SELECT role, :agency::text AS agency, :unit::text AS unit, NULL::text[] AS procedures
        FROM unnest(:roles::text[]) AS role
        UNION ALL
        SELECT role, given ->> 'agency', coalesce(given ->> 'unit', ''),
            ARRAY(SELECT json_array_elements_text(given -> 'procedures'))
        FROM staff s CROSS JOIN LATERAL json_array_elements(s.data -> 'delegations') AS given
        CROSS JOIN LATERAL json_array_elements_text(given -> 'roles') AS role
        WHERE s.subject = :subject AND :today::date BETWEEN (given ->> 'valid_from')::date
            AND (given ->> 'valid_to')::date
    )
"""
_OF_PROCEDURES = (
    "(held.procedures IS NULL OR held.procedures = '{}' OR procedure_code = ANY(held.procedures))"
    " AND (:procedure::text = '' OR procedure_code = :procedure)"
)
_BY_ROLE = (
    "task_agency = held.agency AND task_role = held.role AND task_role IS NOT NULL"
    f" AND task_unit IN ('', held.unit) AND {_OF_PROCEDURES}"
    " AND :whose::text <> 'mine' AND (:whose <> 'unclaimed' OR task_holder IS NULL)"
)
_MINE = (
    "task_holder = :subject AND task_holder IS NOT NULL AND :whose = 'mine'"
    " AND (:procedure = '' OR procedure_code = :procedure)"
)
_ASKED = (
    "asked_desks && ARRAY[held.agency || '|' || held.role || '|', held.agency || '|' || held.role || '|'"
    f" || held.unit] AND asked_desks <> '{{}}' AND {_OF_PROCEDURES} AND :whose <> 'mine'"
)
_SIFTED = (
    "(:state::text = '' OR state = :state) AND (:urgency::text = '' OR {urgency} = :urgency)"
    " AND ({due}, id) > (:after_due::timestamptz, :after_id::uuid)"
)
# Each desk walks the index of tasks by itself, in order and no further than a page. Opinions asked of a desk
# are few: they are found by the desk's name and sorted.
_PAGE = f"""
    page AS (
        SELECT DISTINCT ON (found.waits_until, found.id) found.* FROM (
            SELECT one.* FROM held CROSS JOIN LATERAL (
                SELECT {_COLUMNS}, 'STEP' AS kind, task_due_at AS waits_until, {_TASK_URGENCY} AS urgency
                FROM dossiers WHERE {_BY_ROLE} AND {_SIFTED.format(urgency=_TASK_URGENCY, due="task_due_at")}
                ORDER BY task_due_at, id LIMIT :limit) AS one
            UNION ALL
            (SELECT {_COLUMNS}, 'STEP', task_due_at, {_TASK_URGENCY}
             FROM dossiers WHERE {_MINE} AND {_SIFTED.format(urgency=_TASK_URGENCY, due="task_due_at")}
             ORDER BY task_due_at, id LIMIT :limit)
            UNION ALL
            SELECT one.* FROM held CROSS JOIN LATERAL (
                SELECT {_COLUMNS}, 'OPINION', asked_due_at, {_ASKED_URGENCY}
                FROM dossiers WHERE {_ASKED} AND {_SIFTED.format(urgency=_ASKED_URGENCY, due="asked_due_at")}
                ORDER BY asked_due_at, id LIMIT :limit) AS one
        ) AS found ORDER BY found.waits_until, found.id LIMIT :limit
    )
"""
# UNION, for a task may be seen from several desks: told apart by hashing, thousands cost a few milliseconds.
_COUNTED = f"""
    counted AS (
        SELECT json_agg(json_build_object('state', state, 'urgency', urgency, 'count', n)) AS counts FROM (
            SELECT state, urgency, count(*) AS n FROM (
                SELECT d.id, d.state, 'STEP' AS kind, {_TASK_URGENCY} AS urgency
                FROM held JOIN dossiers d ON {_BY_ROLE}
                UNION
                SELECT id, state, 'STEP', {_TASK_URGENCY} FROM dossiers WHERE {_MINE}
                UNION
                SELECT d.id, d.state, 'OPINION', {_ASKED_URGENCY} FROM held JOIN dossiers d ON {_ASKED}
            ) AS every WHERE :with_counts::boolean GROUP BY state, urgency
        ) AS grouped
    )
"""
_INBOX = Statement(
    f"WITH {_HELD}, {_PAGE}, {_COUNTED} SELECT page.*, counted.counts FROM counted"
    " LEFT JOIN page ON true ORDER BY page.waits_until, page.id"
)
_REASSIGN = Statement(
    f"""
    SELECT {_COLUMNS}, 'STEP' AS kind, task_due_at AS waits_until, {_TASK_URGENCY} AS urgency,
        s.data ->> 'name' AS holder_name
    FROM staff s JOIN dossiers d ON d.task_holder = s.subject
    WHERE s.away_until >= :today AND s.agency = :agency AND d.task_agency = :agency
      AND (:unit::text = '' OR d.task_unit = :unit)
      AND EXISTS (SELECT 1 FROM json_array_elements(s.data -> 'leaves') AS leave
                  WHERE :today::date BETWEEN (leave ->> 'valid_from')::date AND (leave ->> 'valid_to')::date)
      AND (d.task_due_at, d.id) > (:after_due::timestamptz, :after_id::uuid)
    ORDER BY d.task_due_at, d.id LIMIT :limit
    """
)


class PostgresInbox:
    """Tasks by role, held steps and opinions asked, the most pressing first."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def page(self, query: InboxQuery) -> InboxPage:
        """Return a page and, on the first, how much waits by state and urgency."""
        rows = await self._unit.fetch(
            _INBOX,
            subject=query.subject,
            agency=query.agency,
            unit=query.unit,
            roles=query.roles,
            today=query.today,
            procedure=query.procedure,
            state=query.state,
            urgency=query.urgency,
            whose=query.whose,
            now=query.lines.now,
            tomorrow=query.lines.tomorrow,
            soon=query.lines.soon,
            after_due=query.after[0],
            after_id=query.after[1],
            with_counts=query.with_counts,
            limit=query.limit,
        )
        counts = rows[0]["counts"] if rows else None
        return InboxPage([row for row in rows if row["id"] is not None], counts or ())

    async def of_absent(self, query: InboxQuery) -> Sequence[Any]:
        """Return the steps held by people of the unit who are on leave."""
        return await self._unit.fetch(
            _REASSIGN,
            agency=query.agency,
            unit=query.unit,
            today=query.today,
            now=query.lines.now,
            tomorrow=query.lines.tomorrow,
            soon=query.lines.soon,
            after_due=query.after[0],
            after_id=query.after[1],
            limit=query.limit,
        )
