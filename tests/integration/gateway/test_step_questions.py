"""The question of an outside step goes by itself, tells what the process names, and ends with the step."""

import json
from typing import Any
from uuid import UUID

import pytest

from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import Answered, Envelope, Purpose
from tests.builders.gateway.documents import DEPARTMENT, PDF, WARD
from tests.integration.gateway.document_world import RESULT_FILE, DocumentWorld, a_document_world
from tests.integration.gateway.portal_dossiers import ADossier
from tests.integration.gateway.test_document_replies import another, listed
from tests.integration.gateway.test_documents_at_work import ADMIN, DOCUMENTS, EXCHANGE, LAN, ask

SYSTEM = "CO_QUAN_THUE"
RECEIVERS = f"{EXCHANGE}/systems/{SYSTEM}"
TELLS = ["owner.full_name", "component.to-khai"]
DUE = "2026-03-05T17:30:00+07:00"


@pytest.fixture(scope="module")
async def shared(start_once, tmp_path_factory):
    root = tmp_path_factory.mktemp("questions") / "axis"
    async with a_document_world(start_once, root) as found:
        yield found


@pytest.fixture
async def world(shared: DocumentWorld) -> DocumentWorld:
    await shared.begins_anew()
    shared.world.dossiers.steps = {}
    shared.world.dossiers.files[RESULT_FILE] = PDF
    return shared


async def names_receivers(world: DocumentWorld) -> None:
    body = {"receivers": [{"id": DEPARTMENT.id, "name": DEPARTMENT.name}]}
    answer = await ask(world, "PUT", RECEIVERS, ADMIN, body, seen=0)
    assert answer.status_code == 204, answer.text


def at_the_step(dossier: ADossier, request: UUID | None = None, **changed: Any) -> ADossier:
    """Let a dossier's newest change bring it to the outside step."""
    asks = {"request_id": str(request or new_id()), "system": SYSTEM, "tells": TELLS, **changed}
    step = {"code": "thue", "name": "Xác định nghĩa vụ tài chính", "kind": "OUTSIDE", "unit": None}
    dossier.events[-1].data["dossier"]["step"] = {**step, "agency": WARD.id, "due_at": DUE, "asks": asks}
    return dossier


def a_dossier() -> ADossier:
    """Return a dossier in process that handed two components in."""
    dossier = ADossier()
    names = {"to-khai": "tờ khai.pdf", "can-cuoc": "căn cước.pdf"}
    dossier.attachments.extend(
        {"attachment_id": RESULT_FILE, "file_name": name, "component_code": code}
        for code, name in names.items()
    )
    return dossier.went("accepted", "ACCEPTED").went("handed_over", "PROCESSING")


async def asked(world: DocumentWorld) -> tuple[ADossier, UUID, Envelope]:
    """Let a dossier come to the step; return it, the request, and the question as it went out."""
    await names_receivers(world)
    request = new_id()
    dossier = at_the_step(a_dossier(), request)
    await world.world.hears(dossier)
    world.world.dossiers.steps[str(request)] = "OPEN"
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    return dossier, request, sent


async def moves_on(world: DocumentWorld, dossier: ADossier, name: str = "step_completed") -> None:
    dossier.went(name, "STOPPED" if name == "stopped" else "")
    await world.world.hears(dossier)


async def test_entering_the_step_asks_with_what_the_process_names_and_no_more(world: DocumentWorld) -> None:
    """One component's file and one field of the owner; the request, its deadline and code as data beside."""
    dossier, request, sent = await asked(world)
    data, file = sent.attachments
    assert json.loads(data.content) == {
        "request_id": str(request),
        "dossier_code": dossier.code,
        "procedure_code": dossier.procedure["code"],
        "step": "Xác định nghĩa vụ tài chính",
        "system": SYSTEM,
        "due_at": DUE,
        "owner": {"full_name": "Nguyễn Văn An"},
    }
    assert (file.name, file.content) == ("tờ khai.pdf", PDF)
    assert "099088000011" not in sent.content + data.content.decode()
    assert (str(sent.due_on), sent.receivers[0].id) == ("2026-03-05", DEPARTMENT.id)
    (line,) = (await ask(world, "GET", f"{DOCUMENTS}?dossier_id={dossier.id}")).json()["items"]
    assert (line["request_id"], line["direction"]) == (str(request), "OUT")


async def test_the_same_step_heard_of_again_asks_once(world: DocumentWorld) -> None:
    """Another change at the same step, and the same news twice: one document, one message."""
    dossier, request, _ = await asked(world)
    await world.world.hears(at_the_step(dossier.went("step_completed"), request))
    await world.goes_round(2)
    assert world.agent.waiting() == []
    assert len(await world.documents("OUT")) == 1


async def test_its_reply_ends_the_step_and_nothing_is_withdrawn(world: DocumentWorld) -> None:
    dossier, request, sent = await asked(world)
    question = Answered(WARD.id, sent.number.whole, sent.promulgated_on, sent.document_id)
    world.agent.brings(another(question, "8"))
    await world.goes_round(2)
    assert [one["body"]["request_id"] for one in world.world.dossiers.told] == [str(request)]
    world.agent.taken_away()
    await moves_on(world, dossier)
    await world.goes_round()
    assert [row["purpose"] for row in await world.documents("OUT")] == [int(Purpose.NEW)]


@pytest.mark.parametrize("how", ["step_completed", "stopped", "elsewhere"])
async def test_a_dossier_that_leaves_the_step_withdraws_what_was_asked(
    world: DocumentWorld, how: str
) -> None:
    dossier, _, sent = await asked(world)
    if how == "elsewhere":
        await world.world.hears(at_the_step(dossier.went_to("MINISTRY")))
    else:
        await moves_on(world, dossier, how)
    await world.goes_round(2)
    (revoked,) = world.agent.taken_away()
    assert isinstance(revoked, Envelope)
    assert (revoked.purpose, revoked.about) == (Purpose.REVOKE, sent.document_id)
    await moves_on(world, dossier, "stopped")
    await world.goes_round()
    assert world.agent.waiting() == [], "once"


async def test_what_was_not_sent_when_the_step_was_left_never_goes(world: DocumentWorld) -> None:
    await names_receivers(world)
    dossier = at_the_step(a_dossier())
    await world.world.hears(dossier)
    await moves_on(world, dossier)
    await world.goes_round(2)
    assert world.agent.waiting() == []
    assert [row["state"] for row in await world.documents("OUT")] == ["CANCELLED"]


async def test_left_while_it_is_made_ready_it_is_not_sent(
    world: DocumentWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The papers were fetched for a step that is over by now: nothing of it is kept, nobody is held up."""
    await names_receivers(world)
    dossier, other = at_the_step(a_dossier()), at_the_step(a_dossier())
    prepare = world.gateway.runtime.resources.documents.prepare
    real = prepare._contents

    async def left_meanwhile(files: Any) -> Any:
        monkeypatch.setattr(prepare, "_contents", real)
        await moves_on(world, dossier)
        async for one in real(files):
            yield one

    await world.world.hears(dossier)
    await world.world.hears(other)
    monkeypatch.setattr(prepare, "_contents", left_meanwhile)
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    assert other.code in sent.subject
    assert sorted(row["state"] for row in await world.documents("OUT")) == ["CANCELLED", "READY"]


async def test_what_cannot_be_asked_is_on_the_work_list_and_asked_again(world: DocumentWorld) -> None:
    """Nobody is named: once on the list; a clerk has it tried again when an administrator named one."""
    dossier = at_the_step(a_dossier())
    await world.world.hears(dossier)
    await world.goes_round(2)
    (line,) = await listed(world)
    assert (line["why"], line["dossier_id"]) == ("question-not-sent", str(dossier.id))
    (document,) = await world.documents("OUT")
    assert (document["state"], SYSTEM in document["failure"]) == ("FAULTY", True)
    again = f"{DOCUMENTS}/{document['id']}/replay"
    assert (await ask(world, "POST", again, LAN, seen=document["version"])).status_code == 204
    await world.goes_round()
    assert len(await listed(world)) == 1
    await names_receivers(world)
    (document,) = await world.documents("OUT")
    assert (await ask(world, "POST", again, LAN, seen=document["version"])).status_code == 204
    await world.goes_round()
    assert len(world.agent.taken_away()) == 1
    done = {"note": "Đã gửi lại"}
    path = f"/api/v1/document-replies/{line['id']}/settlement"
    assert (await ask(world, "POST", path, LAN, done, seen=1)).status_code == 200


async def test_what_the_axis_refuses_is_on_the_work_list(world: DocumentWorld) -> None:
    await names_receivers(world)
    await world.world.hears(at_the_step(a_dossier()))
    await world.goes_round()
    world.agent.taken_away(is_taken=False, reason="không có nơi nhận")
    await world.goes_round()
    assert [line["why"] for line in await listed(world)] == ["question-refused"]


async def test_a_dossier_service_that_is_away_is_waited_for(world: DocumentWorld) -> None:
    await names_receivers(world)
    dossier = at_the_step(a_dossier())
    await world.world.hears(dossier)
    world.world.dossiers.is_down = True
    await world.goes_round(2)
    assert [row["state"] for row in await world.documents("OUT")] == ["PLANNED"]
    world.world.dossiers.is_down = False
    world.world.passes(minutes=5)
    await world.goes_round()
    assert len(world.agent.taken_away()) == 1
    assert await listed(world) == []


async def test_only_an_administrator_names_whom_a_systems_questions_go_to(world: DocumentWorld) -> None:
    assert (await ask(world, "PUT", RECEIVERS, LAN, {"receivers": []}, seen=0)).status_code == 403
    shown = await ask(world, "GET", RECEIVERS, ADMIN)
    assert (shown.json()["receivers"], shown.headers["etag"]) == ([], '"0"')
    await names_receivers(world)
    assert (await ask(world, "PUT", RECEIVERS, ADMIN, {"receivers": []}, seen=0)).status_code == 412
    odd = {"receivers": [{"id": "x y", "name": "X"}]}
    assert (await ask(world, "PUT", RECEIVERS, ADMIN, odd, seen=1)).status_code == 422
    sneaking = f"{EXCHANGE}/receivers/system:{SYSTEM}"
    assert (await ask(world, "GET", sneaking, ADMIN)).status_code == 422
