"""What an operator runs: prove that history is whole, publish it again for consumers that start anew."""

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from kernel.bus.wire import to_message
from kernel.runtime import Runtime
from kernel.service import JobTick
from services.dossier.commands.beside import Beside, broken_codes
from services.dossier.commands.books import broken_books
from services.dossier.commands.readings import broken_readings
from services.dossier.commands.sealed import broken_rows
from services.dossier.commands.slips import broken_slips, stolen_submissions
from services.dossier.domain.archive.remains import DESTROYED
from services.dossier.domain.history import (
    Entry,
    HistoryKeys,
    first_break,
    first_break_of_remains,
)
from services.dossier.use_cases.row_seals import ROW, is_row_sealed, is_sealed_by_older

_BATCH = 500
_HEADS = "SELECT id FROM dossiers WHERE id > $1 ORDER BY id LIMIT $2"
_OF = (
    "SELECT h.dossier_id, h.version, h.event_id, h.type, h.at, h.data, d.version AS head_version"
    " FROM history h JOIN dossiers d ON d.id = h.dossier_id"
    " WHERE h.dossier_id = ANY($1::uuid[]) ORDER BY h.dossier_id, h.version"
)
_ROWS = (
    f"SELECT head_seal, {', '.join(ROW)}, (SELECT l.history_head FROM destruction_lines l"
    " JOIN destruction_lists n ON n.id = l.list_id WHERE l.list_id = d.destroyed_by AND l.dossier_id = d.id"
    " AND l.outcome = 'DESTROYED' AND n.state IN ('APPROVED', 'DONE')) AS listed_head,"
    " (SELECT n.number || '/DMH-' || n.year FROM destruction_lists n WHERE n.id = d.destroyed_by)"
    " AS list_number"
    " FROM dossiers d WHERE id > $1 ORDER BY id LIMIT $2"
)
_WHOLES = "SELECT id FROM interlinked_parents WHERE id > $1 ORDER BY id LIMIT $2"
_OF_WHOLES = (
    "SELECT h.*, p.version AS head_version FROM interlinked_history h"
    " JOIN interlinked_parents p ON p.id = h.parent_id"
    " WHERE h.parent_id = ANY($1::uuid[]) ORDER BY h.parent_id, h.version"
)
_FIELDS = tuple(Entry.__dataclass_fields__)
# By range, not by dossier: a history whose dossier is gone is found too.
_CHAINS = (
    f"SELECT {', '.join(_FIELDS)} FROM history WHERE dossier_id > $1::uuid AND dossier_id <= $2::uuid"
    " ORDER BY dossier_id, version"
)
_FIRST, _LAST = UUID(int=0), UUID(int=2**128 - 1)
OLDER = "sealed by an older rule: run seal-rows"


@dataclass(frozen=True, slots=True)
class _Page:
    """Some dossiers and everything of theirs, as of one moment."""

    rows: Mapping[UUID, Any]
    chains: Mapping[UUID, list[Entry]]
    beside: Beside
    last: UUID

    @classmethod
    async def read(cls, pool: Any, after: UUID) -> "_Page":
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            found = await connection.fetch(_ROWS, after, _BATCH)
            last = found[-1]["id"] if len(found) == _BATCH else _LAST
            entries = await connection.fetch(_CHAINS, after, last)
            beside = await Beside.read(connection, after, last)
        chains = {
            one: [Entry(**row) for row in group]
            for one, group in groupby(entries, key=lambda row: row["dossier_id"])
        }
        return cls({row["id"]: row for row in found}, chains, beside, last)


async def verify_history(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Check every dossier with all that is its own, and every book; print what is broken, return 1 for any.

    A file of `dossier id,version` lines, as others know them, finds a dossier set back as a whole; a line
    `readings,number` with the last seal somebody saw finds the end of the log of readings cut off.
    """
    known = await asyncio.to_thread(_known, arguments[0]) if arguments else {}
    async with runtime.unit_of_work() as unit:
        work = runtime.open_work(unit)
        keys: HistoryKeys = work.history_keys
        unproven = [
            f"{parent_id}: its member {code} told what its dossier does not say"
            for parent_id, code in await work.interlinked.unproven()
        ]
    readings = known.pop("readings", 0)
    checked, broken, after = 0, 0, _FIRST
    destroyed: Counter[str] = Counter()
    while after < _LAST:
        page = await _Page.read(runtime.pool, after)
        after = page.last
        for dossier_id in sorted({*page.rows, *page.chains}):
            if wrong := _named(page, dossier_id, keys, known.pop(str(dossier_id), 0)):
                broken += 1
                sys.stdout.write(f"{dossier_id}: {wrong}\n")
        checked += len(page.rows)
        gone = [row for row in page.rows.values() if row["destroyed_by"] is not None]
        destroyed.update(row["list_number"] or "?" for row in gone)
    missing = [f"{dossier_id}: the dossier is missing, others know it" for dossier_id in known]
    missing += await broken_codes(runtime.pool) + await broken_books(runtime.pool)
    missing += await broken_slips(runtime.pool, keys) + await stolen_submissions(runtime.pool)
    missing += unproven
    missing += await broken_rows(runtime.pool, keys)
    unread, sealed_to = await broken_readings(runtime.pool, keys, readings)
    missing += unread
    sys.stdout.writelines(f"{line}\n" for line in missing)
    broken += len(missing)
    for number, count in sorted(destroyed.items()):
        sys.stdout.write(f"{count} destroyed by list {number}: their heads hold, what they said is gone\n")
    sys.stdout.write(f"{sealed_to}\n")
    sys.stdout.write(f"{checked} dossiers checked, {broken} broken\n")
    return 1 if broken else 0


def _known(file: str) -> dict[str, int]:
    """Read the highest version of each dossier that a file names."""
    found: dict[str, int] = {}
    for line in Path(file).read_text(encoding="utf-8").split():
        dossier_id, _, version = line.partition(",")
        found[dossier_id] = max(found.get(dossier_id, 0), int(version))
    return found


def _named(page: _Page, dossier_id: UUID, keys: HistoryKeys, elsewhere: int) -> str:
    """Return what is wrong with a dossier; what cannot even be read was changed, and hides no other."""
    try:
        return _what_is_wrong(page, dossier_id, keys, elsewhere)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return f"changed by hand into what cannot be read: {error!r}"


def _what_is_wrong(page: _Page, dossier_id: UUID, keys: HistoryKeys, elsewhere: int) -> str:
    """Return what is wrong with a dossier and all that is its own; empty for nothing."""
    entries, row = page.chains.get(dossier_id), page.rows.get(dossier_id)
    if row is None or not entries:
        return "the dossier is missing, its history is not" if entries else "the history is missing"
    if wrong := of_history(row, entries, keys):
        return wrong
    if row["version"] < elsewhere:
        return f"the dossier is set back: others know version {elsewhere}"
    is_gone = row["destroyed_by"] is not None
    if is_row_sealed(row, keys):
        return "" if is_gone else page.beside.wrong(row, entries, keys)
    if not is_sealed_by_older(row, keys):
        return "the history was cut, or the dossier changed by hand: its seal does not fit"
    return "" if is_gone else OLDER


def of_history(row: Any, entries: Sequence[Entry], keys: HistoryKeys) -> str:
    """Return what is wrong with a chain, or with the row it ends in by what it says itself."""
    unknown = {entry.key_id for entry in entries} - set(keys.ids)
    if unknown:
        return f"the history was changed, or its key is not set: {', '.join(sorted(unknown)) or 'none'}"
    last = entries[-1]
    if last.type == DESTROYED or row["destroyed_by"] is not None:
        is_broken = first_break_of_remains(entries, keys) is not None
        if last.type != DESTROYED or row["listed_head"] != last.previous_hash:
            return "destroyed, and by no list"
    else:
        is_broken = first_break(entries, keys) is not None
    if is_broken or last.hash != row["history_hash"]:
        return "the history was changed"
    return "" if _is_told(last, row) else "the dossier is not what its history says"


def _is_told(last: Entry, row: Any) -> bool:
    """Tell whether the dossier's row is what its last entry says of it."""
    told = last.data["dossier"]
    due_at = datetime.fromisoformat(told["due_at"]) if told["due_at"] else None
    return bool(
        last.version == told["version"] == row["version"]
        and told["state"] == row["state"]
        and due_at == row["due_at"]
        and told["dossier_code"] == row["dossier_code"]
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
    """Make what all dossiers are found by as is the rule now, a commit a batch; as often as you like."""
    del arguments
    after: UUID | None = UUID(int=0)
    while after is not None:
        async with JobTick(runtime, runtime.clock.now()).open_work() as work:
            after = await work.searching.put_again(after, _BATCH)
    return 0
