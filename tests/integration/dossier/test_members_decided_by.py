"""Whatever a reading of a copy decides by is proved: each column and each member, changed by hand, is tried.

Every value of every copy is changed on its own, in the transaction a reading looks at; the reading must
refuse, or say what it said before. A job's reading may leave out what it cannot rely on, and add nothing. A
column or member that comes later is tried by itself; a reading that comes later belongs in `READINGS`
(`tests/architecture/test_every_reading_of_copies_is_known.py` says where it is read).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Date
from sqlalchemy.dialects.postgresql import dialect

from eforms.form import Form
from kernel.core.clock import VIETNAM
from kernel.postgres.statement import Statement
from kernel.testing.fixed_clock import TUESDAY_MORNING
from kernel.testing.running import RunningService, an_event
from services.dossier.domain.errors import CopyChanged
from services.dossier.store.tables import metadata
from services.dossier.use_cases.sealed_tables import SEALED
from tests.builders.dossier.colleagues import in_the_directory
from tests.builders.dossier.hall import POINT, a_point
from tests.builders.dossier.kin import GROUP, a_group
from tests.builders.dossier.office import (
    COMMUNE,
    OTHER_COMMUNE,
    PROCEDURE,
    Office,
    a_calendar,
    a_procedure,
    a_process,
    an_agency,
)
from tests.builders.dossier.post import a_postal_agent
from tests.builders.dossier.till import a_channel, a_fee
from tests.builders.forms import a_form
from worktime.calendar import WorkCalendar

PROVINCE, ENDED = "H99", "H99.299"
TODAY = TUESDAY_MORNING.astimezone(VIETNAM).date()
LATER = TUESDAY_MORNING + timedelta(hours=1)
GIVEN = {"roles": ["SPECIALIST"], "agency": COMMUNE, "unit": "chuyen-mon", "from": "thu-ly"}
DAYS = {"valid_from": "2026-03-01", "valid_to": "2026-03-31"}
COPIES = (
    *("procedures", "processes", "forms", "agencies", "calendars", "calendar_versions", "staff"),
    *("interlinked_groups", "desk_points"),
)


class Known:
    """What a test reads of: an office, a dossier handed in and one in process, both known by their ids."""

    office: Office
    submitted: UUID
    running: UUID
    parsed: Sequence[dict[Any, Any]] = ()
    """What the process has parsed before anything is changed by hand, versions of before among it."""

    def caches(self) -> list[dict[Any, Any]]:
        """Return what the process remembers."""
        kept = self.office.service.runtime.resources.definitions
        return [kept.procedures, kept.processes, kept.calendars, kept.forms, kept.sound]

    def forget(self, *, all_of_it: bool) -> None:
        """Let the process know nothing, or what it had parsed."""
        for one, parsed in zip(self.caches(), self.parsed, strict=True):
            one.clear()
            one.update({} if all_of_it else parsed)


def a_voice() -> Sequence[Any]:
    """Return what the catalogue published of the office: lines, versions, variants, mandates, an heir."""
    dear, cheap = [a_channel(a_fee(60_000, "AFTER"))], [a_channel(a_fee(5, "AFTER"))]
    away = {"leaves": [DAYS]}
    units = [{"code": "phong", "name": "Phòng"}]
    first = in_the_directory("thu-ly", "SPECIALIST")
    second = in_the_directory("dong-nghiep", "SPECIALIST")
    return (
        an_agency(
            PROVINCE,
            level="PROVINCE",
            kind="PEOPLES_COMMITTEE",
            units=units,
        ),
        an_agency(ENDED, valid_to="2026-01-01", successors=[COMMUNE]),
        replace(a_procedure(agency="H99", channels=dear, identification_level=2), sequence=2),
        a_procedure(version=2, agency="QG", channels=cheap),
        a_procedure(version=3, agency="H99", channels=dear, valid_from="2099-01-01"),
        a_process(version=2),
        a_process(code=f"QT-1@{OTHER_COMMUNE}"),
        replace(a_calendar(), sequence=2, occurred_at=LATER),
        an_event("form.published.v1", PROCEDURE, {**a_form(), "version": 1}),
        replace(first, data={**first.data, **away}),
        replace(second, data={**second.data, "delegations": [{**GIVEN, **DAYS}]}),
        a_postal_agent(),
        a_group(),
        a_point(),
    )


@pytest.fixture(scope="module")
async def known(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Known:
    service = await start_once("dossier", files_url=tmp_path_factory.mktemp("files").as_uri())
    found = Known()
    dear = [a_channel(a_fee(70_000, "AFTER"))]
    found.office = await Office(service).open(agency="H99", channels=dear, identification_level=2)
    found.submitted = UUID((await found.office.submitted())["dossier_id"])
    found.running = UUID((await found.office.in_process())["dossier_id"])
    await service.receive(*a_voice())
    change = "UPDATE dossiers SET task_holder = 'thu-ly', consulted_agencies = $2 WHERE id = $1"
    await service.runtime.pool.execute(change, found.running, [ENDED])
    async with looking(found) as work:
        for _, reading in (*READINGS.values(), *JOBS.values()):
            await reading(work, found)
    found.parsed = [dict(one) for one in found.caches()]
    return found


async def _stood_on(work: Any, loaded: Awaitable[Any]) -> Any:
    """Return what a dossier stands on, without the dossier."""
    del work
    return (await loaded)[1]


READINGS: Mapping[str, tuple[str, Callable[[Any, Known], Awaitable[Any]]]] = {
    "what a submission needs": (
        "procedures processes agencies calendars forms",
        lambda work, _: work.catalogue.intake(PROCEDURE, [COMMUNE], [], today=TODAY, calendar_of=COMMUNE),
    ),
    "what paper received before needs": (
        "calendars calendar_versions",
        lambda work, _: work.catalogue.intake(
            PROCEDURE, [COMMUNE], [], today=TODAY, calendar_of=COMMUNE, known_at=TUESDAY_MORNING
        ),
    ),
    "what an acceptance stands on": (
        "procedures processes agencies calendars",
        lambda work, known: _stood_on(work, work.dossiers.load_for_acceptance(known.submitted, TODAY)),
    ),
    "what a step stands on": (
        "procedures processes agencies calendars calendar_versions",
        lambda work, known: _stood_on(work, work.dossiers.load(known.running)),
    ),
    "how surely somebody must be identified": (
        "procedures",
        lambda work, _: work.catalogue.identification_levels([PROCEDURE], TODAY),
    ),
    "what a component takes": (
        "procedures",
        lambda work, _: work.catalogue.component(PROCEDURE, "to-khai", TODAY),
    ),
    "what somebody holds in others' places": (
        "staff",
        lambda work, _: work.catalogue.mandates("dong-nghiep", TODAY),
    ),
    "an agency's units": ("agencies", lambda work, _: work.colleagues.units(PROVINCE)),
    "who keeps what": ("agencies", lambda work, _: _reaches(work)),
    "who is the province": ("agencies", lambda work, _: work.views.is_provincial(PROVINCE)),
    "who is not": ("agencies", lambda work, _: work.views.is_provincial(COMMUNE)),
    "what an office is called": ("agencies", lambda work, _: work.registers.names([COMMUNE])),
    "a mirror's ground": (
        "procedures agencies",
        lambda work, _: work.mirrors.ground("HE-THONG", "X-1", PROCEDURE, COMMUNE),
    ),
    "a one-stop point": ("desk_points", lambda work, _: work.desk.points.point(POINT)),
    "a point's calendar": ("calendars", lambda work, _: work.desk.points.calendar("default")),
    "a group": ("interlinked_groups", lambda work, _: work.interlinked.group(GROUP)),
}
"""Readings that refuse, or say what they said; by the tables they read."""
JOBS: Mapping[str, tuple[str, Callable[[Any, Known], Awaitable[Any]]]] = {
    "working calendars": ("calendars", lambda work, _: _items(work.catalogue.calendars())),
    "who goes on for whom": ("agencies", lambda work, _: _moves(work)),
    "who answers for places of submissions": ("agencies", lambda work, _: _places(work)),
    "steps of the absent": ("staff", lambda work, _: work.colleagues.held_by_absent(TODAY, UUID(int=0), 10)),
    "what comes due": ("agencies", lambda work, _: _soon(work)),
    "a colleague and who acts for them": ("staff", lambda work, _: _entries(work)),
    "who carries for an agency": ("staff", lambda work, _: work.desk.post.operators(COMMUNE)),
}
"""Readings that leave out what they cannot rely on, or refuse: a job's, and what an index finds people by.

Who is left out of an index has no right by it, and nothing is decided in their place.
"""


async def _reaches(work: Any) -> Any:
    keepers = await work.archive.records.keepers(TODAY)
    return [keepers.reaches(one) for one in (COMMUNE, ENDED)]


async def _moves(work: Any) -> list[Any]:
    ends = await work.catalogue.ends(TODAY)
    moves = await work.catalogue.to_continue(ends, past=[], limit=10)
    return [(one, ends.continuing(one.heir)) for one in moves]


async def _places(work: Any) -> list[Any]:
    """Return who keeps a place, where that can be said, and the word by which they are named."""
    ends = await work.catalogue.ends(TODAY)
    kept = [(one, ends.keeper(one, PROCEDURE)) for one in (COMMUNE, ENDED)]
    return [(one, ends.words[keeper].agency) for one, keeper in kept if keeper in ends.words]


async def _items(reading: Awaitable[Mapping[Any, Any]]) -> list[Any]:
    return [(key, _told(value)) for key, value in (await reading).items()]


async def _soon(work: Any) -> list[Any]:
    far = TUESDAY_MORNING + timedelta(days=60)
    return list(await work.warnings.due(TUESDAY_MORNING, {"default": far}, 10))


async def _entries(work: Any) -> list[Any]:
    found = await work.colleagues.find("thu-ly")
    return [] if found is None else [found.entry, *found.delegates]


def _told(value: Any) -> Any:
    """Return a value as something that compares by what it says."""
    if is_dataclass(value) and not isinstance(value, type):
        return [(one.name, _told(getattr(value, one.name))) for one in fields(value)]
    if isinstance(value, Mapping):
        return [(key, _told(one)) for key, one in value.items()]
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    if isinstance(value, WorkCalendar):
        # It lays out a year when it first counts in it.
        return [(name, _told(one)) for name, one in vars(value).items() if name != "_years"]
    if isinstance(value, Form):
        return _told(vars(value))
    return repr(value)


@asynccontextmanager
async def looking(known: Known, change: str = "", *values: Any) -> AsyncIterator[Any]:
    """Work that sees a change nobody else sees, and that is gone afterwards."""
    async with known.office.service.runtime.unit_of_work() as unit:
        await unit.begin()
        if change:
            given = {f"v{place}": value for place, value in enumerate(values)}
            assert len(await unit.fetch(Statement(change), **given)) == 1
        yield known.office.service.runtime.open_work(unit)


async def said(known: Known, reading: Callable[[Any, Known], Awaitable[Any]], work: Any) -> Any:
    """Return what a reading says, None where it refuses."""
    try:
        return _told(await reading(work, known))
    except CopyChanged:
        return None


async def changes(known: Known, table: str) -> list[tuple[str, str, tuple[Any, ...]]]:
    """Return every change of one value of one row: its name, the statement and the statement's values."""
    rows = await known.office.service.runtime.pool.fetch(f"SELECT * FROM {table}")
    key, found = SEALED[table].key, []
    columns = [one.name for one in metadata.tables[table].columns if one.name not in {*key, "seals"}]
    for row in rows:
        given = " AND ".join(f"{name} = :v{place}" for place, name in enumerate(key, 1))
        values = tuple(row[name] for name in key)
        name = f"{table} {'/'.join(map(str, values))}"
        for column in (one for one in columns if one not in SEALED[table].unsealed):
            kind = metadata.tables[table].columns[column].type.compile(dialect=dialect())
            for other in _others(metadata.tables[table].columns[column], row, rows):
                told = f"UPDATE {table} SET {column} = :v0::{kind} WHERE {given} RETURNING 1"
                found.append((f"{name}: {column} = {str(other)[:60]}", told, (other, *values)))
        for member in row["data"] if "data" in columns else ():
            other = {**row["data"], member: _another(row["data"][member])}
            told = f"UPDATE {table} SET data = :v0::json WHERE {given} RETURNING 1"
            found.append((f"{name}: data.{member}", told, (other, *values)))
    return found


def _others(column: Column[Any], row: Any, rows: Sequence[Any]) -> list[Any]:
    """Return other values of a column: one made up, none, what other rows have there."""
    if column.name == "data":
        return []
    is_day = isinstance(column.type, Date) and row[column.name] is None
    found = [date(2026, 1, 1) if is_day else _another(row[column.name])]
    found += [None] if column.nullable else []
    found += [row[column.name] - 1] if column.name == "sequence" else []
    for one in (other[column.name] for other in rows):
        if one not in found:
            found.append(one)
    return [one for one in found[:5] if one != row[column.name]]


def _another(value: Any) -> Any:
    """Return another value of the kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case datetime() | date():
            return value + timedelta(days=400) if value != date.min else date(2099, 1, 1)
        case None | str():
            return "khac"
        case list():
            return [] if value else ["khac"]
    return {} if value else {"khac": "khac"}


def _is_right(told: Any, rightful: Any, *, exact: bool) -> bool:
    return bool(told == rightful if exact else all(one in rightful for one in told))


@pytest.mark.parametrize("table", COPIES)
async def test_whatever_a_reading_decides_by_is_proved(known: Known, table: str) -> None:
    """In a process that read the rightful copy before, and in one that begins with the changed one."""
    both = [(one, True) for one in READINGS.items()] + [(one, False) for one in JOBS.items()]
    asked = [(name, reading, exact) for (name, (of, reading)), exact in both if table in of.split()]
    assert asked, f"nobody reads {table}"
    rightful: dict[str, Any] = {}
    async with looking(known) as work:
        for name, reading, _ in asked:
            rightful[name] = await said(known, reading, work)
            assert rightful[name] not in (None, []), f"{name} says nothing to change"
    wrong = []
    for change, statement, values in await changes(known, table):
        # A process that parsed the document before looks at it no more, but at what chooses it.
        for is_cold in (True,) if ": data." in change else (False, True):
            async with looking(known, statement, *values) as work:
                for name, reading, exact in asked:
                    known.forget(all_of_it=is_cold)
                    told = await said(known, reading, work)
                    is_same = (
                        told == rightful[name] if exact else all(one in rightful[name] for one in told or ())
                    )
                    if told is not None and not is_same:
                        wrong.append(f"{change} ({'cold' if is_cold else 'warm'}): {name}")
    known.forget(all_of_it=True)
    assert wrong == []
