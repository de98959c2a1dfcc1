"""Appointments on a real database: places, people, the day itself."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_person
from services.dossier.jobs.tidy_desk import TIDY_DESK
from tests.builders.dossier.hall import HOA, KIOSK, POINT, Hall
from tests.builders.dossier.office import a_calendar, a_citizen, an_officer

NINE = "2026-03-04T09:00:00+07:00"
"""No slot begins then: they are of an hour from 07:30."""
AN = a_citizen()


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


async def tried_book(hall: Hall, slot_at: str, by: Any = AN, **body: Any) -> Any:
    given = {"point": POINT, "group": "nop", "slot_at": slot_at, "email": "an@nguoidan.example", **body}
    return await hall.service.post("/v1/appointments", given, by)


async def book(hall: Hall, slot_at: str, by: Any = AN, **body: Any) -> dict[str, Any]:
    answer = await tried_book(hall, slot_at, by, **body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def act(hall: Hall, booked: dict[str, Any], what: str, by: Any = AN, **body: Any) -> Any:
    path = f"/v1/appointments/{booked['appointment_id']}/{what}"
    return await hall.service.post(path, body, by, version=booked["version"])


async def check_in(hall: Hall, booked: dict[str, Any], by: Any = KIOSK) -> Any:
    return await hall.service.post(f"/v1/queues/{POINT}/check-ins", {"code": booked["code"].lower()}, by)


async def left(hall: Hall, day: str = "2026-03-04") -> dict[str, int]:
    answer = await hall.service.get(f"/v1/queues/{POINT}/groups/nop/slots?day={day}")
    assert answer.status_code == 200, answer.text
    return {item["slot_at"][11:16]: item["left"] for item in answer.json()["items"]}


async def test_slots_are_the_office_hours_of_a_working_day(hall: Hall) -> None:
    """Four in the morning, four in the afternoon; none before an hour from now, none on a Saturday."""
    hours = ["07:30", "08:30", "09:30", "10:30", "13:30", "14:30", "15:30", "16:30"]
    assert list(await left(hall)) == hours
    assert list(await left(hall, "2026-03-03")) == [hour for hour in hours if hour >= "09:00"]
    assert await left(hall, "2026-03-07") == {}
    unknown = await hall.service.get(f"/v1/queues/{POINT}/groups/nop/slots?day=2031-03-04")
    assert unknown.json()["code"] == "calendar-missing"


async def test_of_twelve_who_want_a_slot_of_two_two_get_it(hall: Hall) -> None:
    slot = "2026-03-04T08:30:00+07:00"
    people = [a_citizen(f"nguoi-{n}", f"0990880001{n:02d}") for n in range(12)]
    answers = await asyncio.gather(*(tried_book(hall, slot, by) for by in people))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 10
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"slot-full"}
    assert (await left(hall))["08:30"] == 0
    assert await hall.service.count("appointments") == 2


async def test_one_person_cannot_hold_every_slot(hall: Hall) -> None:
    slots = [f"2026-03-{day:02d}T08:30:00+07:00" for day in (4, 5, 6, 9, 10)]
    answers = await asyncio.gather(*(tried_book(hall, slot) for slot in slots))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 2
    await hall.service.runtime.pool.execute("UPDATE appointments SET state = 'MISSED'")
    await book(hall, "2026-03-11T08:30:00+07:00")
    twice = await tried_book(hall, "2026-03-11T09:30:00+07:00")
    assert twice.json()["code"] == "too-many-appointments"


async def test_a_moved_and_a_cancelled_appointment_free_their_places_and_people_are_told(hall: Hall) -> None:
    early, late = "2026-03-04T08:30:00+07:00", "2026-03-04T09:30:00+07:00"
    booked = await book(hall, early)
    moved = (await act(hall, booked, "change", group="nop", slot_at=late)).json()
    assert (moved["slot_at"], moved["code"]) == (late, booked["code"])
    found = await left(hall)
    assert (found["08:30"], found["09:30"]) == (2, 1)
    assert (await act(hall, booked, "cancellation")).status_code == 412
    gone = await act(hall, moved, "cancellation")
    assert gone.json()["state"] == "CANCELLED"
    assert (await left(hall))["09:30"] == 2
    told = await hall.service.published()
    assert [row["type"] for row in told] == [
        f"appointment.{what}.v1" for what in ("booked", "changed", "cancelled")
    ]
    assert [row["sequence"] for row in told] == [1, 2, 3]
    assert booked["code"] not in str(told[0]["data"])
    assert "an@nguoidan" not in str(told[0]["data"])


async def test_two_who_swap_slots_at_once_both_get_through(hall: Hall) -> None:
    early, late = "2026-03-04T08:30:00+07:00", "2026-03-04T09:30:00+07:00"
    binh = a_citizen("binh-an", "099088000012")
    first, second = await book(hall, early), await book(hall, late, binh)
    answers = await asyncio.gather(
        act(hall, first, "change", group="nop", slot_at=late),
        act(hall, second, "change", binh, group="nop", slot_at=early),
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await left(hall))["08:30"] == (await left(hall))["09:30"] == 1


async def test_whoever_kept_the_time_goes_before_normal_numbers_from_it_on(hall: Hall) -> None:
    slot = "2026-03-04T08:30:00+07:00"
    booked = await book(hall, slot)
    hall.service.clock.advance(timedelta(days=1, minutes=10))
    await hall.take()
    answer = await check_in(hall, booked)
    assert answer.status_code == 201, answer.text
    ticket = answer.json()["ticket"]
    assert (ticket["channel"], ticket["is_appointment"]) == ("APPOINTMENT", True)
    session = await hall.sit()
    early = await hall.call(session)
    assert early["label"] == "A001"
    await hall.serve(early)
    await hall.take()
    hall.service.clock.advance(timedelta(minutes=20))
    assert (await hall.call(session))["label"] == ticket["label"]
    again = await check_in(hall, booked)
    assert again.json()["code"] == "appointment-state"


@pytest.mark.parametrize(("minutes", "status"), [(-31, 409), (-30, 201), (15, 201), (16, 409)])
async def test_an_appointment_is_kept_around_its_slot(hall: Hall, minutes: int, status: int) -> None:
    booked = await book(hall, "2026-03-04T08:30:00+07:00")
    hall.service.clock.advance(timedelta(days=1, minutes=30 + minutes))
    answer = await check_in(hall, booked)
    assert answer.status_code == status, answer.text
    assert await hall.service.count("tickets") == (1 if status == 201 else 0)


async def test_who_does_not_come_is_recorded_and_who_comes_near_is_told_once(hall: Hall) -> None:
    soon = await book(hall, "2026-03-03T14:30:00+07:00")
    later = await book(hall, "2026-03-05T08:30:00+07:00")
    hall.service.clock.advance(timedelta(days=1, hours=1))
    for _ in range(2):
        await hall.service.run_job(TIDY_DESK)
    (near,) = await hall.service.published("appointment.approached.v1")
    assert near["key"] == later["appointment_id"]
    seen = await hall.service.get(f"/v1/appointments/{soon['appointment_id']}", AN)
    assert seen.json()["state"] == "MISSED"


async def test_who_booked_has_a_number_when_walk_ins_took_all_of_the_day(desk: RunningService) -> None:
    hall = await Hall(desk).emptied()
    await hall.open(nop={"letter": "A", "slot_minutes": 60, "slot_capacity": 2, "most_tickets": 1})
    await desk.receive(a_calendar())
    booked = await book(hall, "2026-03-04T08:30:00+07:00")
    hall.service.clock.advance(timedelta(days=1))
    await hall.take()
    assert (await hall.tried_take()).json()["code"] == "queue-full"
    hall.service.clock.advance(timedelta(minutes=20))
    answer = await check_in(hall, booked)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("body", "by", "status", "code"),
    [
        ({"slot_at": NINE}, AN, 422, "invalid"),
        ({"slot_at": "2026-03-03T08:30:00+07:00"}, AN, 422, "invalid"),
        ({"slot_at": "2026-05-04T08:30:00+07:00"}, AN, 422, "invalid"),
        ({"slot_at": "2026-03-07T08:30:00+07:00"}, AN, 422, "invalid"),
        ({"slot_at": "2026-03-04T08:30:00"}, AN, 422, "invalid"),
        ({"group": "tra"}, AN, 409, "no-appointments"),
        ({"group": "khong-co"}, AN, 404, "not-found"),
        ({}, HOA, 403, "forbidden"),
    ],
)
async def test_a_booking_is_refused(
    hall: Hall, body: dict[str, Any], by: Any, status: int, code: str
) -> None:
    answer = await tried_book(hall, **{"slot_at": "2026-03-04T08:30:00+07:00", "by": by, **body})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await hall.service.count("appointments") == 0


async def test_others_do_not_know_of_an_appointment_and_officers_not_its_code(hall: Hall) -> None:
    booked = await book(hall, "2026-03-04T08:30:00+07:00")
    path = f"/v1/appointments/{booked['appointment_id']}"
    strangers = (a_citizen("la", "099088000099"), an_officer("ONE_STOP_OFFICER", agency="H99.202"))
    for stranger in strangers:
        assert (await hall.service.get(path, stranger)).status_code == 404
        assert (await act(hall, booked, "cancellation", stranger)).status_code == 404
    of_day = await hall.service.get(f"/v1/queues/{POINT}/appointments?day=2026-03-04", HOA)
    assert [item["code"] for item in of_day.json()["items"]] == [None]
    own = await hall.service.get("/v1/appointments", AN)
    assert [item["code"] for item in own.json()["items"]] == [booked["code"]]


OLD = a_person("tai-khoan-cu")
NEW = a_person("tai-khoan-moi")
LINKED = replace(NEW, also=frozenset({OLD.subject}))


async def test_what_one_account_booked_is_seen_moved_and_cancelled_by_the_linked_one(hall: Hall) -> None:
    """And by nobody's account that is not linked: a link that ends undoes the sight."""
    old = await book(hall, "2026-03-04T08:30:00+07:00", OLD)
    own = await book(hall, "2026-03-05T08:30:00+07:00", LINKED)
    listed = (await hall.service.get("/v1/appointments", LINKED)).json()["items"]
    assert [one["appointment_id"] for one in listed] == [own["appointment_id"], old["appointment_id"]]
    alone = (await hall.service.get("/v1/appointments", NEW)).json()["items"]
    assert [one["appointment_id"] for one in alone] == [own["appointment_id"]]
    change = {"group": "nop", "slot_at": "2026-03-04T09:30:00+07:00"}
    assert (await act(hall, old, "change", NEW, **change)).status_code == 404
    moved = await act(hall, old, "change", LINKED, **change)
    assert moved.status_code == 200, moved.text
    assert (await act(hall, moved.json(), "cancellation", LINKED)).status_code == 200


async def test_two_linked_accounts_hold_no_more_than_one_person_may(hall: Hall) -> None:
    """The day counts once, whichever account asks, also when both ask at the same moment."""
    await book(hall, "2026-03-04T08:30:00+07:00", OLD)
    refused = await tried_book(hall, "2026-03-04T10:30:00+07:00", LINKED)
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-appointments")
    other = replace(OLD, also=frozenset({NEW.subject}))
    later = "2026-03-05T08:30:00+07:00"
    answers = await asyncio.gather(*(tried_book(hall, later, who) for who in (LINKED, other) * 4))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 7
