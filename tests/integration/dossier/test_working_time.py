"""Calendars as the catalogue decides them: seasons count, closures move nothing that was promised."""

from typing import Any

from kernel.core.event import Event
from kernel.testing.running import an_event
from tests.builders.dossier.office import RECEIVER, Office

CLOSED = [{"day": day, "status": "OFF", "reason": "Bão"} for day in ("2026-03-04", "2026-03-05")]
SPRING = {"valid_from": "2026-03-04", "valid_to": "2026-03-31", "office_hours": "07:00-11:30;13:30-17:00"}


def a_changed_year(sequence: int, **changed: Any) -> Event:
    data = {"code": "default", "year": 2026, "office_hours": "07:30-11:30;13:30-17:30", "exceptions": []}
    event = "calendar.changed.v1"
    return an_event(event, "default:2026", {**data, **changed}, sequence=sequence)


async def test_a_later_closure_moves_no_due_moment_and_counts_for_the_next(office: Office) -> None:
    """What was promised stays; who comes after the decision is promised by it."""
    before = await office.accepted()
    await office.service.receive(a_changed_year(2, exceptions=CLOSED))
    after = await office.accepted()
    assert (await office.read(before, RECEIVER))["due_at"] == before["due_at"]
    assert after["due_at"][:10] > before["due_at"][:10]


async def test_a_season_decides_when_the_due_day_closes(office: Office) -> None:
    """The due day closes at the hours of its season, an older event changes nothing."""
    usual = await office.accepted()
    await office.service.receive(a_changed_year(3, seasons=[SPRING]), a_changed_year(2))
    seasonal = await office.accepted()
    assert usual["due_at"][:10] == seasonal["due_at"][:10]
    assert (usual["due_at"][11:16], seasonal["due_at"][11:16]) == ("17:30", "17:00")
