"""Deliveries and their rows in PostgreSQL; contents sealed, each for its own row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.sealing import SealBroken, Sealer
from services.gateway.domain.connectors.meaning import Mapped
from services.gateway.domain.connectors.records import (
    Account,
    Delivery,
    Known,
    Record,
    RecordState,
    Settled,
    Standing,
)
from services.gateway.domain.connectors.source import MappingKind, Way
from services.gateway.use_cases.connectors.ports import PullState

_FLUSHED_AT_ONCE = 1000
_STATE = Statement(
    "SELECT cursor, last_page, next_pull_at, failures, version FROM connector_sources WHERE name = :source"
)
_PULLED = Statement(
    "INSERT INTO connector_sources (name, cursor, last_page, pulled_at, version)"
    " SELECT :source, :cursor, :page, :now, 1 WHERE :seen = 0::bigint"
    " ON CONFLICT (name) DO NOTHING"
)
_PULLED_ON = Statement(
    "UPDATE connector_sources SET cursor = :cursor, last_page = :page, pulled_at = :now, failures = 0,"
    " failure = '', version = version + 1 WHERE name = :source AND version = :seen"
)
_PAUSE = Statement(
    "INSERT INTO connector_sources (name, next_pull_at, failure, failures, pulled_at)"
    " VALUES (:source, :until, :failure, :failures, CASE WHEN :failures = 0 THEN :now::timestamptz END)"
    " ON CONFLICT (name) DO UPDATE SET next_pull_at = :until, failure = :failure, failures = :failures,"
    " pulled_at = CASE WHEN :failures = 0 THEN :now ELSE connector_sources.pulled_at END"
)
_KEEP = Statement(
    "INSERT INTO connector_deliveries (id, source, way, position, name, body, fingerprint, bytes,"
    " received_at, state) VALUES (:id, :source, :way, :position, :name, :body, :fingerprint, :bytes,"
    " :received_at, 'RECEIVED')"
)
_FILE = Statement(
    "SELECT id, state FROM connector_deliveries WHERE source = :source AND position = :position"
    " AND way = 'FILE'"
)
_UNREAD = Statement("SELECT id FROM connector_deliveries WHERE state = 'RECEIVED' ORDER BY id LIMIT :limit")
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_SOURCE_OF = Statement("SELECT source FROM connector_deliveries WHERE id = :id")
_TO_READ = Statement(
    "SELECT id, source, way, position, name, body, received_at FROM connector_deliveries"
    " WHERE id = :id AND state = 'RECEIVED'"
)
_KNOWN_FINGERPRINTS = Statement(
    "SELECT fingerprint FROM connector_records WHERE source = :source"
    " AND fingerprint = ANY(:fingerprints::bytea[]) AND standing IN ('NEW', 'CHANGED')"
)
_KNOWN_CODES = Statement(
    "SELECT DISTINCT outside_code FROM connector_records WHERE source = :source"
    " AND outside_code = ANY(:codes::text[]) AND standing IN ('NEW', 'CHANGED')"
)
_ADD = Statement(
    """
    INSERT INTO connector_records (id, delivery_id, line, source, outside_code, told_at, fingerprint,
        standing, state, content, reason, next_attempt_at, settled_at)
    SELECT id, delivery_id, line, source, outside_code, told_at, decode(fingerprint, 'hex'), standing, state,
        content, reason, CASE WHEN state = 'WAITING' THEN :now::timestamptz END,
        CASE WHEN state = 'WAITING' THEN NULL ELSE :now END
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, delivery_id uuid, line integer, source text,
        outside_code text, told_at timestamptz, fingerprint text, standing text, state text, content text,
        reason text)
    """,
    rows=None,
)
_ACCOUNT = Statement(
    "UPDATE connector_deliveries SET state = :state, form = :form, reason = :reason, rows = :rows,"
    " new_rows = :new, changed_rows = :changed, unchanged_rows = :unchanged, refused_rows = :refused,"
    " read_at = :now WHERE id = :id AND state = 'RECEIVED'"
)
_DUE = Statement(
    "SELECT id, delivery_id, line, source, outside_code, told_at, fingerprint, standing, state, content,"
    " reason, attempts FROM connector_records WHERE state = 'WAITING' AND next_attempt_at <= :now"
    " ORDER BY next_attempt_at, id LIMIT :limit"
)
_MAPPED = Statement("SELECT kind, outside, ours FROM connector_mappings WHERE source = :source")
_HAS_LATER = Statement(
    "SELECT EXISTS (SELECT 1 FROM connector_records WHERE source = :source AND outside_code = :code"
    " AND told_at > :told_at AND standing IN ('NEW', 'CHANGED') AND state = 'DONE')"
)
_SETTLE = Statement(
    "UPDATE connector_records SET state = :state, outcome = :outcome, reason = :reason, needs = :needs,"
    " mirror_id = :mirror_id, attempts = attempts + 1, next_attempt_at = :retry_at,"
    " settled_at = CASE WHEN :state = 'WAITING' THEN NULL ELSE :now::timestamptz END"
    " WHERE id = :id AND state = 'WAITING'"
)


class PostgresConnectors:
    """What other systems told."""

    def __init__(self, unit: UnitOfWork, seals: Sealer) -> None:
        self._unit = unit
        self._seals = seals

    async def pull_state(self, source: str) -> PullState:
        """Return how far a source was read."""
        row = await self._unit.fetch_one(_STATE, source=source)
        if row is None:
            return PullState()
        return PullState(
            row["cursor"],
            bytes(row["last_page"] or b""),
            row["next_pull_at"],
            row["failures"],
            row["version"],
        )

    def pulled(self, source: str, seen: PullState, cursor: str, page: bytes, now: datetime) -> None:
        """Move the cursor from the version seen; `Stale` at the commit when somebody else has."""
        told = {"source": source, "cursor": cursor, "page": page, "now": now, "seen": seen.version}
        self._unit.write(_PULLED_ON if seen.version else _PULLED, **told)

    def pause(self, source: str, *, until: datetime, failure: str, failures: int, now: datetime) -> None:
        """Ask this source no sooner than then."""
        self._unit.write(_PAUSE, source=source, until=until, failure=failure, failures=failures, now=now)

    def fingerprint(self, source: str, content: bytes) -> bytes:
        """Return bytes equal for equal content that tell nothing without the key."""
        return self._seals.blind_index(content.decode("utf-8", "replace"), purpose=f"connector {source}")

    def keep(self, delivery: Delivery) -> None:
        """Keep a delivery raw, to be read."""
        self._unit.write(
            _KEEP,
            id=delivery.id,
            source=delivery.source,
            way=delivery.way.value,
            position=delivery.position,
            name=delivery.name,
            body=self._seals.seal_bytes(delivery.body, purpose=f"connector delivery {delivery.id}"),
            fingerprint=self.fingerprint(delivery.source, delivery.body),
            bytes=len(delivery.body),
            received_at=delivery.received_at,
        )

    async def file_of(self, source: str, position: str) -> tuple[UUID, bool] | None:
        """Return the delivery of this very file and whether all of it was refused."""
        row = await self._unit.fetch_one(_FILE, source=source, position=position)
        return (UUID(int=row["id"].int), row["state"] == "REFUSED") if row else None

    async def unread(self, limit: int) -> list[UUID]:
        """Return deliveries nobody has read, oldest first."""
        return [UUID(int=row["id"].int) for row in await self._unit.fetch(_UNREAD, limit=limit)]

    async def to_read(self, delivery_id: UUID) -> Delivery | None:
        """Return a delivery to be read, its source held until the unit ends; None when it was read."""
        source = await self._unit.fetch_value(_SOURCE_OF, id=delivery_id)
        await self._unit.begin()
        # Rows of one source are held against what it told before: two readers would both find nothing.
        await self._unit.fetch(_HOLD, name=f"connector:{source}")
        row = await self._unit.fetch_one(_TO_READ, id=delivery_id)
        if row is None:
            return None
        is_readable, body = True, b""
        try:
            body = self._seals.open_bytes(bytes(row["body"]), purpose=f"connector delivery {delivery_id}")
        except SealBroken:
            is_readable = False
        return Delivery(
            id=delivery_id,
            source=row["source"],
            way=Way(row["way"]),
            position=row["position"],
            name=row["name"],
            body=body,
            received_at=row["received_at"],
            is_readable=is_readable,
        )

    async def known(self, source: str, fingerprints: Sequence[bytes], codes: Sequence[str]) -> Known:
        """Return which of these were told before."""
        rows = await self._unit.fetch(_KNOWN_FINGERPRINTS, source=source, fingerprints=list(fingerprints))
        named = await self._unit.fetch(_KNOWN_CODES, source=source, codes=list(set(codes)))
        return Known(
            frozenset(bytes(row["fingerprint"]) for row in rows),
            frozenset(row["outside_code"] for row in named),
        )

    async def add(self, records: Sequence[Record], now: datetime) -> None:
        """Keep rows, many at a time."""
        for start in range(0, len(records), _FLUSHED_AT_ONCE):
            rows = [self._row(one) for one in records[start : start + _FLUSHED_AT_ONCE]]
            self._unit.write(_ADD, rows=rows, now=now)
            await self._unit.flush()

    def account(self, account: Account, now: datetime, *, is_refused: bool) -> None:
        """Keep what a delivery held; it is read now."""
        self._unit.write(
            _ACCOUNT,
            id=account.delivery_id,
            state="REFUSED" if is_refused else "READ",
            form=account.form,
            reason=account.reason,
            rows=account.rows,
            new=account.new,
            changed=account.changed,
            unchanged=account.unchanged,
            refused=account.refused,
            now=now,
        )

    async def due(self, limit: int, now: datetime) -> list[Record]:
        """Return rows to be told now, oldest first."""
        return [self._record(row) for row in await self._unit.fetch(_DUE, limit=limit, now=now)]

    async def mapped(self, source: str) -> Mapped:
        """Return what people mapped."""
        rows = await self._unit.fetch(_MAPPED, source=source)
        return {(MappingKind(row["kind"]), row["outside"]): row["ours"] for row in rows}

    async def has_later(self, record: Record) -> bool:
        """Tell whether a later status of this dossier was told already."""
        if record.told_at is None:
            return False
        return bool(
            await self._unit.fetch_value(
                _HAS_LATER, source=record.source, code=record.outside_code, told_at=record.told_at
            )
        )

    def settle(self, settled: Settled, now: datetime) -> None:
        """Keep what became of a row."""
        self._unit.write(
            _SETTLE,
            id=settled.record.id,
            state=settled.state.value,
            outcome=settled.outcome,
            reason=settled.reason,
            needs=list(settled.needs),
            mirror_id=settled.mirror_id,
            retry_at=settled.retry_at,
            now=now,
        )

    def _row(self, record: Record) -> dict[str, Any]:
        content = ""
        if record.values:
            content = self._seals.seal(dict(record.values), purpose=f"connector record {record.id}")
        return {
            "id": record.id,
            "delivery_id": record.delivery_id,
            "line": record.line,
            "source": record.source,
            "outside_code": record.outside_code,
            "told_at": record.told_at,
            "fingerprint": record.fingerprint.hex(),
            "standing": record.standing.value,
            "state": record.state.value,
            "content": content,
            "reason": record.reason,
        }

    def _record(self, row: Any) -> Record:
        record_id = UUID(int=row["id"].int)
        try:
            opened = self._seals.open(row["content"], purpose=f"connector record {record_id}")
        except SealBroken:
            opened = {}
        return Record(
            id=record_id,
            delivery_id=UUID(int=row["delivery_id"].int),
            line=row["line"],
            source=row["source"],
            standing=Standing(row["standing"]),
            state=RecordState(row["state"]),
            outside_code=row["outside_code"],
            told_at=row["told_at"],
            fingerprint=bytes(row["fingerprint"]),
            values=opened if isinstance(opened, dict) else {},
            reason=row["reason"],
            attempts=row["attempts"],
        )
