"""The sync ledger in PostgreSQL: one claim a batch, one statement a result."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal_answers import HeldByPortal
from services.gateway.domain.portal_ledger import Claimed, Kind, LedgerRow
from services.gateway.domain.portal_view import FileRef
from services.gateway.use_cases.portal_ports import Failure

_ADD = Statement(
    """
INSERT INTO portal_ledger (dossier_id, version, part, kind, portal_status, code, procedure_code, occurred_at,
                           state, next_attempt_at)
SELECT x.dossier_id, x.version, x.part, x.kind, x.portal_status, x.code, x.procedure_code, x.occurred_at,
       'WAITING', :now
FROM jsonb_to_recordset(:rows::jsonb) AS x(dossier_id uuid, version bigint, part int, kind text,
     portal_status int, code text, procedure_code text, occurred_at timestamptz)
ON CONFLICT (dossier_id, version, part) DO NOTHING
""",
    rows=None,
)
_CLAIM = Statement("""
UPDATE portal_ledger AS l
SET is_uncertain = l.is_uncertain OR l.state = 'SENDING', state = 'SENDING', attempts = l.attempts + 1,
    lease_id = :lease_id, lease_until = :until
FROM (
    SELECT h.dossier_id, h.version, h.part FROM portal_ledger h
    WHERE h.state IN ('WAITING', 'SENDING') AND h.next_attempt_at <= :now
      AND (h.state = 'WAITING' OR h.lease_until <= :now)
      AND NOT EXISTS (SELECT 1 FROM portal_ledger e WHERE e.dossier_id = h.dossier_id
          AND e.state <> 'CONFIRMED' AND (e.version, e.part) < (h.version, h.part))
    ORDER BY h.next_attempt_at LIMIT :limit FOR UPDATE SKIP LOCKED
) AS due
WHERE (l.dossier_id, l.version, l.part) = (due.dossier_id, due.version, due.part)
RETURNING l.*, (SELECT p.portal_code FROM portal_procedures p WHERE p.local_code = l.procedure_code) AS mapped
""")
_INHERIT = Statement(
    "UPDATE portal_ledger SET lease_until = :until WHERE state = 'SENDING' AND lease_until > :until",
    rows=None,
)
_OURS = " WHERE dossier_id = :dossier_id AND version = :version AND part = :part AND lease_id = :lease_id"
_CONFIRM = Statement(
    "UPDATE portal_ledger SET state = 'CONFIRMED', settled_at = :now, lease_id = NULL, lease_until = NULL,"
    " is_told = true, is_silence = false, answer_code = '0', answer = ''" + _OURS
)
_REFUSE = Statement(
    "UPDATE portal_ledger SET state = 'REFUSED', settled_at = :now, lease_id = NULL, lease_until = NULL,"
    " is_told = :is_told, is_silence = false, answer_code = :answer_code, answer = :answer" + _OURS
)
_PUT_OFF = Statement(
    "UPDATE portal_ledger SET state = 'WAITING', next_attempt_at = :until, lease_id = NULL,"
    " lease_until = NULL,"
    " is_told = :is_told, is_uncertain = :is_uncertain, is_silence = true, answer_code = :answer_code,"
    " answer = :answer" + _OURS
)
_PARK = Statement(
    "UPDATE portal_ledger SET state = 'UNMAPPED', lease_id = NULL, lease_until = NULL,"
    " attempts = attempts - 1" + _OURS
)
_WAKE = Statement(
    "UPDATE portal_ledger SET next_attempt_at = :now WHERE state = 'WAITING' AND is_silence"
    " AND next_attempt_at > :now",
    rows=None,
)
_SAMPLE = Statement("""
SELECT l.* FROM (
    SELECT DISTINCT ON (dossier_id) * FROM (
        SELECT dossier_id FROM portal_ledger WHERE state = 'CONFIRMED' AND kind <> 'HERE_PROGRESS'
        ORDER BY settled_at DESC LIMIT 20000) AS recent
    JOIN portal_ledger USING (dossier_id)
    ORDER BY dossier_id, version DESC, part DESC
) AS l WHERE l.state = 'CONFIRMED' ORDER BY random() LIMIT :limit
""")
_DOSSIER = Statement("SELECT dossier_id FROM tracking_codes WHERE code = :code")
_NOTE = Statement(
    "INSERT INTO portal_differences (dossier_id, code, told_status, held_status, is_there, found_at)"
    " VALUES (:dossier_id, :code, :told_status, :held_status, :is_there, :now) ON CONFLICT (dossier_id)"
    " DO UPDATE SET told_status = EXCLUDED.told_status, held_status = EXCLUDED.held_status,"
    " is_there = EXCLUDED.is_there, found_at = EXCLUDED.found_at"
)
_CLEAR = Statement("DELETE FROM portal_differences WHERE dossier_id = :dossier_id", rows=None)
_REPLAY = Statement(
    "UPDATE portal_ledger SET state = 'WAITING', next_attempt_at = :now, settled_at = NULL,"
    " is_uncertain = NOT is_told"
    " WHERE dossier_id = :dossier_id AND version = :version AND part = :part AND state = 'REFUSED'"
)
_MAP = Statement(
    "INSERT INTO portal_procedures (local_code, portal_code, changed_by, changed_at)"
    " VALUES (:local_code, :portal_code, :changed_by, :now) ON CONFLICT (local_code) DO UPDATE"
    " SET portal_code = EXCLUDED.portal_code, changed_by = EXCLUDED.changed_by,"
    " changed_at = EXCLUDED.changed_at"
)
_FREE = Statement(
    "UPDATE portal_ledger SET state = 'WAITING', next_attempt_at = :now"
    " WHERE procedure_code = :local_code AND state = 'UNMAPPED'",
    rows=None,
)
_PUBLISH = Statement(
    "INSERT INTO portal_files (token, attachment_id, dossier_id, file_name, created_at)"
    " SELECT x.token, x.attachment_id, :dossier_id::uuid, x.file_name, :now::timestamptz"
    " FROM jsonb_to_recordset(:files::jsonb) AS x(token text, attachment_id uuid, file_name text)"
    " ON CONFLICT DO NOTHING",
    rows=None,
)
_FILE = Statement(
    "SELECT attachment_id, file_name FROM portal_files WHERE token = :token AND revoked_at IS NULL"
)
_ATTACHMENT = Statement(
    "SELECT attachment_id, file_name FROM portal_files WHERE attachment_id = :id AND revoked_at IS NULL"
)
_REVOKE = Statement(
    "UPDATE portal_files SET revoked_at = :now WHERE dossier_id = :dossier_id AND revoked_at IS NULL",
    rows=None,
)


class PostgresPortalLedger:
    """Claims commit by themselves, results with their unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, rows: Sequence[LedgerRow], now: datetime) -> None:
        """Keep rows; the same event twice adds nothing."""
        self._unit.write(_ADD, rows=[_columns(row) for row in rows], now=now)

    async def claim(self, *, lease_id: UUID, limit: int, now: datetime, until: datetime) -> list[Claimed]:
        """Take rows whose turn it is; a row whose holder died comes back as uncertain."""
        rows = await self._unit.fetch(_CLAIM, lease_id=lease_id, limit=limit, now=now, until=until)
        return [_claimed(row) for row in rows]

    def inherit(self, until: datetime) -> None:
        """End the leases of whoever sent before, at the latest then."""
        self._unit.write(_INHERIT, until=until)

    def confirm(self, claimed: Claimed, now: datetime) -> None:
        """Note that the portal has it."""
        self._unit.write(_CONFIRM, now=now, **_key(claimed))

    def refuse(self, claimed: Claimed, failure: Failure, now: datetime, *, is_told: bool) -> None:
        """Note that the portal declines it."""
        self._unit.write(
            _REFUSE,
            now=now,
            is_told=is_told,
            answer_code=failure.code,
            answer=failure.message,
            **_key(claimed),
        )

    def put_off(
        self, claimed: Claimed, failure: Failure, *, until: datetime, is_told: bool, is_uncertain: bool
    ) -> None:
        """Try again then; uncertain when what was sent may have been applied."""
        self._unit.write(
            _PUT_OFF,
            until=until,
            is_told=is_told,
            is_uncertain=is_uncertain,
            answer_code=failure.code,
            answer=failure.message,
            **_key(claimed),
        )

    def park_unmapped(self, claimed: Claimed) -> None:
        """Note that the procedure has no portal code yet; that was no attempt."""
        self._unit.write(_PARK, **_key(claimed))

    def wake_silent(self, now: datetime) -> None:
        """Let everything that waited out a silence go at once."""
        self._unit.write(_WAKE, now=now)

    async def sample(self, limit: int) -> list[LedgerRow]:
        """Return the last row of some dossiers of which the portal was told everything."""
        return [_row(row) for row in await self._unit.fetch(_SAMPLE, limit=limit)]

    async def dossier_of(self, code: str) -> UUID | None:
        """Return the dossier with this code, ours or the portal's."""
        found: UUID | None = await self._unit.fetch_value(_DOSSIER, code=code.upper())
        return found

    def note_difference(self, row: LedgerRow, held: HeldByPortal, now: datetime) -> None:
        """Note that the portal holds something else."""
        self._unit.write(
            _NOTE,
            dossier_id=row.dossier_id,
            code=row.code,
            told_status=row.portal_status,
            held_status=held.status,
            is_there=held.is_there,
            now=now,
        )

    def clear_difference(self, dossier_id: UUID) -> None:
        """Note that the portal holds what it was told."""
        self._unit.write(_CLEAR, dossier_id=dossier_id)

    def replay(self, dossier_id: UUID, version: int, part: int, now: datetime) -> None:
        """Try a refused row again; `Stale` at the commit when it is not refused any more."""
        self._unit.write(_REPLAY, dossier_id=dossier_id, version=version, part=part, now=now)

    def map_procedure(self, local_code: str, portal_code: str, *, by: str, now: datetime) -> None:
        """Keep a mapping and free what waited for it."""
        self._unit.write(_MAP, local_code=local_code, portal_code=portal_code, changed_by=by, now=now)
        self._unit.write(_FREE, local_code=local_code, now=now)


class PostgresPortalFiles:
    """Addresses given to the portal."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def publish(self, dossier_id: UUID, files: Sequence[tuple[str, FileRef]], now: datetime) -> None:
        """Keep tokens of files."""
        listed = [
            {"token": token, "attachment_id": file.attachment_id, "file_name": file.name}
            for token, file in files
        ]
        self._unit.write(_PUBLISH, dossier_id=dossier_id, files=listed, now=now)

    async def find(self, token: str) -> tuple[UUID, str] | None:
        """Return the attachment behind a token."""
        return _file(await self._unit.fetch_one(_FILE, token=token))

    async def find_attachment(self, attachment_id: UUID) -> tuple[UUID, str] | None:
        """Return a file given out that is asked for by its own id."""
        return _file(await self._unit.fetch_one(_ATTACHMENT, id=attachment_id))

    def revoke(self, dossier_id: UUID, now: datetime) -> None:
        """Make no address of this dossier good any more."""
        self._unit.write(_REVOKE, dossier_id=dossier_id, now=now)


def _file(row: Any) -> tuple[UUID, str] | None:
    return None if row is None else (row["attachment_id"], row["file_name"])


def _key(claimed: Claimed) -> dict[str, Any]:
    row = claimed.row
    return {
        "dossier_id": row.dossier_id,
        "version": row.version,
        "part": row.part,
        "lease_id": claimed.lease_id,
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
    }


def _claimed(row: Any) -> Claimed:
    return Claimed(
        row=_row(row),
        lease_id=row["lease_id"],
        attempts=row["attempts"],
        is_uncertain=row["is_uncertain"],
        is_told=row["is_told"],
        mapped_procedure=row["mapped"],
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
    )
