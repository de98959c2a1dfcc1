"""In the hall: a number from the kiosk, called to a counter, seen on the display, served, the wait timed."""

import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from demo.display import Display, Event
from demo.door import Door, Person
from demo.office import Office
from demo.script import Script, equal, expect
from demo.world import World

POINT = "diem-h99-201"
AGENCY = "H99.201"
KIOSK = "kiosk-diem-h99-201"
GROUP = "tiep-nhan"
BOOKING_DAYS = 14
PATIENCE_SECONDS = 1.2
"""How long the person stands before the officer calls: long enough to be measured in whole seconds."""

Record = dict[str, Any]


def play(script: Script, door: Door, world: World, kiosks: Mapping[str, str]) -> None:
    """Play one turn at a ward's front desk, and an appointment for another day."""
    script.act("Lấy số tại sảnh")
    with Display(door.url, POINT) as display:
        with script.step("màn hình ở sảnh bật lên, hiện bảng hiện thời") as saw:
            board = display.shows(lambda event: event["event"] == "board", "its board")
            saw(f"{len(board['called'])} số đang phục vụ")
        ticket = _take(script, door, kiosks)
        officer, session = _open_counter(script, door, world, ticket["day"])
        _serve(script, officer, session, ticket, display)
    _measured(script, officer, session, ticket)
    _book(script, door, date.fromisoformat(ticket["day"]))


def _take(script: Script, door: Door, kiosks: Mapping[str, str]) -> Record:
    with script.step("người dân lấy số ở máy lấy số") as saw:
        kiosk = door.sign_in_machine(KIOSK, kiosks[KIOSK], "desk.kiosk")
        ticket: Record = kiosk.post(f"/api/v1/queues/{POINT}/tickets", {"group": GROUP})
        equal((ticket["state"], ticket["channel"]), ("WAITING", "KIOSK"), "the new ticket")
        place = door.get(f"/api/v1/tickets/{ticket['ticket_id']}")
        equal(place["label"], ticket["label"], "the place in the queue")
        saw(f"số {ticket['label']}, trước đó {place['before']} người")
    return ticket


def _open_counter(script: Script, door: Door, world: World, day: str) -> tuple[Person, Record]:
    """Let whoever the day's roster names sit down at the counter of the group."""
    manager = Office(door, AGENCY, world.staff).member("ONE_STOP_MANAGER")
    point = f"/api/v1/queues/{POINT}"
    with script.step("cán bộ trực theo lịch mở quầy") as saw:
        counters = {one["code"]: one for one in manager.get(f"{point}/counters")["items"]}
        roster = manager.get(f"{point}/rosters/{day}")["entries"]
        entry = next(one for one in roster if GROUP in counters[one["counter"]]["groups"])
        officer = door.sign_in(entry["officer"])
        session = _sit_down(officer, counters[entry["counter"]])
        lines = {line["group"]: line for line in door.get(point)["items"]}
        expect(lines[GROUP]["minutes"] is not None, "nobody estimates the wait at an open counter")
        where = counters[entry["counter"]]["name"]
        saw(f"{entry['officer_name']}, {where}, chờ ~{lines[GROUP]['minutes']} phút")
    return officer, session


def _sit_down(officer: Person, counter: Record) -> Record:
    """Open the counter; where a play that was stopped left it open, end what was left there and go on."""
    if not counter["session_id"]:
        wanted = {"point": POINT, "counter": counter["code"]}
        opened: Record = officer.post("/api/v1/counter-sessions", wanted)
        return opened
    for state in ("CALLED", "SERVING"):
        for left in officer.get(f"/api/v1/queues/{POINT}/tickets", state=state)["items"]:
            if left["counter"] == counter["code"]:
                _finish(officer, left)
    session: Record = officer.get(f"/api/v1/counter-sessions/{counter['session_id']}")
    return session


def _serve(script: Script, officer: Person, session: Record, ticket: Record, display: Display) -> None:
    time.sleep(PATIENCE_SECONDS)
    with script.step(f"gọi số {ticket['label']}: màn hình hiện số và quầy") as saw:
        called = officer.post(f"/api/v1/counter-sessions/{session['session_id']}/calls")
        # Whoever tries the running system may have left somebody in the queue: they go first.
        while called["ticket_id"] != ticket["ticket_id"]:
            _finish(officer, called)
            called = officer.post(f"/api/v1/counter-sessions/{session['session_id']}/calls")
        shown = display.shows(lambda event: _is_told(event, "CALLED", ticket), f"{ticket['label']} called")
        equal(shown["counter"], session["counter"], "the counter on the display")
        saw(f"{shown['label']} → {shown['counter_name']}, sự kiện số {shown['id']}")
    with script.step("phục vụ xong, số rời màn hình") as saw:
        done = _finish(officer, called)
        display.shows(lambda event: _is_told(event, "LEFT", ticket), f"that {ticket['label']} left")
        ticket |= done
        saw(done["state"])


def _is_told(event: Event, what: str, ticket: Record) -> bool:
    return (event.get("what"), event.get("label")) == (what, ticket["label"])


def _finish(officer: Person, called: Record) -> Record:
    path = f"/api/v1/tickets/{called['ticket_id']}"
    serving = called
    if called["state"] == "CALLED":
        serving = officer.post(f"{path}/service", version=called["version"])
    done: Record = officer.post(f"{path}/completion", version=serving["version"])
    return done


def _measured(script: Script, officer: Person, session: Record, ticket: Record) -> None:
    with script.step("thời gian chờ được đo, quầy đóng") as saw:
        day = {"from": ticket["day"], "to": ticket["day"], "group": GROUP}
        (figures,) = officer.get(f"/api/v1/queues/{POINT}/figures", **day)["items"]
        waited = datetime.fromisoformat(ticket["called_at"]) - datetime.fromisoformat(ticket["taken_at"])
        expect(waited >= timedelta(seconds=PATIENCE_SECONDS), f"the person waited only {waited}")
        expect(figures["served"] >= 1, "nobody is counted as served")
        expect(figures["longest_waited"] >= int(waited.total_seconds()), "the wait is not in the figures")
        closed = officer.post(
            f"/api/v1/counter-sessions/{session['session_id']}/closing", version=session["version"]
        )
        expect(closed["closed_at"], "the counter is still open")
        saw(
            f"chờ {waited.total_seconds():.1f} s; hôm nay {figures['served']} lượt, trung bình"
            f" {figures['mean_waited']} s"
        )


def _book(script: Script, door: Door, today: date) -> None:
    """Book a slot of the next working day and give it back, so that the next play finds it again."""
    with script.step("đặt lịch hẹn ngày làm việc sau, rồi hủy") as saw:
        citizen = door.sign_in("cong-dan-giang")
        slots: list[Record] = []
        day = today
        while not slots:
            day += timedelta(days=1)
            expect(day <= today + timedelta(days=BOOKING_DAYS), "no slot may be booked in two weeks")
            slots = door.get(f"/api/v1/queues/{POINT}/groups/{GROUP}/slots", day=day.isoformat())["items"]
        wanted = {"point": POINT, "group": GROUP, "slot_at": slots[0]["slot_at"]}
        booked = citizen.post("/api/v1/appointments", wanted)
        (left,) = (
            one["left"]
            for one in door.get(f"/api/v1/queues/{POINT}/groups/{GROUP}/slots", day=day.isoformat())["items"]
            if one["slot_at"] == wanted["slot_at"]
        )
        equal(left, slots[0]["left"] - 1, "places left of the slot")
        path = f"/api/v1/appointments/{booked['appointment_id']}/cancellation"
        given_back = citizen.post(path, version=booked["version"])
        equal(given_back["state"], "CANCELLED", "the appointment afterwards")
        saw(f"{booked['slot_at'][:16]}, mã {booked['code']}, còn {left} chỗ")
