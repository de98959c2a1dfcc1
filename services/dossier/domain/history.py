"""The chain that makes a dossier's history tamper-evident: each entry's keyed hash covers the one before.

The key is not in the database: who may write its rows cannot make a changed history fit again.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

_KEY_BYTES = 32
NEVER_CHANGING = (
    "reference",
    "portal_code",
    "origin",
    "channel",
    "procedure_code",
    "procedure_name",
    "sector",
    "procedure_version",
    "submitted_at",
    "owner_name",
    "owner_subject",
    "submitter_subject",
    "owner_index",
    "parties_sealed",
    "contact_sealed",
    "form_sealed",
    "result_delivery",
)
AGENCIES = ("helping_agency", "receiving_agency", "competent_agency")


class HistoryKeys:
    """Keys of the chain by their ids: the first makes new hashes, the others only prove older ones."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("no key")
        self._keys = dict(keys)
        self.current = next(iter(self._keys))

    @classmethod
    def of(cls, text: str) -> "HistoryKeys":
        """Read `id:key[,older-id:key…]`, each key 32 bytes in base64; raise `ValueError` for all else."""
        found: dict[str, bytes] = {}
        for part in text.split(","):
            key_id, _, encoded = part.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if not key_id or key_id in found or len(key) != _KEY_BYTES or not any(key):
                raise ValueError("id:key is needed, each id once, each key 32 random bytes in base64")
            found[key_id] = key
        return cls(found)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, the one in use first."""
        return tuple(self._keys)

    def digest(self, key_id: str, said: bytes) -> bytes | None:
        """Return HMAC-SHA-256 under a key; None for a key that is not ours."""
        key = self._keys.get(key_id)
        return None if key is None else hmac.digest(key, said, "sha256")


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
    key_id: str


def chain(
    previous_hash: bytes,
    *,
    keys: HistoryKeys,
    dossier_id: UUID,
    version: int,
    event_id: UUID,
    type: str,  # noqa: A002 - the attribute's name in CloudEvents.
    at: datetime,
    actor: str,
    data: dict[str, Any],
) -> Entry:
    """Return the next entry of a chain; the first stands on an empty hash."""
    entry = Entry(
        dossier_id=dossier_id,
        version=version,
        event_id=event_id,
        type=type,
        at=at,
        actor=actor,
        data=data,
        previous_hash=previous_hash,
        hash=b"",
        key_id=keys.current,
    )
    digest = keys.digest(keys.current, previous_hash + _said(entry))
    return replace(entry, hash=digest or b"")


def first_break(entries: Iterable[Entry], keys: HistoryKeys) -> Entry | None:
    """Return the first entry of one dossier that is not what was written, None for a sound chain."""
    previous, expected_version = b"", 1
    for entry in entries:
        digest = keys.digest(entry.key_id, previous + _said(entry))
        is_next = entry.version == expected_version and entry.previous_hash == previous
        if digest is None or not is_next or not hmac.compare_digest(entry.hash, digest):
            return entry
        previous, expected_version = digest, expected_version + 1
    return None


def first_break_of_remains(entries: Sequence[Entry], keys: HistoryKeys) -> Entry | None:
    """Return the first entry of a destroyed dossier that is not what was left, None for a sound chain.

    What was reduced cannot be hashed again; the last entry is whole, and its keyed hash proves the entry
    before it, which names the one before, to the first.
    """
    previous, expected_version = b"", 1
    for entry in entries:
        is_next = entry.version == expected_version and entry.previous_hash == previous
        is_reduced = "destroyed_by" in entry.data and not entry.actor
        is_last = entry is entries[-1]
        digest = keys.digest(entry.key_id, previous + _said(entry))
        is_whole = digest is not None and hmac.compare_digest(entry.hash, digest)
        if not is_next or not (is_whole if is_last else is_reduced):
            return entry
        previous, expected_version = entry.hash, expected_version + 1
    return None


def seal_head(head: Mapping[str, Any], keys: HistoryKeys) -> str:
    """Return the seal of a head, `key id:keyed hash`: the rule of before whole rows were sealed."""
    digest = keys.digest(keys.current, _head_said(keys.current, head)) or b""
    return f"{keys.current}:{digest.hex()}"


def is_sealed(seal: str, head: Mapping[str, Any], keys: HistoryKeys) -> bool:
    """Tell whether this head is what was sealed, with one of our keys."""
    key_id, _, told = seal.rpartition(":")
    digest = keys.digest(key_id, _head_said(key_id, head))
    return digest is not None and hmac.compare_digest(digest.hex(), told)


def _head_said(key_id: str, head: Mapping[str, Any]) -> bytes:
    said: list[Any] = ["head", key_id]
    for name in ("id", "version", "history_hash", *NEVER_CHANGING, *AGENCIES):
        value = head[name]
        if isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat()
        elif isinstance(value, bytes):
            value = value.hex()
        said.append(value if isinstance(value, int | str | None) else str(value))
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()


def _said(entry: Entry) -> bytes:
    """Return everything an entry says, in one way only."""
    said: list[Any] = [entry.key_id, str(entry.dossier_id), entry.version, str(entry.event_id), entry.type]
    said += [entry.at.astimezone(UTC).isoformat(), entry.actor, entry.data]
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
