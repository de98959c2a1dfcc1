"""Commands and the jobs as real processes, killed with SIGKILL at rows we choose, run again.

A trigger notes every update in the update's own commit, so that what a killed process lost is not counted,
and holds the process at the row where it is to die.
"""

import asyncio
import csv
import io
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kernel.service import JobTick
from kernel.testing.running import TEST_KEY, TEST_PII_KEY, public_jwks
from services.dossier.commands.history import verify_history
from services.dossier.jobs.write_exports import WRITE_EXPORTS
from services.dossier.use_cases.secrets import identity_index
from tests.builders.dossier.office import RECEIVER, Office, a_citizen, an_agency
from tests.integration.dossier.test_exports import ASKED
from tests.integration.dossier.test_figures import PROVINCE
from tests.integration.dossier.test_identities import CHILD, indexed_as_before, received
from tests.integration.dossier.test_whole_rows import by_hand, sealed_as_before

BATCH = 2
PATIENCE_SECONDS = 60
_LOCK = 7_301
_WATCH = """
CREATE TABLE test_updates (what text, id uuid);
CREATE TABLE test_stop (id uuid);
CREATE FUNCTION test_watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO test_updates VALUES (TG_TABLE_NAME, NEW.id);
    IF EXISTS (SELECT FROM test_stop s WHERE s.id = NEW.id) THEN PERFORM pg_advisory_xact_lock(7301); END IF;
    RETURN NULL;
END $$;
"""
_TRIGGER = "CREATE TRIGGER test_watch AFTER UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION test_watch()"
_HELD = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_ALIVE = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)"


async def a_process(office: Office, command: str) -> asyncio.subprocess.Process:
    """Begin a command as an operator does, with batches of two rows."""
    module = {"seal-rows": "seal_rows", "reindex-identities": "identities"}.get(command)
    small = f"import services.dossier.commands.{module} as m; m._BATCH = {BATCH}\n" if module else ""
    planted = (
        f"{small}"
        f"from kernel.run import run; from services.dossier.app import service; run(service, ['{command}'])"
    )
    told = {
        "MODE": "development",
        "DATABASE_URL": office.service.runtime.settings.database_url.get_secret_value(),
        "BUS_URL": "memory://",
        "INTERNAL_JWKS": json.dumps(public_jwks(TEST_KEY)),
        "PII_KEY": TEST_PII_KEY,
        "FILES_URL": office.service.runtime.settings.files_url,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", planted),
        env={**os.environ, **{f"DOSSIER_{name}": value for name, value in told.items()}},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ran(office: Office, command: str) -> str:
    """Let a command run to its end; return what it said."""
    process = await a_process(office, command)
    out, err = await process.communicate()
    assert process.returncode == 0, (out + err).decode()
    return out.decode()


async def killed_at(office: Office, command: str, row: UUID, *, is_lone: bool = False) -> int:
    """Kill a command inside the transaction that writes this row; return which process it was.

    A lone statement would go on to its commit without anybody: its backend is ended too.
    """
    pool = office.service.runtime.pool
    await pool.execute("INSERT INTO test_stop VALUES ($1)", row)
    async with _gate(pool) as gate:
        process = await a_process(office, command)
        async with asyncio.timeout(PATIENCE_SECONDS):
            # The other process decides when: PostgreSQL's view of its locks has no event.
            while (backend := await gate.fetchval(_HELD, _LOCK)) is None:
                assert process.returncode is None, (await process.communicate())[1].decode()
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
        if is_lone:
            await gate.execute("SELECT pg_terminate_backend($1)", backend)
    async with asyncio.timeout(PATIENCE_SECONDS):
        # Its backend goes on to the end of the statement, finds nobody there, and rolls back.
        while await pool.fetchval(_ALIVE, backend):
            await asyncio.sleep(0.02)
    await pool.execute("DELETE FROM test_stop")
    return process.pid


@asynccontextmanager
async def _gate(pool: asyncpg.Pool) -> AsyncIterator[Any]:
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        try:
            yield connection
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def watch(office: Office, *tables: str) -> None:
    """Note every update of these tables from now on."""
    await office.service.runtime.pool.execute(_WATCH + ";".join(_TRIGGER.format(one) for one in tables))


async def updated(office: Office, table: str) -> Sequence[UUID]:
    """Return the rows of a table that were updated for good, as often as they were."""
    query = "SELECT id FROM test_updates WHERE what = $1 ORDER BY id"
    return [row["id"] for row in await office.service.runtime.pool.fetch(query, table)]


async def ids_of(office: Office, table: str) -> list[UUID]:
    """Return every id of a table in order."""
    return [
        row["id"] for row in await office.service.runtime.pool.fetch(f"SELECT id FROM {table} ORDER BY id")
    ]


async def test_sealing_killed_at_several_rows_seals_everything_once(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the first batch, in one after a commit, among files that lie free."""
    for seen in [await office.accepted() for _ in range(5)]:
        await sealed_as_before(office, seen["dossier_id"])
    free = sorted([UUID(await office.upload(a_citizen(), name=f"{n}.pdf")) for n in range(3)])
    await by_hand(office, "UPDATE attachments SET seal = '', scan_seal = '' WHERE dossier_id IS NULL")
    dossiers = await ids_of(office, "dossiers")
    assert await verify_history(office.service.runtime, []) == 1
    await watch(office, "dossiers", "attachments", "papers")
    for row, sealed in ((dossiers[1], 0), (dossiers[3], 2), (free[2], 5)):
        await killed_at(office, "seal-rows", row)
        assert len(await updated(office, "dossiers")) == sealed
    assert await updated(office, "attachments") != await ids_of(office, "attachments")
    assert "0 dossiers and 1 files sealed, 0 left" in await ran(office, "seal-rows")
    for table in ("dossiers", "attachments", "papers"):
        assert await updated(office, table) == await ids_of(office, table), table
    capsys.readouterr()
    assert await verify_history(office.service.runtime, []) == 0, capsys.readouterr().out


async def test_indexing_killed_at_several_rows_indexes_everything_once(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the first batch and after a commit; the dossiers are sealed with their new index and go on."""
    runtime = office.service.runtime
    seen = [await received(office, CHILD) for _ in range(5)]
    async with runtime.unit_of_work() as unit:
        work = runtime.open_work(unit)
        old = identity_index(work.seals, CHILD["identity_number"])
        for one in seen:
            await indexed_as_before(office, one["dossier_id"], old, work.history_keys)
    dossiers = await ids_of(office, "dossiers")
    await watch(office, "dossiers")
    for row, indexed in ((dossiers[1], 0), (dossiers[4], 4)):
        await killed_at(office, "reindex-identities", row)
        assert await updated(office, "dossiers") == dossiers[:indexed]
    assert "1 rows indexed anew, 0 left" in await ran(office, "reindex-identities")
    assert await updated(office, "dossiers") == dossiers
    assert await runtime.pool.fetchval("SELECT count(*) FROM dossiers WHERE owner_index = $1", old) == 0
    capsys.readouterr()
    assert await verify_history(runtime, []) == 0, capsys.readouterr().out
    assert (await office.act(seen[0], "handover", RECEIVER))["state"] == "PROCESSING"


def left_by(pid: int) -> list[Path]:
    """Return what a process that wrote exports left on the disk."""
    return list(Path(tempfile.gettempdir()).glob(f"motcua-export-{pid}-*"))


async def test_an_export_killed_as_it_is_finished_is_written_anew_and_whole(office: Office) -> None:
    """Written and not committed: nobody gets it, its half goes from the disk, the next is whole."""
    await office.service.receive(an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE"))
    codes = sorted([(await office.accepted())["dossier_code"] for _ in range(3)])
    asked = await office.service.post("/v1/exports", ASKED, PROVINCE)
    path = f"/v1/exports/{asked.json()['export_id']}"
    await watch(office)
    await office.service.runtime.pool.execute(
        "CREATE TRIGGER test_watch AFTER UPDATE ON exports FOR EACH ROW"
        " WHEN (NEW.state = 'READY') EXECUTE FUNCTION test_watch()"
    )
    pid = await killed_at(office, "jobs", UUID(asked.json()["export_id"]), is_lone=True)
    await office.service.runtime.pool.execute("DROP TRIGGER test_watch ON exports")
    assert len(left_by(pid)) == 1
    assert (await office.service.get(path, PROVINCE)).json()["state"] == "WRITING"
    early = await office.service.get(f"{path}/content", PROVINCE)
    assert (early.status_code, early.json()["code"]) == (409, "export-not-ready")
    await WRITE_EXPORTS.run(JobTick(office.service.runtime, office.service.clock.now()))
    ready = (await office.service.get(path, PROVINCE)).json()
    assert (ready["state"], ready["rows_done"], ready["rows_all"]) == ("READY", 3, 3)
    content = (await office.service.get(f"{path}/content", PROVINCE)).content
    assert len(content) == ready["size"]
    assert sorted(row[0] for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))))[:3] == codes
    assert left_by(pid) == []
