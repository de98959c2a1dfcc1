"""At reception: few calls for who walks in, who is who and who helped, what proves each flag."""

import base64
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import a_service
from tests.builders.dossier.office import (
    COMMUNE,
    GATEWAY,
    OTHER_COMMUNE,
    PDF,
    PROCEDURE,
    RECEIVER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    an_officer,
)
from tests.integration.dossier.test_other_ways_in import OWNER, a_portal_dossier, a_walk_in

KIOSK = a_service("kiosk.intake", subject="ki-ot-1")
NEIGHBOUR = an_officer("ONE_STOP_OFFICER", unit="mot-cua", agency=OTHER_COMMUNE, subject="nhan-2")
SCAN = {"name": "to-khai.pdf", "component_code": "to-khai", "content_base64": base64.b64encode(PDF).decode()}


async def received(office: Office, by: Any = RECEIVER, **changed: Any) -> dict[str, Any]:
    """Receive a walk-in; it must succeed."""
    answer = await office.service.post("/v1/counter-dossiers", a_walk_in(**changed), by)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def refused(office: Office, by: Any = RECEIVER, **changed: Any) -> tuple[int, str, list[str]]:
    """Try a walk-in; return why it was refused. Nothing is kept."""
    answer = await office.service.post("/v1/counter-dossiers", a_walk_in(**changed), by)
    assert await office.service.count("dossiers") == 0
    body = answer.json()
    return answer.status_code, body["code"], [item["path"] for item in body.get("errors", [])]


async def seen_of(office: Office, seen: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what evidence a dossier has."""
    answer = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/evidence", RECEIVER)
    return [(item["kind"], item["source"], item["component_code"]) for item in answer.json()["items"]]


async def test_a_walk_in_takes_three_calls_from_the_person_to_the_slip(office: Office) -> None:
    """Person and procedure, then everything with scans, acceptance and code, then the slip as PDF."""
    await received(office)
    calls = []
    one_stop = office.service
    who = {"identity_number": OWNER["identity_number"], "procedure_code": PROCEDURE}
    known = await one_stop.post("/v1/counter-look-ups", who, RECEIVER)
    calls.append(known)
    person = known.json()["person"]
    assert person["full_name"] == OWNER["full_name"]
    assert known.json()["components"][0]["is_mandatory"]
    components = [{"component_code": "to-khai", "form": "original"}]
    body = a_walk_in(owner=person, components=components, files=[SCAN, SCAN])
    taken = await one_stop.post("/v1/counter-dossiers", body, RECEIVER)
    calls.append(taken)
    assert taken.json()["state"] == "ACCEPTED"
    (slip,) = taken.json()["paper_ids"]
    calls.append(await one_stop.get(f"/v1/papers/{slip}", RECEIVER))
    assert calls[-1].content.startswith(b"%PDF-")
    assert [answer.status_code for answer in calls] == [200, 201, 200]
    detail = await office.read(taken.json(), RECEIVER)
    assert len(detail["components"][0]["attachment_ids"]) == len(detail["attachments"]) == 2
    assert await seen_of(office, taken.json()) == [("COMPONENT_DIGITISED", "SCANNED_AT_RECEPTION", "to-khai")]


async def test_a_person_is_known_only_where_they_were_received(office: Office) -> None:
    """Another commune's officer gets no address; that something is open, both are told."""
    await received(office)
    who = {"identity_number": OWNER["identity_number"], "procedure_code": PROCEDURE}
    elsewhere = (await office.service.post("/v1/counter-look-ups", who, NEIGHBOUR)).json()
    assert elsewhere["person"] is None
    assert [item["code"] for item in elsewhere["warnings"]] == ["open-duplicate"]
    for nobody in (a_citizen(), SPECIALIST):
        assert (await office.service.post("/v1/counter-look-ups", who, nobody)).status_code == 403


async def test_an_open_duplicate_is_a_warning_and_no_refusal(office: Office) -> None:
    """Whoever owns it is told which; a representative only that there is one; an ended one is none."""
    first = await office.submitted()
    assert first["warnings"] == []
    second = await office.submitted()
    (warning,) = second["warnings"]
    assert warning["code"] == "open-duplicate"
    assert [item["reference"] for item in warning["details"]["dossiers"]] == [first["reference"]]
    shown = {"scope": "Nộp hồ sơ", "valid_until": "2026-12-31"}
    paper = await office.upload(STRANGER)
    number = STRANGER.identity_number
    representative = {"full_name": STRANGER.name, "identity_number": number, **shown}
    representative["authorization_attachment_id"] = paper
    owner = {"full_name": "Nguyễn Văn An", "identity_number": a_citizen().identity_number}
    third = await office.submitted(STRANGER, owner=owner, representative=representative)
    assert third["warnings"][0]["details"] == {"count": 2}
    assert (await received(office, owner={**OWNER, "identity_number": "099088000099"}))["warnings"] == []
    for seen, by in ((first, a_citizen()), (second, a_citizen()), (third, STRANGER)):
        await office.act(seen, "cancellation", by)
    assert (await office.submitted())["warnings"] == []


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"owner": {**OWNER, "identity_number": "0990880000"}}, "owner.identity_number"),
        ({"owner": {"full_name": "Bé An", "identity_type": "NEWBORN"}}, "owner.birth_date"),
        (
            {"owner": {"full_name": "Bé An", "identity_type": "NEWBORN", "birth_date": "2026-03-01"}},
            "representative",
        ),
        ({"files": [{**SCAN, "component_code": "ly-hon"}]}, "files"),
        ({"channel": "POSTAL"}, "postal"),
        ({"helper": {"full_name": "Bà Ba", "relation": "RELATIVE", "identity_number": "12345"}}, "helper"),
    ],
)
async def test_what_does_not_fit_is_named(office: Office, changed: dict[str, Any], place: str) -> None:
    """By its place; nothing is kept and no number of the day is taken."""
    status, _, paths = await refused(office, **changed)
    assert status == 422
    assert paths[0].startswith(place)
    assert await office.service.count("code_counters") == 0


async def test_post_counts_from_its_postmark_and_the_clock_from_acceptance(office: Office) -> None:
    """Sender and tracking number are kept; names stay sealed with the parties."""
    postal = {
        "sender_name": "Trần Thị Bình",
        "tracking_number": "EB123456789VN",
        "postmarked_on": "2026-02-27",
    }
    seen = await received(office, channel="POSTAL", postal=postal)
    detail = await office.read(seen, RECEIVER)
    assert (detail["origin"], detail["channel"]) == ("POST", "POSTAL")
    assert detail["submitted_at"] == "2026-02-27T00:00:00+07:00"
    assert seen["due_at"] == "2026-03-06T17:30:00+07:00"
    assert detail["brought"] == {"tracking_number": "EB123456789VN", "postmarked_on": "2026-02-27"}
    assert detail["sender"]["sender_name"] == "Trần Thị Bình"
    (event,) = await office.service.published()
    assert event["data"]["change"]["brought"] == detail["brought"]
    assert "Bình" not in str(event["data"])
    tomorrow = a_walk_in(channel="POSTAL", postal={**postal, "postmarked_on": "2026-03-04"})
    assert (await office.service.post("/v1/counter-dossiers", tomorrow, RECEIVER)).status_code == 422


async def test_who_helped_with_a_phone_is_neither_owner_nor_submitter(office: Office) -> None:
    """Three people, three places; the event says only how they are related."""
    helper = {"full_name": "Lò Thị Súa", "relation": "COMMUNITY_TEAM", "phone": "0900000033"}
    seen = await office.submitted(helper=helper)
    detail = await office.read(seen, RECEIVER)
    assert (detail["helper"]["full_name"], detail["owner"]["full_name"]) == ("Lò Thị Súa", "Nguyễn Văn An")
    assert detail["representative"] is None
    (event,) = await office.service.published()
    assert event["data"]["change"]["brought"] == {"helper": "COMMUNITY_TEAM"}
    assert event["data"]["dossier"]["submitter_subject"] == a_citizen().subject
    assert "Súa" not in str(event["data"])


async def test_a_kiosk_vouches_for_whose_card_it_read(office: Office) -> None:
    """Only a kiosk; only the card of a party; the place helps and the owner sees the dossier at home."""
    upload = await office.service.post("/v1/attachments", PDF, KIOSK, headers={"X-File-Name": "a.pdf"})
    paper = {"component_code": "to-khai", "attachment_ids": [upload.json()["attachment_id"]]}
    body = {
        "procedure_code": PROCEDURE,
        "owner": OWNER,
        "receiving_agency": COMMUNE,
        "components": [paper],
        "kiosk": {"code": "KO-7", "agency": OTHER_COMMUNE, "identity_check": "CARD_READER"},
        "checked_identity_number": "099000000999",
    }
    path = "/v1/kiosk-dossiers"
    wrong = await office.service.post(path, body, KIOSK)
    assert (wrong.status_code, await office.service.count("dossiers")) == (422, 0)
    body["checked_identity_number"] = OWNER["identity_number"]
    assert (await office.service.post(path, body, a_citizen())).status_code == 403
    taken = await office.service.post(path, body, KIOSK)
    assert taken.status_code == 201, taken.text
    detail = await office.read(taken.json(), a_citizen())
    assert (detail["helping_agency"]["code"], detail["receiving_agency"]["code"]) == (OTHER_COMMUNE, COMMUNE)
    assert detail["brought"] == {"kiosk": "KO-7"}
    assert await seen_of(office, taken.json()) == [
        ("ACCOUNT_VERIFIED", "CARD_READER", ""),
        ("COMPONENT_DIGITISED", "KIOSK", "to-khai"),
    ]


async def test_dossiers_of_one_visit_are_known_together_at_their_agency(office: Office) -> None:
    """In the order received; another agency's officer finds nothing under the same number."""
    visit = str(uuid4())
    codes = [(await received(office, visit_id=visit))["dossier_code"] for _ in range(3)]
    await received(office)
    answer = await office.service.get(f"/v1/visits/{visit}", RECEIVER)
    assert [item["dossier_code"] for item in answer.json()["items"]] == codes
    assert (await office.service.get(f"/v1/visits/{visit}", NEIGHBOUR)).status_code == 404
    assert (await office.service.get(f"/v1/visits/{visit}", SPECIALIST)).status_code == 403


async def test_the_portal_is_told_what_evidence_shows(office: Office) -> None:
    """A paper found in another dossier's result and a database asked count; what nobody saw does not."""
    reused = {"kind": "RESULT_OF_DOSSIER", "source": "H99.201", "reference": "H99.201-260101-0001"}
    components = [{"component_code": "to-khai", "form": "electronic", "reused_from": reused}]
    seen = await received(office, components=components)
    path = f"/v1/portal-views/{seen['dossier_id']}"
    before = (await office.service.get(path, GATEWAY)).json()
    assert (before["components"][0]["reuse"], before["components"][0]["is_digitised"]) == (2, False)
    assert (before["evidence"]["has_reused_component"], before["evidence"]["is_vneid_verified"]) == (
        True,
        False,
    )
    assert not before["evidence"]["has_consulted_database"]
    asked = {"database": "CSDLQG_DAN_CU", "outcome": "UNAVAILABLE"}
    url = f"/v1/dossiers/{seen['dossier_id']}/evidence"
    assert (await office.service.post(url, asked, RECEIVER)).status_code == 201
    assert not (await office.service.get(path, GATEWAY)).json()["evidence"]["has_consulted_database"]
    asked = {
        "database": "CSDLQG_DAN_CU",
        "outcome": "MATCHED",
        "reference": "TC-1",
        "component_code": "to-khai",
    }
    assert (await office.service.post(url, asked, RECEIVER)).status_code == 201
    assert (await office.service.get(path, GATEWAY)).json()["evidence"]["has_consulted_database"]
    wrong = {**asked, "component_code": "khong-co"}
    assert (await office.service.post(url, wrong, RECEIVER)).status_code == 422
    assert (await office.service.post(url, asked, NEIGHBOUR)).status_code == 404
    with pytest.raises(Exception, match="approved list only"):
        await office.service.runtime.pool.execute("DELETE FROM evidence")


async def test_evidence_is_kept_with_its_source_whichever_way_it_came(office: Office) -> None:
    """Online: the account and the upload. From the portal: what the portal said, by its word."""
    online = await office.submitted(replace(a_citizen(), assurance="VNEID-2"))
    assert await seen_of(office, online) == [
        ("ACCOUNT_VERIFIED", "VNEID-2", ""),
        ("COMPONENT_DIGITISED", "UPLOADED_BY_APPLICANT", "to-khai"),
    ]
    born = a_portal_dossier()
    born["attachments"][0] |= {"reuse": 1, "is_from_personal_store": True}
    answer = await office.service.post("/v1/portal-dossiers", born, GATEWAY)
    assert await seen_of(office, answer.json()) == [
        ("ACCOUNT_VERIFIED", "NATIONAL_PORTAL", ""),
        ("COMPONENT_DIGITISED", "NATIONAL_PORTAL", "to-khai"),
        ("COMPONENT_REUSED", "NATIONAL_PORTAL", "to-khai"),
        ("FROM_PERSONAL_STORE", "NATIONAL_PORTAL", "to-khai"),
    ]
    items = (await office.service.get(f"/v1/dossiers/{online['dossier_id']}/evidence", a_citizen())).json()
    at = datetime.fromisoformat(items["items"][1]["at"])
    assert at == office.service.clock.now().astimezone(VIETNAM)
    assert len(items["items"][1]["details"]["files"][0]["sha256"]) == 64
