"""Long values of the documents' exchange in sealed parts: whole or not at all, and nobody's memory."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.sealing import SealBroken
from services.gateway.domain.documents.envelope import Attachment
from services.gateway.jobs.documents import DOCUMENT_FORGETTING, DOCUMENT_PARTING
from services.gateway.store.document_parts import PART_BYTES
from tests.builders.gateway.documents import PDF
from tests.integration.gateway.document_world import RESULT_FILE, DocumentWorld, a_document_world
from tests.integration.gateway.test_documents_at_work import ADMIN, DOCUMENTS, EXCHANGE, a_draft, arrived, ask

SCAN = PDF + bytes(range(256)) * 2_100
"""Three parts."""
DOSSIER = "0193a5c2-7d00-7a10-8000-0000000000aa"


@pytest.fixture(scope="module")
async def shared(start_once):
    with TemporaryDirectory() as name:
        async with a_document_world(start_once, Path(name) / "axis") as found:
            yield found


@pytest.fixture
async def world(shared: DocumentWorld) -> DocumentWorld:
    await shared.begins_anew()
    return shared


async def _a_scan_arrives(world: DocumentWorld) -> str:
    """Return where its file is read."""
    line = await arrived(world, attachments=(Attachment("tep-1", "quet.pdf", "application/pdf", SCAN),))
    (file,) = (await ask(world, "GET", f"{DOCUMENTS}/{line['id']}")).json()["files"]
    return f"{DOCUMENTS}/{line['id']}/files/{file['id']}"


async def test_a_scan_many_open_at_once_is_read_by_all_and_slow_ones_hold_no_connection(world: DocumentWorld):
    """A scan sent to every commune is opened by all in one minute: nobody waits, or is refused."""
    path = await _a_scan_arrives(world)
    readers = world.gateway.runtime.pool.get_max_size() + 4
    headers = {"Authorization": f"Bearer {world.world._tokens['van-thu']}"}
    is_read, begun, sent = asyncio.Event(), asyncio.Semaphore(0), list[bytes]()

    async def slowly(message: Any) -> None:
        begun.release()
        await is_read.wait()
        sent.append(message.get("body", b""))

    app = world.gateway.client._transport.app
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET"}
    scope |= {"scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope |= {"headers": [(b"host", b"x"), *raw], "client": ("127.0.0.1", 1), "server": ("x", 80)}
    slow = [asyncio.create_task(app(dict(scope), _nothing_more, slowly)) for _ in range(readers)]
    for _ in slow:
        await begun.acquire()
    assert (await ask(world, "GET", path)).content == SCAN
    is_read.set()
    await asyncio.gather(*slow)
    assert sum(map(len, sent)) == len(SCAN) * readers
    assert max(map(len, sent)) == PART_BYTES, "nobody holds more than a part"


async def test_a_part_that_is_swapped_left_out_cut_off_or_of_another_file_is_never_handed_on(
    world: DocumentWorld,
):
    path = await _a_scan_arrives(world)
    file = path.rpartition("/")[2]
    owners = [str(row["owner"]) for row in await world.rows("document_parts", "owner") if row["is_last"]]
    other = next(one for one in owners if one != file)
    pool = world.gateway.runtime.pool
    for hand in (
        "UPDATE document_parts p SET body = o.body FROM document_parts o"
        f" WHERE o.owner = p.owner AND p.owner = '{file}' AND p.place < 2 AND o.place = 1 - p.place",
        f"DELETE FROM document_parts WHERE owner = '{file}' AND place = 1",
        f"DELETE FROM document_parts WHERE owner = '{file}' AND is_last",
        f"UPDATE document_parts SET is_last = true WHERE owner = '{file}' AND place = 1",
        f"UPDATE document_parts p SET body = o.body FROM document_parts o WHERE o.owner = '{other}'"
        f" AND p.owner = '{file}' AND p.place = 0 AND o.place = 0",
    ):
        kept = await pool.fetch("SELECT * FROM document_parts WHERE owner = $1", UUID(file))
        await pool.execute(hand)
        with pytest.raises(SealBroken):
            await _read_whole(world, UUID(file))
        await pool.execute("DELETE FROM document_parts WHERE owner = $1", UUID(file))
        for row in kept:
            await pool.execute("INSERT INTO document_parts VALUES ($1, $2, $3, $4)", *row.values())
    assert await _read_whole(world, UUID(file)) == SCAN


async def test_what_an_earlier_version_kept_whole_is_read_and_moved_into_parts(world: DocumentWorld):
    path = await _a_scan_arrives(world)
    file = UUID(path.rpartition("/")[2])
    pool = world.gateway.runtime.pool
    lost = uuid4()
    await pool.execute("DELETE FROM document_parts WHERE owner = $1", file)
    sealed = world.gateway.runtime.resources.documents.seals.seal(SCAN, file)
    await pool.execute("UPDATE document_files SET content = $2 WHERE id = $1", file, sealed)
    await pool.execute(
        "INSERT INTO document_files (id, document, position, name, media_type, size, sha256, content)"
        " VALUES ($1, $1, 0, '', '', 9000000, '', 'of a lost key')",
        lost,
    )
    assert (await ask(world, "GET", path)).content == SCAN
    await world.gateway.run_job(DOCUMENT_PARTING)
    whole = {row["id"]: row["content"] for row in await world.rows("document_files")}
    assert whole == {file: None, lost: b"of a lost key"}
    assert (await ask(world, "GET", path)).content == SCAN


async def test_a_letter_to_many_is_kept_one_after_another_and_goes_out_whole(world: DocumentWorld):
    await ask(world, "GET", DOCUMENTS)
    world.world.dossiers.seen[DOSSIER] = {"dossier_code": "H99.201-260303-0001"}
    world.world.dossiers.files[RESULT_FILE] = SCAN
    receivers = [{"id": f"H99.{number}", "name": f"Sở {number}"} for number in range(31, 36)]
    answer = await ask(world, "POST", DOCUMENTS, body=a_draft(receivers=receivers))
    assert answer.status_code == 201, answer.text
    assert {row["body"] for row in await world.messages()} == {None}
    assert len(await world.rows("document_parts", "owner")) == 5 * 3 + 3
    await world.goes_round(5)
    sent = world.agent.taken_away()
    assert [one.attachments[0].content for one in sent] == [SCAN] * 5


async def test_files_that_make_a_message_larger_than_we_would_take_are_refused(world: DocumentWorld):
    await ask(world, "GET", DOCUMENTS)
    world.world.dossiers.seen[DOSSIER] = {"dossier_code": "H99.201-260303-0001"}
    world.world.dossiers.files[RESULT_FILE] = bytes(47 * 1_048_576 + 300_000)
    refused = await ask(world, "POST", DOCUMENTS, body=a_draft())
    assert refused.status_code == 422
    assert "Tổng dung lượng tệp vượt 47 MB" in refused.text
    assert await world.rows("document_parts", "owner") == []


async def test_what_nobody_could_read_is_looked_into_part_by_part_and_forgotten_with_its_parts(
    world: DocumentWorld,
):
    raw = b"<khong-phai-edxml>" + SCAN
    world.agent.brings(raw)
    world.agent.brings(b"<khong-phai-edxml>")
    await world.goes_round()
    lines = (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"]
    sizes = {}
    for line in lines:
        content = await ask(world, "GET", f"{EXCHANGE}/arrivals/{line['id']}/content", ADMIN)
        sizes[line["size"]] = content.content
    assert sizes == {len(raw): raw, 18: b"<khong-phai-edxml>"}
    assert len(await world.rows("document_parts", "owner")) == 4
    for line in lines:
        await ask(
            world,
            "POST",
            f"{EXCHANGE}/arrivals/{line['id']}/settlement",
            ADMIN,
            {"how": "SET_ASIDE", "note": "thử"},
            seen=1,
        )
    world.world.passes(days=31)
    await world.gateway.run_job(DOCUMENT_FORGETTING)
    assert await world.rows("document_parts", "owner") == []


async def _read_whole(world: DocumentWorld, file: UUID) -> bytes:
    runtime = world.gateway.runtime
    found, place = b"", 0
    while True:
        async with runtime.unit_of_work() as unit:
            piece = await runtime.open_work(unit).documents.piece(file, place)
        found, place = found + piece.content, place + 1
        if piece.is_last:
            return found


async def _nothing_more() -> Any:
    await asyncio.Event().wait()
