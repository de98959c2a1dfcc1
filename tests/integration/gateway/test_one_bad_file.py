"""One file nobody thought of is set aside and told of; every other file and step goes on."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.gateway.jobs import connectors
from tests.builders.gateway.documents import DEPARTMENT
from tests.integration.gateway.document_world import DocumentWorld, a_document_world
from tests.integration.gateway.ministry_world import a_ministry
from tests.integration.gateway.test_connectors_push_and_files import HEAD, a_row
from tests.integration.gateway.test_documents_exchange import from_department, issued

NOT_UTF8 = os.fsdecode(b"aa\xff.edxml")


@pytest.fixture
async def world(start, tmp_path: Path) -> AsyncIterator[DocumentWorld]:
    async with a_document_world(start, tmp_path / "axis") as found:
        yield found


async def test_a_document_whose_name_is_not_utf8_waits_for_people_and_stops_no_other(world: DocumentWorld):
    world.agent.brings(b"<x/>", NOT_UTF8)
    world.agent.brings(from_department(), "zz.edxml")
    await world.goes_round()
    assert len(await world.documents("IN")) == 1
    assert list((world.agent.root / "in").iterdir()) == []
    (faulty,) = [row for row in await world.rows("document_arrivals") if row["state"] == "PARKED"]
    assert faulty["name"] == "in/aa\\xff.edxml"
    assert faulty["reason"] == "Tên tệp không đọc được"
    assert [path.name for path in (world.agent.root / "kept" / "in").iterdir() if "aa" in path.name] == [
        "aa\\xff.edxml"
    ]


async def test_a_receipt_with_unprintable_signs_is_read_and_one_under_a_broken_name_is_set_aside(
    world: DocumentWorld,
):
    await issued(world, DEPARTMENT)
    await world.goes_round()
    (name,) = world.agent.waiting()
    receipts = world.agent.root / "receipts"
    (receipts / os.fsdecode(b"\xfe.json")).write_bytes(b"{}")
    said = b'{"taken": false, "reference": "r\\u0000", "reason": "kh\\u0000ng nh\xe1\xba\xadn"}'
    (receipts / name.replace(".edxml", ".json")).write_bytes(said)
    await world.goes_round()
    (row,) = await world.messages()
    assert row["state"] == "REFUSED"
    assert list(receipts.iterdir()) == []


async def test_a_receipt_of_a_message_nobody_sent_is_let_go_of(world: DocumentWorld):
    receipt = world.agent.root / "receipts" / f"{uuid4()}.json"
    receipt.write_text('{"taken": true}')
    await world.goes_round()
    assert not receipt.exists()


async def test_a_file_that_cannot_be_opened_stays_and_stops_no_other(
    world: DocumentWorld, monkeypatch: pytest.MonkeyPatch
):
    axis = world.gateway.runtime.resources.documents.take_in._axis
    reads = axis._bytes

    def locked(path: Path, most: int) -> bytes | None:
        if path.name == "aa.edxml":
            raise PermissionError(13, "denied")
        return reads(path, most)

    world.agent.brings(b"<x/>", "aa.edxml")
    world.agent.brings(from_department(), "zz.edxml")
    with monkeypatch.context() as broken:
        broken.setattr(axis, "_bytes", locked)
        await world.goes_round(2)
    assert len(await world.documents("IN")) == 1
    assert (world.agent.root / "in" / "aa.edxml").exists()
    await world.goes_round()
    assert not (world.agent.root / "in" / "aa.edxml").exists()


async def test_a_file_that_cannot_be_kept_is_told_of_and_stops_no_other(
    world: DocumentWorld, monkeypatch: pytest.MonkeyPatch
):
    take_in = world.gateway.runtime.resources.documents.take_in
    keeps = take_in._keep

    async def breaks(one):
        if one.handle == "in/aa.edxml":
            raise LookupError("a defect")
        await keeps(one)

    monkeypatch.setattr(take_in, "_keep", breaks)
    world.agent.brings(b"<x/>", "aa.edxml")
    world.agent.brings(from_department(), "zz.edxml")
    await world.goes_round(2)
    assert len(await world.documents("IN")) == 1
    (told,) = [row for row in await world.rows("document_arrivals") if row["state"] == "PARKED"]
    assert (told["name"], told["reason"]) == ("in/aa.edxml", "lỗi khi nhận: LookupError")
    assert (world.agent.root / "in" / "aa.edxml").exists()


async def test_a_defect_of_one_step_stops_no_other_and_is_told_at_the_end(
    world: DocumentWorld, monkeypatch: pytest.MonkeyPatch
):
    await issued(world, DEPARTMENT)
    side = world.gateway.runtime.resources.documents

    async def breaks() -> int:
        raise LookupError("a defect")

    with monkeypatch.context() as broken:
        broken.setattr(side.take_in, "take_in", breaks)
        broken.setattr(side.replies, "tell_due", breaks)
        with pytest.raises(ExceptionGroup) as told:
            await world.goes_round()
    assert len(told.value.exceptions) == 2
    assert len(world.agent.waiting()) == 1


async def test_a_sheet_whose_name_is_not_utf8_is_refused_and_the_others_are_taken(start, tmp_path: Path):
    async with a_ministry(start, tmp_path) as ministry:
        ministry.folder.mkdir(exist_ok=True)
        for name, code in ((b"aa\xff.csv", "1"), (b"bb.csv", "2"), ("\u0111\u00e2y.csv".encode(), "3")):
            raw = f"{HEAD}\n{a_row(f'G01-XAU-{code}')}\n".encode()
            (ministry.folder / os.fsdecode(name)).write_bytes(raw)
        await ministry.looks()
        assert await ministry.statuses("G01-XAU-2") == [2]
        assert await ministry.statuses("G01-XAU-3") == [2]
        assert await ministry.statuses("G01-XAU-1") == []
        (refused,) = [one for one in await ministry.deliveries() if one["state"] == "REFUSED"]
        assert (refused["name"], refused["reason"]) == ("aa\\xff.csv", "tên tệp không đọc được")
        assert list(ministry.folder.glob("*.csv")) == []
        assert [one.name[-11:] for one in (ministry.folder / "refused").iterdir()] == ["-aa\\xff.csv"]


async def test_a_sheet_reading_which_breaks_is_refused_and_the_next_one_is_taken(
    start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with a_ministry(start, tmp_path) as ministry:
        take_in = ministry.gateway.runtime.resources.connectors.take_in
        accounted = take_in._accounted

        async def breaks(delivery, *given):
            if delivery.name == "aa.csv":
                raise LookupError("a defect")
            return await accounted(delivery, *given)

        ministry.folder.mkdir(exist_ok=True)
        for name, code in (("aa.csv", "4"), ("bb.csv", "5")):
            (ministry.folder / name).write_text(f"{HEAD}\n{a_row(f'G01-XAU-{code}')}\n")
        monkeypatch.setattr(take_in, "_accounted", breaks)
        await ministry.gateway.run_job(connectors.CONNECTOR_FILES)
        await ministry.gateway.run_job(connectors.CONNECTOR_FILES)
        await ministry.tells()
        assert await ministry.statuses("G01-XAU-5") == [2]
        (refused,) = [one for one in await ministry.deliveries() if one["state"] == "REFUSED"]
        assert (refused["name"], refused["reason"]) == ("aa.csv", "lỗi khi đọc: LookupError")
        assert list(ministry.folder.glob("*.csv")) == []
