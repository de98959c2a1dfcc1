"""What the portal sent down, raw, and what became of it."""

from datetime import datetime
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.portal_inbound import Inbound, Ruling

_KEEP = Statement(
    "INSERT INTO portal_inbound (id, path, body, sha256, received_at, state, next_attempt_at)"
    " VALUES (:id, :path, :body, :sha256, :received_at, 'RECEIVED', :retry_at)"
)
_SETTLE = Statement(
    "UPDATE portal_inbound SET state = :state, attempts = attempts + 1, next_attempt_at = :retry_at,"
    " portal_code = :portal_code, dossier_id = :dossier_id, answer_code = :answer_code, answer = :answer,"
    " reason = :reason, settled_at = CASE WHEN :state::text = 'RECEIVED' THEN NULL ELSE clock_timestamp() END"
    " WHERE id = :id AND state IN ('RECEIVED', 'PARKED')",
    rows=None,
)
_DUE = Statement(
    "SELECT id FROM portal_inbound WHERE next_attempt_at <= :now AND state IN ('RECEIVED', 'PARKED')"
    " ORDER BY received_at, id LIMIT :limit"
)
_FIND = Statement(
    "SELECT id, path, body, sha256, received_at, attempts FROM portal_inbound WHERE id = :id"
    " AND state IN ('RECEIVED', 'PARKED')"
)
_OTHERS = Statement(
    "SELECT EXISTS (SELECT 1 FROM portal_inbound WHERE portal_code = :portal_code AND id <> :id"
    " AND state = 'DONE' AND answer_code = 0)"
)
_BEFORE = Statement(
    "SELECT EXISTS (SELECT 1 FROM portal_inbound WHERE portal_code = :portal_code AND id < :id"
    " AND state IN ('RECEIVED', 'PARKED'))"
)
_REPLAY = Statement(
    "UPDATE portal_inbound SET state = 'RECEIVED', next_attempt_at = :now WHERE id = :id AND state <> 'DONE'"
)


class PostgresPortalInbox:
    """Messages are kept before they are understood."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def keep(self, message: Inbound, *, retry_at: datetime) -> None:
        """Keep a message; if nobody settles it, it is tried again at `retry_at`."""
        self._unit.write(
            _KEEP,
            id=message.id,
            path=message.path,
            body=message.body,
            sha256=message.sha256,
            received_at=message.received_at,
            retry_at=retry_at,
        )

    def settle(self, message_id: UUID, ruling: Ruling, *, retry_at: datetime | None) -> None:
        """Keep what became of it; a message that is done stays done."""
        self._unit.write(
            _SETTLE,
            id=message_id,
            state=ruling.state.value,
            retry_at=retry_at,
            portal_code=ruling.portal_code,
            dossier_id=ruling.dossier_id,
            answer_code=ruling.error_code,
            answer=ruling.message,
            reason=ruling.reason,
        )

    async def due(self, *, limit: int, now: datetime) -> list[UUID]:
        """Return messages to be tried again, oldest first."""
        return [row["id"] for row in await self._unit.fetch(_DUE, limit=limit, now=now)]

    async def find(self, message_id: UUID) -> Inbound | None:
        """Return a message that is not settled."""
        row = await self._unit.fetch_one(_FIND, id=message_id)
        return None if row is None else Inbound(**{**dict(row), "body": bytes(row["body"])})

    async def is_first(self, portal_code: str, message_id: UUID) -> bool:
        """Tell whether no other message brought this dossier before."""
        return not await self._unit.fetch_value(_OTHERS, portal_code=portal_code, id=message_id)

    async def has_waiting_before(self, portal_code: str, message_id: UUID) -> bool:
        """Tell whether an earlier message of this dossier is not settled; ids grow with time."""
        found: bool = await self._unit.fetch_value(_BEFORE, portal_code=portal_code, id=message_id)
        return found

    def replay(self, message_id: UUID, now: datetime) -> None:
        """Try a message again; `Stale` at the commit when it is done."""
        self._unit.write(_REPLAY, id=message_id, now=now)
