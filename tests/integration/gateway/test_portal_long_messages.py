"""Long messages of the portal: kept as they come, never held, files brought in parts, all or nothing."""

import asyncio
import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI

from kernel.testing.running import TEST_KEY, TEST_PII_KEY
from kernel.web.auth import public_jwks
from services.gateway.api import gate
from services.gateway.jobs.portal.intake import PORTAL_INTAKE
from services.gateway.jobs.portal.keeping import PORTAL_FORGETTING
from services.gateway.use_cases.portal.inbound.texts import PART_BYTES
from stack.servers import free_port
from tests.builders.gateway.portal import CODE, a_message
from tests.integration.conftest import service_named
from tests.integration.gateway.portal_dossier_service import DossierService
from tests.integration.gateway.portal_dossiers import PROCEDURE, ADossier
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.gateway.test_portal_corrections import INBOUND, correct, the_line
from tests.integration.gateway.test_portal_intake import FORWARD, KEY, inbox, send
from tests.serving import served

ROOT = Path(__file__).parents[3]
MEGABYTE = 1_048_576
SENT_MEGABYTES = 200
MOST_GROWTH_BYTES = 48 * MEGABYTE
"""A part, its sealed form and what the runtime keeps for reuse; a whole body would be four times that."""
NESTED_MEGABYTES = 30
FILES = 5
_LETTERS = b"JVBERi0xLjcKc29tZSBjb250ZW50IHRoYXQgZ29lcyBvbiBhbmQgb24gYW5kIG9u"


@pytest.fixture
async def world(start):
    async with a_world(start) as found:
        yield found


def with_file(content: bytes, escaped: bool = False, **changed: Any) -> bytes:
    """Return a message whose one file is this long, its base64 as plain or as escaped as some write it."""
    listed = [{"TenTepDinhKem": "lon.pdf", "MaThanhPhanHoSo": "TP01", "Base64": "@@"}]
    text = base64.b64encode(content).decode()
    if escaped:
        text = text.replace("+", "\\u002B").replace("/", "\\/")
    return json.dumps(a_message(TaiLieuNop=listed, **changed)).replace("@@", text).encode()


async def post(world: World, body: bytes, path: str = "nhanhsdvcqg") -> Any:
    answer = await world.gateway.client.post(f"{FORWARD}/{path}", content=body, headers=KEY)
    assert answer.status_code == 200, answer.text
    return answer.json()


def brought(world: World, call: int = -1) -> list[bytes]:
    """Return the contents of the files a message told of."""
    told = world.dossiers.calls[call]["body"]["attachments"]
    return [bytes(world.dossiers.upload(one["upload_id"]).content) for one in told]


async def parts(world: World) -> int:
    return await world.gateway.count("portal_inbound_parts")


async def test_a_file_comes_through_however_its_base64_is_written(world: World):
    content = os.urandom(3_000_000)
    assert (await post(world, with_file(content, escaped=True)))["error_code"] == 0
    assert brought(world) == [content]
    (row,) = await world.gateway.runtime.pool.fetch("SELECT parts, sha256, body FROM portal_inbound")
    assert row["parts"] > 3
    assert row["sha256"] == hashlib.sha256(with_file(content, escaped=True)).digest()
    assert row["body"] == b""


async def test_the_content_of_an_envelope_may_be_a_text_of_its_own(world: World):
    content = os.urandom(2_500_000)
    message = json.loads(with_file(content))
    enveloped = {"Service": "x", "IsUpdating": "False", "Data": json.dumps(message["data"])}
    assert (await post(world, json.dumps(enveloped).encode()))["error_code"] == 0
    assert brought(world) == [content]


async def test_the_raw_message_is_kept_sealed_and_can_be_read_back(world: World):
    body = with_file(b"%PDF" + b"Nguyen Van An " * 200_000)
    await post(world, body)
    pool = world.gateway.runtime.pool
    seals = world.gateway.runtime.resources.portal.seals
    rows = await pool.fetch("SELECT message_id, place, body FROM portal_inbound_parts ORDER BY place")
    assert [row["place"] for row in rows] == list(range(-(-len(body) // PART_BYTES)))
    opened = [seals.open_part(row["body"], row["message_id"], row["place"]) for row in rows]
    assert b"".join(opened) == body
    assert all(base64.b64encode(b"%PDFNguyen Van An")[:12] not in row["body"] for row in rows)
    outline = await pool.fetchval("SELECT outline FROM portal_inbound")
    assert b"099088000011" not in outline


async def test_a_dossier_service_that_goes_away_amid_a_file_is_told_only_what_is_missing(world: World):
    content = os.urandom(9_000_000)
    world.dossiers.breaks_after_parts = 2
    assert (await post(world, with_file(content)))["error_code"] == 0
    assert world.dossiers.taken == {}
    world.dossiers.breaks_after_parts = 10**6
    for _ in range(3):
        world.passes(minutes=2)
        await world.gateway.run_job(PORTAL_INTAKE)
    assert list(world.dossiers.taken) == [CODE]
    assert brought(world) == [content]
    assert [one.parts for one in world.dossiers.uploads.values()] == [5], "no part came twice"
    assert [state for state, _, _ in await inbox(world)] == ["DONE"]


async def test_the_same_long_message_again_is_a_duplicate_and_brings_no_file_again(world: World):
    body = with_file(os.urandom(2_000_000))
    assert (await post(world, body))["error_code"] == 0
    assert (await post(world, body))["error_code"] == 1
    assert len(world.dossiers.taken) == 1
    first, second = world.dossiers.calls
    assert second["key"] == first["key"]


async def stalls(after: int) -> AsyncIterator[bytes]:
    """Yield the beginning of a body of which no more comes."""
    yield b'{"a":"' + b"x" * after
    await asyncio.Event().wait()


async def test_long_bodies_that_stall_lose_their_places_to_those_that_come(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """Four of them kept every other long message waiting for as long as a long body has, three minutes."""
    monkeypatch.setattr(gate, "_IDLE_SECONDS", 0.5)
    stalled = [
        asyncio.create_task(
            world.gateway.client.post(FORWARD + "/nhanhsdvcqg", content=stalls(1_200_000), headers=KEY)
        )
        for _ in range(4)
    ]
    await until(world.gateway.runtime.resources.portal.large.locked)
    async with asyncio.timeout(15):
        assert (await post(world, with_file(os.urandom(2_000_000))))["error_code"] == 0
    assert {(await one).status_code for one in stalled} == {408}


async def test_of_bodies_that_go_on_coming_so_many_are_held_and_short_ones_pass_them(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """Three hundred of a megabyte each made the process grow by as many megabytes."""
    monkeypatch.setattr(gate, "_IDLE_SECONDS", 2.0)
    side = world.gateway.runtime.resources.portal
    stalled = [
        asyncio.create_task(
            world.gateway.client.post(FORWARD + "/nhanhsdvcqg", content=stalls(100_000), headers=KEY)
        )
        for _ in range(60)
    ]
    await until(side.begun.locked)
    assert (await post(world, json.dumps(a_message()).encode()))["error_code"] == 0
    assert side.begun.locked()
    assert {(await one).status_code for one in stalled} == {408}
    assert not side.begun.locked()


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.01)


async def test_messages_that_do_not_tell_their_length_and_go_on_coming_hold_up_no_short_one(world: World):
    """In chunks, as .NET and Java write what they do not hold: short ones take no turn among the long."""
    come, asked = asyncio.Event(), []

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"service":'
        asked.append(1)
        await come.wait()
        yield b"}"

    async def in_chunks() -> AsyncIterator[bytes]:
        yield json.dumps(a_message()).encode()

    post = world.gateway.client.post
    slow = [
        asyncio.create_task(post(FORWARD + "/nhanhsdvcqg", content=slowly(), headers=KEY)) for _ in range(9)
    ]
    while len(asked) < len(slow):
        await asyncio.sleep(0)
    answer = await asyncio.wait_for(post(FORWARD + "/nhanhsdvcqg", content=in_chunks(), headers=KEY), 20)
    assert answer.json()["error_code"] == 0
    come.set()
    assert {one.status_code for one in await asyncio.gather(*slow)} == {200}


async def test_a_connection_that_breaks_leaves_no_message_and_its_parts_are_swept(world: World):
    ends_at = 3_999_999
    gateway = FastAPI()
    gateway.mount("/", world.gateway.client._transport.app)
    body = with_file(os.urandom(3_000_000))
    async with served(gateway) as address:
        port = int(address.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST {FORWARD}/nhanhsdvcqg HTTP/1.1\r\nHost: x\r\nX-Adapter-Key: {KEY['X-Adapter-Key']}\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:ends_at])
        await writer.drain()
        async with asyncio.timeout(10):
            while await parts(world) < ends_at // PART_BYTES:
                await asyncio.sleep(0.02)
        writer.close()
        await asyncio.sleep(0.1)
    assert await world.gateway.count("portal_inbound") == 0
    assert world.dossiers.calls == []
    await world.gateway.run_job(PORTAL_FORGETTING)
    assert await parts(world) > 0, "it might still be coming"
    world.passes(hours=7)
    await world.gateway.run_job(PORTAL_FORGETTING)
    assert await parts(world) == 0


async def test_what_is_done_is_forgotten_with_its_parts_and_what_is_not_is_kept(world: World):
    await post(world, with_file(os.urandom(2_000_000)))
    await post(world, with_file(os.urandom(2_000_000), MaHoSo="G22.99-260303-9", MaTTHC="1.999999"))
    kept = await parts(world)
    world.gateway.clock.advance(timedelta(days=31))
    await world.gateway.run_job(PORTAL_FORGETTING)
    assert await parts(world) == kept // 2
    rows = await world.gateway.runtime.pool.fetch("SELECT state, outline FROM portal_inbound ORDER BY id")
    assert [(row["state"], row["outline"] is None) for row in rows] == [("DONE", True), ("PARKED", False)]


async def test_a_long_message_that_waits_is_corrected_like_any_other(world: World):
    content = os.urandom(1_500_000)
    world.dossiers.known = {"1.000001"}
    body = with_file(content, MaTTHC="1.999999")
    assert (await post(world, body))["error_code"] == 0
    line = await the_line(world)
    assert line["bytes"] == len(body)
    shown = (await world.ask("GET", f"{INBOUND}/{line['id']}")).json()
    assert "TaiLieuNop.0.TenTepDinhKem" in {one["name"] for one in shown["fields"]}
    answer = await correct(world, line, MaTTHC="1.000001")
    assert answer.status_code == 200, answer.text
    await world.gateway.run_job(PORTAL_INTAKE)
    assert list(world.dossiers.taken) == [CODE]
    assert brought(world) == [content]


LONG = "x" * 70_000
REFUSED = {
    "a long name of a person": (
        a_message(ChuHoSo=LONG),
        "Có chuỗi quá dài ngoài các trường tệp: data.ChuHoSo (tối đa 64 KB)",
    ),
    "a long note in the form": (
        a_message(DuLieuEForm={"a": LONG}),
        "Có chuỗi quá dài ngoài các trường tệp: data.DuLieuEForm.a (tối đa 64 KB)",
    ),
    "a long name of a field": (
        a_message(**{LONG: "1"}),
        "Có chuỗi quá dài ngoài các trường tệp: data.(tên trường) (tối đa 64 KB)",
    ),
    "nesting": (
        a_message(DuLieuEForm=json.loads("[" * 40 + "]" * 40)),
        "Nội dung lồng nhau quá sâu (tối đa 32 cấp)",
    ),
    "many long texts": (
        a_message(DuLieuEForm=[LONG] * 101),
        "Có quá nhiều chuỗi dài (tối đa 100 chuỗi dài hơn 64 KB)",
    ),
    "much beside the files": (
        a_message(DuLieuEForm=["x" * 60_000] * 75),
        "Nội dung ngoài tệp quá lớn (tối đa 4 MB)",
    ),
    "a tax notice elsewhere": (
        {"service": "NhanThongBaoThueDat", "data": {"FileThongBaoThue": "", "Khac": LONG}},
        "Có chuỗi quá dài ngoài các trường tệp: data.Khac (tối đa 64 KB)",
    ),
}


async def test_what_is_past_the_bounds_is_refused_and_kept(world: World):
    for message, reason in REFUSED.values():
        path = "nhantbthuedvcqg" if message["service"].endswith("Dat") else "nhanhsdvcqg"
        assert await send(world, message, path) == {"error_code": -1, "message": f"| {reason}"}
    assert await inbox(world) == [("REFUSED", -1, reason) for _, reason in REFUSED.values()]
    assert world.dossiers.calls == []


async def test_a_long_file_that_is_no_base64_or_too_long_brings_nothing(world: World):
    broken = with_file(b"%PDF" + b"x" * 2_000_000).replace(b"eHh4", b"eH*4", 1)
    assert (await post(world, broken))["error_code"] == 0
    ((state, _, reason),) = await inbox(world)
    assert (state, reason) == ("PARKED", "tệp không đọc được: TaiLieuNop.0.Base64")
    assert world.dossiers.uploads == {}
    world.dossiers.most_bytes = 1_500_000
    answer = await post(world, with_file(b"%PDF" + b"x" * 2_000_000, MaHoSo="G22.99-2"))
    assert answer == {"error_code": 0, "message": "G22.99-2| đã tiếp nhận, chờ xử lý"}
    assert (await inbox(world))[-1][2] == "tệp không nhận được: TaiLieuNop.0.Base64 (Tệp quá lớn)"
    assert world.dossiers.uploads == {}


async def test_a_long_tax_notice_finds_its_dossier(world: World):
    await world.hears(ADossier(origin="PORTAL", portal_code=CODE).went("accepted", "ACCEPTED"))
    rows = "<ROW><MA>x</MA></ROW>" * 90_000
    xml = f"<DATA><BODY><ROW_LIST>{rows}<ROW><MA_HSO>{CODE}</MA_HSO></ROW></ROW_LIST></BODY></DATA>"
    notice = {"FileThongBaoThue": base64.b64encode(xml.encode()).decode()}
    answer = await send(world, {"service": "NhanThongBaoThueDat", "data": notice}, "nhantbthuedvcqg")
    assert answer["error_code"] == 0
    assert [state for state, _, _ in await inbox(world)] == ["PARKED"]


def _sent() -> Iterator[bytes]:
    """Yield a message of 200 MB with some files, made as it goes."""
    listed = [{"TenTepDinhKem": f"{n}.pdf", "MaThanhPhanHoSo": "TP01", "Base64": "@@"} for n in range(FILES)]
    head, *rest = json.dumps(a_message(TaiLieuNop=listed)).split("@@")
    yield head.encode()
    block = _LETTERS * (MEGABYTE // len(_LETTERS))
    for tail in rest:
        for _ in range(SENT_MEGABYTES // FILES):
            yield block
        yield tail.encode()


async def _stream() -> AsyncIterator[bytes]:
    for piece in _sent():
        yield piece


async def _nested() -> AsyncIterator[bytes]:
    """Yield a message whose files are a text in a content that is a text, in a form: three texts deep."""
    listed = json.dumps([{"TenTepDinhKem": "a.pdf", "Base64": "@@"}])
    data = json.dumps(a_message("G22.99-260303-2", TaiLieuNop=listed)["data"])
    head, tail = urlencode({"Service": "x", "Data": data}).encode().split(quote("@@").encode())
    yield head
    for _ in range(NESTED_MEGABYTES):
        yield _LETTERS * (MEGABYTE // len(_LETTERS))
    yield tail


def _peak_bytes(process: subprocess.Popen[bytes]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is told by /proc")
async def test_two_hundred_megabytes_take_no_more_memory_than_a_few_parts(database_of):
    dossiers = DossierService(keeps_contents=False)
    dossiers.known = {PROCEDURE["code"]}
    async with served(dossiers.app()) as dossier_url:
        port, operations = free_port(), free_port()
        own = {
            "MODE": "development",
            "DATABASE_URL": await database_of(service_named("gateway")),
            "BUS_URL": "memory://",
            "INTERNAL_JWKS": json.dumps(public_jwks(TEST_KEY)),
            "INTERNAL_PRIVATE_JWK": json.dumps(TEST_KEY),
            "PII_KEY": TEST_PII_KEY,
            "PORT": str(port),
            "OPS_PORT": str(operations),
            "DOSSIER_URL": dossier_url,
        }
        process = subprocess.Popen(  # noqa: ASYNC220 - it starts before anything else runs.
            [sys.executable, "-m", "services.gateway", "api"],
            cwd=ROOT,
            env={**os.environ, **{f"GATEWAY_{name}": value for name, value in own.items()}},
        )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
                await _ready(client)
                warm = json.dumps(a_message("G22.99-260303-1")).encode()
                assert (await client.post(f"{FORWARD}/nhanhsdvcqg", content=warm, headers=KEY)).is_success
                before = _peak_bytes(process)
                answer = await client.post(f"{FORWARD}/nhanhsdvcqg", content=_stream(), headers=KEY)
                assert answer.json() == {"error_code": 0, "message": f"{CODE}| tiếp nhận thành công"}
                nested = await client.post(f"{FORWARD}/nhanhsdvcqg", content=_nested(), headers=KEY)
                assert nested.json()["error_code"] == 0, nested.text
                grown = _peak_bytes(process) - before
        finally:
            process.terminate()
            process.wait(60)
    brought_bytes = sum(one.received for one in dossiers.uploads.values())
    sent = SENT_MEGABYTES + NESTED_MEGABYTES
    assert brought_bytes == sent * (MEGABYTE // 64 * 64) * 3 // 4
    assert len(dossiers.uploads) == FILES + 1
    print(f"grown by {grown / MEGABYTE:.1f} MB")  # noqa: T201 - a figure for who reads the run.
    assert grown < MOST_GROWTH_BYTES


async def _ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await client.get("/openapi.json")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
