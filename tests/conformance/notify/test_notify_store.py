"""What notify's use cases rely on, true of the fake and of PostgreSQL alike."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.core.errors import Stale
from kernel.core.ids import new_id
from kernel.testing.fixed_clock import TUESDAY_MORNING as NOW
from services.notify.domain.events import message_sent
from services.notify.domain.messages import Channel, Claimed, Message, MessageState, Settlement, Skip, Text
from services.notify.use_cases.ports import Place
from tests.conformance.stores import Store

LEASE = timedelta(minutes=1)


def a_message(**changed: Any) -> Message:
    message = Message(
        id=new_id(),
        event_id=new_id(),
        recipient_key="contact:ab",
        template="dossier-accepted",
        template_version=1,
        channel=Channel.SMS,
        address="0912345678",
        address_masked="091****678",
        text=Text("", "da tiep nhan"),
        state=MessageState.PLANNED,
        not_before=NOW,
        created_at=NOW,
        dossier_id=UUID(int=7),
        agencies=("H99.201",),
        skipped=(Skip(Channel.EMAIL, "NO_EMAIL"),),
    )
    return replace(message, **changed)


def in_app(**changed: Any) -> Message:
    return a_message(
        **{
            "channel": Channel.IN_APP,
            "recipient_key": "person:an",
            "state": MessageState.SENT,
            "address": "",
            **changed,
        }
    )


async def planned(store: Store, *messages: Message) -> None:
    async with store.open_work() as work:
        work.messages.add(messages)


async def claimed(store: Store, *, at_most: int = 10, after: timedelta = timedelta()) -> list[Claimed]:
    async with store.open_work() as work:
        return list(await work.messages.claim(Channel.SMS, at_most=at_most, now=NOW + after, lease=LEASE))


def as_sent(message: Claimed) -> Settlement:
    return Settlement(message=message, state=MessageState.SENT, provider_id="p-1", sent_at=NOW)


async def test_an_occurrence_is_planned_once_whichever_key_notices(store: Store) -> None:
    first = a_message()
    await planned(store, first, replace(first, id=new_id()))
    await planned(store, first, replace(first, id=new_id()), replace(first, event_id=new_id()))
    assert [one.id for one in await claimed(store)] == [first.id]


async def test_what_a_unit_planned_and_did_not_commit_is_not_there(store: Store) -> None:
    async def break_off() -> None:
        async with store.open_work() as work:
            work.messages.add([a_message()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    assert await claimed(store) == []


async def test_a_claim_takes_what_is_due_soonest_first_and_whole(store: Store) -> None:
    later = a_message(not_before=NOW - timedelta(seconds=1))
    sooner = a_message(not_before=NOW - timedelta(seconds=2))
    await planned(
        store,
        later,
        sooner,
        a_message(not_before=NOW + timedelta(seconds=1)),
        a_message(channel=Channel.EMAIL),
        a_message(state=MessageState.LAPSED),
        a_message(state=MessageState.FAILED_PERMANENT),
    )
    (one,) = await claimed(store, at_most=1)
    assert (one.id, one.address, one.text) == (sooner.id, sooner.address, sooner.text)
    assert (one.attempts, one.version, one.dossier_id) == (1, 2, sooner.dossier_id)
    assert [other.id for other in await claimed(store)] == [later.id]


async def test_a_lease_holds_until_its_end_and_then_the_message_is_due_again(store: Store) -> None:
    await planned(store, a_message())
    (first,) = await claimed(store)
    assert await claimed(store, after=LEASE - timedelta(seconds=1)) == []
    (second,) = await claimed(store, after=LEASE)
    assert (second.id, second.attempts, second.version) == (first.id, 2, 3)
    assert second.lease != first.lease


async def test_settled_messages_are_final_or_wait_as_told(store: Store) -> None:
    await planned(store, *(a_message() for _ in range(3)))
    sent, waiting, failed = await claimed(store)
    due_at = NOW + timedelta(seconds=5)
    async with store.open_work() as work:
        work.messages.settle(
            [
                as_sent(sent),
                Settlement(
                    message=waiting, state=MessageState.FAILED_TEMPORARY, reason="SMS_503", due_at=due_at
                ),
                Settlement(message=failed, state=MessageState.FAILED_PERMANENT, reason="SMS_422"),
            ]
        )
    async with store.open_work() as work:
        shown = {one.id: one for one in await work.sent.about(UUID(int=7), agency=None)}
    assert [(shown[one.id].state, shown[one.id].reason) for one in (sent, waiting, failed)] == [
        ("SENT", ""),
        ("FAILED_TEMPORARY", "SMS_503"),
        ("FAILED_PERMANENT", "SMS_422"),
    ]
    assert (shown[sent.id].provider_id, shown[sent.id].sent_at, shown[sent.id].version) == ("p-1", NOW, 3)
    assert await claimed(store, after=timedelta(seconds=4)) == []
    assert [one.id for one in await claimed(store, after=timedelta(days=1))] == [waiting.id]


async def test_one_message_held_by_another_undoes_the_whole_unit_with_its_events(store: Store) -> None:
    await planned(store, a_message(), a_message())
    mine, lost = await claimed(store)
    await claimed(store, at_most=1, after=LEASE)
    again = await claimed(store, after=LEASE)
    assert len(again) == 1
    stale = mine if again[0].id == mine.id else lost

    async def settle_both() -> None:
        async with store.open_work() as work:
            work.messages.settle([as_sent(again[0]), as_sent(stale)])
            work.record(message_sent(again[0], provider_id="p-1", at=NOW))

    with pytest.raises(Stale):
        await settle_both()
    async with store.open_work() as work:
        assert {one.state for one in await work.sent.about(UUID(int=7), agency=None)} == {"SENDING"}
    assert await store.published() == []


async def test_a_settled_messages_event_is_published_with_it(store: Store) -> None:
    await planned(store, a_message())
    (one,) = await claimed(store)
    async with store.open_work() as work:
        work.messages.settle([as_sent(one)])
        work.record(message_sent(one, provider_id="p-1", at=NOW))
    assert await store.published() == [("message.sent.v1", str(one.id))]


async def test_an_inbox_is_newest_first_and_goes_on_after_a_place(store: Store) -> None:
    events = sorted(new_id() for _ in range(3))
    mine = [in_app(event_id=event) for event in events]
    of_desk = in_app(event_id=events[1], recipient_key="desk:H99.201//")
    await planned(store, *mine, of_desk, in_app(recipient_key="person:binh"), a_message())
    keys = ["person:an", "desk:H99.201//"]
    async with store.open_work() as work:
        page = await work.inboxes.page(keys, subjects=["an"], unread_only=False, before=None, limit=3)
        last = Place(page[-1].event_id, page[-1].id)
        rest = await work.inboxes.page(keys, subjects=["an"], unread_only=False, before=last, limit=3)
    expected = sorted([*mine, of_desk], key=lambda one: (one.event_id, one.id), reverse=True)
    assert [one.id for one in [*page, *rest]] == [one.id for one in expected]
    assert page[0].text == mine[-1].text


async def test_reading_is_the_readers_own_and_keeps_its_first_moment(store: Store) -> None:
    message = in_app(recipient_key="desk:H99.201//")
    await planned(store, message)
    keys = ["desk:H99.201//"]
    for after in (timedelta(), timedelta(hours=1)):
        async with store.open_work() as work:
            work.inboxes.mark_read(message.id, subject="lan", now=NOW + after)
    async with store.open_work() as work:
        (read,) = await work.inboxes.page(keys, subjects=["lan"], unread_only=False, before=None, limit=9)
        assert read.read_at == NOW
        assert await work.inboxes.page(keys, subjects=["lan"], unread_only=True, before=None, limit=9) == []
        assert (
            len(await work.inboxes.page(keys, subjects=["mai"], unread_only=True, before=None, limit=9)) == 1
        )


async def test_an_inbox_holds_what_is_in_it_only(store: Store) -> None:
    message, sms = in_app(), a_message(recipient_key="person:an")
    await planned(store, message, sms)
    async with store.open_work() as work:
        assert await work.inboxes.holds(message.id, ["person:an", "x"])
        assert not await work.inboxes.holds(message.id, ["person:binh"])
        assert not await work.inboxes.holds(sms.id, ["person:an"])
        assert not await work.inboxes.holds(new_id(), ["person:an"])


async def test_what_was_sent_is_shown_to_agencies_with_a_part_in_it(store: Store) -> None:
    events = sorted(new_id() for _ in range(2))
    both = [a_message(event_id=event, agencies=("H99.201", "H99.202")) for event in events]
    await planned(store, *both, a_message(dossier_id=UUID(int=8)))
    async with store.open_work() as work:
        for agency, count in ((None, 2), ("H99.202", 2), ("H99.203", 0)):
            found = await work.sent.about(UUID(int=7), agency=agency)
            assert len(found) == count
            assert [one.id for one in found] == [one.id for one in both][:count]
        (first, _) = await work.sent.about(UUID(int=7), agency=None)
    assert list(first.skipped) == [{"channel": "EMAIL", "reason": "NO_EMAIL"}]
    assert (first.recipient_masked, first.state, first.attempts) == ("091****678", "PLANNED", 0)


async def test_refusals_are_kept_exactly_as_chosen_last(store: Store) -> None:
    for chosen in (["SURVEY", "OTHER"], ["SURVEY"]):
        async with store.open_work() as work:
            work.opt_outs.replace(["an", "an-2"], chosen, now=NOW)
    async with store.open_work() as work:
        held = await work.opt_outs.of(["an", "an-2", "binh"])
        assert {who: list(refused) for who, refused in held.items()} == {"an": ["SURVEY"], "an-2": ["SURVEY"]}
        assert await work.opt_outs.has(["binh", "an"], "SURVEY")
        assert not await work.opt_outs.has(["an"], "OTHER")
        assert not await work.opt_outs.has([], "SURVEY")
        assert not await work.opt_outs.has(["binh"], "SURVEY")
