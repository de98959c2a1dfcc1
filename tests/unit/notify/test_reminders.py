"""What the catalogue's editors have to see to reaches every desk of theirs."""

from kernel.testing.fixed_clock import TUESDAY_MORNING as NOW
from services.notify.domain.messages import Channel, MessageState
from services.notify.domain.notices import Desk
from services.notify.use_cases.plan_messages import plan_messages
from tests.unit.notify.memory import MemoryWork, an_occurrence


async def test_every_desk_named_is_told_in_app_and_nobody_else() -> None:
    work = MemoryWork()
    facts = {"code": "default:2027", "title": "Lịch 2027", "text": "Chưa có lịch.", "due_on": "31/12/2026"}
    desks = (Desk("H99", role="CATALOG_EDITOR"), Desk("H99.12", role="CATALOG_EDITOR"))
    occurrence = an_occurrence(
        "catalog_reminder.raised.v1", dossier_id=None, contact=None, subjects=(), desks=desks, facts=facts
    )
    await plan_messages(occurrence, work=work, now=NOW)
    planned = work.messages.planned
    assert [message.recipient_key for message in planned] == [desk.key for desk in desks]
    assert {(message.channel, message.state) for message in planned} == {(Channel.IN_APP, MessageState.SENT)}
    assert "Hạn: 31/12/2026" in planned[0].text.body


async def test_officers_an_event_names_are_told_in_their_own_inboxes() -> None:
    """A deadline warning and a step that is given: to the one who has it, not to every desk of the role."""
    work = MemoryWork()
    facts = {
        "title": "Bước xử lý đã quá hạn",
        "code": "H99.201-1",
        "procedure": "x",
        "step": None,
        "about": NOW,
    }
    lead = Desk("H99.201", "chuyen-mon", "TEAM_LEAD")
    occurrence = an_occurrence(
        "deadline_warning.raised.v1", contact=None, subjects=(), desks=(lead,), people=("lan",), facts=facts
    )
    await plan_messages(occurrence, work=work, now=NOW)
    planned = work.messages.planned
    assert [message.recipient_key for message in planned] == [lead.key, "person:lan"]
    assert {(message.channel, message.state) for message in planned} == {(Channel.IN_APP, MessageState.SENT)}
    assert "Thời hạn: 08:00 03/03/2026" in planned[0].text.body
