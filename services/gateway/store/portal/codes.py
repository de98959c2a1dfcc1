"""The portal's catalogues as it listed them, and how people mapped ours to them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal.telling.code_forms import (
    as_ours,
    at_home,
    localised_under,
    looked_for,
    national_code,
    spellings,
)
from services.gateway.domain.portal.telling.codes import CodeKind, PortalCode

_PUT = Statement(
    """
INSERT INTO portal_codes AS c (kind, code, name, owner, seen_at)
SELECT :kind, x.code, x.name, x.owner, :now
FROM jsonb_to_recordset(:codes::jsonb) AS x(code text, name text, owner text)
ON CONFLICT (kind, code) DO UPDATE
    SET name = EXCLUDED.name, owner = EXCLUDED.owner, seen_at = EXCLUDED.seen_at, gone_at = NULL
""",
    rows=None,
)
_GONE = Statement(
    "UPDATE portal_codes SET gone_at = :now WHERE kind = :kind AND gone_at IS NULL"
    " AND NOT code = ANY(:codes::text[])",
    rows=None,
)
_NOTE_READ = Statement(
    "INSERT INTO portal_reads (name, read_at, lines, unread) VALUES (:name, :now, :lines, :unread)"
    " ON CONFLICT (name) DO UPDATE SET read_at = EXCLUDED.read_at, lines = EXCLUDED.lines,"
    " unread = EXCLUDED.unread, fault = '', fault_at = NULL"
)
_NOTE_FAULT = Statement(
    "INSERT INTO portal_reads (name, lines, fault, fault_at) VALUES (:name, 0, :fault, :now)"
    " ON CONFLICT (name) DO UPDATE SET fault = EXCLUDED.fault, fault_at = EXCLUDED.fault_at"
)
_READ_AT = Statement("SELECT read_at FROM portal_reads WHERE name = :name")
_CODES = Statement("SELECT code, name, owner FROM portal_codes WHERE kind = :kind AND gone_at IS NULL")
_LISTED = Statement("""
SELECT code, name, owner, seen_at, gone_at FROM portal_codes
WHERE kind = :kind AND code > :after ORDER BY code LIMIT :limit
""")
_MAPPING = Statement("""
SELECT m.kind, m.local_code, m.portal_code, m.changed_by, m.changed_at, m.version, c.name AS portal_name,
       c.gone_at IS NOT NULL AS is_gone
FROM portal_mappings m LEFT JOIN portal_codes c ON c.kind = m.kind AND c.code = m.portal_code
WHERE m.kind = :kind AND m.local_code = :local_code
""")
_MAPPINGS = Statement("""
SELECT m.kind, m.local_code, m.portal_code, m.changed_by, m.changed_at, c.name AS portal_name,
       coalesce(c.gone_at IS NOT NULL, false) AS is_gone
FROM portal_mappings m LEFT JOIN portal_codes c ON c.kind = m.kind AND c.code = m.portal_code
WHERE m.kind = :kind AND m.local_code > :after ORDER BY m.local_code LIMIT :limit
""")
_TAKEN = Statement(
    "SELECT local_code FROM portal_mappings WHERE kind = :kind AND portal_code = ANY(:portal_codes::text[])"
    " AND local_code <> :local_code LIMIT 1"
)
# Codes that are one are written in several ways, which no unique index knows.
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_PORTAL_OF = Statement(
    "SELECT local_code, portal_code FROM portal_mappings"
    " WHERE kind = :kind AND local_code = ANY(:local_codes::text[])"
)
_LOCAL_OF_EACH = Statement("""
SELECT DISTINCT ON (kind, portal_code) kind, portal_code, local_code FROM portal_mappings
JOIN unnest(:kinds::text[], :codes::text[]) AS asked(kind, portal_code) USING (kind, portal_code)
ORDER BY kind, portal_code, changed_at DESC
""")
# What `at_home` may choose among: our own procedures of these codes, and what is mapped under the prefix.
_AT_HOME = Statement("""
SELECT procedure_code AS code, procedure_code AS local_code, true AS is_own
FROM procedure_sectors WHERE procedure_code = ANY(:codes::text[])
UNION ALL
SELECT portal_code, local_code, false FROM portal_mappings
WHERE kind = 'PROCEDURE' AND starts_with(portal_code, :prefix)
""")
_ONLINE_SERVICE = Statement("""
SELECT coalesce(
    (SELECT portal_code FROM portal_mappings WHERE kind = 'ONLINE_SERVICE' AND local_code = :local_code),
    (SELECT min(code) FROM portal_codes
     WHERE kind = 'ONLINE_SERVICE' AND owner = ANY(:procedures::text[]) AND gone_at IS NULL
     HAVING count(*) = 1),
    '')
""")
_MAP_NEW = Statement(
    "INSERT INTO portal_mappings (kind, local_code, portal_code, changed_by, changed_at)"
    " VALUES (:kind, :local_code, :portal_code, :changed_by, :now)"
    " ON CONFLICT (kind, local_code) DO NOTHING"
)
_MAP_OTHERWISE = Statement(
    "UPDATE portal_mappings SET portal_code = :portal_code, changed_by = :changed_by, changed_at = :now,"
    " version = version + 1 WHERE kind = :kind AND local_code = :local_code AND version = :seen"
)
_UNMAP = Statement(
    "DELETE FROM portal_mappings WHERE kind = :kind AND local_code = :local_code AND version = :seen"
)
_FREE_LEDGER = Statement(
    "UPDATE portal_ledger SET state = 'WAITING', next_attempt_at = :now"
    " WHERE procedure_code = :local_code AND state = 'UNMAPPED'",
    rows=None,
)
# What came down and nobody could place is tried again at once: one of them may wait for this mapping.
_FREE_INBOX = Statement(
    "UPDATE portal_inbound SET next_attempt_at = :now WHERE state = 'PARKED' AND next_attempt_at > :now",
    rows=None,
)


class PostgresPortalCodes:
    """Catalogues and mappings of one unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def read_at(self, name: str) -> datetime | None:
        """Return when this was last read of the portal."""
        found: datetime | None = await self._unit.fetch_value(_READ_AT, name=name)
        return found

    def note_read(self, name: str, lines: int, now: datetime, *, unread: int = 0) -> None:
        """Keep that this was read now, and how many of its lines nobody can read."""
        self._unit.write(_NOTE_READ, name=name, now=now, lines=lines, unread=unread)

    def note_fault(self, name: str, fault: str, now: datetime) -> None:
        """Keep that what came could not be read; what was read before stays what it was."""
        self._unit.write(_NOTE_FAULT, name=name, fault=fault[:500], now=now)

    def replace(
        self, kind: CodeKind, codes: Sequence[PortalCode], now: datetime, *, is_whole: bool = True
    ) -> None:
        """Keep a catalogue as the portal listed it; what a whole list no longer has is marked as gone."""
        listed = [{"code": one.code, "name": one.name, "owner": one.owner} for one in codes]
        self._unit.write(_PUT, kind=kind.value, codes=listed, now=now)
        if is_whole:
            self._unit.write(_GONE, kind=kind.value, codes=[one.code for one in codes], now=now)

    async def all(self, kind: CodeKind) -> list[PortalCode]:
        """Return a catalogue as the portal lists it today."""
        rows = await self._unit.fetch(_CODES, kind=kind.value)
        return [PortalCode(row["code"], row["name"], row["owner"]) for row in rows]

    async def listed(self, kind: CodeKind, *, after: str, limit: int) -> list[dict[str, Any]]:
        """Return lines of a catalogue by their codes, gone ones too."""
        rows = await self._unit.fetch(_LISTED, kind=kind.value, after=after, limit=limit)
        return [dict(row) for row in rows]

    async def mapping(self, kind: CodeKind, local_code: str) -> dict[str, Any]:
        """Return how a code of ours is mapped; one that nobody mapped has version 0."""
        nothing = {
            "kind": kind.value,
            "local_code": local_code,
            "portal_code": None,
            "changed_by": None,
            "changed_at": None,
            "version": 0,
            "portal_name": None,
            "is_gone": False,
        }
        found = await self._unit.fetch_one(_MAPPING, kind=kind.value, local_code=local_code)
        return dict(found) if found else nothing

    async def mappings(self, kind: CodeKind, *, after: str, limit: int) -> list[dict[str, Any]]:
        """Return mappings by our codes."""
        rows = await self._unit.fetch(_MAPPINGS, kind=kind.value, after=after, limit=limit)
        return [dict(row) for row in rows]

    async def taken_by(self, kind: CodeKind, portal_code: str, *, but: str) -> str | None:
        """Return another code of ours that already has this code of the portal, however it is written.

        Until the unit ends nobody else is told: of two who map one code at once the second finds the first's.
        """
        await self._unit.begin()
        await self._unit.fetch(_HOLD, name=f"portal-mappings:{kind.value}")
        written = list(spellings(kind, portal_code))
        found: str | None = await self._unit.fetch_value(
            _TAKEN, kind=kind.value, portal_codes=written, local_code=but
        )
        return found

    async def local_of(self, kind: CodeKind, portal_code: str) -> str:
        """Return our code of one of the portal's in any of its forms, that one when nobody mapped it."""
        found = await self.local_of_each({kind: portal_code})
        return found.get(kind) or as_ours(kind, portal_code)

    async def portal_of(self, kind: CodeKind, local_codes: Collection[str]) -> dict[str, str]:
        """Return the portal's codes of ours, those that people mapped."""
        asked = sorted({one for one in local_codes if one})
        rows = await self._unit.fetch(_PORTAL_OF, kind=kind.value, local_codes=asked) if asked else []
        return {row["local_code"]: row["portal_code"] for row in rows}

    async def online_service_of(self, local_code: str, procedure: str) -> str:
        """Return the portal's online service of a procedure: as mapped, else the only one it lists, or blank.

        `procedure` is the portal's code of it; a localised one's services may be listed under the national.
        """
        procedures = [one for one in (procedure, national_code(procedure)) if one]
        found = await self._unit.fetch_value(_ONLINE_SERVICE, local_code=local_code, procedures=procedures)
        return str(found or "")

    async def local_of_each(self, portal_codes: Mapping[CodeKind, str]) -> dict[CodeKind, str]:
        """Return our codes of one of the portal's of each kind, as mapped, else as `at_home` has it."""
        asked = [(kind, one) for kind, code in portal_codes.items() for one in looked_for(kind, code)]
        rows = await self._unit.fetch(
            _LOCAL_OF_EACH, kinds=[kind.value for kind, _ in asked], codes=[one for _, one in asked]
        )
        ours = {(row["kind"], row["portal_code"]): row["local_code"] for row in rows}
        # From the farthest to the nearest: a code mapped as it is written comes before its other forms.
        found = {kind: ours[kind.value, one] for kind, one in reversed(asked) if (kind.value, one) in ours}
        procedure = portal_codes.get(CodeKind.PROCEDURE, "")
        prefix = localised_under(procedure)
        if prefix and CodeKind.PROCEDURE not in found:
            near = looked_for(CodeKind.PROCEDURE, procedure)
            rows = await self._unit.fetch(_AT_HOME, codes=list(near), prefix=prefix)
            own = {row["code"] for row in rows if row["is_own"]}
            variants = {row["code"]: row["local_code"] for row in rows if not row["is_own"]}
            home = at_home(procedure, own, variants)
            found |= {CodeKind.PROCEDURE: home} if home else {}
        return found

    def put_mapping(
        self, kind: CodeKind, local_code: str, portal_code: str, *, seen: int, by: str, now: datetime
    ) -> None:
        """Keep a mapping and free what waited for it; `seen` 0: there was none. `Stale` when it changed."""
        values = {"kind": kind.value, "local_code": local_code, "portal_code": portal_code, "now": now}
        if seen:
            self._unit.write(_MAP_OTHERWISE, **values, changed_by=by, seen=seen)
        else:
            self._unit.write(_MAP_NEW, **values, changed_by=by)
        if kind is CodeKind.PROCEDURE:
            self._unit.write(_FREE_LEDGER, local_code=local_code, now=now)
        self._unit.write(_FREE_INBOX, now=now)

    def remove_mapping(self, kind: CodeKind, local_code: str, *, seen: int) -> None:
        """Take a mapping back; `Stale` when it changed."""
        self._unit.write(_UNMAP, kind=kind.value, local_code=local_code, seen=seen)
