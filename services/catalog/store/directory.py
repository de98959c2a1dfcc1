"""The staff directory in PostgreSQL: delegations, leave, secondments."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.agencies.changes import Record
from services.catalog.domain.agencies.mandates import Absence, Delegation

_MEMBERS = Statement("""
SELECT jsonb_build_object(
    'members', (SELECT jsonb_object_agg(code, jsonb_build_array(version, data)) FROM staff
        WHERE code = ANY(:subjects::text[])),
    'delegations', (SELECT jsonb_agg(to_jsonb(d) ORDER BY d.id) FROM delegations d
        WHERE d.giver = ANY(:subjects::text[]) OR d.taker = ANY(:subjects::text[])),
    'absences', (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id) FROM absences a
        WHERE a.subject = ANY(:subjects::text[]) OR a.stand_in = ANY(:subjects::text[])))
""")
_DELEGATION = Statement("SELECT to_jsonb(d) FROM delegations d WHERE id = :id")
_ABSENCE = Statement("SELECT to_jsonb(a) FROM absences a WHERE id = :id")
_ADD_DELEGATION = Statement("""
INSERT INTO delegations (id, giver, taker, roles, procedures, valid_from, valid_to, decision, made_by)
VALUES (:id, :giver, :taker, :roles, :procedures, :valid_from, :valid_to, :decision, :by)
""")
_END_DELEGATION = Statement("UPDATE delegations SET valid_to = :last_day WHERE id = :id")
_ADD_ABSENCE = Statement("""
INSERT INTO absences (id, subject, stand_in, valid_from, valid_to, reason, made_by)
VALUES (:id, :subject, :stand_in, :valid_from, :valid_to, :reason, :by)
""")
_END_ABSENCE = Statement("UPDATE absences SET valid_to = :last_day WHERE id = :id")
_OF_AGENCY = Statement("""
SELECT (s.data - 'decided') || jsonb_build_object('version', s.version, 'sits_at', (
    SELECT jsonb_agg(jsonb_build_object('point', x.point, 'valid_from', x.valid_from, 'valid_to', x.valid_to)
        ORDER BY x.valid_from) FROM secondments x WHERE x.subject = s.code)) AS data
FROM staff s WHERE s.agency = :agency AND s.code > :after ORDER BY s.code LIMIT :limit::int
""")
_SECOND = Statement("""
INSERT INTO secondments (id, subject, point, valid_from, valid_to, decision, made_by)
VALUES (:id, :subject, :point, :first, :last, :decision, :by)
""")


class PostgresDirectory:
    """The staff directory, with who acts for whom and who is away."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def members(
        self, subjects: Sequence[str]
    ) -> tuple[Mapping[str, tuple[int, Record]], Sequence[Delegation], Sequence[Absence]]:
        """Return members of staff with the delegations and absences that name any of them."""
        found = await self._unit.fetch_value(_MEMBERS, subjects=list(subjects))
        members = {code: (pair[0], pair[1]) for code, pair in (found["members"] or {}).items()}
        delegations = [_delegation(item) for item in found["delegations"] or ()]
        return members, delegations, [_absence(item) for item in found["absences"] or ()]

    async def delegation(self, entry: UUID) -> Delegation | None:
        """Return one delegation."""
        found = await self._unit.fetch_value(_DELEGATION, id=entry)
        return _delegation(found) if found else None

    async def absence(self, entry: UUID) -> Absence | None:
        """Return one absence."""
        found = await self._unit.fetch_value(_ABSENCE, id=entry)
        return _absence(found) if found else None

    def add_delegation(self, delegation: Delegation, by: str) -> None:
        """Queue a delegation."""
        self._unit.write(
            _ADD_DELEGATION,
            id=delegation.id,
            giver=delegation.giver,
            taker=delegation.taker,
            roles=list(delegation.roles),
            procedures=list(delegation.procedures),
            valid_from=delegation.valid_from,
            valid_to=delegation.valid_to,
            decision=dict(delegation.decision),
            by=by,
        )

    def end_delegation(self, entry: UUID, last_day: date) -> None:
        """Queue its last day."""
        self._unit.write(_END_DELEGATION, id=entry, last_day=last_day)

    def add_absence(self, absence: Absence, by: str) -> None:
        """Queue an absence."""
        self._unit.write(
            _ADD_ABSENCE,
            id=absence.id,
            subject=absence.subject,
            stand_in=absence.stand_in or None,
            valid_from=absence.valid_from,
            valid_to=absence.valid_to,
            reason=absence.reason,
            by=by,
        )

    def end_absence(self, entry: UUID, last_day: date) -> None:
        """Queue its last day."""
        self._unit.write(_END_ABSENCE, id=entry, last_day=last_day)

    async def of_agency(self, agency: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return the members of an agency with the points they sit at."""
        rows = await self._unit.fetch(_OF_AGENCY, agency=agency, after=after, limit=limit)
        return [row["data"] for row in rows]

    def second(
        self,
        entry: UUID,
        *,
        subject: str,
        point: str,
        first: date,
        last: date | None,
        decision: Mapping[str, str],
        by: str,
    ) -> None:
        """Queue that somebody sits at a one-stop point."""
        self._unit.write(
            _SECOND,
            id=entry,
            subject=subject,
            point=point,
            first=first,
            last=last,
            decision=dict(decision),
            by=by,
        )


def _delegation(item: Mapping[str, Any]) -> Delegation:
    return Delegation(
        id=UUID(item["id"]),
        giver=item["giver"],
        taker=item["taker"],
        roles=tuple(item["roles"]),
        procedures=tuple(item["procedures"]),
        valid_from=date.fromisoformat(item["valid_from"]),
        valid_to=date.fromisoformat(item["valid_to"]),
        decision=item["decision"],
    )


def _absence(item: Mapping[str, Any]) -> Absence:
    return Absence(
        id=UUID(item["id"]),
        subject=item["subject"],
        valid_from=date.fromisoformat(item["valid_from"]),
        valid_to=date.fromisoformat(item["valid_to"]),
        stand_in=item["stand_in"] or "",
        reason=item["reason"],
    )
