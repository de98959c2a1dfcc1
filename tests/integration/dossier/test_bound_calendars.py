"""A promise counts under the calendar it was made under, over any stops, until two people say otherwise."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from services.dossier.commands.history import verify_history
from services.dossier.domain.definitions import calendar_of
from services.dossier.domain.errors import CopyChanged
from services.dossier.jobs.go_on_paid import GO_ON_PAID
from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from services.dossier.use_cases import recompute_due
from tests.builders.dossier.office import (
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_calendar,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.resealed import as_of_before
from tests.builders.dossier.wrong_results import ERROR
from tests.integration.dossier.test_working_time import a_changed_year
from worktime.deadline import due_at
from worktime.term import Stop, Term, Unit

MANAGER = an_officer("ONE_STOP_MANAGER", unit="mot-cua", subject="quan-ly")
COURT = {"reason": "Chờ tòa án", "legal_basis": "BLTTDS Điều 214", "cause": "COURT_OR_INSPECTION"}
ASKED = {"calendar": "default", "reason": "Nghỉ do bão", "legal_basis": "Công văn 512/UBND-NC"}
STORM = [{"day": "2026-03-06", "status": "OFF", "reason": "Bão"}]
FRIDAY = 4
SATURDAY = [{"day": "2026-03-07", "status": "WORK", "reason": "Làm bù"}]


def at(month: int, day: int, hour: int = 9) -> datetime:
    """Return a moment of 2026."""
    return datetime(2026, month, day, hour, tzinfo=VIETNAM)


async def stopped(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Let the clock stand."""
    return await office.act(seen, "suspension", SIGNER, **COURT)


async def resumed(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Let it run again."""
    return await office.act(seen, "suspension-end", SIGNER, reason="Đã có quyết định")


async def recomputed(office: Office) -> dict[str, int]:
    """Ask, preview, approve and apply a recomputation; return its moves by outcome."""
    command = (await office.service.post("/v1/due-recomputations", ASKED, MANAGER)).json()
    path = f"/v1/due-recomputations/{command['command_id']}"
    await office.service.run_job(RECOMPUTE_DUE)
    seen = (await office.service.get(path, MANAGER)).json()["version"]
    approved = await office.service.post(f"{path}/approval", {}, SIGNER, version=seen)
    assert approved.status_code == 200, approved.text
    await office.service.run_job(RECOMPUTE_DUE)
    return dict((await office.service.get(path, MANAGER)).json()["moves"])


@pytest.mark.parametrize("decided", [STORM, SATURDAY], ids=["closure", "make-up-day"])
async def test_what_is_decided_while_the_clock_stands_does_not_move_the_promise(
    office: Office, decided: list[dict[str, str]]
) -> None:
    """R6 gives nothing for a stop of minutes; neither the closure nor the make-up day counts for it."""
    seen = await stopped(office, await office.in_process())
    await office.service.receive(a_changed_year(2, exceptions=decided))
    office.service.clock.advance(timedelta(minutes=4))
    seen = await resumed(office, seen)
    assert seen["due_at"] == "2026-03-06T17:30:00+07:00"
    office.service.clock.set(at(3, 5))
    seen = await stopped(office, seen)
    await office.service.receive(a_changed_year(3, exceptions=[*STORM, *SATURDAY]))
    office.service.clock.set(at(3, 9))
    assert (await resumed(office, seen))["due_at"] == "2026-03-10T17:30:00+07:00"


async def test_a_command_binds_all_that_is_under_way_and_later_changes_move_nothing_again(
    office: Office,
) -> None:
    """Running, standing and waiting for a withdrawal alike: one closure, one due day."""
    running, standing, leaving = [await office.in_process() for _ in range(3)]
    standing = await stopped(office, standing)
    leaving = await office.act(leaving, "withdrawal", a_citizen(), note="Thôi")
    await office.service.receive(a_changed_year(2, exceptions=STORM))
    assert await recomputed(office) == {"MOVED": 2, "BOUND": 1}
    assert await recomputed(office) == {}
    await office.service.receive(a_changed_year(3, exceptions=[*STORM, {**STORM[0], "day": "2026-03-09"}]))
    office.service.clock.advance(timedelta(minutes=4))
    running, standing, leaving = [
        {**one, "version": (await office.read(one, SPECIALIST))["version"]}
        for one in (running, standing, leaving)
    ]
    standing = await resumed(office, standing)
    leaving = await office.act(leaving, "withdrawal-decision", SIGNER, approved=False, note="Sắp xong")
    running = await resumed(office, await stopped(office, running))
    for one in (running, standing, leaving):
        found = await office.read(one, SPECIALIST)
        assert (found["state"], found["due_at"]) == ("PROCESSING", "2026-03-09T17:30:00+07:00")


async def test_a_command_gives_back_the_closed_day_to_replies_and_decisions_nobody_s_clock_runs_for(
    office: Office,
) -> None:
    """Handed in, or an error told of, on Thursday at 16:00 with eight hours; what waits for nothing stays."""
    done = await office.issued()
    done = await office.act(done, "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)
    fetched = await office.act(
        await office.issued(number="2/XN"), "return", RECEIVER, delivery="COUNTER", **HANDED_OUT
    )
    office.service.clock.set(at(3, 5, 16))
    waiting = await office.submitted()
    await office.act(done, "result-correction-draft", RECEIVER, **ERROR)
    await office.service.receive(a_changed_year(2, exceptions=STORM))
    before = await office.read(fetched, RECEIVER)
    assert await recomputed(office) == {"MOVED": 1, "BOUND": 1}
    assert (await office.read(waiting, RECEIVER))["reply_due_at"] == "2026-03-09T16:00:00+07:00"
    told = (await office.read(done, RECEIVER))["correction_draft"]
    assert told["decide_by"] == "2026-03-09T16:00:00+07:00"
    assert await office.read(fetched, RECEIVER) == before
    assert await office.service.published("dossier.due_recomputed.v1") == []
    assert await recomputed(office) == {}
    assert await verify_history(office.service.runtime, ()) == 0


async def test_a_command_moves_a_new_date_that_was_promised_off_a_closed_day_and_tells_it(
    office: Office,
) -> None:
    """A day it may be kept on is promised, no distance to the due moment; a pause moves neither."""
    seen = await office.in_process()
    why = {"reason": "Cần xác minh thêm", "cause": "COMPLEX_CASE", "new_due_on": "2026-03-11"}
    seen = await office.act(
        await office.act(seen, "apology-draft", SPECIALIST, **why), "reappointment", SIGNER
    )
    seen = await stopped(office, seen)
    office.service.clock.advance(timedelta(minutes=4))
    seen = await resumed(office, seen)

    async def promised() -> tuple[str, str]:
        found = await office.read(seen, SPECIALIST)
        return found["due_at"][:10], found["reappointed_due_at"]

    assert await promised() == ("2026-03-06", "2026-03-11T17:30:00+07:00")
    closed = [{**STORM[0], "day": "2026-03-11"}]
    await office.service.receive(a_changed_year(2, exceptions=closed))
    assert await recomputed(office) == {"MOVED": 1}
    assert await promised() == ("2026-03-06", "2026-03-12T17:30:00+07:00")
    (told,) = await office.service.published("dossier.due_recomputed.v1")
    assert told["data"]["dossier"]["reappointed_due_at"] == "2026-03-12T17:30:00+07:00"
    closed += [{**STORM[0], "day": f"2026-03-{day:02}"} for day in (6, 9, 10, 12)]
    await office.service.receive(a_changed_year(3, exceptions=closed))
    assert await recomputed(office) == {"MOVED": 1}
    assert await promised() == ("2026-03-13", "2026-03-13T17:30:00+07:00")


async def test_a_make_up_day_takes_nothing_of_a_new_date_promised_in_hours(empty_office: Office) -> None:
    """Decided and bound while the clock stands, it brings the due moment forward and the promise nowhere."""
    term = {"value": 60, "unit": "WORKING_HOUR"}
    ways = [{"channel": one, "processing_time": term, "fees": []} for one in ("DIRECT", "ONLINE")]
    office = await empty_office.open(channels=ways)
    seen = await office.in_process()
    why = {"reason": "Cần xác minh thêm", "cause": "COMPLEX_CASE", "new_due_on": "2026-03-20"}
    seen = await office.act(
        await office.act(seen, "apology-draft", SPECIALIST, **why), "reappointment", SIGNER
    )
    seen = await stopped(office, seen)
    await office.service.receive(a_changed_year(2, exceptions=SATURDAY))
    assert await recomputed(office) == {"BOUND": 1}
    seen = {**seen, "version": (await office.read(seen, SIGNER))["version"]}
    seen = await resumed(office, seen)
    # Thursday the 12th at 14:00 without the Saturday.
    assert seen["due_at"] == "2026-03-11T14:00:00+07:00"
    found = await office.read(seen, SPECIALIST)
    assert found["reappointed_due_at"] == "2026-03-20T17:30:00+07:00"


async def test_a_moment_that_leaves_the_years_decided_is_named_and_holds_up_no_other(office: Office) -> None:
    """Nor another command; what was promised stands, and moves by a command once the year is decided."""
    await office.service.runtime.pool.execute(
        "DELETE FROM calendars WHERE year = 2027; DELETE FROM calendar_versions WHERE year = 2027"
    )
    office.service.clock.set(datetime(2026, 12, 21, 9, tzinfo=VIETNAM))
    soon = await office.in_process()
    office.service.clock.set(datetime(2026, 12, 28, 9, tzinfo=VIETNAM))
    late, later = await office.in_process(), await office.in_process()
    closed = [{"day": f"2026-12-{day}", "status": "OFF", "reason": "Bão"} for day in (23, 30)]
    await office.service.receive(a_changed_year(2, exceptions=closed))
    assert await recomputed(office) == {"MOVED": 1, "NOT_COUNTED": 2}

    async def dues() -> list[str]:
        return [(await office.read(one, SPECIALIST))["due_at"][:10] for one in (soon, late, later)]

    assert await dues() == ["2026-12-25", "2026-12-31", "2026-12-31"]
    command = (await office.service.post("/v1/due-recomputations", ASKED, MANAGER)).json()
    await office.service.run_job(RECOMPUTE_DUE)
    path = f"/v1/due-recomputations/{command['command_id']}"
    foreseen = (await office.service.get(f"{path}/moves", MANAGER)).json()["items"]
    told = [(one["outcome"], one["due_at"][:10]) for one in foreseen]
    assert told == [("NOT_COUNTED", "2026-12-31")] * 2
    await office.service.receive(a_calendar(2027))
    assert (await recomputed(office))["MOVED"] == 2
    assert await dues() == ["2026-12-25", "2027-01-01", "2027-01-01"]


async def test_what_can_be_counted_no_more_when_it_is_applied_is_named_too(office: Office) -> None:
    """A closure decided between preview and approval moves it past the years known."""
    await office.service.runtime.pool.execute(
        "DELETE FROM calendars WHERE year = 2027; DELETE FROM calendar_versions WHERE year = 2027"
    )
    office.service.clock.set(datetime(2026, 12, 25, 9, tzinfo=VIETNAM))
    seen = await office.in_process()
    closed = [{"day": "2026-12-28", "status": "OFF", "reason": "Bão"}]
    await office.service.receive(a_changed_year(2, exceptions=closed))
    command = (await office.service.post("/v1/due-recomputations", ASKED, MANAGER)).json()
    path = f"/v1/due-recomputations/{command['command_id']}"
    await office.service.run_job(RECOMPUTE_DUE)
    closed.append({**closed[0], "day": "2026-12-31"})
    await office.service.receive(a_changed_year(3, exceptions=closed))
    await office.service.post(f"{path}/approval", {}, SIGNER, version=2)
    await office.service.run_job(RECOMPUTE_DUE)
    done = (await office.service.get(path, MANAGER)).json()
    assert (done["state"], done["moves"]) == ("DONE", {"NOT_COUNTED": 1})
    assert (await office.read(seen, SPECIALIST))["due_at"] == "2026-12-30T17:30:00+07:00"


async def test_a_command_that_fails_holds_up_no_other_and_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ails one, that of another calendar is previewed in the same run."""
    asked = [
        (await office.service.post("/v1/due-recomputations", {**ASKED, "calendar": one}, MANAGER)).json()
        for one in ("default", "another")
    ]
    preview = recompute_due.preview_batch

    async def ailing(command: Any, **given: Any) -> Any:
        if command.calendar == "default":
            raise CopyChanged
        return await preview(command, **given)

    monkeypatch.setattr(recompute_due, "preview_batch", ailing)
    with pytest.raises(ExceptionGroup, match="recomputations") as failed:
        await office.service.run_job(RECOMPUTE_DUE)
    first, second = (one["command_id"] for one in asked)
    assert [one.__notes__ for one in failed.value.exceptions] == [[f"recomputations of due moments: {first}"]]
    rows = await office.service.runtime.pool.fetch("SELECT id, state FROM due_commands")
    assert {str(row["id"]): row["state"] for row in rows} == {first: "ASKED", second: "PREVIEWED"}


async def test_a_year_decided_after_the_acceptance_is_bound_when_it_is_first_counted_with(
    office: Office,
) -> None:
    """Not loaded, nothing is guessed; loaded, it counts as it is then, and its later versions do not."""
    seen = await office.in_process()
    office.service.clock.set(datetime(2027, 12, 30, 9, tzinfo=VIETNAM))
    seen = await stopped(office, seen)
    office.service.clock.set(datetime(2028, 1, 4, 9, tzinfo=VIETNAM))
    seen = await resumed(office, seen)
    assert (seen["state"], seen["due_at"]) == ("SUSPENDED", "2026-03-06T17:30:00+07:00")
    closed = {"year": 2028, "exceptions": [{"day": "2028-01-03", "status": "OFF", "reason": "Nghỉ bù"}]}
    await office.service.receive(a_year(2028, 1, closed))
    await office.service.run_job(GO_ON_PAID)
    seen = {**seen, **await office.read(seen, SIGNER)}
    # Acceptance to 06/03/2026, and of the stop 31/12 and 04/01.
    assert (seen["state"], seen["due_at"]) == ("PROCESSING", "2026-03-10T17:30:00+07:00")
    await office.service.receive(a_year(2028, 2, {"exceptions": []}))
    office.service.clock.advance(timedelta(minutes=1))
    seen = await resumed(office, await stopped(office, seen))
    assert seen["due_at"] == "2026-03-10T17:30:00+07:00"


async def standing_for(office: Office, what: str) -> tuple[dict[str, Any], tuple[Any, ...], dict[str, Any]]:
    """Return a dossier whose clock stands, and who ends that by which act."""
    seen = await office.in_process()
    office.service.clock.set(datetime(2027, 12, 30, 9, tzinfo=VIETNAM))
    if what == "suspension":
        return await stopped(office, seen), ("suspension-end", SIGNER), {"reason": "Đã có quyết định"}
    if what == "notice":
        # Its stop counts nothing, but an opinion asked for is put off by the days that passed.
        opinion = {
            "agency": "H99.201",
            "unit": "chuyen-mon",
            "role": "TEAM_LEAD",
            "hours": 8,
            "question": "Đủ?",
        }
        seen = await office.act(seen, "consultation-request", SPECIALIST, **opinion)
        asked = {"name": "Thuế", "amount": 9000, "reason": "x", "legal_basis": "x"}
        seen = await office.act(seen, "payment-notice", SPECIALIST, **asked)
        return seen, ("payment-notice-cancellation", LEAD), {"reason": "Nhầm"}
    asked = {"items": [{"component_code": "to-khai", "reason": "Chưa ký"}], "reason": "Chưa ký"}
    seen = await office.act(seen, "supplement-request", SPECIALIST, **asked)
    seen = await office.act(seen, "supplement-request-approval", LEAD, approved=True)
    return (
        await office.act(seen, "supplement-answer", a_citizen(), note="Đã ký"),
        ("resumption", RECEIVER),
        {},
    )


@pytest.mark.parametrize("what", ["suspension", "supplement", "notice"])
async def test_what_people_end_while_the_year_is_not_decided_is_kept_and_counted_from_then(
    office: Office, what: str
) -> None:
    """Not to be done again with the days between on the applicant's side: it waits for its year only."""
    seen, act, body = await standing_for(office, what)
    office.service.clock.set(datetime(2028, 1, 4, 9, tzinfo=VIETNAM))
    kept = await office.act(seen, *act, **body)
    assert (kept["state"], [one["code"] for one in kept["warnings"]]) == (seen["state"], ["goes-on-later"])
    again = await office.tried(kept, *act, **body)
    assert (again.status_code, again.json()["code"]) == (409, "calendar-missing")
    for officer in (RECEIVER, SIGNER, SPECIALIST):
        assert (await office.service.get("/v1/inbox", officer)).json()["items"] == []
    office.service.clock.set(datetime(2028, 1, 20, 9, tzinfo=VIETNAM))
    for job in (WATCH_DEADLINES, GO_ON_PAID):
        await office.service.run_job(job)
    assert await office.service.published("dossier.resumed.v1") == []
    warned = [
        one["data"]["threshold"] for one in await office.service.published("deadline_warning.raised.v1")
    ]
    assert "CONFIRM_LATE" not in warned
    await office.service.receive(a_year(2028, 1, {"exceptions": []}))
    for _ in range(2):
        await office.service.run_job(GO_ON_PAID)
    told = await office.read(seen, SPECIALIST)
    # Acceptance to 06/03/2026; of a stop that counts 31/12, 03/01 and 04/01.
    due = "2026-03-06" if what == "notice" else "2026-03-11"
    assert (told["state"], told["due_at"][:10]) == ("PROCESSING", due)
    assert [one["cause"] for one in told["stops"]][-1] == "CALENDAR_UNDECIDED"
    assert len(await office.service.published("dossier.resumed.v1")) == 1
    assert await verify_history(office.service.runtime, ()) == 0


async def test_nothing_is_promised_through_a_year_missing_between_known_ones(office: Office) -> None:
    """A year nobody heard of is no year without holidays; what ends before it is promised as ever."""
    await office.service.runtime.pool.execute(
        "DELETE FROM calendars WHERE year = 2027; DELETE FROM calendar_versions WHERE year = 2027"
    )
    await office.service.receive(a_calendar(2028))
    office.service.clock.set(datetime(2026, 12, 28, 9, tzinfo=VIETNAM))
    assert (await office.accepted())["due_at"] == "2026-12-31T17:30:00+07:00"
    office.service.clock.set(datetime(2026, 12, 30, 9, tzinfo=VIETNAM))
    seen = await office.submitted()
    refused = await office.tried(seen, "acceptance", RECEIVER)
    assert (refused.status_code, refused.json()["code"]) == (409, "calendar-missing")
    closed = {"exceptions": [{"day": "2027-01-01", "status": "OFF", "reason": "Tết Dương lịch"}]}
    await office.service.receive(a_year(2027, 1, closed))
    taken = await office.act(seen, "acceptance", RECEIVER)
    assert taken["due_at"] == "2027-01-05T17:30:00+07:00"


async def test_a_dossier_from_before_versions_were_kept_is_bound_to_the_oldest_known(office: Office) -> None:
    """Rows without a stamp, and with one of a version that was overwritten: no later change moves them."""
    await as_of_before(office.service)
    await office.service.receive(a_changed_year(7, exceptions=[]))
    bare, forgotten = await office.in_process(), await office.in_process()
    execute = office.service.runtime.pool.execute
    await execute("DELETE FROM calendar_versions WHERE year = 2026 AND sequence < 7")
    stamp = "UPDATE dossiers SET work = jsonb_set(work::jsonb, '{pins,calendar_stamp}', $2) WHERE id = $1"
    await execute(stamp, bare["dossier_id"], "")
    await execute(stamp, forgotten["dossier_id"], "2026:3,2027:1")
    await office.service.receive(a_changed_year(8, exceptions=STORM))
    for seen in (bare, forgotten):
        after = await resumed(office, await stopped(office, seen))
        assert after["due_at"] == "2026-03-06T17:30:00+07:00"


def a_year(year: int, sequence: int, changed: dict[str, Any]) -> Event:
    """Return a year of the calendar as decided so many times."""
    return replace(a_calendar(year), sequence=sequence, data={**a_calendar(year).data, **changed})


@dataclass
class Promise:
    """What a dossier was promised, by a model of its own."""

    seen: dict[str, Any]
    accepted_at: datetime
    exceptions: list[dict[str, str]]
    stops: list[Stop] = field(default_factory=list)
    since: datetime | None = None

    @property
    def due(self) -> datetime:
        """The due moment by the counting rules, under what it is bound to."""
        known = {"code": "default", "office_hours": "07:30-11:30;13:30-17:30"}
        years = [
            {**known, "year": 2026, "exceptions": self.exceptions},
            {**known, "year": 2027, "exceptions": []},
        ]
        calendar = calendar_of(years)
        assert calendar is not None
        return due_at(calendar, self.accepted_at, Term(Decimal(3), Unit.WORKING_DAY), self.stops)


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_is_decided_in_whatever_order_each_promise_keeps_its_calendar(
    office: Office, seed: int
) -> None:
    """Closures, make-up days, stops, ends of stops and commands at random, against a model beside."""
    dice, decided, sequence = Random(seed), [], 1
    now = at(3, 3)
    promises: list[Promise] = []
    for _ in range(40):
        now += timedelta(minutes=dice.randint(1, 900))
        office.service.clock.set(now)
        act = dice.choice(["accept", "decide", "decide", "turn", "turn", "turn", "turn", "recompute"])
        if act == "accept" or not promises:
            promises.append(Promise(await office.in_process(), now, list(decided)))
        elif act == "decide":
            day = now.date() + timedelta(days=dice.randint(0, 9))
            sequence += 1
            decided = [one for one in decided if one["day"] != str(day)]
            status = "WORK" if day.weekday() > FRIDAY else "OFF"
            decided.append({"day": str(day), "status": status, "reason": "x"})
            await office.service.receive(a_changed_year(sequence, exceptions=decided))
        elif act == "turn":
            await _turn(office, dice.choice(promises), now)
        else:
            await recomputed(office)
            for one in promises:
                one.exceptions = list(decided)
                one.seen["version"] = (await office.read(one.seen, SPECIALIST))["version"]
        for one in promises:
            if one.since is None:
                found = await office.read(one.seen, SPECIALIST)
                assert datetime.fromisoformat(found["due_at"]) == one.due


async def _turn(office: Office, one: Promise, now: datetime) -> None:
    if one.since is None:
        one.seen, one.since = await stopped(office, one.seen), now
    else:
        one.seen = await resumed(office, one.seen)
        one.stops.append(Stop(one.since, now))
        one.since = None
