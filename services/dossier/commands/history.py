"""What an operator runs: prove that history is whole, publish it again for consumers that start anew."""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from kernel.bus.wire import to_message
from kernel.runtime import Runtime
from kernel.service import JobTick
from services.dossier.commands.books import broken_books
from services.dossier.domain.archive.remains import DESTROYED
from services.dossier.domain.history import (
    AGENCIES,
    NEVER_CHANGING,
    Entry,
    HistoryKeys,
    first_break,
    first_break_of_remains,
    is_sealed,
)

_BATCH = 500
_HEADS = "SELECT id FROM dossiers WHERE id > $1 ORDER BY id LIMIT $2"
_OF = (
    "SELECT h.dossier_id, h.version, h.event_id, h.type, h.at, h.actor, h.data, h.previous_hash, h.hash,"
    " h.key_id, d.version AS head_version, d.history_hash AS head_hash, d.state AS head_state,"
    " d.due_at AS head_due_at, d.dossier_code AS head_code"
    " FROM history h JOIN dossiers d ON d.id = h.dossier_id"
    " WHERE h.dossier_id = ANY($1::uuid[]) ORDER BY h.dossier_id, h.version"
)
_ROWS = (
    f"SELECT id, version, history_hash, head_seal, agencies, {', '.join((*NEVER_CHANGING, *AGENCIES))},"
    " destroyed_by, (SELECT l.history_head FROM destruction_lines l JOIN destruction_lists n"
    " ON n.id = l.list_id WHERE l.list_id = d.destroyed_by AND l.dossier_id = d.id"
    " AND l.outcome = 'DESTROYED' AND n.state IN ('APPROVED', 'DONE')) AS listed_head,"
    " (SELECT n.number || '/DMH-' || n.year FROM destruction_lists n WHERE n.id = d.destroyed_by)"
    " AS list_number"
    " FROM dossiers d WHERE id = ANY($1::uuid[])"
)
_WHOLES = "SELECT id FROM interlinked_parents WHERE id > $1 ORDER BY id LIMIT $2"
_OF_WHOLES = (
    "SELECT h.*, p.version AS head_version FROM interlinked_history h"
    " JOIN interlinked_parents p ON p.id = h.parent_id"
    " WHERE h.parent_id = ANY($1::uuid[]) ORDER BY h.parent_id, h.version"
)
_FIRST = "00000000-0000-0000-0000-000000000000"
_FIELDS = tuple(Entry.__dataclass_fields__)


async def verify_history(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Check every chain against its dossier and every book; print the broken ones and return 1 for any.

    A file of `dossier id,version` lines, as others know them, finds a dossier set back as a whole.
    """
    known = await asyncio.to_thread(_known, arguments[0]) if arguments else {}
    async with runtime.unit_of_work() as unit:
        keys: HistoryKeys = runtime.open_work(unit).history_keys
    checked = broken = 0
    destroyed: Counter[str] = Counter()
    after: Any = _FIRST
    while ids := [row["id"] for row in await runtime.pool.fetch(_HEADS, after, _BATCH)]:
        after = ids[-1]
        rows = await runtime.pool.fetch(_OF, ids)
        heads = {row["id"]: row for row in await runtime.pool.fetch(_ROWS, ids)}
        chains = {found: list(group) for found, group in groupby(rows, key=lambda row: row["dossier_id"])}
        for head in heads.values():
            if head["destroyed_by"] is not None:
                destroyed[head["list_number"] or "?"] += 1
        for dossier_id in ids:
            elsewhere = known.pop(str(dossier_id), 0)
            if wrong := _what_is_wrong(chains.get(dossier_id), heads.get(dossier_id), keys, elsewhere):
                broken += 1
                sys.stdout.write(f"{dossier_id}: {wrong}\n")
        checked += len(ids)
    for dossier_id in known:
        broken += 1
        sys.stdout.write(f"{dossier_id}: the dossier is missing, others know it\n")
    for line in await broken_books(runtime.pool):
        broken += 1
        sys.stdout.write(f"{line}\n")
    for number, count in sorted(destroyed.items()):
        sys.stdout.write(f"{count} destroyed by list {number}: their heads hold, what they said is gone\n")
    sys.stdout.write(f"{checked} dossiers checked, {broken} broken\n")
    return 1 if broken else 0


def _known(file: str) -> dict[str, int]:
    """Read the highest version of each dossier that a file names."""
    found: dict[str, int] = {}
    for line in Path(file).read_text(encoding="utf-8").split():
        dossier_id, _, version = line.partition(",")
        found[dossier_id] = max(found.get(dossier_id, 0), int(version))
    return found


def _what_is_wrong(rows: list[Any] | None, head: Any, keys: HistoryKeys, elsewhere: int) -> str:
    """Return what is wrong with a chain or with the dossier it ends in; empty when they agree."""
    if not rows or head is None:
        return "the history is missing"
    entries = [Entry(**{name: row[name] for name in _FIELDS}) for row in rows]
    last = rows[-1]
    unknown = {entry.key_id for entry in entries} - set(keys.ids)
    if unknown:
        return f"the history was changed, or its key is not set: {', '.join(sorted(unknown)) or 'none'}"
    if last["type"] == DESTROYED or head["destroyed_by"] is not None:
        is_broken = first_break_of_remains(entries, keys) is not None
        if last["type"] != DESTROYED or head["listed_head"] != last["previous_hash"]:
            return "destroyed, and by no list"
    else:
        is_broken = first_break(entries, keys) is not None
    if is_broken or last["hash"] != last["head_hash"]:
        return "the history was changed"
    return (
        "the dossier is not what its history says" if not _is_told(last) else _of_head(head, keys, elsewhere)
    )


def _of_head(head: Any, keys: HistoryKeys, elsewhere: int) -> str:
    """Return what is wrong with a row whose chain is sound; empty for nothing."""
    agencies = {name: head["agencies"][name.removesuffix("_agency")]["code"] for name in AGENCIES}
    if any(head[name] != code for name, code in agencies.items()) or not is_sealed(
        head["head_seal"], head, keys
    ):
        return "the history was cut, or the dossier changed by hand: its seal does not fit"
    if head["version"] < elsewhere:
        return f"the dossier is set back: others know version {elsewhere}"
    return ""


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
    """Publish the history of every dossier and interlinked submission again, with the events' own ids.

    Consumers that know an event ignore it; one that starts anew gets everything in order. `current`
    publishes only the last change of each dossier: enough for projections of the present state.
    """
    only_current = bool(arguments) and arguments[0] == "current"
    await runtime.bus.ensure_topics(runtime.service.topics)
    sent = await _publish_again(runtime, _HEADS, _OF, "dossier_id", only_current=only_current)
    sent += await _publish_again(runtime, _WHOLES, _OF_WHOLES, "parent_id", only_current=only_current)
    sys.stdout.write(f"{sent} events published again\n")
    return 0


async def _publish_again(runtime: Runtime, heads: str, of: str, key: str, *, only_current: bool) -> int:
    """Publish entries a batch of aggregates at a time, each aggregate's oldest first; return how many."""
    sent = 0
    after: Any = _FIRST
    while ids := [row["id"] for row in await runtime.pool.fetch(heads, after, _BATCH)]:
        after = ids[-1]
        rows = await runtime.pool.fetch(of, ids)
        chosen = [row for row in rows if not only_current or row["version"] == row["head_version"]]
        await runtime.bus.publish([to_message(_outbox_row(row, key), "dossier") for row in chosen])
        sent += len(chosen)
    return sent


def _outbox_row(row: Any, key: str) -> dict[str, Any]:
    return {
        "event_id": row["event_id"],
        "topic": row["type"].partition(".")[0],
        "key": str(row[key]),
        "type": row["type"],
        "sequence": row["version"],
        "occurred_at": row["at"],
        "data": row["data"],
        "correlation_id": "republish",
        "causation_id": "",
    }


async def index_search(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Make dossiers from before the search index findable, a commit a batch; run it as often as you like."""
    del arguments
    after: UUID | None = UUID(int=0)
    while after is not None:
        async with JobTick(runtime, runtime.clock.now()).open_work() as work:
            after = await work.searching.put_missing(after, _BATCH)
    return 0
