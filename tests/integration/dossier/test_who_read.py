"""Who read what of whom is written down, for good; what is only added to refuses everything else."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from kernel.testing.running import RunningService
from services.dossier.commands.history import verify_history
from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.office import GATEWAY, RECEIVER, SIGNER, SPECIALIST, Office, a_citizen
from tests.integration.dossier.test_books import LEADERS, asked_for, confirmed, copies

CITIZEN = a_citizen()


@pytest.fixture(scope="module")
async def office(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Office:
    files = tmp_path_factory.mktemp("files")
    return await Office(await start_once("dossier", files_url=files.as_uri())).open()


@pytest.fixture(scope="module")
async def known(office: Office) -> dict[str, str]:
    """One dossier with a result, a file, a paper, a copy: what addresses are made of."""
    seen = await office.issued(number="1/XN")
    await office.service.run_job(PRINT_PAPERS)
    await office.service.receive(*LEADERS)
    copied = await confirmed(office, await asked_for(office, copies("Bằng")))
    assert copied.status_code == 201, copied.text
    await asked_for(office, copies("Học bạ"))
    detail = await office.read(seen, SPECIALIST)
    (result,) = (await office.service.get("/v1/results", CITIZEN)).json()["items"]
    return {
        "dossier": seen["dossier_id"],
        "code": seen["dossier_code"],
        "file": await office.service.runtime.pool.fetchval("SELECT id::text FROM attachments LIMIT 1"),
        "paper": detail["papers"][0]["paper_id"],
        "result": result["result_id"],
    }


READINGS = [
    ("dossiers/{dossier}", SPECIALIST, "dossier"),
    ("dossiers/{dossier}/history", SPECIALIST, "history"),
    ("dossiers/{dossier}/papers", SPECIALIST, "dossier"),
    ("dossiers", SPECIALIST, "list"),
    ("dossier-search?q={code}", SPECIALIST, "search"),
    ("inbox", RECEIVER, "inbox"),
    ("attachments/{file}/content", SPECIALIST, "attachment"),
    ("attachments/{file}/versions", SPECIALIST, "attachment-versions"),
    ("papers/{paper}", SPECIALIST, "paper"),
    ("portal-views/{dossier}", GATEWAY, "portal-view"),
    ("portal-views?of={dossier}:0", GATEWAY, "portal-view"),
    ("results/{result}", SIGNER, "result"),
    ("register?agency=H99.201&from=2026-03-01&to=2026-03-31", RECEIVER, "register"),
    ("register.pdf?agency=H99.201&from=2026-03-01&to=2026-03-31", RECEIVER, "register"),
    ("register.xlsx?agency=H99.201&from=2026-03-01&to=2026-03-31", RECEIVER, "register"),
    ("certified-copies?year=2026", RECEIVER, "copy-book"),
    ("copy-requests", SIGNER, "copy-requests"),
]


@pytest.mark.parametrize(("path", "by", "what"), READINGS, ids=[path for path, _, _ in READINGS])
async def test_a_reading_is_written_down(
    office: Office, known: dict[str, str], path: str, by: Any, what: str
) -> None:
    pool = office.service.runtime.pool
    last = await pool.fetchval("SELECT coalesce(max(id), 0) FROM access_log")
    answer = await office.service.get(f"/v1/{path.format(**known)}", by)
    assert answer.status_code == 200, answer.text
    (row,) = await pool.fetch("SELECT subject, kind, agency, what FROM access_log WHERE id > $1", last)
    assert tuple(row) == (by.subject, by.kind.value, by.agency, what)


ONLY_ADDED = {
    "history": "UPDATE DELETE TRUNCATE",
    "interlinked_history": "UPDATE DELETE TRUNCATE",
    "evidence": "UPDATE DELETE TRUNCATE",
    "payment_entries": "UPDATE DELETE TRUNCATE",
    "control_slip": "UPDATE DELETE TRUNCATE",
    "certified_copies": "UPDATE DELETE TRUNCATE",
    "closed_periods": "UPDATE DELETE TRUNCATE",
    "closed_figure_rows": "UPDATE DELETE TRUNCATE",
    "access_log": "UPDATE DELETE TRUNCATE",
    "archive_messages": "UPDATE DELETE TRUNCATE",
    "archive_message_lines": "UPDATE DELETE TRUNCATE",
    "dossiers": "DELETE TRUNCATE",
    "papers": "DELETE TRUNCATE",
    "components": "DELETE TRUNCATE",
    "attachments": "DELETE TRUNCATE",
    "destruction_lists": "DELETE TRUNCATE",
    "destruction_lines": "DELETE TRUNCATE",
}
_BITS = {"DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


@pytest.mark.parametrize("table", ONLY_ADDED)
async def test_what_is_only_added_to_is_guarded(office: Office, table: str) -> None:
    """By triggers that are on, and refuse: emptying is tried, rows are tried where each guard was built."""
    query = (
        "SELECT t.tgtype FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE c.relname = $1 AND t.tgenabled = 'O' AND NOT t.tgisinternal AND t.tgtype & 2 = 2"
    )
    bits = [row[0] for row in await office.service.runtime.pool.fetch(query, table)]
    for deed in ONLY_ADDED[table].split():
        assert any(found & _BITS[deed] for found in bits), deed
    with pytest.raises(asyncpg.PostgresError, match=r"only|does not move|stands"):
        await office.service.runtime.pool.execute(f'TRUNCATE "{table}"')


async def test_the_log_of_readings_itself_is_only_added_to(office: Office, known: dict[str, str]) -> None:
    await office.service.get(f"/v1/dossiers/{known['dossier']}", SPECIALIST)
    for deed in ("DELETE FROM access_log", "UPDATE access_log SET subject = 'khac'"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await office.service.runtime.pool.execute(deed)


async def test_a_line_taken_out_of_a_book_is_named(
    office: Office, known: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert known
    assert await verify_history(office.service.runtime, ()) == 0
    async with office.service.runtime.pool.acquire() as connection:
        for table in ("certified_copies", "payment_entries"):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            first = f"(SELECT ctid FROM {table} LIMIT 1)"
            await connection.execute(f"DELETE FROM {table} WHERE ctid = {first}")
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    capsys.readouterr()
    assert await verify_history(office.service.runtime, ()) == 1
    told = capsys.readouterr().out
    assert "book of certified copies H99.201/2026: lines are missing" in told
