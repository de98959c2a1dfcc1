"""What people see of the documents' exchange, and to whom a procedure's results go."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.documents.envelope import Organ
from services.gateway.store.directory import KEPT
from services.gateway.store.document_seals import DocumentSeals

_LINES = Statement(f"""
SELECT d.id, d.direction, d.agency, d.organ, d.organ_name, d.document_id, d.purpose, d.number,
       d.promulgated_on, d.type_name, d.dossier_id, d.dossier_code, d.state, d.status,
       d.is_asked_back, d.is_revoked, d.superseded_by, d.request_id, d.failure, d.created_at, d.words,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('receiver', m.receiver, 'name', m.receiver_name,
           'state', m.state, 'standing', m.standing) ORDER BY m.seq), '[]')
        FROM document_messages m WHERE m.document = d.id AND m.kind = 'DOCUMENT') AS receivers
FROM exchanged_documents d
WHERE d.agency IN {KEPT}
  AND (:direction::text IS NULL OR d.direction = :direction)
  AND (:status::text IS NULL OR d.status = :status)
  AND (:state::text IS NULL OR d.state = :state)
  AND (:dossier_id::uuid IS NULL OR d.dossier_id = :dossier_id)
  AND (:before::uuid IS NULL OR d.id < :before)
ORDER BY d.id DESC LIMIT :limit
""")
_ARRIVALS = Statement("""
SELECT a.id, a.name, a.size, a.received_at, a.state, a.reason, a.attempts, a.next_attempt_at, a.settled_at,
       coalesce(s.action, '') AS settlement, coalesce(s.subject, '') AS settled_by,
       coalesce(s.reason, '') AS note, s.id AS act
FROM document_arrivals a
LEFT JOIN LATERAL (SELECT id, action, subject, reason FROM document_acts
    WHERE document = a.id AND a.state = 'SETTLED' AND action IN ('SET_ASIDE', 'TAKEN_BY_HAND')
    ORDER BY id DESC LIMIT 1) s ON true
WHERE a.state <> 'DONE' AND (a.state = :state::text OR (:state::text IS NULL AND a.state <> 'SETTLED'))
  AND (:after::uuid IS NULL OR a.id > :after) ORDER BY a.id LIMIT :limit
""")
_FIGURES = Statement("""
SELECT
    (SELECT count(*) FROM exchanged_documents WHERE state = 'PLANNED') AS planned,
    (SELECT count(*) FROM exchanged_documents WHERE state = 'FAULTY') AS faulty,
    (SELECT count(*) FROM document_messages WHERE state = 'WAITING') AS waiting,
    (SELECT count(*) FROM document_messages WHERE state = 'HANDED') AS handed,
    (SELECT count(*) FROM document_messages WHERE state = 'HANDED'
        AND handed_at < :now::timestamptz - make_interval(hours => :silent_hours::int)) AS without_receipt,
    (SELECT count(*) FROM document_messages WHERE state = 'REFUSED') AS refused,
    (SELECT coalesce(extract(epoch FROM :now::timestamptz - min(created_at)), 0)::float8
        FROM document_messages WHERE state = 'WAITING') AS lag_seconds,
    (SELECT count(*) FROM exchanged_documents WHERE direction = 'IN' AND status = '01') AS unanswered,
    (SELECT coalesce(jsonb_agg(x ORDER BY x.rows DESC), '[]') FROM (SELECT left(answer, 200) AS reason,
        count(*) AS rows FROM document_messages WHERE state = 'REFUSED' GROUP BY 1 LIMIT 50) AS x)
        AS refused_by_reason,
    (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, count(*) AS n
        FROM document_arrivals GROUP BY 1) AS x) AS arrivals
""")
_ROUTE = Statement("SELECT receivers, version FROM document_routes WHERE procedure_code = :procedure_code")
_ROUTE_NEW = Statement(
    "INSERT INTO document_routes (procedure_code, receivers, version, changed_by, changed_at)"
    " VALUES (:procedure_code, :receivers, 1, :by, :now) ON CONFLICT (procedure_code) DO NOTHING"
)
_ROUTE_OTHERWISE = Statement(
    "UPDATE document_routes SET receivers = :receivers, version = version + 1, changed_by = :by,"
    " changed_at = :now WHERE procedure_code = :procedure_code AND version = :seen"
)


class PostgresDocumentScreens:
    """Reads only: one statement a screen."""

    def __init__(self, unit: UnitOfWork, seals: DocumentSeals) -> None:
        self._unit = unit
        self._seals = seals

    async def lines(
        self,
        *,
        agency: str,
        today: date,
        direction: str | None,
        status: str | None,
        state: str | None,
        dossier_id: UUID | None,
        before: UUID | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Return the documents of an agency and of those it goes on for, newest first."""
        rows = await self._unit.fetch(
            _LINES,
            agency=agency,
            today=today,
            direction=direction,
            status=status,
            state=state,
            dossier_id=dossier_id,
            before=before,
            limit=limit,
        )
        return [
            {
                **dict(row),
                "subject": self._seals.open_words(row["words"], row["id"]).get("subject", "")
                if row["words"]
                else "",
            }
            for row in rows
        ]

    async def arrivals(self, *, state: str | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """Return what came and is not understood, oldest first; what people settled by its state only."""
        rows = await self._unit.fetch(_ARRIVALS, state=state, after=after, limit=limit)
        return [{**dict(row), "note": self._note(row)} for row in rows]

    async def figures(self, now: datetime, *, silent_hours: int) -> dict[str, Any]:
        """Return how the exchange stands."""
        return dict(await self._unit.fetch_one(_FIGURES, now=now, silent_hours=silent_hours) or {})

    def _note(self, row: Any) -> str:
        return str(self._seals.open_words(row["note"], row["act"])["reason"]) if row["note"] else ""


class PostgresDocumentRoutes:
    """Which agencies a procedure's results, or a system's questions, go to: data an administrator keeps.

    A system's key is `system:<name>`, which no procedure's code looks like.
    """

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def receivers(self, procedure_code: str) -> list[Organ]:
        """Return the receivers of a procedure's results."""
        return (await self.route(procedure_code))[0]

    async def route(self, procedure_code: str) -> tuple[list[Organ], int]:
        """Return receivers and the version of the row; 0 when nobody named any."""
        row = await self._unit.fetch_one(_ROUTE, procedure_code=procedure_code)
        if row is None:
            return [], 0
        return [Organ(one["id"], one["name"]) for one in row["receivers"]], row["version"]

    def put(
        self, procedure_code: str, receivers: Sequence[Organ], *, seen: int, by: str, now: datetime
    ) -> None:
        """Keep receivers; `seen` 0: there were none. `Stale` at the commit when they changed."""
        listed = [{"id": one.id, "name": one.name} for one in receivers]
        values = {"procedure_code": procedure_code, "receivers": listed, "by": by, "now": now}
        if seen:
            self._unit.write(_ROUTE_OTHERWISE, **values, seen=seen)
        else:
            self._unit.write(_ROUTE_NEW, **values)
