"""A copy of what the catalogue published, changed by hand, gives no money, no dates and no rights."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kernel.testing.running import RunningService, an_event
from services.dossier.commands.sealed import broken_rows
from tests.builders.dossier.office import (
    COMMUNE,
    PROCEDURE,
    RECEIVER,
    SPECIALIST,
    Office,
    a_citizen,
    a_procedure,
)
from tests.builders.dossier.till import a_channel, a_fee

GIVEN = {
    "roles": ["ONE_STOP_OFFICER"],
    "agency": COMMUNE,
    "unit": "mot-cua",
    "from": "nhan",
    "from_name": "Cán bộ",
    "valid_from": "2026-03-01",
    "valid_to": "2026-03-31",
}


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
