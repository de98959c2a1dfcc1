"""The chain that makes a dossier's history tamper-evident: each entry's hash covers the one before."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change of a dossier, as history and as the event that was published for it."""

    dossier_id: UUID
    version: int
    event_id: UUID
    type: str
    at: datetime
    actor: str
    data: dict[str, Any]
    previous_hash: bytes
    hash: bytes


def chain(
    previous_hash: bytes,
    *,
    dossier_id: UUID,
    version: int,
    event_id: UUID,
    type: str,  # noqa: A002 - the attribute's name in CloudEvents.
    at: datetime,
    actor: str,
    data: dict[str, Any],
) -> Entry:
    """Return the next entry of a chain; the first stands on an empty hash."""
    digest = _digest(previous_hash, dossier_id, version, event_id, type, at, actor, data)
    return Entry(
        dossier_id=dossier_id,
        version=version,
        event_id=event_id,
        type=type,
        at=at,
        actor=actor,
        data=data,
        previous_hash=previous_hash,
        hash=digest,
    )


def first_break(entries: Iterable[Entry]) -> Entry | None:
    """Return the first entry of one dossier that is not what was written, None for a sound chain."""
    previous, expected_version = b"", 1
    for entry in entries:
        digest = _digest(
            previous,
            entry.dossier_id,
            entry.version,
            entry.event_id,
            entry.type,
            entry.at,
            entry.actor,
            entry.data,
        )
        if entry.version != expected_version or entry.previous_hash != previous or entry.hash != digest:
            return entry
        previous, expected_version = digest, expected_version + 1
    return None


def _digest(
    previous: bytes,
    dossier_id: UUID,
    version: int,
    event_id: UUID,
    kind: str,
    at: datetime,
    actor: str,
    data: dict[str, Any],
) -> bytes:
    said = [str(dossier_id), version, str(event_id), kind, at.astimezone(UTC).isoformat(), actor, data]
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + canonical.encode()).digest()
