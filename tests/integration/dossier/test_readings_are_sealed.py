"""The log of readings says about whom, and once sealed nothing in it changes, goes or comes unseen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_staff_member
from services.dossier.commands.history import verify_history
from services.dossier.commands.readings import broken_readings
from services.dossier.domain.readings.seals import LINE
from services.dossier.jobs.seal_readings import SEAL_READINGS
from services.dossier.use_cases.readings import seal_readings
from tests.builders.dossier.office import (
    COMMUNE,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    an_agency,
    an_officer,
)

PROVINCE = "H99"
WATCHER = a_staff_member("SUPERVISOR", agency=PROVINCE, name="Thanh tra", subject="thanh-tra")
OF_THE_COMMUNE = a_staff_member("SUPERVISOR", agency=COMMUNE, name="Giám sát", subject="giam-sat-xa")
OF_ANOTHER = a_staff_member("SUPERVISOR", agency=OTHER_COMMUNE, name="Giám sát", subject="giam-sat-khac")
AN = {"identity_number": a_citizen().identity_number, "purpose": "Đơn của công dân số 12/2026"}


@pytest.fixture(scope="module")
async def office(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Office:
    files = tmp_path_factory.mktemp("files")
    office = await Office(await start_once("dossier", files_url=files.as_uri())).open()
    await office.service.receive(an_agency(PROVINCE, kind="PEOPLES_COMMITTEE", level="PROVINCE"))
    return office


@pytest.fixture(scope="module")
async def seen(office: Office) -> dict[str, Any]:
    """A dossier of An's that was read in every way."""
    seen = await office.in_process()
    await office.read(seen, SPECIALIST)
    get, post = office.service.get, office.service.post
    number = a_citizen().identity_number
    for path in (
        "dossiers",
        "inbox",
        f"dossier-search?q={number}",
        f"dossier-search?q={seen['dossier_code']}",
    ):
        assert (await get(f"/v1/{path}", SPECIALIST)).status_code == 200
    period = f"agency={COMMUNE}&from=2026-03-01&to=2026-03-31"
    for path in (f"register?{period}", f"register.xlsx?{period}"):
        assert (await get(f"/v1/{path}", RECEIVER)).status_code == 200
    figures = "number=received&from=2026-03-01&to=2026-03-31"
    assert (await get(f"/v1/statistics/dossiers?{figures}", OF_THE_COMMUNE)).status_code == 200
    asked = {"identity_number": number, "procedure_code": PROCEDURE}
    looked = await post("/v1/counter-look-ups", asked, RECEIVER)
    assert looked.status_code == 200, looked.text
    results = {"identity_number": number, "purpose": "Thay giấy tờ"}
    assert (await post("/v1/result-look-ups", results, SPECIALIST)).status_code == 200
    return seen


async def look(office: Office, by: Any = WATCHER, **changed: Any) -> Any:
    return await office.service.post("/v1/reading-look-ups", {**AN, **changed}, by)


async def test_who_looked_at_a_person_is_told_by_every_way_they_were_seen(
    office: Office, seen: dict[str, Any]
) -> None:
    """By the dossier, by each page that named it, by the number somebody typed; newest first."""
    told = (await look(office)).json()["items"]
    ways = {(one["what"].partition(":")[0], one["via"]) for one in told}
    assert ways >= {
        ("dossier", "DOSSIER"),
        ("list", "PAGE"),
        ("inbox", "PAGE"),
        ("register", "PAGE"),
        ("figures", "PAGE"),
        ("search", "PAGE"),
        ("search", "LOOK_UP"),
        ("person", "LOOK_UP"),
        ("results", "LOOK_UP"),
    }
    assert [one["at"] for one in told] == sorted((one["at"] for one in told), reverse=True)
    pages = [one for one in told if one["via"] == "PAGE"]
    assert all(one["dossier_ids"] == [seen["dossier_id"]] for one in pages)
    assert {one["subject"] for one in told} >= {"thu-ly", "nhan"}


async def test_who_read_a_dossier_is_told_in_pages(office: Office, seen: dict[str, Any]) -> None:
    found: list[Any] = []
    cursor = ""
    query = f"dossier_id={seen['dossier_id']}&purpose=Thanh+tra&limit=2"
    while True:
        page = (await office.service.get(f"/v1/readings?{query}&cursor={cursor}", WATCHER)).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    whats = [one["what"] for one in found]
    assert {"dossier", "list", "inbox", "search", "register", "figures"} <= set(whats)
    assert "person" not in whats
    newest = (await office.service.get(f"/v1/readings?{query}", WATCHER)).json()["items"][0]
    assert (newest["subject"], newest["what"]) == (WATCHER.subject, "readings: Thanh tra")


async def test_nobody_learns_of_readings_but_who_supervises_the_reader(
    office: Office, seen: dict[str, Any]
) -> None:
    """The province's all, a commune's its own; officers, citizens and other communes nothing."""
    for nobody in (SPECIALIST, RECEIVER, STRANGER, a_citizen(), an_officer("ADMIN", subject="quan-tri")):
        assert (await look(office, nobody)).status_code == 403
        query = f"dossier_id={seen['dossier_id']}&purpose=x"
        assert (await office.service.get(f"/v1/readings?{query}", nobody)).status_code == 403
    assert (await look(office, OF_ANOTHER)).json()["items"] == []
    own = (await look(office, OF_THE_COMMUNE)).json()["items"]
    assert {one["agency"] for one in own} == {COMMUNE}
    assert (await look(office, identity_number="99")).status_code == 422
    assert (await look(office, purpose=" ")).status_code == 422


async def test_a_number_asked_for_is_kept_as_a_blind_index_only(office: Office, seen: dict[str, Any]) -> None:
    rows = await office.service.runtime.pool.fetch("SELECT to_jsonb(l)::text AS said FROM access_log l")
    assert seen
    assert not any(a_citizen().identity_number in row["said"] for row in rows)
    assert any("person_index" in row["said"] for row in rows)


@asynccontextmanager
async def as_owner(office: Office, table: str) -> AsyncIterator[Any]:
    """Lend a connection of somebody who may turn the guards off."""
    async with office.service.runtime.pool.acquire() as connection:
        trial = connection.transaction()
        await trial.start()
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield connection
        await trial.rollback()


async def verified(connection: Any, office: Office) -> list[str]:
    """Return what verification says of the readings as this connection sees them."""

    class One:
        """The one connection, as a pool."""

        def __getattr__(self, name: str) -> Any:
            return getattr(connection, name)

        @asynccontextmanager
        async def acquire(self) -> AsyncIterator[Any]:
            yield One.Within()

        class Within:
            fetch = connection.fetch

            @asynccontextmanager
            async def transaction(self, **_: Any) -> AsyncIterator[None]:
                yield

    async with office.service.runtime.unit_of_work() as unit:
        keys = office.service.runtime.open_work(unit).history_keys
    wrong, _ = await broken_readings(One(), keys)
    return wrong


DEEDS = {
    "a line changed": ("access_log", "UPDATE access_log SET subject = 'khac' WHERE id = {first}"),
    "whom it is about changed": ("access_log", "UPDATE access_log SET shown = NULL WHERE id = {paged}"),
    "a line taken out": ("access_log", "DELETE FROM access_log WHERE id = {first}"),
    "a line put in": (
        "access_log",
        "INSERT INTO access_log (at, subject, kind, agency, what, txid)"
        " SELECT at, 'gia', kind, agency, what, txid FROM access_log WHERE id = {first}",
    ),
    "a line moved to the tail": (
        "access_log",
        "UPDATE access_log SET txid = pg_current_xact_id()::text::bigint + 1000 WHERE id = {first}",
    ),
    "a seal changed": ("access_seals", "UPDATE access_seals SET lines = lines - 1 WHERE number = 1"),
    "a seal taken out": ("access_seals", "DELETE FROM access_seals WHERE number = 1"),
}


async def seal_all(office: Office) -> None:
    """Seal until nothing is left: what is open in another database of the server moves the horizon too."""
    unsealed = "SELECT (SELECT count(*) FROM access_log) - (SELECT coalesce(sum(lines), 0) FROM access_seals)"
    async with asyncio.timeout(60):
        while True:
            await office.service.run_job(SEAL_READINGS)
            if await office.service.runtime.pool.fetchval(unsealed) == 0:
                return
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def sealed(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Two seals, and what to lay hands on."""
    assert seen
    await seal_all(office)
    await office.read(seen, SPECIALIST)
    await seal_all(office)
    pool = office.service.runtime.pool
    assert await pool.fetchval("SELECT count(*) FROM access_seals") >= 2
    return {
        "first": await pool.fetchval("SELECT min(id) FROM access_log"),
        "paged": await pool.fetchval("SELECT min(id) FROM access_log WHERE shown IS NOT NULL"),
    }


@pytest.mark.parametrize("deed", DEEDS)
async def test_what_is_done_to_sealed_readings_is_found(
    office: Office, sealed: dict[str, Any], deed: str
) -> None:
    """By somebody who may write everything but does not have the key."""
    table, statement = DEEDS[deed]
    async with as_owner(office, table) as connection:
        assert await verified(connection, office) == []
        await connection.execute(statement.format(**sealed))
        wrong = await verified(connection, office)
        assert wrong, deed
        assert "readings" in wrong[0]


async def test_the_end_cut_off_is_found_by_what_others_saw(
    office: Office, sealed: dict[str, Any], tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sealed
    last = await office.service.runtime.pool.fetchval("SELECT max(number) FROM access_seals")
    known = tmp_path / "known"
    known.write_text(f"readings,{last}\n")
    assert await verify_history(office.service.runtime, (str(known),)) == 0
    assert f"readings are sealed to seal {last}" in capsys.readouterr().out
    known.write_text(f"readings,{last + 1}\n")
    assert await verify_history(office.service.runtime, (str(known),)) == 1
    assert f"others know {last + 1}" in capsys.readouterr().out


async def test_a_line_that_commits_late_is_sealed_later_and_breaks_nothing(
    office: Office, sealed: dict[str, Any]
) -> None:
    """Its id is older than sealed ones; its transaction is not, so nothing is sealed over its head."""
    assert sealed
    pool = office.service.runtime.pool
    line = "INSERT INTO access_log (at, subject, kind, agency, what) VALUES (now(), $1, 'STAFF', 'x', 'x')"
    sealed_before = await pool.fetchval("SELECT coalesce(sum(lines), 0) FROM access_seals")
    async with pool.acquire() as slow:
        late = slow.transaction()
        await late.start()
        await slow.execute(line, "cham")
        await pool.execute(line, "nhanh")
        await office.service.run_job(SEAL_READINGS)
        assert await pool.fetchval("SELECT sum(lines) FROM access_seals") == sealed_before
        await late.commit()
    await seal_all(office)
    assert await pool.fetchval("SELECT sum(lines) FROM access_seals") == sealed_before + 2
    assert await verify_history(office.service.runtime, ()) == 0


async def test_readings_go_on_while_their_batch_is_sealed(office: Office, sealed: dict[str, Any]) -> None:
    """Nobody waits for the seal: a sealing that has begun and not committed holds up no reader."""
    assert sealed
    async with office.service.runtime.unit_of_work() as unit:
        work = office.service.runtime.open_work(unit)
        await seal_readings.seal_batch(work=work, now=office.service.clock.now())
        answer = await asyncio.wait_for(office.service.get("/v1/dossiers", SPECIALIST), 5)
        assert answer.status_code == 200
        await unit.commit()
    assert await verify_history(office.service.runtime, ()) == 0


async def test_readings_from_before_are_sealed_in_small_batches(
    office: Office, sealed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was logged without a transaction is sealed first, by ids; more than a batch goes into several."""
    assert sealed
    monkeypatch.setattr(seal_readings, "BATCH", 3)
    pool = office.service.runtime.pool
    async with pool.acquire() as owner:
        for table in ("access_log", "access_seals"):
            await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await owner.execute("DELETE FROM access_seals")
        await owner.execute("UPDATE access_log SET txid = NULL WHERE id < $1 + 8", sealed["first"])
        for table in ("access_log", "access_seals"):
            await owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    await seal_all(office)
    older = await pool.fetchval("SELECT count(*) FROM access_seals WHERE end_txid = 0")
    assert older >= 3
    assert await pool.fetchval("SELECT sum(lines) FROM access_seals") == await pool.fetchval(
        "SELECT count(*) FROM access_log"
    )
    assert await verify_history(office.service.runtime, ()) == 0
    async with as_owner(office, "access_log") as connection:
        await connection.execute("DELETE FROM access_log WHERE id = $1", sealed["first"] + 4)
        assert await verified(connection, office)
    async with as_owner(office, "access_log") as connection:
        await connection.execute(
            "INSERT INTO access_log (at, subject, kind, agency, what, txid)"
            " VALUES (now(), 'x', 'x', 'x', 'x', NULL)"
        )
        assert "beside the seals" in (await verified(connection, office))[0]


async def test_a_seal_covers_every_column(office: Office) -> None:
    """A column that is added some day is not forgotten."""
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = 'access_log'"
    columns = {row[0] for row in await office.service.runtime.pool.fetch(query)}
    assert set(LINE) == columns
