"""What stands against an action though state and right allow it: each reason is told here, once.

A guard asks the dossier, the caller and the situation, never what is sent with the action. Which guards an
action has stands in `ways`; the list of actions and the refusal both come from there.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from kernel.core.caller import Caller
from services.dossier.domain.actions import completes_main_step
from services.dossier.domain.archive.record import require_complete
from services.dossier.domain.codes import is_agency_identifier
from services.dossier.domain.course import ApologyDraft
from services.dossier.domain.deadlines import dossier_due, step_due, term_for
from services.dossier.domain.definitions import Procedure, Process, StepRule
from services.dossier.domain.desk.errors import WithThePost
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import (
    ApologyDraftOpen,
    CalendarMissing,
    FourEyes,
    NoAgencyIdentifier,
    NoApologyDraft,
    NoDraft,
    NoSuchBranch,
    NotSettled,
    NotYourStep,
    ProcessMissing,
    ProposedDatePast,
    ReappointmentLimit,
    ResultRequired,
    StillOwed,
    SupplementNotLapsed,
    TermUnknown,
    TransitionRefused,
)
from services.dossier.domain.holdings import Draft, Step
from services.dossier.domain.limits import GENERAL, SupplementRule
from services.dossier.domain.payments.claims import open_claim
from services.dossier.domain.payments.errors import ExemptionUndecided, FeeUnpaid
from services.dossier.domain.results.register import require_no_ended
from services.dossier.domain.signed import require_unsigned
from services.dossier.domain.situation import Situation
from services.dossier.domain.standing import opinions_of
from services.dossier.domain.states import State
from services.dossier.domain.work.arranging import current_step, require_undo
from services.dossier.domain.work.errors import NotAnOfficeStep, NotHeld, StepClaimed, TransferOpen
from services.dossier.domain.workflow import keep_apart, keep_four_eyes, require_no_draft, require_opinions

Guard = Callable[[Dossier, Caller, Situation], None]
"""Raises the refusal; returns where nothing stands against it."""


def most_of(procedure: Procedure, rule: SupplementRule) -> int:
    """Return how often: on the general ground what the procedure's own version says (a setting of each)."""
    is_own = rule.basis == GENERAL and rule.stage == "PROCESSING"
    return procedure.max_supplements if is_own else rule.most


def supplements_left(stage: str, basis: str, dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise where papers may not be asked for (once more) at this stage on this ground."""
    rule = found.limits.supplement(stage, basis, found.today)
    dossier.supplements.require_another(
        basis,
        is_intake=stage == "INTAKE",
        limit=most_of(found.procedure, rule),
        total=found.limits.most_supplements(found.today),
    )


def fee_is_paid(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise `FeeUnpaid` while a fee that is due before acceptance is not paid."""
    if missing := found.account.outstanding_before:
        raise FeeUnpaid(extra={"outstanding": missing})


def exemption_is_decided(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise `ExemptionUndecided` while nobody has decided the exemption claimed with the dossier."""
    if open_claim(found.account) is not None:
        raise ExemptionUndecided


def code_can_be_given(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `NoAgencyIdentifier` where the receiving agency gives no legal codes."""
    if not is_agency_identifier(dossier.now_at(dossier.receiving_agency.code)):
        raise NoAgencyIdentifier


def due_can_be_counted(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `TermUnknown` or `CalendarMissing` where a due moment would be a guess."""
    if not found.procedure.channels:
        raise TermUnknown
    term = term_for(found.procedure, dossier.channel, found.limits, found.today)
    dossier_due(found.procedure, term, found.calendar, found.now)


def results_hold(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise `ResultEnded` where a result handed in instead of a paper holds no more."""
    require_no_ended(found.ended_results)


def answer_is_awaited(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `TransitionRefused` where nothing was asked, or it was answered."""
    if dossier.open_supplement is None:
        raise TransitionRefused.in_state(dossier.state)


def answer_is_there(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `NotAnswered` while the applicant has not answered."""
    dossier.supplements.require_answer()


def answer_time_is_over(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `SupplementNotLapsed` while the applicant may still answer."""
    waiting = dossier.open_supplement
    if waiting is None or found.now <= waiting.answer_by:
        raise SupplementNotLapsed


def nobody_may_still_answer(dossier: Dossier, by: Caller, found: Situation) -> None:
    """Raise `SupplementNotLapsed` where papers were asked for and may still come."""
    if dossier.open_supplement is not None:
        answer_time_is_over(dossier, by, found)


def known_process(process: Process | None) -> Process:
    """Return the internal process; raise `ProcessMissing` where none is approved."""
    if process is None:
        raise ProcessMissing
    return process


def process_is_known(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise `ProcessMissing` where no internal process is approved."""
    known_process(found.process)


def first_step_can_begin(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise where the process has no first step, or its days are not known."""
    process = known_process(found.process)
    first = process.steps.get(process.first)
    if first is None:
        raise ProcessMissing
    step_due(found.calendar, found.now, first.hours)


def days_are_known(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise `CalendarMissing` where the days from now on are not decided."""
    step_due(found.calendar, found.now, Decimal(0))


def stop_is_not_over(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `CalendarMissing` where what the clock stood for is over already: it waits for its year only."""
    is_paid = dossier.state is State.AWAITING_FINANCIAL and not dossier.owed
    if dossier.stops.is_over or is_paid:
        raise CalendarMissing


def _step_rule(dossier: Dossier, found: Situation) -> StepRule:
    rule = known_process(found.process).steps.get(current_step(dossier).code)
    if rule is None:
        raise ProcessMissing
    return rule


def opinion_is_asked(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise `NotYourStep` where no opinion is asked of the caller."""
    if not opinions_of(dossier, by):
        raise NotYourStep


def step_is_theirs(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise where the caller does not leave the step itself: whose it is, if somebody holds it."""
    if not completes_main_step(dossier, by):
        holder = dossier.step.holder if dossier.step else None
        raise StepClaimed(extra={"holder": holder.name}) if holder else NotYourStep


def step_leads_on(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `ResultRequired` where the step ends by the result."""
    rule = _step_rule(dossier, found)
    if rule.issues_result or not rule.next:
        raise ResultRequired


def step_leads_back(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `NoSuchBranch` where the process lets nothing go back from here."""
    if not _step_rule(dossier, found).can_return_to:
        raise NoSuchBranch


def nothing_is_drafted(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `DraftOpen` while a drafted request for papers waits."""
    require_no_draft(dossier)


def no_draft_of_another(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Who drafted may write it anew while nobody decided; a colleague's must not fall in silence."""
    if dossier.draft is not None and dossier.draft.by != by.subject:
        require_no_draft(dossier)


def no_apology_of_another(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise `ApologyDraftOpen` while a colleague's proposal waits."""
    if dossier.apology_draft is not None and dossier.apology_draft.by != by.subject:
        raise ApologyDraftOpen


def four_eyes_sign(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise `FourEyes` where who prepared the dossier would sign it."""
    keep_four_eyes(dossier, current_step(dossier), by)


def opinions_are_given(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `OpinionsOpen` while an office step waits for opinions."""
    if current_step(dossier).kind == "OFFICE":
        require_opinions(dossier, found.now)


def they_stand_apart(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise `FourEyes` where who prepared or drafted would decide."""
    keep_apart(dossier, by)


def waiting_draft(dossier: Dossier) -> Draft:
    """Return the drafted request that waits for its decision; raise `NoDraft` where none does."""
    if dossier.draft is None:
        raise NoDraft
    return dossier.draft


def another_drafted(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise `FourEyes` where who drafted would approve, `NoDraft` where nobody has."""
    if waiting_draft(dossier).by == by.subject:
        raise FourEyes


def drafted_ground_is_left(dossier: Dossier, by: Caller, found: Situation) -> None:
    """Raise where the drafted request may not go out any more."""
    supplements_left("PROCESSING", waiting_draft(dossier).basis, dossier, by, found)


def another_gave_notice(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise `FourEyes` where who wrote the notice would take it back."""
    if by.subject in {item.by for item in dossier.obligations if item.owed}:
        raise FourEyes


def waiting_apology(dossier: Dossier) -> tuple[ApologyDraft, datetime]:
    """Return the proposed new date and the one it replaces; raise `NoApologyDraft` where none waits."""
    if dossier.apology_draft is None or dossier.due_at is None:
        raise NoApologyDraft
    return dossier.apology_draft, dossier.due_at


def apology_waits(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `NoApologyDraft` where no new date is proposed."""
    waiting_apology(dossier)


def date_may_move(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `ReappointmentLimit` when the law allows no further new date."""
    if len(dossier.apologies) >= found.limits.most_reappointments(found.today):
        raise ReappointmentLimit


def proposed_date_is_later(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `ProposedDatePast` where the proposed date has come meanwhile."""
    draft, due_at = waiting_apology(dossier)
    require_later(draft.new_due_at, due_at, found.now)


def require_later(new_due: datetime, due_at: datetime, now: datetime) -> None:
    """Raise `ProposedDatePast` unless the new date is after the one promised and after now."""
    if new_due <= max(due_at, now):
        raise ProposedDatePast(fields=[("new_due_on", "Phải sau ngày hẹn trả hiện tại")])


def nothing_is_signed(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `ResultExists` once a signed result waits to be issued."""
    require_unsigned(dossier, found.process)


def result_is_there(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `NotSettled` where there is no result to return."""
    if dossier.result is None:
        raise NotSettled


def all_is_paid(dossier: Dossier, _: Caller, found: Situation) -> None:
    """Raise `StillOwed` while money is owed."""
    if owed := max(dossier.owed, found.account.outstanding):
        raise StillOwed.of(owed)


def result_is_in_house(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise `WithThePost` while a letter with the result is on its way."""
    if found.is_with_post:
        raise WithThePost


def office_step(dossier: Dossier) -> Step:
    """Return the step; raise `NotAnOfficeStep` where the applicant or another system works it."""
    step = current_step(dossier)
    if step.kind != "OFFICE":
        raise NotAnOfficeStep
    return step


def step_is_in_office(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `NotAnOfficeStep` where nobody here works the step."""
    office_step(dossier)


def step_is_free(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `StepClaimed` while somebody holds the step."""
    if (holder := office_step(dossier).holder) is not None:
        raise StepClaimed(extra={"holder": holder.name})


def step_is_held(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `NotHeld` while nobody holds the step."""
    if current_step(dossier).holder is None:
        raise NotHeld


def no_hand_over_waits(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `TransferOpen` while a hand-over waits for its receiver."""
    if current_step(dossier).transfer is not None:
        raise TransferOpen


def step_can_be_undone(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise where the last step cannot be taken back by this caller."""
    require_undo(dossier, by)


def record_is_complete(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise `RecordIncomplete`, naming what the record lacks."""
    require_complete(found.lacking)
