"""Who is told what, over which channel, and when nobody can be."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden
from kernel.core.ids import new_id
from kernel.sealing import SealBroken
from kernel.testing.fixed_clock import TUESDAY_MORNING as NOW
from services.notify.domain.messages import Channel, MessageState, message_id
from services.notify.domain.notices import Audience
from services.notify.use_cases.plan_messages import plan_messages
from services.notify.use_cases.ports import PermanentFailure, TemporaryFailure
from services.notify.use_cases.read_inbox import messages_about
from services.notify.use_cases.send_message import Outcome, hand_over, keep_outcomes
from tests.unit.notify.memory import SEALS, MemoryWork, a_claimed, an_occurrence


async def planned(event_type: str, work: MemoryWork | None = None, **changed: object) -> MemoryWork:
    work = work or MemoryWork()
    await plan_messages(an_occurrence(event_type, **changed), work=work, now=NOW)  # type: ignore[arg-type]
    return work


def told(work: MemoryWork) -> set[tuple[str, str]]:
    return {(message.recipient_key.partition(":")[0], message.channel) for message in work.messages.planned}


async def test_an_applicant_is_told_over_one_channel_and_in_every_own_inbox() -> None:
    work = await planned("dossier.accepted.v1", subjects=("dai-dien", "chu-ho-so"))
    assert told(work) == {("contact", "SMS"), ("person", "IN_APP")}
    inboxes = [message.recipient_key for message in work.messages.planned if message.channel == "IN_APP"]
    assert inboxes == ["person:dai-dien", "person:chu-ho-so"]


async def test_what_rings_no_telephone_is_in_app_only() -> None:
    work = await planned("dossier.handed_over.v1")
    assert told(work) == {("person", "IN_APP"), ("desk", "IN_APP")}


async def test_the_applicant_of_a_child_hears_of_the_whole_and_its_office_of_the_child() -> None:
    work = await planned("dossier.submitted.v1", not_told=(Audience.APPLICANT,))
    assert told(work) == {("desk", "IN_APP")}


async def test_a_step_of_nobody_here_has_no_desk_to_tell() -> None:
    work = await planned("dossier.step_completed.v1", step=None)
    assert work.messages.planned == []


async def test_without_any_address_the_inbox_is_enough_and_says_what_was_missing() -> None:
    work = await planned("dossier.accepted.v1", phone="", email="")
    (message,) = work.messages.planned
    assert (message.channel, [skip.reason for skip in message.skipped]) == (
        Channel.IN_APP,
        ["NO_MOBILE", "NO_EMAIL"],
    )
    assert work.events == []


async def test_without_address_and_account_the_failure_is_published() -> None:
    for unreachable in ({"phone": "", "email": ""}, {"contact": None}):
        work = await planned("dossier.accepted.v1", subjects=(), **unreachable)
        (message,) = work.messages.planned
        assert (message.state, message.reason) == (MessageState.FAILED_PERMANENT, "NO_CONTACT")
        assert [event.type for event in work.events] == ["message.failed.v1"]


async def test_a_contact_that_does_not_open_is_an_error_and_never_no_contact() -> None:
    with pytest.raises(SealBroken):
        await planned("dossier.accepted.v1", contact="c2VhbGVk")
    with pytest.raises(SealBroken):
        await planned("dossier.accepted.v1", contact=SEALS.seal({"phone": "0"}, purpose="other"))


async def test_a_refused_survey_is_kept_as_refused_and_a_notice_is_sent_anyway() -> None:
    work = MemoryWork()
    work.database.opt_outs.add(("cong-dan-an", "SURVEY"))
    link = SEALS.seal("http://lien-ket", purpose="contact")
    await planned("invitation.issued.v1", work, sealed_facts={"link": link})
    assert [message.reason for message in work.messages.planned] == ["OPTED_OUT"]
    await planned("dossier.accepted.v1", work)
    assert any(message.state is MessageState.PLANNED for message in work.messages.planned)


async def test_a_message_planned_again_has_the_id_it_had_and_no_two_share_one() -> None:
    occurrence = an_occurrence("dossier.accepted.v1", subjects=("dai-dien", "chu-ho-so"))
    first, again, later = MemoryWork(), MemoryWork(), MemoryWork()
    await plan_messages(occurrence, work=first, now=NOW)
    await plan_messages(occurrence, work=again, now=NOW + timedelta(hours=1))
    await plan_messages(replace(occurrence, event_id=new_id()), work=later, now=NOW)
    ids = [message.id for message in first.messages.planned]
    assert [message.id for message in again.messages.planned] == ids
    assert len({*ids, *(message.id for message in later.messages.planned)}) == 6


def test_the_id_of_a_message_never_changes_with_the_code() -> None:
    known = message_id(UUID(int=1), "contact:ab", "dossier-accepted", Channel.SMS)
    assert known == UUID("a4cfb8f9-a54e-5ad7-833a-e510eb36cdf7")


async def test_an_old_event_fills_inboxes_and_sends_nothing() -> None:
    work = await planned("dossier.accepted.v1", occurred_at=NOW - timedelta(hours=72, seconds=1))
    states = {message.channel: (message.state, message.reason) for message in work.messages.planned}
    assert states == {
        Channel.SMS: (MessageState.LAPSED, "TOO_OLD"),
        Channel.IN_APP: (MessageState.SENT, ""),
    }


class OneAnswer:
    """A provider of both kinds that answers as told."""

    def __init__(self, answer: str | Exception) -> None:
        self._answer = answer

    async def send_mail(self, **_: object) -> str:
        return await self.send_sms()

    async def send_sms(self, **_: object) -> str:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
async def test_what_a_provider_says_becomes_an_outcome(channel: Channel) -> None:
    for answer, outcome in (
        ("id-1", Outcome(provider_id="id-1")),
        (TemporaryFailure("SMS_503"), Outcome(reason="SMS_503")),
        (PermanentFailure("SMS_422"), Outcome(reason="SMS_422", is_permanent=True)),
    ):
        provider = OneAnswer(answer)
        assert await hand_over(a_claimed(channel), mail=provider, sms=provider, now=NOW) == outcome


def test_only_final_outcomes_are_published() -> None:
    for outcome, attempts, mark, published in (
        (Outcome(provider_id="id-1"), 1, ("id-1", NOW), ["message.sent.v1"]),
        (Outcome(reason="SMS_503"), 3, ("SMS_503", NOW + timedelta(seconds=20)), []),
        (Outcome(reason="SMS_503"), 48, ("EXHAUSTED:SMS_503", None), ["message.failed.v1"]),
        (Outcome(reason="SMS_422", is_permanent=True), 1, ("SMS_422", None), ["message.failed.v1"]),
    ):
        work = MemoryWork()
        keep_outcomes([(a_claimed(attempts=attempts), outcome)], work=work, now=NOW)
        (kept,) = work.messages.settled
        assert (kept.message.id, kept.provider_id or kept.reason, kept.sent_at or kept.due_at) == (
            a_claimed().id,
            *mark,
        )
        assert [event.type for event in work.events] == published
        assert {event.sequence for event in work.events} <= {3}


async def test_a_person_asks_nobody_what_was_sent() -> None:
    person = Caller(subject="an", kind=CallerKind.PERSON)
    with pytest.raises(Forbidden):
        await messages_about(new_id(), by=person, work=MemoryWork())
