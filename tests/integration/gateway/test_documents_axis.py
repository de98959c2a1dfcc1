"""With another e-office on the axis, which writes and reads edXML by its own code and in its own forms."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.axis.app import create_app
from sandbox.axis.office import AxisFaults, Office
from sandbox.axis.settings import AxisSettings
from sandbox.axis.wire import Party
from tests.builders.gateway.documents import DEPARTMENT, PDF, WARD
from tests.integration.gateway.document_world import DocumentWorld, a_document_world
from tests.integration.gateway.test_documents_exchange import issued

HERE = Party("000.00.201.H99", WARD.name)


@pytest.fixture
async def world(start, tmp_path: Path):
    async with a_document_world(start, tmp_path / "axis") as found:
        yield found


@pytest.fixture
def office(world: DocumentWorld) -> Office:
    settings = AxisSettings(folder=world.agent.root, receive_seconds=0, database=None)
    found: Office = create_app(settings, clock=world.gateway.clock).state.office
    return found


async def both(world: DocumentWorld, office: Office, rounds: int = 3) -> None:
    for _ in range(rounds):
        await world.goes_round()
        office.work_once()
        world.world.passes(seconds=7)


async def the_only(world: DocumentWorld, direction: str) -> dict[str, Any]:
    (row,) = await world.documents(direction)
    return row


async def test_a_result_arrives_whole_and_its_receipt_and_statuses_come_back(
    world: DocumentWorld, office: Office
):
    import hashlib

    await issued(world)
    await both(world, office)
    (held,) = office.documents()
    assert held["said"]["files"][0]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert held["arrivals"] == 1
    (message,) = await world.messages()
    assert (message["state"], message["standing"]) == ("TAKEN", "03")


async def test_an_answer_in_the_old_form_and_zipped_comes_to_the_dossier(
    world: DocumentWorld, office: Office
):
    dossier = await issued(world)
    await both(world, office)
    office.send(HERE, "Ý kiến", "77/STP-YK", answers=office.documents()[0]["number"])
    await both(world, office)
    row = await the_only(world, "IN")
    assert (row["organ"], row["dossier_id"]) == (DEPARTMENT.id, dossier.id)
    (file,) = [one for one in await world.rows("document_files") if one["document"] == row["id"]]
    assert file["media_type"] == "application/pdf"
    assert office.documents()[0]["status"] == "01", "the sender hears that it arrived"


@pytest.mark.parametrize(
    "faults",
    [
        {"brings_twice": True},
        {"brings_broken": True},
        {"is_away": True},
        {"loses_receipts": True},
        {"brings_twice": True, "brings_broken": True, "times": 3},
    ],
)
async def test_whatever_goes_wrong_both_hold_each_document_once(world: DocumentWorld, office: Office, faults):
    office.faults = AxisFaults(**faults)
    await issued(world)
    office.send(HERE, "Gửi mới", "9/STP")
    await both(world, office)
    office.faults = AxisFaults()
    world.world.passes(hours=2)
    await both(world, office, 4)
    await the_only(world, "IN")
    held = [one for one in office.documents() if one["direction"] == "IN"]
    assert [one["arrivals"] for one in held] == [1]
    assert {row["state"] for row in await world.messages() if row["kind"] == "DOCUMENT"} == {"TAKEN"}


async def test_a_refused_message_goes_again_when_people_say_so(world: DocumentWorld, office: Office):
    office.faults = AxisFaults(refuses="Không có đơn vị nhận")
    await issued(world)
    await both(world, office)
    (message,) = await world.messages()
    assert (message["state"], message["answer"]) == ("REFUSED", "Không có đơn vị nhận")


async def test_its_page_shows_what_came_and_takes_decisions(world: DocumentWorld, office: Office):
    settings = AxisSettings(folder=world.agent.root, receive_seconds=None)
    app = create_app(settings, clock=world.gateway.clock)
    await issued(world)
    await both(world, app.state.office)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://axis") as http:
        (line,) = (await http.get("/documents")).json()
        assert line["said"]["number"] in (await http.get("/")).text
        said = await http.post(
            f"/documents/{line['number']}/status", json={"code": "02", "description": "Nhầm"}
        )
        assert said.status_code == 202
        assert (await http.post("/documents/99/status", json={"code": "02"})).status_code == 404
        new = {"to": HERE.organ, "to_name": HERE.name, "number": "8/X", "subject": "Mới"}
        assert (await http.post("/documents", json=new)).status_code == 201
        assert (await http.put("/faults", json={"unknown": 1})).status_code == 422
    await both(world, app.state.office)
    assert [row["standing"] for row in await world.messages() if row["kind"] == "DOCUMENT"] == ["02"]
    await the_only(world, "IN")
