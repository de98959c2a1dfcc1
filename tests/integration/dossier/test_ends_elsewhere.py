"""A dossier whose route was changed ends when and as the system that works it says (ADR 0029)."""

import asyncio
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from services.dossier.jobs.deadline_warnings import DEADLINE_WARNINGS
from services.dossier.jobs.follow_elsewhere import FOLLOW_ELSEWHERE
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import (
    CLERK,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
)
from tests.integration.dossier.test_figures import numbers, province
from tests.integration.dossier.test_mirrors import OURS, fed

__all__ = ["province"]
AWAY = {"route": "MINISTRY", **OURS, "note": "QĐ 1001/QĐ-BNV"}
DUE = "2026-03-06T17:30:00+07:00"
WORKED = (4, "2026-03-04T09:00:00+07:00")
DONE = (9, "2026-03-05T08:00:00+07:00")
HANDED = (10, "2026-03-05T08:30:00+07:00")
ENDED = {"received": 1, "submissions": 1, "ended": 1}


def on(day: int, hour: int = 9) -> datetime:
    """Return a moment of that March."""
    return datetime(2026, 3, day, hour, tzinfo=VIETNAM)


async def gone(office: Office, *, day: int = 6) -> dict[str, Any]:
    """Return a dossier in process whose route was changed, and let that day come."""
    seen = await office.act(await office.in_process(), "route-change", SIGNER, **AWAY)
    assert seen["due_at"] == DUE
    office.service.clock.set(on(day))
    return seen


async def told(office: Office, *statuses: tuple[int, str]) -> None:
    """Let its system tell these."""
    for status, at in statuses:
        await fed(office, status=status, at=at)


async def stands(office: Office, seen: dict[str, Any]) -> tuple[str, str | None, str]:
    """Return how a dossier stands: state, when it ended, what its clock does."""
    now = await office.read(seen, SIGNER)
    return now["state"], now["ended_at"], now["clock"]


async def changes(office: Office, name: str = "ended_elsewhere") -> list[dict[str, Any]]:
    """Return what such events told beside the state."""
    return [one["data"]["change"] for one in await office.service.published(f"dossier.{name}.v1")]


async def is_whole(office: Office) -> bool:
    """Tell whether a rebuild gives the same figures and history is sound."""
    return await rebuild_figures(office.service.runtime, ("--check",)) == 0 and (
        await verify_history(office.service.runtime, ()) == 0
    )


async def test_it_ends_as_and_when_its_system_says_and_is_late_by_nobodys_fault_of_ours(
    province: Office,
) -> None:
    """Ended at the moment told, in time by our due moment; nothing is left to do, and nobody is warned."""
    office = province
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    seen = await office.act(seen, "route-change", SIGNER, **AWAY)
    office.service.clock.set(on(5))
    await told(office, WORKED, DONE)
    assert await stands(office, seen) == ("RESULT_READY", DONE[1], "ENDED")
    await told(office, HANDED)
    assert await stands(office, seen) == ("RETURNED", DONE[1], "ENDED")
    office.service.clock.set(datetime(2026, 4, 30, 9, tzinfo=VIETNAM))
    for job in (DEADLINE_WARNINGS, WATCH_DEADLINES, FOLLOW_ELSEWHERE):
        await office.service.run_job(job)
    assert await office.service.published("deadline_warning.raised.v1") == []
    assert await numbers(office) == ENDED | {"early": 1, "received_online": 1, "digitised": 1}
    assert await numbers(office, route="MINISTRY") == await numbers(office)
    shown = await office.read(seen, a_citizen())
    assert (shown["is_overdue"], shown["result"], shown["step"]) == (False, None, None)
    assert shown["elsewhere"]["end"] == {
        "status": 9,
        "outcome": "RESULT",
        "at": DONE[1],
        "last_at": HANDED[1],
        "heard_at": "2026-03-05T09:00:00+07:00",
    }
    for by in (RECEIVER, SPECIALIST, LEAD, SIGNER):
        assert (await office.read(seen, by))["actions"] == []
        assert (await office.service.get("/v1/inbox", by)).json()["items"] == []
    first, second = await changes(office)
    assert (first["from_state"], second["from_state"]) == ("PROCESSING", "RESULT_READY")
    assert first["actor"]["kind"] == "service"
    assert first["outside"] == OURS | {
        "status": 9,
        "outcome": "RESULT",
        "at": DONE[1],
        "last_at": DONE[1],
        "heard_at": "2026-03-05T09:00:00+07:00",
        "previous_outcome": None,
    }
    assert second["outside"]["previous_outcome"] == "RESULT"
    back = await office.tried(
        await office.read(seen, SIGNER), "route-change", SIGNER, route="PROVINCE", note="x"
    )
    assert (back.status_code, back.json()["code"]) == (409, "transition-refused")
    assert await is_whole(office)


@pytest.mark.parametrize(
    ("statuses", "state", "outcome", "number"),
    [
        ([(8, DONE[1])], "STOPPED", "STOPPED", "stopped"),
        ([(7, WORKED[1]), (8, DONE[1])], "STOPPED", "WITHDRAWN", "withdrawn"),
        ([(3, DONE[1])], "STOPPED", "REFUSED", "refused"),
        ([(10, DONE[1])], "RETURNED", "RESULT", "early"),
    ],
    ids=["stopped", "withdrawn", "refused", "handed over"],
)
async def test_each_way_it_ended_there_is_told_and_counted_as_that(
    province: Office, statuses: list[tuple[int, str]], state: str, outcome: str, number: str
) -> None:
    """The portal's 8, 7 and then 8, 3 and 10; how long the record is kept is fixed with it."""
    seen = await gone(province)
    await told(province, *statuses)
    assert await stands(province, seen) == (state, DONE[1], "ENDED")
    [change] = await changes(province)
    assert change["outside"]["outcome"] == outcome
    assert (await numbers(province))[number] == 1
    record = "SELECT ending, ended_on::text FROM archive_records"
    ending = {"RETURNED": "GRANTED"}.get(state, state)
    assert [tuple(row) for row in await province.service.runtime.pool.fetch(record)] == [
        (ending, "2026-03-05")
    ]
    assert await is_whole(province)


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_whatever_order_it_is_told_in_and_however_often_it_ends_the_same(
    office: Office, order: tuple[int, ...]
) -> None:
    """10 before 9 and both twice: the end is the moment of 9, handed over."""
    seen = await gone(office)
    for place in (*order, *order):
        await told(office, (WORKED, DONE, HANDED)[place])
    assert await stands(office, seen) == ("RETURNED", DONE[1], "ENDED")
    assert (await office.read(seen, SIGNER))["elsewhere"]["end"]["last_at"] == HANDED[1]
    before = len(await changes(office))
    await office.service.run_job(FOLLOW_ELSEWHERE)
    assert len(await changes(office)) == before <= 2
    assert await is_whole(office)


async def test_late_is_late_by_our_own_due_moment_and_past_days_are_put_right(province: Office) -> None:
    """Its system's own due moment decides nothing; what was closed before it was heard is amended."""
    seen = await gone(province, day=12)
    assert (await numbers(province))["in_progress_overdue"] == 1
    await fed(province, status=9, at="2026-03-09T10:00:00+07:00", due_at="2026-03-30T17:30:00+07:00")
    assert (await stands(province, seen))[0] == "RESULT_READY"
    found = await numbers(province)
    assert (found["ended"], found["late"], found.get("in_progress", 0)) == (1, 1, 0)
    on_the_eighth = await numbers(province, to="2026-03-08")
    assert on_the_eighth["in_progress_overdue"] == 1
    on_the_tenth = await numbers(province, to="2026-03-10")
    assert (on_the_tenth["late"], on_the_tenth.get("in_progress", 0)) == (1, 0)
    amended = await province.service.runtime.pool.fetchval(
        "SELECT amended_at FROM figure_rows WHERE NOT is_mirror"
    )
    assert amended == on(12)
    assert await is_whole(province)


async def test_an_end_that_is_taken_back_lets_it_go_on_and_come_home(province: Office) -> None:
    """The step stands as it did; a record of an end that was none is told anew with the next one."""
    seen = await gone(province)
    await told(province, (8, WORKED[1]), (4, "2026-03-04T15:00:00+07:00"))
    assert await stands(province, seen) == ("PROCESSING", None, "RUNNING")
    [change] = await changes(province, "reopened_elsewhere")
    assert (change["from_state"], change["outside"]["status"]) == ("STOPPED", 8)
    found = await numbers(province)
    assert (found["in_progress"], found.get("ended", 0), found.get("stopped", 0)) == (1, 0, 0)
    await told(province, HANDED)
    assert await stands(province, seen) == ("RETURNED", HANDED[1], "ENDED")
    records = "SELECT ending, ended_on::text FROM archive_records"
    assert [tuple(row) for row in await province.service.runtime.pool.fetch(records)] == [
        ("GRANTED", "2026-03-05")
    ]
    await told(province, (4, "2026-03-05T10:00:00+07:00"))
    here = await province.act(
        await province.read(seen, SIGNER), "route-change", SIGNER, route="PROVINCE", note="Bộ trả lại"
    )
    done = await province.act(here, "step-completion", SPECIALIST, step="tham-dinh")
    assert done["step"]["code"] == "soat-xet"
    await told(province, (10, "2026-03-06T08:00:00+07:00"))
    assert (await stands(province, seen))[0] == "PROCESSING"
    assert await is_whole(province)


async def test_what_lies_ahead_or_before_it_began_ends_nothing(office: Office) -> None:
    """A clock ahead is waited for; an end of a day before the acceptance is of another dossier."""
    seen = await gone(office, day=4)
    await told(office, (9, "2026-03-02T17:00:00+07:00"))
    await told(office, (4, "2026-03-04T08:00:00+07:00"), (10, "2026-03-04T10:00:00+07:00"))
    assert await stands(office, seen) == ("PROCESSING", None, "RUNNING")
    await office.service.run_job(FOLLOW_ELSEWHERE)
    assert (await stands(office, seen))[0] == "PROCESSING"
    office.service.clock.set(on(4, 10))
    await office.service.run_job(FOLLOW_ELSEWHERE)
    assert await stands(office, seen) == ("RETURNED", "2026-03-04T10:00:00+07:00", "ENDED")
    [change] = await changes(office)
    assert change["actor"]["kind"] == "system"
    assert await is_whole(office)


async def test_a_system_that_tells_days_ends_it_no_earlier_than_it_began(office: Office) -> None:
    """Midnight of the day of acceptance is that day."""
    seen = await gone(office)
    await told(office, (9, "2026-03-03T00:00:00+07:00"))
    accepted_at = (await office.read(seen, SIGNER))["accepted_at"]
    assert await stands(office, seen) == ("RESULT_READY", accepted_at, "ENDED")


async def test_what_had_ended_before_it_was_known_as_ours_is_followed(office: Office) -> None:
    """Told before the change of route; and dossiers that stand so, as the migration leaves them."""
    office.service.clock.set(on(3))
    seen = await office.in_process()
    office.service.clock.set(on(5))
    await told(office, WORKED, DONE)
    seen = await office.act(seen, "route-change", SIGNER, **AWAY)
    assert (await stands(office, seen))[0] == "PROCESSING"
    execute = office.service.runtime.pool.execute
    await execute("UPDATE mirrors SET follow_at = NULL")
    await office.service.run_job(FOLLOW_ELSEWHERE)
    assert (await stands(office, seen))[0] == "PROCESSING"
    await execute(
        "UPDATE mirrors SET follow_at = clock_timestamp() - interval '1 year' WHERE dossier_id IS NOT NULL"
    )
    await office.service.run_job(FOLLOW_ELSEWHERE)
    assert await stands(office, seen) == ("RESULT_READY", DONE[1], "ENDED")
    assert await office.service.runtime.pool.fetchval("SELECT follow_at FROM mirrors") is None
    assert await is_whole(office)


async def test_opinions_fall_with_it(office: Office) -> None:
    """A colleague who was asked has nothing to answer."""
    opinion = {
        "role": "SPECIALIST",
        "unit": "phap-che",
        "agency": RECEIVER.agency,
        "question": "Ý kiến?",
        "hours": 4,
    }
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    seen = await office.act(seen, "consultation-request", SPECIALIST, **opinion)
    seen = await office.act(seen, "route-change", SIGNER, **AWAY)
    office.service.clock.set(on(6))
    await told(office, DONE)
    now = await office.read(seen, SIGNER)
    assert [one["state"] for one in now["consultations"]] == ["LAPSED"]
    assert await office.service.runtime.pool.fetchval("SELECT asked_desks FROM dossiers") == []


async def test_who_acts_while_it_is_fed_learns_of_it_and_nothing_heard_is_lost(office: Office) -> None:
    """The signer takes it home at the moment its system ends it: one of both, never half of each."""
    for place in range(6):
        code = {"outside_code": f"G05-260303-{place}"}
        seen = await office.act(await office.in_process(), "route-change", SIGNER, **AWAY | code)
        office.service.clock.advance(timedelta(seconds=1))
        at = office.service.clock.now().isoformat()
        home, heard = await asyncio.gather(
            office.tried(seen, "route-change", SIGNER, route="PROVINCE", note="Nhận lại"),
            fed(office, status=9, at=at, **code),
        )
        assert heard["outcome"] == "created"
        now = await office.read(seen, SIGNER)
        expected = ("PROCESSING", None) if home.status_code == 200 else ("RESULT_READY", "RESULT")
        assert home.status_code in {200, 409, 412}
        assert (now["state"], now["elsewhere"] and now["elsewhere"]["end"]["outcome"]) == expected
    assert await is_whole(office)


async def test_the_books_say_where_it_ended(office: Office) -> None:
    """The register names the system and its code, the control slip what was said and when it was heard."""
    seen = await gone(office)
    await told(office, DONE, HANDED)
    days = {"agency": RECEIVER.agency, "from": "2026-03-01", "to": "2026-03-31"}
    [line] = (await office.service.get("/v1/register", RECEIVER, params=days)).json()["items"]
    assert line["note"] == f"Đã có kết quả tại {OURS['source']}, mã {OURS['outside_code']}"
    assert (line["returned_at"], line["delivery"]) == (HANDED[1], "")
    rows = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/handovers", SIGNER)).json()["items"]
    assert [row["kind"] for row in rows][-2:] == ["ENDED_ELSEWHERE", "ENDED_ELSEWHERE"]
    assert (rows[-2]["punctuality"], rows[-2]["given_at"]) == ("EARLY", DONE[1])
    assert rows[-2]["note"].endswith(f"mã {OURS['outside_code']}; nhận tin 09:00 06/03/2026")
    sheet = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/control-slip.pdf", SIGNER)
    assert sheet.status_code == 200
    assert (await office.read(seen, CLERK))["blocked_actions"][0]["action"] == "archiving"
