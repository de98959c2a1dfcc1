"""What waits for an officer: one statement for a page, its counts and its filters.

Counts come from whole desks, an agency's role with all its units: what many wait at is counted for everybody
there at once (`DeskTallies`, ADR 0018). What is not a whole desk's is counted for the caller each time.
"""

from collections.abc import Sequence
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.work.tallies import at_desks
from services.dossier.domain.work.urgency import WAITS_BY_DAY, WAITS_FOR_OFFICE
from services.dossier.store.copies import Copies
from services.dossier.store.desk_tallies import DeskTallies
from services.dossier.store.directory_sql import during, each, texts
from services.dossier.use_cases.work.ports import InboxPage, InboxQuery

_COLUMNS = (
    "id, reference, dossier_code, portal_code, procedure_code, procedure_name, channel, origin, state,"
    " prior_state, version, owner_name, submitted_at, accepted_at, due_at, ended_at, step, receiving_agency,"
    " competent_agency, task_holder"
)
_LATE_TO_SAY = ", ".join(sorted(f"'{state}'" for state in WAITS_FOR_OFFICE))
_LATE_TO_GO_ON = ", ".join(sorted(f"'{state}'" for state in WAITS_BY_DAY))
# As `urgency.py` of the work says; a test holds the two against each other.
_URGENCY = f"""
    CASE WHEN due_at IS NULL OR coalesce(CASE WHEN state = 'WITHDRAWAL_REQUESTED' THEN prior_state
                                         ELSE state END, '') NOT IN ('ACCEPTED', 'PROCESSING')
         THEN CASE WHEN {{due}} < :now AND (state IN ({_LATE_TO_SAY})
                   OR state IN ({_LATE_TO_GO_ON}) AND {{due}} <> due_at)
              THEN 'LATE_STEP' ELSE 'ON_TRACK' END
         WHEN due_at < :now THEN 'OVERDUE' WHEN due_at < :tomorrow THEN 'DUE_TODAY'
         WHEN {{due}} < :now THEN 'LATE_STEP' WHEN due_at < :soon THEN 'SOON' ELSE 'ON_TRACK' END
"""
_TASK_URGENCY, _ASKED_URGENCY = _URGENCY.format(due="task_due_at"), _URGENCY.format(due="asked_due_at")
_HELD = f"""
    held AS (
        SELECT role, :agency::text AS agency, :unit::text AS unit, NULL::text[] AS procedures,
            :procedure::text = '' AS is_whole
        FROM unnest(:roles::text[]) AS role
        UNION ALL
        SELECT role, given ->> 'agency', coalesce(given ->> 'unit', ''),
            ARRAY(SELECT {texts("given -> 'procedures'")}),
            :procedure = '' AND NOT EXISTS (SELECT {texts("given -> 'procedures'")})
        FROM staff s CROSS JOIN LATERAL {each("s.data -> 'delegations'")} AS given
        CROSS JOIN LATERAL {texts("given -> 'roles'")} AS role
        WHERE s.subject = :subject AND {during("given")}
    )
"""
_OF_PROCEDURES = (
    "(held.procedures IS NULL OR held.procedures = '{}' OR procedure_code = ANY(held.procedures))"
    " AND (:procedure::text = '' OR procedure_code = :procedure)"
)
_BY_ROLE = "task_agency = held.agency AND task_role = held.role AND task_role IS NOT NULL"
_SEEN = (
    f"task_unit IN ('', held.unit) AND {_OF_PROCEDURES}"
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
_SIFTED = "(:state::text = '' OR state = :state) AND (:urgency::text = '' OR {urgency} = :urgency)"
_AFTER = "({due}, id) > (:after_due::timestamptz, :after_id::uuid)"
_TASK_SIFTED, _TASK_AFTER = _SIFTED.format(urgency=_TASK_URGENCY), _AFTER.format(due="task_due_at")
_ASKED_SIFTED, _ASKED_AFTER = _SIFTED.format(urgency=_ASKED_URGENCY), _AFTER.format(due="asked_due_at")
# Each desk walks the index of tasks by itself, in order and no further than a page; rows are read when the
# page is known. CASE hides from the planner what the filters let through: it would guess next to nothing, and
# so read and sort all that waits at a desk. Opinions asked of a desk are few: found by its name and sorted.
# The rows of a page are fetched one by one: OFFSET 0 keeps the planner, which takes an unseen limit for a
# tenth of everything, from merging the page with the whole table.
_PAGE = f"""
    found AS (
        SELECT DISTINCT ON (every.waits_until, every.id) every.* FROM (
            SELECT one.* FROM held CROSS JOIN LATERAL (
                SELECT id, 'STEP' AS kind, task_due_at AS waits_until FROM dossiers
                WHERE {_BY_ROLE} AND {_TASK_AFTER}
                    AND CASE WHEN {_SEEN} AND {_TASK_SIFTED} THEN true ELSE false END
                ORDER BY task_due_at, id LIMIT :limit) AS one
            UNION ALL
            (SELECT id, 'STEP', task_due_at FROM dossiers WHERE {_MINE} AND {_TASK_AFTER} AND {_TASK_SIFTED}
             ORDER BY task_due_at, id LIMIT :limit)
            UNION ALL
            SELECT one.* FROM held CROSS JOIN LATERAL (
                SELECT id, 'OPINION', asked_due_at FROM dossiers
                WHERE {_ASKED} AND {_ASKED_AFTER} AND {_ASKED_SIFTED}
                ORDER BY asked_due_at, id LIMIT :limit) AS one
        ) AS every ORDER BY every.waits_until, every.id LIMIT :limit
    ),
    page AS (
        SELECT one.*, kind, waits_until, {_URGENCY.format(due="waits_until")} AS urgency
        FROM found CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM dossiers WHERE dossiers.id = found.id OFFSET 0) AS one
    )
"""
# Every task is in one group of one desk: nothing has to be told apart. All that is asked for here is in the
# index of tasks.
_GROUPED = f"""
    whole AS (
        SELECT DISTINCT agency, role, unit FROM held
        WHERE is_whole AND :with_counts::boolean AND :whose <> 'mine'
    ),
    grouped AS (
        SELECT json_agg(json_build_array(agency, role, unit, is_held, state, urgency, n)) AS groups
        FROM (SELECT DISTINCT agency, role FROM whole
              WHERE agency || '|' || role <> ALL(:kept::text[])) AS desk
        CROSS JOIN LATERAL (
            SELECT task_unit AS unit, task_holder IS NOT NULL AS is_held, state, {_TASK_URGENCY} AS urgency,
                count(*) AS n
            FROM dossiers
            WHERE task_agency = desk.agency AND task_role = desk.role AND task_role IS NOT NULL
            GROUP BY 1, 2, 3, 4) AS one
    )
"""
# UNION, for a task may be seen from several desks. OFFSET 0 keeps the planner from reading everybody's tasks
# and choosing among them afterwards: it cannot know how few desks a caller has.
_COUNTED = f"""
    counted AS (
        SELECT json_agg(json_build_array(state, urgency, n)) AS counts FROM (
            SELECT state, urgency, count(*) AS n FROM (
                SELECT one.* FROM held CROSS JOIN LATERAL (
                    SELECT id, state, 'STEP' AS kind, {_TASK_URGENCY} AS urgency
                    FROM dossiers WHERE {_BY_ROLE} AND {_SEEN} AND NOT EXISTS (
                        SELECT FROM whole WHERE whole.agency = task_agency AND whole.role = task_role
                            AND task_unit IN ('', whole.unit))
                    OFFSET 0) AS one
                WHERE NOT held.is_whole
                UNION
                SELECT id, state, 'STEP', {_TASK_URGENCY} FROM dossiers WHERE {_MINE}
                UNION
                SELECT one.* FROM held CROSS JOIN LATERAL (
                    SELECT id, state, 'OPINION', {_ASKED_URGENCY} FROM dossiers
                    WHERE {_ASKED} OFFSET 0) AS one
            ) AS every WHERE :with_counts::boolean GROUP BY state, urgency
        ) AS tallied
    )
"""
_INBOX = Statement(
    f"""
    WITH {_HELD}, {_PAGE}, {_GROUPED}, {_COUNTED},
    told AS (
        SELECT groups, counts, (SELECT json_agg(json_build_array(agency, role, unit)) FROM whole) AS desks,
            (SELECT row_to_json(s) FROM staff s WHERE s.subject = :subject) AS entry
        FROM grouped, counted
    )
    SELECT page.*, told.* FROM page FULL JOIN told ON false ORDER BY page.waits_until, page.id
    """
)
_REASSIGN = Statement(
    f"""
    SELECT {_COLUMNS}, 'STEP' AS kind, task_due_at AS waits_until, {_TASK_URGENCY} AS urgency,
        s.data ->> 'name' AS holder_name
    FROM staff s JOIN dossiers d ON d.task_holder = s.subject
    WHERE s.away_until >= :today AND s.agency = :agency AND d.task_agency = :agency
      AND (:unit::text = '' OR d.task_unit = :unit)
      AND EXISTS (SELECT 1 FROM {each("s.data -> 'leaves'")} AS leave WHERE {during("leave")})
      AND (d.task_due_at, d.id) > (:after_due::timestamptz, :after_id::uuid)
    ORDER BY d.task_due_at, d.id LIMIT :limit
    """
)


class PostgresInbox:
    """Tasks by role, held steps and opinions asked, the most pressing first."""

    def __init__(self, unit: UnitOfWork, tallies: DeskTallies, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies
        self._tallies = tallies

    async def page(self, query: InboxQuery) -> InboxPage:
        """Return a page and, on the first, how much waits by state and urgency."""
        now = query.lines.now
        own = {(query.agency, role) for role in query.roles}
        is_of_desks = query.with_counts and not query.procedure and query.whose != "mine"
        kept = self._tallies.at(now, own) if is_of_desks else {}
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
            kept=[f"{agency}|{role}" for agency, role in kept],
            limit=query.limit,
        )
        # Nothing sorts after what has no moment: the counts come last.
        told = rows.pop()
        self._copies.require("staff", [told["entry"]] if told["entry"] else ())
        fresh = self._tallies.keep(told["groups"] or (), now)
        desks = [(agency, role, unit) for agency, role, unit in told["desks"] or ()]
        tally, counted_at = at_desks(desks, {**kept, **fresh}, now, only_unheld=query.whose == "unclaimed")
        for state, urgency, count in told["counts"] or ():
            tally[state, urgency] += count
        return InboxPage(rows, tally, counted_at)

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
