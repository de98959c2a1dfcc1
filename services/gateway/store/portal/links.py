"""Files named by an address: what was asked for, what came of it, and the file itself in sealed parts."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal.inbound.links import LinkState
from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.store.portal.seals import PortalSeals
from services.gateway.use_cases.portal.inbound.links import FetchedFile, KeptLink

_PART_BYTES = 1_048_576
_ASK = Statement(
    "INSERT INTO portal_links AS l (id, message_id, place, address_sha256, address, state, asked_at,"
    " next_attempt_at, version) SELECT x.id, :message_id, x.place, decode(x.digest, 'hex'), x.address,"
    " 'WAITING', :now, :now, :version FROM jsonb_to_recordset(:asked::jsonb)"
    " AS x(id uuid, place int, digest text, address text)"
    " ON CONFLICT (message_id, place, address_sha256) DO UPDATE SET state = 'WAITING', attempts = 0,"
    " asked_at = :now, next_attempt_at = :now, version = :version"
    " WHERE l.state = 'FAILED' AND l.version < :version",
    rows=None,
)
_COLUMNS = (
    "SELECT id, message_id, place, address, state, asked_at, attempts, reason, sha256, size, version"
    " FROM portal_links"
)
_OF = Statement(f"{_COLUMNS} WHERE message_id = :message_id ORDER BY place, id")
# A few of each message at a time: one with many slow addresses does not hold up the files of the others.
_DUE = Statement(
    f"""
    {_COLUMNS} WHERE id IN (
        SELECT id FROM (
            SELECT id, next_attempt_at,
                row_number() OVER (PARTITION BY message_id ORDER BY next_attempt_at, id) AS turn
            FROM portal_links WHERE state = 'WAITING' AND next_attempt_at <= :now) AS waiting
        WHERE turn <= 4 ORDER BY next_attempt_at LIMIT :limit)
    ORDER BY next_attempt_at
    """
)
# What was settled meanwhile, by a process before this one, stays as it is.
_KEEP = Statement(
    "UPDATE portal_links SET state = 'FETCHED', attempts = attempts + 1, next_attempt_at = NULL, reason = '',"
    " sha256 = :sha256, size = :size, media_type = :media_type, settled_at = :now"
    " WHERE id = :id AND state = 'WAITING'"
)
_KEEP_PART = Statement("INSERT INTO portal_link_parts (link_id, place, body) VALUES (:id, :place, :body)")
_PUT_OFF = Statement(
    "UPDATE portal_links SET attempts = attempts + 1, reason = :reason, next_attempt_at = :next_at,"
    " state = CASE WHEN :next_at::timestamptz IS NULL THEN 'FAILED' ELSE 'WAITING' END,"
    " settled_at = CASE WHEN :next_at::timestamptz IS NULL THEN :now::timestamptz END"
    " WHERE id = :id AND state = 'WAITING'"
)
_GO_ON = Statement(
    "UPDATE portal_inbound AS m SET next_attempt_at = :now WHERE id = ANY(:messages::uuid[])"
    " AND state IN ('RECEIVED', 'PARKED') AND next_attempt_at > :now AND NOT EXISTS"
    " (SELECT FROM portal_links l WHERE l.message_id = m.id AND l.state = 'WAITING')",
    rows=None,
)
_PART = Statement("SELECT body FROM portal_link_parts WHERE link_id = :id AND place = :place")


class PostgresPortalLinks:
    """Addresses and contents are sealed, each for its own row."""

    def __init__(self, unit: UnitOfWork, seals: PortalSeals) -> None:
        self._unit = unit
        self._seals = seals

    async def of(self, message_id: UUID) -> Sequence[KeptLink]:
        """Return the addresses of a message."""
        return [self._link(row) for row in await self._unit.fetch(_OF, message_id=message_id)]

    def ask(self, message: Inbound, wanted: Mapping[int, str], now: datetime) -> None:
        """Keep addresses to be asked; those that failed for an earlier version of the message once more."""
        asked = []
        for place, address in wanted.items():
            id_ = new_id()
            digest = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
            sealed = self._seals.seal_text(address, id_)
            asked.append({"id": str(id_), "place": place, "digest": digest, "address": sealed})
        self._unit.write(_ASK, message_id=message.id, asked=asked, now=now, version=message.version)

    async def due(self, *, limit: int, now: datetime) -> Sequence[KeptLink]:
        """Return addresses to be asked now."""
        return [self._link(row) for row in await self._unit.fetch(_DUE, limit=limit, now=now)]

    def keep(self, link: KeptLink, file: FetchedFile, now: datetime) -> None:
        """Keep a file; `Stale` at the commit when somebody else did."""
        self._unit.write(
            _KEEP,
            id=link.id,
            sha256=file.sha256,
            size=len(file.content),
            media_type=file.media_type,
            now=now,
        )
        for place, start in enumerate(range(0, len(file.content), _PART_BYTES)):
            part = file.content[start : start + _PART_BYTES]
            self._unit.write(
                _KEEP_PART, id=link.id, place=place, body=self._seals.seal_part(part, link.id, place)
            )

    def put_off(self, link: KeptLink, reason: str, next_at: datetime | None, now: datetime) -> None:
        """Keep why nothing came and when it is asked again (None: no more); `Stale` as for a file."""
        self._unit.write(_PUT_OFF, id=link.id, reason=reason[:500], next_at=next_at, now=now)

    def go_on(self, messages: Sequence[UUID], now: datetime) -> None:
        """Let those of these messages go on at once that wait for no address any more."""
        self._unit.write(_GO_ON, messages=list(messages), now=now)

    async def part(self, link_id: UUID, place: int) -> bytes | None:
        """Return a part of a kept file, None past its end; raise `SealBroken` when it cannot be opened."""
        kept = await self._unit.fetch_value(_PART, id=link_id, place=place)
        return None if kept is None else self._seals.open_part(bytes(kept), link_id, place)

    def _link(self, row: Any) -> KeptLink:
        return KeptLink(
            id=row["id"],
            message_id=row["message_id"],
            place=row["place"],
            address=self._seals.open_text(row["address"], row["id"]),
            state=LinkState(row["state"]),
            asked_at=row["asked_at"],
            attempts=row["attempts"],
            reason=row["reason"],
            sha256=bytes(row["sha256"] or b""),
            size=row["size"],
            version=row["version"],
        )
