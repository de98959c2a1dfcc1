"""Over the counter, for another agency, born on the portal, worked outside."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from services.dossier.commands.history import verify_history
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.jobs.send_outside_requests import SEND_OUTSIDE_REQUESTS
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import (
    COMMUNE,
    GATEWAY,
    OTHER_COMMUNE,
    OUTSIDE_STEPS,
    PDF,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    a_procedure,
    an_officer,
)

OWNER = {"full_name": "Nguyễn Văn An", "identity_number": "099088000011", "phone": "0900000011"}


def a_walk_in(**changed: Any) -> dict[str, Any]:
    """Return a dossier of papers brought to the counter."""
    paper = {"component_code": "to-khai", "form": "original"}
    body = {"procedure_code": PROCEDURE, "owner": OWNER, "receiving_agency": COMMUNE, "components": [paper]}
    return {**body, **changed}


def a_portal_dossier(**changed: Any) -> dict[str, Any]:
    """Return a dossier as the gateway maps it."""
    file = {
        "name": "to-khai.pdf",
        "component_code": "to-khai",
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(PDF).hexdigest(),
        "content_base64": base64.b64encode(PDF).decode(),
    }
    body = {
        "portal_code": "000.00.00.G22-260303-0007",
        "procedure_code": PROCEDURE,
        "owner": OWNER,
        "agency": COMMUNE,
        "attachments": [file],
        "submitted_at": "2026-03-03T07:55:00+07:00",
    }
    return {**body, **changed}


async def test_a_walk_in_is_received_and_accepted_in_one_commit(office: Office) -> None:
    """One call, one event, the code at once."""
    answer = await office.service.post("/v1/counter-dossiers", a_walk_in(), RECEIVER)
    assert answer.status_code == 201, answer.text
    seen = answer.json()
    assert (seen["state"], seen["dossier_code"]) == ("ACCEPTED", "H99.201-260303-0001")
    assert [row["type"] for row in await office.service.published()] == ["dossier.accepted.v1"]
    assert (await office.act(seen, "handover", RECEIVER))["state"] == "PROCESSING"


async def test_another_commune_may_help_where_the_procedure_is_boundary_free(office: Office) -> None:
    """Helping, receiving and competent agency are kept apart, and all of them see the dossier."""
    helper = an_officer("ONE_STOP_OFFICER", unit="mot-cua", agency=OTHER_COMMUNE)
    answer = await office.service.post("/v1/counter-dossiers", a_walk_in(), helper)
    assert answer.status_code == 201, answer.text
    seen = answer.json()
    detail = await office.read(seen, helper)
    assert (detail["helping_agency"]["code"], detail["receiving_agency"]["code"]) == (OTHER_COMMUNE, COMMUNE)
    assert (await office.read(seen, SPECIALIST))["dossier_code"].startswith(COMMUNE)
    await office.service.receive(a_procedure(version=2, boundary_free=False))
    refused = await office.service.post("/v1/counter-dossiers", a_walk_in(), helper)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-boundary-free")


async def test_a_portal_dossier_is_kept_once_however_often_it_comes(office: Office) -> None:
    """The portal's code is the key, not the request's."""
    first = await office.service.post("/v1/portal-dossiers", a_portal_dossier(), GATEWAY)
    assert (first.status_code, first.json()["outcome"]) == (201, "created"), first.text
    second = await office.service.post("/v1/portal-dossiers", a_portal_dossier(), GATEWAY)
    assert (second.status_code, second.json()["outcome"]) == (200, "repeated")
    assert first.json()["dossier_id"] == second.json()["dossier_id"]
    assert await office.service.count("dossiers") == 1
    seen = {"dossier_id": first.json()["dossier_id"], "version": 1}
    accepted = await office.act(seen, "acceptance", RECEIVER)
    detail = await office.read(accepted, a_citizen())
    assert (detail["origin"], detail["portal_code"]) == ("PORTAL", "000.00.00.G22-260303-0007")
    assert detail["dossier_code"] == "H99.201-260303-0001"


async def test_a_portal_dossier_tells_of_what_did_not_come_with_it(office: Office) -> None:
    """Files the portal named by an address nobody could fetch: whoever opens the dossier reads it."""
    note = "Cổng có nêu nhưng không nhận được nội dung, cần yêu cầu bổ sung: to-khai.pdf"
    born = await office.service.post("/v1/portal-dossiers", a_portal_dossier() | {"note": note}, GATEWAY)
    assert born.status_code == 201, born.text
    history = f"/v1/dossiers/{born.json()['dossier_id']}/history"
    for reader in (RECEIVER, a_citizen()):
        first = (await office.service.get(history, reader)).json()["items"][0]
        assert (first["type"], first["change"]["note"]) == ("dossier.submitted.v1", note)


@pytest.mark.parametrize(
    ("said", "kept", "told"),
    [
        ("2026-09-01T08:00:00+07:00", None, "Cổng ghi thời điểm nộp 01/09/2026 08:00, sau thời điểm nhận"),
        (
            "2025-11-20T08:00:00+07:00",
            "2025-11-20T08:00:00+07:00",
            "nộp 20/11/2025 08:00, trước thời điểm nhận",
        ),
        ("2026-03-02T23:30:00+07:00", "2026-03-02T23:30:00+07:00", ""),
    ],
    ids=["half a year ahead", "long ago", "the evening before"],
)
async def test_a_portal_dossier_was_submitted_before_it_came_and_what_the_portal_said_is_told(
    office: Office, said: str, kept: str | None, told: str
) -> None:
    now = office.service.clock.now()
    body = a_portal_dossier(submitted_at=said)
    born = await office.service.post("/v1/portal-dossiers", body, GATEWAY)
    assert born.status_code == 201, born.text
    (event,) = await office.service.published("dossier.submitted.v1")
    wanted = datetime.fromisoformat(kept) if kept else now
    assert datetime.fromisoformat(event["data"]["dossier"]["submitted_at"]) == wanted
    note = event["data"]["change"]["note"]
    assert (told in note) if told else (note == "")
    assert (await office.service.post("/v1/portal-dossiers", body, GATEWAY)).json()["outcome"] == "repeated"


async def test_what_is_too_long_is_told_with_the_limit(office: Office) -> None:
    """Whoever sends it knows how to go on: so many at a time."""
    for name, value, reason in (
        ("form_data", {str(n): "" for n in range(501)}, "Danh sách quá dài: tối đa 500 mục mỗi lần gửi"),
        (
            "attachments",
            a_portal_dossier()["attachments"] * 61,
            "Danh sách quá dài: tối đa 60 mục mỗi lần gửi",
        ),
        ("portal_code", "x" * 65, "Chuỗi quá dài: tối đa 64 ký tự"),
    ):
        answer = await office.service.post("/v1/portal-dossiers", a_portal_dossier(**{name: value}), GATEWAY)
        assert (answer.status_code, answer.json()["errors"]) == (422, [{"path": name, "reason": reason}])


@pytest.mark.parametrize("code", ["000.00.00.G22-260303-0007", "H99/201-260303-0001"])
async def test_a_portal_dossier_is_completed_through_the_portal(office: Office, code: str) -> None:
    """Only where something was asked; an unknown code is unknown."""
    first = await office.service.post("/v1/portal-dossiers", a_portal_dossier(portal_code=code), GATEWAY)
    seen = {"dossier_id": first.json()["dossier_id"], "version": 1}
    path = f"/v1/portal-dossiers/{quote(code, safe='')}/supplement"
    body = {"note": "Đã ký lại", "attachments": a_portal_dossier()["attachments"]}
    early = await office.service.post(path, body, GATEWAY)
    assert (early.status_code, early.json()["code"]) == (409, "transition-refused")
    items = [{"component_code": "to-khai", "reason": "Chưa ký"}]
    await office.act(seen, "intake-supplement-request", RECEIVER, items=items, reason="Thiếu chữ ký")
    answer = await office.service.post(path, body, GATEWAY)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "SUBMITTED"
    unknown = await office.service.post("/v1/portal-dossiers/la/supplement", body, GATEWAY)
    assert unknown.status_code == 404


async def test_a_supplement_counts_by_when_the_citizen_gave_it_however_late_it_comes(office: Office) -> None:
    """The lapse nobody acted on yet falls; the office's own time begins when it came."""
    seen, path = await asked_at_the_portal(office)
    asked_at = office.service.clock.now()
    office.service.clock.advance(timedelta(days=40))
    await office.service.run_job(WATCH_DEADLINES)
    assert (await office.read(seen, RECEIVER))["proposal"]["kind"] == "REFUSE_INTAKE"
    given_at = (asked_at + timedelta(hours=3)).isoformat()
    vague = await office.service.post(path, {"note": "x", "submitted_at": "2026-03-03T08:00:00"}, GATEWAY)
    assert (vague.status_code, vague.json()["errors"][0]["path"]) == (422, "submitted_at")
    answer = await office.service.post(path, {"note": "x", "submitted_at": given_at}, GATEWAY)
    assert answer.status_code == 200, answer.text
    shown = await office.read(seen, RECEIVER)
    (supplement,) = shown["supplements"]
    moments = [datetime.fromisoformat(supplement[name]) for name in ("given_at", "answered_at")]
    assert moments == [asked_at + timedelta(hours=3), office.service.clock.now()]
    assert (shown["state"], shown["proposal"]) == ("SUBMITTED", None)
    assert datetime.fromisoformat(shown["reply_due_at"]) > office.service.clock.now()
    (told,) = await office.service.published("dossier.intake_supplement_answered.v1")
    assert datetime.fromisoformat(told["data"]["change"]["given_at"]) == moments[0]
    assert await verify_history(office.service.runtime, []) == 0


async def test_who_answered_in_time_after_all_is_told_from_who_did_not(office: Office) -> None:
    """The dossier has ended meanwhile: people have to know, the portal has the citizen's receipt."""
    seen, path = await asked_at_the_portal(office)
    asked_at = office.service.clock.now()
    office.service.clock.advance(timedelta(days=40))
    await office.service.run_job(WATCH_DEADLINES)
    seen = await office.read(seen, RECEIVER)
    await office.act(seen, "refusal", RECEIVER, reason="Quá hạn hoàn thiện", legal_basis="NĐ 118/2025")
    for told, code in (
        ({"submitted_at": 1}, "answered-in-time"),
        ({"received_at": 1}, "answered-in-time"),
        ({"submitted_at": -1, "received_at": 1}, "answered-in-time"),
        ({"submitted_at": 35}, "transition-refused"),
        ({}, "transition-refused"),
    ):
        body = {name: (asked_at + timedelta(days=days)).isoformat() for name, days in told.items()}
        answer = await office.service.post(path, {"note": "x", **body}, GATEWAY)
        assert (answer.status_code, answer.json()["code"]) == (409, code), told


async def test_what_the_portal_says_of_the_files_of_a_supplement_is_kept(office: Office) -> None:
    """From the personal store, reused, digitised: of each file of its own, as the evidence it came with."""
    seen, path = await asked_at_the_portal(office)
    (file,) = a_portal_dossier()["attachments"]
    flags = [
        {"is_digitised": True, "reuse": 2, "is_from_personal_store": False},
        {"is_digitised": False, "reuse": 0, "is_from_personal_store": True},
        {"is_digitised": False, "reuse": 0, "is_from_personal_store": False},
    ]
    files = [{**file, "name": f"{place}.pdf", **one} for place, one in enumerate(flags)]
    answer = await office.service.post(path, {"note": "x", "attachments": files}, GATEWAY)
    assert answer.status_code == 200, answer.text
    view = (await office.service.get(f"/v1/portal-views/{seen['dossier_id']}", GATEWAY)).json()
    told = {one["file_name"]: one for one in view["supplements"][0]["files"]}
    assert [{name: told[f"{place}.pdf"][name] for name in one} for place, one in enumerate(flags)] == flags
    assert view["evidence"]["has_component_from_personal_store"]
    assert view["evidence"]["has_reused_component"]
    kept = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/evidence", RECEIVER)
    of_answer = [one["kind"] for one in kept.json()["items"] if one["source"] != "IDENTITY_PROVIDER"]
    assert {"COMPONENT_REUSED", "FROM_PERSONAL_STORE"} <= set(of_answer)
    assert await verify_history(office.service.runtime, []) == 0


async def asked_at_the_portal(office: Office) -> tuple[dict[str, Any], str]:
    """Return a dossier born on the portal whose applicant was asked for more, and where she answers."""
    born = await office.service.post("/v1/portal-dossiers", a_portal_dossier(), GATEWAY)
    seen = {"dossier_id": born.json()["dossier_id"], "version": 1}
    items = [{"component_code": "to-khai", "reason": "Chưa ký"}]
    seen = await office.act(seen, "intake-supplement-request", RECEIVER, items=items, reason="Thiếu chữ ký")
    return seen, f"/v1/portal-dossiers/{quote('000.00.00.G22-260303-0007', safe='')}/supplement"


async def test_only_the_gateway_brings_portal_dossiers(office: Office) -> None:
    """A citizen's or an officer's token is not enough."""
    for caller in (a_citizen(), RECEIVER):
        answer = await office.service.post("/v1/portal-dossiers", a_portal_dossier(), caller)
        assert answer.status_code == 403
    assert await office.service.count("dossiers") == 0


async def test_the_portal_view_tells_each_version_as_it_was(office: Office) -> None:
    """Status 1 at the first version although the dossier has moved on."""
    seen = await office.in_process()
    path = f"/v1/portal-views/{seen['dossier_id']}"
    first = (await office.service.get(path, GATEWAY, params={"version": 1})).json()
    newest = (await office.service.get(path, GATEWAY)).json()
    assert (first["portal_status"], newest["portal_status"]) == (1, 4)
    assert [entry["status"] for entry in newest["progress"]] == [1, 2, 4]
    assert newest["owner"]["identity_number"] == "099088000011"
    assert newest["attachments"][0]["component_code"] == "to-khai"
    assert (await office.service.get(path, RECEIVER)).status_code == 403
    assert (await office.service.get(path, GATEWAY, params={"version": 9})).status_code == 404
    file = newest["attachments"][0]["attachment_id"]
    assert (await office.service.get(f"/v1/attachments/{file}/content", GATEWAY)).content == PDF


async def test_a_code_is_one_dossiers_whichever_side_gave_it(office: Office) -> None:
    """Either side goes by the code alone: a dossier here would be told over the portal's own."""
    for code in ("H99.201-260303-0001", "h99.201-260303-0002", "H99.201-260303-0004"):
        born = await office.service.post("/v1/portal-dossiers", a_portal_dossier(portal_code=code), GATEWAY)
        assert born.status_code == 201, born.text
    given = [(await office.accepted())["dossier_code"] for _ in range(2)]
    assert given == ["H99.201-260303-0003", "H99.201-260303-0005"]
    for code in (given[0], given[1].lower()):
        other = await office.service.post("/v1/portal-dossiers", a_portal_dossier(portal_code=code), GATEWAY)
        assert (other.status_code, [one["path"] for one in other.json()["errors"]]) == (422, ["portal_code"])


async def test_portal_views_are_read_together_in_the_order_asked_for(office: Office) -> None:
    """What is not known is told as such, beside what is; one reading is logged, of those that were shown."""
    seen, other = await office.in_process(), await office.submitted()
    mine, another, unknown = seen["dossier_id"], other["dossier_id"], "01900000-0000-7000-8000-000000000000"
    asked = [f"{mine}:1", f"{unknown}:0", f"{another}:0", f"{mine}:0", f"{mine}:99", f"{mine}:1"]
    answer = await office.service.get("/v1/portal-views", GATEWAY, params={"of": asked})
    views = answer.json()["views"]
    assert [view and (view["dossier_id"], view["portal_status"]) for view in views] == [
        (mine, 1),
        None,
        (another, 1),
        (mine, 4),
        None,
        (mine, 1),
    ]
    alone = await office.service.get(f"/v1/portal-views/{mine}", GATEWAY, params={"version": 1})
    assert alone.json() == views[0]
    logged = await office.service.runtime.pool.fetch("SELECT dossier_id, shown FROM access_log ORDER BY id")
    assert [{str(one) for one in row["shown"] or [row["dossier_id"]]} for row in logged][-2:] == [
        {mine, another},
        {mine},
    ]
    for wrong in ([], [f"{mine}:1"] * 33, [mine], [f"{mine}:-1"], [f"{mine}:01"], ["x" * 36 + ":1"]):
        refused = await office.service.get("/v1/portal-views", GATEWAY, params={"of": wrong})
        assert refused.status_code == 422, wrong
    assert (
        await office.service.get("/v1/portal-views", RECEIVER, params={"of": asked[:1]})
    ).status_code == 403


async def test_an_outside_step_is_asked_answered_once_and_goes_on(empty_office: Office) -> None:
    """The request is sent by a job; the answer twice is one answer."""
    office = await empty_office.open(steps=OUTSIDE_STEPS)
    sent: list[Any] = []

    def take(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(202 if len(sent) > 1 else 503, stream=httpx.ByteStream(b""))

    courier = office.service.runtime.resources.courier
    courier._client = httpx.AsyncClient(transport=httpx.MockTransport(take))
    courier._url = "http://outside/requests"
    seen = await office.in_process()
    seen = await office.act(seen, "step-completion", SPECIALIST, step="kiem-tra")
    assert (seen["step"]["code"], seen["step"]["kind"]) == ("ho-tich", "OUTSIDE")
    await office.service.run_job(SEND_OUTSIDE_REQUESTS)
    await office.service.runtime.pool.execute("UPDATE outside_requests SET next_attempt_at = now()")
    await office.service.run_job(SEND_OUTSIDE_REQUESTS)
    await office.service.run_job(SEND_OUTSIDE_REQUESTS)
    assert len(sent) == 2
    request_id = await office.service.runtime.pool.fetchval("SELECT id FROM outside_requests")
    step = (await office.read(seen, SIGNER))["step"]
    assert (step["request_id"], step["system"]) == (str(request_id), "HO_TICH_DUNG_CHUNG")
    own = (await office.read(seen, a_citizen()))["step"]
    assert (own["kind"], "request_id" in own) == ("OUTSIDE", False), "by what a step ends is the office's"
    answer = {"request_id": str(request_id), "outcome": "completed", "evidence": {"number": "0001/2026"}}
    first = await office.service.post("/v1/outside-results", answer, GATEWAY)
    assert (first.status_code, first.json()["outcome"]) == (200, "accepted"), first.text
    second = await office.service.post("/v1/outside-results", answer, GATEWAY)
    assert second.json()["outcome"] == "repeated"
    detail = await office.read(seen, SIGNER)
    assert (detail["step"]["code"], detail["version"]) == ("ky", seen["version"] + 1)
    kept = await office.service.runtime.pool.fetchval("SELECT evidence FROM outside_requests")
    assert kept == {"number": "0001/2026"}


async def test_a_step_asked_for_by_document_is_told_of_and_left_to_the_exchange(empty_office: Office) -> None:
    """The event names request, system and what the process tells; the connector hears nothing of it."""
    tells = ["owner.full_name", "component.to-khai"]
    steps = [{**one, "way": "DOCUMENT", "tells": tells} if one["system"] else one for one in _with_system()]
    office = await empty_office.open(steps=steps)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    pool = office.service.runtime.pool
    row = await pool.fetchrow("SELECT id, state FROM outside_requests")
    assert row["state"] == "SENT"
    assert await _due(office) == []
    event = (await office.service.published("dossier.step_completed.v1"))[-1]
    asks = event["data"]["dossier"]["step"]["asks"]
    assert asks == {"request_id": str(row["id"]), "system": "HO_TICH_DUNG_CHUNG", "tells": tells}
    assert "asks" not in (await office.read(seen, a_citizen()))["step"]
    answer = {"request_id": str(row["id"]), "outcome": "completed", "evidence": {"number": "0001/2026"}}
    assert (await office.service.post("/v1/outside-results", answer, GATEWAY)).json()["outcome"] == "accepted"
    event = (await office.service.published("dossier.step_completed.v1"))[-1]
    assert "asks" not in event["data"]["dossier"]["step"]


def _with_system() -> list[dict[str, Any]]:
    return [{"system": None, **one} for one in OUTSIDE_STEPS]


async def _due(office: Office) -> list[Any]:
    async with office.service.runtime.unit_of_work() as unit:
        return list(await office.service.runtime.open_work(unit).outside.due(10))


async def test_papers_nobody_asked_for_are_printed_by_the_job(office: Office) -> None:
    """Their files exist soon after they were issued."""
    await office.accepted()
    await office.service.run_job(PRINT_PAPERS)
    assert await office.service.runtime.pool.fetchval("SELECT count(*) FROM papers WHERE sha256 IS NULL") == 0
