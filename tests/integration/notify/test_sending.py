"""From an event to a message in the real catcher, through every failure a provider has."""

from datetime import datetime, timedelta

import pytest

from kernel.core.clock import VIETNAM
from kernel.postgres.migrations import differences
from kernel.testing.running import RunningService
from services.notify.domain.timing import MAX_ATTEMPTS
from services.notify.store.tables import metadata
from tests.integration.notify.builders import a_change, an_invitation, messages, send_due
from tests.integration.notify.catching import RunningCatcher


async def test_the_migration_makes_the_tables_the_code_declares(notify: RunningService) -> None:
    assert await differences(notify.runtime.settings.database_url.get_secret_value(), metadata) == []


async def test_an_accepted_dossier_is_one_text_message_and_one_message_in_app(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("accepted"))
    assert await send_due(notify) == 1
    (caught,) = await catcher.caught()
    (row,) = await messages(notify, "SMS")
    assert (caught["kind"], caught["recipients"]) == ("sms", ["0912345678"])
    assert caught["reference"] == str(row["id"])
    assert "H99.201-261117-0001" in caught["body"]
    assert "17:30 20/11/2026" in caught["body"]
    assert (row["state"], row["provider_id"], row["attempts"]) == ("SENT", caught["id"], 1)
    (in_app,) = await messages(notify, "IN_APP")
    assert (in_app["recipient_key"], in_app["state"]) == ("person:cong-dan-an", "SENT")
    (sent,) = await notify.published("message.sent.v1")
    assert (sent["key"], sent["sequence"]) == (str(row["id"]), row["version"])


async def test_nothing_personal_stands_in_the_rows_or_events(notify: RunningService) -> None:
    await notify.receive(a_change("intake_refused"))
    await send_due(notify)
    kept = (
        f"{[dict(row) for row in await messages(notify)]} {[dict(row) for row in await notify.published()]}"
    )
    assert not [word for word in ("an@thu.example", "Nguyễn", "0912345678") if word in kept]


async def test_the_same_event_twice_is_one_message_and_a_later_one_is_another(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    first = a_change("supplement_requested")
    await notify.receive(first)
    await notify.receive(first)
    await notify.runtime.pool.execute("DELETE FROM inbox")
    await notify.receive(first)
    await notify.receive(a_change("supplement_requested", dossier_id=first.key))
    await send_due(notify)
    assert len(await catcher.caught()) == 2


async def test_a_refusal_goes_by_mail_with_its_message_id(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("intake_refused"))
    await send_due(notify)
    (caught,) = await catcher.caught("mail")
    (row,) = await messages(notify, "EMAIL")
    assert caught["message_id"] == f"<{row['id']}@tinh.example>"
    assert caught["recipients"] == ["an@thu.example"]
    assert "Kính gửi Ông/Bà Nguyễn Văn An" in caught["body"]
    assert "Không thuộc thẩm quyền" in caught["body"]


async def test_mail_connections_are_used_again(notify: RunningService, catcher: RunningCatcher) -> None:
    for _ in range(3):
        await notify.receive(a_change("intake_refused"))
        await send_due(notify)
    assert len(await catcher.caught("mail")) == 3
    assert len(notify.runtime.resources.mail._idle) == 1


async def test_without_a_mobile_number_the_next_channel_is_used_and_says_why(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("accepted", phone="02431234567"))
    await send_due(notify)
    assert [one["kind"] for one in await catcher.caught()] == ["mail"]
    (row,) = await messages(notify, "EMAIL")
    assert row["skipped"] == [{"channel": "SMS", "reason": "UNUSABLE_MOBILE"}]


async def test_nobody_reachable_is_said_aloud(notify: RunningService) -> None:
    nobody = {"owner_subject": None, "submitter_subject": None}
    await notify.receive(a_change("result_issued", phone=None, email=None, **nobody))
    (row,) = [row for row in await messages(notify) if not row["recipient_key"].startswith("desk:")]
    assert (row["state"], row["reason"]) == ("FAILED_PERMANENT", "NO_CONTACT")
    (failed,) = await notify.published("message.failed.v1")
    assert (failed["data"]["reason"], failed["data"]["attempts"]) == ("NO_CONTACT", 0)
    assert await send_due(notify) == 0


async def test_a_night_event_rings_no_telephone_before_seven(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    notify.clock.set(datetime(2026, 3, 3, 22, 15, tzinfo=VIETNAM))
    await notify.receive(a_change("accepted"), a_change("intake_refused"))
    assert await send_due(notify) == 1
    assert [one["kind"] for one in await catcher.caught()] == ["mail"]
    assert len(await messages(notify, "IN_APP")) == 2
    notify.clock.set(datetime(2026, 3, 4, 7, 0, tzinfo=VIETNAM))
    assert await send_due(notify) == 1
    assert len(await catcher.caught("sms")) == 1


async def test_a_retry_rings_no_telephone_at_night_either(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    notify.clock.set(datetime(2026, 3, 3, 20, 59, 58, tzinfo=VIETNAM))
    await catcher.faults(sms_status=503)
    await notify.receive(a_change("accepted"))
    await send_due(notify)
    (row,) = await messages(notify, "SMS")
    assert row["due_at"] == datetime(2026, 3, 4, 7, 0, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("change", "fault", "reason"),
    [
        ("accepted", {"sms_status": 503}, "SMS_503"),
        ("accepted", {"sms_status": 401}, "SMS_401"),
        ("accepted", {"slow_ms": 1500}, "ReadTimeout"),
        ("intake_refused", {"mail_reply": 451}, "MAIL_451"),
        ("intake_refused", {"slow_ms": 1500}, "SMTPReadTimeoutError"),
    ],
)
async def test_what_fails_for_now_waits_and_goes_out_later(
    notify: RunningService, catcher: RunningCatcher, change: str, fault: dict[str, int], reason: str
) -> None:
    await catcher.faults(**fault)
    await notify.receive(a_change(change))
    await send_due(notify)
    (row,) = [row for row in await messages(notify) if row["channel"] != "IN_APP"]
    assert (row["state"], row["reason"], row["attempts"]) == ("FAILED_TEMPORARY", reason, 1)
    assert row["due_at"] == notify.clock.now() + timedelta(seconds=5)
    assert not await notify.published()
    await catcher.faults()
    assert await send_due(notify) == 0
    notify.clock.advance(timedelta(seconds=5))
    assert await send_due(notify) == 1
    (row,) = [row for row in await messages(notify) if row["channel"] != "IN_APP"]
    assert (row["state"], row["attempts"], row["reason"]) == ("SENT", 2, "")


@pytest.mark.parametrize(
    ("change", "fault", "reason"),
    [
        ("accepted", {"refuse_recipients": ["0912345678"]}, "SMS_422"),
        ("intake_refused", {"refuse_recipients": ["an@thu.example"]}, "MAIL_550"),
    ],
)
async def test_what_fails_for_good_ends_at_once_and_takes_no_other_channel(
    notify: RunningService, catcher: RunningCatcher, change: str, fault: dict[str, object], reason: str
) -> None:
    await catcher.faults(**fault)
    await notify.receive(a_change(change))
    await send_due(notify)
    (row,) = [row for row in await messages(notify) if row["channel"] != "IN_APP"]
    assert (row["state"], row["reason"]) == ("FAILED_PERMANENT", reason)
    (failed,) = await notify.published("message.failed.v1")
    assert failed["data"]["reason"] == reason
    assert await catcher.caught() == []


async def test_a_provider_that_never_comes_back_ends_after_48_attempts(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await catcher.faults(sms_status=500)
    await notify.receive(a_change("accepted"))
    for _ in range(MAX_ATTEMPTS):
        assert await send_due(notify) == 1
        notify.clock.advance(timedelta(minutes=5))
    assert await send_due(notify) == 0
    (row,) = await messages(notify, "SMS")
    assert (row["state"], row["reason"], row["attempts"]) == ("FAILED_PERMANENT", "EXHAUSTED:SMS_500", 48)
    assert len(await notify.published("message.failed.v1")) == 1


async def test_a_lost_answer_is_asked_again_and_sends_nothing_twice(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await catcher.faults(sms_lose_answer=True, times=1)
    await notify.receive(a_change("accepted"))
    await send_due(notify)
    notify.clock.advance(timedelta(seconds=5))
    await send_due(notify)
    (caught,) = await catcher.caught("sms")
    (row,) = await messages(notify, "SMS")
    assert (caught["count"], row["state"], row["provider_id"]) == (2, "SENT", caught["id"])


async def test_an_outage_loses_nothing(notify: RunningService, catcher: RunningCatcher) -> None:
    await catcher.faults(sms_status=503, mail_reply=421)
    for _ in range(10):
        await notify.receive(a_change("accepted"), a_change("stopped"))
    for _ in range(6):
        await send_due(notify)
        notify.clock.advance(timedelta(minutes=5))
    await catcher.faults()
    await send_due(notify)
    assert len({one["reference"] for one in await catcher.caught("sms")}) == 10
    assert len({one["message_id"] for one in await catcher.caught("mail")}) == 10
    assert len(await notify.published("message.sent.v1")) == 20


async def test_an_invitations_link_reaches_the_recipient_only(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(an_invitation())
    await send_due(notify)
    (caught,) = await catcher.caught("mail")
    assert "http://127.0.0.1:8000/api/v1/invitations/bi-mat" in caught["body"]
    assert "bi-mat" not in str([dict(row) for row in await messages(notify)])


async def test_a_claimed_message_is_left_alone_until_its_lease_ends(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("accepted"))
    await notify.runtime.pool.execute(
        "UPDATE messages SET state = 'SENDING', due_at = $1 WHERE channel = 'SMS'",
        notify.clock.now() + timedelta(seconds=60),
    )
    assert await send_due(notify) == 0
    notify.clock.advance(timedelta(seconds=60))
    assert await send_due(notify) == 1
    assert len(await catcher.caught()) == 1


async def test_a_message_whose_seal_does_not_open_holds_up_nobody(
    notify: RunningService, catcher: RunningCatcher
) -> None:
    await notify.receive(a_change("accepted"))
    await notify.runtime.pool.execute("UPDATE messages SET recipient = 'aGFuZw' WHERE channel = 'SMS'")
    await notify.receive(a_change("resumed"))
    assert await send_due(notify) == 2
    broken, whole = await messages(notify, "SMS")
    assert (broken["state"], broken["reason"]) == ("FAILED_TEMPORARY", "SEAL_BROKEN")
    assert whole["state"] == "SENT"
