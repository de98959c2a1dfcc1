"""Officers send, look, answer and put documents to dossiers; each sees their own agency's alone."""

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from kernel.testing.running import an_event
from services.gateway.domain.documents.envelope import (
    Answered,
    Attachment,
    Envelope,
    Number,
    Purpose,
    StatusNotice,
    Trace,
    document_id_of,
)
from services.gateway.jobs.documents import DOCUMENT_FORGETTING
from tests.builders.gateway.documents import DEPARTMENT, PDF, WARD, a_status
from tests.integration.gateway.document_world import RESULT_FILE, DocumentWorld, a_document_world, write
from tests.integration.gateway.test_documents_exchange import from_department, issued

DOCUMENTS, EXCHANGE = "/api/v1/exchanged-documents", "/api/v1/document-exchange"
LAN, OTHER, CASHIER, ADMIN = "van-thu", "van-thu-khac", "thu-ngan", "quan-tri"
_DESTROYED = Path(__file__).parents[3] / "contracts/events/examples/dossier.destroyed.v1"
FILE = Attachment("tep-1", "cong-van.pdf", "application/pdf", PDF)
DOSSIER = "0193a5c2-7d00-7a10-8000-0000000000aa"


@pytest.fixture
async def world(start, tmp_path: Path):
    async with a_document_world(start, tmp_path / "axis") as found:
        found.world.dossiers.seen[DOSSIER] = {"dossier_code": "H99.201-260303-0001"}
        yield found


async def ask(
    world: DocumentWorld, method: str, path: str, by: str = LAN, body: Any = None, *, seen: int | None = None
) -> httpx.Response:
    return await world.world.ask(method, path, by, body, seen="" if seen is None else f'"{seen}"')


def a_draft(**changed: Any) -> dict[str, Any]:
    return {
        "dossier_id": DOSSIER,
        "receivers": [{"id": DEPARTMENT.id, "name": DEPARTMENT.name}],
        "number": "15",
        "notation": "UBND-TP",
        "promulgated_on": "2026-03-03",
        "subject": "V/v xin ý kiến về hồ sơ",
        "signer_name": "Phạm Thị Hòa",
        "attachments": [RESULT_FILE],
        **changed,
    }


async def arrived(world: DocumentWorld, **changed: Any) -> dict[str, Any]:
    world.agent.brings(from_department(**changed))
    await world.goes_round()
    (line, *_) = (await ask(world, "GET", f"{DOCUMENTS}?direction=IN")).json()["items"]
    return dict(line)


async def test_an_officer_asks_another_agency_and_the_answer_is_at_the_dossier(world: DocumentWorld):
    answer = await ask(world, "POST", DOCUMENTS, body=a_draft())
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{DOCUMENTS}/{answer.json()['id']}"
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    assert (sent.attachments[0].content, sent.sender.name) == (PDF, WARD.name)
    world.agent.brings(a_status(sent, "03", description="Đã vào sổ"))
    told = Answered(WARD.id, sent.number.whole, sent.promulgated_on, sent.document_id)
    world.agent.brings(from_department(answers=(told,)))
    await world.goes_round()
    lines = (await ask(world, "GET", f"{DOCUMENTS}?dossier_id={DOSSIER}")).json()["items"]
    assert [(line["direction"], line["dossier_code"]) for line in lines] == [
        ("IN", "H99.201-260303-0001"),
        ("OUT", "H99.201-260303-0001"),
    ]
    assert lines[1]["receivers"] == [
        {"receiver": DEPARTMENT.id, "name": DEPARTMENT.name, "state": "TAKEN", "standing": "03"}
    ]
    shown = (await ask(world, "GET", f"{DOCUMENTS}/{lines[1]['id']}")).json()
    assert [(one["code"], one["description"]) for one in shown["statuses"]] == [("03", "Đã vào sổ")]


async def test_a_document_is_sent_once_however_often_it_is_asked_for(world: DocumentWorld):
    first = await ask(world, "POST", DOCUMENTS, body=a_draft())
    sent = {name: first.request.headers[name] for name in ("authorization", "idempotency-key")}
    repeat = await world.gateway.client.post(DOCUMENTS, json=a_draft(), headers=sent)
    assert (first.status_code, repeat.status_code, repeat.json()) == (201, 201, first.json())
    again = await ask(world, "POST", DOCUMENTS, body=a_draft())
    assert (again.status_code, again.json()["code"]) == (409, "document-already-sent")
    await world.goes_round()
    assert len(world.agent.waiting()) == 1


async def test_two_officers_who_send_one_number_at_once_send_it_once(world: DocumentWorld):
    """Whoever commits second is told so, and nothing of it is kept."""
    await ask(world, "GET", DOCUMENTS)
    answers = await asyncio.gather(*(ask(world, "POST", DOCUMENTS, body=a_draft()) for _ in range(4)))
    assert min(one.status_code for one in answers) == 201
    assert {one.status_code for one in answers} <= {201, 409, 412}
    assert len(await world.documents("OUT")) == len(await world.messages()) == 1


@pytest.mark.parametrize(
    ("changed", "status", "path"),
    [
        ({"receivers": [{"id": "Sở Tư pháp", "name": "x"}]}, 422, "receivers.0.id"),
        ({"receivers": [{"id": WARD.id, "name": "x"}]}, 422, "receivers"),
        ({"receivers": []}, 422, "receivers"),
        ({"subject": "a\u0007"}, 400, None),
        ({"subject": " "}, 422, "subject"),
        ({"priority": 9}, 422, "priority"),
        ({"due_on": "2026-03-01"}, 422, "due_on"),
        ({"attachments": [str(uuid4())]}, 422, "attachments.0"),
        ({"answers": str(uuid4())}, 422, "answers"),
        ({"dossier_id": str(uuid4())}, 404, None),
        ({"unknown": 1}, 422, "unknown"),
    ],
)
async def test_what_may_not_leave_is_refused_by_field_and_nothing_is_kept(world, changed, status, path):
    answer = await ask(world, "POST", DOCUMENTS, body=a_draft(**changed))
    assert answer.status_code == status, answer.text
    if path:
        assert path in [one["path"] for one in answer.json()["errors"]]
    assert await world.rows("exchanged_documents") == []
    assert await world.messages() == []


async def test_an_answer_follows_the_last_and_goes_to_the_sender(world: DocumentWorld):
    line = await arrived(world)
    one = f"{DOCUMENTS}/{line['id']}"
    world.agent.taken_away()
    assert (await ask(world, "POST", f"{one}/acknowledgement", body={"status": "03"})).status_code == 428
    done = await ask(
        world, "POST", f"{one}/acknowledgement", body={"status": "03", "note": "Vào sổ 12"}, seen=1
    )
    assert (done.status_code, done.json()["status"], done.headers["etag"]) == (200, "03", '"2"')
    late = await ask(world, "POST", f"{one}/acknowledgement", body={"status": "04"}, seen=1)
    assert (late.status_code, late.json()["code"]) == (412, "stale-version")
    back = await ask(world, "POST", f"{one}/refusal", body={"reason": "Nhầm nơi nhận"}, seen=2)
    assert (back.status_code, back.json()["code"]) == (409, "document-status-not-allowed")
    await world.goes_round()
    (told,) = world.agent.taken_away()
    assert isinstance(told, StatusNotice)
    assert (told.code, told.description, told.about.document_id) == ("03", "Vào sổ 12", line["document_id"])


async def test_a_refusal_needs_a_reason_and_the_sender_reads_it(world: DocumentWorld):
    line = await arrived(world)
    world.agent.taken_away()
    one = f"{DOCUMENTS}/{line['id']}"
    assert (await ask(world, "POST", f"{one}/refusal", body={"reason": " "}, seen=1)).status_code == 422
    done = await ask(world, "POST", f"{one}/refusal", body={"reason": "Không thuộc thẩm quyền"}, seen=1)
    assert done.json()["status"] == "02"
    await world.goes_round()
    (told,) = world.agent.taken_away()
    assert isinstance(told, StatusNotice)
    assert (told.code, told.description) == ("02", "Không thuộc thẩm quyền")


async def test_what_is_optional_and_not_understood_holds_up_no_document(world: DocumentWorld):
    """Serializers write empty elements, people their own words: what is read goes on, the rest is shown."""
    raw = write(from_department(attachments=(replace(FILE, name="12/UBND.pdf"),)))
    for good, theirs in (
        (b"<edXML:DocumentId>", b"<edXML:ResponseFor/><edXML:DueDate>N/A</edXML:DueDate><edXML:DocumentId>"),
        (b"application/pdf", b"PDF"),
        (b"2026/03/03</edXML:PromulgationDate>", b"</edXML:PromulgationDate>"),
    ):
        assert good in raw
        raw = raw.replace(good, theirs)
    world.agent.brings(raw)
    await world.goes_round()
    (line,) = (await ask(world, "GET", f"{DOCUMENTS}?direction=IN")).json()["items"]
    shown = (await ask(world, "GET", f"{DOCUMENTS}/{line['id']}")).json()
    assert (line["status"], line["failure"], line["promulgated_on"]) == ("01", "", "2026-03-03")
    assert sorted(shown["not_understood"]) == [
        "AttachmentName: 12/UBND.pdf",
        "ContentType: PDF",
        "DueDate: N/A",
    ]
    assert [(one["name"], one["media_type"]) for one in shown["files"]] == [
        ("12_UBND.pdf", "application/pdf")
    ]
    assert [one.code for one in world.agent.taken_away() if isinstance(one, StatusNotice)] == ["01"]


async def test_a_document_that_is_not_what_it_says_is_refused_by_word_and_people_may_take_it(
    world: DocumentWorld,
):
    raw = write(from_department())
    told = hashlib.sha256(PDF).hexdigest().encode()
    world.agent.brings(raw.replace(told, b"0" * 64))
    await world.goes_round()
    (line,) = (await ask(world, "GET", f"{DOCUMENTS}?status=02")).json()["items"]
    assert line["failure"] == "Attachment: Tệp 1 không đúng mã băm đã công bố"
    (said,) = world.agent.taken_away()
    assert isinstance(said, StatusNotice)
    assert (said.code, said.description) == ("02", line["failure"])
    one = f"{DOCUMENTS}/{line['id']}"
    assert len((await ask(world, "GET", one)).json()["files"]) == 1, "people see what came"
    done = await ask(world, "POST", f"{one}/acknowledgement", body={"status": "03"}, seen=1)
    assert (done.status_code, done.json()["status"]) == (200, "03")
    await world.goes_round()
    assert [one.code for one in world.agent.taken_away() if isinstance(one, StatusNotice)] == ["03"]


async def test_a_document_sent_anew_after_a_refusal_is_received(world: DocumentWorld):
    raw = write(from_department())
    world.agent.brings(raw.replace(hashlib.sha256(PDF).hexdigest().encode(), b"0" * 64))
    await world.goes_round()
    world.agent.taken_away()
    world.agent.brings(raw)
    await world.goes_round()
    assert sorted(row["status"] for row in await world.documents("IN")) == ["01", "02"]
    assert [one.code for one in world.agent.taken_away() if isinstance(one, StatusNotice)] == ["01"]


async def test_a_faulty_change_of_what_is_held_is_not_answered_as_a_refusal_of_it(world: DocumentWorld):
    """A refusal names the identifier alone: the sender would take it for one of the document we hold."""
    await arrived(world)
    world.agent.taken_away()
    raw = write(from_department(purpose=Purpose.UPDATE, about="H99.15,2026/03/03,1/X"))
    world.agent.brings(raw.replace(b"<edXML:BussinessDocType>2<", b"<edXML:BussinessDocType>9<"))
    await world.goes_round()
    assert len(await world.documents("IN")) == 1
    assert world.agent.taken_away() == []
    (line,) = (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"]
    assert line["state"] == "PARKED"


async def test_a_sender_that_asks_to_have_it_back_is_answered_by_people(world: DocumentWorld):
    line = await arrived(world)
    one = f"{DOCUMENTS}/{line['id']}"
    early = await ask(world, "POST", f"{one}/acknowledgement", body={"status": "15"}, seen=1)
    assert early.status_code == 409
    world.agent.brings(a_status(from_department(), "13", sender=DEPARTMENT))
    await world.goes_round()
    shown = await ask(world, "GET", one)
    assert shown.json()["is_asked_back"]
    seen = int(shown.headers["etag"].strip('"'))
    done = await ask(world, "POST", f"{one}/acknowledgement", body={"status": "15"}, seen=seen)
    assert done.json()["status"] == "15"
    assert (await ask(world, "GET", one)).json()["is_revoked"]


async def test_a_document_that_came_is_put_to_a_dossier_the_officer_may_see(world: DocumentWorld):
    line = await arrived(world)
    one = f"{DOCUMENTS}/{line['id']}"
    unseen = await ask(world, "POST", f"{one}/forwarding", body={"dossier_id": str(uuid4())}, seen=1)
    assert unseen.status_code == 404
    done = await ask(
        world, "POST", f"{one}/forwarding", body={"dossier_id": DOSSIER, "note": "Ý kiến"}, seen=1
    )
    assert done.json()["status"] == "03", "who takes it up has received it"
    (shown,) = (await ask(world, "GET", f"{DOCUMENTS}?dossier_id={DOSSIER}")).json()["items"]
    assert shown["id"] == line["id"]


async def test_a_file_comes_back_byte_for_byte_and_is_never_shown_in_the_page(world: DocumentWorld):
    line = await arrived(world)
    shown = (await ask(world, "GET", f"{DOCUMENTS}/{line['id']}")).json()
    (file,) = shown["files"]
    assert file["sha256"] == hashlib.sha256(PDF).hexdigest()
    answer = await ask(world, "GET", f"{DOCUMENTS}/{line['id']}/files/{file['id']}")
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert (await ask(world, "GET", f"{DOCUMENTS}/{line['id']}/files/{uuid4()}")).status_code == 404
    acts = [row["action"] for row in await world.rows("document_acts")]
    assert acts == ["READ", "FILE_READ"]


async def test_documents_of_an_agency_that_ended_are_worked_by_who_goes_on_for_it(world: DocumentWorld):
    """What came before and what still comes; on its last day it is still the ended one's."""
    before = await arrived(world)
    told = {"code": WARD.id, "name": WARD.name, "valid_to": "2026-03-03", "successors": ["H99.300"]}
    split = {"agency": "H99.300", "by_procedure": {"1.004441": "H99.202"}}
    for code in ("H99.300", "H99.301"):
        await world.gateway.receive(an_event("agency.changed.v1", code, {"code": code, "name": code}))
    ended = an_event("agency.changed.v1", WARD.id, {**told, "continuing": split}, sequence=2)
    await world.gateway.receive(ended)
    assert (await ask(world, "GET", DOCUMENTS, OTHER)).json()["items"] == []
    world.world.passes(days=1)
    (line,) = (await ask(world, "GET", DOCUMENTS, OTHER)).json()["items"]
    assert line["id"] == before["id"]
    one = f"{DOCUMENTS}/{line['id']}"
    (file,) = (await ask(world, "GET", one, OTHER)).json()["files"]
    assert (await ask(world, "GET", f"{one}/files/{file['id']}", OTHER)).content == PDF
    done = await ask(world, "POST", f"{one}/acknowledgement", OTHER, {"status": "03"}, seen=1)
    assert done.json()["status"] == "03", done.text
    await world.goes_round()
    assert {(said.code, said.sender.id) for said in world.agent.taken_away()} == {
        ("01", WARD.id),
        ("03", WARD.id),
    }, "its sender knows it as the one it wrote to"
    number = Number("78", "STP-HCTP")
    later = document_id_of(DEPARTMENT.id, date(2026, 3, 3), number)
    world.agent.brings(from_department(number=number, document_id=later))
    await world.goes_round()
    assert len((await ask(world, "GET", DOCUMENTS, OTHER)).json()["items"]) == 2
    events = await world.gateway.published("exchanged_document.arrived.v1")
    assert [row["data"]["agency"] for row in events] == [WARD.id, "H99.300"], "whose clerk is told"


@pytest.mark.parametrize("hops", [1, 2], ids=["the same bytes", "by another way"])
async def test_what_people_refused_and_is_told_again_is_told_their_refusal_again(
    world: DocumentWorld, hops: int
):
    """Its sender did not hear of it: 01 took the refusal back, and by another way it came in anew."""
    line = await arrived(world)
    refused = {"reason": "Không thuộc thẩm quyền"}
    await ask(world, "POST", f"{DOCUMENTS}/{line['id']}/refusal", body=refused, seen=1)
    await world.goes_round(2)
    world.agent.taken_away()
    world.world.passes(hours=3)
    trace = Trace(DEPARTMENT.id, datetime(2026, 3, 3, 8, tzinfo=VIETNAM))
    traces = from_department().traces if hops == 1 else (trace, replace(trace, organ="G22"))
    world.agent.brings(from_department(traces=traces), "lan-nua.edxml")
    await world.goes_round(2)
    assert [(said.code, said.description) for said in world.agent.taken_away()] == [
        ("02", "Không thuộc thẩm quyền")
    ]
    assert [(row["status"], row["version"]) for row in await world.documents("IN")] == [("02", 2)]
    assert len(await world.rows("document_statuses")) == 2
    # Corrected, under the identifier it had, it is looked at anew.
    world.agent.brings(from_department(subject="Nội dung đã sửa"), "sua.edxml")
    await world.goes_round()
    assert sorted(row["status"] for row in await world.documents("IN")) == ["01", "02"]


async def test_nobody_sees_or_answers_for_another_agency(world: DocumentWorld):
    line = await arrived(world)
    one = f"{DOCUMENTS}/{line['id']}"
    file = (await ask(world, "GET", one)).json()["files"][0]["id"]
    assert (await ask(world, "GET", DOCUMENTS, OTHER)).json()["items"] == []
    for method, path, body in (
        ("GET", one, None),
        ("GET", f"{one}/files/{file}", None),
        ("POST", f"{one}/acknowledgement", {"status": "03"}),
        ("POST", f"{one}/refusal", {"reason": "x"}),
        ("POST", f"{one}/forwarding", {"dossier_id": DOSSIER}),
        ("POST", f"{one}/revocation", {"reason": "x"}),
        ("POST", f"{one}/replay", None),
    ):
        seen = 1 if method == "POST" else None
        assert (await ask(world, method, path, OTHER, body, seen=seen)).status_code == 404, path
        assert (await ask(world, method, path, CASHIER, body, seen=seen)).status_code == 403, path
        assert (await ask(world, method, path, ADMIN, body, seen=seen)).status_code == 403, path


async def test_a_sent_document_is_revoked_once_at_every_receiver(world: DocumentWorld):
    sent = (await ask(world, "POST", DOCUMENTS, body=a_draft())).json()
    await world.goes_round()
    world.agent.taken_away()
    one = f"{DOCUMENTS}/{sent['id']}"
    assert (
        await ask(world, "POST", f"{one}/revocation", body={"reason": "Sai số"}, seen=1)
    ).status_code == 200
    await world.goes_round()
    (told,) = world.agent.taken_away()
    assert isinstance(told, Envelope)
    assert (told.purpose, told.purpose_reason) == (Purpose.REVOKE, "Sai số")
    again = await ask(world, "POST", f"{one}/revocation", body={"reason": "Sai số"}, seen=2)
    assert (again.status_code, again.json()["code"]) == (409, "document-not-revocable")


async def test_what_failed_is_tried_again_by_people_and_nothing_else(world: DocumentWorld):
    await issued(world, has_file=False)
    await world.goes_round()
    (line,) = (await ask(world, "GET", f"{DOCUMENTS}?state=FAULTY")).json()["items"]
    one = f"{DOCUMENTS}/{line['id']}"
    seen = int((await ask(world, "GET", one)).headers["etag"].strip('"'))
    assert (await ask(world, "POST", f"{one}/replay", seen=seen)).status_code == 204
    await world.goes_round()
    assert (await ask(world, "GET", one)).json()["state"] == "FAULTY"
    sent = (await ask(world, "POST", DOCUMENTS, body=a_draft())).json()
    calm = await ask(world, "POST", f"{DOCUMENTS}/{sent['id']}/replay", seen=1)
    assert (calm.status_code, calm.json()["code"]) == (409, "document-not-failed")
    await world.goes_round()
    world.agent.taken_away(is_taken=False, reason="Không có đơn vị nhận")
    await world.goes_round()
    figures = (await ask(world, "GET", f"{EXCHANGE}/figures", ADMIN)).json()
    assert figures["refused_by_reason"] == [{"reason": "Không có đơn vị nhận", "rows": 1}]
    assert (await ask(world, "POST", f"{DOCUMENTS}/{sent['id']}/replay", seen=1)).status_code == 204
    await world.goes_round()
    assert len(world.agent.waiting()) == 1


async def test_administrators_say_where_results_go_and_read_again_what_was_parked(world: DocumentWorld):
    path = f"{EXCHANGE}/receivers/1.004873"
    assert (await ask(world, "GET", path, ADMIN)).headers["etag"] == '"0"'
    body = {"receivers": [{"id": "000.00.15.H99", "name": DEPARTMENT.name}]}
    assert (await ask(world, "PUT", path, LAN, body, seen=0)).status_code == 403
    assert (await ask(world, "PUT", path, ADMIN, body)).status_code == 428
    assert (await ask(world, "PUT", path, ADMIN, body, seen=0)).status_code == 204
    assert (await ask(world, "PUT", path, ADMIN, body, seen=0)).status_code == 412
    assert (await ask(world, "GET", path, ADMIN)).json()["receivers"][0]["id"] == DEPARTMENT.id
    wrong = {"receivers": [{"id": "sở", "name": "x"}]}
    assert (await ask(world, "PUT", path, ADMIN, wrong, seen=1)).status_code == 422
    world.agent.brings(from_department(receivers=(DEPARTMENT,), sender=WARD))
    await world.goes_round()
    (line,) = (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"]
    await world.gateway.receive(
        an_event(
            "agency.changed.v1", DEPARTMENT.id, {"code": DEPARTMENT.id, "name": DEPARTMENT.name, "units": []}
        )
    )
    answer = await ask(world, "POST", f"{EXCHANGE}/arrivals/{line['id']}/replay", ADMIN)
    assert answer.json() == {"id": line["id"], "state": "RECEIVED"}
    assert (await ask(world, "POST", f"{EXCHANGE}/arrivals/{new_id()}/replay", ADMIN)).status_code == 404
    await world.goes_round()
    assert (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"] == []
    assert len(await world.documents("IN")) == 1


async def test_what_nobody_can_read_is_looked_at_settled_with_a_word_and_may_be_read_again(
    world: DocumentWorld,
):
    raw = world.agent.brings(b"%PDF-1.7 khong phai edXML", "1.edxml")
    world.agent.brings(b"\x00", "2.edxml")
    await world.goes_round()
    first, second = (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"]
    one = f"{EXCHANGE}/arrivals/{first['id']}"
    assert (await ask(world, "GET", f"{one}/content", ADMIN)).content == raw
    assert (await ask(world, "GET", f"{one}/content", LAN)).status_code == 403
    by_hand = {"how": "TAKEN_BY_HAND", "note": "Công văn 12/STP, đã vào sổ ngày 03/03"}
    settled = f"{one}/settlement"
    assert (await ask(world, "POST", settled, ADMIN, by_hand)).status_code == 428
    assert (await ask(world, "POST", settled, ADMIN, {**by_hand, "note": " "}, seen=1)).status_code == 422
    assert (await ask(world, "POST", settled, ADMIN, by_hand, seen=0)).status_code == 412
    assert (await ask(world, "POST", settled, LAN, by_hand, seen=1)).status_code == 403
    assert (await ask(world, "POST", settled, ADMIN, by_hand, seen=1)).json()["state"] == "SETTLED"
    assert (await ask(world, "POST", settled, ADMIN, by_hand, seen=1)).status_code == 412
    aside = {"how": "SET_ASIDE", "note": "Tệp rỗng của đợt thử"}
    other = f"{EXCHANGE}/arrivals/{second['id']}/settlement"
    assert (await ask(world, "POST", other, ADMIN, aside, seen=1)).status_code == 200
    assert (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"] == []
    figures = (await ask(world, "GET", f"{EXCHANGE}/figures", ADMIN)).json()
    assert figures["arrivals"] == {"SETTLED": 2}
    done = (await ask(world, "GET", f"{EXCHANGE}/arrivals?state=SETTLED", ADMIN)).json()["items"]
    assert [(line["settlement"], line["settled_by"], line["note"]) for line in done] == [
        ("TAKEN_BY_HAND", ADMIN, by_hand["note"]),
        ("SET_ASIDE", ADMIN, aside["note"]),
    ]
    world.agent.brings(raw, "3.edxml")
    await world.goes_round()
    assert (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"] == [], "the same bytes"
    assert (await ask(world, "POST", f"{one}/replay", ADMIN)).status_code == 200
    await world.goes_round()
    (waits,) = (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"]
    assert (waits["id"], waits["state"], waits["note"]) == (first["id"], "PARKED", "")
    assert [row["action"] for row in await world.rows("document_acts")] == [
        "READ",
        "TAKEN_BY_HAND",
        "SET_ASIDE",
        "READ_AGAIN",
    ]
    world.world.passes(days=31)
    await world.gateway.run_job(DOCUMENT_FORGETTING)
    kept = [row["body"] for row in await world.rows("document_arrivals")]
    assert kept.count(b"") == kept.count(None) == 1, "only what people are done with is forgotten"
    assert len(await world.rows("document_parts", "owner")) == 1
    again = f"{EXCHANGE}/arrivals/{second['id']}/replay"
    assert (await ask(world, "POST", again, ADMIN)).status_code == 404


async def test_a_document_sent_again_after_its_bytes_were_forgotten_is_acknowledged_again(
    world: DocumentWorld,
):
    raw = world.agent.brings(from_department())
    await world.goes_round(2)
    world.world.passes(days=31)
    await world.gateway.run_job(DOCUMENT_FORGETTING)
    world.agent.brings(raw, "lan-nua.edxml")
    await world.goes_round()
    assert [row["state"] for row in await world.rows("document_arrivals")] == ["DONE"]
    assert len(await world.documents("IN")) == 1


async def test_lists_are_read_page_by_page(world: DocumentWorld):
    for number in range(3):
        await ask(world, "POST", DOCUMENTS, body=a_draft(number=str(number + 1)))
    first = (await ask(world, "GET", f"{DOCUMENTS}?limit=2")).json()
    rest = (await ask(world, "GET", f"{DOCUMENTS}?limit=2&cursor={first['next_cursor']}")).json()
    numbers = [line["number"] for line in first["items"] + rest["items"]]
    assert numbers == ["3/UBND-TP", "2/UBND-TP", "1/UBND-TP"]
    assert rest["next_cursor"] is None
    assert (await ask(world, "GET", f"{DOCUMENTS}?cursor=x")).status_code == 422


async def test_of_a_destroyed_dossier_and_of_what_is_long_done_no_word_is_left(world: DocumentWorld):
    line = await arrived(world)
    one = f"{DOCUMENTS}/{line['id']}"
    await ask(world, "POST", f"{one}/forwarding", body={"dossier_id": DOSSIER}, seen=1)
    await world.goes_round()
    gone = json.loads(next(_DESTROYED.glob("*.json")).read_text(encoding="utf-8"))
    gone["dossier"]["dossier_id"] = DOSSIER
    await world.gateway.receive(an_event("dossier.destroyed.v1", DOSSIER, gone, sequence=9))
    assert await world.rows("document_files") == []
    for table, column in (
        ("document_arrivals", "body"),
        ("document_messages", "body"),
        ("exchanged_documents", "words"),
    ):
        assert [row[column] for row in await world.rows(table)] == [
            row[column][:0] for row in await world.rows(table)
        ]
    shown = (await ask(world, "GET", one)).json()
    assert (shown["subject"], shown["files"]) == ("", [])
    world.agent.brings(from_department(document_id="H99.15,2026/03/03,99/X"))
    await world.goes_round()
    world.world.passes(days=31)
    await world.gateway.run_job(DOCUMENT_FORGETTING)
    assert {row["body"] for row in await world.rows("document_arrivals")} == {b""}
    owners = {row["owner"] for row in await world.rows("document_parts", "owner")}
    assert owners == {row["id"] for row in await world.rows("document_files")}
