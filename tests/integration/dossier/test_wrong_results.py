"""A result that was handed out is wrong: a linked dossier corrects it, with an apology; the first stays."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel.core.caller import Caller
from kernel.testing.running import RunningService, a_staff_member
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    GATEWAY,
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    a_procedure,
    an_agency,
    an_officer,
)
from tests.integration.dossier.test_other_ways_in import a_portal_dossier

OWNER = {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"}
ERROR = {"reason": "Ghi sai năm sinh", "cause": "ERROR_WRITTEN", "found_by": "APPLICANT"}
PROVINCE = a_staff_member("SUPERVISOR", agency="H99", unit="giam-sat", name="Giám sát tỉnh", subject="tinh")
OTHER_SIGNER = an_officer("SIGNER", unit="lanh-dao", subject="lanh-dao-2")
HELD = "SELECT state, replaced_by, number FROM result_register WHERE dossier_id = $1 ORDER BY id"


@pytest.fixture(scope="module")
async def office(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Office:
    """One office for all: each test has dossiers of its own."""
    folder: Path = tmp_path_factory.mktemp("files")
    opened = await Office(await start_once("dossier", files_url=folder.as_uri())).open()
    await opened.service.receive(an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE"))
    return opened


async def returned(office: Office, **result: Any) -> dict[str, Any]:
    """Return a dossier whose result An fetched at the counter."""
    seen = await office.issued(**{"number": "12/XN", **result})
    return await give(office, seen)


async def give(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Hand a result out."""
    return await office.act(seen, "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)


async def as_now(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Return a dossier at its version of now: the end of what corrects it is told in it."""
    return {**seen, "version": (await office.read(seen, SIGNER))["version"]}


async def recorded(office: Office, first: dict[str, Any], by: Caller = SPECIALIST) -> dict[str, Any]:
    """Return a dossier whose error waits for the head of the agency."""
    return await office.act(first, "result-correction-draft", by, **ERROR)


async def opened(office: Office, first: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a dossier and the one that corrects it, as a list would show it."""
    seen = await office.act(await recorded(office, first), "result-correction", SIGNER, approved=True)
    made = seen["correction"]
    return seen, {"dossier_id": made["dossier_id"], "reference": made["reference"], "version": 1}


async def worked(office: Office, correction: dict[str, Any], **result: Any) -> dict[str, Any]:
    """Return a correction whose result is ready."""
    accepted = await office.act(correction, "acceptance", RECEIVER)
    return await office.issued(await office.at_issue(accepted), **{"number": "12a/XN", **result})


async def register_of(office: Office, dossier: dict[str, Any]) -> list[tuple[str, Any, str]]:
    """Return what the register has of a dossier."""
    rows = await office.service.runtime.pool.fetch(HELD, UUID(dossier["dossier_id"]))
    return [(row["state"], row["replaced_by"], row["number"]) for row in rows]


async def test_a_linked_dossier_of_the_same_person_with_the_same_papers_costs_nothing(office: Office) -> None:
    first = await returned(office)
    seen, correction = await opened(office, first)
    assert (seen["state"], seen["version"]) == ("RETURNED", first["version"] + 2)
    told = await office.read(correction, SPECIALIST)
    was = await office.read(first, SPECIALIST)
    same = ("procedure", "receiving_agency", "competent_agency", "owner", "form_data", "result_delivery")
    assert {name: told[name] for name in same} == {name: was[name] for name in same}
    assert told["state"] == "SUBMITTED"
    assert (told["origin"], told["channel"]) == ("COUNTER", "DIRECT")
    assert told["corrects"] == {
        "dossier_id": first["dossier_id"],
        "dossier_code": first["dossier_code"],
        "cause": "ERROR_WRITTEN",
        "reference": None,
        "state": None,
        "outcome": None,
    }
    (link,) = was["corrections"]
    assert (link["dossier_id"], link["reference"]) == (correction["dossier_id"], correction["reference"])
    (mine,), (theirs,) = told["components"], was["components"]
    assert mine["component_code"] == theirs["component_code"]
    assert mine["attachment_ids"] != theirs["attachment_ids"]
    hashes = [{one["sha256"] for one in side["attachments"]} for side in (told, was)]
    assert hashes[0] <= hashes[1]
    account = await office.service.get(f"/v1/dossiers/{correction['dossier_id']}/payments", RECEIVER)
    assert account.json()["owed"] == 0
    accepted = await office.act(correction, "acceptance", RECEIVER)
    assert accepted["due_at"] is not None
    assert accepted["dossier_code"] != first["dossier_code"]
    assert accepted["warnings"] == []
    assert (await office.read(correction, SPECIALIST))["fees"] == []


async def test_the_owner_sees_both_and_each_names_the_other(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    assert (await office.read(first, a_citizen()))["corrections"][0]["state"] == "SUBMITTED"
    assert (await office.read(correction, a_citizen()))["corrects"]["dossier_code"] == first["dossier_code"]
    # What colleagues write to each other before the head of the agency signs is no news of the applicant's.
    again = await recorded(office, await returned(office))
    assert (await office.read(again, a_citizen()))["correction_draft"] is None
    assert (await office.read(again, SIGNER))["correction_draft"]["reason"] == ERROR["reason"]


async def test_the_apology_is_numbered_signed_and_printed_with_its_code(office: Office) -> None:
    first = await returned(office)
    seen, correction = await opened(office, first)
    papers = (await office.read(first, a_citizen()))["papers"]
    (letter,) = [one for one in papers if one["kind"] == "CORRECTION_APOLOGY"]
    assert letter["number"] == f"{first['dossier_code']}/TXL"
    assert [letter["paper_id"]] == seen["paper_ids"]
    await office.service.run_job(PRINT_PAPERS)
    printed = await office.service.get(f"/v1/papers/{letter['paper_id']}", a_citizen())
    assert printed.status_code == 200
    assert printed.content.startswith(b"%PDF")
    (event,) = [
        one
        for one in await office.service.published("dossier.correction_opened.v1")
        if one["key"] == first["dossier_id"]
    ]
    change = event["data"]["change"]
    assert change["papers"] == [{"kind": "CORRECTION_APOLOGY", "paper_id": letter["paper_id"]}]
    assert change["correction"]["dossier_id"] == correction["dossier_id"]
    assert change["cause"] == {"code": "ERROR_WRITTEN", "belongs_to": "AGENCY"}


async def test_the_right_result_takes_the_wrong_ones_place_when_it_is_handed_out(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    ready = await worked(office, correction)
    assert [one[0] for one in await register_of(office, first)] == ["VALID"]
    await give(office, ready)
    ((state, replaced_by, _),) = await register_of(office, first)
    ((now, _, number),) = await register_of(office, correction)
    assert (state, now, number) == ("SUPERSEDED", "VALID", "12a/XN")
    own = (await office.service.get("/v1/results", a_citizen())).json()["items"]
    (wrong,) = [one for one in own if one["dossier_code"] == first["dossier_code"]]
    assert wrong["replaced_by"] == str(replaced_by)
    assert (wrong["is_valid_today"], wrong["state"]) == (False, "SUPERSEDED")
    body = await office.submission(a_citizen())
    body["components"][0] = {"component_code": "to-khai", "result_id": wrong["result_id"]}
    refused = await office.service.post("/v1/dossiers", body, a_citizen())
    assert refused.status_code == 422, refused.text
    body["components"][0]["result_id"] = str(replaced_by)
    assert (await office.service.post("/v1/dossiers", body, a_citizen())).status_code == 201
    assert await verify_history(office.service.runtime, ()) == 0


async def test_a_superseded_result_put_back_by_hand_is_found(office: Office, capsys: Any) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    await give(office, await worked(office, correction))
    pool = office.service.runtime.pool
    kept = await pool.fetchrow(
        "SELECT * FROM result_register WHERE dossier_id = $1", UUID(first["dossier_id"])
    )
    put = "UPDATE result_register SET state = $2, ended_at = $3, replaced_by = $4 WHERE id = $1"
    await pool.execute(put, kept["id"], "VALID", None, None)
    assert await verify_history(office.service.runtime, ()) == 1
    assert f"result {kept['id']}: a correction took its place, or did not" in capsys.readouterr().out
    await pool.execute(put, kept["id"], "SUPERSEDED", kept["ended_at"], kept["replaced_by"])
    assert await verify_history(office.service.runtime, ()) == 0


async def test_a_refused_correction_takes_nothings_place_and_another_may_be_opened(office: Office) -> None:
    first = await returned(office)
    seen, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    refused = await office.at_issue(accepted, decision="REFUSED")
    ready = await office.issued(refused, number="9/TB", outcome="REFUSED", reason="Không có sai sót")
    await give(office, ready)
    assert [one[0] for one in await register_of(office, first)] == ["VALID"]
    _, again = await opened(office, seen)
    assert again["dossier_id"] != correction["dossier_id"]


async def test_one_correction_at_a_time_and_a_corrected_one_is_corrected_where_the_right_one_is(
    office: Office,
) -> None:
    first = await returned(office)
    seen, correction = await opened(office, first)
    answer = await office.tried(seen, "result-correction-draft", SPECIALIST, **ERROR)
    assert (answer.status_code, answer.json()["code"]) == (409, "correction-open")
    assert answer.json()["dossier_id"] == correction["dossier_id"]
    corrected = await give(office, await worked(office, correction))
    answer = await office.tried(seen, "result-correction-draft", SPECIALIST, **ERROR)
    assert (answer.status_code, answer.json()["code"]) == (409, "result-corrected-already")
    _, second = await opened(office, corrected)
    assert (await office.read(second, SPECIALIST))["corrects"]["dossier_id"] == correction["dossier_id"]
    await give(office, await worked(office, second, number="12b/XN"))
    assert [one[0] for one in await register_of(office, correction)] == ["SUPERSEDED"]
    assert [one[0] for one in await register_of(office, first)] == ["SUPERSEDED"]


async def test_the_record_is_given_back_with_its_reason_and_nothing_is_opened(office: Office) -> None:
    seen = await recorded(office, await returned(office))
    silent = await office.tried(seen, "result-correction", SIGNER, approved=False)
    assert silent.status_code == 422
    seen = await office.act(seen, "result-correction", SIGNER, approved=False, note="Không sai")
    assert seen["correction"] is None
    assert seen["paper_ids"] == []
    told = await office.read(seen, SPECIALIST)
    assert (told["correction_draft"], told["corrections"]) == (None, [])
    answer = await office.tried(seen, "result-correction", SIGNER, approved=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "no-correction-draft")


@pytest.mark.parametrize(
    ("by", "status", "code"),
    [
        (a_citizen(), 403, "forbidden"),
        (LEAD, 403, "forbidden"),
        (CLERK, 403, "forbidden"),
        (STRANGER, 404, "not-found"),
        (an_officer("SPECIALIST", "ONE_STOP_OFFICER", agency="H99.777", subject="xa-khac"), 404, "not-found"),
    ],
    ids=["applicant", "lead", "clerk", "stranger", "another-agency"],
)
async def test_only_the_counter_and_the_agencys_specialist_record_an_error(
    office: Office, by: Caller, status: int, code: str
) -> None:
    first = await returned(office)
    answer = await office.tried(first, "result-correction-draft", by, **ERROR)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await office.read(first, SIGNER))["version"] == first["version"]


async def test_four_eyes_who_recorded_it_does_not_sign_and_who_prepared_it_neither(office: Office) -> None:
    both = an_officer("SPECIALIST", "SIGNER", unit="lanh-dao", subject="kiem-nhiem")
    seen = await recorded(office, await returned(office), by=both)
    answer = await office.tried(seen, "result-correction", both, approved=True)
    assert (answer.status_code, answer.json()["code"]) == (403, "four-eyes")
    seen = await office.act(seen, "result-correction", OTHER_SIGNER, approved=True)
    assert seen["correction"]["dossier_id"]


async def test_a_result_nobody_was_given_is_mended_in_its_own_dossier(office: Office) -> None:
    signed = await office.at_issue()
    ready = await office.issued(signed)
    for seen in (signed, ready):
        answer = await office.tried({**ready, **seen}, "result-correction-draft", SPECIALIST, **ERROR)
        code = "version-stale" if seen is signed else "transition-refused"
        assert answer.json()["code"] == code or answer.status_code == 412
    answer = await office.tried(ready, "result-correction-draft", SPECIALIST, **ERROR)
    assert answer.status_code == 409
    assert "thu hồi kết quả" in answer.json()["detail"]
    stopped = await office.in_process()
    answer = await office.tried(stopped, "result-correction-draft", SPECIALIST, **ERROR)
    assert (answer.status_code, answer.json()["code"]) == (409, "transition-refused")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"cause": "WORKLOAD"},
        {"cause": "APPLICANT_PAPERS"},
        {"found_by": "NOBODY"},
        {"reason": None},
        {"more": 1},
    ],
    ids=str,
)
async def test_bad_input_changes_nothing(office: Office, wrong: dict[str, Any]) -> None:
    first = await returned(office)
    answer = await office.tried(first, "result-correction-draft", SPECIALIST, **{**ERROR, **wrong})
    assert answer.status_code == 422, answer.text
    assert (await office.read(first, SIGNER))["version"] == first["version"]


async def test_of_two_signers_at_once_one_opens_it(office: Office) -> None:
    seen = await recorded(office, await returned(office))
    answers = await asyncio.gather(
        *(
            office.tried(seen, "result-correction", by, approved=True)
            for by in (SIGNER, OTHER_SIGNER, SIGNER, OTHER_SIGNER)
        )
    )
    assert sorted(one.status_code for one in answers) == [200, 412, 412, 412]
    corrects = "SELECT count(*) FROM dossiers WHERE work #>> '{brought,corrects,dossier_id}' = $1"
    assert await office.service.runtime.pool.fetchval(corrects, seen["dossier_id"]) == 1


async def test_killed_before_the_commit_nothing_of_it_is_there(office: Office) -> None:
    """The last statement of the commit fails: no dossier, no paper, no file, no word in a history."""
    seen = await recorded(office, await returned(office))
    pool = office.service.runtime.pool
    tables = ("dossiers", "papers", "attachments", "history", "outbox", "components")
    before = {name: await office.service.count(name) for name in tables}
    await pool.execute(
        "CREATE FUNCTION test_kill() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'killed'; END $$"
    )
    await pool.execute(
        "CREATE CONSTRAINT TRIGGER test_kill AFTER INSERT ON papers DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION test_kill()"
    )
    answer = await office.tried(seen, "result-correction", SIGNER, approved=True)
    assert answer.status_code >= 500
    await pool.execute("DROP FUNCTION test_kill CASCADE")
    assert {name: await office.service.count(name) for name in tables} == before
    done = await office.act(seen, "result-correction", SIGNER, approved=True)
    assert done["correction"]["dossier_id"]


async def figures(office: Office) -> tuple[dict[str, int], list[str]]:
    """Return this month's numbers and the dossiers behind its corrections."""
    period = {"from": "2026-03-01", "to": "2026-03-31"}
    table = (await office.service.get("/v1/statistics", PROVINCE, params=period)).json()
    listed = await office.service.get(
        "/v1/statistics/dossiers", PROVINCE, params={**period, "number": "received_corrections"}
    )
    assert listed.status_code == 200, listed.text
    return table["items"][0]["numbers"], [one["dossier_id"] for one in listed.json()["items"]]


async def test_the_first_ones_figures_stay_and_the_correction_has_its_mark(
    office: Office,
) -> None:
    first = await returned(office)
    pool = office.service.runtime.pool
    row = "SELECT * FROM figure_rows WHERE dossier_id = $1"
    was = dict(await pool.fetchrow(row, UUID(first["dossier_id"])))
    before, known = await figures(office)
    _, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    now = dict(await pool.fetchrow(row, UUID(first["dossier_id"])))
    assert {**now, "version": 0} == {**was, "version": 0}
    after, listed = await figures(office)
    assert after["received"] == before["received"] + 1
    assert after["submissions"] == before["submissions"]
    assert after["received_online"] == before["received_online"]
    assert after["received_corrections"] == before["received_corrections"] + 1
    assert set(listed) - set(known) == {accepted["dossier_id"]}
    assert await rebuild_figures(office.service.runtime, ("--check",)) == 0


async def test_the_pair_is_no_duplicate_and_both_are_found(office: Office) -> None:
    person = replace(a_citizen("cong-dan-binh", "099188000099"), name="Trần Thị Bình")
    first = await give_to(office, person)
    _, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    assert accepted["warnings"] == []
    found = await office.service.get("/v1/dossier-search", RECEIVER, params={"q": "tran thi binh"})
    assert {one["dossier_id"] for one in found.json()["items"]} >= {
        first["dossier_id"],
        correction["dossier_id"],
    }


async def test_the_register_says_which_corrects_which(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    accepted = await office.act(correction, "acceptance", RECEIVER)
    notes: dict[str, str] = {}
    asked: dict[str, Any] | None = {"from": "2026-03-03", "to": "2026-03-03", "agency": COMMUNE, "limit": 100}
    while asked:
        page = await office.service.get("/v1/register", RECEIVER, params=asked)
        assert page.status_code == 200, page.text
        notes |= {one["dossier_code"]: one["note"] for one in page.json()["items"]}
        cursor = page.json()["next_cursor"]
        asked = {**asked, "cursor": cursor} if cursor else None
    assert notes[accepted["dossier_code"]] == f"Đính chính kết quả hồ sơ {first['dossier_code']}"
    named = f"Kết quả được đính chính bằng hồ sơ {correction['reference']}"
    assert notes[first["dossier_code"]] == named


async def test_a_dossier_born_on_the_portal_is_corrected_by_one_born_here(office: Office) -> None:
    """Its code there stays with it; the correction goes to the portal under a code of its own."""
    born = a_portal_dossier(portal_code="000.00.00.G22-260303-0777", owner=OWNER)
    answer = await office.service.post("/v1/portal-dossiers", born, GATEWAY)
    assert answer.status_code == 201, answer.text
    seen = await office.read({"dossier_id": answer.json()["dossier_id"]}, RECEIVER)
    accepted = await office.act(seen, "acceptance", RECEIVER)
    ready = await office.issued(await office.at_issue(accepted))
    hands = {**HANDED_OUT, "receiver_name": OWNER["full_name"], "identity_number": OWNER["identity_number"]}
    first = await office.act(ready, "return", RECEIVER, delivery="COUNTER", **hands)
    _, correction = await opened(office, first)
    told = await office.read(correction, RECEIVER)
    assert (told["origin"], told["portal_code"]) == ("COUNTER", None)
    (event,) = [
        one
        for one in await office.service.published("dossier.correction_opened.v1")
        if one["key"] == first["dossier_id"]
    ]
    assert event["data"]["dossier"]["portal_code"] == "000.00.00.G22-260303-0777"
    assert event["data"]["dossier"]["portal_status"] == 10


async def give_to(office: Office, person: Caller) -> dict[str, Any]:
    """Return somebody's dossier whose result was handed out."""
    accepted = await office.act(await office.submitted(person), "acceptance", RECEIVER)
    ready = await office.issued(await office.at_issue(accepted))
    hands = {**HANDED_OUT, "receiver_name": person.name, "identity_number": person.identity_number}
    return await office.act(ready, "return", RECEIVER, delivery="COUNTER", **hands)


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


async def test_what_the_head_of_the_agency_opened_no_counter_ends_alone(office: Office) -> None:
    ends: dict[str, dict[str, Any]] = {
        "cancellation": {"note": "Không cần nữa"},
        "refusal": {"reason": "Không có sai sót", "legal_basis": "Điều 18"},
    }
    seen = await returned(office)
    for action, body in ends.items():
        seen, correction = await opened(office, await as_now(office, seen))
        assert action not in (await office.read(correction, RECEIVER))["actions"]
        answer = await office.tried(correction, action, RECEIVER, **body)
        assert (answer.status_code, answer.json().get("code")) == (403, "forbidden")
        assert action in (await office.read(correction, SIGNER))["actions"]
        ended = await office.act(correction, action, SIGNER, **body)
        assert ended["state"] in {"CANCELLED", "INTAKE_REFUSED"}
    seen, correction = await opened(office, seen)
    assert "cancellation" in (await office.read(correction, a_citizen()))["actions"]
    # By number alone, without the account it was handed in with, it is the owner's as well.
    same = replace(a_citizen("tai-khoan-khac", OWNER["identity_number"]), name=OWNER["full_name"])
    assert (await office.act(correction, "cancellation", same, note=""))["state"] == "CANCELLED"


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


async def test_the_signers_inbox_has_it_until_it_is_decided(office: Office) -> None:
    async def waits(seen: dict[str, Any]) -> bool:
        page = await office.service.get("/v1/inbox", SIGNER, params={"limit": 100})
        assert page.status_code == 200, page.text
        return seen["dossier_id"] in {one["dossier_id"] for one in page.json()["items"]}

    seen = await recorded(office, await returned(office))
    assert await waits(seen)
    await office.act(seen, "result-correction", SIGNER, approved=True)
    assert not await waits(seen)


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


async def test_what_the_owner_takes_back_is_decided_by_the_head_of_the_agency_again(office: Office) -> None:
    """The wrong result still counts: the record comes back with the owner's words."""
    first = await returned(office)
    _, correction = await opened(office, first)
    await office.act(correction, "cancellation", a_citizen(), note="Tôi không cần nữa")
    told = await office.read(first, SIGNER)
    draft = told["correction_draft"]
    assert (draft["reason"], draft["taken_back"]) == (ERROR["reason"], "Tôi không cần nữa")
    assert "result-correction" in told["actions"]
    tasks = (await office.service.get("/v1/inbox", SIGNER)).json()["items"]
    (task,) = [one for one in tasks if one["dossier_id"] == first["dossier_id"]]
    assert task["task_due_at"] == draft["decide_by"]
    (change,) = [
        one["data"]["change"]
        for one in await office.service.published("dossier.work_noted.v1")
        if one["key"] == first["dossier_id"] and one["data"]["change"]["noted"] == "CORRECTION_ENDED"
    ]
    assert (change["waits_again"], change["correction"]["reference"]) == (True, correction["reference"])
    seen = {**first, "version": told["version"]}
    again = await office.act(seen, "result-correction", SIGNER, approved=True)
    assert again["correction"]["dossier_id"] != correction["dossier_id"]
    assert await verify_history(office.service.runtime, ()) == 0


async def test_what_the_head_of_the_agency_takes_back_comes_back_to_nobody(office: Office) -> None:
    first = await returned(office)
    _, correction = await opened(office, first)
    await office.act(correction, "cancellation", SIGNER, note="Người dân đề nghị qua điện thoại")
    told = await office.read(first, SIGNER)
    assert told["correction_draft"] is None
    history = await office.service.get(f"/v1/dossiers/{first['dossier_id']}/history", SIGNER)
    change = history.json()["items"][-1]["change"]
    assert (change["noted"], change["waits_again"]) == ("CORRECTION_ENDED", False)
    assert change["note"] == "Người dân đề nghị qua điện thoại"


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
