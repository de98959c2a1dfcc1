"""What goes wrong beside the plan: stopped while paused, merged while asked, raced with the job."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from kernel.service import JobTick
from services.dossier.commands.history import verify_history
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from services.dossier.store.interlinked.parents import PostgresInterlinked
from services.dossier.use_cases.interlinked.advance import advance_parent
from tests.builders.dossier.kin import BIRTH, CARD, FATHER, LEAD, POLICE, RESIDENCE, Kin, in_a_row, staff
from tests.builders.dossier.office import COMMUNE, Office
from tests.builders.dossier.together import meet_at
from tests.integration.dossier.test_agencies_that_end import HEIR, ended, heir

POLICE_DESK = staff("ONE_STOP_OFFICER", POLICE, "mot-cua")
WHY = {"reason": "Ghi nhầm dấu", "evidence": "Thẻ căn cước"}


async def supplement_lapsed(kin: Kin, seen: dict[str, Any]) -> dict[str, Any]:
    """Ask the residence's applicant for more, and let the days pass."""
    child = await kin.accepted_child(seen, RESIDENCE)
    child = await kin.act(child, "handover", POLICE_DESK)
    items = [{"component_code": "cu-tru", "reason": "Mờ"}]
    asked = {"items": items, "reason": "Thiếu giấy tờ"}
    child = await kin.act(child, "supplement-request", staff("SPECIALIST", POLICE), **asked)
    child = await kin.act(child, "supplement-request-approval", staff("TEAM_LEAD", POLICE))
    kin.service.clock.advance(timedelta(days=60))
    return child


async def test_a_child_whose_clock_stands_makes_nobody_late_and_is_stopped_to_a_question(
    empty_office: Office,
) -> None:
    """Sixty days past its promise it is not late; stopped, the lead agency is asked once; nothing begins."""
    kin = await Kin(empty_office.service).open_kin(in_a_row(on_refused="ASK", on_late="GO_ON"))
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    child = await supplement_lapsed(kin, seen)
    await kin.advance()
    assert (await kin.statuses(seen))[CARD] == "WAITING"
    assert await kin.service.published("interlinked_dossier.decision_needed.v1") == []
    stop = {"reason": "Không bổ sung", "legal_basis": "NĐ 118/2025/NĐ-CP"}
    child = await kin.read(child, POLICE_DESK)
    await kin.act(child, "stop", staff("SIGNER", POLICE, "lanh-dao"), **stop)
    for _ in range(2):
        await kin.advance()
    parent = await kin.parent(seen, LEAD)
    assert [(one["procedure"], one["kind"]) for one in parent["questions"]] == [
        (RESIDENCE, "ENDED_WITHOUT_RESULT")
    ]
    assert (await kin.statuses(seen))[CARD] == "WAITING"
    assert len(await kin.service.published("interlinked_dossier.decision_needed.v1")) == 1


async def test_the_lead_and_the_job_decide_at_once(empty_office: Office) -> None:
    """Decision and news meet: the card begins once, the decision is kept once."""
    kin = await Kin(empty_office.service).open_kin(in_a_row(on_refused="ASK"))
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    residence = await kin.child(seen, RESIDENCE)
    why = {"reason": "Không đủ điều kiện", "legal_basis": "Luật Cư trú Điều 20"}
    await kin.act(residence, "refusal", POLICE_DESK, **why)
    await kin.advance()
    parent = await kin.parent(seen, LEAD)
    body = {"procedure": RESIDENCE, "choice": "GO_ON", "reason": "Trẻ đã có nơi tạm trú"}
    answers = await asyncio.gather(
        *(kin.on(parent, "member-decision", LEAD, **body) for _ in range(4)), kin.advance()
    )
    codes = sorted(one.status_code for one in answers if one is not None)
    assert codes[0] == 200
    assert set(codes[1:]) <= {409, 412}
    assert (await kin.statuses(seen))[CARD] == "OPEN"
    assert await kin.service.count("dossiers") == 3
    assert len((await kin.parent(seen, LEAD))["decisions"]) == 1


async def test_a_withdrawal_meets_the_opening_of_a_child(kin: Kin) -> None:
    """Whoever is first, no child is left that runs on in a withdrawn submission."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    parent = await kin.parent(seen)
    tick = JobTick(kin.service.runtime, kin.service.clock.now())

    async def job() -> None:
        async with tick.open_work() as work:
            (parent_id,) = await work.interlinked.to_advance(tick.now, 10)
            await advance_parent(parent_id, work=work, now=tick.now)

    with pytest.MonkeyPatch.context() as patch:
        meet_at(patch, PostgresInterlinked, "hold", 2)
        answer, _ = await asyncio.gather(kin.on(parent, "withdrawal", reason="Thôi"), job())
    if answer.status_code == 412:
        answer = await kin.on(await kin.parent(seen), "withdrawal", reason="Thôi")
    assert answer.status_code == 200, answer.text
    for _ in range(2):
        await kin.advance()
    states = await kin.service.runtime.pool.fetch("SELECT state FROM dossiers ORDER BY id")
    assert {one["state"] for one in states} <= {"RESULT_READY", "CANCELLED"}
    assert (await kin.parent(seen))["state"] == "ENDED"
    assert await verify_history(kin.service.runtime, []) == 0


async def test_the_lead_merges_before_it_accepts_and_the_slip_still_comes(kin: Kin) -> None:
    """The heir's desk accepts; the appointment and the slip are there; a correction after it too."""
    seen = await kin.handed_in()
    await kin.service.receive(heir(COMMUNE), ended())
    for _ in range(2):
        await kin.service.run_job(CONTINUE_DOSSIERS)
    desk = staff("ONE_STOP_OFFICER", HEIR, "mot-cua")
    parent = await kin.parent(seen, desk)
    birth = await kin.read(parent["members"][0], desk)
    birth = await kin.act(birth, "acceptance", desk)
    await kin.advance()
    parent = await kin.parent(seen, desk)
    assert parent["due_at"]
    assert (await kin.service.get(f"/v1/papers/{parent['slip_id']}", desk)).status_code == 200
    await kin.act(birth, "owner-correction", desk, full_name="Nguyễn Vân An", **WHY)
    after = await kin.parent(seen)
    assert (after["owner_name"], after["slip_id"] != parent["slip_id"]) == ("Nguyễn Vân An", True)


async def test_a_child_opened_after_the_merger_is_the_heirs(kin: Kin) -> None:
    """Its turn comes after its agency ended: it is opened at who goes on, and seen there."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.service.receive(heir(POLICE), ended(POLICE))
    await kin.service.run_job(CONTINUE_DOSSIERS)
    await kin.advance()
    statuses = await kin.statuses(seen)
    assert statuses[RESIDENCE] == "OPEN", (statuses, (await kin.parent(seen, LEAD))["questions"])
    desk = staff("ONE_STOP_OFFICER", HEIR, "mot-cua")
    parent = await kin.parent(seen, desk)
    mine = next(one for one in parent["members"] if one["procedure"]["code"] == RESIDENCE)
    assert mine["agency"]["code"] == HEIR
    assert (await kin.service.get(f"/v1/dossiers/{mine['dossier_id']}", desk)).status_code == 200


async def test_a_correction_meets_the_opening_of_the_next_child(kin: Kin) -> None:
    """The name is right in the child that is being opened at that very moment, whoever is first."""
    seen = await kin.handed_in()
    birth = await kin.at_issue_of(seen, BIRTH)
    await kin.issued(birth, staff("CLERK", COMMUNE, "van-phong"), number="1/KQ")
    await kin.advance()
    residence = await kin.child(seen, RESIDENCE)
    residence = await kin.act(residence, "acceptance", POLICE_DESK)
    tick = JobTick(kin.service.runtime, kin.service.clock.now())

    async def job() -> None:
        async with tick.open_work() as work:
            found = await work.interlinked.to_advance(tick.now, 10)
            await advance_parent(found[0], work=work, now=tick.now)

    body = {"full_name": "Nguyễn Vân An", **WHY}
    path = f"/v1/dossiers/{residence['dossier_id']}/owner-correction"
    with pytest.MonkeyPatch.context() as patch:
        meet_at(patch, PostgresInterlinked, "hold", 2)
        answer, _ = await asyncio.gather(
            kin.service.post(path, body, POLICE_DESK, version=residence["version"]), job()
        )
    if answer.status_code == 412:
        residence = await kin.read(residence, POLICE_DESK)
        answer = await kin.service.post(path, body, POLICE_DESK, version=residence["version"])
    assert answer.status_code == 200, answer.text
    await kin.advance()
    assert (await kin.child(seen, CARD))["owner"]["full_name"] == "Nguyễn Vân An"
    assert (await kin.parent(seen))["owner_name"] == "Nguyễn Vân An"
    assert await verify_history(kin.service.runtime, []) == 0


async def test_a_submission_withdrawn_before_its_appointment_is_given_no_slip(kin: Kin) -> None:
    """The lead had accepted, the job had not heard of it: no paper for what is asked back."""
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    answer = await kin.on(await kin.parent(seen), "withdrawal", reason="Thôi")
    assert answer.status_code == 200, answer.text
    await kin.advance()
    assert (await kin.parent(seen))["slip_id"] is None
    assert await kin.service.published("interlinked_dossier.appointed.v1") == []


async def test_a_child_asked_back_takes_the_right_name_too(kin: Kin) -> None:
    """Its withdrawal may be declined: its form 01 must not go on counting under a wrong name."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    residence, card = [await kin.accepted_child(seen, code) for code in (RESIDENCE, CARD)]
    card = await kin.act(card, "withdrawal", FATHER, note="Thôi")
    await kin.act(residence, "owner-correction", POLICE_DESK, full_name="Nguyễn Vân An", **WHY)
    card = await kin.child(seen, CARD)
    assert (card["state"], card["owner"]["full_name"]) == ("WITHDRAWAL_REQUESTED", "Nguyễn Vân An")
    forms = [one for one in card["papers"] if one["kind"] == "FORM_01"]
    assert sorted(bool(one["superseded_by"]) for one in forms) == [False, True]
    assert await verify_history(kin.service.runtime, []) == 0


async def test_what_a_member_told_is_heard_only_as_its_dossier_says_it(kin: Kin) -> None:
    """An end written by hand opens no dossier of other agencies; the member's true end does."""
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await kin.advance()
    pool = kin.service.runtime.pool
    said = "SELECT told::text, told_version FROM interlinked_children WHERE procedure_code = $1"
    true = await pool.fetchrow(said, BIRTH)
    unsaid = await pool.fetchval(said, RESIDENCE)
    end = {"state": "RESULT_READY", "outcome": "GRANTED", "ended_at": "2026-03-03T01:00:00+00:00"}
    put = "UPDATE interlinked_children SET told ="
    written = f"{put} (told::jsonb || $1::jsonb)::json, told_version = $2 WHERE procedure_code = $3"
    for member, version in ((BIRTH, 9), (BIRTH, true["told_version"]), (RESIDENCE, 1)):
        await pool.execute(written, end | {"version": version}, version, member)
        assert await verify_history(kin.service.runtime, []) == 1, (member, version)
        await kin.advance()
        statuses = await kin.statuses(seen)
        assert statuses == {BIRTH: "OPEN", RESIDENCE: "WAITING", CARD: "WAITING"}, (member, version)
        back = f"{put} $1::text::json, told_version = $2 WHERE procedure_code = $3"
        if member == BIRTH:
            await pool.execute(back, true["told"], true["told_version"], BIRTH)
        else:
            await pool.execute(back, unsaid, 0, RESIDENCE)
    assert await verify_history(kin.service.runtime, []) == 0


FORGED = {
    "a member is passed": (
        "UPDATE interlinked_children SET status = 'GRANTED',"
        " data = (data::jsonb || '{\"is_passed\": true}')::json WHERE procedure_code = $1",
        "interlinked_children",
    ),
    "nobody waits for anybody": (
        "UPDATE interlinked_parents SET group_data = replace(group_data::text, $1, '')::json",
        "interlinked_parents",
    ),
    "a member is taken out": (
        "DELETE FROM interlinked_children WHERE procedure_code <> $1",
        "its members are not those of its group",
    ),
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_a_submission_changed_by_hand_opens_nothing(
    kin: Kin, forgery: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who waits for whom, who is passed, who is in it: nobody goes on, and `verify-history` names it."""
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    pool = kin.service.runtime.pool
    statement, named = FORGED[forgery]
    await pool.execute(statement, BIRTH)
    assert await verify_history(kin.service.runtime, []) == 1
    assert named in capsys.readouterr().out
    with pytest.raises(ExceptionGroup, match="do not go on"):
        await kin.advance()
    assert await kin.service.count("dossiers") == 1
    refused = await kin.on(seen, "withdrawal", reason="Thôi")
    assert (refused.status_code, refused.json()["code"]) == (503, "row-changed")


@pytest.mark.parametrize("gone", ["version > 1", "version < 2", "true"])
async def test_a_submission_s_history_is_missed_where_it_was_cut(
    kin: Kin, gone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its last entry, its first, all of them."""
    await kin.granted(await kin.handed_in(), BIRTH)
    await kin.advance()
    pool = kin.service.runtime.pool
    await pool.execute("ALTER TABLE interlinked_history DISABLE TRIGGER USER")
    await pool.execute(f"DELETE FROM interlinked_history WHERE {gone}")
    assert await verify_history(kin.service.runtime, []) == 1
    assert "its history is not whole" in capsys.readouterr().out


async def test_a_submission_taken_out_whole_is_missed(kin: Kin, capsys: pytest.CaptureFixture[str]) -> None:
    """Its dossiers name it."""
    await kin.handed_in()
    pool = kin.service.runtime.pool
    await pool.execute("ALTER TABLE interlinked_history DISABLE TRIGGER USER")
    for table in ("interlinked_history", "interlinked_children", "interlinked_parents"):
        await pool.execute(f"DELETE FROM {table}")
    assert await verify_history(kin.service.runtime, []) == 1
    assert "its dossiers name it, it is missing" in capsys.readouterr().out
