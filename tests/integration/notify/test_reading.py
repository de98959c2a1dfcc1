"""Who sees what: the own inbox, the desk's inbox, what was sent about a dossier, preferences."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import jsonschema
import pytest

from kernel.core.caller import Caller
from kernel.testing.fixed_clock import TUESDAY_MORNING
from kernel.testing.running import RunningService, a_person, a_staff_member
from services.notify.domain.notices import Occurrence
from services.notify.use_cases.plan_messages import plan_messages
from tests.integration.notify.builders import a_change, an_invitation, messages, send_due
from tests.integration.notify.catching import RunningCatcher

CONTRACTS = Path(__file__).parents[3] / "contracts" / "events"
CITIZEN = a_person("cong-dan-an")
RECEIVER = a_staff_member("ONE_STOP_OFFICER", agency="H99.201", unit="mot-cua")
SPECIALIST = a_staff_member("SPECIALIST", agency="H99.201", unit="chuyen-mon")
STRANGER = a_staff_member("SPECIALIST", "ONE_STOP_OFFICER", agency="H99.202", unit="chuyen-mon")


async def test_a_person_reads_own_messages_newest_first_and_page_by_page(notify: RunningService) -> None:
    for name in ("submitted", "accepted", "result_issued"):
        await notify.receive(a_change(name))
    first = (await notify.get("/v1/inbox", CITIZEN, params={"limit": 2})).json()
    assert [item["template"] for item in first["items"]] == ["dossier-result-issued", "dossier-accepted"]
    last = (
        await notify.get("/v1/inbox", CITIZEN, params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()
    assert [item["template"] for item in last["items"]] == ["dossier-submitted"]
    assert last["next_cursor"] is None
    assert first["items"][0]["created_at"].endswith("+07:00")
    assert (await notify.get("/v1/inbox", a_person())).json()["items"] == []
    assert (await notify.get("/v1/inbox")).status_code == 401


async def test_messages_about_a_destroyed_dossier_are_forgotten_and_others_stay(
    notify: RunningService,
) -> None:
    told, other = a_change("accepted"), a_change("accepted")
    await notify.receive(told, other, a_change("destroyed", dossier_id=told.key))
    kept = await notify.runtime.pool.fetch("SELECT DISTINCT dossier_id::text FROM messages")
    assert [row[0] for row in kept] == [other.key]


async def test_a_desk_reads_its_steps_and_another_desk_does_not(notify: RunningService) -> None:
    await notify.receive(a_change("handed_over"), a_change("submitted"))
    seen = {
        caller.subject: {item["template"] for item in (await notify.get("/v1/inbox", caller)).json()["items"]}
        for caller in (RECEIVER, SPECIALIST, STRANGER)
    }
    assert seen[SPECIALIST.subject] == {"step-assigned"}
    assert seen[RECEIVER.subject] == {"dossier-submitted-one-stop"}
    assert seen[STRANGER.subject] == set()


async def test_after_a_merger_the_desks_of_the_heir_are_told(notify: RunningService) -> None:
    """Nobody sits at the ended agency's; a unit the heir does not have is any of its."""
    for units, told in ((["chuyen-mon"], {"step-assigned"}), ([], {"step-assigned"})):
        heir = f"H99.21{len(units)}"
        going_on = {"H99.201": {"code": heir, "name": f"UBND {heir}", "units": units}}
        changes = [a_change("handed_over"), a_change("submitted")]
        for change in changes:
            change.data["dossier"]["going_on"] = going_on
        await notify.receive(*changes)
        seen = {}
        for caller in (RECEIVER, SPECIALIST):
            for agency in ("H99.201", heir):
                at = replace(caller, agency=agency)
                items = (await notify.get("/v1/inbox", at)).json()["items"]
                seen[caller.subject, agency] = {item["template"] for item in items}
        assert seen[SPECIALIST.subject, heir] == told
        assert seen[RECEIVER.subject, heir] == {"dossier-submitted-one-stop"}
        assert seen[SPECIALIST.subject, "H99.201"] == seen[RECEIVER.subject, "H99.201"] == set()


async def test_reading_is_marked_for_the_reader_alone(notify: RunningService) -> None:
    await notify.receive(a_change("handed_over"))
    (item,) = (await notify.get("/v1/inbox", SPECIALIST)).json()["items"]
    colleague = a_staff_member("SPECIALIST", agency="H99.201", unit="chuyen-mon")
    for _ in range(2):
        marked = await notify.post(f"/v1/inbox/{item['id']}/reading", caller=SPECIALIST)
        assert marked.status_code == 200, marked.text
    unread = {"unread": "true"}
    assert (await notify.get("/v1/inbox", SPECIALIST, params=unread)).json()["items"] == []
    assert len((await notify.get("/v1/inbox", colleague, params=unread)).json()["items"]) == 1
    (read,) = (await notify.get("/v1/inbox", SPECIALIST)).json()["items"]
    assert read["read_at"] == notify.clock.now().isoformat()


async def test_nobody_marks_or_finds_anothers_message(notify: RunningService) -> None:
    await notify.receive(a_change("handed_over"))
    for row in await messages(notify):
        refused = await notify.post(f"/v1/inbox/{row['id']}/reading", caller=STRANGER)
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    assert await notify.count("readings") == 0


async def test_staff_of_the_dossiers_agency_see_that_the_applicant_was_told(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    change = a_change("accepted")
    await notify.receive(change)
    await send_due(notify)
    about = {"dossier_id": change.key}
    answer = await notify.get("/v1/messages", RECEIVER, params=about)
    assert answer.status_code == 200, answer.text
    (sms,) = [item for item in answer.json()["items"] if item["channel"] == "SMS"]
    assert (sms["state"], sms["recipient_masked"], sms["attempts"]) == ("SENT", "091****678", 1)
    assert sms["sent_at"] == notify.clock.now().isoformat()
    assert not [word for word in ("0912345678", "Nguyễn", "body") if word in answer.text]
    assert (await notify.get("/v1/messages", STRANGER, params=about)).json()["items"] == []
    overseer = a_staff_member("SUPERVISOR", agency="H99.02")
    assert len((await notify.get("/v1/messages", overseer, params=about)).json()["items"]) == 2
    assert (await notify.get("/v1/messages", CITIZEN, params=about)).status_code == 403
    assert (await notify.get("/v1/messages", RECEIVER)).status_code == 422


async def test_surveys_may_be_refused_and_notices_of_the_law_may_not(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    refusing = await choose(notify, '"0"', "SURVEY")
    assert refusing.status_code == 200, refusing.text
    statutory = await choose(notify, refusing.headers["etag"], "STATUTORY")
    assert statutory.status_code == 422
    assert (await notify.get("/v1/preferences", CITIZEN)).json()["refused"] == ["SURVEY"]
    await notify.receive(an_invitation(), a_change("accepted"))
    await send_due(notify)
    assert [one["kind"] for one in await catcher.caught()] == ["sms"]
    (skipped,) = [row for row in await messages(notify) if row["template"] == "survey-invitation"]
    assert (skipped["state"], skipped["reason"]) == ("FAILED_PERMANENT", "OPTED_OUT")
    assert not await notify.published("message.failed.v1")
    await choose(notify, refusing.headers["etag"])
    assert (await notify.get("/v1/preferences", CITIZEN)).json()["refused"] == []


async def test_a_choice_is_changed_by_who_saw_it(notify: RunningService) -> None:
    seen = (await notify.get("/v1/preferences", CITIZEN)).headers["etag"]
    assert (await choose(notify, "", "SURVEY")).status_code == 428
    assert (await choose(notify, seen, "SURVEY")).status_code == 200
    late = await choose(notify, seen)
    assert (late.status_code, late.json()["code"]) == (412, "stale-version")
    assert (await notify.get("/v1/preferences", CITIZEN)).json()["refused"] == ["SURVEY"]


async def test_linked_accounts_that_differ_are_told_and_one_choice_holds_for_both(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    """The refusal counts as the choice, is said to be of one account only, and once kept is of both."""
    new = a_person("tai-khoan-moi")
    linked = replace(new, also=frozenset({CITIZEN.subject}))
    await choose(notify, '"0"', "SURVEY", by=new)
    assert (await notify.get("/v1/preferences", new)).json() == {"refused": ["SURVEY"], "differing": []}
    seen = await notify.get("/v1/preferences", linked)
    assert seen.json() == {"refused": ["SURVEY"], "differing": ["SURVEY"]}

    chosen = await choose(notify, seen.headers["etag"], "SURVEY", by=linked)
    assert chosen.status_code == 200, chosen.text
    for who in (linked, new, CITIZEN):
        kept = (await notify.get("/v1/preferences", who)).json()
        assert kept == {"refused": ["SURVEY"], "differing": []}
    await notify.receive(an_invitation())
    await send_due(notify)
    assert await catcher.caught() == []
    await choose(notify, chosen.headers["etag"], by=linked)
    assert (await notify.get("/v1/preferences", CITIZEN)).json()["refused"] == []


async def test_what_one_account_has_read_is_read_for_the_linked_one(notify: RunningService) -> None:
    await notify.receive(a_change("accepted"))
    (message,) = (await notify.get("/v1/inbox", CITIZEN)).json()["items"]
    assert (await notify.post(f"/v1/inbox/{message['id']}/reading", {}, CITIZEN)).status_code == 200
    linked = a_person("tai-khoan-moi", also=frozenset({CITIZEN.subject}))
    (shown,) = (await notify.get("/v1/inbox", linked)).json()["items"]
    assert shown["read_at"] is not None
    assert (await notify.get("/v1/inbox?unread=true", linked)).json()["items"] == []
    again = await notify.post(f"/v1/inbox/{message['id']}/reading", {}, linked)
    assert again.status_code == 200
    assert len((await notify.get("/v1/inbox", linked)).json()["items"]) == 1


async def choose(notify: RunningService, seen: str, *refused: str, by: Caller = CITIZEN) -> httpx.Response:
    """Refuse these notices, having seen that version of the choice."""
    headers = notify.headers(by) | ({"If-Match": seen} if seen else {})
    return await notify.client.put("/v1/preferences", json={"refused": list(refused)}, headers=headers)


@pytest.mark.parametrize("fault", [{}, {"refuse_recipients": ["0912345678"]}])
async def test_what_is_published_fits_its_schema(
    notify: RunningService, catcher: RunningCatcher, fault: dict[str, object]
) -> None:
    await catcher.faults(**fault)
    nobody = {"owner_subject": None, "submitter_subject": None}
    await notify.receive(a_change("accepted"), a_change("stopped", phone=None, email=None, **nobody))
    await send_due(notify)
    rows = await notify.published()
    assert len(rows) == 2
    for row in rows:
        schema = json.loads((CONTRACTS / f"{row['type']}.schema.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(row["data"])


async def test_an_event_costs_one_statement_and_a_screen_one(notify: RunningService) -> None:
    change = a_change("accepted")
    async with notify.runtime.unit_of_work() as unit:
        work = notify.runtime.open_work(unit)
        await plan_messages(an_occurrence(change.data), work=work, now=notify.clock.now())
        await unit.commit()
        assert unit.statements == 1
    async with notify.runtime.unit_of_work() as unit:
        work = notify.runtime.open_work(unit)
        items = await work.inboxes.page(
            ["person:cong-dan-an"], subjects=["cong-dan-an"], unread_only=False, before=None, limit=20
        )
        assert (len(items), unit.statements) == (1, 1)


def an_occurrence(data: dict[str, object]) -> Occurrence:
    from kernel.core.event import ReceivedEvent
    from kernel.core.ids import new_id
    from services.notify.consumers.dossier import DossierChanged, occurrence_of

    event = ReceivedEvent(
        id=new_id(),
        type="dossier.accepted.v1",
        source="dossier",
        topic="dossier",
        key="k",
        sequence=2,
        occurred_at=TUESDAY_MORNING,
        correlation_id="",
        causation_id="",
        data=data,
    )
    return occurrence_of(DossierChanged.model_validate(data), event)
