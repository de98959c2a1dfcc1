"""A result that was handed out is wrong: a linked dossier is opened to correct it, with an apology."""

import asyncio
from typing import Any

import pytest

from kernel.core.caller import Caller
from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.office import (
    CLERK,
    GATEWAY,
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.wrong_results import ERROR, OWNER, opened, recorded, returned
from tests.integration.dossier.test_other_ways_in import a_portal_dossier

OTHER_SIGNER = an_officer("SIGNER", unit="lanh-dao", subject="lanh-dao-2")


@pytest.fixture(scope="module")
async def office(shared_office: Office) -> Office:
    """One office for all: each test has dossiers of its own."""
    return shared_office


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


async def test_the_signers_inbox_has_it_until_it_is_decided(office: Office) -> None:
    async def waits(seen: dict[str, Any]) -> bool:
        page = await office.service.get("/v1/inbox", SIGNER, params={"limit": 100})
        assert page.status_code == 200, page.text
        return seen["dossier_id"] in {one["dossier_id"] for one in page.json()["items"]}

    seen = await recorded(office, await returned(office))
    assert await waits(seen)
    await office.act(seen, "result-correction", SIGNER, approved=True)
    assert not await waits(seen)
