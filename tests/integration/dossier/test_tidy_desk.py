"""What time has left open at the desk: nothing broken holds up the rest, nobody is asked to a closed door."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kernel.testing.running import RunningService
from services.dossier.jobs.tidy_desk import TIDY_DESK
from tests.builders.dossier.hall import KIOSK, MANAGER, POINT, Hall, a_point
from tests.builders.dossier.office import a_calendar, a_citizen

AN, BINH = a_citizen(), a_citizen("nguoi-khac", "099088000102")
FRIDAY = "2026-03-06"


@pytest.fixture(scope="module")
async def desk(start_once: Callable[..., Awaitable[RunningService]]) -> RunningService:
    return await start_once("dossier")


@pytest.fixture
async def hall(desk: RunningService) -> Hall:
    """A hall whose first group takes two people an hour by appointment."""
    found = await Hall(desk).emptied()
    await found.open(nop={"letter": "A", "slot_minutes": 60, "slot_capacity": 2}, tra={"letter": "B"})
    await desk.receive(a_calendar())
    await desk.runtime.pool.execute("DELETE FROM outbox")
    return found


async def book(hall: Hall, slot_at: str, by: Any = AN) -> dict[str, Any]:
    given = {"point": POINT, "group": "nop", "slot_at": slot_at, "email": "an@nguoidan.example"}
    answer = await hall.service.post("/v1/appointments", given, by)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def state_of(hall: Hall, booked: dict[str, Any], by: Any = AN) -> str:
    answer = await hall.service.get(f"/v1/appointments/{booked['appointment_id']}", by)
    return str(answer.json()["state"])


async def day_off(hall: Hall) -> None:
    off = {"day": FRIDAY, "status": "OFF", "source": "TB 1/2026", "reason": "Nghỉ lễ địa phương"}
    told = a_calendar()
    await hall.service.receive(replace(told, data={**told.data, "exceptions": [off]}, sequence=2))


async def point_closes(hall: Hall) -> None:
    await hall.service.receive(replace(a_point(valid_to="2026-03-05", version=2), sequence=2))


async def afternoon_off(hall: Hall) -> None:
    half = {
        "day": FRIDAY,
        "status": "HALF",
        "sessions": "07:30-08:30",
        "source": "TB 2/2026",
        "reason": "Bão",
    }
    told = a_calendar()
    await hall.service.receive(replace(told, data={**told.data, "exceptions": [half]}, sequence=3))


async def group_closes(hall: Hall, slot_capacity: int = 2) -> None:
    closed = {"name": "Nhóm nop", "letter": "A", "slot_minutes": 60, "is_open": False}
    answer = await hall.tried_put("groups/nop", {**closed, "slot_capacity": slot_capacity}, version=1)
    assert answer.status_code == 200, answer.text


async def group_ends(hall: Hall) -> None:
    await group_closes(hall, slot_capacity=0)


@pytest.mark.parametrize("closes", [day_off, afternoon_off, point_closes, group_ends])
@pytest.mark.parametrize("is_reminded", [False, True], ids=["before", "after"])
async def test_an_appointment_at_a_door_that_closed_is_called_off_at_once_before_and_after_its_reminder(
    hall: Hall, closes: Callable[[Hall], Awaitable[None]], is_reminded: bool
) -> None:
    """A storm is announced the day before, when everybody was told already to come."""
    booked = await book(hall, f"{FRIDAY}T08:30:00+07:00")
    if is_reminded:
        hall.service.clock.advance(timedelta(days=2, hours=1))
        await hall.service.run_job(TIDY_DESK)
    await closes(hall)
    await hall.service.run_job(TIDY_DESK)
    reminded = [one["key"] for one in await hall.service.published("appointment.approached.v1")]
    assert (booked["appointment_id"] in reminded) is is_reminded
    (told,) = await hall.service.published("appointment.cancelled.v1")
    assert (told["key"], told["data"]["by_office"]) == (booked["appointment_id"], True)
    assert await state_of(hall, booked) == "CANCELLED"
    taken = await hall.service.runtime.pool.fetchval("SELECT sum(taken) FROM slot_loads")
    assert taken == 0


async def test_all_whose_door_a_storm_closes_are_called_off_in_one_tick(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many: portion after portion. A portion a minute was over an hour for twenty thousand."""
    for room in ("jobs.tidy_desk", "use_cases.desk.appointments"):
        monkeypatch.setattr(f"services.dossier.{room}.AT_ONCE", 1)
    booked = [await book(hall, f"{FRIDAY}T08:30:00+07:00", by) for by in (AN, BINH)]
    await day_off(hall)
    await hall.service.run_job(TIDY_DESK)
    told = {one["key"] for one in await hall.service.published("appointment.cancelled.v1")}
    assert told == {one["appointment_id"] for one in booked}


async def test_a_group_closed_for_the_rest_of_the_day_takes_nobodys_place(hall: Hall) -> None:
    """It gives no numbers; who booked is reminded and let in, also while it is closed."""
    booked = await book(hall, f"{FRIDAY}T08:30:00+07:00")
    await group_closes(hall)
    hall.service.clock.advance(timedelta(days=2, hours=1))
    await hall.service.run_job(TIDY_DESK)
    (told,) = await hall.service.published("appointment.approached.v1")
    assert told["key"] == booked["appointment_id"]
    hall.service.clock.advance(timedelta(hours=23, minutes=30))
    await hall.service.run_job(TIDY_DESK)
    answer = await hall.service.post(f"/v1/queues/{POINT}/check-ins", {"code": booked["code"]}, KIOSK)
    assert answer.status_code == 201, answer.text
    assert (await hall.tried_take()).json()["code"] == "queue-closed"


async def test_nobody_is_said_to_have_missed_a_day_that_was_closed_meanwhile(hall: Hall) -> None:
    booked = await book(hall, f"{FRIDAY}T08:30:00+07:00")
    hall.service.clock.advance(timedelta(days=2, hours=1))
    await hall.service.run_job(TIDY_DESK)
    await day_off(hall)
    hall.service.clock.advance(timedelta(days=1))
    await hall.service.run_job(TIDY_DESK)
    assert await state_of(hall, booked) == "CANCELLED"
    assert len(await hall.service.published("appointment.cancelled.v1")) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE tickets SET version = 2147483647 WHERE label = 'A001'",
        "UPDATE counter_sessions SET breaks = '5' WHERE officer = 'hoa'",
        "UPDATE appointments SET version = 0, group_code = 'khong-co' WHERE subject = 'nguoi-khac'",
    ],
)
async def test_a_row_changed_by_hand_keeps_nothing_else_open_and_nobody_untold(
    hall: Hall, broken: str
) -> None:
    await hall.take()
    await hall.take()
    await hall.call(await hall.sit())
    await hall.sit(MANAGER, "q2")
    await book(hall, f"{FRIDAY}T08:30:00+07:00", BINH)
    near = await book(hall, f"{FRIDAY}T08:30:00+07:00")
    assert await hall.service.runtime.pool.execute(broken) == "UPDATE 1"
    hall.service.clock.advance(timedelta(days=2, hours=1))
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            await hall.service.run_job(TIDY_DESK)
    told = [one["key"] for one in await hall.service.published("appointment.approached.v1")]
    assert near["appointment_id"] in told
    open_now = await hall.service.runtime.pool.fetch(
        "SELECT label AS one FROM tickets WHERE state <> 'LAPSED' AND label <> 'A001'"
        " UNION ALL SELECT officer FROM counter_sessions WHERE closed_at IS NULL AND officer <> 'hoa'"
    )
    assert [row["one"] for row in open_now] == []
