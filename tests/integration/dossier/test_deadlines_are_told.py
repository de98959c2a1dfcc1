"""A step late before its dossier is, a dossier due soon, an outside system that does not answer."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.jobs.deadline_warnings import DEADLINE_WARNINGS
from services.dossier.jobs.time_out_steps import TIME_OUT_STEPS
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import (
    GATEWAY,
    HANDED_OUT,
    LEAD,
    OUTSIDE_STEPS,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_calendar,
    a_citizen,
)


async def told(office: Office) -> list[dict[str, Any]]:
    """Run the job and return every warning raised so far."""
    await office.service.run_job(DEADLINE_WARNINGS)
    return [row["data"] for row in await office.service.published("deadline_warning.raised.v1")]


async def test_each_threshold_is_told_once_to_whom_it_concerns(office: Office) -> None:
    """The holder, else the desk; the lead once something is late; versions do not move by it."""
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    assert await told(office) == []
    office.service.clock.advance(timedelta(hours=7))
    lead = {"agency": "H99.201", "unit": "chuyen-mon", "role": "TEAM_LEAD"}
    for _ in range(2):
        found = await told(office)
        assert [(one["threshold"], one["people"], one["desks"]) for one in found] == [
            ("STEP_LATE", ["thu-ly"], [lead])
        ]
    assert (found[0]["step"]["code"], found[0]["dossier_code"]) == ("tham-dinh", seen["dossier_code"])
    office.service.clock.advance(timedelta(days=2, hours=3))
    assert [one["threshold"] for one in await told(office)] == ["STEP_LATE", "DUE_SOON"]
    office.service.clock.advance(timedelta(days=2))
    found = await told(office)
    assert [one["threshold"] for one in found] == ["STEP_LATE", "DUE_SOON", "OVERDUE"]
    assert found[-1]["desks"] == [lead]
    assert (await office.read(seen, SPECIALIST))["version"] == seen["version"]


async def test_nobody_is_warned_while_the_clock_stands_and_anew_after_it(office: Office) -> None:
    """A supplement stops the clock; the new due moment and the step's new deadline warn again."""
    seen = await office.in_process()
    draft = {"items": [{"component_code": "to-khai", "reason": "Thiếu chữ ký"}], "reason": "Thiếu"}
    seen = await office.act(seen, "supplement-request", SPECIALIST, **draft)
    seen = await office.act(seen, "supplement-request-approval", LEAD, approved=True)
    office.service.clock.advance(timedelta(days=14))
    assert await told(office) == []
    seen = await office.act(seen, "supplement-answer", a_citizen(), note="Xin bổ sung")
    seen = await office.act(seen, "resumption", RECEIVER)
    office.service.clock.advance(timedelta(days=1))
    found = await told(office)
    assert [(one["threshold"], one["people"]) for one in found] == [("STEP_LATE", [])]
    assert [desk["role"] for desk in found[0]["desks"]] == ["SPECIALIST", "TEAM_LEAD"]


MIGRATION = "services.dossier.migrations.versions.0078_decisions_that_wait_are_told"
AGAIN = "services.dossier.migrations.versions.0091_suspensions_are_looked_at_again"
LOOKED_AT = "services.dossier.migrations.versions.0086_what_waits_is_looked_at"
COURT = {"reason": "Chờ tòa án", "legal_basis": "BLTTDS Điều 214", "cause": "COURT_OR_INSPECTION"}
ASKED = {"items": [{"component_code": "to-khai", "reason": "Chưa ký"}], "reason": "Thiếu chữ ký"}


async def test_an_answer_that_lapses_while_a_withdrawal_waits_is_proposed_once_that_is_declined(
    office: Office,
) -> None:
    """Nothing looks for it meanwhile; afterwards somebody has it to decide."""
    seen = await office.act(await office.in_process(), "supplement-request", SPECIALIST, **ASKED)
    seen = await office.act(seen, "supplement-request-approval", LEAD, approved=True)
    office.service.clock.advance(timedelta(days=29))
    seen = await office.act(seen, "withdrawal", a_citizen(), note="Xin rút")
    office.service.clock.advance(timedelta(days=5))
    await office.service.run_job(WATCH_DEADLINES)
    await office.act(seen, "withdrawal-decision", SIGNER, approved=False, note="Đã gần xong")
    for _ in range(2):
        await office.service.run_job(WATCH_DEADLINES)
    assert (await office.read(seen, SIGNER))["proposal"]["kind"] == "STOP"
    assert len(await office.service.published("dossier.supplement_lapsed.v1")) == 1


async def test_a_handover_that_comes_late_while_a_withdrawal_waits_is_told_once(office: Office) -> None:
    seen = await office.act(await office.accepted(), "withdrawal", a_citizen(), note="Xin rút")
    office.service.clock.advance(timedelta(days=1))
    await office.service.run_job(WATCH_DEADLINES)
    seen = await office.act(seen, "withdrawal-decision", SIGNER, approved=False, note="Đã gần xong")
    for _ in range(2):
        await office.service.run_job(WATCH_DEADLINES)
    told = await office.service.published("deadline_warning.raised.v1")
    assert [one["data"]["threshold"] for one in told] == ["WITHDRAWAL_NEAR", "HANDOVER_LATE"]


async def test_an_amount_not_paid_by_its_day_is_told_once_to_the_step_that_asked_for_it(
    office: Office,
) -> None:
    """Its holder, its desk and its lead, who may take the notice back; nobody before that day."""
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    asked = {"name": "Thuế", "amount": 9000, "reason": "x", "legal_basis": "x", "pay_days": 10}
    await office.act(seen, "payment-notice", SPECIALIST, **asked)
    office.service.clock.advance(timedelta(days=9))
    await office.service.run_job(WATCH_DEADLINES)
    assert await office.service.published("deadline_warning.raised.v1") == []
    office.service.clock.advance(timedelta(days=9))
    for _ in range(2):
        await office.service.run_job(WATCH_DEADLINES)
    (told,) = [one["data"] for one in await office.service.published("deadline_warning.raised.v1")]
    assert (told["threshold"], told["people"]) == ("PAYMENT_LATE", ["thu-ly"])
    assert [(desk["unit"], desk["role"]) for desk in told["desks"]] == [
        ("chuyen-mon", "SPECIALIST"),
        ("chuyen-mon", "TEAM_LEAD"),
    ]


async def waiting_for_people(office: Office) -> dict[str, dict[str, Any]]:
    """Return a dossier in each place where somebody's decision is all it waits for, by what is decided."""
    error = {"reason": "Sai năm sinh", "cause": "ERROR_WRITTEN", "found_by": "APPLICANT"}
    seen = await office.act(await office.in_process(), "supplement-request", SPECIALIST, **ASKED)
    lapsed = await office.act(seen, "supplement-request-approval", LEAD, approved=True)
    unheard = await office.act(await office.submitted(), "intake-supplement-request", RECEIVER, **ASKED)
    office.service.clock.set(datetime(2026, 4, 3, 8, tzinfo=VIETNAM))
    await office.service.run_job(WATCH_DEADLINES)
    seen = await office.act(await office.in_process(), "supplement-request", SPECIALIST, **ASKED)
    seen = await office.act(seen, "supplement-request-approval", LEAD, approved=True)
    answered = await office.act(seen, "supplement-answer", a_citizen(), note="Đã ký")
    seen = await office.act(await office.in_process(), "suspension", SIGNER, **COURT)
    withdrawn = await office.act(seen, "withdrawal", a_citizen(), note="Xin rút")
    returned = await office.act(await office.issued(), "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)
    wrong = await office.act(returned, "result-correction-draft", SPECIALIST, **error)
    found = {"CONFIRM": answered, "WITHDRAWAL": withdrawn, "CORRECTION": wrong}
    return {**found, "PROPOSAL": lapsed, "PROPOSAL of refusal": unheard}


async def test_who_has_a_decision_to_make_is_told_before_its_time_is_over_and_their_manager_after(
    office: Office,
) -> None:
    """Eight office hours for each (`limits.yaml`), where no step's time runs; each once, and in the inbox."""
    places = await waiting_for_people(office)
    until = "2026-04-06T08:00:00+07:00"
    for officer, expected in ((RECEIVER, 2), (SIGNER, 3)):
        tasks = (await office.service.get("/v1/inbox", officer)).json()["items"]
        assert [one["task_due_at"] for one in tasks] == [until] * expected
    known = await office.service.published("deadline_warning.raised.v1")
    for hour in (5, 6, 7, 9, 10):
        office.service.clock.set(datetime(2026, 4, 6, hour, tzinfo=VIETNAM))
        await office.service.run_job(WATCH_DEADLINES)
    told = (await office.service.published("deadline_warning.raised.v1"))[len(known) :]
    manager = ("H99.201", "ONE_STOP_MANAGER")
    for place, seen in places.items():
        kind = place.split()[0]
        mine = [one["data"] for one in told if one["data"]["dossier_id"] == seen["dossier_id"]]
        assert [(one["threshold"], one["about"]) for one in mine] == [
            (f"{kind}_NEAR", until),
            (f"{kind}_LATE", until),
        ], place
        role = "ONE_STOP_OFFICER" if place in {"CONFIRM", "PROPOSAL of refusal"} else "SIGNER"
        desks = [[(desk["agency"], desk["role"]) for desk in one["desks"]] for one in mine]
        assert desks == [[("H99.201", role)], [("H99.201", role), manager]], place
    office.service.clock.advance(timedelta(days=30))
    await office.service.run_job(WATCH_DEADLINES)
    assert len(await office.service.published("deadline_warning.raised.v1")) == len(known) + len(told)


async def test_a_decision_that_waits_since_before_anybody_looked_is_told(office: Office) -> None:
    """As migration 0078 leaves it."""
    seen = await office.act(await office.in_process(), "suspension", SIGNER, **COURT)
    seen = await office.act(seen, "withdrawal", a_citizen(), note="Xin rút")
    pool = office.service.runtime.pool
    await pool.execute("UPDATE dossiers SET watch_at = NULL")
    office.service.clock.advance(timedelta(days=2))
    await office.service.run_job(WATCH_DEADLINES)
    assert await office.service.published("deadline_warning.raised.v1") == []
    await pool.execute(import_module(MIGRATION).LOOK_AT_THEM)
    await office.service.run_job(WATCH_DEADLINES)
    told = [one["data"] for one in await office.service.published("deadline_warning.raised.v1")]
    assert [one["threshold"] for one in told] == ["WITHDRAWAL_NEAR", "WITHDRAWAL_LATE"]
    assert {one["dossier_id"] for one in told} == {seen["dossier_id"]}


async def warned(office: Office, at: datetime) -> list[dict[str, Any]]:
    """Let the scheduler look twice at a moment; return every warning officers were given so far."""
    office.service.clock.set(at)
    for _ in range(2):
        await office.service.run_job(WATCH_DEADLINES)
    return [row["data"] for row in await office.service.published("deadline_warning.raised.v1")]


async def test_a_suspension_past_its_day_is_told_to_who_may_end_it_and_then_to_the_manager(
    office: Office,
) -> None:
    """Who prepares the dossier is told with the signer: they know what it waits for. Each once."""
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    await office.act(seen, "suspension", SIGNER, **COURT, until="2026-03-20")
    assert await warned(office, datetime(2026, 3, 19, 23, tzinfo=VIETNAM)) == []
    (near,) = await warned(office, datetime(2026, 3, 20, 8, tzinfo=VIETNAM))
    found = await warned(office, datetime(2026, 3, 21, 8, tzinfo=VIETNAM))
    assert await warned(office, datetime(2026, 5, 21, 8, tzinfo=VIETNAM)) == found == [near, found[-1]]
    assert [one["threshold"] for one in found] == ["SUSPENSION_NEAR", "SUSPENSION_LATE"]
    assert {one["about"] for one in found} == {"2026-03-20T23:59:59+07:00"}
    assert [one["people"] for one in found] == [["thu-ly"], ["thu-ly"]]
    signer, manager = ("H99.201", "SIGNER"), ("H99.201", "ONE_STOP_MANAGER")
    desks = [[(desk["agency"], desk["role"]) for desk in one["desks"]] for one in found]
    assert desks == [[signer], [signer, manager]]


async def test_a_suspension_nobody_named_an_end_of_is_told_to_be_looked_at_again(office: Office) -> None:
    """Thirty days from 3 March, once: the signer a day before, the manager with them when it has passed."""
    await office.act(await office.in_process(), "suspension", SIGNER, **COURT)
    assert await warned(office, datetime(2026, 4, 1, 23, tzinfo=VIETNAM)) == []
    assert len(await warned(office, datetime(2026, 4, 2, 8, tzinfo=VIETNAM))) == 1
    found = await warned(office, datetime(2026, 4, 3, 8, tzinfo=VIETNAM))
    assert [one["threshold"] for one in found] == ["SUSPENSION_NEAR", "SUSPENSION_LATE"]
    assert {one["about"] for one in found} == {"2026-04-02T23:59:59+07:00"}
    assert [[desk["role"] for desk in one["desks"]] for one in found] == [
        ["SIGNER"],
        ["SIGNER", "ONE_STOP_MANAGER"],
    ]


async def test_who_does_not_fetch_a_result_is_reminded_once_and_the_counter_told(office: Office) -> None:
    """Five working days after the day it was promised for: 6 March, a Friday. What was fetched is no news."""
    left, fetched = await office.issued(), await office.issued(number="2/XN")
    await office.act(fetched, "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)
    reminded = "deadline_warning.result_left.v1"
    for day, expected in ((9, 0), (12, 0), (13, 1), (27, 1)):
        assert await warned(office, datetime(2026, 3, day, 7, 45, tzinfo=VIETNAM)) == []
        assert len(await office.service.published(reminded)) == expected, day
    ((told),) = await office.service.published(reminded)
    assert told["key"] == left["dossier_id"]
    assert told["data"]["change"]["waits_since"] == "2026-03-06T17:30:00+07:00"
    assert (await office.read(left, RECEIVER))["version"] == left["version"]


async def test_a_reply_whose_year_was_not_decided_is_told_of_once_it_is(office: Office) -> None:
    """Handed in on the last day of the years decided; looked at again until it can be counted."""
    office.service.clock.set(datetime(2027, 12, 31, 16, tzinfo=VIETNAM))
    seen = await office.submitted()
    assert (await office.read(seen, RECEIVER))["reply_due_at"] is None
    assert await warned(office, datetime(2028, 1, 8, 8, tzinfo=VIETNAM)) == []
    await office.service.receive(a_calendar(2028))
    found = await warned(office, datetime(2028, 1, 8, 10, tzinfo=VIETNAM))
    assert [(one["threshold"], one["about"]) for one in found] == [
        ("REPLY_NEAR", "2028-01-03T16:00:00+07:00"),
        ("REPLY_LATE", "2028-01-03T16:00:00+07:00"),
    ]
    assert await warned(office, datetime(2028, 1, 9, 10, tzinfo=VIETNAM)) == found


async def test_what_waits_since_before_an_update_is_looked_at_but_for_old_results(office: Office) -> None:
    """As migration 0086 leaves it: nobody is reminded of what has lain there for more than a month."""
    pool = office.service.runtime.pool
    old, new = await office.issued(), await office.issued(number="2/XN")
    stands = await office.act(await office.in_process(), "suspension", SIGNER, **COURT, until="2026-03-20")
    asked = await office.submitted()
    await pool.execute("UPDATE dossiers SET watch_at = NULL")
    await pool.execute("UPDATE dossiers SET ended_at = now() WHERE id = $1", new["dossier_id"])
    await pool.execute(
        "UPDATE dossiers SET work = (work::jsonb - 'reply_due_at')::json WHERE id = $1", asked["dossier_id"]
    )
    await pool.execute(import_module(LOOKED_AT).LOOK_AT_THEM)
    rows = await pool.fetch("SELECT id FROM dossiers WHERE watch_at IS NOT NULL")
    assert {str(row["id"]) for row in rows} == {one["dossier_id"] for one in (new, stands, asked)}
    assert old["dossier_id"] not in {str(row["id"]) for row in rows}
    await pool.execute("UPDATE dossiers SET watch_at = NULL")
    await pool.execute(import_module(AGAIN).LOOK_AT_THEM)
    rows = await pool.fetch("SELECT id FROM dossiers WHERE watch_at IS NOT NULL")
    assert {str(row["id"]) for row in rows} == {stands["dossier_id"]}


async def test_a_dossier_submitted_again_is_replied_to_in_the_time_of_a_first_one(office: Office) -> None:
    """Eight working hours from the answer (domain.md 3.2, SUBMITTED), and who has to is warned of it."""
    seen = await office.act(await office.submitted(), "intake-supplement-request", RECEIVER, **ASKED)
    office.service.clock.set(datetime(2026, 3, 20, 9, tzinfo=VIETNAM))
    seen = await office.act(seen, "intake-supplement-answer", a_citizen(), note="Đã ký")
    assert (await office.read(seen, RECEIVER))["reply_due_at"] == "2026-03-23T09:00:00+07:00"
    (task,) = (await office.service.get("/v1/inbox", RECEIVER)).json()["items"]
    assert task["task_due_at"] == "2026-03-23T09:00:00+07:00"
    for _ in range(2):
        office.service.clock.advance(timedelta(days=4))
        await office.service.run_job(WATCH_DEADLINES)
    told = [one["data"] for one in await office.service.published("deadline_warning.raised.v1")]
    assert {one["threshold"] for one in told} >= {"REPLY_LATE"}
    assert all(one["about"] == "2026-03-23T09:00:00+07:00" for one in told)


async def test_an_outside_system_that_does_not_answer_gives_the_step_back(empty_office: Office) -> None:
    """To an officer, with the reason; how the asking went is kept, and an answer that comes too late."""
    office = await empty_office.open(steps=OUTSIDE_STEPS)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    await office.service.run_job(TIME_OUT_STEPS)
    assert (await office.read(seen, SPECIALIST))["step"]["code"] == "ho-tich"
    office.service.clock.advance(timedelta(days=1))
    for _ in range(2):
        await office.service.run_job(TIME_OUT_STEPS)
    detail = await office.read(seen, SPECIALIST)
    assert (detail["step"]["code"], detail["version"]) == ("kiem-tra", seen["version"] + 1)
    last = detail["steps_done"][-1]
    assert (last["code"], last["outcome"], last["by"]) == ("ho-tich", "TIMED_OUT", "HO_TICH_DUNG_CHUNG")
    assert "không trả lời đúng hạn" in last["note"]
    (row,) = await office.service.runtime.pool.fetch("SELECT id, state, evidence FROM outside_requests")
    assert (row["state"], row["evidence"]["was"]) == ("TIMED_OUT", "WAITING")
    late = {"request_id": str(row["id"]), "outcome": "completed", "evidence": {"so": "12/HT"}}
    for _ in range(2):
        answer = await office.service.post("/v1/outside-results", late, GATEWAY)
        assert answer.json() == {"outcome": "late"}
    kept = await office.service.runtime.pool.fetchval("SELECT evidence FROM outside_requests")
    assert (kept["late_answer"], kept["was"]) == ({"so": "12/HT"}, "WAITING")
    assert (await office.read(seen, SPECIALIST))["version"] == detail["version"]
    again = await office.act(detail, "step-completion", SPECIALIST, step="kiem-tra")
    assert again["step"]["code"] == "ho-tich"
    assert await office.service.count("outside_requests") == 2


@pytest.mark.parametrize("how", ["suspension", "withdrawal"])
async def test_an_answer_to_a_dossier_that_stands_is_kept_and_taken_once_it_goes_on(
    empty_office: Office, how: str
) -> None:
    """Its number would be nowhere otherwise, and the step given back as if nobody had answered."""
    office = await empty_office.open(steps=OUTSIDE_STEPS)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    if how == "suspension":
        seen = await office.act(seen, "suspension", SIGNER, **COURT)
    else:
        seen = await office.act(seen, "withdrawal", a_citizen(), note="Xin rút")
    request = str(await office.service.runtime.pool.fetchval("SELECT id FROM outside_requests"))
    body = {"request_id": request, "outcome": "completed", "evidence": {"so": "12/HT"}, "note": "Đã ghi sổ"}
    for expected in ("kept", "repeated"):
        assert (await office.service.post("/v1/outside-results", body, GATEWAY)).json() == {
            "outcome": expected
        }
    office.service.clock.advance(timedelta(days=10))
    await office.service.run_job(TIME_OUT_STEPS)
    assert (await office.read(seen, SPECIALIST))["step"]["code"] == "ho-tich"
    if how == "suspension":
        await office.act(seen, "suspension-end", SIGNER, reason="Đã có quyết định")
    else:
        await office.act(seen, "withdrawal-decision", SIGNER, approved=False, note="Sắp xong")
    for _ in range(2):
        await office.service.run_job(TIME_OUT_STEPS)
    detail = await office.read(seen, SPECIALIST)
    assert detail["step"]["code"] == "ky"
    assert (detail["steps_done"][-1]["outcome"], detail["steps_done"][-1]["note"]) == ("DONE", "Đã ghi sổ")
    row = await office.service.runtime.pool.fetchrow("SELECT state, evidence FROM outside_requests")
    assert (row["state"], row["evidence"]) == ("ANSWERED", {"so": "12/HT"})


async def test_a_kept_answer_of_a_dossier_that_ended_is_let_go(empty_office: Office) -> None:
    office = await empty_office.open(steps=OUTSIDE_STEPS)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    seen = await office.act(seen, "withdrawal", a_citizen(), note="Xin rút")
    request = str(await office.service.runtime.pool.fetchval("SELECT id FROM outside_requests"))
    body = {"request_id": request, "outcome": "completed", "evidence": {}}
    assert (await office.service.post("/v1/outside-results", body, GATEWAY)).json() == {"outcome": "kept"}
    why = {"note": "Đồng ý", "legal_basis": "NĐ 118/2025/NĐ-CP"}
    await office.act(seen, "withdrawal-decision", SIGNER, approved=True, **why)
    await office.service.run_job(TIME_OUT_STEPS)
    state = await office.service.runtime.pool.fetchval("SELECT state FROM outside_requests")
    assert state == "ABANDONED"


async def test_a_withdrawal_that_waits_hides_no_deadline(office: Office) -> None:
    """The clock runs as before (domain.md 3.2); who decides on the withdrawal is told."""
    seen = await office.act(await office.in_process(), "withdrawal", a_citizen(), note="Xin rút")
    office.service.clock.advance(timedelta(days=3))
    assert [one["threshold"] for one in await told(office)] == ["DUE_SOON"]
    office.service.clock.advance(timedelta(days=5))
    found = await told(office)
    assert [one["threshold"] for one in found] == ["DUE_SOON", "OVERDUE"]
    assert "SIGNER" in {desk["role"] for desk in found[-1]["desks"]}
    assert (await office.read(seen, SIGNER))["is_overdue"]


async def test_an_answer_in_time_is_not_overtaken(empty_office: Office) -> None:
    """The job finds nothing once the system has answered; a deadline that moved is waited for."""
    office = await empty_office.open(steps=OUTSIDE_STEPS)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    pool = office.service.runtime.pool
    request = await pool.fetchval("SELECT id FROM outside_requests")
    await pool.execute("UPDATE outside_requests SET due_at = due_at - interval '1 day'")
    await office.service.run_job(TIME_OUT_STEPS)
    assert (await office.read(seen, SPECIALIST))["step"]["code"] == "ho-tich"
    assert await pool.fetchval("SELECT due_at FROM outside_requests") > office.service.clock.now()
    body = {"request_id": str(request), "outcome": "completed", "evidence": {"so": "12/HT"}}
    assert (await office.service.post("/v1/outside-results", body, GATEWAY)).json() == {"outcome": "accepted"}
    office.service.clock.advance(timedelta(days=3))
    await office.service.run_job(TIME_OUT_STEPS)
    assert (await office.read(seen, SPECIALIST))["step"]["code"] == "ky"
