"""What is listed is what succeeds: each situation by each person, listed and then really tried.

Every way of every action that state and right allow is done with the real use case on memory, with what a
sensible caller would send. Succeeds although it is not listed, or is refused although it is: both fail, so a
guard that is added to a use case alone, or to the list alone, is found here.
"""

import ast
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kernel.core.caller import Caller
from kernel.core.errors import Refusal
from kernel.web.problems import STATUS
from services.dossier.domain.actions import Action, may, require
from services.dossier.domain.correcting import FoundBy
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import NotYourStep
from services.dossier.domain.standing import opinions_of
from services.dossier.domain.states import State
from services.dossier.domain.ways import _NOTHING_THERE, Standing, ways_of
from services.dossier.domain.work.elsewhere import Elsewhere
from services.dossier.use_cases import (
    archive_dossier,
    correct_owner,
    correct_result,
    end_dossier,
    pause_dossier,
    reappoint_dossier,
    receive_dossier,
    return_dossier,
    supplement_dossier,
)
from services.dossier.use_cases.open_dossier import situation_of
from services.dossier.use_cases.ports import Detail
from services.dossier.use_cases.read_dossiers import standing_now
from services.dossier.use_cases.work import arrange_step, mirror_dossiers
from tests.builders.dossier.colleagues import in_the_directory
from tests.builders.dossier.desk import ITEMS, Desk
from tests.builders.dossier.memory import MemoryDatabase, MemoryWork
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.situations import SITUATIONS, the_road
from tests.plugin_promises import promises_of

PEOPLE = {
    "citizen": a_citizen(),
    "receiver": RECEIVER,
    "specialist": SPECIALIST,
    "colleague": an_officer("SPECIALIST", subject="thu-ly-2"),
    "consulted": an_officer("SPECIALIST", unit="dia-chinh", subject="dia-chinh"),
    "lead": LEAD,
    "signer": SIGNER,
    "clerk": CLERK,
    "all at once": an_officer("SPECIALIST", "TEAM_LEAD", "SIGNER", "CLERK", subject="kiem-nhiem"),
}
Deed = Callable[["Try"], Awaitable[Dossier]]


@dataclass
class Try:
    """One attempt: who does what to which dossier, one way."""

    desk: Desk
    dossier: Dossier
    by: Caller
    action: Action
    way: str

    async def do(self, use_case: Any, **given: Any) -> Dossier:
        """Run a use case as its route would."""
        return await self.desk.do(use_case, self.dossier, self.by, **given)

    async def step(self) -> Dossier:
        """Leave the step forward or back, or answer the first opinion that is asked of the caller."""
        asked = [one.code for one in opinions_of(self.dossier, self.by)]
        if self.way == "OPINION" and not asked:
            raise NotYourStep
        own = self.dossier.step.code if self.dossier.step else ""
        code = asked[0] if self.way == "OPINION" else own
        outcome = "RETURNED" if self.way == "RETURNED" else "DONE"
        return await self.desk.step(self.dossier, self.by, code, outcome=outcome, note="Sai địa chỉ")

    @property
    def day(self) -> datetime:
        """A working day well after every date that is proposed here: a Tuesday."""
        return datetime(2026, 4, 7, tzinfo=self.desk.now.tzinfo)


async def _result(one: Try) -> Dossier:
    return await one.desk.issue(one.dossier, one.by, signed_by="" if one.dossier.done else "Người ký")


async def _answer(one: Try) -> Dossier:
    is_intake = one.action is Action.INTAKE_SUPPLEMENT_ANSWER
    return await one.desk.answer(one.dossier, one.by, is_intake=is_intake)


def _asked(use_case: Any) -> Deed:
    async def deed(one: Try) -> Dossier:
        given = {"items": ITEMS, "reason": "Thiếu", "answer_days": None, "legal_basis": "Luật X Điều 1"}
        return await one.do(use_case, basis=one.way, **given)

    return deed


def _simply(use_case: Any, **given: Any) -> Deed:
    async def deed(one: Try) -> Dossier:
        ways = {"approved": one.way == "APPROVED"} if one.way in {"APPROVED", "DECLINED"} else {}
        return await one.do(use_case, **given, **ways)

    return deed


async def _apology(one: Try) -> Dossier:
    return await one.do(
        reappoint_dossier.draft_apology, reason="Chậm", cause="WORKLOAD", new_due_on=one.day.date()
    )


async def _decided(one: Try) -> Dossier:
    async with one.desk.open_work() as work:
        decided = await correct_result.decide_correction(
            one.dossier.id,
            approved=one.way == "APPROVED",
            note="Chưa rõ sai ở đâu",
            by=one.by,
            seen=one.dossier.version,
            work=work,
            now=one.desk.now,
        )
    return decided.dossier


def _given(use_case: Any) -> Deed:
    async def deed(one: Try) -> Dossier:
        role = one.dossier.step.role if one.dossier.step else ""
        return await one.do(use_case, to=f"moi-{role}", note="Giao lại")

    return deed


async def _receipt(one: Try) -> Dossier:
    is_offered = one.dossier.step is not None and one.dossier.step.transfer is not None
    return await one.do(arrange_step.answer_offer, accepted=not is_offered, note="Đang bận")


_WORDS = {"reason": "Lý do", "legal_basis": "Luật X"}
DEEDS: dict[Action, Deed] = {
    Action.ACCEPTANCE: _simply(receive_dossier.accept_dossier),
    Action.INTAKE_SUPPLEMENT_REQUEST: _asked(receive_dossier.ask_intake_supplement),
    Action.INTAKE_SUPPLEMENT_ANSWER: _answer,
    Action.REFUSAL: _simply(end_dossier.refuse_intake, **_WORDS),
    Action.CANCELLATION: _simply(end_dossier.cancel_dossier, note="Xin hủy"),
    Action.HANDOVER: _simply(receive_dossier.hand_over_dossier, note=""),
    Action.STEP_COMPLETION: Try.step,
    Action.SUPPLEMENT_REQUEST: _asked(supplement_dossier.draft_supplement),
    Action.SUPPLEMENT_REQUEST_APPROVAL: _simply(supplement_dossier.decide_supplement, note="Sửa lại"),
    Action.SUPPLEMENT_ANSWER: _answer,
    Action.RESUMPTION: _simply(supplement_dossier.resume, note=""),
    Action.STOP: _simply(end_dossier.stop_lapsed, **_WORDS),
    Action.PAYMENT_NOTICE: _simply(
        pause_dossier.ask_payment, **_WORDS, name="Thuế", amount=9000, pay_days=10, cause=""
    ),
    Action.PAYMENT_NOTICE_CANCELLATION: _simply(pause_dossier.cancel_payment_notice, reason="Sai số"),
    Action.SUSPENSION: _simply(pause_dossier.suspend_dossier, **_WORDS, cause="DISPUTE", until=None),
    Action.SUSPENSION_END: _simply(pause_dossier.end_suspension, reason="Hết tranh chấp"),
    Action.APOLOGY_DRAFT: _apology,
    Action.REAPPOINTMENT: _simply(reappoint_dossier.decide_apology, note="Chưa đủ lý do"),
    Action.OWNER_CORRECTION: _simply(
        correct_owner.correct_owner, corrected={"address": "Mới"}, reason="Ghi sai", evidence="CCCD"
    ),
    Action.RESULT_CORRECTION_DRAFT: _simply(
        correct_result.draft_correction,
        reason="Sai năm sinh",
        cause="ERROR_WRITTEN",
        found_by=FoundBy.AGENCY,
    ),
    Action.RESULT_CORRECTION: _decided,
    Action.WITHDRAWAL: _simply(end_dossier.ask_withdrawal, note="Xin rút"),
    Action.WITHDRAWAL_DECISION: _simply(
        end_dossier.decide_withdrawal, approved=False, note="Không đồng ý", legal_basis=""
    ),
    Action.RESULT: _result,
    Action.RETURN: _simply(
        return_dossier.return_result,
        handing=return_dossier.Handing(delivery="COUNTER", **HANDED_OUT),
        note="",
    ),
    Action.RESULT_RECALL: _simply(return_dossier.recall_result, reason="Sai tên"),
    Action.CLAIM: _simply(arrange_step.claim_step, note=""),
    Action.RELEASE: _simply(arrange_step.release_step, note="Trả lại"),
    Action.ASSIGNMENT: _given(arrange_step.assign_step),
    Action.STEP_HANDOVER: _given(arrange_step.offer_step),
    Action.STEP_RECEIPT: _receipt,
    Action.CONSULTATION_REQUEST: _simply(
        arrange_step.ask_opinion,
        agency=COMMUNE,
        unit="",
        role="SPECIALIST",
        question="?",
        waits=False,
        hours=Decimal(1),
    ),
    Action.STEP_UNDO: _simply(arrange_step.undo_step, note="Nhầm"),
    Action.ROUTE_CHANGE: _simply(
        mirror_dossiers.change_route, route="MINISTRY", source="BTP", outside_code="1", note="QĐ 1"
    ),
    Action.ARCHIVING: _simply(archive_dossier.archive_dossier, note=""),
}


async def _nobody(*_: Any, **__: Any) -> None:
    return None


async def _false(*_: Any, **__: Any) -> bool:
    return False


async def _true(*_: Any, **__: Any) -> bool:
    return True


@pytest.fixture(scope="module")
async def station() -> tuple[MemoryDatabase, dict[str, Dossier], datetime]:
    """One road, walked once; each try begins with a copy of it."""
    database = MemoryDatabase()
    desk = await Desk(database.open_work).open()
    for role, unit in (("SPECIALIST", "chuyen-mon"), ("TEAM_LEAD", "chuyen-mon"), ("SIGNER", "lanh-dao")):
        await desk.learn(in_the_directory(f"moi-{role}", role, unit=unit))
    await desk.learn(in_the_directory("moi-CLERK", "CLERK", unit="van-phong"))
    return database, await the_road(desk), desk.now


@pytest.fixture
def work_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the archive have acknowledged, and no other system know of the dossier."""
    begin = MemoryWork.__init__

    def whole(self: Any, database: MemoryDatabase) -> None:
        begin(self, database)
        self.archive.packages = SimpleNamespace(is_accepted=_true)
        self.mirrors = SimpleNamespace(hold=_nobody, is_taken=_false, known=_nobody)
        self.interlinked = SimpleNamespace(child_of=_nobody)

    monkeypatch.setattr(MemoryWork, "__init__", whole)


def _copy(
    station: tuple[MemoryDatabase, dict[str, Dossier], datetime], situation: str
) -> tuple[MemoryDatabase, Dossier]:
    kept, road, now = station
    name, change = SITUATIONS[situation]
    dossier = deepcopy(road[name])
    database = replace(
        kept,
        papers=dict(kept.papers),
        attachments=dict(kept.attachments),
        history={dossier.id: kept.history[dossier.id][: dossier.version]},
        entries={},
        events=[],
        slips={},
        outside={},
        results={},
        processes=dict(kept.processes),
        calendars=dict(kept.calendars),
        dossiers={},
    )
    change(dossier, database, now)
    database.dossiers[dossier.id] = dossier
    return database, dossier


async def _standing(database: MemoryDatabase, dossier: Dossier, by: Caller, now: datetime) -> Standing:
    work = MemoryWork(database)
    loaded, grounds = await work.dossiers.load(dossier.id)
    unprinted = await work.papers.unprinted_of(dossier.id)
    linked = await work.dossiers.linked([one.dossier_id for one in loaded.corrections])
    detail = Detail(dossier=loaded, grounds=grounds, unprinted=unprinted, is_packed=True, corrections=linked)
    return standing_now(detail, by=by, work=work, now=now)


def _broken_by(action: Action, refusal: Refusal) -> str:
    """Return what the document does not promise of such a refusal: a screen has to know each."""
    path, status = f"/v1/dossiers/x/{action.value}", STATUS[refusal.kind]
    return promises_of("dossier").broken_by("POST", path, status, refusal.code)


def _refused(action: Action, dossier: Dossier, by: Caller) -> str:
    """Return what is not promised of the refusal by state and right; fail where there is none."""
    with pytest.raises(Refusal) as stood:
        require(action, dossier, by)
    return _broken_by(action, stood.value)


async def test_what_is_worked_elsewhere_is_refused_as_promised(station: Any) -> None:
    _, road, now = station
    for kept in (one for one in road.values() if one.state is State.PROCESSING):
        dossier = deepcopy(kept)
        dossier.elsewhere = Elsewhere("MINISTRY", "BO", "X-1", now, "Lý do")
        for by, action in product(PEOPLE.values(), Action):
            assert may(action, dossier, by) or _refused(action, dossier, by) == ""


@pytest.mark.usefixtures("work_is_whole")
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_what_is_listed_succeeds_and_nothing_else_does(station: Any, situation: str) -> None:
    _, __, now = station
    for name, by in PEOPLE.items():
        database, dossier = _copy(station, situation)
        standing = await _standing(database, dossier, by, now)
        greyed = {(one.action, one.way): one.code for one in standing.blocked}
        grounds = MemoryWork(database).catalogue.grounds(dossier)
        for action in Action:
            ways = ways_of(action, situation_of(grounds, MemoryWork(database).limits, now))
            if not may(action, dossier, by):
                assert action.value not in standing.actions
                assert _refused(action, dossier, by) == ""
                continue
            outcomes = {}
            for way in ways:
                database, dossier = _copy(station, situation)
                desk = Desk(database.open_work)
                try:
                    await DEEDS[action](Try(desk, dossier, by, action, way))
                    outcomes[way] = None
                except Refusal as refusal:
                    outcomes[way] = refusal
            said = (name, action.value, {way: repr(one) for way, one in outcomes.items()})
            is_possible = any(one is None for one in outcomes.values())
            assert (action.value in standing.actions) is is_possible, said
            told = {
                (action.value, way): one.code
                for way, one in outcomes.items()
                if one is not None and not isinstance(one, _NOTHING_THERE)
            }
            assert {key: code for key, code in greyed.items() if key[0] == action.value} == told, said
            refused = [one for one in outcomes.values() if one is not None]
            assert [broken for one in refused if (broken := _broken_by(action, one))] == [], said


def test_every_action_is_tried() -> None:
    """A new action cannot be forgotten: it has ways, and a deed here."""
    assert set(DEEDS) == set(Action)


_ASKS_WHAT_IS_SENT = frozenset(
    {
        *("Invalid", "StepMoved", "NotYourStep", "NotSigned", "NotSettled", "ReceiverUnchecked"),
        *("NotAuthorized", "SignatureBroken", "NotSentByPost", "NobodyOfThatName", "AnotherPerson"),
        "Stale",  # Somebody was faster: a list read again knows.
        "TermUnknown",  # Said by a guard first; kept where the type needs it.
    }
)
_USE_CASES = (
    *("archive_dossier", "correct_owner", "end_dossier", "pause_dossier", "reappoint_dossier"),
    *("receive_dossier", "return_dossier", "supplement_dossier", "work_steps", "work/arrange_step"),
)


def test_a_use_case_refuses_by_itself_only_for_what_was_sent() -> None:
    """Whatever else stands against an action is a guard, so that the list knows of it too."""
    room = Path(end_dossier.__file__).parent
    raised = set()
    for name in _USE_CASES:
        for node in ast.walk(ast.parse((room / f"{name}.py").read_text())):
            if isinstance(node, ast.Raise) and node.exc is not None:
                made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                raised.add(ast.unparse(made).partition(".")[0])
    assert raised <= _ASKS_WHAT_IS_SENT, "a guard of the dossier's own belongs to domain/guards"


_GREYED = """
a fee is unpaid | receiver | acceptance | | fee-unpaid
an exemption is claimed | receiver | acceptance | | exemption-undecided
both grounds are used up | receiver | intake-supplement-request | GENERAL | supplement-limit
submitted | receiver | intake-supplement-request | ANSWER_INSUFFICIENT | nothing-answered
papers are awaited | receiver | refusal | | supplement-not-lapsed
no process | receiver | handover | | process-missing
no calendar | receiver | handover | | calendar-missing
asked twice at the desk | specialist | supplement-request | GENERAL | supplement-limit
a request is drafted | specialist | step-completion | DONE | supplement-draft-open
a request is drafted | specialist | payment-notice | | supplement-draft-open
a request is drafted | colleague | supplement-request | GENERAL | supplement-draft-open
the lead drafted a request | lead | supplement-request-approval | APPROVED | four-eyes
what is drafted may not go out | lead | supplement-request-approval | APPROVED | supplement-limit
an opinion is awaited | specialist | step-completion | DONE | opinions-open
an opinion at the issue | clerk | result | | opinions-open
it is handed on | specialist | step-handover | | transfer-open
the lead proposed a new date | specialist | apology-draft | | apology-draft-open
the date was moved | specialist | apology-draft | | reappointment-limit
the proposed date has come | signer | reappointment | APPROVED | proposed-date-past
the signer proposed a new date | signer | reappointment | DECLINED | four-eyes
the signer prepared it | signer | step-completion | DONE | four-eyes
supplement awaited | receiver | resumption | | supplement-not-answered
supplement never came, the signer prepared it | signer | stop | | four-eyes
money is awaited, the signer prepared it | signer | payment-notice-cancellation | | four-eyes
the signer holds it | signer | suspension | | four-eyes
supplement never came, the signer drafted it | signer | stop | | four-eyes
suspended, the signer wrote a notice | signer | suspension-end | | four-eyes
suspended, the signer prepared it | signer | suspension-end | | four-eyes
withdrawal asked, the signer prepared it | signer | withdrawal-decision | | four-eyes
at the issue | citizen | withdrawal | | result-signed
ready and owed | receiver | return | | still-owed
ready, the signer prepared it | signer | result-recall | | four-eyes
returned | clerk | archiving | | record-incomplete
a colleague recorded an error | specialist | result-correction-draft | | correction-draft-open
the signer recorded an error | signer | result-correction | APPROVED | four-eyes
an error is recorded, the signer prepared it | signer | result-correction | DECLINED | four-eyes
a correction is under way | receiver | result-correction-draft | | correction-open
it is corrected | receiver | result-correction-draft | | result-corrected-already
it is corrected and an error recorded | signer | result-correction | APPROVED | result-corrected-already
returned and owed | clerk | archiving | | record-incomplete
"""


@pytest.mark.parametrize("line", _GREYED.strip().splitlines())
async def test_what_stands_against_it_is_told(station: Any, line: str) -> None:
    """What was listed and could never succeed, a line each, with the code a screen shows the reason by."""
    situation, name, action, way, code = (part.strip() for part in line.split("|"))
    database, dossier = _copy(station, situation)
    standing = await _standing(database, dossier, PEOPLE[name], station[2])
    told = {(one.action, one.way): one for one in standing.blocked}
    assert told[action, way].code == code
    assert told[action, way].reason
    is_one_of_many = way not in {"", "GENERAL"} or "SPECIAL_LAW" in {one.way for one in standing.blocked}
    assert is_one_of_many or action not in standing.actions
