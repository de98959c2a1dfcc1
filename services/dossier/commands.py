"""What an operator runs: prove that history is whole, publish it again for consumers that start anew."""

import sys
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from kernel.bus.wire import to_message
from kernel.runtime import Runtime
from services.dossier.domain.history import Entry, HistoryKeys, first_break

_BATCH = 500
_HEADS = "SELECT id FROM dossiers WHERE id > $1 ORDER BY id LIMIT $2"
_OF = (
    "SELECT h.dossier_id, h.version, h.event_id, h.type, h.at, h.actor, h.data, h.previous_hash, h.hash,"
    " h.key_id, d.version AS head_version, d.history_hash AS head_hash, d.state AS head_state,"
    " d.due_at AS head_due_at, d.dossier_code AS head_code"
    " FROM history h JOIN dossiers d ON d.id = h.dossier_id"
    " WHERE h.dossier_id = ANY($1::uuid[]) ORDER BY h.dossier_id, h.version"
)
_FIRST = "00000000-0000-0000-0000-000000000000"
_FIELDS = tuple(Entry.__dataclass_fields__)


async def verify_history(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Check every chain against its dossier; print the broken ones and return 1 if there is any."""
    del arguments
    async with runtime.unit_of_work() as unit:
        keys: HistoryKeys = runtime.open_work(unit).history_keys
    checked = broken = 0
    after: Any = _FIRST
    while ids := [row["id"] for row in await runtime.pool.fetch(_HEADS, after, _BATCH)]:
        after = ids[-1]
        rows = await runtime.pool.fetch(_OF, ids)
        seen = set()
        for dossier_id, group in groupby(rows, key=lambda row: row["dossier_id"]):
            chain = list(group)
            seen.add(dossier_id)
            if wrong := _what_is_wrong(chain, keys):
                broken += 1
                sys.stdout.write(f"{dossier_id}: {wrong}\n")
        for dossier_id in ids:
            if dossier_id not in seen:
                broken += 1
                sys.stdout.write(f"{dossier_id}: the history is missing\n")
        checked += len(ids)
    sys.stdout.write(f"{checked} dossiers checked, {broken} broken\n")
    return 1 if broken else 0


def _what_is_wrong(rows: list[Any], keys: HistoryKeys) -> str:
    """Return what is wrong with a chain or with the dossier it ends in; empty when they agree."""
    entries = [Entry(**{name: row[name] for name in _FIELDS}) for row in rows]
    last = rows[-1]
    unknown = {entry.key_id for entry in entries} - set(keys.ids)
    if unknown:
        return f"the history was changed, or its key is not set: {', '.join(sorted(unknown)) or 'none'}"
    if first_break(entries, keys) is not None or last["hash"] != last["head_hash"]:
        return "the history was changed"
    return "" if _is_told(last) else "the dossier is not what its history says"


def _is_told(last: Any) -> bool:
    """Tell whether the dossier's row is what its last entry says of it."""
    told = last["data"]["dossier"]
    due_at = datetime.fromisoformat(told["due_at"]) if told["due_at"] else None
    return bool(
        last["version"] == told["version"] == last["head_version"]
        and told["state"] == last["head_state"]
        and due_at == last["head_due_at"]
        and told["dossier_code"] == last["head_code"]
    )


async def republish(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Publish every dossier's history again, oldest first, with the events' own ids.

    Consumers that know an event ignore it; one that starts anew gets everything in order. `current`
    publishes only the last change of each dossier: enough for projections of the present state.
    """
    only_current = bool(arguments) and arguments[0] == "current"
    sent = 0
    await runtime.bus.ensure_topics(runtime.service.topics)
    after: Any = _FIRST
    while ids := [row["id"] for row in await runtime.pool.fetch(_HEADS, after, _BATCH)]:
        after = ids[-1]
        rows = await runtime.pool.fetch(_OF, ids)
        chosen = [row for row in rows if not only_current or row["version"] == row["head_version"]]
        await runtime.bus.publish([to_message(_outbox_row(row), "dossier") for row in chosen])
        sent += len(chosen)
    sys.stdout.write(f"{sent} events published again\n")
    return 0


def _outbox_row(row: Any) -> dict[str, Any]:
    return {
        "event_id": row["event_id"],
        "topic": "dossier",
        "key": str(row["dossier_id"]),
        "type": row["type"],
        "sequence": row["version"],
        "occurred_at": row["at"],
        "data": row["data"],
        "correlation_id": "republish",
        "causation_id": "",
    }
