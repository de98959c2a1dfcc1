"""The ledger held against what the portal has: last words, differences, who compared."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal.answers.comparison import LastWord
from services.gateway.domain.portal.answers.held import HeldByPortal
from services.gateway.domain.portal.telling.ledger import Kind
from services.gateway.use_cases.portal.telling.comparing import Comparison

_LAST_WORDS = Statement("""
SELECT DISTINCT ON (l.code) l.dossier_id, l.version, l.part, l.kind, l.code, l.portal_status,
    NOT EXISTS (SELECT FROM portal_ledger o WHERE o.dossier_id = l.dossier_id AND o.state <> 'CONFIRMED')
        AS is_confirmed,
    NOT EXISTS (SELECT FROM portal_owners o WHERE o.dossier_id = l.dossier_id AND NOT o.is_ours) AS is_ours
FROM portal_ledger l WHERE l.code = ANY(:codes::text[]) AND l.kind <> 'HERE_PROGRESS'
ORDER BY l.code, l.version DESC, l.part DESC
""")
_FOUND = """jsonb_to_recordset(:found::jsonb) AS x(dossier_id uuid, version bigint, part int, code text,
    told_status int, held_status int, is_there boolean)"""
_NOTE = Statement(
    f"""
INSERT INTO portal_differences AS d
    (dossier_id, code, told_status, held_status, is_there, found_at, source, mended_at)
SELECT x.dossier_id, x.code, x.told_status, x.held_status, x.is_there, :now, :source,
    CASE WHEN :mends::boolean THEN :now::timestamptz END
FROM {_FOUND}
ON CONFLICT (dossier_id) DO UPDATE
    SET told_status = EXCLUDED.told_status, held_status = EXCLUDED.held_status,
        is_there = EXCLUDED.is_there, found_at = EXCLUDED.found_at, source = EXCLUDED.source,
        mended_at = CASE WHEN d.told_status = EXCLUDED.told_status THEN coalesce(d.mended_at,
            EXCLUDED.mended_at) ELSE EXCLUDED.mended_at END
""",
    rows=None,
)
# Told again once a status: what still differs afterwards is for people. The portal is asked first
# (`is_uncertain`), so that what was mended meanwhile is not told twice. A word that is no longer the last
# is left: telling it again would turn the order round.
_AGAIN = Statement(
    f"""
UPDATE portal_ledger AS l
SET state = 'WAITING', next_attempt_at = :now, settled_at = NULL, is_told = false, is_uncertain = true
FROM {_FOUND}
WHERE (l.dossier_id, l.version, l.part) = (x.dossier_id, x.version, x.part) AND l.state = 'CONFIRMED'
  AND NOT EXISTS (SELECT FROM portal_ledger n WHERE n.dossier_id = l.dossier_id
      AND n.kind <> 'HERE_PROGRESS' AND (n.version, n.part) > (l.version, l.part))
  AND NOT EXISTS (SELECT FROM portal_differences d WHERE d.dossier_id = x.dossier_id
      AND d.told_status = x.told_status AND d.mended_at IS NOT NULL)
""",
    rows=None,
)
_CLEAR = Statement("DELETE FROM portal_differences WHERE dossier_id = ANY(:dossier_ids::uuid[])", rows=None)
_KEEP = Statement(
    "INSERT INTO portal_comparisons (id, at, subject, sha256, counts, unknown_codes, unread_lines)"
    " VALUES (:id, :at, :subject, :sha256, :counts, :unknown_codes, :unread_lines)"
)
_LISTED = Statement(
    "SELECT * FROM portal_comparisons WHERE :after::uuid IS NULL OR id < :after ORDER BY id DESC LIMIT :limit"
)


class PostgresPortalComparing:
    """Reads and writes of one unit of work; what one commit tells again must be found in it once only."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def last_words(self, codes: Sequence[str]) -> dict[str, LastWord]:
        """Return the last status of these dossiers by code."""
        rows = await self._unit.fetch(_LAST_WORDS, codes=list(codes))
        return {row["code"]: LastWord(**{**dict(row), "kind": Kind(row["kind"])}) for row in rows}

    def note_differences(
        self,
        found: Sequence[tuple[LastWord, HeldByPortal]],
        now: datetime,
        *,
        mends: bool,
        source: str = "SHEET",
    ) -> None:
        """List what differs; with `mends`, tell again what was not told again before."""
        listed = [_difference(last, held) for last, held in found]
        self._unit.write(_NOTE, found=listed, now=now, source=source, mends=mends)
        if mends:
            self._unit.write(_AGAIN, found=listed, now=now)

    def clear_differences(self, dossier_ids: Sequence[UUID]) -> None:
        """Take what is the same off the list."""
        self._unit.write(_CLEAR, dossier_ids=list(dossier_ids))

    def keep_comparison(self, comparison: Comparison) -> None:
        """Keep who compared what."""
        self._unit.write(
            _KEEP,
            id=comparison.id,
            at=comparison.at,
            subject=comparison.subject,
            sha256=comparison.sha256,
            counts=dict(comparison.counts),
            unknown_codes=list(comparison.unknown_codes),
            unread_lines=list(comparison.unread_lines),
        )

    async def comparisons(self, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """Return who compared what, newest first."""
        return [dict(row) for row in await self._unit.fetch(_LISTED, after=after, limit=limit)]


def _difference(last: LastWord, held: HeldByPortal) -> dict[str, Any]:
    return {
        "dossier_id": str(last.dossier_id),
        "version": last.version,
        "part": last.part,
        "code": last.code,
        "told_status": last.portal_status,
        "held_status": held.status,
        "is_there": held.is_there,
    }
