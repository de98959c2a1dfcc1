"""A member of a submission passes its promise: what becomes of the one appointment."""

from datetime import datetime, time
from typing import Any

from kernel.core.clock import VIETNAM
from tests.builders.dossier.kin import BIRTH, CARD, INSURANCE, PLACES, POLICE, RESIDENCE, Kin, in_a_row, staff
from tests.builders.dossier.office import Office


async def test_a_member_that_is_late_promises_nobody_a_new_day(kin: Kin) -> None:
    """Not "now", on a Saturday evening, anew with every click: the promise stands and is overdue."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    for one in (RESIDENCE, CARD):
        await kin.accepted_child(seen, one)
    await kin.advance()
    promised = await kin.parent(seen)
    kin.service.clock.set(datetime(2026, 3, 14, 20, 7, tzinfo=VIETNAM))
    await kin.advance()
    await kin.act(await kin.child(seen, CARD), "handover", staff("ONE_STOP_OFFICER", INSURANCE, "mot-cua"))
    await kin.advance()
    now = await kin.parent(seen)
    assert (now["due_at"], now["slip_id"]) == (promised["due_at"], promised["slip_id"])


async def test_the_appointment_moves_once_for_a_delay_others_wait_behind(empty_office: Office) -> None:
    """By the time of those behind, in office hours, because of who is late; not at every click."""
    kin = await Kin(empty_office.service).open_kin(in_a_row(on_late="WAIT"))
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    late = await kin.accepted_child(seen, RESIDENCE)
    await kin.advance()
    before = (await kin.parent(seen))["due_at"]
    kin.service.clock.set(datetime(2026, 3, 14, 20, 7, tzinfo=VIETNAM))
    await kin.advance()
    moved = (await kin.parent(seen))["due_at"]
    change = (await kin.service.published("interlinked_dossier.appointed.v1"))[-1]["data"]["change"]
    assert (change["because_of"], change["cause"], change["previous_due_at"]) == (RESIDENCE, "LATE", before)
    assert datetime.fromisoformat(moved) > datetime(2026, 3, 16, 8, tzinfo=VIETNAM)
    assert datetime.fromisoformat(moved).time() == time(17, 30)
    kin.service.clock.set(datetime(2026, 3, 18, 3, 0, tzinfo=VIETNAM))
    await kin.act(late, "handover", staff("ONE_STOP_OFFICER", POLICE, "mot-cua"))
    await kin.advance()
    assert (await kin.parent(seen))["due_at"] == moved


async def _issued(kin: Kin, seen: dict[str, Any], at: dict[str, Any], procedure: str) -> None:
    """Issue a member's result as it stands now."""
    version = (await kin.child(seen, procedure))["version"]
    clerk = staff("CLERK", PLACES[procedure], "van-phong")
    await kin.issued({**at, "version": version}, clerk, number=f"{procedure}/KQ")
    await kin.advance()


async def test_who_ends_late_gives_no_day_and_has_the_blame(kin: Kin) -> None:
    """Those after it are counted from its end, because of it; where nobody comes after, no day moves."""
    seen = await kin.handed_in()
    birth = await kin.at_issue_of(seen, BIRTH)
    await kin.advance()
    kin.service.clock.set(datetime(2026, 3, 20, 10, tzinfo=VIETNAM))
    await _issued(kin, seen, birth, BIRTH)
    change = (await kin.service.published("interlinked_dossier.appointed.v1"))[-1]["data"]["change"]
    assert (change["cause"], change["because_of"]) == ("LATE", BIRTH)
    card = await kin.at_issue_of(seen, CARD)
    await kin.accepted_child(seen, RESIDENCE)
    await kin.advance()
    promised = (await kin.parent(seen))["due_at"]
    kin.service.clock.set(datetime(2026, 4, 18, 20, 7, tzinfo=VIETNAM))
    await _issued(kin, seen, card, CARD)
    assert (await kin.parent(seen))["due_at"] == promised
