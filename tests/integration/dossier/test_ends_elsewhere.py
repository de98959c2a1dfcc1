"""A dossier whose route was changed ends when and as the system that works it says (ADR 0031)."""

import asyncio
from datetime import datetime, timedelta
from importlib import import_module
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from services.dossier.commands.seal_rows import seal_rows
from services.dossier.jobs.deadline_warnings import DEADLINE_WARNINGS
from services.dossier.jobs.follow_elsewhere import FOLLOW_ELSEWHERE
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from services.dossier.store.dossiers import PostgresDossiers
from tests.builders.dossier.office import (
    CLERK,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
)
from tests.builders.dossier.resealed import reseal
from tests.builders.dossier.wrong_results import opened, returned
from tests.integration.dossier.test_figures import PROVINCE, SEEN, numbers, province
from tests.integration.dossier.test_forged_copies import forged, restarted
from tests.integration.dossier.test_mirrors import FEEDER, OURS, PATH, fed
from tests.integration.dossier.test_mirrors import told as body_of

__all__ = ["province"]
AWAY = {"route": "MINISTRY", **OURS, "note": "QĐ 1001/QĐ-BNV"}
DUE = "2026-03-06T17:30:00+07:00"
WORKED = (4, "2026-03-04T09:00:00+07:00")
DONE = (9, "2026-03-05T08:00:00+07:00")
HANDED = (10, "2026-03-05T08:30:00+07:00")
ENDED = {"received": 1, "submissions": 1, "ended": 1, "ended_elsewhere": 1}


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
    answer = await office.service.get("/v1/statistics", PROVINCE, params=SEEN)
    electronic = answer.json()["items"][0]["rates"]["electronic_results"]
    assert (electronic["numerator"], electronic["denominator"]) == (0, 0)
    shown = await office.read(seen, a_citizen())
    assert (shown["is_overdue"], shown["result"], shown["step"]) == (False, None, None)
    assert shown["state_name"] == "Đã trả kết quả trên hệ thống khác"
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
    assert (await numbers(province, cause="OTHER_AGENCY_LATE"))["late"] == 1
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
    await province.act(await province.read(seen, SIGNER), "route-change", SIGNER, **AWAY)
    await province.service.run_job(FOLLOW_ELSEWHERE)
    assert (await stands(province, seen))[0] == "PROCESSING", (
        "what it said before it went there again is over"
    )
    province.service.clock.advance(timedelta(hours=1))
    await told(province, (10, "2026-03-06T09:30:00+07:00"))
    assert await stands(province, seen) == ("RETURNED", "2026-03-06T09:30:00+07:00", "ENDED")
    assert await is_whole(province)


async def test_an_end_of_before_it_came_home_does_not_meet_it_there_again(office: Office) -> None:
    """Also by way of another system; what is heard since does, however early it says it was."""
    other = {"source": "BTC-TTHC", "outside_code": "G12-260303-0000001"}
    seen = await gone(office)
    await told(office, WORKED)
    home = {"route": "PROVINCE", "note": "Nhận lại"}
    seen = await office.act(seen, "route-change", SIGNER, **home)
    await told(office, DONE)
    for away in (AWAY | other, home, AWAY):
        office.service.clock.advance(timedelta(minutes=1))
        seen = await office.act(seen, "route-change", SIGNER, **away)
    await office.service.run_job(FOLLOW_ELSEWHERE)
    assert await stands(office, seen) == ("PROCESSING", None, "RUNNING")
    office.service.clock.advance(timedelta(minutes=1))
    await told(office, HANDED)
    assert await stands(office, seen) == ("RETURNED", HANDED[1], "ENDED")
    assert await is_whole(office)


async def test_what_is_heard_of_a_dossier_that_cannot_be_opened_is_kept_and_followed_later(
    office: Office,
) -> None:
    """A copy it rests on was changed by hand: the feed is taken, and the job meets it again."""
    seen = await gone(office)
    await told(office, WORKED)
    async with forged(office, "calendars", "sequence = sequence + 1"):
        await told(office, DONE)
        assert await office.service.count("mirror_statuses") == 2
        await office.service.run_job(FOLLOW_ELSEWHERE)
    restarted(office)
    assert (await stands(office, seen))[0] == "PROCESSING"
    office.service.clock.advance(timedelta(minutes=6))
    await office.service.run_job(FOLLOW_ELSEWHERE)
    assert await stands(office, seen) == ("RESULT_READY", DONE[1], "ENDED")


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


@pytest.mark.parametrize("is_from_before", [False, True])
async def test_what_had_ended_before_it_was_known_as_ours_is_followed(
    office: Office, *, is_from_before: bool
) -> None:
    """Told before the change of route; and dossiers that stand so, as the migration leaves them."""
    office.service.clock.set(on(3))
    seen = await office.in_process()
    office.service.clock.set(on(5))
    await told(office, WORKED, DONE)
    seen = await office.act(seen, "route-change", SIGNER, **AWAY)
    assert (await stands(office, seen))[0] == "PROCESSING"
    if is_from_before:
        execute = office.service.runtime.pool.execute
        await execute("UPDATE mirrors SET follow_at = NULL")
        await reseal(office.service, "mirrors")
        await office.service.run_job(FOLLOW_ELSEWHERE)
        assert (await stands(office, seen))[0] == "PROCESSING"
        migration = import_module("services.dossier.migrations.versions.0074_ends_elsewhere_are_followed")
        await execute(migration.LOOK_AT_THEM)
        await reseal(office.service, "mirrors")
        office.service.clock.set(datetime.now(VIETNAM))
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


async def test_who_acts_while_it_is_fed_learns_of_it_or_the_feeder_does(office: Office) -> None:
    """The signer takes it home at the moment its system ends it: one of both, never half of each."""
    for place in range(6):
        code = {"outside_code": f"G05-260303-{place}"}
        seen = await office.act(await office.in_process(), "route-change", SIGNER, **AWAY | code)
        office.service.clock.advance(timedelta(seconds=1))
        at = office.service.clock.now().isoformat()
        home, heard = await asyncio.gather(
            office.tried(seen, "route-change", SIGNER, route="PROVINCE", note="Nhận lại"),
            office.service.post(PATH, body_of(status=9, at=at, **code), FEEDER),
        )
        assert (home.status_code, heard.status_code) in {(200, 201), (200, 412), (409, 201), (412, 201)}
        now = await office.read(seen, SIGNER)
        expected = ("PROCESSING", None) if home.status_code == 200 else ("RESULT_READY", "RESULT")
        assert (now["state"], now["elsewhere"] and now["elsewhere"]["end"]["outcome"]) == expected
    assert await is_whole(office)


async def test_who_feeds_while_somebody_moves_it_is_told_to_tell_it_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept of what lost the race; told again it ends the dossier."""
    seen = await gone(office)
    load = PostgresDossiers.load

    async def loaded(self: PostgresDossiers, dossier_id: UUID) -> Any:
        found = await load(self, dossier_id)
        monkeypatch.undo()
        await office.act(seen, "route-change", SIGNER, route="PROVINCE", note="Nhận lại")
        here = await office.read(seen, SIGNER)
        await office.act(here, "route-change", SIGNER, **AWAY | {"outside_code": "G05-260303-0000124"})
        return found

    monkeypatch.setattr(PostgresDossiers, "load", loaded)
    lost = await office.service.post(PATH, body_of(status=9, at=DONE[1]), FEEDER)
    assert (lost.status_code, lost.json()["code"]) == (412, "stale-version")
    assert await office.service.count("mirrors") == 0
    await fed(office, status=9, at=DONE[1], outside_code="G05-260303-0000124")
    assert await stands(office, seen) == ("RESULT_READY", DONE[1], "ENDED")


async def test_the_books_say_where_it_ended(office: Office) -> None:
    """The register names the system and its code, the control slip what was said and when it was heard."""
    seen = await gone(office)
    await told(office, DONE, HANDED)
    days = {"agency": RECEIVER.agency, "from": "2026-03-01", "to": "2026-03-31"}
    [line] = (await office.service.get("/v1/register", RECEIVER, params=days)).json()["items"]
    assert line["note"] == f"Đã trả kết quả tại {OURS['source']}, mã {OURS['outside_code']}"
    assert (line["returned_at"], line["delivery"]) == (HANDED[1], "")
    rows = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/handovers", SIGNER)).json()["items"]
    assert [row["kind"] for row in rows][-2:] == ["ENDED_ELSEWHERE", "ENDED_ELSEWHERE"]
    assert (rows[-2]["punctuality"], rows[-2]["given_at"]) == ("EARLY", DONE[1])
    heard = f"trên hệ thống khác, mã {OURS['outside_code']}; nhận tin 09:00 06/03/2026"
    assert [row["note"] for row in rows[-2:]] == [f"Đã có kết quả {heard}", f"Đã trả kết quả {heard}"]
    sheet = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/control-slip.pdf", SIGNER)
    assert sheet.status_code == 200
    assert (await office.read(seen, CLERK))["blocked_actions"][0]["action"] == "archiving"


@pytest.mark.parametrize(
    "by_hand",
    [
        "UPDATE mirror_statuses SET status = 9 WHERE status = 4",
        "INSERT INTO mirror_statuses (mirror_id, status, at, text, received_at, version)"
        " SELECT mirror_id, 9, at, '', received_at, version + 1 FROM mirror_statuses WHERE status = 4",
        "UPDATE mirror_statuses SET status = 9, seals = '{}' WHERE status = 4",
        "UPDATE mirrors SET version = 2, accepted_at = accepted_at",
    ],
    ids=["a word changed", "a word put in", "a seal taken off", "a word it never said counted"],
)
async def test_what_nobody_told_ends_nothing_and_is_found(office: Office, by_hand: str) -> None:
    seen = await office.act(await office.in_process(), "route-change", SIGNER, **AWAY)
    office.service.clock.set(on(4))
    await fed(office, status=4, at="2026-03-04T08:00:00+07:00")
    pool = office.service.runtime.pool
    await seal_rows(office.service.runtime, [])
    await pool.execute(by_hand)
    await pool.execute("UPDATE mirrors SET follow_at = $1", office.service.clock.now())
    office.service.clock.set(on(5))
    await office.service.run_job(FOLLOW_ELSEWHERE)
    assert (await office.read(seen, SIGNER))["state"] == "PROCESSING"
    assert await verify_history(office.service.runtime, []) == 1


CUT = "DELETE FROM mirror_statuses WHERE version > 1"


@pytest.mark.parametrize(
    ("by_hand", "named"),
    [
        ((CUT, "UPDATE mirrors SET version = 1"), "told changed by hand"),
        ((CUT,), "not every status it was told is there"),
        (("DELETE FROM mirror_statuses", "DELETE FROM mirrors"), "its mirror is missing"),
    ],
    ids=["with the count", "without", "all of it"],
)
async def test_what_was_told_last_taken_out_takes_no_end_back_and_is_found(
    office: Office, by_hand: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The status that ended it is gone, and the mirror says it never was told so."""
    seen = await office.act(await office.in_process(), "route-change", SIGNER, **AWAY)
    office.service.clock.set(on(6))
    await told(office, WORKED, DONE)
    assert (await stands(office, seen))[0] == "RESULT_READY"
    pool = office.service.runtime.pool
    for statement in by_hand:
        await pool.execute(statement)
    assert await verify_history(office.service.runtime, []) == 1
    assert named in capsys.readouterr().out
    if len(by_hand) == 2 and "mirrors SET" in by_hand[1]:
        # A word told afterwards makes up for nothing: it ended, and stays so until people look.
        await fed(office, status=4, at="2026-03-06T08:30:00+07:00")
    assert (await stands(office, seen))[0] == "RESULT_READY"
    assert await verify_history(office.service.runtime, []) == 1


async def test_a_correction_is_worked_by_who_gave_the_wrong_result_out(office: Office) -> None:
    """An end told by another system would leave the wrong result as it is, and nobody told."""
    _, correction = await opened(office, await returned(office))
    for action in ("acceptance", "handover"):
        correction = await office.act(correction, action, RECEIVER)
    assert "route-change" not in (await office.read(correction, SIGNER))["actions"]
    refused = await office.tried(correction, "route-change", SIGNER, **AWAY)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
