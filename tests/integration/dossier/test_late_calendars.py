"""What was taken on paper earlier is promised by the calendar as it was decided by then, not by today's."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.domain.definitions import calendar_of
from services.dossier.jobs.time_out_steps import TIME_OUT_STEPS
from tests.builders.dossier.office import (
    OTHER_COMMUNE,
    OUTSIDE_STEPS,
    RECEIVER,
    SPECIALIST,
    Office,
    a_procedure,
)
from tests.builders.dossier.resealed import reseal
from tests.builders.dossier.till import Till, a_channel, a_fee
from tests.integration.dossier.test_bound_calendars import recomputed, resumed, stopped
from tests.integration.dossier.test_late_entries import MANAGER, decided, entered
from tests.integration.dossier.test_working_time import a_changed_year
from worktime.deadline import due_at
from worktime.term import Term, Unit

FRIDAY = 4
STORM = {"day": "2026-03-06", "status": "OFF", "reason": "Bão"}


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Return a moment of March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=VIETNAM)


async def decide(office: Office, sequence: int, moment: datetime, *days: dict[str, str]) -> None:
    """Let the catalogue decide a version of the year at a moment."""
    event = a_changed_year(sequence, exceptions=list(days))
    await office.service.receive(replace(event, occurred_at=moment))


async def taken(office: Office, received_at: datetime) -> dict[str, Any]:
    """Enter what was received then, approved by another person now."""
    answer = await entered(office, received_at=received_at.isoformat())
    assert answer.status_code == 201, answer.text
    approved = await decided(office, answer.json(), MANAGER)
    assert approved.status_code == 201, approved.text
    return dict(approved.json())


async def test_a_closure_decided_after_the_paper_was_taken_moves_it_by_a_command_only(office: Office) -> None:
    """Taken on the 3rd, the storm decided on the 4th: due on the 6th, over stops too; then the command."""
    await decide(office, 2, at(1))
    await decide(office, 3, at(4), STORM)
    office.service.clock.set(at(5))
    before, after = await taken(office, at(3, 15)), await taken(office, at(4, 10))
    assert [one["due_at"][:10] for one in (before, after)] == ["2026-03-06", "2026-03-10"]
    before = await resumed(office, await stopped(office, await office.act(before, "handover", RECEIVER)))
    assert before["due_at"][:10] == "2026-03-06"
    assert (await recomputed(office))["MOVED"] == 1
    assert (await office.read(before, RECEIVER))["due_at"][:10] == "2026-03-09"


async def test_a_moment_of_decision_changed_by_hand_moves_nothing(office: Office) -> None:
    """Set back or forward, of the version chosen or of another: refused; put back, promised as before."""
    await decide(office, 2, at(1))
    await decide(office, 3, at(4), STORM)
    office.service.clock.set(at(5))
    entry = (await entered(office, received_at=at(3, 15).isoformat())).json()
    pool = office.service.runtime.pool
    change = "UPDATE calendar_versions SET decided_at = $2 WHERE year = 2026 AND sequence = $1"
    for sequence, moment, forged in ((3, at(4), at(2)), (2, at(1), at(4)), (3, at(4), at(20))):
        await pool.execute(change, sequence, forged)
        refused = await decided(office, entry, MANAGER)
        assert (refused.status_code, refused.json()["code"]) == (503, "reference-data-changed")
        assert await office.service.count("dossiers") == 0
        await pool.execute(change, sequence, moment)
    assert (await decided(office, entry, MANAGER)).json()["due_at"][:10] == "2026-03-06"


async def test_a_fee_paid_since_leaves_the_calendar_of_the_day_too(office: Office) -> None:
    """Approved, it waits for its fee; the storm decided meanwhile is not its."""
    costs = [a_channel(a_fee(), name="DIRECT")]
    await office.service.receive(a_procedure(version=2, channels=costs))
    await decide(office, 2, at(1))
    office.service.clock.set(at(4))
    seen = await taken(office, at(3, 15))
    assert seen["state"] == "SUBMITTED"
    await decide(office, 3, at(4, 10), STORM)
    office.service.clock.set(at(5))
    assert (await Till(office, seen).take(50_000)).status_code == 201
    seen = await office.act(seen, "acceptance", RECEIVER)
    assert seen["due_at"][:10] == "2026-03-06"


async def test_a_year_nobody_had_decided_and_versions_of_before_count_as_they_are_known(
    office: Office,
) -> None:
    """Neither is guessed away: the year as it is now; a version without its moment as known all along."""
    pool = office.service.runtime.pool
    await decide(office, 2, at(4), STORM)
    await pool.execute("DELETE FROM calendar_versions WHERE year = 2026 AND sequence < 2")
    office.service.clock.set(at(5))
    assert (await taken(office, at(3, 15)))["due_at"][:10] == "2026-03-09"
    await decide(office, 3, at(5))
    await pool.execute("UPDATE calendar_versions SET decided_at = NULL WHERE year = 2026 AND sequence = 2")
    await reseal(office.service, "calendar_versions")
    assert (await taken(office, at(3, 16)))["due_at"][:10] == "2026-03-09"


@pytest.mark.parametrize("waits", [False, True], ids=["accepted at once", "waits for its fee"])
async def test_paper_taken_before_the_first_version_kept_is_promised_by_that_one(
    office: Office, *, waits: bool
) -> None:
    """Imported at ten, the storm decided a day after, the paper of eight in the morning: no storm for it."""
    if waits:
        costs = [a_channel(a_fee(), name="DIRECT")]
        await office.service.receive(a_procedure(version=2, channels=costs))
    await decide(office, 2, at(3, 10))
    await office.service.runtime.pool.execute(
        "DELETE FROM calendar_versions WHERE year = 2026 AND sequence < 2"
    )
    await decide(office, 3, at(4), STORM)
    office.service.clock.set(at(5))
    seen = await taken(office, at(3, 8))
    if waits:
        assert (await Till(office, seen).take(50_000)).status_code == 201
        seen = await office.act(seen, "acceptance", RECEIVER)
    assert seen["due_at"][:10] == "2026-03-06"


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_was_decided_when_each_paper_is_promised_by_what_stood_decided(
    office: Office, seed: int
) -> None:
    """Closures and make-up days at random moments; papers of random moments, against a model beside."""
    dice, days = Random(seed), dict[str, dict[str, str]]()
    versions: list[tuple[datetime, list[dict[str, str]]]] = [(at(1), [])]
    await decide(office, 2, at(1))
    now = at(3)
    for sequence in range(3, 10):
        now += timedelta(minutes=dice.randint(30, 1_500))
        day = (now + timedelta(days=dice.randint(0, 6))).date()
        status = "WORK" if day.weekday() > FRIDAY else "OFF"
        days[str(day)] = {"day": str(day), "status": status, "reason": "x"}
        versions.append((now, list(days.values())))
        await decide(office, sequence, now, *days.values())
    office.service.clock.set(now + timedelta(minutes=5))
    for _ in range(8):
        received = at(3) + timedelta(minutes=dice.randint(0, int((now - at(3)).total_seconds()) // 60))
        exceptions = [held for moment, held in versions if moment <= received][-1]
        known = {"code": "default", "office_hours": "07:30-11:30;13:30-17:30", "year": 2026}
        calendar = calendar_of([{**known, "exceptions": exceptions}])
        assert calendar is not None
        seen = await taken(office, received)
        expected = due_at(calendar, received, Term(Decimal(3), Unit.WORKING_DAY))
        assert datetime.fromisoformat(seen["due_at"]) == expected, received


async def test_an_opinion_has_its_hours_though_a_storm_closed_the_day_it_was_due(office: Office) -> None:
    """Twelve hours from Wednesday 16:00; nobody worked on Friday: not passed over on Monday morning."""
    await decide(office, 2, at(1))
    office.service.clock.set(at(4, 16))
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    asked = {"agency": OTHER_COMMUNE, "unit": "", "role": "SPECIALIST", "question": "Ý kiến?", "hours": "12"}
    seen = await office.act(seen, "consultation-request", SPECIALIST, **asked, waits=True)
    before = await office.read(seen, SPECIALIST)
    assert before["consultations"][0]["due_at"] == "2026-03-06T10:00:00+07:00"
    office.service.clock.set(at(5, 16))
    await decide(office, 3, at(5, 15), STORM)
    assert (await recomputed(office))["MOVED"] == 1
    now = await office.read(seen, SPECIALIST)
    assert now["consultations"][0]["due_at"] == "2026-03-09T10:00:00+07:00"
    # Four hours from Wednesday 16:00 were over on Thursday: no storm touches them.
    assert now["step"]["due_at"] == before["step"]["due_at"] == "2026-03-05T10:00:00+07:00"
    office.service.clock.set(at(9, 7, 45))
    early = await office.tried(now, "step-completion", SPECIALIST, step="tham-dinh")
    assert (early.status_code, early.json()["code"]) == (409, "opinions-open")


async def test_an_outside_system_is_waited_for_past_a_day_that_was_closed(empty_office: Office) -> None:
    office = await empty_office.open(steps=OUTSIDE_STEPS)
    await decide(office, 2, at(1))
    office.service.clock.set(at(5, 15))
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    await decide(office, 3, at(5, 15, 30), STORM)
    await recomputed(office)
    assert (await office.read(seen, SPECIALIST))["step"]["due_at"] == "2026-03-09T09:00:00+07:00"
    for moment, step in ((at(6, 11), "ho-tich"), (at(9, 8, 30), "ho-tich"), (at(9, 11), "kiem-tra")):
        office.service.clock.set(moment)
        await office.service.run_job(TIME_OUT_STEPS)
        assert (await office.read(seen, SPECIALIST))["step"]["code"] == step, moment
