"""What an operator runs: copies held against what the catalogue says it published."""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson

from kernel.core.event import ReceivedEvent
from kernel.runtime import Runtime

_ROWS = {
    "procedures": "SELECT code || '/' || version AS name, sequence, data FROM procedures",
    "processes": "SELECT code || '/' || version AS name, sequence, data FROM processes",
    "forms": "SELECT code || '/' || sequence AS name, sequence, data FROM forms",
    "calendars": "SELECT code || '/' || year AS name, sequence, data FROM calendars",
    "calendar_versions": "SELECT code || '/' || year || '/' || sequence AS name, sequence, data"
    " FROM calendar_versions",
    "staff": "SELECT subject AS name, sequence, data FROM staff",
    "agencies": "SELECT code AS name, sequence, to_jsonb(agencies) - 'seals' - 'sequence' - 'heard_at'"
    " - 'continued_at' - 'continued_by' AS data FROM agencies",
    "interlinked_groups": "SELECT code AS name, sequence, data FROM interlinked_groups",
    "desk_points": "SELECT code AS name, sequence, to_jsonb(desk_points) - 'seals' - 'sequence' AS data"
    " FROM desk_points",
}


class _Told:
    """Takes what a handler would keep, instead of keeping it."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], tuple[int, Any]] = {}

    def _put(self, table: str, name: str, data: Mapping[str, Any], sequence: int) -> None:
        # Of what is said in several versions and kept in one, the newest counts.
        if sequence >= self.found.get((table, name), (0, None))[0]:
            self.found[table, name] = (sequence, orjson.loads(orjson.dumps(data)))

    async def put_procedure(self, data: dict[str, Any], sequence: int) -> None:
        self._put("procedures", f"{data['code']}/{data['version']}", data, sequence)

    async def put_process(self, data: dict[str, Any], sequence: int) -> None:
        self._put("processes", f"{data['code']}/{data['version']}", data, sequence)

    async def put_form(self, data: dict[str, Any], sequence: int) -> None:
        self._put("forms", f"{data['code']}/{sequence}", data, sequence)

    async def put_calendar(self, data: dict[str, Any], sequence: int, decided_at: datetime) -> None:
        del decided_at
        year = f"{data['code']}/{data['year']}"
        self._put("calendars", year, data, sequence)
        self._put("calendar_versions", f"{year}/{sequence}", data, sequence)

    async def put_staff(self, subject: str, data: dict[str, Any], sequence: int) -> None:
        self._put("staff", subject, data, sequence)

    async def put_agency(self, data: dict[str, Any], sequence: int) -> None:
        self._put("agencies", data["code"], {k: v for k, v in data.items() if k != "heard_at"}, sequence)

    async def put_group(self, data: Mapping[str, Any], sequence: int) -> None:
        self._put("interlinked_groups", data["code"], data, sequence)

    async def put_point(self, data: Mapping[str, Any], sequence: int) -> None:
        self._put("desk_points", data["code"], data, sequence)


async def verify_copies(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Compare copies with the lines of the catalogue's `published` (a file, or standard input); 1 for any.

    Each line goes through the very handler that keeps a copy. What is on its way is named too: run it again.
    """
    text = await asyncio.to_thread(_read, arguments[0] if arguments else "-")
    told = _Told()
    for line in filter(None, text.splitlines()):
        await _take(runtime, orjson.loads(line), told)
    wrong = []
    for table, query in _ROWS.items():
        here = {row["name"]: (row["sequence"], row["data"]) for row in await runtime.pool.fetch(query)}
        there = {name: one for (of, name), one in told.found.items() if of == table}
        wrong += [f"{table} {name}: {words}" for name, words in _differences(here, there)]
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    sys.stdout.write(f"{len(told.found)} publications compared, {len(wrong)} differ\n")
    return 1 if wrong else 0


def _read(name: str) -> str:
    return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")


async def _take(runtime: Runtime, said: Mapping[str, Any], told: _Told) -> None:
    """Let the handler of a publication say what it would keep."""
    handler = next((one for one in runtime.service.handlers if one.event_type == said["type"]), None)
    if handler is None:
        return
    now = runtime.clock.now()
    event = ReceivedEvent(
        id=UUID(int=0),
        type=said["type"],
        source="catalog",
        topic=handler.topic,
        key=said["key"],
        sequence=said["sequence"],
        occurred_at=now,
        correlation_id="",
        causation_id="",
        data=said["data"],
    )
    data = handler.model.model_validate(said["data"])
    await handler.function(data, event=event, work=SimpleNamespace(published=told), now=now)


def _differences(
    here: Mapping[str, tuple[int, Any]], there: Mapping[str, tuple[int, Any]]
) -> Iterator[tuple[str, str]]:
    for name in sorted({*here, *there}):
        if name not in there:
            yield name, "here, and never published"
        elif name not in here:
            yield name, "published, and not here"
        elif here[name][0] != there[name][0]:
            yield name, f"version {there[name][0]} was published, {here[name][0]} is here"
        elif _said(here[name][1]) != _said(there[name][1]):
            yield name, "it says otherwise than what was published"


def _said(data: Mapping[str, Any]) -> bytes:
    # Whether a version takes anything new changes with the version after it, which says so itself.
    return orjson.dumps(
        {name: one for name, one in data.items() if name != "open"}, option=orjson.OPT_SORT_KEYS
    )
