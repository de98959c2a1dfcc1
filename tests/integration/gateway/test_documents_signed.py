"""Where signatures are required only what the sender itself signed is acted upon; the rest is evidence."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from services.gateway.clients.document_signatures import XmlSignatures
from services.gateway.domain.documents.envelope import Envelope
from services.gateway.domain.documents.writing import write_envelope, write_status
from tests.builders.dossier.pki import a_holder, a_root
from tests.builders.gateway.documents import DEPARTMENT, WARD, a_status
from tests.integration.gateway.document_world import DocumentWorld, a_document_world
from tests.integration.gateway.test_documents_at_work import ADMIN, DOCUMENTS, EXCHANGE, ask
from tests.integration.gateway.test_documents_exchange import from_department, issued
from tests.unit.gateway.documents.test_signatures import keys, trust


@pytest.fixture(scope="module")
async def shared(start_once):
    with TemporaryDirectory() as name:
        folder = Path(name)
        held = keys(folder / "ward", a_holder(WARD.id, "UBND"))
        settings = {
            "documents_signing_keys": json.dumps(held),
            "documents_trust_folder": trust(folder / "trust", a_root()),
            "documents_signature_required": "DOCUMENTS",
        }
        async with a_document_world(start_once, folder / "axis", **settings) as found:
            yield found


@pytest.fixture
async def world(shared: DocumentWorld) -> DocumentWorld:
    await shared.begins_anew()
    return shared


@pytest.fixture(scope="module")
def department():
    with TemporaryDirectory() as folder:
        yield XmlSignatures(
            keys(Path(folder), a_holder(DEPARTMENT.id, "Sở", is_rsa=True), DEPARTMENT.id), "", {}
        )


async def test_what_we_send_is_signed_and_what_the_sender_signed_is_taken_and_says_by_whom(
    world: DocumentWorld, department: XmlSignatures
):
    await issued(world)
    raw = department.sign(write_envelope(from_department()), agency=DEPARTMENT.id)
    world.agent.brings(raw)
    await world.goes_round()
    (line,) = (await ask(world, "GET", f"{DOCUMENTS}?direction=IN")).json()["items"]
    shown = (await ask(world, "GET", f"{DOCUMENTS}/{line['id']}")).json()
    assert (shown["signature"], shown["signed_by"]) == ("GOOD", f"CN={DEPARTMENT.id},O=Sở")
    bodies = [path.read_bytes() for path in (world.agent.root / "out").glob("*.edxml")]
    office = world.gateway.runtime.resources.documents.office
    now = world.gateway.clock.now()
    assert len(bodies) == 2, "the result and the acknowledgement"
    assert {office.signatures.judge(one, sender=WARD.id, now=now).worth for one in bodies} == {"GOOD"}
    assert any(isinstance(one, Envelope) for one in world.agent.taken_away())


async def test_unsigned_and_forged_documents_are_refused_kept_as_evidence_and_never_acted_upon(
    world: DocumentWorld, department: XmlSignatures
):
    world.agent.brings(from_department())
    raw = department.sign(write_envelope(from_department()), agency=DEPARTMENT.id)
    world.agent.brings(raw.replace("cho ý kiến về".encode(), "đồng ý với".encode()))
    world.agent.brings(department.sign(write_envelope(from_department(sender=WARD)), agency=DEPARTMENT.id))
    await world.goes_round(2)
    assert await world.documents("IN") == []
    assert world.agent.waiting() == [], "a forger is answered nothing"
    lines = (await ask(world, "GET", f"{EXCHANGE}/arrivals", ADMIN)).json()["items"]
    assert [line["state"] for line in lines] == ["REFUSED"] * 3
    assert sorted(line["reason"] for line in lines) == [
        "signature: Chứng thư số không phải của cơ quan gửi",
        "signature: Chữ ký không khớp với nội dung",
        "signature: Văn bản không được ký số",
    ]
    assert {row["body"] for row in await world.rows("document_arrivals")} == {None}
    figures = (await ask(world, "GET", f"{EXCHANGE}/figures", ADMIN)).json()
    assert figures["arrivals"] == {"REFUSED": 3}
    again = await ask(world, "POST", f"{EXCHANGE}/arrivals/{lines[0]['id']}/replay", ADMIN)
    assert again.json()["state"] == "RECEIVED", "people may have it judged again, with other roots"
    await world.goes_round()
    assert await world.documents("IN") == []


async def test_a_status_may_come_unsigned_but_never_with_a_bad_signature(
    world: DocumentWorld, department: XmlSignatures
):
    await issued(world)
    await world.goes_round()
    (sent,) = world.agent.taken_away()
    assert isinstance(sent, Envelope)
    forged = department.sign(write_status(a_status(sent, "02")), agency=DEPARTMENT.id)
    world.agent.brings(forged.replace(b">02<", b">06<"))
    world.agent.brings(a_status(sent, "03"))
    await world.goes_round()
    assert [row["standing"] for row in await world.messages() if row["kind"] == "DOCUMENT"] == ["03"]
