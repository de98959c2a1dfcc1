"""The hall's queue on a real database: numbers, calls, races, times."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_service
from services.dossier.jobs.tidy_desk import TIDY_DESK
from tests.builders.dossier.hall import BINH, HOA, KIOSK, MANAGER, POINT, Hall, a_point
from tests.builders.dossier.office import COMMUNE, SIGNER, Office, a_calendar, a_citizen, an_officer
from tests.integration.dossier.test_mirrors import OURS, fed


@pytest.fixture(scope="module")
async def desk(start_once: Callable[..., Awaitable[RunningService]]) -> RunningService:
    """A service whose database the tests here share, each in a hall of its own."""
    return await start_once("dossier")


@pytest.fixture
async def hall(desk: RunningService) -> Hall:
    """A hall with two groups and two counters."""
    return await (await Hall(desk).emptied()).open()


async def test_fifty_who_press_at_once_get_fifty_numbers_without_a_gap(hall: Hall) -> None:
    answers = await asyncio.gather(*(hall.tried_take(by=HOA) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["number"] for answer in answers) == list(range(1, 51))
    assert answers[0].json()["label"].startswith("A0")


async def test_a_request_sent_eight_times_is_one_number_and_leaves_no_gap(hall: Hall) -> None:
    send = (
        hall.service.post(f"/v1/queues/{POINT}/tickets", {"group": "nop"}, KIOSK, key="once")
        for _ in range(8)
    )
    answers = await asyncio.gather(*send)
    assert {answer.json()["number"] for answer in answers} == {1}
    assert (await hall.take())["number"] == 2


async def test_numbers_begin_anew_each_day_and_in_each_group(hall: Hall) -> None:
    assert (await hall.take())["label"] == "A001"
    assert (await hall.take("tra"))["label"] == "B001"
    hall.service.clock.advance(timedelta(days=1))
    assert (await hall.take())["label"] == "A001"


async def test_officers_who_call_at_once_never_get_the_same_ticket(
    desk: RunningService,
) -> None:
    """Eight counters call again and again at the same moment until thirty people are served, each once."""
    hall = await (await Hall(desk).emptied()).open(counters=8)
    officers = [an_officer("ONE_STOP_OFFICER", subject=f"can-bo-{n}") for n in range(8)]
    sessions = [await hall.sit(by, f"q{n}") for n, by in enumerate(officers, 1)]
    taken = [await hall.take(priority="ELDERLY" if n % 3 == 0 else "NORMAL") for n in range(30)]
    called: list[str] = []

    async def work(session: dict[str, Any], by: Any) -> None:
        while (answer := await hall.tried_call(session, by)).status_code == 200:
            called.append(answer.json()["label"])
            await hall.serve(answer.json(), by)
        assert answer.json()["code"] == "nobody-waits", answer.text

    await asyncio.gather(*(work(session, by) for session, by in zip(sessions, officers, strict=True)))
    assert sorted(called) == sorted(ticket["label"] for ticket in taken)


async def test_one_counter_that_calls_eight_times_at_once_has_one_ticket_in_hand(hall: Hall) -> None:
    for _ in range(8):
        await hall.take()
    session = await hall.sit()
    answers = await asyncio.gather(*(hall.tried_call(session) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"ticket-in-hand"}


async def test_one_counter_is_opened_by_one_officer(hall: Hall) -> None:
    body = {"point": POINT, "counter": "q1"}
    officers = [an_officer("ONE_STOP_OFFICER", subject=f"can-bo-{n}") for n in range(6)]
    answers = await asyncio.gather(*(hall.service.post("/v1/counter-sessions", body, by) for by in officers))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"counter-taken"}


async def test_the_elderly_go_first_but_not_for_ever(hall: Hall) -> None:
    await hall.take()
    for _ in range(3):
        await hall.take(priority="ELDERLY")
    session, called = await hall.sit(), []
    for _ in range(4):
        ticket = await hall.call(session)
        called.append(ticket["label"])
        await hall.serve(ticket)
    assert called == ["A002", "A003", "A001", "A004"]


async def test_a_transferred_person_keeps_their_waiting_time(hall: Hall) -> None:
    await hall.take()
    hall.service.clock.advance(timedelta(minutes=5))
    await hall.take("tra")
    both = await hall.sit()
    sent = await hall.do(await hall.call(both), "transfer", group="tra")
    assert (sent["state"], sent["label"], sent["group"]) == ("WAITING", "A001", "tra")
    assert (await hall.call(both))["label"] == "A001"


async def test_passed_over_called_again_and_absent(hall: Hall) -> None:
    await hall.take()
    await hall.sit()
    session = await hall.sit(BINH, "q2")
    ticket = await hall.do(await hall.call(session, BINH), "skipping", BINH)
    early = await hall.tried(ticket, "absence")
    assert early.json()["code"] == "called-too-few-times"
    ticket = await hall.do(ticket, "recall")
    assert ticket["counter"] == "q1"
    assert (await hall.do(ticket, "absence"))["state"] == "NO_SHOW"


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [("completion", {}, 409), ("skipping", {}, 200), ("transfer", {"group": "nop"}, 422)],
)
async def test_a_called_ticket_takes_its_own_moves(
    hall: Hall, what: str, body: dict[str, str], status: int
) -> None:
    await hall.take()
    ticket = await hall.call(await hall.sit())
    assert (await hall.tried(ticket, what, **body)).status_code == status


async def test_an_old_version_is_refused_and_a_missing_one_asked_for(hall: Hall) -> None:
    await hall.take()
    ticket = await hall.call(await hall.sit())
    await hall.do(ticket, "recall")
    assert (await hall.tried(ticket, "service")).status_code == 412
    path = f"/v1/tickets/{ticket['ticket_id']}/service"
    assert (await hall.service.post(path, {}, HOA)).status_code == 428


async def test_another_counters_ticket_is_not_mine(hall: Hall) -> None:
    await hall.take()
    ticket = await hall.call(await hall.sit())
    await hall.sit(BINH, "q2")
    answer = await hall.tried(ticket, "service", BINH)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-ticket")


async def test_a_counter_on_a_break_calls_nobody(hall: Hall) -> None:
    await hall.take()
    session = await hall.sit()
    path = f"/v1/counter-sessions/{session['session_id']}"
    rested = await hall.service.post(f"{path}/break", {"reason": "Nghỉ"}, HOA, version=1)
    assert (await hall.tried_call(session)).json()["code"] == "session-closed"
    assert (await hall.queues())["nop"]["minutes"] is None
    await hall.service.post(f"{path}/resumption", {}, HOA, version=rested.json()["version"])
    ticket = await hall.call(session)
    busy = await hall.service.post(f"{path}/closing", {}, HOA, version=3)
    assert busy.json()["code"] == "ticket-in-hand"
    await hall.serve(ticket)
    closed = await hall.service.post(f"{path}/closing", {}, MANAGER, version=3)
    assert closed.json()["breaks"][0]["reason"] == "Nghỉ"
    assert closed.json()["breaks"][0]["until"]
    assert (await hall.sit(BINH))["counter"] == "q1"


@pytest.mark.parametrize("begun", [False, True])
async def test_who_was_called_by_somebody_who_left_waits_again_at_their_place(
    hall: Hall, begun: bool
) -> None:
    first, _ = await hall.take(), await hall.take()
    session = await hall.sit()
    held = await hall.call(session)
    if begun:
        await hall.do(held, "service")
    path = f"/v1/counter-sessions/{session['session_id']}/closing"
    own = await hall.service.post(path, {}, HOA, version=session["version"])
    assert own.json()["code"] == "ticket-in-hand"
    closed = await hall.service.post(path, {}, MANAGER, version=session["version"])
    assert closed.status_code == 200, closed.text
    assert (await hall.queues())["nop"]["waiting"] == 2
    hall.service.clock.advance(timedelta(minutes=5))
    again = await hall.call(await hall.sit(BINH), BINH)
    assert (again["ticket_id"], again["counter"], again["calls"]) == (first["ticket_id"], "q1", 1)
    await hall.serve(again, BINH)
    path = f"/v1/queues/{POINT}/figures?from=2026-03-03&to=2026-03-03"
    (row,) = (await hall.service.get(path, MANAGER)).json()["items"]
    assert (row["tickets"], row["served"], row["longest_waited"]) == (1, 1, 300)


async def test_a_wait_is_told_from_measured_services(hall: Hall) -> None:
    """Five services of two minutes were measured: three people before one at a half counter take twelve."""
    session = await hall.sit()
    for _ in range(5):
        await hall.take()
        ticket = await hall.do(await hall.call(session), "service")
        hall.service.clock.advance(timedelta(minutes=2))
        await hall.do(ticket, "completion")
    waiting = [await hall.take() for _ in range(4)]
    elder = await hall.take(priority="DISABLED")
    found = (await hall.queues())["nop"]
    assert (found["waiting"], found["open_counters"], found["minutes"]) == (5, 1, 20)
    last = (await hall.service.get(f"/v1/tickets/{waiting[-1]['ticket_id']}")).json()
    assert (last["label"], last["before"], last["minutes"]) == ("A009", 4, 16)
    first = (await hall.service.get(f"/v1/tickets/{elder['ticket_id']}")).json()
    assert (first["before"], first["minutes"]) == (0, 0)
    assert set(first) == {"label", "group", "state", "counter_name", "before", "minutes"}


async def test_waiting_and_service_are_measured_by_day_and_group(hall: Hall) -> None:
    await hall.take()
    await hall.take(priority="PREGNANT")
    hall.service.clock.advance(timedelta(minutes=10))
    session = await hall.sit()
    ticket = await hall.do(await hall.call(session), "service")
    hall.service.clock.advance(timedelta(minutes=4))
    await hall.do(ticket, "completion")
    await hall.do(await hall.call(session), "transfer", group="tra")
    answer = await hall.service.get(f"/v1/queues/{POINT}/figures?from=2026-03-03&to=2026-03-03", MANAGER)
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["items"]
    assert row["group"] == "nop"
    assert (row["tickets"], row["served"], row["transferred"], row["by_priority"]) == (1, 1, 1, 1)
    assert (row["mean_waited"], row["longest_waited"], row["mean_served"]) == (720, 840, 240)


async def test_the_night_closes_what_the_day_left_open(hall: Hall) -> None:
    await hall.take()
    await hall.take()
    session = await hall.sit()
    await hall.call(session)
    await hall.service.run_job(TIDY_DESK)
    assert (await hall.queues())["nop"]["waiting"] == 1
    hall.service.clock.advance(timedelta(days=1))
    await hall.service.run_job(TIDY_DESK)
    states = await hall.service.runtime.pool.fetch("SELECT DISTINCT state FROM tickets")
    assert [row["state"] for row in states] == ["LAPSED"]
    assert (await hall.sit(BINH))["counter"] == "q1"


KIOSK_ELSEWHERE = a_service("desk.kiosk", subject="kiosk-la")


@pytest.mark.parametrize(
    ("by", "body", "status", "code"),
    [
        (KIOSK_ELSEWHERE, {}, 403, "forbidden"),
        (a_citizen(), {}, 403, "forbidden"),
        (an_officer("SPECIALIST", subject="thu-ly"), {}, 403, "forbidden"),
        (an_officer("ONE_STOP_OFFICER", agency="H99.202", subject="xa-khac"), {}, 403, "forbidden"),
        (KIOSK, {"priority": "MAYOR"}, 422, "invalid"),
        (KIOSK, {"group": "khong-co"}, 404, "not-found"),
    ],
)
async def test_a_number_is_refused(hall: Hall, by: Any, body: dict[str, str], status: int, code: str) -> None:
    answer = await hall.service.post(f"/v1/queues/{POINT}/tickets", {"group": "nop", **body}, by)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await hall.service.count("tickets") == 0


async def test_a_kiosk_whose_button_sticks_is_stopped(hall: Hall) -> None:
    for _ in range(12):
        assert (await hall.tried_take()).status_code == 201
    answer = await hall.tried_take()
    assert (answer.status_code, answer.json()["code"]) == (429, "kiosk-too-fast")
    assert (await hall.take(by=HOA))["number"] == 13
    hall.service.clock.advance(timedelta(minutes=1, seconds=1))
    assert (await hall.tried_take()).status_code == 201


async def test_no_numbers_on_a_day_off_nor_past_the_days_limit_nor_of_a_closed_group(
    desk: RunningService,
) -> None:
    hall = await (await Hall(desk).emptied()).open(nop={"letter": "A", "most_tickets": 1})
    await hall.service.receive(a_calendar())
    await hall.take()
    assert (await hall.tried_take()).json()["code"] == "queue-full"
    changed = {"name": "Nhóm nop", "letter": "A", "is_open": False}
    assert (await hall.tried_put("groups/nop", changed)).status_code == 428
    assert (await hall.tried_put("groups/nop", changed, version=1)).status_code == 200
    assert (await hall.tried_put("groups/nop", changed, version=1)).status_code == 412
    assert (await hall.tried_take()).json()["code"] == "queue-closed"
    assert (await hall.tried_put("groups/nop", {**changed, "is_open": True}, version=2)).status_code == 200
    hall.service.clock.advance(timedelta(days=4))
    assert (await hall.tried_take()).json()["code"] == "point-closed"


async def test_a_kiosk_shows_where_a_dossier_stands_and_nothing_of_a_person(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Any
) -> None:
    service = await start("dossier", files_url=tmp_path.as_uri())
    office = await Office(service).open()
    hall = await Hall(service).open()
    seen = await office.accepted()
    for text in (seen["dossier_code"], f"http://127.0.0.1:8000/qr/{seen['dossier_code']}"):
        answer = await hall.service.get("/v1/kiosk/dossiers", KIOSK, params={"code": text})
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"dossier_code", "state", "state_name", "due_at", "is_result_ready"}
        assert answer.json()["state"] == "ACCEPTED"
    for by, status in ((KIOSK_ELSEWHERE, 403), (HOA, 403)):
        path, code = "/v1/kiosk/dossiers", {"code": seen["dossier_code"]}
        assert (await hall.service.get(path, by, params=code)).status_code == status
    for wrong in ("H99.201-260303-9999", "%", "http://elsewhere/qr/x", "' OR 1=1"):
        assert (
            await hall.service.get("/v1/kiosk/dossiers", KIOSK, params={"code": wrong})
        ).status_code == 404


async def test_a_kiosk_sends_nobody_to_the_counter_for_what_another_system_has_ready(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Any
) -> None:
    office = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    await Hall(office.service).open()
    seen = await office.act(
        await office.in_process(), "route-change", SIGNER, route="MINISTRY", **OURS, note="QĐ 1"
    )
    office.service.clock.advance(timedelta(minutes=1))
    await fed(office, status=9, at=office.service.clock.now().isoformat())
    code = {"code": seen["dossier_code"]}
    shown = (await office.service.get("/v1/kiosk/dossiers", KIOSK, params=code)).json()
    assert (shown["state"], shown["is_result_ready"]) == ("RESULT_READY", False)
    assert shown["state_name"] == "Đã có kết quả trên hệ thống khác"


async def test_the_roster_puts_nobody_in_two_places(hall: Hall) -> None:
    entry = {"counter": "q1", "part": "MORNING", "officer": "hoa", "officer_name": "Hoa"}
    twice = [entry, {**entry, "counter": "q2", "part": "DAY"}]
    answer = await hall.tried_put("rosters/2026-03-04", {"entries": twice})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "entries.1.officer"
    good = [entry, {**entry, "counter": "q2", "part": "AFTERNOON"}]
    kept = await hall.tried_put("rosters/2026-03-04", {"entries": good})
    assert (kept.status_code, kept.json()["version"]) == (200, 1)
    shown = await hall.service.get(f"/v1/queues/{POINT}/rosters/2026-03-04", HOA)
    assert shown.json()["entries"] == good
    assert (await hall.tried_put("rosters/2026-03-04", {"entries": []}, by=HOA)).status_code == 403


async def test_a_point_goes_on_at_another_agency_and_an_older_event_changes_nothing(hall: Hall) -> None:
    moved = a_point(agency="H99.202")
    object.__setattr__(moved, "sequence", 3)
    await hall.service.receive(moved, a_point())
    assert (await hall.tried_take(by=HOA)).status_code == 403
    other = an_officer("ONE_STOP_OFFICER", agency="H99.202", subject="xa-khac")
    assert (await hall.tried_take(by=other)).status_code == 201
    assert COMMUNE == "H99.201"
