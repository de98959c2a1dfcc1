"""Importing documents on a real database: all or nothing, twice is once, versions stay apart in time."""

import asyncio
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.postgres.migrations import differences
from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from services.catalog.store.tables import metadata
from services.catalog.use_cases.import_document import compare_document, import_document, take_compared
from tests.builders.catalog import a_document, a_procedure, a_process, a_public_record, an_agency
from tests.integration.catalog.asking import found

Start = Callable[..., Awaitable[RunningService]]
LOADER = a_service("catalog.import")


async def load(catalog: RunningService, document: Any, *, dry_run: bool = False) -> Any:
    """Import a document as the loader."""
    return await catalog.post(f"/v1/imports?dry_run={str(dry_run).lower()}", document, LOADER)


async def test_the_tables_are_what_the_code_says(start: Start) -> None:
    """Migrations and metadata agree."""
    catalog = await start("catalog")
    assert await differences(catalog.runtime.settings.database_url.get_secret_value(), metadata) == []


async def test_a_document_is_taken_once_and_says_so_to_the_world(start: Start) -> None:
    """Every entry is new and published; the same document again changes nothing and publishes nothing."""
    catalog = await start("catalog")
    first = await load(catalog, a_document())
    assert first.status_code == 200, first.text
    assert {item["outcome"] for item in first.json()["items"]} == {"new"}
    events = await catalog.published()
    assert Counter(event["type"] for event in events) == {
        "agency.changed.v1": 1,
        "calendar.changed.v1": 1,
        "staff.changed.v1": 1,
        "process.approved.v1": 1,
        "procedure.published.v1": 1,
        "interlinked_group.published.v1": 1,
    }
    published = next(event for event in events if event["type"] == "procedure.published.v1")
    assert (published["key"], published["sequence"], published["data"]["version"]) == ("1.004873:1", 1, 1)
    assert published["data"]["valid_from"] == "2026-01-20"
    again = await load(catalog, a_document())
    assert {item["outcome"] for item in again.json()["items"]} == {"unchanged"}
    assert len(await catalog.published()) == len(events)


async def test_an_import_of_hundreds_is_two_statements(start: Start) -> None:
    """One statement reads what is held, one writes everything."""
    catalog = await start("catalog")
    document = a_document(
        procedures=[a_procedure(f"1.{number:06d}") for number in range(200)], interlinked_groups=[]
    )
    async with catalog.runtime.unit_of_work() as unit:
        work = catalog.runtime.open_work(unit)
        await import_document(document, by=LOADER, dry_run=False, work=work, now=catalog.clock.now())
        await unit.commit()
        assert unit.statements == 2
    assert await catalog.count("procedure_versions") == 200


@pytest.mark.parametrize("somebody_was_faster", [False, True])
async def test_a_large_import_is_written_in_portions_and_stands_as_one(
    start: Start, monkeypatch: pytest.MonkeyPatch, *, somebody_was_faster: bool
) -> None:
    """All of it, each event once and in its order; or nothing, when the last procedure is there already."""
    monkeypatch.setattr("services.catalog.use_cases.import_document._PORTION", 2)
    catalog = await start("catalog")
    codes = [f"1.{number:06d}" for number in range(8)]
    records = [a_public_record(code, name=f"Cấp phép số {code}") for code in codes]
    await load(catalog, {"public_procedures": records[:1]})
    async with catalog.runtime.unit_of_work() as unit:
        work = catalog.runtime.open_work(unit)
        compared = await compare_document(
            {"public_procedures": records}, by=LOADER, work=work, now=catalog.clock.now()
        )
        if somebody_was_faster:
            await load(catalog, {"public_procedures": records[-1:]})
        with pytest.raises(Stale) if somebody_was_faster else nullcontext():
            await take_compared(compared, dry_run=False, work=work, now=catalog.clock.now())
            assert await catalog.count("procedure_versions") == 1
            await unit.commit()
        assert unit.statements > 4
    wanted = [codes[0], codes[-1]] if somebody_was_faster else codes
    published = await catalog.published("procedure.published.v1")
    assert [event["key"] for event in published] == [f"{code}:1" for code in wanted]
    for table in ("procedures", "procedure_parts", "procedure_versions", "procedure_search"):
        assert await catalog.count(table) == len(wanted), table
    assert sorted(await found(catalog, "cap phep so")) == wanted


async def test_one_bad_entry_refuses_the_whole_document(start: Start) -> None:
    """Nothing is written, and the answer says which entry and why."""
    catalog = await start("catalog")
    response = await load(
        catalog, a_document(procedures=[a_procedure(), a_procedure("1.000001", sector="KHONG-CO")])
    )
    assert (response.status_code, response.json()["code"]) == (422, "import-refused")
    [refused] = response.json()["items"]
    assert (refused["kind"], refused["code"]) == ("procedure", "1.000001")
    assert refused["reasons"] == ["sector: lĩnh vực không có trong danh mục"]
    assert await catalog.count("agencies") == 0
    assert await catalog.published() == []


async def test_a_dry_run_tells_and_writes_nothing(start: Start) -> None:
    """The report is the same as of a real import, the database is not."""
    catalog = await start("catalog")
    response = await load(catalog, a_document(staff=[{"subject": "x"}]), dry_run=True)
    assert response.status_code == 200
    assert response.json()["counts"]["procedure"]["new"] == 1
    assert response.json()["counts"]["staff"]["refused"] == 1
    assert await catalog.count("procedures") == 0


async def test_a_correction_the_same_day_supersedes(start: Start) -> None:
    """Two versions on one day leave one public version; both stay on record."""
    catalog = await start("catalog")
    await load(catalog, {"public_procedures": [a_public_record()]})
    await load(catalog, {"public_procedures": [a_public_record(name="Đăng ký thường trú mới")]})
    rows = await catalog.runtime.pool.fetch(
        "SELECT version, visibility FROM procedure_versions ORDER BY version"
    )
    assert [tuple(row) for row in rows] == [(1, "SUPERSEDED"), (2, "PUBLIC")]
    found = (await catalog.get("/v1/procedures/1.000005")).json()
    assert (found["version"], found["name"]) == (2, "Đăng ký thường trú mới")
    assert (await catalog.get("/v1/procedures", params={"q": "thường trú"})).json()["total"] == 1


async def test_a_later_decision_closes_the_earlier_version(start: Start) -> None:
    """Each day has its version; yesterday's can still be read."""
    catalog = await start("catalog")
    await load(catalog, a_document())
    later = {"number": "300/QĐ-UBND", "signed_on": "2026-03-01", "effective_on": "2026-04-01"}
    await load(
        catalog, a_document(procedures=[a_procedure(name="Tên mới", decision=later, identification_level=2)])
    )
    march = (await catalog.get("/v1/procedures/1.004873", params={"on": "2026-03-31"})).json()
    april = (await catalog.get("/v1/procedures/1.004873", params={"on": "2026-04-01"})).json()
    assert [one["identification_level"] for one in (march, april)] == [1, 2]
    assert (march["version"], march["valid_to"], april["version"], april["name"]) == (
        1,
        "2026-03-31",
        2,
        "Tên mới",
    )
    assert (await catalog.get("/v1/procedures", params={"q": "ten moi"})).json()["total"] == 0
    catalog.clock.set(datetime(2026, 4, 1, 8, tzinfo=VIETNAM))
    assert (await catalog.get("/v1/procedures", params={"q": "ten moi"})).json()["total"] == 1


async def test_an_abolished_procedure_is_found_no_more(start: Start) -> None:
    """It can be read by its code, marked as abolished, and no search shows it."""
    catalog = await start("catalog")
    await load(catalog, a_document())
    catalog.clock.advance(timedelta(days=1))
    end = {
        "number": "301/QĐ-UBND",
        "signed_on": "2026-03-01",
        "effective_on": "2026-03-04",
        "change_kind": "ABOLISHED",
    }
    await load(catalog, a_document(procedures=[a_procedure(decision=end)]))
    assert (await catalog.get("/v1/procedures/1.004873")).json()["visibility"] == "ABOLISHED"
    assert (await catalog.get("/v1/procedures", params={"q": "hôn nhân"})).json()["total"] == 0


async def test_the_nation_does_not_touch_what_the_province_says(start: Start) -> None:
    """The local record stands, the national part beside it, and importing either again changes nothing."""
    catalog = await start("catalog")
    national = {
        "public_procedures": [a_public_record("1.004873", name="Tên quốc gia", conditions_text="Đủ 18 tuổi")]
    }
    await load(catalog, a_document())
    changed = (await load(catalog, national)).json()
    assert changed["counts"]["procedure"]["changed"] == 1
    found = (await catalog.get("/v1/procedures/1.004873")).json()
    assert found["name"] == "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân"
    assert (found["route"], found["process"], found["sector"]) == ("PROVINCE", "QT-01", "G15-TP07")
    assert (found["national"]["name"], found["requirements"]) == ("Tên quốc gia", "Đủ 18 tuổi")
    for document in (a_document(), national):
        assert {item["outcome"] for item in (await load(catalog, document)).json()["items"]} == {"unchanged"}


async def test_a_public_record_is_worked_by_a_ministry(start: Start) -> None:
    """It cannot be submitted here, has no process, and its dirt is kept beside what was made of it."""
    catalog = await start("catalog")
    name = unicodedata.normalize("NFD", "Đăng ký  thường\ttrú (1.000005)")
    response = await load(catalog, {"public_procedures": [a_public_record(name=name)]})
    assert response.status_code == 200, response.text
    found = (await catalog.get("/v1/procedures/1.000005")).json()
    assert (found["name"], found["route"], found["submit_here"], found["process"]) == (
        "Đăng ký thường trú",
        "MINISTRY",
        False,
        None,
    )
    raw = await catalog.runtime.pool.fetchval("SELECT raw->>'name' FROM procedure_parts")
    assert raw == name
    sectors = (await catalog.get("/v1/sectors")).json()["items"]
    assert [(sector["code"], sector["name"]) for sector in sectors] == [
        ("dang-ky-quan-ly-cu-tru", "Đăng ký, quản lý cư trú")
    ]


async def test_the_database_itself_keeps_one_public_version_a_day(start: Start) -> None:
    """A second public version on a day meets the constraint, a change of a published one the trigger."""
    catalog = await start("catalog")
    await load(catalog, a_document())
    twin = (
        "INSERT INTO procedure_versions"
        " (code, version, agency, valid_from, visibility, data, digest, created_by)"
        " VALUES ($1, 9, 'H99', $2, 'PUBLIC', '{}', '', '')"
    )
    with pytest.raises(asyncpg.ExclusionViolationError):
        await catalog.runtime.pool.execute(twin, "1.004873", date(2026, 6, 1))
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="never changes"):
        await catalog.runtime.pool.execute("UPDATE procedure_versions SET data = '{}'")


async def test_a_concurrent_import_is_told_to_look_again(start: Start) -> None:
    """Whoever compared with a state that is gone changes nothing (412)."""
    catalog = await start("catalog")
    await load(catalog, a_document())
    async with catalog.runtime.pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("UPDATE procedures SET version = version + 1")
        racing = catalog.post("/v1/imports", a_document(procedures=[a_procedure(name="Tên khác")]), LOADER)
        task = asyncio.create_task(racing)
        while not await catalog.runtime.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
        await transaction.commit()
        response = await task
    assert response.status_code == 412, response.text
    assert await catalog.runtime.pool.fetchval("SELECT count(*) FROM procedure_versions") == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "unreadable"),
        (b"[]", 422, "not-a-document"),
        (b"{}", 422, "not-a-document"),
        (b'{"surprise": []}', 422, "not-a-document"),
        (b'{"procedures": {}}', 422, "not-a-document"),
        (b'{"public_procedures": [], "staff": []}', 422, "not-a-document"),
        (b'{"procedures": [{"code": "\\u0000"}]}', 400, "unreadable"),
        (b'{"procedures": ' + b"[" * 200 + b"]" * 200 + b"}", 400, "unreadable"),
        (b'{"procedures": [NaN]}', 400, "unreadable"),
        (b'{"procedures": [1, null, "x", []]}', 422, "import-refused"),
        (b'{"procedures": [{}]}', 422, "import-refused"),
        (b'{"public_procedures": [{"code": "1.000001", "name": 7}]}', 422, "import-refused"),
        (b'{"public_procedures": [{"code": "1.000001", "name": "a", "channels": 7}]}', 422, "import-refused"),
        (b'{"agencies": [{"code": "Z", "valid_from": 5, "units": [3]}]}', 422, "import-refused"),
        (
            b'{"calendars": [{"code": "a", "year": "x", "exceptions": [{"day": "2026-13-40"}]}]}',
            422,
            "import-refused",
        ),
        (b'{"processes": [{"code": "a", "steps": [{"code": "b", "next": [{}]}]}]}', 422, "import-refused"),
        (b'{"interlinked_groups": [{"code": "a", "members": [{"after": 3}]}]}', 422, "import-refused"),
    ],
)
async def test_bad_input_is_refused_and_changes_nothing(
    start: Start, body: bytes, status: int, code: str
) -> None:
    """Never a 5xx."""
    catalog = await start("catalog")
    response = await load(catalog, body)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert await catalog.count("procedures") == 0


async def test_json_that_is_no_object_is_no_document(start: Start) -> None:
    """A value alone is JSON too, and nothing to look into."""
    catalog = await start("catalog")
    for path in ("/v1/imports", "/v1/administrative-units/imports"):
        for scalar in (b"null", b"true", b"7", b'"x"'):
            said = await catalog.post(path, scalar, LOADER, headers={"Content-Type": "application/json"})
            assert (said.status_code, said.json().get("code")) == (422, "not-a-document"), (path, scalar)


async def test_only_the_loader_and_editors_import(start: Start) -> None:
    """Everybody else is refused before the body is looked at."""
    catalog = await start("catalog")
    editor = a_staff_member("CATALOG_EDITOR", agency="H99")
    national = {"public_procedures": [a_public_record("1.000001")]}
    assert (await catalog.post("/v1/imports", national, editor)).status_code == 200
    for caller in (a_person(), a_service("portal.read"), a_staff_member("SIGNER", agency="H99")):
        response = await catalog.post("/v1/imports", b"{", caller)
        assert (response.status_code, response.json()["code"]) == (403, "import-not-allowed")
    assert (await catalog.post("/v1/imports", b"{")).status_code == 401


async def test_an_editor_tries_what_the_province_says_and_does_not_publish_it_alone(start: Start) -> None:
    """Drafts and approval are the road for people."""
    catalog = await start("catalog")
    editor = a_staff_member("CATALOG_EDITOR", agency="H99")
    tried = await catalog.post("/v1/imports?dry_run=true", a_document(), editor)
    assert tried.status_code == 200, tried.text
    response = await catalog.post("/v1/imports", a_document(), editor)
    assert (response.status_code, response.json()["code"]) == (403, "local-import-not-allowed")
    assert await catalog.count("procedures") == await catalog.count("agencies") == 0


async def test_republishing_says_the_last_state_of_everything_again(start: Start) -> None:
    """Same types, keys, sequences and data as published before."""
    catalog = await start("catalog")
    await load(catalog, a_document())
    said = {(row["type"], row["key"]): (row["sequence"], row["data"]) for row in await catalog.published()}
    assert await catalog.runtime.service.commands["republish"](catalog.runtime, ()) == 0
    again = (await catalog.published())[len(said) :]
    assert {(row["type"], row["key"]): (row["sequence"], row["data"]) for row in again} == said


async def test_agencies_answer_to_both_identifiers(start: Start) -> None:
    """An old identifier is stored in its new form and finds the same agency."""
    catalog = await start("catalog")
    district = an_agency(
        "000.00.31.H99",
        level="DISTRICT",
        valid_from="2003-11-26",
        valid_to="2025-06-30",
        successors=["H99.201"],
    )
    response = await load(catalog, a_document(agencies=[an_agency(), district]))
    assert response.status_code == 200, response.text
    for identifier in ("H99.31", "000.00.31.H99"):
        found = (await catalog.get(f"/v1/agencies/{identifier}")).json()
        assert (found["code"], found["legacy_code"], found["successors"]) == (
            "H99.31",
            "000.00.31.H99",
            ["H99.201"],
        )


async def test_a_process_keeps_its_versions(start: Start) -> None:
    """The decision's own numbering stays as `edition`; `version` is the sequence of the event."""
    catalog = await start("catalog")
    await load(catalog, a_document())
    await load(catalog, a_document(processes=[a_process(name="Quy trình sửa", version=2)]))
    found = (await catalog.get("/v1/processes/QT-01", a_person())).json()
    assert (found["version"], found["edition"], found["critical_hours"]) == (2, 2, 12.0)
    assert await catalog.count("process_versions") == 2
    assert (await catalog.get("/v1/processes/QT-01")).status_code == 401
