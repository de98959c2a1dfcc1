"""An agency ends while its dossiers run: each keeps where it was received and gains who goes on with it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from kernel.testing.running import RunningService, a_service, an_event
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from services.dossier.jobs.deadline_warnings import DEADLINE_WARNINGS
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    GATEWAY,
    HANDED_OUT,
    LEAD,
    OTHER_COMMUNE,
    OUTSIDE_STEPS,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_agency,
    an_officer,
)
from tests.builders.dossier.post import OPERATOR, PostDesk, a_postal_agent, by_post
from tests.integration.dossier.test_late_entries import MANAGER, decided
from tests.integration.dossier.test_mirrors import OURS
from tests.integration.dossier.test_other_ways_in import a_portal_dossier, a_walk_in

Start = Callable[..., Awaitable[RunningService]]
HEIR = "H99.210"
UNITS = [{"code": code, "name": code} for code in ("mot-cua", "chuyen-mon", "lanh-dao", "van-phong")]


def at_heir(officer: Any) -> Any:
    """Return the same officer, now of the heir."""
    return replace(officer, agency=HEIR)


def ended(code: str = COMMUNE, last_day: str = "2026-03-02", **more: Any) -> Event:
    """Return the agency's end as the catalogue tells it."""
    event = an_agency(
        code,
        valid_to=last_day,
        successors=[HEIR],
        continuing={"agency": HEIR, "by_procedure": {}},
        units=UNITS,
        **more,
    )
    return replace(event, sequence=2)


def heir(*of: str, units: list[dict[str, str]] = UNITS) -> Event:
    """Return the agency that goes on."""
    took = [{"agency": code, "procedures": None, "except": [], "from": "2026-03-03"} for code in of]
    return an_agency(HEIR, units=units, predecessors=took)


@pytest.fixture
async def office(start: Start) -> Office:
    """An office of two communes."""
    return await Office(await start("dossier")).open()


async def test_an_agency_receives_nothing_before_its_first_day(empty_office: Office) -> None:
    """Online, at its counter, or entered afterwards of a day before: no code of an agency there was not."""
    new = "H99.250"
    office = await empty_office.open(performing_agencies=[COMMUNE, new])
    service, there = office.service, replace(RECEIVER, agency=new)
    await service.receive(an_agency(new, valid_from="2026-04-01"))
    online = await office.submission(a_citizen(), receiving_agency=new)
    at_counter = a_walk_in(receiving_agency=new)
    for path, body, by in (
        ("/v1/dossiers", online, a_citizen()),
        ("/v1/counter-dossiers", at_counter, there),
    ):
        refused = await service.post(path, body, by)
        assert (refused.status_code, refused.json()["code"]) == (409, "agency-not-begun")
        assert refused.json()["valid_from"] == "2026-04-01"
    service.clock.set(datetime(2026, 4, 2, 9, tzinfo=VIETNAM))
    late = {"dossier": at_counter, "reason": "Mất mạng"}
    for day, status in (("2026-03-31", 409), ("2026-04-01", 201)):
        said = {**late, "received_at": f"{day}T10:00:00+07:00"}
        entry = await service.post("/v1/late-entries", said, there)
        assert entry.status_code == 201
        taken = await decided(office, entry.json(), replace(MANAGER, agency=new))
        assert taken.status_code == status, taken.text
    assert taken.json()["dossier_code"] == "H99.250-260401-0001"


async def merged(office: Office) -> None:
    """Let both communes be merged and the job run."""
    await office.service.receive(heir(COMMUNE, OTHER_COMMUNE), ended(), ended(OTHER_COMMUNE))
    await office.service.run_job(CONTINUE_DOSSIERS)


async def inbox(office: Office, by: Any) -> list[str]:
    """Return the dossiers that wait for an officer."""
    answer = await office.service.get("/v1/inbox", by)
    assert answer.status_code == 200, answer.text
    return [item["dossier_id"] for item in answer.json()["items"]]


async def test_a_running_dossier_goes_on_with_the_heir_to_its_result(office: Office) -> None:
    """Receiving agency and due moment stay; the heir's officers see it, work it and issue the result."""
    seen = await office.in_process()
    before = await office.read(seen, SPECIALIST)
    await merged(office)
    assert await inbox(office, SPECIALIST) == []
    assert await inbox(office, at_heir(SPECIALIST)) == [seen["dossier_id"]]
    now = await office.read(seen, at_heir(SPECIALIST))
    assert now["receiving_agency"] == before["receiving_agency"]
    assert (now["due_at"], now["dossier_code"]) == (before["due_at"], before["dossier_code"])
    assert now["continuing_agency"] == {"code": HEIR, "name": f"UBND {HEIR}"}
    listed = await office.service.get("/v1/dossiers", at_heir(SPECIALIST))
    assert [item["dossier_id"] for item in listed.json()["items"]] == [seen["dossier_id"]]
    for step, officer in (("tham-dinh", SPECIALIST), ("soat-xet", LEAD), ("ky", SIGNER)):
        assert now["version"] > seen["version"]
        refused = await office.tried(now, "step-completion", officer, step=step)
        assert refused.status_code in {403, 404}
        now = await office.act(now, "step-completion", at_heir(officer), step=step)
    now = await office.issued(now, at_heir(CLERK))
    now = await office.act(now, "return", at_heir(RECEIVER), **HANDED_OUT)
    assert now["state"] == "RETURNED"


async def test_a_result_of_before_the_merger_is_corrected_by_the_heir(office: Office) -> None:
    """The dossier had ended: the heir's people see it, record, sign, receive and work."""
    error = {"reason": "Sai năm sinh", "cause": "ERROR_WRITTEN", "found_by": "APPLICANT"}
    first = await office.act(await office.issued(), "return", RECEIVER, **HANDED_OUT)
    await merged(office)
    first = await office.read(first, at_heir(SPECIALIST))
    for officer in (SPECIALIST, an_officer("SPECIALIST", agency="H99.777", subject="nguoi-la")):
        refused = await office.tried(first, "result-correction-draft", officer, **error)
        assert refused.status_code in {403, 404}
    seen = await office.act(first, "result-correction-draft", at_heir(SPECIALIST), **error)
    assert await inbox(office, at_heir(SIGNER)) == [first["dossier_id"]]
    seen = await office.act(seen, "result-correction", at_heir(SIGNER), approved=True)
    told = await office.read(first, at_heir(RECEIVER))
    assert told["continuing_agency"]["code"] == HEIR
    assert told["competent_agency"]["code"] == COMMUNE
    correction = {**seen["correction"], "version": 1}
    begun = await office.read(correction, at_heir(SPECIALIST))
    assert (begun["receiving_agency"]["code"], begun["competent_agency"]["code"]) == (HEIR, HEIR)
    now = await office.act(correction, "acceptance", at_heir(RECEIVER))
    assert now["dossier_code"].startswith(f"{HEIR}-")
    now = await office.act(now, "handover", at_heir(RECEIVER))
    for step, officer in (("tham-dinh", SPECIALIST), ("soat-xet", LEAD), ("ky", SIGNER)):
        now = await office.act(now, "step-completion", at_heir(officer), step=step)
    now = await office.issued(now, at_heir(CLERK), number="2/XN")
    await office.act(now, "return", at_heir(RECEIVER), **HANDED_OUT)
    held = "SELECT state FROM result_register WHERE dossier_id = $1"
    assert await office.service.runtime.pool.fetchval(held, first["dossier_id"]) == "SUPERSEDED"


async def test_who_goes_on_for_the_receiving_agency_alone_works_nothing(empty_office: Office) -> None:
    """The competent agency works on as ever: neither the portal nor the citizen is told otherwise."""
    office = await empty_office.open()
    taken = await office.service.post(
        "/v1/counter-dossiers",
        a_walk_in(receiving_agency=COMMUNE, competent_agency=OTHER_COMMUNE),
        RECEIVER,
    )
    assert taken.status_code == 201, taken.text
    await office.service.receive(heir(COMMUNE), ended())
    await office.service.run_job(CONTINUE_DOSSIERS)
    dossier = (await office.service.published("dossier.work_noted.v1"))[-1]["data"]["dossier"]
    assert (dossier["continuing_agency"], dossier["going_on"][COMMUNE]["code"]) == (None, HEIR)
    view = await office.service.get(f"/v1/portal-views/{dossier['dossier_id']}", GATEWAY)
    assert view.json()["continuing_agency"] is None
    assert HEIR not in view.json()["progress"][-1]["text"]
    shown = await office.read(dossier, at_heir(RECEIVER))
    assert shown["going_on"] == {
        COMMUNE: {"code": HEIR, "name": f"UBND {HEIR}", "units": [one["code"] for one in UNITS]}
    }


async def test_an_outside_system_is_asked_by_who_goes_on(empty_office: Office) -> None:
    """It would refuse an agency that is no more."""
    office = await empty_office.open(steps=OUTSIDE_STEPS)
    seen = await office.in_process()
    await office.service.receive(heir(COMMUNE), ended())
    await office.service.run_job(CONTINUE_DOSSIERS)
    seen = await office.read(seen, at_heir(SPECIALIST))
    await office.act(seen, "step-completion", at_heir(SPECIALIST), step="kiem-tra")
    asked = await office.service.runtime.pool.fetchval("SELECT payload FROM outside_requests")
    assert asked["data"]["agency"] == HEIR


async def test_history_and_the_event_say_who_goes_on(office: Office) -> None:
    """One entry, by the system, in the chain like every other; the state names the continuing agency."""
    seen = await office.in_process()
    await merged(office)
    rows = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/history", at_heir(LEAD))).json()
    noted = [item for item in rows["items"] if item["change"].get("noted") == "AGENCY_CONTINUED"]
    assert [item["change"]["ended_agency"] for item in noted] == [COMMUNE]
    event = (await office.service.published("dossier.work_noted.v1"))[-1]
    assert event["data"]["dossier"]["continuing_agency"]["code"] == HEIR
    await office.service.run_job(CONTINUE_DOSSIERS)
    assert len(await office.service.published("dossier.work_noted.v1")) == len(noted)


async def test_a_new_dossier_at_an_ended_agency_is_sent_to_its_successor(office: Office) -> None:
    """Refused with the successor's name; at the successor it is taken, though the procedure names the old."""
    await merged(office)
    citizen = a_citizen()
    refused = await office.service.post("/v1/dossiers", await office.submission(citizen), citizen)
    assert (refused.status_code, refused.json()["code"]) == (409, "agency-ended")
    assert refused.json()["successors"] == [{"code": HEIR, "name": f"UBND {HEIR}"}]
    assert (await office.submitted(receiving_agency=HEIR))["state"] == "SUBMITTED"


async def test_until_its_last_day_an_agency_works_as_ever(office: Office) -> None:
    """An end told ahead changes nothing before its day; on the day the job hands over."""
    seen = await office.in_process()
    await office.service.receive(heir(COMMUNE), ended(last_day="2026-03-31"))
    await office.service.run_job(CONTINUE_DOSSIERS)
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    assert (await office.submitted())["state"] == "SUBMITTED"
    office.service.clock.set(datetime(2026, 4, 1, 0, 1, tzinfo=VIETNAM))
    await office.service.run_job(CONTINUE_DOSSIERS)
    assert await inbox(office, SPECIALIST) == []
    assert await inbox(office, at_heir(SPECIALIST)) == [seen["dossier_id"]]


async def test_the_heir_of_an_heir_goes_on(office: Office) -> None:
    """Merged twice, a dossier is with the last; nobody between holds it up."""
    seen = await office.in_process()
    await merged(office)
    last = "H99.211"
    second = ended(HEIR)
    second = replace(
        second,
        data={**second.data, "successors": [last], "continuing": {"agency": last, "by_procedure": {}}},
    )
    await office.service.receive(an_agency(last, units=UNITS), second)
    await office.service.run_job(CONTINUE_DOSSIERS)
    assert await inbox(office, replace(SPECIALIST, agency=last)) == [seen["dossier_id"]]


async def test_a_unit_the_heir_does_not_have_holds_nobody_up(office: Office) -> None:
    """Where the heir has no such unit, whoever holds the role there works the step."""
    seen = await office.in_process()
    other = [{"code": "tong-hop", "name": "Tổng hợp"}]
    await office.service.receive(heir(COMMUNE, units=other), ended())
    await office.service.run_job(CONTINUE_DOSSIERS)
    somebody = an_officer("SPECIALIST", unit="tong-hop", agency=HEIR, subject="moi")
    assert await inbox(office, somebody) == [seen["dossier_id"]]
    now = await office.read(seen, somebody)
    assert (await office.act(now, "step-completion", somebody, step="tham-dinh"))["step"][
        "code"
    ] == "soat-xet"


async def test_an_heir_numbers_results_in_its_own_book_and_revokes_what_both_gave(office: Office) -> None:
    """The number 12 of the office that is no more is another than the heir's 12."""
    await office.issued(number="12/XN")
    first, second = [await office.at_issue() for _ in range(2)]
    await merged(office)
    first, second = [await office.read(one, at_heir(CLERK)) for one in (first, second)]
    seen = await office.issued(first, at_heir(CLERK), number="12/XN")
    assert seen["warnings"] == []
    seen = await office.issued(second, at_heir(CLERK), number="12/XN")
    (warning,) = seen["warnings"]
    assert warning["details"]["dossier_codes"] == [first["dossier_code"]]
    rows = await office.service.runtime.pool.fetch("SELECT id, dossier_id, agency FROM result_register")
    assert [row["agency"] for row in sorted(rows, key=lambda one: one["id"])] == [COMMUNE, HEIR, HEIR]
    body = {"reason": "Cấp nhầm", "legal_basis": "Quyết định 5/QĐ-UBND"}
    for row in rows:
        path = f"/v1/results/{row['id']}/revocation"
        assert (await office.service.post(path, body, SIGNER, version=1)).status_code == 403
        assert (await office.service.post(path, body, at_heir(SIGNER), version=1)).status_code == 204


def acting(subject: str, *roles: str, unit: str, procedures: list[str] | None = None, **days: str) -> Event:
    """Return an entry of the directory that acts for the leader."""
    given = {
        "id": "018f0000-0000-7000-8000-000000000001",
        "kind": "DELEGATION",
        "from": "lanh-dao",
        "from_name": "Chủ tịch",
        "roles": [*roles],
        "procedures": procedures or [],
        "agency": COMMUNE,
        "unit": unit,
        "valid_from": days.get("valid_from", "2026-03-01"),
        "valid_to": days.get("valid_to", "2026-03-31"),
        "decision": {"number": "7/UQ", "signed_on": "2026-02-27"},
    }
    data = {
        "subject": subject,
        "name": "Phó",
        "agency": COMMUNE,
        "unit": "chuyen-mon",
        "roles": ["TEAM_LEAD"],
    }
    return an_event("staff.changed.v1", subject, {**data, "delegations": [given], "leaves": []})


DEPUTY = an_officer("TEAM_LEAD", subject="pho")


async def at_signing(office: Office) -> dict[str, Any]:
    """Return a dossier that waits for the signature."""
    seen = await office.in_process()
    seen = await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh")
    return await office.act(seen, "step-completion", LEAD, step="soat-xet")


async def test_a_deputy_signs_in_the_leaders_place_and_history_says_so(office: Office) -> None:
    """Not before the delegation is told; then it stands in the inbox, may be signed, and names both."""
    seen = await at_signing(office)
    assert (await office.tried(seen, "step-completion", DEPUTY, step="ky")).status_code == 403
    assert await inbox(office, DEPUTY) == []
    await office.service.receive(acting("pho", "SIGNER", unit="lanh-dao"))
    assert await inbox(office, DEPUTY) == [seen["dossier_id"]]
    assert "step-completion" in (await office.read(seen, DEPUTY))["actions"]
    await office.act(seen, "step-completion", DEPUTY, step="ky")
    actor = (await office.service.published("dossier.step_completed.v1"))[-1]["data"]["change"]["actor"]
    assert (actor["on_behalf_of"], actor["decision"]) == ("Chủ tịch", "7/UQ")


@pytest.mark.parametrize(
    "limits",
    [
        {"procedures": ["1.000001"]},
        {"valid_from": "2026-02-01", "valid_to": "2026-03-02"},
        {"valid_from": "2026-03-04", "valid_to": "2026-03-31"},
    ],
    ids=["another procedure", "past", "to come"],
)
async def test_a_delegation_ends_at_its_limits(office: Office, limits: dict[str, Any]) -> None:
    """Outside its procedures or its days nothing is delegated."""
    seen = await at_signing(office)
    await office.service.receive(acting("pho", "SIGNER", unit="lanh-dao", **limits))
    assert (await office.tried(seen, "step-completion", DEPUTY, step="ky")).status_code == 403
    assert await inbox(office, DEPUTY) == []


async def test_who_drafted_does_not_sign_by_delegation_either(office: Office) -> None:
    """Four eyes are two people, whatever papers they hold."""
    seen = await at_signing(office)
    await office.service.receive(acting("thu-ly", "SIGNER", unit="lanh-dao"))
    refused = await office.tried(seen, "step-completion", SPECIALIST, step="ky")
    assert (refused.status_code, refused.json()["code"]) == (403, "four-eyes")


async def test_what_the_portal_still_sends_to_an_agency_that_ended_is_received_by_its_heir(
    office: Office,
) -> None:
    """Its catalogue knows the old code for days; who handed in there holds the portal's receipt."""
    await merged(office)
    born = await office.service.post("/v1/portal-dossiers", a_portal_dossier(), GATEWAY)
    assert born.status_code == 201, born.text
    receiver = at_heir(RECEIVER)
    seen = await office.act({"dossier_id": born.json()["dossier_id"], "version": 1}, "acceptance", receiver)
    now = await office.read(seen, receiver)
    assert now["receiving_agency"]["code"] == now["competent_agency"]["code"] == HEIR
    assert now["dossier_code"].startswith(f"{HEIR}-")
    first = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/history", receiver)).json()[
        "items"
    ][0]
    assert COMMUNE in first["change"]["note"]


async def test_where_nobody_is_known_to_go_on_the_portal_is_told_and_nothing_is_kept(office: Office) -> None:
    await office.service.receive(ended())
    answer = await office.service.post("/v1/portal-dossiers", a_portal_dossier(), GATEWAY)
    assert (answer.status_code, answer.json()["code"]) == (409, "agency-ended")
    assert await office.service.count("dossiers") == 0


@pytest.mark.parametrize("where", ["at an outside step", "worked by another system"])
async def test_who_goes_on_is_warned_of_what_waits_for_nobody_of_the_province(
    empty_office: Office, where: str
) -> None:
    """No desk is to act, and somebody answers for it: not the desks of an agency that is no more."""
    office = await empty_office.open(steps=OUTSIDE_STEPS if where == "at an outside step" else None)
    seen = await office.in_process()
    if where == "at an outside step":
        await office.act(seen, "step-completion", SPECIALIST, step="kiem-tra")
    else:
        await office.act(seen, "route-change", SIGNER, route="MINISTRY", **OURS, note="Quyết định 12")
    await office.service.receive(heir(COMMUNE), ended())
    await office.service.run_job(CONTINUE_DOSSIERS)
    for _ in range(10):
        office.service.clock.advance(timedelta(hours=12))
        for job in (WATCH_DEADLINES, DEADLINE_WARNINGS):
            await office.service.run_job(job)
    told = [one["data"] for one in await office.service.published("deadline_warning.raised.v1")]
    assert {"APOLOGY_NEAR", "DUE_SOON", "OVERDUE"} <= {one["threshold"] for one in told}
    assert {desk["agency"] for one in told for desk in one["desks"]} == {HEIR}
    assert {one["agency"] for one in told} == {HEIR}


async def test_a_letter_that_comes_back_is_told_to_the_counter_that_goes_on(office: Office) -> None:
    """Its paper lies there now."""
    await office.service.receive(a_postal_agent())
    sent = await PostDesk(office).sent(await by_post(office))
    await office.service.receive(heir(COMMUNE), ended())
    await office.service.run_job(CONTINUE_DOSSIERS)
    number, post = sent["items"][0]["tracking_number"], a_service("post.status", subject=OPERATOR)
    for said in ("ATTEMPT_FAILED", "RETURNED"):
        office.service.clock.advance(timedelta(hours=1))
        at = office.service.clock.now().isoformat()
        report = {"event_id": said, "tracking_number": number, "status": said, "at": at, "note": ""}
        answer = await office.service.post("/v1/post-statuses", report, post)
        assert answer.status_code == 200, answer.text
    for what in ("failed", "brought_back"):
        (told,) = await office.service.published(f"post_item.{what}.v1")
        assert told["data"]["agency"] == HEIR, what
