"""The whole exchange over the axis' own door, with an e-office behind it and answers that get lost."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.axis.app import create_app
from sandbox.axis.national import DoorFaults, NationalDoor
from sandbox.axis.settings import AxisSettings
from sandbox.axis.wire import Party
from tests.builders.gateway.documents import DEPARTMENT, WARD
from tests.integration.gateway.document_world import DocumentWorld, a_document_world
from tests.integration.gateway.test_document_replies import OUTSIDE, REQUEST, listed
from tests.integration.gateway.test_documents_at_work import DOCUMENTS, DOSSIER, a_draft, ask
from tests.serving import served

HERE = Party("000.00.201.H99", WARD.name)


@pytest.fixture
async def both(start, tmp_path: Path):
    app = create_app(AxisSettings(receive_seconds=0, every_seconds=3600))
    async with served(app) as url:
        settings = {
            "documents_folder": "",
            "documents_url": f"{url}/truc",
            "documents_system_id": "tinh-mau",
            "documents_secret": "bi-mat-truc-thu-nghiem",
            "documents_timeout_seconds": 2,
        }
        async with a_document_world(start, tmp_path / "axis", **settings) as world:
            found = world.world.dossiers
            found.seen[DOSSIER] = {"dossier_code": "H99.201-260303-0001", "step": OUTSIDE}
            found.steps[REQUEST] = "OPEN"
            yield world, app.state.door


async def go_on(world: DocumentWorld, door: NationalDoor, rounds: int = 4) -> None:
    for _ in range(rounds):
        await world.goes_round()
        door.office.work_once()
        world.world.passes(seconds=30)


@pytest.mark.parametrize(
    "faults", [{}, {"lose_answer": 2}, {"down": 3, "lose_answer": 1, "html": 2}], ids=str
)
async def test_a_question_goes_out_its_reply_ends_the_step_and_both_hold_each_once(
    both: tuple[DocumentWorld, NationalDoor], faults: dict[str, Any]
):
    world, door = both
    door.faults = DoorFaults(**faults)
    answer = await ask(world, "POST", DOCUMENTS, body=a_draft(for_step=True))
    assert answer.status_code == 201, answer.text
    await go_on(world, door)
    (asked,) = [one for one in door.office.documents() if one["direction"] == "IN"]
    assert asked["arrivals"] == 1, "an answer that was lost brings no second message"
    door.faults = DoorFaults(**faults)
    door.office.send(HERE, "Ý kiến", "77/STP-YK", answers=asked["number"])
    await go_on(world, door, 6)
    (reply,) = await world.documents("IN")
    assert (reply["organ"], str(reply["dossier_id"])) == (DEPARTMENT.id, DOSSIER)
    (told,) = world.world.dossiers.told
    assert told["body"]["evidence"]["number"] == "77/STP-YK"
    assert [line["outcome"] for line in await listed(world, state="TOLD")] == ["accepted"]
    assert {row["state"] for row in await world.messages()} == {"TAKEN"}
    standing = [row["standing"] for row in await world.messages() if row["kind"] == "DOCUMENT"]
    assert standing == ["03"], "its acknowledgements came back the same way"
    kinds = [row["kind"] for row in door.journal.rows("SELECT kind FROM axis_sent ORDER BY number")]
    assert kinds == ["edoc", "status"]
