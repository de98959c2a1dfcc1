"""A copy of what the catalogue published, changed by hand, gives no money, no dates and no rights."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from kernel.core.ids import new_id
from kernel.service import JobTick
from kernel.testing.running import RunningService, an_event
from services.dossier.commands.sealed import broken_rows
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from services.dossier.use_cases.row_names import object_of
from services.dossier.use_cases.sealed_tables import SEALED
from tests.builders.dossier.office import (
    COMMUNE,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    SPECIALIST,
    Office,
    a_calendar,
    a_citizen,
    a_procedure,
    a_process,
    an_agency,
)
from tests.builders.dossier.till import a_channel, a_fee
from tests.builders.forms import a_form

GIVEN = {
    "roles": ["ONE_STOP_OFFICER"],
    "agency": COMMUNE,
    "unit": "mot-cua",
    "from": "nhan",
    "from_name": "Cán bộ",
    "valid_from": "2026-03-01",
    "valid_to": "2026-03-31",
}


DEAR = a_channel(a_fee(70_000, "AFTER"))
SAID_BY_THE_MINISTRY = """data = (data::jsonb || '{"agency": "QG"}'::jsonb)::json"""


def an_entry(**known: Any) -> Any:
    """Return the specialist's entry of the directory."""
    data = {"subject": SPECIALIST.subject, "name": "Cán bộ", "agency": COMMUNE, "unit": "chuyen-mon"}
    return an_event("staff.changed.v1", SPECIALIST.subject, {**data, "roles": ["SPECIALIST"], **known})


@pytest.fixture(scope="module")
async def office(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Office:
    """An office whose procedure costs 50,000 đồng, in its second version."""
    service = await start_once("dossier", files_url=tmp_path_factory.mktemp("files").as_uri())
    made = await Office(service).open(channels=[a_channel(a_fee())])
    dear = a_channel(a_fee(70_000, "AFTER"))
    await service.receive(a_procedure(version=2, valid_from="2026-03-02", channels=[dear]), an_entry())
    return made


@asynccontextmanager
async def forged(office: Office, table: str, change: str) -> AsyncIterator[list[str]]:
    """Let a table be changed by hand, and give what verification finds; then everything is as it was."""
    pool, runtime = office.service.runtime.pool, office.service.runtime
    await pool.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
    try:
        assert not (await pool.execute(f"UPDATE {table} SET {change}")).endswith(" 0")
        restarted(office)
        yield await broken_rows(pool, runtime.resources.history_keys)
    finally:
        await pool.execute(f"TRUNCATE {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept")


def restarted(office: Office) -> None:
    """Forget what this process has read."""
    kept = office.service.runtime.resources.definitions
    for one in (kept.procedures, kept.processes, kept.calendars, kept.forms, kept.sound):
        one.clear()


FORGERIES = {
    "a fee": ("procedures", "data = replace(data::text, '70000', '5')::json", "told"),
    "the day a version begins": ("procedures", "valid_from = date '2099-01-01' WHERE version = 2", "choice"),
    "who performs it": ("procedures", "performing = '{H99.202}'", "choice"),
    "the process it names": ("procedures", "process = 'QT-2'", "choice"),
    "which year of a calendar counts": ("calendars", "sequence = sequence + 1", "choice"),
    "who publishes a version": ("procedures", "line = 'QG' WHERE version = 1", "choice"),
    "whether a version takes anything new": ("procedures", "takes_new = false WHERE version = 2", "choice"),
    "an agency's calendar": ("agencies", "calendar = 'khac'", "told"),
    "an agency's end": ("agencies", "valid_to = date '2026-01-01', continuing = 'H99.202'", "told"),
}


@pytest.mark.parametrize("what", FORGERIES)
async def test_nothing_is_handed_in_by_a_copy_changed_by_hand(office: Office, what: str) -> None:
    """It is refused aloud and named; put back, all goes on."""
    table, change, group = FORGERIES[what]
    submission = await office.submission(a_citizen())
    async with forged(office, table, change) as found:
        answer = await office.service.post("/v1/dossiers", submission, a_citizen())
        assert (answer.status_code, answer.json()["code"]) == (503, "reference-data-changed")
        assert any(line.startswith(f"{table} ") and f"{group} changed by hand" in line for line in found)
    assert (await office.service.post("/v1/dossiers", submission, a_citizen())).status_code == 201


LATER = {
    "the days of a calendar": (
        "calendar_versions",
        "data = '{}'",
    ),
    "the steps of a process": ("processes", "data = replace(data::text, 'SPECIALIST', 'CLERK')::json"),
    "which version is in force": ("procedures", "valid_from = date '2099-01-01' WHERE version = 2"),
    "where the agency counts its days": ("agencies", "calendar = 'khac'"),
}


@pytest.mark.parametrize("what", LATER)
async def test_nothing_is_accepted_by_a_copy_changed_by_hand(office: Office, what: str) -> None:
    """Nothing of it stays: no code, no due moment."""
    table, change = LATER[what]
    seen = await office.submitted()
    async with forged(office, table, change) as found:
        refused = await office.tried(seen, "acceptance", RECEIVER)
        assert (refused.status_code, refused.json()["code"]) == (503, "reference-data-changed")
        assert any(line.startswith(f"{table} ") for line in found)
    assert (await office.act(seen, "acceptance", RECEIVER))["dossier_code"]


async def test_a_right_written_into_the_directory_by_hand_is_none(office: Office) -> None:
    """Neither in the inbox nor at a dossier of the one-stop unit."""
    seen = await office.submitted()
    given = json.dumps({"delegations": [{**GIVEN, "giver": "nhan"}]})
    change = f"data = (data::jsonb || '{given}'::jsonb)::json"
    async with forged(office, "staff", change) as found:
        inbox = await office.service.get("/v1/inbox", SPECIALIST)
        assert (inbox.status_code, inbox.json()["code"]) == (503, "reference-data-changed")
        refused = await office.tried(seen, "acceptance", SPECIALIST)
        assert refused.status_code == 503
        assert any(line.startswith("staff ") and "told changed by hand" in line for line in found)
    assert (await office.service.get("/v1/inbox", SPECIALIST)).status_code == 200
    assert (await office.tried(seen, "acceptance", SPECIALIST)).status_code == 403


async def test_of_two_publishers_lines_none_is_made_to_count_by_hand(empty_office: Office) -> None:
    """The province's own version costs 50,000, the ministry's newer one 5."""
    office = await empty_office.open(channels=[a_channel(a_fee())], agency="H99")
    await office.service.receive(a_procedure(version=2, channels=[a_channel(a_fee(5))], agency="QG"))
    submission = await office.submission(a_citizen())
    async with forged(office, "procedures", f"{SAID_BY_THE_MINISTRY} WHERE version = 1") as found:
        answer = await office.service.post("/v1/dossiers", submission, a_citizen())
        assert answer.status_code == 503
        assert any("told changed by hand" in line for line in found)
    as_of_before = "line = NULL, takes_new = NULL, seals = '{}'"
    async with forged(office, "procedures", as_of_before):
        office.service.runtime.resources.marks.forget()
        assert await owed(office, submission) == 50_000
    async with forged(office, "procedures", f"line = 'QG', {SAID_BY_THE_MINISTRY} WHERE version = 1"):
        answer = await office.service.post("/v1/dossiers", submission, a_citizen())
        assert answer.status_code == 503


async def owed(office: Office, submission: dict[str, Any]) -> int:
    """Hand in, and return what is owed."""
    answer = await office.service.post("/v1/dossiers", submission, a_citizen())
    assert answer.status_code == 201, answer.text
    path = f"/v1/dossiers/{answer.json()['dossier_id']}/payments"
    items = (await office.service.get(path, a_citizen())).json()["items"]
    return int(items[0]["owed"])


async def test_nobody_begins_on_a_level_of_a_version_that_was_pushed_away(office: Office) -> None:
    """Neither where an older version counts instead, nor where none is left."""
    async with forged(office, "procedures", "valid_from = date '2099-01-01' WHERE version = 2"):
        begun = await office.service.post(
            "/v1/drafts", {"procedure_code": PROCEDURE, "content": {}}, a_citizen()
        )
        assert (begun.status_code, begun.json()["code"]) == (503, "reference-data-changed")
    async with forged(office, "procedures", "valid_from = date '2099-01-01'"):
        begun = await office.service.post(
            "/v1/drafts", {"procedure_code": PROCEDURE, "content": {}}, a_citizen()
        )
        assert begun.status_code == 503


async def test_a_job_goes_past_what_was_changed_by_hand(office: Office) -> None:
    """Its run ends well, and the others' deadlines go on."""
    seen = await office.accepted()
    due = "UPDATE dossiers SET watch_at = $2 WHERE id = $1"
    pool, clock = office.service.runtime.pool, office.service.runtime.clock
    await pool.execute(due, UUID(seen["dossier_id"]), clock.now())
    async with forged(office, "calendar_versions", "data = '{}'"):
        await WATCH_DEADLINES.run(JobTick(office.service.runtime, clock.now()))
    assert await pool.fetchval("SELECT watch_at FROM dossiers WHERE id = $1", UUID(seen["dossier_id"]))


async def test_what_this_process_has_read_it_goes_on_with_and_a_new_version_heals(office: Office) -> None:
    """A pod that knew the version decides by what was published; the next publication heals."""
    pool = office.service.runtime.pool
    assert (await office.submitted())["dossier_id"]
    await pool.execute("UPDATE procedures SET data = replace(data::text, '70000', '5')::json")
    assert (await office.submitted())["dossier_id"]
    restarted(office)
    submission = await office.submission(a_citizen())
    refused = await office.service.post("/v1/dossiers", submission, a_citizen())
    assert refused.status_code == 503
    dear = a_channel(a_fee(70_000, "AFTER"))
    again = a_procedure(version=2, valid_from="2026-03-02", channels=[dear])
    await office.service.receive(an_event("procedure.published.v1", PROCEDURE, again.data, sequence=3))
    assert (await office.service.post("/v1/dossiers", submission, a_citizen())).status_code == 201


AS_PUBLISHED = {
    "procedures": lambda: a_procedure(version=2, valid_from="2026-03-02", channels=[DEAR]),
    "processes": a_process,
    "agencies": an_agency,
    "calendars": a_calendar,
    "staff": an_entry,
}


@pytest.mark.parametrize("table", AS_PUBLISHED)
async def test_a_forged_copy_is_written_anew_by_whatever_the_publisher_says(
    empty_office: Office, table: str
) -> None:
    """Its forged number is not believed: the same publication once more heals it, and the log is told."""
    office = await empty_office.open(channels=[DEAR])
    service = office.service
    said = AS_PUBLISHED[table]()
    await service.receive(said)
    pool, keys = service.runtime.pool, service.runtime.resources.history_keys
    key = SEALED[table].key
    by_key = f"SELECT * FROM {table} ORDER BY {', '.join(key)}"
    rightful = [dict(row) for row in await pool.fetch(by_key)]
    await pool.execute(f"UPDATE {table} SET sequence = 999999, seals = seals - 'choice'")
    assert await broken_rows(pool, keys)
    await service.receive(*(replace(one, id=new_id()) for one in (said, *everything())))
    found = [dict(row) for row in await pool.fetch(by_key)]
    # An agency whose word was forged is looked at again by who moves its dossiers: noted beside the word.
    passing = {"heard_at", "continued_at", "continued_by"}
    assert [_without(row, passing) for row in found] == [_without(row, passing) for row in rightful]
    assert await broken_rows(pool, keys) == []
    told = await pool.fetch("SELECT object_id FROM access_log WHERE what = 'copy_healed'")
    assert {row["object_id"] for row in told} == {object_of(table, row) for row in rightful}
    restarted(office)
    assert (await office.submitted())["dossier_id"]


async def test_a_publication_of_before_changes_no_copy_that_fits(empty_office: Office) -> None:
    """Nor does the same one again: nothing is told as healed."""
    office = await empty_office.open()
    pool = office.service.runtime.pool
    later = [replace(one, sequence=5, id=new_id()) for one in everything()]
    await office.service.receive(*later)
    kept = await pool.fetch("SELECT xmin::text, * FROM agencies ORDER BY code")
    await office.service.receive(*(replace(one, id=new_id()) for one in (*everything(), *later)))
    assert await pool.fetch("SELECT xmin::text, * FROM agencies ORDER BY code") == kept
    assert await pool.fetchval("SELECT count(*) FROM access_log WHERE what = 'copy_healed'") == 0


async def test_what_copies_keep_since_later_comes_with_the_very_publication_of_before(
    empty_office: Office,
) -> None:
    """As `catalog republish` brings it after an update; nothing was changed by hand, nothing is healed."""
    office = await empty_office.open()
    pool, keys = office.service.runtime.pool, office.service.runtime.resources.history_keys
    told = {"parent": "H99", "valid_from": "2025-07-01"}
    await office.service.receive(an_agency(COMMUNE, **told))
    kept = await pool.fetchrow("SELECT parent, valid_from::text FROM agencies WHERE code = $1", COMMUNE)
    assert dict(kept) == told
    assert await broken_rows(pool, keys) == []
    assert await pool.fetchval("SELECT count(*) FROM access_log WHERE what = 'copy_healed'") == 0


async def test_a_version_of_a_calendar_and_a_form_are_healed_too(empty_office: Office) -> None:
    """Rows that are only added to: the very publication again writes them as it said."""
    office = await empty_office.open()
    pool, keys = office.service.runtime.pool, office.service.runtime.resources.history_keys
    form = an_event("form.published.v1", PROCEDURE, {**a_form(), "version": 1})
    await office.service.receive(form)
    await pool.execute("UPDATE calendar_versions SET decided_at = '2020-01-01', data = '{}'")
    await pool.execute("UPDATE forms SET data = '{}'")
    assert len(await broken_rows(pool, keys)) == 3
    await office.service.receive(*(replace(one, id=new_id()) for one in (form, *everything())))
    assert await broken_rows(pool, keys) == []


def everything() -> list[Any]:
    """Return what the office was opened with."""
    of_here = [an_agency(), an_agency(OTHER_COMMUNE), a_calendar(), a_calendar(2027)]
    return [*of_here, a_process(), a_procedure(channels=[DEAR])]


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
