"""What an operator runs: prove that history is whole, publish it again for consumers that start anew."""

import sys
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from kernel.bus.wire import to_message
from kernel.runtime import Runtime
from services.dossier.domain.history import Entry, first_break

_BATCH = 500
_HEADS = "SELECT id FROM dossiers WHERE id > $1 ORDER BY id LIMIT $2"
_OF = (
    "SELECT h.dossier_id, h.version, h.event_id, h.type, h.at, h.actor, h.data, h.previous_hash, h.hash,"
    " d.version AS head_version, d.history_hash AS head_hash"
    " FROM history h JOIN dossiers d ON d.id = h.dossier_id"
    " WHERE h.dossier_id = ANY($1::uuid[]) ORDER BY h.dossier_id, h.version"
)
_FIRST = "00000000-0000-0000-0000-000000000000"
_FIELDS = ("dossier_id", "version", "event_id", "type", "at", "actor", "data", "previous_hash", "hash")


async def verify_history(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Check every chain against its dossier; print the broken ones and return 1 if there is any."""
    del arguments
    checked = broken = 0
    after: Any = _FIRST
    while ids := [row["id"] for row in await runtime.pool.fetch(_HEADS, after, _BATCH)]:
        after = ids[-1]
        rows = await runtime.pool.fetch(_OF, ids)
        seen = set()
        for dossier_id, group in groupby(rows, key=lambda row: row["dossier_id"]):
            chain = list(group)
            seen.add(dossier_id)
            if not _is_whole(chain):
                broken += 1
                sys.stdout.write(f"{dossier_id}: the history was changed\n")
        for dossier_id in ids:
            if dossier_id not in seen:
                broken += 1
                sys.stdout.write(f"{dossier_id}: the history is missing\n")
        checked += len(ids)
    sys.stdout.write(f"{checked} dossiers checked, {broken} broken\n")
    return 1 if broken else 0


def _is_whole(rows: list[Any]) -> bool:
    """Tell whether a chain is sound and ends where its dossier says."""
    entries = [Entry(**{name: row[name] for name in _FIELDS}) for row in rows]
    last = rows[-1]
    return (
        first_break(entries) is None
        and last["version"] == last["head_version"]
        and last["hash"] == last["head_hash"]
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
