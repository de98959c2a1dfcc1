"""An emptied database is filled again from republished events, and nobody is told anything anew."""

from datetime import timedelta

from kernel.testing.running import RunningService, a_person
from tests.integration.notify.builders import a_change, aged, forget_everything, messages, send_due
from tests.integration.notify.catching import RunningCatcher

HOURS = timedelta(hours=1)
CITIZEN = a_person("cong-dan-an")


async def ids(notify: RunningService) -> dict[tuple[str, str, str], object]:
    return {
        (row["recipient_key"], row["template"], row["channel"]): row["id"] for row in await messages(notify)
    }


async def test_a_rebuild_gives_every_message_the_id_it_had(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    events = [a_change("accepted"), a_change("intake_refused"), a_change("handed_over")]
    await notify.receive(*events)
    assert await send_due(notify) == 2
    before = await ids(notify)
    await forget_everything(notify)
    await notify.receive(*events)
    assert await ids(notify) == before
    assert len(set(before.values())) == len(before)
    assert await send_due(notify) == 2
    (sms,) = await catcher.caught("sms")
    assert sms["count"] == 2, "asked twice under one reference, sent once"
    mails = await catcher.caught("mail")
    assert len({mail["message_id"] for mail in mails}) == 1, "a mail program shows one Message-ID once"


async def test_what_is_too_old_is_kept_as_lapsed_and_never_sent(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(
        aged(a_change("accepted"), 73 * HOURS), aged(a_change("intake_refused"), 24 * 365 * HOURS)
    )
    notify.clock.advance(24 * HOURS)
    assert await send_due(notify) == 0
    assert await catcher.caught() == []
    outward = [row for row in await messages(notify) if row["channel"] != "IN_APP"]
    assert [(row["state"], row["reason"], row["due_at"], row["sent_at"]) for row in outward] == [
        ("LAPSED", "TOO_OLD", None, None)
    ] * 2
    assert not await notify.published()


async def test_a_delay_within_the_limit_is_sent(notify: RunningService, catcher: RunningCatcher) -> None:
    await notify.receive(aged(a_change("accepted"), 72 * HOURS))
    assert await send_due(notify) == 1
    assert len(await catcher.caught("sms")) == 1


async def test_an_old_notice_stands_in_the_inbox_again_in_its_old_place(notify: RunningService) -> None:
    events = [aged(a_change(name), 80 * HOURS) for name in ("submitted", "accepted", "result_issued")]
    await notify.receive(*reversed(events))
    shown = (await notify.get("/v1/inbox", CITIZEN, params={"limit": 2})).json()
    assert [item["template"] for item in shown["items"]] == ["dossier-result-issued", "dossier-accepted"]
    following = {"limit": 2, "cursor": shown["next_cursor"]}
    (last,) = (await notify.get("/v1/inbox", CITIZEN, params=following)).json()["items"]
    assert last["template"] == "dossier-submitted"


async def test_an_old_notice_that_reached_nobody_is_not_said_aloud_again(notify: RunningService) -> None:
    nobody = {"owner_subject": None, "submitter_subject": None}
    await notify.receive(aged(a_change("stopped", phone=None, email=None, **nobody), 73 * HOURS))
    (row,) = [row for row in await messages(notify) if not row["recipient_key"].startswith("desk:")]
    assert (row["state"], row["reason"]) == ("FAILED_PERMANENT", "NO_CONTACT")
    assert not await notify.published("message.failed.v1")
