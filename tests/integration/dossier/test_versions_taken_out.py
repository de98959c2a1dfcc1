"""What dossiers stand on, taken out of the copies, moves no promise: it is refused aloud, and named."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.dossier.commands.sealed import broken_rows
from tests.builders.dossier.office import RECEIVER, SIGNER, SPECIALIST, Office, a_procedure
from tests.builders.dossier.resealed import as_of_before
from tests.builders.forms import answers
from tests.integration.dossier.test_bound_calendars import resumed, stopped
from tests.integration.dossier.test_forged_copies import restarted
from tests.integration.dossier.test_forms import with_form
from tests.integration.dossier.test_working_time import a_changed_year

STORM = [{"day": f"2026-03-{day:02}", "status": "OFF", "reason": "Bão"} for day in (5, 6, 9)]


@asynccontextmanager
async def taken_out(office: Office, table: str, which: str) -> AsyncIterator[list[str]]:
    """Let rows be taken out by hand, and give what verification finds; then they are back."""
    pool, keys = office.service.runtime.pool, office.service.runtime.resources.history_keys
    assert await broken_rows(pool, keys) == []
    await pool.execute(f"CREATE TABLE kept AS SELECT * FROM {table} WHERE {which}")
    try:
        assert not (await pool.execute(f"DELETE FROM {table} WHERE {which}")).endswith(" 0")
        restarted(office)
        yield await broken_rows(pool, keys)
    finally:
        await pool.execute(f"INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept")


@pytest.mark.parametrize("table", ["calendar_versions", "calendars"])
async def test_a_promise_whose_version_was_taken_out_is_moved_by_nobody(office: Office, table: str) -> None:
    """Neither by the storm of a later version nor by a year less; put back, it is kept as it was made."""
    seen = await stopped(office, await office.in_process())
    await office.service.receive(a_changed_year(2, exceptions=STORM))
    which = "year = 2026" + (" AND sequence = 1" if table == "calendar_versions" else "")
    async with taken_out(office, table, which) as found:
        refused = await office.tried(seen, "suspension-end", SIGNER, reason="Đã có quyết định")
        assert (refused.status_code, refused.json()["code"]) == (503, "reference-data-changed")
        bound = f"2026:1 (dossiers: 1, first: {seen['dossier_code']})"
        (line,) = found
        assert line in {
            f"calendar default {bound}: a version dossiers are bound to is missing",
            "calendar default:2026: another version of the year counts than was published last, or none",
        }
    assert (await office.tried(seen, "suspension-end", SIGNER, reason="x")).status_code == 200
    assert (await office.read(seen, SPECIALIST))["due_at"] == "2026-03-06T17:30:00+07:00"


async def test_a_year_in_force_that_is_missing_among_the_versions_promises_nothing(office: Office) -> None:
    """Else the years around it would be counted as if it had no day off."""
    seen = await office.submitted()
    async with taken_out(office, "calendar_versions", "year = 2027"):
        assert (await office.tried(seen, "acceptance", RECEIVER)).status_code == 503
    assert (await office.tried(seen, "acceptance", RECEIVER)).status_code == 200


async def test_an_installation_of_before_goes_on_by_the_oldest_it_knows(office: Office) -> None:
    """Its versions may have been overwritten before they were kept; the next counting writes it down."""
    seen = await stopped(office, await office.in_process())
    await office.service.receive(a_changed_year(2, exceptions=STORM))
    await as_of_before(office.service)
    await office.service.runtime.pool.execute(
        "DELETE FROM calendar_versions WHERE year = 2026 AND sequence = 1"
    )
    restarted(office)
    assert (await resumed(office, seen))["due_at"] == "2026-03-11T17:30:00+07:00"


NAMED = {
    "processes": "process QT-1 1 (dossiers: 1, first: {code}): a version dossiers stand on is missing",
    "procedures": "procedure 1.004873 1 (dossiers: 1, first: {code}): a version dossiers stand on is missing",
    "forms": "form 1.004873 1 (dossiers: 1, first: {code}): the one dossiers were handed in by is missing",
}


async def test_every_version_a_dossier_stands_on_is_missed(office: Office) -> None:
    """Its form, the procedure it was handed in under before another was in force, and its process."""
    await with_form(office)
    waiting = await office.submitted(form_data=answers(copies=2))
    await office.service.receive(a_procedure(version=2))
    await with_form(office, version=2)
    seen = await office.act(waiting, "acceptance", RECEIVER)
    seen = await office.act(seen, "handover", RECEIVER)
    for table, line in NAMED.items():
        which = "sequence = 1" if table == "forms" else "version = 1"
        async with taken_out(office, table, which) as found:
            assert found == [line.format(code=seen["dossier_code"])]
            if table == "processes":
                refused = await office.tried(seen, "step-completion", SPECIALIST, step="ky")
                assert (refused.status_code, refused.json()["code"]) == (409, "process-missing")
