"""What is kept of what other systems told: deliveries raw, rows with a standing, and what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id
from services.gateway.domain.connectors.meaning import Identity, NotMeant, identity_of
from services.gateway.domain.connectors.rows import Row, Values
from services.gateway.domain.connectors.source import FIELDS, Source, Way


class Standing(StrEnum):
    """What a row is to what was known before."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


class RecordState(StrEnum):
    """What became of a row; WAITING and UNMAPPED are not done."""

    WAITING = "WAITING"
    UNMAPPED = "UNMAPPED"
    REFUSED = "REFUSED"
    DONE = "DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A page, a push or a file, as it came; `position` says where it stood at the source."""

    id: UUID
    source: str
    way: Way
    position: str
    body: bytes
    received_at: datetime
    name: str = ""
    is_readable: bool = True
    """False when its seal is of another key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of a delivery."""

    id: UUID = field(default_factory=new_id)
    delivery_id: UUID
    line: int
    source: str
    standing: Standing
    state: RecordState
    outside_code: str = ""
    told_at: datetime | None = None
    fingerprint: bytes = b""
    values: Values = field(default_factory=dict)
    reason: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """Every row of a delivery, counted; `reason` is why nothing of it could be read."""

    delivery_id: UUID
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    form: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a row after it was told."""

    record: Record
    state: RecordState
    outcome: str = ""
    reason: str = ""
    needs: Sequence[Mapping[str, str]] = ()
    mirror_id: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the source told before: fingerprints of rows, and codes of dossiers."""

    fingerprints: AbstractSet[bytes]
    codes: AbstractSet[str]


@dataclass(frozen=True, slots=True)
class Read:
    """A row that was read, before it is held against what is known."""

    row: Row
    identity: Identity | None
    fingerprint: bytes
    reason: str


def read_row(row: Row, source: Source, fingerprint: bytes, now: datetime) -> Read:
    """Return what a row is about, or why it is refused."""
    if fault := row.fault_in(source.name_of(one) for one in FIELDS):
        return Read(row, None, b"", fault)
    try:
        return Read(row, identity_of(row.values, source, now), fingerprint, "")
    except NotMeant as fault:
        return Read(row, None, b"", str(fault))


def records_of(delivery: Delivery, read: Iterable[Read], known: Known) -> list[Record]:
    """Return every row with its standing; one that repeats another of the same delivery is unchanged."""
    fingerprints, codes = set(known.fingerprints), set(known.codes)
    records: list[Record] = []
    for one in read:
        common: dict[str, Any] = {
            "delivery_id": delivery.id,
            "line": one.row.line,
            "source": delivery.source,
        }
        if one.identity is None:
            records.append(
                Record(**common, standing=Standing.REFUSED, state=RecordState.REFUSED, reason=one.reason)
            )
            continue
        code = one.identity.outside_code
        common |= {
            "outside_code": code,
            "told_at": one.identity.told_at,
            "fingerprint": one.fingerprint,
        }
        if one.fingerprint in fingerprints:
            records.append(Record(**common, standing=Standing.UNCHANGED, state=RecordState.DONE))
            continue
        standing = Standing.CHANGED if code in codes else Standing.NEW
        fingerprints.add(one.fingerprint)
        codes.add(code)
        records.append(
            Record(**common, standing=standing, state=RecordState.WAITING, values=dict(one.row.values))
        )
    return records


def account_of(delivery_id: UUID, records: Sequence[Record], form: str) -> Account:
    """Count rows by standing."""
    counts = dict.fromkeys(Standing, 0)
    for one in records:
        counts[one.standing] += 1
    return Account(
        delivery_id,
        len(records),
        counts[Standing.NEW],
        counts[Standing.CHANGED],
        counts[Standing.UNCHANGED],
        counts[Standing.REFUSED],
        form,
    )
