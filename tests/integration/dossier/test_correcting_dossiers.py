"""The dossier that corrects a result lives as any other, but for its ends, its fees and its person."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.core.caller import Caller
from services.dossier.commands.history import verify_history
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import (
    GATEWAY,
    HANDED_OUT,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    a_procedure,
    an_officer,
)
from tests.builders.dossier.wrong_results import as_now, give, give_to, opened, register_of, returned, worked


@pytest.fixture(scope="module")
async def office(shared_office: Office) -> Office:
    """One office for all: each test has dossiers of its own."""
    return shared_office


async def test_small_corrections_make_nobody_else_of_the_owner_over_two_dossiers_either(
    office: Office,
) -> None:
    async def renamed(seen: dict[str, Any], name: str) -> Any:
        said = {"full_name": name, "reason": "Ghi sai", "evidence": "Căn cước"}
        return await office.tried(seen, "owner-correction", RECEIVER, **said)

    accepted = await office.accepted()
    longer = await renamed(accepted, "Nguyễn Văn An Trần Thị Bình")
    assert longer.status_code == 200, longer.text
    ready = await office.issued(await office.at_issue(await office.read(accepted, RECEIVER)))
    hands = {**HANDED_OUT, "receiver_name": "Nguyễn Văn An Trần Thị Bình"}
    first = await office.act(ready, "return", RECEIVER, delivery="COUNTER", **hands)
    for _ in range(2):
        # What the second dossier was told, a third one must know as well.
        _, correction = await opened(office, first)
        seen = await office.act(correction, "acceptance", RECEIVER)
        answer = await renamed(seen, "Trần Thị Bình")
        assert (answer.status_code, answer.json().get("code")) == (409, "another-person")
        ready = await office.issued(await office.at_issue(seen), number="12a/XN")
        first = await office.act(ready, "return", RECEIVER, delivery="COUNTER", **hands)


async def test_a_corrections_refusal_that_time_proposes_waits_for_the_signer(office: Office) -> None:
    _, correction = await opened(office, await returned(office))
    items = [{"component_code": "to-khai", "reason": "Chưa ký"}]
    asked = await office.act(correction, "intake-supplement-request", RECEIVER, items=items, reason="Chưa ký")
    before = office.service.clock.now()
    office.service.clock.advance(timedelta(days=60))
    try:
        await office.service.run_job(WATCH_DEADLINES)
        desks = {}
        for name, by in (("counter", RECEIVER), ("signer", SIGNER)):
            page = await office.service.get("/v1/inbox", by, params={"limit": 100})
            desks[name] = asked["dossier_id"] in {one["dossier_id"] for one in page.json()["items"]}
    finally:
        office.service.clock.advance(before - office.service.clock.now())
    assert desks == {"counter": False, "signer": True}


async def built_on(office: Office, person: Caller, result_id: str) -> dict[str, Any]:
    """Return a dossier in which a result stands for a component; its own was handed out."""
    component = {"component_code": "to-khai", "result_id": result_id}
    body = await office.submission(person, components=[component])
    handed_in = await office.service.post("/v1/dossiers", body, person)
    seen = await office.act(handed_in.json(), "acceptance", RECEIVER)
    ready = await office.issued(await office.at_issue(seen))
    hands = {**HANDED_OUT, "receiver_name": person.name, "identity_number": person.identity_number}
    return await office.act(ready, "return", RECEIVER, delivery="COUNTER", **hands)


USED = "SELECT result_id::text FROM result_uses WHERE dossier_id = $1"


async def test_a_result_that_stood_for_a_component_stands_for_the_corrections_while_it_holds(
    office: Office,
) -> None:
    person = replace(a_citizen("cong-dan-chi", "099188000077"), name="Lê Thị Chi")
    await give_to(office, person)
    (entry,) = (await office.service.get("/v1/results", person)).json()["items"]
    _, holds = await opened(office, await built_on(office, person, entry["result_id"]))
    _, ends = await opened(office, await built_on(office, person, entry["result_id"]))
    accepted = await office.act(holds, "acceptance", RECEIVER)
    assert accepted["warnings"] == []
    why = {"reason": "Cấp sai đối tượng", "legal_basis": "Luật Hộ tịch Điều 70"}
    path = f"/v1/results/{entry['result_id']}/revocation"
    revoked = await office.service.post(path, why, SIGNER, version=entry["version"])
    assert revoked.status_code == 204, revoked.text
    answer = await office.tried(ends, "acceptance", RECEIVER)
    assert (answer.status_code, answer.json().get("code")) == (409, "result-not-valid")
    assert [one["component_code"] for one in answer.json()["results"]] == ["to-khai"]
    shown = (await office.read(accepted, SPECIALIST))["warnings"]
    assert [one["code"] for one in shown] == ["reused-result-ended"]
    assert await verify_history(office.service.runtime, ()) == 0


async def test_in_a_corrected_ones_place_the_right_one_stands_and_one_that_ran_out_hinders_nobody(
    office: Office,
) -> None:
    person = replace(a_citizen("cong-dan-dao", "099188000055"), name="Phạm Thị Đào")
    wrong = await give_to(office, person)
    (entry,) = (await office.service.get("/v1/results", person)).json()["items"]
    built = await built_on(office, person, entry["result_id"])
    ready = await worked(office, (await opened(office, wrong))[1], valid_to="2026-03-20")
    hands = {**HANDED_OUT, "receiver_name": person.name, "identity_number": person.identity_number}
    await office.act(ready, "return", RECEIVER, delivery="COUNTER", **hands)
    ((_, right, _),) = await register_of(office, wrong)
    seen, correction = await opened(office, built)
    pool = office.service.runtime.pool
    assert await pool.fetchval(USED, UUID(correction["dossier_id"])) == str(right)
    cancelled = await office.act(correction, "cancellation", person, note="Xin làm lại")
    assert cancelled["state"] == "CANCELLED"
    office.service.clock.advance(timedelta(days=30))
    try:
        _, late = await opened(office, await as_now(office, seen))
        assert (await office.act(late, "acceptance", RECEIVER))["state"] == "ACCEPTED"
    finally:
        office.service.clock.advance(timedelta(days=-30))
    assert await pool.fetchval(USED, UUID(late["dossier_id"])) is None


async def test_no_fee_is_put_on_it_and_a_tax_may_be(office: Office) -> None:
    _, correction = await opened(office, await returned(office))
    path = f"/v1/dossiers/{correction['dossier_id']}/payments"
    given = {
        "kind": "FEE",
        "code": "P",
        "name": "Phí",
        "amount": 5000,
        "legal_basis": "x",
        "is_before": False,
    }
    cashier = an_officer("CASHIER", subject="thu-ngan")
    answer = await office.service.post(path, given, cashier, version=0)
    assert (answer.status_code, answer.json()["code"]) == (409, "correction-free")


async def test_a_procedure_since_closed_or_worked_by_a_ministry_is_corrected_by_who_made_it(
    office: Office,
) -> None:
    for number, changed in enumerate(({"visibility": "ABOLISHED"}, {"route": "MINISTRY"})):
        code = f"1.00487{number}"
        await office.service.receive(a_procedure(code))
        seen = await office.act(await office.submitted(procedure_code=code), "acceptance", RECEIVER)
        first = await give(office, await office.issued(await office.at_issue(seen)))
        await office.service.receive(a_procedure(code, 2, **changed))
        _, correction = await opened(office, first)
        told = await office.read(correction, SPECIALIST)
        assert told["procedure_version"] == 1
        ready = await worked(office, correction)
        assert (await office.read(ready, SPECIALIST))["procedure_version"] == 1


async def test_the_portal_is_told_of_it_as_of_any_dossier_with_what_it_corrects(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    view = await office.service.get(f"/v1/portal-views/{accepted['dossier_id']}", GATEWAY)
    assert view.json()["corrects"] == first["dossier_code"]
    assert view.json()["fees"] == []
    assert view.json()["evidence"]["has_reused_component"] is True


async def test_who_was_authorised_speaks_for_the_correction_only_while_that_holds(office: Office) -> None:
    helper = replace(a_citizen("nguoi-nop-ho", "099088000077"), name="Lê Văn Hộ")
    today = office.service.clock.now().date()
    owner = {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"}

    async def opened_for(until: date) -> dict[str, Any]:
        representative = {
            "full_name": helper.name,
            "identity_number": helper.identity_number,
            "authorization_attachment_id": await office.upload(helper),
            "scope": "Nộp và nhận kết quả",
            "valid_until": until.isoformat(),
        }
        given = await office.submitted(helper, owner=owner, representative=representative)
        ready = await office.issued(await office.at_issue(await office.act(given, "acceptance", RECEIVER)))
        first = await give(office, ready)
        office.service.clock.advance(timedelta(days=2))
        try:
            _, correction = await opened(office, first)
            read = await office.service.get(f"/v1/dossiers/{correction['dossier_id']}", helper)
        finally:
            office.service.clock.advance(timedelta(days=-2))
        return {"status": read.status_code, **(await office.read(correction, SPECIALIST))}

    held = await opened_for(today + timedelta(days=30))
    assert (held["status"], held["representative"]["full_name"]) == (200, helper.name)
    over = await opened_for(today + timedelta(days=1))
    assert (over["status"], over["representative"]) == (404, None)


async def test_a_correction_under_a_later_version_names_what_its_papers_lack(office: Office) -> None:
    """To the officer before the acceptance, and with it; a paper a supplement brought is not missing."""
    code = "1.009999"
    await office.service.receive(a_procedure(code))
    seen = await office.act(await office.submitted(procedure_code=code), "acceptance", RECEIVER)
    first = await give(office, await office.issued(await office.at_issue(seen), number="91/XN"))
    one = {"mandatory": True, "allowed_types": ["application/pdf"]}
    parts = [{"code": "to-khai", "name": "Tờ khai"}, {"code": "anh", "name": "Ảnh"}]
    await office.service.receive(a_procedure(code, version=2, components=[{**one, **part} for part in parts]))
    _, correction = await opened(office, first)
    missing = {"missing": [{"component_code": "anh", "name": "Ảnh"}]}
    warned = (await office.read(correction, RECEIVER))["warnings"]
    assert [(item["code"], item["details"]) for item in warned] == [("component-missing", missing)]
    assert (await office.read(correction, a_citizen()))["warnings"] == []
    asked = {"items": [{"component_code": "anh", "reason": "Chưa có"}], "reason": "Thiếu ảnh"}
    accepted = await office.act(correction, "acceptance", RECEIVER)
    assert [(item["code"], item["details"]) for item in accepted["warnings"]] == [
        ("component-missing", missing)
    ]
    history = await office.service.get(f"/v1/dossiers/{accepted['dossier_id']}/history", RECEIVER)
    assert history.json()["items"][-1]["change"]["missing"] == missing["missing"]
    # The next one: what was brought when it was asked for is there, in it and in what corrects it.
    first = await give(office, await office.issued(await office.at_issue(accepted), number="92/XN"))
    _, second = await opened(office, first)
    second = await office.act(second, "intake-supplement-request", RECEIVER, **asked)
    photo = await office.upload(a_citizen(), component="anh")
    second = await office.act(second, "intake-supplement-answer", a_citizen(), attachment_ids=[photo])
    accepted = await office.act(second, "acceptance", RECEIVER)
    assert accepted["warnings"] == []
    first = await give(office, await office.issued(await office.at_issue(accepted), number="93/XN"))
    _, third = await opened(office, first)
    told = await office.read(third, RECEIVER)
    assert told["warnings"] == []
    assert sorted(item["component_code"] for item in told["components"]) == ["anh", "to-khai"]
    assert all(item["attachment_ids"] for item in told["components"])
