"""The sync ledger in PostgreSQL: one claim a batch, one statement a result."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal.telling.ledger import STATUS_UNKNOWN, Claimed, Kind, LedgerRow, MoneyMoved
from services.gateway.use_cases.portal.ports import Settled, Spoken

_ADD = Statement(
    """
INSERT INTO portal_ledger (dossier_id, version, part, kind, portal_status, code, procedure_code, occurred_at,
                           state, next_attempt_at, tech_id)
SELECT x.dossier_id, x.version, x.part, x.kind, x.portal_status, x.code, x.procedure_code, x.occurred_at,
       'WAITING', :now, coalesce(nullif(x.tech_id, ''), (SELECT i.tech_id FROM portal_inbound i
           WHERE i.portal_code = x.code AND i.tech_id <> '' AND i.state = 'DONE' AND i.answer_code = 0
           ORDER BY i.id LIMIT 1), '')
FROM jsonb_to_recordset(:rows::jsonb) AS x(dossier_id uuid, version bigint, part int, kind text,
     portal_status int, code text, procedure_code text, occurred_at timestamptz,
     tech_id text)
ON CONFLICT (dossier_id, version, part) DO NOTHING
""",
    rows=None,
)
# Behind the newest word of the dossier, with that status: fees are told as they stand when they are told. A
# whole word that waits and was not read yet tells them too; an acceptance's second is told as the first read.
_ADD_MONEY = Statement(
    """
INSERT INTO portal_ledger (dossier_id, version, part, kind, portal_status, code, procedure_code, occurred_at,
                           state, next_attempt_at, tech_id)
SELECT l.dossier_id, l.version, 100 + :sequence::int, 'HERE_FEES', l.portal_status, l.code, l.procedure_code,
       :at, 'WAITING', :now, l.tech_id
FROM (SELECT * FROM portal_ledger WHERE dossier_id = :dossier_id
      ORDER BY version DESC, part DESC LIMIT 1) AS l
WHERE l.kind <> 'PORTAL_STATUS'
  AND NOT EXISTS (SELECT FROM portal_owners o WHERE o.dossier_id = l.dossier_id AND NOT o.is_ours)
  AND NOT EXISTS (SELECT FROM portal_ledger w
      WHERE w.dossier_id = l.dossier_id AND w.state = 'WAITING' AND w.attempts = 0
        AND (w.kind IN ('HERE_CREATE', 'HERE_FEES') OR w.kind = 'HERE_UPDATE' AND w.part = 0))
ON CONFLICT (dossier_id, version, part) DO NOTHING
""",
    rows=None,
)
# A whole word that comes before they were told tells them.
_MONEY_IS_TOLD = Statement(
    "DELETE FROM portal_ledger WHERE dossier_id = ANY(:whole::uuid[]) AND kind = 'HERE_FEES'"
    " AND state = 'WAITING' AND attempts = 0",
    rows=None,
)
_CLAIM_ROWS = """
UPDATE portal_ledger AS l
SET is_uncertain = l.is_uncertain OR l.state = 'SENDING', state = 'SENDING', attempts = l.attempts + 1,
    lease_id = :lease_id, lease_until = :until
FROM (
    SELECT h.dossier_id, h.version, h.part FROM portal_ledger h
    WHERE h.state IN ('WAITING', 'SENDING') AND h.next_attempt_at <= :now
      AND (h.state = 'WAITING' OR h.lease_until <= :now)
      AND NOT EXISTS (SELECT 1 FROM portal_ledger e WHERE e.dossier_id = h.dossier_id
          AND e.state <> 'CONFIRMED' AND (e.version, e.part) < (h.version, h.part))
      AND NOT EXISTS (SELECT FROM portal_owners o WHERE o.dossier_id = h.dossier_id AND o.has_ended)
    ORDER BY h.next_attempt_at LIMIT :limit FOR UPDATE SKIP LOCKED
) AS due
WHERE (l.dossier_id, l.version, l.part) = (due.dossier_id, due.version, due.part)
RETURNING l.*,
    (SELECT p.portal_code FROM portal_mappings p
        WHERE p.kind = 'PROCEDURE' AND p.local_code = l.procedure_code) AS mapped,
    (SELECT p.portal_code FROM procedure_sectors s JOIN portal_mappings p
        ON p.kind = 'SECTOR' AND p.local_code = s.sector
        WHERE s.procedure_code = l.procedure_code) AS mapped_sector,
    (SELECT s.sector_name FROM procedure_sectors s WHERE s.procedure_code = l.procedure_code) AS sector_name,
    EXISTS (SELECT FROM tracking_codes t WHERE t.code = l.code AND t.dossier_id <> l.dossier_id)
        AS is_anothers
"""
_CLAIM = Statement(_CLAIM_ROWS)
# Among what was refused alike stands what was never told: who asks again asks with that.
_CLAIM_LEAST_TRIED = Statement(_CLAIM_ROWS.replace("ORDER BY h.next", "ORDER BY h.attempts, h.next"))
_RENEW = Statement(
    "UPDATE portal_ledger AS l SET lease_until = :until"
    " FROM jsonb_to_recordset(:held::jsonb) AS x(dossier_id uuid, lease_id uuid)"
    " WHERE l.dossier_id = x.dossier_id AND l.lease_id = x.lease_id AND l.state = 'SENDING'",
    rows=None,
)
_SETTLE = """
UPDATE portal_ledger AS l
SET state = x.state, settled_at = x.settled_at, lease_id = NULL, lease_until = NULL, attempts = x.attempts,
    is_told = x.is_told, is_uncertain = coalesce(x.is_uncertain, l.is_uncertain), is_silence = x.is_silence,
    is_own = x.is_own, own_silences = coalesce(x.own_silences, l.own_silences),
    next_attempt_at = coalesce(x.next_attempt_at, l.next_attempt_at),
    answer_code = x.answer_code, answer = x.answer
FROM jsonb_to_recordset(:results::jsonb) AS x(dossier_id uuid, version bigint, part int, lease_id uuid,
     state text, settled_at timestamptz, attempts int, is_told boolean, is_uncertain boolean,
     is_silence boolean, is_own boolean, own_silences int, next_attempt_at timestamptz,
     answer_code text, answer text)
WHERE (l.dossier_id, l.version, l.part) = (x.dossier_id, x.version, x.part) AND l.lease_id = x.lease_id
"""
_WAKE = Statement(
    "UPDATE portal_ledger SET next_attempt_at = :now WHERE state = 'WAITING' AND is_silence"
    " AND NOT is_own AND next_attempt_at > :now AND NOT dossier_id = ANY(:except_of)",
    rows=None,
)
_SAMPLE = Statement("""
SELECT l.* FROM (
    SELECT DISTINCT ON (dossier_id) * FROM (
        SELECT dossier_id FROM portal_ledger WHERE state = 'CONFIRMED' AND kind <> 'HERE_PROGRESS'
        ORDER BY settled_at DESC LIMIT 20000) AS recent
    JOIN portal_ledger USING (dossier_id)
    ORDER BY dossier_id, version DESC, part DESC
) AS l WHERE l.state = 'CONFIRMED'
  AND NOT EXISTS (SELECT FROM portal_owners o WHERE o.dossier_id = l.dossier_id AND NOT o.is_ours)
ORDER BY random() LIMIT :limit
""")
_DOSSIER = Statement("SELECT dossier_id FROM tracking_codes WHERE code = :code")
_KNOWN = Statement("SELECT code FROM tracking_codes WHERE code = ANY(:codes::text[])")
_ASKED_LAST = Statement(
    "SELECT l.version, l.occurred_at FROM portal_ledger l JOIN tracking_codes t USING (dossier_id)"
    " WHERE t.code = :code AND l.portal_status = 5 AND l.kind <> 'HERE_FEES' AND l.occurred_at <= :by"
    " ORDER BY l.version DESC LIMIT 1"
)
_SPOKEN = Statement(
    "SELECT (SELECT p.portal_code FROM portal_mappings p"
    " WHERE p.kind = 'PROCEDURE' AND p.local_code = :procedure_code) AS procedure,"
    " (SELECT p.portal_code FROM portal_mappings p WHERE p.kind = 'SECTOR' AND p.local_code = s.sector)"
    " AS sector, coalesce(s.sector_name, '') AS sector_name"
    " FROM (SELECT 1) AS one LEFT JOIN procedure_sectors s ON s.procedure_code = :procedure_code"
)
_PUT_SECTOR = Statement(
    "INSERT INTO procedure_sectors (procedure_code, version, sector, sector_name)"
    " VALUES (:procedure_code, :version, :sector, :sector_name) ON CONFLICT (procedure_code) DO UPDATE"
    " SET version = EXCLUDED.version, sector = EXCLUDED.sector, sector_name = EXCLUDED.sector_name"
    " WHERE procedure_sectors.version < EXCLUDED.version",
    rows=None,
)
_OWNER = Statement(
    "INSERT INTO portal_owners AS o (dossier_id, version, is_ours, has_ended)"
    " VALUES (:dossier_id, :version, :is_ours, :has_ended)"
    " ON CONFLICT (dossier_id) DO UPDATE SET version = EXCLUDED.version, is_ours = EXCLUDED.is_ours,"
    " has_ended = EXCLUDED.has_ended WHERE o.version < EXCLUDED.version",
    rows=None,
)
_REPLAY = Statement(
    "UPDATE portal_ledger SET state = 'WAITING', next_attempt_at = :now, settled_at = NULL,"
    f" own_silences = 0, is_uncertain = NOT is_told AND answer_code IS DISTINCT FROM '{STATUS_UNKNOWN}'"
    " WHERE dossier_id = :dossier_id AND version = :version AND part = :part AND state = 'REFUSED'"
)


def reason_of(words: str) -> str:
    """Return the SQL of what words say of many dossiers alike: how they begin, without codes and numbers."""
    return f"left(regexp_replace({words}, '\\S*\\d{{4,}}\\S*', '#', 'g'), 200)"


# As the figures tell reasons: the code, and how its words begin.
_REFUSED_FOR = Statement(
    "SELECT dossier_id, version, part FROM portal_ledger WHERE state = 'REFUSED' AND answer_code = :code"
    f" AND (:message::text IS NULL OR {reason_of('answer')} = {reason_of(':message')})"
    " ORDER BY occurred_at, dossier_id, version, part LIMIT :limit::int FOR UPDATE"
)
_REPLAY_MANY = f"""
UPDATE portal_ledger l SET state = 'WAITING', next_attempt_at = :now, settled_at = NULL,
    own_silences = 0, is_uncertain = NOT is_told AND l.answer_code IS DISTINCT FROM '{STATUS_UNKNOWN}'
FROM jsonb_to_recordset(:rows::jsonb) AS c(dossier_id uuid, version bigint, part int)
WHERE (l.dossier_id, l.version, l.part) = (c.dossier_id, c.version, c.part) AND l.state = 'REFUSED'
"""

_WAIT_AGAIN = Statement(
    """
UPDATE portal_ledger l SET state = 'WAITING', next_attempt_at = :now, settled_at = NULL, is_silence = true
FROM jsonb_to_recordset(:rows::jsonb) AS c(dossier_id uuid, version bigint, part int)
WHERE (l.dossier_id, l.version, l.part) = (c.dossier_id, c.version, c.part) AND l.state = 'REFUSED'
""",
    rows=None,
)


class PostgresPortalLedger:
    """Claims commit by themselves, results with their unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, rows: Sequence[LedgerRow], now: datetime) -> None:
        """Keep rows; the same event twice adds nothing."""
        self._unit.write(_ADD, rows=[_columns(row) for row in rows], now=now)
        whole = {row.dossier_id for row in rows if row.kind in {Kind.HERE_CREATE, Kind.HERE_UPDATE}}
        if whole:
            self._unit.write(_MONEY_IS_TOLD, whole=list(whole))

    def add_money(self, moved: MoneyMoved, now: datetime) -> None:
        """Keep that fees are to be told by themselves; none of a dossier the portal is told nothing of."""
        self._unit.write(
            _ADD_MONEY, dossier_id=moved.dossier_id, sequence=moved.sequence, at=moved.at, now=now
        )

    def note_owner(self, dossier_id: UUID, version: int, *, is_ours: bool, has_ended: bool) -> None:
        """Keep whether we own a dossier's status since this version; what came before it says nothing.

        `has_ended`: its owner ended it. What still waits to be told of the time it was ours is untrue by now,
        and is not told unless the end is taken back.
        """
        owned = {"is_ours": is_ours, "has_ended": has_ended}
        self._unit.write(_OWNER, dossier_id=dossier_id, version=version, **owned)

    async def claim(
        self, *, lease_id: UUID, limit: int, now: datetime, until: datetime, least_tried: bool = False
    ) -> list[Claimed]:
        """Take rows whose turn it is; a row whose holder died comes back as uncertain."""
        statement = _CLAIM_LEAST_TRIED if least_tried else _CLAIM
        rows = await self._unit.fetch(statement, lease_id=lease_id, limit=limit, now=now, until=until)
        return [_claimed(row) for row in rows]

    def renew(self, held: Sequence[Claimed], until: datetime) -> None:
        """Let the leases of these rows end then."""
        listed = [{"dossier_id": str(one.row.dossier_id), "lease_id": str(one.lease_id)} for one in held]
        self._unit.write(_RENEW, held=listed, until=until)

    def settle(self, results: Sequence[Settled]) -> None:
        """Keep what came of rows; `Stale` at the commit when one of them is somebody else's by now."""
        self._unit.write(_settle(len(results)), results=[_result(one) for one in results])

    def wait_again(self, refused: Sequence[Claimed], now: datetime) -> None:
        """Let rows that were kept as refused wait like after a silence; people may have been quicker."""
        rows = [
            {"dossier_id": str(one.row.dossier_id), "version": one.row.version, "part": one.row.part}
            for one in refused
        ]
        self._unit.write(_WAIT_AGAIN, rows=rows, now=now)

    def wake_silent(self, now: datetime, *, except_of: AbstractSet[UUID]) -> None:
        """Let what waited out a silence of everybody's go at once; one commit touches a row once only."""
        self._unit.write(_WAKE, now=now, except_of=list(except_of))

    async def sample(self, limit: int) -> list[LedgerRow]:
        """Return the last row of some dossiers of which the portal was told everything."""
        return [_row(row) for row in await self._unit.fetch(_SAMPLE, limit=limit)]

    async def dossier_of(self, code: str) -> UUID | None:
        """Return the dossier with this code, ours or the portal's."""
        found: UUID | None = await self._unit.fetch_value(_DOSSIER, code=code.upper())
        return found

    async def known_of(self, codes: Sequence[str]) -> list[str]:
        """Return those of the codes, in their order, that dossiers here have."""
        rows = await self._unit.fetch(_KNOWN, codes=[one.upper() for one in codes])
        known = {row["code"] for row in rows}
        return [one for one in codes if one.upper() in known]

    async def asked_last(self, code: str, by: datetime) -> tuple[int, datetime] | None:
        """Return the version in which a dossier last asked for papers by a moment, and when it did."""
        row = await self._unit.fetch_one(_ASKED_LAST, code=code.upper(), by=by)
        return row and (row["version"], row["occurred_at"])

    async def spoken_of(self, procedure_code: str) -> Spoken:
        """Return a procedure and its sector in the portal's codes."""
        row = await self._unit.fetch_one(_SPOKEN, procedure_code=procedure_code)
        return Spoken(**dict(row)) if row else Spoken()

    def put_sector(self, procedure_code: str, version: int, sector: str, sector_name: str) -> None:
        """Keep the newest sector of a procedure."""
        self._unit.write(
            _PUT_SECTOR,
            procedure_code=procedure_code,
            version=version,
            sector=sector,
            sector_name=sector_name,
        )

    def replay(self, dossier_id: UUID, version: int, part: int, now: datetime) -> None:
        """Try a refused row again; `Stale` at the commit when it is not refused any more."""
        self._unit.write(_REPLAY, dossier_id=dossier_id, version=version, part=part, now=now)

    async def replay_many(self, code: str, message: str | None, limit: int, now: datetime) -> int:
        """Try rows refused for one reason again, the oldest first; return how many."""
        await self._unit.begin()
        found = await self._unit.fetch(_REFUSED_FOR, code=code, message=message, limit=limit)
        if found:
            rows = [{**row, "dossier_id": str(row["dossier_id"])} for row in found]
            self._unit.write(Statement(_REPLAY_MANY, rows=len(rows)), rows=rows, now=now)
        return len(found)


@cache
def _settle(rows: int) -> Statement:
    """Return the statement that keeps so many results, all or none."""
    return Statement(_SETTLE, rows=rows)


def _result(one: Settled) -> dict[str, Any]:
    row, failure = one.claimed.row, one.failure
    return {
        "dossier_id": str(row.dossier_id),
        "version": row.version,
        "part": row.part,
        "lease_id": str(one.claimed.lease_id),
        "state": one.state,
        "settled_at": one.settled_at.isoformat() if one.settled_at else None,
        "attempts": one.attempts,
        "is_told": one.is_told,
        "is_uncertain": one.is_uncertain,
        "is_silence": one.is_silence,
        "is_own": one.is_own,
        "own_silences": one.own_silences,
        "next_attempt_at": one.next_attempt_at.isoformat() if one.next_attempt_at else None,
        "answer_code": failure.code if failure else "0" if one.state == "CONFIRMED" else "",
        "answer": failure.message if failure else "",
    }


def _columns(row: LedgerRow) -> dict[str, Any]:
    return {
        "dossier_id": str(row.dossier_id),
        "version": row.version,
        "part": row.part,
        "kind": row.kind.value,
        "portal_status": row.portal_status,
        "code": row.code,
        "procedure_code": row.procedure_code,
        "occurred_at": row.occurred_at.isoformat(),
        "tech_id": row.tech_id,
    }


def _claimed(row: Any) -> Claimed:
    return Claimed(
        row=_row(row),
        lease_id=row["lease_id"],
        attempts=row["attempts"],
        is_uncertain=row["is_uncertain"],
        is_told=row["is_told"],
        mapped_procedure=row["mapped"],
        mapped_sector=row["mapped_sector"],
        sector_name=row["sector_name"] or "",
        last_words=row["answer"],
        own_silences=row["own_silences"],
        is_anothers=row["is_anothers"],
    )


def _row(row: Any) -> LedgerRow:
    return LedgerRow(
        dossier_id=row["dossier_id"],
        version=row["version"],
        part=row["part"],
        kind=Kind(row["kind"]),
        portal_status=row["portal_status"],
        code=row["code"],
        procedure_code=row["procedure_code"],
        occurred_at=row["occurred_at"],
        tech_id=row["tech_id"],
    )
