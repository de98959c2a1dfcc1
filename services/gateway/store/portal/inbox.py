"""What the portal sent down, raw, and what became of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.sealing import SealBroken
from services.gateway.domain.portal.inbound.messages import UNREADABLE, Inbound, InboxState, Ruling
from services.gateway.domain.portal.wire.outline import kept_outline
from services.gateway.domain.portal.wire.profiles import addresses_beside
from services.gateway.store.portal.seals import PortalSeals
from services.gateway.use_cases.portal.inbound.desk import Act

_KEEP = Statement(
    "INSERT INTO portal_inbound (id, path, body, sha256, received_at, state, next_attempt_at,"
    " is_sealed, parts, outline, corrections) VALUES (:id, :path, :body, :sha256, :received_at, 'RECEIVED',"
    " :retry_at, true, :parts, :outline, :corrections::jsonb)"
)
_KEEP_PART = Statement(
    "INSERT INTO portal_inbound_parts (message_id, place, size, body, kept_at)"
    " VALUES (:message_id, :place, :size, :body, :kept_at)"
)
_PART = Statement("SELECT body FROM portal_inbound_parts WHERE message_id = :message_id AND place = :place")
# Who corrected or replayed it meanwhile has the word: what was made of it before does not count.
_BEING_READ = timedelta(seconds=5)
_SETTLE = Statement(
    "UPDATE portal_inbound SET state = :state, attempts = attempts + 1, next_attempt_at = :retry_at,"
    " portal_code = :portal_code, dossier_id = :dossier_id, answer_code = :answer_code, answer = :answer,"
    " reason = :reason, tech_id = :tech_id, other_codes = :other_codes::text[], unread = :unread::text[],"
    " settled_at = CASE WHEN :state::text = 'RECEIVED' THEN NULL ELSE :now::timestamptz END"
    " WHERE id = :id AND state IN ('RECEIVED', 'PARKED') AND (attempts = :attempts OR :state::text = 'DONE')",
    rows=None,
)
_DUE = Statement(
    "SELECT id FROM portal_inbound WHERE next_attempt_at <= :now AND state IN ('RECEIVED', 'PARKED')"
    " ORDER BY received_at, id LIMIT :limit"
)
_COLUMNS = (
    "SELECT id, path, body, sha256, received_at, attempts, corrections, version, parts, outline, unread"
    " FROM portal_inbound"
)
_FIND = Statement(f"{_COLUMNS} WHERE id = :id AND state IN ('RECEIVED', 'PARKED')")
_FIND_OPEN = Statement(
    f"{_COLUMNS} WHERE id = :id AND state NOT IN ('DONE', 'SETTLED') AND forgotten_at IS NULL"
)
_OTHERS = Statement(
    "SELECT EXISTS (SELECT 1 FROM portal_inbound WHERE portal_code = :portal_code AND id <> :id"
    " AND state = 'DONE' AND answer_code = 0)"
)
# What waits for people holds nobody's word: a dossier sent anew goes in. A supplement goes in behind one that
# goes on by itself.
# One that was kept and never read, its process dead, may be of any dossier: it is read before later ones.
_BEFORE = Statement(
    "SELECT EXISTS (SELECT 1 FROM portal_inbound WHERE portal_code = :portal_code AND id < :id"
    " AND path = ANY(:paths::text[])"
    " AND (state = 'RECEIVED' AND (:is_supplement::boolean OR NOT is_supplement)"
    " OR state = 'PARKED' AND :is_supplement::boolean AND next_attempt_at IS NOT NULL))"
    " OR EXISTS (SELECT 1 FROM portal_inbound WHERE state <> 'DONE' AND received_at < :long_ago"
    " AND state = 'RECEIVED' AND portal_code = '' AND id < :id AND path = ANY(:paths::text[]))"
)
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_UNDER_WAY = Statement(
    "SELECT EXISTS (SELECT 1 FROM portal_inbound WHERE portal_code = :portal_code AND id <> :id"
    " AND path = ANY(:paths::text[]) AND state = 'RECEIVED' AND NOT is_supplement)"
)
# A supplement may be told in the same words when more is asked for: only one that waits is the same.
_TOLD_BEFORE = Statement(
    "SELECT state, dossier_id FROM portal_inbound WHERE portal_code = :portal_code AND id <> :id"
    " AND sha256 = :sha256 AND path = :path AND forgotten_at IS NULL AND reason <> :unreadable"
    " AND (state = 'PARKED' OR state = 'DONE' AND dossier_id <> '' AND NOT is_supplement)"
    " ORDER BY state, id LIMIT 1"
)
_NAME = Statement(
    "UPDATE portal_inbound SET portal_code = :portal_code, is_supplement = :is_supplement"
    " WHERE id = :id AND (portal_code, is_supplement) <> (:portal_code, :is_supplement)",
    rows=None,
)
_AGAIN = Statement(
    "UPDATE portal_inbound SET state = 'RECEIVED', next_attempt_at = :now, attempts = attempts + 1,"
    " version = version + 1, corrections = corrections || :corrections::jsonb"
    " WHERE id = :id AND version = :version AND state NOT IN ('DONE', 'SETTLED') AND forgotten_at IS NULL"
)
# Its answer stays what the portal was told; it brought no dossier.
_END = Statement(
    "UPDATE portal_inbound SET state = 'SETTLED', next_attempt_at = NULL, settled_at = :now,"
    " version = version + 1 WHERE id = :id AND version = :version AND state = 'PARKED'"
)
_LOG = Statement(
    "INSERT INTO portal_inbound_acts (id, message_id, at, subject, action, fields, reason, is_sealed)"
    " VALUES (:id, :message_id, :at, :subject, :action, :fields, :reason, true)"
)
_ACTS = Statement(
    "SELECT at, subject, action, fields, reason FROM portal_inbound_acts WHERE message_id = :message_id"
    " ORDER BY id LIMIT 200"
)


class PostgresPortalInbox:
    """Messages are kept before they are understood."""

    def __init__(self, unit: UnitOfWork, seals: PortalSeals) -> None:
        self._unit = unit
        self._seals = seals

    def keep(self, message: Inbound, *, retry_at: datetime) -> None:
        """Keep a message; if nobody settles it, it is tried again at `retry_at`."""
        self._unit.write(
            _KEEP,
            id=message.id,
            path=message.path,
            body=b"" if message.parts else self._seals.seal_body(message.body, message.id),
            sha256=message.sha256,
            received_at=message.received_at,
            retry_at=retry_at,
            parts=message.parts,
            corrections=self._seals.seal_fields(message.corrections, message.id),
            outline=message.outline and self._seals.seal_outline(message.outline.kept(), message.id),
        )

    def keep_part(self, message: Inbound, place: int, part: bytes) -> None:
        """Keep a part of a message that is still coming; without its message it is swept."""
        self._unit.write(
            _KEEP_PART,
            message_id=message.id,
            place=place,
            size=len(part),
            body=self._seals.seal_part(part, message.id, place),
            kept_at=message.received_at,
        )

    async def part(self, message_id: UUID, place: int) -> bytes:
        """Return a part of a message; raise `SealBroken` when it cannot be opened."""
        kept = await self._unit.fetch_value(_PART, message_id=message_id, place=place)
        return self._seals.open_part(bytes(kept or b""), message_id, place)

    def settle(self, message: Inbound, ruling: Ruling, *, retry_at: datetime | None, now: datetime) -> None:
        """Keep what became of it as it was read; a message that is done stays done."""
        self._unit.write(
            _SETTLE,
            id=message.id,
            attempts=message.attempts,
            state=ruling.state.value,
            retry_at=retry_at,
            now=now,
            portal_code=ruling.portal_code,
            dossier_id=ruling.dossier_id,
            tech_id=ruling.tech_id,
            answer_code=ruling.error_code,
            answer=ruling.message,
            reason=ruling.reason,
            other_codes=list(ruling.other_codes),
            unread=list(ruling.unread),
        )

    async def due(self, *, limit: int, now: datetime) -> list[UUID]:
        """Return messages to be tried again, oldest first."""
        return [row["id"] for row in await self._unit.fetch(_DUE, limit=limit, now=now)]

    async def find(self, message_id: UUID) -> Inbound | None:
        """Return a message that is not settled."""
        return self._inbound(await self._unit.fetch_one(_FIND, id=message_id))

    async def find_open(self, message_id: UUID) -> Inbound | None:
        """Return a message that is not done, refused ones too, as long as it says what it said."""
        return self._inbound(await self._unit.fetch_one(_FIND_OPEN, id=message_id))

    async def is_first(self, portal_code: str, message_id: UUID) -> bool:
        """Tell whether no other message brought this dossier before."""
        return not await self._unit.fetch_value(_OTHERS, portal_code=portal_code, id=message_id)

    def name(self, message: Inbound, portal_code: str, *, is_supplement: bool) -> None:
        """Keep whose dossier a message is of as soon as that is known: later ones of it wait."""
        self._unit.write(_NAME, id=message.id, portal_code=portal_code, is_supplement=is_supplement)

    async def has_create_under_way(self, portal_code: str, message: Inbound) -> bool:
        """Tell whether another message creates this dossier and is not settled, whichever came first.

        Until the unit ends nobody else is told: of two at once the second finds the first by its name.
        """
        await self._unit.begin()
        await self._unit.fetch(_HOLD, name=f"portal-create:{portal_code}")
        found: bool = await self._unit.fetch_value(
            _UNDER_WAY, portal_code=portal_code, id=message.id, paths=addresses_beside(message.path)
        )
        return found

    async def told_before(self, portal_code: str, message: Inbound) -> tuple[InboxState, str] | None:
        """Return where another message of the very same bytes is that waits, or brought this dossier.

        Until the unit ends nobody else is told: of two that are to wait at once one waits.
        """
        await self._unit.begin()
        await self._unit.fetch(_HOLD, name=f"portal-create:{portal_code}")
        row = await self._unit.fetch_one(
            _TOLD_BEFORE,
            portal_code=portal_code,
            id=message.id,
            sha256=message.sha256,
            path=message.path,
            unreadable=UNREADABLE,
        )
        return row and (InboxState(row["state"]), row["dossier_id"])

    async def has_waiting_before(self, portal_code: str, message: Inbound, *, is_supplement: bool) -> bool:
        """Tell whether an earlier message of this dossier is not settled; ids grow with time.

        A dossier waits for no supplement of its own: that came first and waits for it. A message that nobody
        has read yet may be of this dossier and counts, unless it came just now and is being read.
        """
        found: bool = await self._unit.fetch_value(
            _BEFORE,
            portal_code=portal_code,
            id=message.id,
            paths=addresses_beside(message.path),
            is_supplement=is_supplement,
            long_ago=message.received_at - _BEING_READ,
        )
        return found

    def send_again(self, act: Act, *, seen: int) -> None:
        """Lay corrections over a message, try it again, log who asked; `Stale` when it changed meanwhile."""
        corrections = self._seals.seal_fields(act.fields, act.message_id)
        self._unit.write(_AGAIN, id=act.message_id, version=seen, now=act.at, corrections=corrections)
        self._unit.write(_LOG, **self._logged(act))

    def end(self, act: Act, *, seen: int) -> None:
        """Let a message that waits for people be done with, log who did; `Stale` when it changed."""
        self._unit.write(_END, id=act.message_id, version=seen, now=act.at)
        self._unit.write(_LOG, **self._logged(act))

    async def log_reading(self, act: Act) -> None:
        """Keep that somebody read it, at once."""
        await self._unit.fetch(_LOG, **self._logged(act))

    async def acts(self, message_id: UUID) -> list[dict[str, Any]]:
        """Return what people did to it, oldest first."""
        return [
            {
                **dict(row),
                "fields": self._seals.open_fields(row["fields"], message_id),
                "reason": self._seals.open_text(row["reason"], message_id),
            }
            for row in await self._unit.fetch(_ACTS, message_id=message_id)
        ]

    def _inbound(self, row: Any) -> Inbound | None:
        if row is None:
            return None
        found = dict(row)
        try:
            body = self._seals.open_body(bytes(row["body"]), row["id"])
            if row["outline"] is not None:
                outline = self._seals.open_outline(bytes(row["outline"]), row["id"])
                found["outline"] = kept_outline(outline)
            corrections = self._seals.open_fields(row["corrections"], row["id"])
        except SealBroken:
            return Inbound(**{**found, "body": b"", "outline": None, "corrections": {}}, is_readable=False)
        return Inbound(**{**found, "body": body, "corrections": corrections})

    def _logged(self, act: Act) -> Mapping[str, Any]:
        return {
            "id": new_id(),
            "message_id": act.message_id,
            "at": act.at,
            "subject": act.subject,
            "action": act.action,
            "fields": self._seals.seal_fields(act.fields, act.message_id),
            "reason": self._seals.seal_text(act.reason, act.message_id),
        }
