"""The main use cases on memory: what each makes of a dossier, and what it refuses."""

from datetime import timedelta

import pytest

from kernel.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from services.dossier.domain.desk.errors import WithThePost
from services.dossier.domain.desk.post import PostStatus
from services.dossier.domain.errors import (
    CalendarMissing,
    FourEyes,
    NoDraft,
    NoSuchBranch,
    NotAnswered,
    NotSettled,
    NotYourStep,
    ProcedureClosed,
    ProcessMissing,
    ResultExists,
    ResultRequired,
    StepMoved,
    SubmitAtPortal,
    SupplementLimit,
    TransitionRefused,
)
from services.dossier.domain.history import first_break
from services.dossier.domain.states import Clock, State
from services.dossier.use_cases import end_dossier
from services.dossier.use_cases.submission import Handed
from tests.builders.dossier.desk import Desk
from tests.builders.dossier.memory import KEYS, MemoryDatabase
from tests.builders.dossier.office import (
    CLERK,
    GATEWAY,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    STRANGER,
    a_citizen,
    a_procedure,
    a_step,
    an_officer,
)
from tests.builders.dossier.post import a_letter


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
async def desk(database: MemoryDatabase) -> Desk:
    return await Desk(database.open_work).open()


async def test_the_whole_road_keeps_one_event_and_one_entry_a_version(
    desk: Desk, database: MemoryDatabase
) -> None:
    seen = await desk.give(await desk.issue(await desk.at_issue(), CLERK))
    assert (seen.state, seen.version, seen.clock) == (State.RETURNED, 8, Clock.ENDED)
    entries = database.history[seen.id]
    assert [event.sequence for event in database.events] == list(range(1, 9))
    assert [entry.event_id for entry in entries] == [event.id for event in database.events]
    assert first_break(entries, KEYS) is None
    assert database.dossiers[seen.id].history_hash == entries[-1].hash


async def test_a_refused_deed_changes_nothing(desk: Desk, database: MemoryDatabase) -> None:
    seen = await desk.submit()
    with pytest.raises(Forbidden):
        await desk.accept(seen, SPECIALIST)
    assert (database.dossiers[seen.id].version, len(database.events), database.counters) == (1, 1, {})


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"procedure_code": "9.999999"}, Invalid),
        ({"channel": "POSTAL"}, Invalid),
        ({"receiving_agency": "H99.999"}, Invalid),
        ({"owner": {"full_name": "Người Khác", "identity_number": "099000000001"}}, Invalid),
        ({"components": []}, Invalid),
        ({"components": [Handed(component_code="to-khai")]}, Invalid),
        ({"components": [Handed(component_code="khong-co")]}, Invalid),
    ],
)
async def test_a_submission_names_what_is_wrong(desk: Desk, changed: dict, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        await desk.submit(**changed)
    assert refused.value.fields


async def test_only_citizens_submit_what_is_open_and_submitted_here(desk: Desk) -> None:
    for machine in (RECEIVER, GATEWAY):
        with pytest.raises(Forbidden):
            await desk.submit(machine, components=[])
    await desk.learn(a_procedure(version=2, submit_here=False))
    with pytest.raises(SubmitAtPortal):
        await desk.submit()
    await desk.learn(a_procedure(version=3, decision={"change_kind": "ABOLISHED"}))
    with pytest.raises(ProcedureClosed):
        await desk.submit()


async def test_a_file_is_taken_once_and_only_from_who_brought_it(desk: Desk) -> None:
    file = await desk.upload(a_citizen())
    handed = [Handed(component_code="to-khai", attachment_ids=(file,))]
    with pytest.raises(Invalid):
        await desk.submit(a_citizen("binh", "099000000002"), components=handed)
    await desk.submit(components=handed)
    with pytest.raises(Invalid):
        await desk.submit(components=handed)


async def test_acceptance_numbers_the_day_starts_the_clock_and_issues_form_01(
    desk: Desk, database: MemoryDatabase
) -> None:
    one, other = [await desk.accept(await desk.submit()) for _ in range(2)]
    assert (one.dossier_code, other.dossier_code) == ("H99.201-260303-0001", "H99.201-260303-0002")
    assert one.clock is Clock.RUNNING
    assert one.due_at is not None
    assert one.due_at == one.original_due_at
    assert [paper.kind.value for paper in database.papers.values()] == ["FORM_01", "FORM_01"]
    with pytest.raises(TransitionRefused):
        await desk.accept(one)
    await desk.hand_over(one)
    with pytest.raises(Stale):
        await desk.hand_over(one)


async def test_without_a_calendar_no_due_moment_is_guessed(desk: Desk) -> None:
    seen = await desk.submit()
    desk.clock.advance(timedelta(days=400))
    with pytest.raises(CalendarMissing):
        await desk.accept(seen)


async def test_who_may_not_know_of_a_dossier_is_told_nothing(desk: Desk) -> None:
    seen = await desk.submit()
    for who in (STRANGER, an_officer("ONE_STOP_OFFICER", agency="H99.202")):
        with pytest.raises(NotFound):
            await desk.accept(seen, who)


async def test_a_handover_needs_a_process(database: MemoryDatabase) -> None:
    desk = await Desk(database.open_work).open(process="QT-khong-co")
    seen = await desk.accept(await desk.submit())
    with pytest.raises(ProcessMissing):
        await desk.hand_over(seen)


async def test_a_step_is_left_by_its_holder_along_the_process_only(desk: Desk) -> None:
    seen = await desk.in_process()
    for who, step, given, refusal in (
        (LEAD, "tham-dinh", {}, NotYourStep),
        (SPECIALIST, "soat-xet", {}, StepMoved),
        (SPECIALIST, "tham-dinh", {"chosen": "ky"}, NoSuchBranch),
        (SPECIALIST, "tham-dinh", {"facts": {"khong_co": True}}, Invalid),
        (SPECIALIST, "tham-dinh", {"outcome": "RETURNED", "note": "Sai"}, NoSuchBranch),
    ):
        with pytest.raises(refusal):
            await desk.step(seen, who, step, **given)
    seen = await desk.step(seen, SPECIALIST, "tham-dinh", facts={"needs_site_visit": True})
    assert seen.step is not None
    assert seen.step.code == "thuc-dia"
    with pytest.raises(Invalid):
        await desk.step(seen, SPECIALIST, "thuc-dia", outcome="RETURNED")
    seen = await desk.step(seen, SPECIALIST, "thuc-dia", outcome="RETURNED", note="Sai địa chỉ")
    assert seen.step is not None
    assert seen.step.code == "tham-dinh"


async def test_the_clock_stands_while_a_supplement_is_awaited(desk: Desk) -> None:
    seen = await desk.in_process()
    due = seen.due_at
    with pytest.raises(NoDraft):
        await desk.approve(seen)
    both = an_officer("SPECIALIST", "TEAM_LEAD", subject="hai-vai")
    seen = await desk.draft(seen, both)
    with pytest.raises(FourEyes):
        await desk.approve(seen, both)
    seen = await desk.approve(seen)
    assert (seen.state, seen.clock) == (State.SUPPLEMENT_REQUESTED, Clock.STOPPED)
    with pytest.raises(NotAnswered):
        await desk.resume(seen)
    with pytest.raises(Invalid):
        await desk.answer(seen, note="")
    desk.clock.advance(timedelta(days=1))
    seen = await desk.resume(await desk.answer(seen))
    assert (seen.state, seen.original_due_at) == (State.PROCESSING, due)
    assert seen.due_at is not None
    assert due is not None
    assert seen.due_at > due
    with pytest.raises(SupplementLimit):
        await desk.draft(seen)


async def test_a_result_is_issued_by_the_clerk_in_the_signers_name(desk: Desk) -> None:
    seen = await desk.at_issue()
    with pytest.raises(ResultRequired):
        await desk.step(seen, CLERK, "phat-hanh")
    with pytest.raises(NotYourStep):
        await desk.issue(seen, SPECIALIST)
    wrongs: tuple[dict[str, object], ...] = (
        {"outcome": "REFUSED"},
        {"signed_by": "Người Khác"},
        {"attachment_ids": []},
    )
    for wrong in wrongs:
        with pytest.raises(Invalid):
            await desk.issue(seen, CLERK, **wrong)
    issued = await desk.issue(seen, CLERK)
    assert issued.result is not None
    assert (issued.state, issued.result.signed_by, issued.step) == (State.RESULT_READY, SIGNER.name, None)


async def test_a_result_is_returned_to_somebody_by_a_way_it_can_go(desk: Desk) -> None:
    seen = await desk.issue(await desk.at_issue(), CLERK)
    with pytest.raises(Invalid):
        await desk.give(seen, receiver_name="")
    with pytest.raises(NotSettled):
        await desk.give(seen, delivery="ELECTRONIC")
    with pytest.raises(Forbidden):
        await desk.give(seen, CLERK)
    assert (await desk.give(seen)).state is State.RETURNED


async def test_what_the_post_has_is_not_given_at_the_counter(desk: Desk, database: MemoryDatabase) -> None:
    seen = await desk.issue(await desk.at_issue(), CLERK)
    letter = a_letter(seen)
    database.post_items[letter.id] = letter
    with pytest.raises(WithThePost):
        await desk.give(seen)
    letter.report(PostStatus.RETURNED, seen.submitted_at)
    assert (await desk.give(seen)).state is State.RETURNED


async def test_a_withdrawal_is_asked_before_the_signature_and_decided_by_a_signer(
    desk: Desk, database: MemoryDatabase
) -> None:
    with pytest.raises(ResultExists):
        await desk.withdraw(await desk.at_issue())
    seen = await desk.in_process()
    with pytest.raises(Forbidden):
        await desk.withdraw(seen, SPECIALIST)
    seen = await desk.withdraw(seen)
    with pytest.raises(Forbidden):
        await desk.decide_withdrawal(seen, LEAD)
    with pytest.raises(Invalid):
        await desk.decide_withdrawal(seen, approved=False)
    seen = await desk.decide_withdrawal(seen, approved=False, note="Sắp xong")
    assert seen.state is State.PROCESSING
    seen = await desk.decide_withdrawal(await desk.withdraw(seen))
    assert (seen.state, seen.step, seen.clock) == (State.STOPPED, None, Clock.ENDED)
    kinds = [paper.kind.value for paper in database.papers.values() if paper.dossier_id == seen.id]
    assert kinds == ["FORM_01", "FORM_05"]


async def test_who_drafted_a_request_does_not_stop_the_dossier_for_its_lapse(desk: Desk) -> None:
    both = an_officer("SPECIALIST", "TEAM_LEAD", subject="hai-vai")
    seen = await desk.approve(await desk.draft(await desk.in_process(), both))
    desk.clock.advance(timedelta(days=40))
    why = {"reason": "Quá hạn bổ sung", "legal_basis": "NĐ 118/2025/NĐ-CP"}
    with pytest.raises(FourEyes):
        await desk.do(end_dossier.stop_lapsed, seen, both, **why)
    assert (await desk.do(end_dossier.stop_lapsed, seen, LEAD, **why)).state is State.STOPPED


PROPOSED_AND_NUMBERED = [
    a_step("tham-dinh", "SPECIALIST", "chuyen-mon", to="ky-trinh"),
    a_step("ky-trinh", "SIGNER", "lanh-dao", to="tham-tra"),
    a_step("tham-tra", "SPECIALIST", "chuyen-mon", to="ky"),
    a_step("ky", "SIGNER", "lanh-dao", to="cap-so", back="tham-tra"),
    a_step("cap-so", "CLERK", "van-phong", to="phat-hanh", back="ky"),
    a_step("phat-hanh", "CLERK", "van-phong", back="cap-so", issues_result=True),
]
WHO_WORKS = {
    "tham-dinh": SPECIALIST,
    "ky-trinh": SIGNER,
    "tham-tra": SPECIALIST,
    "ky": SIGNER,
    "cap-so": CLERK,
    "phat-hanh": CLERK,
}


@pytest.mark.parametrize(
    ("road", "is_taken_back"),
    [
        ("tham-dinh", True),
        ("tham-dinh ky-trinh", True),
        ("tham-dinh ky-trinh tham-tra", True),
        ("tham-dinh ky-trinh tham-tra ky", False),
        ("tham-dinh ky-trinh tham-tra ky cap-so", False),
        ("tham-dinh ky-trinh tham-tra ky cap-so <phat-hanh", False),
        ("tham-dinh ky-trinh tham-tra ky cap-so <phat-hanh cap-so", False),
        ("tham-dinh ky-trinh tham-tra ky <cap-so", True),
        ("tham-dinh ky-trinh tham-tra ky <cap-so <ky", True),
        ("tham-dinh ky-trinh tham-tra ky <cap-so <ky tham-tra ky", False),
    ],
)
async def test_what_is_signed_is_not_withdrawn_wherever_it_waits_and_a_signed_proposal_is_no_result(
    database: MemoryDatabase, road: str, is_taken_back: bool
) -> None:
    desk = await Desk(database.open_work).open(steps=PROPOSED_AND_NUMBERED)
    seen = await desk.in_process()
    for step in road.split():
        code = step.removeprefix("<")
        how = {"outcome": "RETURNED", "note": "Sai"} if step != code else {}
        seen = await desk.step(seen, WHO_WORKS[code], code, **how)
    if is_taken_back:
        assert (await desk.withdraw(seen)).state is State.WITHDRAWAL_REQUESTED
    else:
        with pytest.raises(ResultExists):
            await desk.withdraw(seen)
