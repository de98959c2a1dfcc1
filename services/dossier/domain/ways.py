"""By which ways an action is done and what stands against each: what is listed and what is refused.

An action may be done in several ways (a step forward or back, a request on one ground or another, a proposal
signed or given back): it is refused when every way is. The list of actions asks the same table as the use
cases (`require_way`), so it names nothing that cannot succeed, and says why of what it leaves out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from kernel.core.caller import Caller
from kernel.core.errors import Refusal
from services.dossier.domain import guards as g
from services.dossier.domain.actions import Action, may
from services.dossier.domain.correcting import (
    NoCorrectionDraft,
    correction_waits,
    no_correction_of_another,
    nothing_corrects_it,
)
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import (
    NoApologyDraft,
    NoDraft,
    NoSuchBranch,
    NotYourStep,
    ResultRequired,
    TransitionRefused,
)
from services.dossier.domain.guards import Guard
from services.dossier.domain.mandates import Mandate
from services.dossier.domain.situation import Situation
from services.dossier.domain.work.errors import NotAnOfficeStep, NotHeld, NothingToUndo, StepClaimed

ANY = ""
"""The one way of an action that has no others."""
DONE, RETURNED, OPINION = "DONE", "RETURNED", "OPINION"
APPROVED, DECLINED = "APPROVED", "DECLINED"
Ways = Mapping[str, Sequence[Guard]]

_GUARDS: dict[Action, Ways] = {
    Action.ACCEPTANCE: {
        ANY: (
            *(g.exemption_is_decided, g.fee_is_paid, g.code_can_be_given),
            *(g.due_can_be_counted, g.results_hold),
        ),
    },
    Action.INTAKE_SUPPLEMENT_ANSWER: {ANY: (g.answer_is_awaited,)},
    Action.REFUSAL: {ANY: (g.nobody_may_still_answer,)},
    Action.CANCELLATION: {ANY: ()},
    Action.HANDOVER: {ANY: (g.first_step_can_begin,)},
    Action.STEP_COMPLETION: {
        DONE: (
            *(g.step_is_theirs, g.nothing_is_drafted, g.step_leads_on, g.four_eyes_sign),
            *(g.opinions_are_given, g.days_are_known),
        ),
        RETURNED: (g.step_is_theirs, g.nothing_is_drafted, g.step_leads_back, g.days_are_known),
        OPINION: (g.opinion_is_asked, g.process_is_known),
    },
    Action.SUPPLEMENT_REQUEST_APPROVAL: {
        APPROVED: (g.another_drafted, g.drafted_ground_is_left),
        DECLINED: (g.another_drafted,),
    },
    Action.SUPPLEMENT_ANSWER: {ANY: (g.answer_is_awaited,)},
    Action.RESUMPTION: {ANY: (g.answer_is_there, g.stop_is_not_over)},
    Action.STOP: {ANY: (g.answer_time_is_over, g.they_stand_apart)},
    Action.PAYMENT_NOTICE: {ANY: (g.nothing_is_drafted,)},
    Action.PAYMENT_NOTICE_CANCELLATION: {
        ANY: (g.they_stand_apart, g.another_gave_notice, g.stop_is_not_over)
    },
    Action.SUSPENSION: {ANY: (g.they_stand_apart,)},
    Action.SUSPENSION_END: {ANY: (g.they_stand_apart, g.stop_is_not_over)},
    Action.APOLOGY_DRAFT: {ANY: (g.no_apology_of_another, g.date_may_move, g.days_are_known)},
    Action.REAPPOINTMENT: {
        APPROVED: (g.apology_waits, g.they_stand_apart, g.date_may_move, g.proposed_date_is_later),
        DECLINED: (g.apology_waits, g.they_stand_apart),
    },
    Action.OWNER_CORRECTION: {ANY: ()},
    Action.RESULT_CORRECTION_DRAFT: {ANY: (no_correction_of_another, nothing_corrects_it)},
    Action.RESULT_CORRECTION: {
        APPROVED: (correction_waits, g.they_stand_apart, nothing_corrects_it),
        DECLINED: (correction_waits, g.they_stand_apart),
    },
    Action.WITHDRAWAL: {ANY: (g.nothing_is_signed,)},
    Action.WITHDRAWAL_DECISION: {ANY: (g.they_stand_apart,)},
    Action.RESULT: {
        ANY: (g.nothing_is_drafted, g.four_eyes_sign, g.opinions_are_given, g.days_are_known),
    },
    Action.RETURN: {ANY: (g.result_is_there, g.all_is_paid)},
    Action.RESULT_RECALL: {
        ANY: (g.they_stand_apart, g.result_is_in_house, g.process_is_known, g.days_are_known)
    },
    Action.CLAIM: {ANY: (g.step_is_free,)},
    Action.RELEASE: {ANY: (g.step_is_held,)},
    Action.ASSIGNMENT: {ANY: ()},
    Action.STEP_HANDOVER: {ANY: (g.step_is_held, g.no_hand_over_waits)},
    Action.STEP_RECEIPT: {ANY: ()},
    Action.CONSULTATION_REQUEST: {ANY: (g.step_is_in_office, g.days_are_known)},
    Action.STEP_UNDO: {ANY: (g.step_can_be_undone,)},
    Action.ROUTE_CHANGE: {ANY: ()},
    Action.ARCHIVING: {ANY: (g.record_is_complete,)},
}
_ON_A_GROUND: dict[Action, tuple[str, Sequence[Guard]]] = {
    Action.INTAKE_SUPPLEMENT_REQUEST: ("INTAKE", ()),
    Action.SUPPLEMENT_REQUEST: ("PROCESSING", (g.no_draft_of_another,)),
}
"""Requests for papers: their ways are the legal grounds in force on the day (data/limits.yaml)."""
_NOTHING_THERE = (
    *(NoDraft, NoApologyDraft, NotHeld, NothingToUndo, NotAnOfficeStep, NotYourStep, StepClaimed),
    *(NoSuchBranch, ResultRequired, TransitionRefused, NoCorrectionDraft),
)
"""There is nothing to do it to, or no such way: no screen has a button for it, listed or greyed."""


def ways_of(action: Action, situation: Situation) -> Ways:
    """Return by which ways an action is done today, each with what may stand against it."""
    if action not in _ON_A_GROUND:
        return _GUARDS[action]
    stage, guards = _ON_A_GROUND[action]
    return {
        basis: (*guards, partial(g.supplements_left, stage, basis))
        for basis in situation.limits.bases(stage, situation.today)
    }


def require_way(
    action: Action, dossier: Dossier, caller: Caller, situation: Situation, way: str | None = None
) -> None:
    """Raise what stands against doing this now, this way; without a way, where none is left: the first's."""
    ways = ways_of(action, situation)
    if way is not None:
        _pass(ways.get(way, ()), dossier, caller, situation)
        return
    refusals = [_refusal(guards, dossier, caller, situation) for guards in ways.values()]
    against = [one for one in refusals if one is not None]
    if against and len(against) == len(refusals):
        raise next((one for one in against if not isinstance(one, _NOTHING_THERE)), against[0])


def _pass(guards: Sequence[Guard], dossier: Dossier, caller: Caller, situation: Situation) -> None:
    for guard in guards:
        guard(dossier, caller, situation)


def _refusal(
    guards: Sequence[Guard], dossier: Dossier, caller: Caller, situation: Situation
) -> Refusal | None:
    try:
        _pass(guards, dossier, caller, situation)
    except Refusal as refusal:
        return refusal
    return None


@dataclass(frozen=True, slots=True)
class Blocked:
    """An action, or one way of it, that state and right allow and something else stands against."""

    action: str
    way: str
    code: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do now, and what they might but for a reason; both in the actions' own order."""

    actions: tuple[str, ...]
    blocked: tuple[Blocked, ...]


def standing_of(
    dossier: Dossier,
    caller: Caller,
    situation: Situation,
    *,
    identity_index: bytes | None = None,
    mandates: Sequence[Mandate] = (),
) -> Standing:
    """Return what a caller may do now, in their own place or in one of others'."""
    listed: set[Action] = set()
    held: dict[tuple[Action, str], Refusal] = {}
    before = dossier.acting
    for mandate in (None, *mandates):
        dossier.acting = mandate
        for action in Action:
            if may(action, dossier, caller, identity_index):
                refusals = dict(_refusals(action, dossier, caller, situation))
                if not all(refusals.values()):
                    listed.add(action)
                held |= {(action, way): one for way, one in refusals.items() if one is not None}
    dossier.acting = before
    blocked = [
        _blocked(action, way, refusal)
        for (action, way), refusal in held.items()
        if not isinstance(refusal, _NOTHING_THERE)
    ]
    return Standing(tuple(one.value for one in Action if one in listed), tuple(blocked))


def _refusals(
    action: Action, dossier: Dossier, caller: Caller, situation: Situation
) -> Iterator[tuple[str, Refusal | None]]:
    for way, guards in ways_of(action, situation).items():
        yield way, _refusal(guards, dossier, caller, situation)


def _blocked(action: Action, way: str, refusal: Refusal) -> Blocked:
    said = refusal.detail or next((told for _, told in refusal.fields), "") or refusal.title
    return Blocked(action.value, way, refusal.code, said, refusal.extra)
