"""Batches of the log of readings, each sealed on the one before: a change, a loss, an insertion shows.

A batch is the lines whose transaction lies in `[first_txid, end_txid)`. It is sealed once every transaction
below `end_txid` has ended, so no line can join it later (docs/adr/0018). Lines from before this was kept
have no transaction; they are sealed by ranges of ids, `first_id` to `last_id`, in batches with `end_txid` 0.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from services.dossier.domain.history import HistoryKeys

LINE = (
    *("id", "at", "subject", "kind", "agency", "what", "dossier_id", "object_id", "person_index", "shown"),
    "txid",
)
"""What a seal covers of each line; a test compares it with the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One sealed batch; the number is its place in the chain, from 1."""

    number: int
    first_txid: int
    end_txid: int
    first_id: int
    last_id: int
    lines: int
    sealed_at: datetime
    previous_hash: bytes
    key_id: str
    hash: bytes = b""

    @property
    def is_older(self) -> bool:
        """Tell whether it covers lines from before transactions were noted."""
        return self.end_txid == 0


SEAL = tuple(Seal.__dataclass_fields__)
"""The columns of a seal's row."""


def seal_of(row: Mapping[str, Any]) -> Seal:
    """Return a seal from its row."""
    return Seal(**{name: row[name] for name in SEAL})


def seal(
    before: Seal | None,
    lines: Sequence[Mapping[str, Any]],
    *,
    end_txid: int,
    keys: HistoryKeys,
    at: datetime,
) -> Seal:
    """Return the seal of the next batch, which is not empty; its lines are in the order of their ids."""
    made = Seal(
        number=before.number + 1 if before else 1,
        first_txid=before.end_txid if before and end_txid else 0,
        end_txid=end_txid,
        first_id=lines[0]["id"],
        last_id=lines[-1]["id"],
        lines=len(lines),
        sealed_at=at,
        previous_hash=before.hash if before else b"",
        key_id=keys.current,
    )
    return replace(made, hash=keys.digest(made.key_id, _said(made, lines)) or b"")


def what_is_wrong(
    found: Seal, before: Seal | None, lines: Sequence[Mapping[str, Any]], keys: HistoryKeys
) -> str:
    """Return what is wrong with a sealed batch, as it is now after the one before it; empty for nothing."""
    if found.number != (before.number + 1 if before else 1):
        return "a seal before it is missing"
    follows = before.end_txid if before and not found.is_older else 0
    if found.previous_hash != (before.hash if before else b"") or found.first_txid != follows:
        return "it does not stand on the seal before it"
    told = keys.digest(found.key_id, _said(found, lines))
    if told is None:
        return f"its key is not set: {found.key_id}"
    if len(lines) != found.lines:
        return f"{found.lines} lines were sealed, {len(lines)} are there"
    return "" if hmac.compare_digest(told, found.hash) else "a line or the seal was changed"


def _said(made: Seal, lines: Sequence[Mapping[str, Any]]) -> bytes:
    head = [
        *("readings", made.number, made.first_txid, made.end_txid, made.first_id, made.last_id, made.lines),
        *(made.sealed_at, made.previous_hash, made.key_id),
    ]
    return orjson.dumps(
        [[_plain(one) for one in head], *([_plain(line[name]) for name in LINE] for line in lines)]
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    # The driver's UUID is a subclass.
    return str(UUID(int=value.int)) if isinstance(value, UUID) else value
