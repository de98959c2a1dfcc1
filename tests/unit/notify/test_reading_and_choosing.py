"""The own inbox and the desk's, what staff see of what was sent, what people refuse; from plan to proof."""

from datetime import timedelta
from typing import Any

import pytest

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import NotFound
from kernel.core.ids import new_id
from kernel.testing.fixed_clock import TUESDAY_MORNING as NOW
from services.notify.domain.messages import Channel
from services.notify.domain.notices import Category, Occurrence
from services.notify.use_cases.choose_preferences import Refused, choose_preferences, show_preferences
from services.notify.use_cases.plan_messages import plan_messages
from services.notify.use_cases.read_inbox import mark_read, messages_about, read_inbox
from services.notify.use_cases.send_message import Outcome, keep_outcomes
from tests.unit.notify.memory import SEALS, MemoryDatabase, an_occurrence

AN = Caller(subject="cong-dan-an", kind=CallerKind.PERSON)
LAN = Caller(
    subject="lan",
    kind=CallerKind.STAFF,
    roles=frozenset({"SPECIALIST"}),
    agency="H99.201",
    unit="chuyen-mon",
)


async def happened(
    database: MemoryDatabase, event_type: str = "dossier.handed_over.v1", **more: Any
) -> Occurrence:
    occurrence = an_occurrence(event_type, **more)
    async with database.open_work() as work:
        await plan_messages(occurrence, work=work, now=NOW)
    return occurrence


async def inbox(database: MemoryDatabase, caller: Caller, *, unread_only: bool = False) -> list[str]:
    async with database.open_work() as work:
        page = await read_inbox(caller, unread_only=unread_only, before=None, limit=10, work=work)
    return [item.template for item in page]


async def test_an_officer_reads_the_desk_and_a_person_the_own_inbox() -> None:
    database = MemoryDatabase()
    await happened(database)
    assert await inbox(database, LAN) == ["step-assigned"]
    assert await inbox(database, AN) == ["dossier-handed-over"]
    assert await inbox(database, Caller(subject="binh", kind=CallerKind.PERSON)) == []


async def test_only_what_is_in_the_own_inbox_can_be_marked_read() -> None:
    database = MemoryDatabase()
    await happened(database)
    (of_lan,) = [one.planned.id for one in database.rows.values() if one.planned.template == "step-assigned"]
    async with database.open_work() as work:
        await mark_read(of_lan, by=LAN, work=work, now=NOW)
        with pytest.raises(NotFound):
            await mark_read(of_lan, by=AN, work=work, now=NOW)
        with pytest.raises(NotFound):
            await mark_read(new_id(), by=LAN, work=work, now=NOW)
    assert await inbox(database, LAN, unread_only=True) == []
    assert await inbox(database, LAN) == ["step-assigned"]


async def test_a_person_refuses_surveys_and_is_told_what_the_law_asks_for() -> None:
    database = MemoryDatabase()
    async with database.open_work() as work:
        choose_preferences(AN, [Category.SURVEY, Category.SURVEY], work=work, now=NOW)
    async with database.open_work() as work:
        assert await show_preferences(AN, work=work) == Refused(["SURVEY"], [])
    link = SEALS.seal("http://lien-ket", purpose="contact")
    await happened(database, "invitation.issued.v1", sealed_facts={"link": link})
    await happened(database, "dossier.accepted.v1")
    async with database.open_work() as work:
        claimed = await work.messages.claim(Channel.SMS, at_most=9, now=NOW, lease=timedelta(minutes=1))
        mails = await work.messages.claim(Channel.EMAIL, at_most=9, now=NOW, lease=timedelta(minutes=1))
    assert [one.template for one in claimed] == ["dossier-accepted"]
    assert mails == []


async def test_what_was_sent_is_seen_by_agencies_with_a_part_in_it_and_by_overseers() -> None:
    database = MemoryDatabase()
    occurrence = await happened(database, "dossier.accepted.v1")
    async with database.open_work() as work:
        (claimed,) = await work.messages.claim(Channel.SMS, at_most=9, now=NOW, lease=timedelta(minutes=1))
    async with database.open_work() as work:
        keep_outcomes([(claimed, Outcome(provider_id="p-1"))], work=work, now=NOW)
    elsewhere = Caller(subject="x", kind=CallerKind.STAFF, agency="H99.202")
    overseer = Caller(subject="y", kind=CallerKind.STAFF, agency="H99.02", roles=frozenset({"SUPERVISOR"}))
    async with database.open_work() as work:
        seen = {
            by.subject: {
                one.channel: one.state
                for one in await messages_about(occurrence.dossier_id, by=by, work=work)
            }
            for by in (LAN, elsewhere, overseer)
        }
    assert seen == {"lan": {"SMS": "SENT", "IN_APP": "SENT"}, "x": {}, "y": seen["lan"]}
    assert [event.type for event in database.events] == ["message.sent.v1"]
