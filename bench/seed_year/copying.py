"""Writes a made year into the dossier service's tables by COPY, on every core, chunk by chunk."""

import asyncio
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import date
from itertools import islice
from multiprocessing import get_context
from typing import Any

import asyncpg

from bench.seed_year.making import Made, Maker, owners_of, text_of
from bench.seed_year.plan import Plan
from bench.seed_year.world import World
from kernel.sealing import Sealer
from services.dossier.domain.history import Entry, HistoryKeys
from stack.parent import end_with_parent

_CHUNK = 1_000
_JSON = {
    "dossiers": {"agencies", "step", "work"},
    "history": {"data"},
    "components": set[str](),
    "figure_rows": set[str](),
    "row_heads": {"seals"},
}
_ENTRY = [one.name for one in fields(Entry)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What the service seals and chains with."""

    pii: str
    history: str


@dataclass(frozen=True, slots=True)
class Written:
    """How much was written."""

    dossiers: int
    events: int


_maker: Maker
_dsn: str


def write_year(
    plans: Iterable[Plan], world: World, keys: Keys, dsn: str, *, owners: int, processes: int = 0
) -> Written:
    """Write every plan; return how much. Each chunk is one transaction."""
    given = (world, keys, dsn, owners, os.getpid())
    total = Written(0, 0)
    if processes == 1:
        _begin(*given[:-1])
        results: Iterable[Written] = map(_write, _chunks(plans))
        return _added(results)
    context = get_context("fork")
    with ProcessPoolExecutor(processes or os.cpu_count() or 2, context, _begin, given) as pool:
        waiting = []
        for chunk in _chunks(plans):
            waiting.append(pool.submit(_write, chunk))
            if len(waiting) > _AHEAD:
                total = _added([total, waiting.pop(0).result()])
        return _added([total, *(one.result() for one in waiting)])


_AHEAD = 8
"""Chunks planned ahead of those written: a year is not held in memory."""


def _added(results: Iterable[Written]) -> Written:
    found = list(results)
    return Written(sum(one.dossiers for one in found), sum(one.events for one in found))


def _chunks(plans: Iterable[Plan]) -> Iterator[list[Plan]]:
    rest = iter(plans)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _begin(world: World, keys: Keys, dsn: str, owners: int, parent: int = 0) -> None:
    global _maker, _dsn
    if parent:
        end_with_parent(parent, signal.SIGKILL)
    seals = Sealer(keys.pii)
    people = owners_of(seals, owners, seed=7)
    _maker, _dsn = Maker(world, seals, HistoryKeys.of(keys.history), people, os.getpid()), dsn


def _write(chunk: Sequence[Plan]) -> Written:
    made = [_maker.make(plan) for plan in chunk]
    return asyncio.run(_copy(made))


async def _copy(made: Sequence[Made]) -> Written:
    tables: dict[str, list[Mapping[str, Any]]] = {
        "dossiers": [one.dossier for one in made],
        "history": [asdict_of(entry) for one in made for entry in one.history],
        "components": [row for one in made for row in one.components],
        "figure_rows": [one.figures for one in made if one.figures],
        "row_heads": [one.head for one in made],
    }
    connection = await asyncpg.connect(_dsn)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL synchronous_commit = off")
            for table, rows in tables.items():
                names = list(rows[0])
                records = [_record(table, names, row) for row in rows]
                await connection.copy_records_to_table(table, records=records, columns=names)
    finally:
        await connection.close()
    return Written(len(made), len(tables["history"]))


def asdict_of(entry: Entry) -> dict[str, Any]:
    """Return an entry's columns, its data not copied."""
    return {name: getattr(entry, name) for name in _ENTRY}


def _record(table: str, names: Sequence[str], row: Mapping[str, Any]) -> tuple[Any, ...]:
    as_json = _JSON[table]
    return tuple(
        text_of(row[name]) if name in as_json and row[name] is not None else row[name] for name in names
    )


async def write_counters(dsn: str, numbers: Mapping[tuple[str, date], int]) -> None:
    """Write the last number of each agency and day, so that the service goes on after them."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.executemany(
            "INSERT INTO code_counters (agency, day, last) VALUES ($1, $2, $3)"
            " ON CONFLICT (agency, day) DO UPDATE SET last = greatest(code_counters.last, excluded.last)",
            [(agency, day, last) for (agency, day), last in numbers.items()],
        )
    finally:
        await connection.close()
