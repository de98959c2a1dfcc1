"""Walking the internal process: the next step by branch, back with a reason, four eyes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from kernel.core.ids import new_id
from services.dossier.domain.course import Cause
from services.dossier.domain.definitions import Process, StepRule
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import DraftOpen, FourEyes, NoSuchBranch, ProcessMissing, ResultRequired
from services.dossier.domain.holdings import Consultation, DoneStep, Step, Undo
from services.dossier.domain.states import Move, State
from services.dossier.domain.work.errors import OpinionsOpen

DueOf = Callable[[datetime, Decimal], datetime]
"""Gives the due moment of a budget in working hours from a moment."""


def hand_over(dossier: Dossier, process: Process, *, at: datetime, due_of: DueOf) -> State:
    """T7: put the dossier at the first step of the process it will be worked by."""
    left = dossier.move(Move.HAND_OVER)
    dossier.process_code, dossier.process_version = process.code, process.version
    enter(dossier, process, process.first, at=at, due_of=due_of)
    return left


def enter(dossier: Dossier, process: Process, code: str, *, at: datetime, due_of: DueOf) -> None:
    """Begin a step and ask the opinions that run beside it; those still open are closed."""
    rule = _rule(process, code)
    # A drafted supplement belongs to the step it was drafted at.
    dossier.draft = None
    dossier.step = Step(
        code=rule.code,
        name=rule.name,
        kind=rule.kind,
        role=rule.role,
        unit=rule.unit,
        agency=rule.agency or dossier.competent_agency.code,
        began_at=at,
        due_at=due_of(at, rule.hours),
        issues_result=rule.issues_result,
        system=rule.system,
        request_id=new_id() if rule.kind == "OUTSIDE" else None,
        way=rule.way,
        tells=rule.tells,
    )
    lapsed = tuple(
        replace(item, state="LAPSED") if item.state == "OPEN" else item for item in dossier.consultations
    )
    # An opinion the step waits for is asked again when the step is done again without it.
    asked = {item.code for item in lapsed if not item.waits or item.state == "ANSWERED"}
    opened = tuple(
        Consultation(
            code=beside.code,
            name=beside.name,
            role=beside.role,
            unit=beside.unit,
            agency=beside.agency or dossier.competent_agency.code,
            due_at=due_of(at, beside.hours),
            waits=beside.join == "ALL",
            asked_at=at,
        )
        for beside in process.steps.values()
        if code in beside.consultation_of and beside.code not in asked
    )
    dossier.consultations = (*lapsed, *opened)


def complete(
    dossier: Dossier,
    process: Process,
    *,
    by: Caller,
    at: datetime,
    due_of: DueOf,
    note: str,
    facts: Mapping[str, bool],
    chosen: str = "",
    cause: Cause | None = None,
) -> State:
    """T8 forward: only to a step the process names; the step that issues the result ends by `result`."""
    step = _current(dossier)
    require_no_draft(dossier)
    rule = _rule(process, step.code)
    if rule.issues_result or not rule.next:
        raise ResultRequired
    known = {when for other in process.steps.values() for _, when in other.next if when}
    if not set(facts) <= known:
        raise Invalid(fields=[("facts", "Quy trình không có điều kiện này")])
    keep_four_eyes(dossier, step, by)
    require_opinions(dossier, at)
    left = dossier.move(Move.COMPLETE_STEP)
    before = Undo(dossier.version, by.subject, step, dossier.consultations, dossier.facts)
    dossier.facts = {**dossier.facts, **facts}
    target = _branch(rule, dossier.facts, chosen)
    why = cause or step_cause(dossier, step, at=at, outcome="DONE")
    dossier.done = (*dossier.done, done_step(step, by, at=at, outcome="DONE", note=note, cause=why))
    enter(dossier, process, target, at=at, due_of=due_of)
    dossier.undo = before
    return left


def send_back(
    dossier: Dossier,
    process: Process,
    *,
    by: Caller,
    at: datetime,
    due_of: DueOf,
    note: str,
    chosen: str,
    cause: Cause | None = None,
) -> State:
    """T8 backward: to a step the process allows, with the reason.

    What an outside system sends back goes to an officer also where the process names no way.
    """
    if not note:
        raise Invalid(fields=[("note", "Trả lại hồ sơ phải nêu lý do")])
    step = _current(dossier)
    require_no_draft(dossier)
    ways: Sequence[str] = _rule(process, step.code).can_return_to
    if step.kind != "OFFICE" and not chosen:
        ways = _ways_to_an_officer(dossier, process)
    target = chosen or next(iter(ways), "")
    if target not in ways:
        raise NoSuchBranch
    left = dossier.move(Move.COMPLETE_STEP)
    before = Undo(dossier.version, by.subject, step, dossier.consultations, dossier.facts)
    why = cause or step_cause(dossier, step, at=at, outcome="RETURNED")
    dossier.done = (*dossier.done, done_step(step, by, at=at, outcome="RETURNED", note=note, cause=why))
    enter(dossier, process, target, at=at, due_of=due_of)
    dossier.undo = before
    return left


def time_out(dossier: Dossier, process: Process, *, at: datetime, due_of: DueOf, note: str) -> State:
    """T8 backward by time: an outside system did not answer by the step's deadline, an officer goes on.

    Back to where the process lets the step return to, else to the last office step that was done.
    """
    step = _current(dossier)
    ways = _ways_to_an_officer(dossier, process)
    if not ways:
        raise NoSuchBranch
    left = dossier.move(Move.COMPLETE_STEP)
    done = DoneStep(
        code=step.code,
        name=step.name,
        role=step.role,
        by="",
        by_name=step.system,
        unit=step.unit,
        agency=step.agency,
        at=at,
        due_at=step.due_at,
        outcome="TIMED_OUT",
        note=note,
        cause="NOT_ANSWERED_OUTSIDE",
        belongs_to="SYSTEM",
    )
    dossier.done, dossier.undo = (*dossier.done, done), None
    enter(dossier, process, ways[0], at=at, due_of=due_of)
    return left


def _ways_to_an_officer(dossier: Dossier, process: Process) -> Sequence[str]:
    """Return where an outside step may go back to: what the process names, then office steps done last."""
    known = {code for code, one in process.steps.items() if one.kind == "OFFICE"}
    worked = [item.code for item in reversed(dossier.done) if item.code in known]
    return [*_rule(process, _current(dossier).code).can_return_to, *worked]


def answer_consultation(dossier: Dossier, code: str, *, by: Caller, at: datetime, note: str) -> State:
    """Record an opinion given beside the main step, which does not move."""
    left = dossier.move(Move.COMPLETE_STEP)
    dossier.consultations = tuple(
        replace(item, state="ANSWERED", answered_by=by.name, answered_at=at, note=note)
        if item.code == code and item.state == "OPEN"
        else item
        for item in dossier.consultations
    )
    return left


def recall(dossier: Dossier, process: Process, *, at: datetime, due_of: DueOf) -> State:
    """T22: a wrong result goes back, before it was returned, to the step that signs (or issues) it."""
    left = dossier.move(Move.RECALL_RESULT)
    signing = [item.code for item in dossier.done if item.role == "SIGNER"]
    target = signing[-1] if signing else process.first
    if dossier.result is not None:
        dossier.recalled = (*dossier.recalled, dossier.result)
    dossier.result, dossier.ended_at, dossier.delay = None, None, None
    dossier.done = tuple(
        replace(item, outcome="RECALLED") if item.role == "SIGNER" else item for item in dossier.done
    )
    enter(dossier, process, target, at=at, due_of=due_of)
    return left


def step_cause(dossier: Dossier, step: Step, *, at: datetime, outcome: str) -> Cause:
    """Return why a step took its time where nobody says more: whose it was, and whether it was late."""
    if outcome == "RETURNED":
        return Cause("RETURNED_WITH_REASON", "AGENCY")
    is_elsewhere = step.agency not in {dossier.competent_agency.code, dossier.receiving_agency.code}
    usual = {
        "OUTSIDE": Cause("WORKED_OUTSIDE", "SYSTEM"),
        "APPLICANT": Cause("DONE_BY_APPLICANT", "APPLICANT"),
    }.get(step.kind, Cause("WORKED_ELSEWHERE", "OTHER_AGENCY") if is_elsewhere else Cause("WORKED", "AGENCY"))
    return usual if at <= step.due_at else Cause("UNEXPLAINED", usual.belongs_to)


def done_step(step: Step, by: Caller, *, at: datetime, outcome: str, note: str, cause: Cause) -> DoneStep:
    """Return the record of a step that is left."""
    return DoneStep(
        code=step.code,
        name=step.name,
        role=step.role,
        by=by.subject,
        by_name=by.name,
        unit=step.unit,
        agency=step.agency,
        at=at,
        due_at=step.due_at,
        outcome=outcome,
        note=note,
        cause=cause.code,
        belongs_to=cause.belongs_to,
    )


def require_no_draft(dossier: Dossier) -> None:
    """Raise `DraftOpen` while a colleague's drafted supplement request waits: it must not fall in silence."""
    if dossier.draft is not None:
        raise DraftOpen


def require_opinions(dossier: Dossier, at: datetime) -> None:
    """Raise `OpinionsOpen` while an opinion the step waits for is neither given nor past its deadline."""
    open_ones = [item for item in dossier.consultations if item.state == "OPEN" and item.waits]
    awaited = [item for item in open_ones if item.due_at > at]
    if awaited:
        raise OpinionsOpen(extra={"waiting_for": [item.code for item in awaited]})


def keep_four_eyes(dossier: Dossier, step: Step, by: Caller) -> None:
    """Raise `FourEyes` when who prepared the dossier would sign it."""
    if step.role == "SIGNER" and any(
        item.by == by.subject and item.role == "SPECIALIST" for item in dossier.done
    ):
        raise FourEyes


def keep_apart(dossier: Dossier, by: Caller) -> None:
    """Raise `FourEyes` when who prepared the dossier would decide on it.

    That is who worked a specialist's step or holds one, proposed a new date or a correction that waits, or
    wrote a request for papers or a notice of amount, waiting or gone out.
    """
    prepared = {item.by for item in dossier.done if item.role == "SPECIALIST"}
    step = dossier.step
    if step is not None and step.role == "SPECIALIST" and step.holder is not None:
        prepared.add(step.holder.subject)
    waiting = (dossier.draft, dossier.apology_draft, dossier.correction_draft)
    drafted = {item.by for item in waiting if item is not None}
    written = {item.by for item in dossier.supplements} | {item.by for item in dossier.obligations}
    if by.subject in prepared | drafted | written:
        raise FourEyes


def _branch(rule: StepRule, facts: Mapping[str, bool], chosen: str) -> str:
    if chosen:
        if chosen not in {to for to, _ in rule.next}:
            raise NoSuchBranch
        return chosen
    for to, when in rule.next:
        if not when or facts.get(when, False):
            return to
    raise NoSuchBranch


def _current(dossier: Dossier) -> Step:
    if dossier.step is None:
        raise ProcessMissing
    return dossier.step


def _rule(process: Process, code: str) -> StepRule:
    rule = process.steps.get(code)
    if rule is None:
        raise ProcessMissing
    return rule
