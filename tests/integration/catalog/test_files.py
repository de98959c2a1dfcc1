"""Files brought over HTTP: small ones at once, large ones by the job; all or nothing, twice is once."""

import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from services.catalog.jobs.take_files import MOST_ATTEMPTS, TAKE_FILES
from tests.builders.catalog import a_document, a_public_record
from tests.builders.catalog_files import a_portal_answer, a_workbook

Start = Callable[..., Awaitable[RunningService]]
EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99")
LOADER = a_service("catalog.import")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def bring(
    catalog: RunningService,
    content: bytes,
    media: str = "application/x-ndjson",
    *,
    encoding: str = "",
    **query: Any,
) -> httpx.Response:
    """Bring a file as the editor."""
    text = "&".join(f"{name}={str(value).lower()}" for name, value in query.items())
    headers = {"Content-Type": media} | ({"Content-Encoding": encoding} if encoding else {})
    return await catalog.post(f"/v1/imports?{text}", content, EDITOR, headers=headers)


def lines(*records: Any) -> bytes:
    """Return JSON Lines."""
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()


async def state_of(catalog: RunningService, answer: httpx.Response) -> Any:
    """Return the import as it is now."""
    return (await catalog.get(f"/v1/imports/{answer.json()['id']}", EDITOR)).json()


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"code,name\n1.000001,A\n1.000002,B\n", "text/csv"),
        (lines(a_public_record("1.000001"), a_public_record("1.000002")), "application/x-ndjson"),
        (json.dumps([a_public_record("1.000001"), a_public_record("1.000002")]).encode(), "application/json"),
        (a_workbook(["code", "name"], ["1.000001", "A"], ["1.000002", "B"]), XLSX),
        (
            json.dumps(
                {"result": [a_portal_answer(MATTHC="1.000001"), a_portal_answer(MATTHC="1.000002")]}
            ).encode(),
            "application/json",
        ),
    ],
)
async def test_a_file_of_any_form_comes_in_and_twice_is_once(
    start: Start, content: bytes, media: str
) -> None:
    """A row each, found afterwards; the second time nothing changes and nothing is published."""
    catalog = await start("catalog")
    first = await bring(catalog, content, media)
    assert first.status_code == 200, first.text
    assert first.json()["counts"] == {"rows": 2, "new": 2, "changed": 0, "unchanged": 0, "refused": 0}
    published = len(await catalog.published())
    again = await bring(catalog, content, media)
    assert again.json()["counts"] == {"rows": 2, "new": 0, "changed": 0, "unchanged": 2, "refused": 0}
    assert len(await catalog.published()) == published
    assert (await catalog.get("/v1/procedures/1.000002")).status_code == 200


async def test_one_bad_row_keeps_the_whole_file_out(start: Start) -> None:
    """Unless bad rows are to be set aside; then the others come in, and the sum is right."""
    catalog = await start("catalog")
    content = lines(
        a_public_record("1.000001"), {"name": "không mã"}, "?", a_public_record("1.000001", name="B")
    )
    refused = await bring(catalog, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "import-refused")
    assert [row["row"] for row in refused.json()["rows"]] == [2, 3, 4]
    assert await catalog.count("procedures") == 0
    taken = (await bring(catalog, content, set_aside=True)).json()
    assert taken["counts"] == {"rows": 4, "new": 1, "changed": 0, "unchanged": 0, "refused": 3}
    assert [row["outcome"] for row in taken["rows"]] == ["new", "refused", "refused", "refused"]
    assert taken["rows"][1]["reasons"] == ["code: thiếu"]
    assert await catalog.count("procedures") == 1


async def test_a_dry_run_of_a_file_writes_no_procedure(start: Start) -> None:
    """It tells of every row."""
    catalog = await start("catalog")
    answer = (await bring(catalog, lines(a_public_record(), {"name": "x"}), dry_run=True)).json()
    assert (answer["dry_run"], answer["counts"]["new"], answer["counts"]["refused"]) == (True, 1, 1)
    assert await catalog.count("procedures") == 0


async def test_a_list_of_names_takes_nothing_from_what_is_known(start: Start) -> None:
    """It adds what is not there; what is there keeps its details."""
    catalog = await start("catalog")
    await bring(catalog, lines(a_public_record("1.000001")))
    before = (await catalog.get("/v1/procedures/1.000001")).json()
    taken = (await bring(catalog, b"code,name\n1.000001,Khac\n1.000002,Moi\n", "text/csv")).json()
    assert [row["outcome"] for row in taken["rows"]] == ["unchanged", "new"]
    assert (await catalog.get("/v1/procedures/1.000001")).json() == before


async def test_a_list_of_few_columns_takes_nothing_away(start: Start) -> None:
    """What a row does not say stays; its time limit is every channel's; the same list again is no change."""
    catalog = await start("catalog")
    whole = a_public_record(
        "1.000001",
        components=[{"case": None, "name": "Tờ khai", "originals": 1, "copies": 0}],
        legal_bases=[{"number": "60/2014/QH13", "title": "Luật Hộ tịch"}],
        channels=[
            {"channel": kind, "duration_text": "7 Ngày", "fee_text": "Phí: 50.000 Đồng"}
            for kind in ("in_person", "online")
        ],
    )
    assert (await bring(catalog, lines(whole))).status_code == 200
    table = "Mã,Tên,Lĩnh vực,Thời hạn,Lệ phí\n1.000001,Tên mới,Hộ tịch,5 ngày làm việc,\n".encode()
    answer = await bring(catalog, table, "text/csv")
    assert answer.json()["counts"]["changed"] == 1, answer.text
    assert {one["kind"] for one in answer.json()["dirt"]} == {"PARTIAL"}
    found = (await catalog.get("/v1/procedures/1.000001")).json()
    assert (found["name"], found["sector_name"]) == ("Tên mới", "Hộ tịch")
    assert [one["name"] for one in found["components"]] == ["Tờ khai"]
    assert [one["number"] for one in found["legal_bases"]] == ["60/2014/QH13"]
    assert [
        (one["channel"], one["processing_time"]["value"], one["fees"][0]["amount"])
        for one in found["channels"]
    ] == [("DIRECT", 5, 50_000), ("ONLINE", 5, 50_000)]
    assert found["steps_text"] == ["Bước 1: nộp hồ sơ"]
    again = await bring(catalog, table, "text/csv")
    assert again.json()["counts"]["unchanged"] == 1


async def test_what_was_found_is_kept_beside_what_was_made_of_it(start: Start) -> None:
    """The row as it came."""
    catalog = await start("catalog")
    found = a_portal_answer()
    assert (
        await bring(catalog, json.dumps({"result": [found]}).encode(), "application/json")
    ).status_code == 200
    raw = await catalog.runtime.pool.fetchval("SELECT raw->'as_found' FROM procedure_parts")
    assert raw == found


async def test_a_large_file_waits_and_tells_how_far_it_is(start: Start) -> None:
    """202 with a place to look; the job takes it in; the content is not kept."""
    catalog = await start("catalog")
    records = [a_public_record(f"1.{number:06d}") for number in range(30)]
    answer = await bring(catalog, gzip.compress(lines(*records)), encoding="gzip", wait=False)
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/imports/{answer.json()['id']}")
    assert (await state_of(catalog, answer))["state"] == "WAITING"
    await catalog.run_job(TAKE_FILES)
    done = await state_of(catalog, answer)
    assert (done["state"], done["done"], done["total"], done["counts"]["new"]) == ("DONE", 30, 30, 30)
    assert await catalog.runtime.pool.fetchval("SELECT count(*) FROM imports WHERE content IS NOT NULL") == 0
    assert await catalog.count("procedures") == 30


async def test_a_file_left_half_way_is_begun_again(start: Start) -> None:
    """A crash before the commit changed nothing; too many of them end it."""
    catalog = await start("catalog")
    answer = await bring(catalog, lines(a_public_record()), wait=False)
    await catalog.runtime.pool.execute(
        "UPDATE imports SET state = 'RUNNING', attempts = 1, done = 1, total = 1"
    )
    await catalog.run_job(TAKE_FILES)
    assert (await state_of(catalog, answer))["state"] == "DONE"
    other = await bring(catalog, lines(a_public_record("1.000009")), wait=False)
    await catalog.runtime.pool.execute(
        "UPDATE imports SET attempts = $1 WHERE state = 'WAITING'", MOST_ATTEMPTS
    )
    await catalog.run_job(TAKE_FILES)
    assert (await state_of(catalog, other))["state"] == "FAILED"
    assert await catalog.count("procedures") == 1


@pytest.mark.parametrize(
    ("content", "media", "problem"),
    [
        (lines({"name": "không mã"}), "application/x-ndjson", "import-refused"),
        (b"PK\x03\x04 no workbook", XLSX, "not-a-document"),
    ],
)
async def test_a_waiting_file_that_cannot_be_taken_says_why(
    start: Start, content: bytes, media: str, problem: str
) -> None:
    """It ends refused, with its reason, and the next file has its turn."""
    catalog = await start("catalog")
    bad = await bring(catalog, content, media, wait=False)
    good = await bring(catalog, lines(a_public_record()), wait=False)
    await catalog.run_job(TAKE_FILES)
    refused = await state_of(catalog, bad)
    assert (refused["state"], refused["problem"]["code"]) == ("REFUSED", problem)
    assert (await state_of(catalog, good))["state"] == "DONE"


async def test_the_report_is_a_table(start: Start) -> None:
    """For a spreadsheet, and nothing in it is a formula."""
    catalog = await start("catalog")
    answer = await bring(catalog, lines(a_public_record(name="=1+1"), {"name": "x"}), dry_run=True)
    report = await catalog.get(f"/v1/imports/{answer.json()['id']}/report.csv", EDITOR)
    assert report.headers["content-type"] == "text/csv; charset=utf-8"
    text = report.content.decode("utf-8-sig").splitlines()
    assert len(text) == 3
    assert "'=1+1" in text[1]
    assert "code: thiếu" in text[2]


@pytest.mark.parametrize(
    ("content", "media", "status", "code"),
    [
        (a_workbook(["code", "name"], ["1.000001", "=1+1"]), XLSX, 422, "import-refused"),
        (a_workbook(["code"], padding=60_000_000), XLSX, 422, "not-a-document"),
        (b"\xff\xfe\xfd", "text/csv", 422, "not-a-document"),
        (b"[]", "application/json", 422, "not-a-document"),
        (b"{", "application/json", 400, "unreadable"),
    ],
)
async def test_files_that_are_none_change_nothing(
    start: Start, content: bytes, media: str, status: int, code: str
) -> None:
    """A stable code, never a 5xx."""
    catalog = await start("catalog")
    answer = await bring(catalog, content, media)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await catalog.count("imports") == 0


async def test_only_those_who_import_see_imports(start: Start) -> None:
    """Others are refused; an import nobody brought is not found."""
    catalog = await start("catalog")
    answer = await bring(catalog, lines(a_public_record()))
    path = f"/v1/imports/{answer.json()['id']}"
    for caller in (a_person(), a_service("portal.read"), a_staff_member("SIGNER", agency="H99")):
        assert (await catalog.get(path, caller)).json()["code"] == "import-not-allowed"
        assert (await catalog.get(f"{path}/report.csv", caller)).status_code == 403
    assert (await catalog.get(path)).status_code == 401
    missing = await catalog.get("/v1/imports/00000000-0000-7000-8000-000000000000", EDITOR)
    assert (missing.status_code, missing.json()["code"]) == (404, "import-not-found")


async def test_the_catalogue_is_given_away_whole(start: Start) -> None:
    """JSON and CSV, tagged, packed when wanted, without inner matters, with licence and source."""
    catalog = await start("catalog")
    await catalog.post("/v1/imports", a_document(), LOADER)
    await bring(catalog, lines(a_public_record(name="@SUM(1)"), a_public_record("1.000006")))
    answer = await catalog.client.get(
        "/v1/open-data/procedures.json", headers={"Accept-Encoding": "identity"}
    )
    found = answer.json()
    assert (found["count"], len(found["procedures"]), found["licence"]["basis"]) == (
        3,
        3,
        "Nghị định 47/2020/NĐ-CP",
    )
    assert "process" not in found["procedures"][0]
    assert answer.headers["last-modified"].endswith("GMT")
    seen = {"If-None-Match": answer.headers["etag"], "Accept-Encoding": "identity"}
    assert (await catalog.client.get("/v1/open-data/procedures.json", headers=seen)).status_code == 304
    packed = await catalog.client.get("/v1/open-data/procedures.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] != answer.headers["etag"]
    assert packed.json() == found
    table = await catalog.client.get("/v1/open-data/procedures.csv?bom=true")
    assert table.content.startswith(b"\xef\xbb\xbfcode,name")
    assert "'@SUM(1)" in table.text
    assert len(table.text.splitlines()) == 4
    await bring(catalog, lines(a_public_record("1.000007")))
    assert (await catalog.client.get("/v1/open-data/procedures.json", headers=seen)).status_code == 200
