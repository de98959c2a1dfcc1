"""A reply on the axis ends the outside step that was asked about, once, and of whom was asked only."""

import hashlib
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.domain.documents.envelope import Answered, Number, Organ, Purpose, StatusNotice
from tests.builders.gateway.documents import DAY, DEPARTMENT, PDF, WARD
from tests.integration.gateway.document_world import DocumentWorld, a_document_world
from tests.integration.gateway.test_documents_at_work import (
    DOCUMENTS,
    DOSSIER,
    LAN,
    OTHER,
    a_draft,
    arrived,
    ask,
)
from tests.integration.gateway.test_documents_exchange import from_department

REQUEST = "0193a5c2-7d00-7a10-8000-0000000000ee"
REPLIES = "/api/v1/document-replies"
STRANGER = Organ("G15", "Bộ Tư pháp")
OUTSIDE = {"code": "lay-y-kien", "kind": "OUTSIDE", "request_id": REQUEST, "system": "SO_TU_PHAP"}


@pytest.fixture(scope="module")
async def shared(start_once, tmp_path_factory):
    root = tmp_path_factory.mktemp("replies") / "axis"
    async with a_document_world(start_once, root) as found:
        yield found


@pytest.fixture
async def world(shared: DocumentWorld) -> DocumentWorld:
    """A dossier at its outside step, and nothing exchanged yet."""
    await shared.begins_anew()
    shared.world.dossiers.seen[DOSSIER] = {"dossier_code": "H99.201-260303-0001", "step": OUTSIDE}
    shared.world.dossiers.steps = {REQUEST: "OPEN"}
    return shared


async def asked(world: DocumentWorld, **changed: Any) -> Answered:
    """Ask the department for the step; return how a reply names the question."""
    answer = await ask(world, "POST", DOCUMENTS, body=a_draft(for_step=True, **changed))
    assert answer.status_code == 201, answer.text
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert not isinstance(sent, StatusNotice)
    return Answered(WARD.id, sent.number.whole, sent.promulgated_on, sent.document_id)


def a_reply(to: Answered, **changed: Any) -> Any:
    return from_department(answers=(to,), **changed)


def another(to: Answered, number: str, **changed: Any) -> Any:
    named = {"number": Number(number, "STP"), "document_id": f"H99.15,2026/03/03,{number}/STP"}
    return a_reply(to, **{**named, **changed})


async def listed(world: DocumentWorld, by: str = LAN, state: str = "LISTED") -> list[dict[str, Any]]:
    answer = await ask(world, "GET", f"{REPLIES}?state={state}", by)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_the_reply_of_whom_was_asked_ends_the_step_with_the_document_as_evidence(
    world: DocumentWorld,
):
    raw = world.agent.brings(a_reply(await asked(world)))
    await world.goes_round(2)
    (told,) = world.world.dossiers.told
    body, evidence = told["body"], told["body"]["evidence"]
    assert (body["request_id"], body["outcome"]) == (REQUEST, "completed")
    assert (evidence["sender"], evidence["number"]) == (DEPARTMENT.id, "77/STP-HCTP")
    assert evidence["sha256"] == hashlib.sha256(raw).hexdigest()
    assert evidence["files_sha256"] == [hashlib.sha256(PDF).hexdigest()]
    assert evidence["received_at"] == world.gateway.clock.now().isoformat()
    (line,) = await listed(world, state="TOLD")
    assert (line["why"], line["outcome"], line["dossier_id"]) == ("", "accepted", DOSSIER)
    (line,) = (await ask(world, "GET", f"{DOCUMENTS}?direction=OUT")).json()["items"]
    assert line["request_id"] == REQUEST
    assert await listed(world) == []


async def test_a_question_for_a_step_is_asked_only_while_the_dossier_is_at_one(world: DocumentWorld):
    world.world.dossiers.seen[DOSSIER] = {"dossier_code": "X", "step": {"code": "ky", "kind": "OFFICE"}}
    answer = await ask(world, "POST", DOCUMENTS, body=a_draft(for_step=True))
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "for_step")
    assert await world.rows("exchanged_documents") == []


async def test_a_stranger_an_unknown_reference_and_a_second_reply_change_nothing_and_are_listed(
    world: DocumentWorld,
):
    question = await asked(world)
    world.agent.brings(another(question, "1", sender=STRANGER, document_id="G15,2026/03/03,1/STP"))
    world.agent.brings(another(Answered(WARD.id, "9/X", DAY, "H99.201,2026/03/03,9/X"), "2"))
    world.agent.brings(another(Answered(STRANGER.id, "5/X", DAY, "G15,2026/03/03,5/X"), "3"))
    await world.goes_round(2)
    assert world.world.dossiers.told == []
    strange = [row for row in await world.documents("IN") if row["organ"] == STRANGER.id]
    assert [row["dossier_id"] for row in strange] == [None], "nobody writes into a dossier unasked"
    world.agent.brings(another(question, "4"))
    world.agent.brings(another(question, "6"))
    await world.goes_round(2)
    assert len(world.world.dossiers.told) == 1
    whys = [(line["number"], line["why"]) for line in await listed(world)]
    assert whys == [("6/STP", "second-reply"), ("2/STP", "unknown-reference"), ("1/STP", "wrong-sender")]


@pytest.mark.parametrize(
    ("state", "why"),
    [("ANSWERED", "step-over"), ("late", "late"), (None, "step-moved")],
)
async def test_a_step_that_went_on_without_the_reply_is_told_to_people(world: DocumentWorld, state, why):
    question = await asked(world)
    world.world.dossiers.steps = {REQUEST: state} if state else {}
    world.agent.brings(a_reply(question))
    await world.goes_round(2)
    assert [line["why"] for line in await listed(world)] == [why]


async def test_a_reply_kept_for_a_dossier_that_stands_is_told_and_asks_nobody(world: DocumentWorld):
    question = await asked(world)
    world.world.dossiers.steps = {REQUEST: "kept"}
    world.agent.brings(a_reply(question))
    await world.goes_round(2)
    assert [line["outcome"] for line in await listed(world, state="TOLD")] == ["kept"]
    assert await listed(world) == []


async def test_a_dossier_service_that_is_away_is_waited_for_and_a_lost_answer_ends_it_once(
    world: DocumentWorld,
):
    world.agent.brings(a_reply(await asked(world)))
    world.world.dossiers.is_down = True
    await world.goes_round(3)
    (line,) = await listed(world, state="WAITING")
    assert line["attempts"] > 0
    world.world.dossiers.is_down = False
    world.world.passes(minutes=5)
    side = world.gateway.runtime.resources.documents.replies
    tell = side._dossiers.tell

    async def lost(*given: Any, **named: Any) -> Any:
        from kernel.core.errors import Unavailable

        await tell(*given, **named)
        raise Unavailable("mất câu trả lời")

    side._dossiers.tell = lost
    await world.goes_round()
    side._dossiers.tell = tell
    world.world.passes(minutes=5)
    await world.goes_round()
    assert len(world.world.dossiers.told) == 1
    assert [line["outcome"] for line in await listed(world, state="TOLD")] == ["accepted"]


async def test_what_is_listed_is_settled_by_the_clerks_of_the_agency_with_a_note(world: DocumentWorld):
    await asked(world)
    world.agent.brings(another(Answered(WARD.id, "9/X", DAY, "H99.201,2026/03/03,9/X"), "2"))
    await world.goes_round()
    (line,) = await listed(world)
    path, body = f"{REPLIES}/{line['id']}/settlement", {"note": "Đã hỏi lại bằng điện thoại"}
    assert await listed(world, OTHER) == []
    assert (await ask(world, "POST", path, OTHER, body, seen=1)).status_code == 404
    assert (await ask(world, "POST", path, LAN, {"note": " "}, seen=1)).status_code == 422
    assert (await ask(world, "POST", path, LAN, body)).status_code == 428
    assert (await ask(world, "POST", path, LAN, body, seen=7)).status_code == 412
    unknown = await ask(world, "POST", f"{REPLIES}/{uuid4()}/settlement", LAN, body, seen=1)
    assert unknown.status_code == 404
    done = await ask(world, "POST", path, LAN, body, seen=1)
    assert (done.status_code, done.json()["state"], done.headers["etag"]) == (200, "SETTLED", '"2"')
    again = await ask(world, "POST", path, LAN, body, seen=2)
    assert (again.status_code, again.json()["code"]) == (409, "reply-not-listed")
    assert await listed(world) == []
    assert "điện thoại" not in str(await world.rows("document_replies")), "sealed at rest"


async def test_an_arrival_is_told_to_the_clerks_of_the_receiving_agency_and_to_who_asked(
    world: DocumentWorld,
):
    raw = world.agent.brings(a_reply(await asked(world)))
    await world.goes_round()
    world.agent.brings(raw, "lai.edxml")
    await world.goes_round()
    (event,) = await world.gateway.published("exchanged_document.arrived.v1")
    data = event["data"]
    assert (data["agency"], data["organ"], data["is_answer"]) == (WARD.id, DEPARTMENT.id, True)
    assert (data["people"], data["dossier_id"], data["purpose"]) == ([LAN], DOSSIER, "NEW")
    assert "ý kiến" not in str(data), "what it says is read where reading is logged"


@pytest.mark.parametrize("purpose", [Purpose.UPDATE, Purpose.REPLACE, Purpose.REVOKE])
async def test_what_is_changed_is_kept_and_marked_and_who_used_it_is_told(
    world: DocumentWorld, purpose: Purpose
):
    question = await asked(world)
    line = await arrived(world, answers=(question,))
    await world.goes_round()
    await ask(world, "GET", f"{DOCUMENTS}/{line['id']}", "van-thu")
    changed = another(question, "78", purpose=purpose, about=line["document_id"])
    world.agent.brings(changed)
    await world.goes_round(2)
    old = (await ask(world, "GET", f"{DOCUMENTS}/{line['id']}")).json()
    (new,) = [row for row in await world.documents("IN") if row["purpose"] == purpose.value]
    is_revoked = purpose is Purpose.REVOKE
    assert (old["is_revoked"], old["superseded_by"]) == (is_revoked, None if is_revoked else str(new["id"]))
    assert len(old["files"]) == 1, "kept as it came"
    assert len(world.world.dossiers.told) == 1, "a changed reply ends nothing again"
    why = "reply-revoked" if is_revoked else "reply-superseded"
    assert [one["why"] for one in await listed(world)] == [why]
    (event,) = await world.gateway.published("exchanged_document.superseded.v1")
    assert (event["data"]["document"], event["data"]["by"]) == (line["id"], str(new["id"]))
    assert (event["data"]["people"], event["data"]["purpose"]) == ([LAN], purpose.name)
    seen = int((await ask(world, "GET", f"{DOCUMENTS}/{line['id']}")).headers["etag"].strip('"'))
    late = await ask(
        world, "POST", f"{DOCUMENTS}/{line['id']}/forwarding", body={"dossier_id": DOSSIER}, seen=seen
    )
    assert (late.status_code, late.json()["code"]) == (409, "document-superseded")


async def test_nobody_replaces_the_document_of_another(world: DocumentWorld):
    line = await arrived(world)
    foreign = from_department(
        sender=STRANGER,
        document_id="G15,2026/03/03,1/X",
        purpose=Purpose.REPLACE,
        about=line["document_id"],
    )
    world.agent.brings(foreign)
    for _ in range(8):
        await world.goes_round()
        world.world.passes(minutes=11)
    old, new = await world.documents("IN")
    assert (old["is_revoked"], old["superseded_by"]) == (False, None)
    assert (new["purpose"], new["about"]) == (3, None), "taken after an hour, for what it is"


async def test_a_replacement_that_overtakes_what_it_replaces_waits_for_it(world: DocumentWorld):
    new = from_department()
    later = from_department(
        number=Number("78", "X"),
        document_id="H99.15,2026/03/03,78/X",
        purpose=Purpose.REPLACE,
        about=new.document_id,
    )
    world.agent.brings(later)
    await world.goes_round()
    assert await world.documents("IN") == []
    world.agent.brings(new)
    await world.goes_round()
    world.world.passes(minutes=11)
    await world.goes_round()
    first, second = await world.documents("IN")
    assert (first["superseded_by"], second["about"]) == (second["id"], first["id"])


async def test_of_a_destroyed_dossier_no_note_on_its_replies_is_left(world: DocumentWorld):
    question = await asked(world)
    world.agent.brings(a_reply(question))
    world.agent.brings(another(question, "6"))
    await world.goes_round(2)
    (line,) = await listed(world)
    await ask(world, "POST", f"{REPLIES}/{line['id']}/settlement", LAN, {"note": "Xem"}, seen=1)
    async with world.gateway.runtime.resources.documents.take_in._open_work() as work:
        from uuid import UUID

        work.documents.forget(UUID(DOSSIER))
    assert {row["words"] for row in await world.rows("document_replies")} == {""}
