"""A result that was handed out is wrong: recorded by one, decided by another, corrected by a new dossier."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from services.dossier.domain import papers
from services.dossier.domain.actions import Action, signs
from services.dossier.domain.codes import code_day
from services.dossier.domain.correcting import FoundBy, corrects_of, waiting_correction
from services.dossier.domain.course import CorrectedBy, CorrectionDraft
from services.dossier.domain.deadlines import decision_due
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change, cause_data
from services.dossier.domain.moves import corrections
from services.dossier.domain.papers import PaperKind
from services.dossier.domain.waiting import Decision
from services.dossier.domain.ways import APPROVED, DECLINED, require_way
from services.dossier.use_cases.ask_limits import cause_of
from services.dossier.use_cases.continue_dossiers import name_heirs
from services.dossier.use_cases.open_correction import Wrong, open_correction
from services.dossier.use_cases.open_dossier import allow, parties_of, situation_of, with_last_correction
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.receive_dossier import issue
from services.dossier.use_cases.record_change import record_change


@dataclass(frozen=True, slots=True)
class Decided:
    """The dossier whose result is wrong, and the one that corrects it; None where it was declined."""

    dossier: Dossier
    correction: Dossier | None


async def draft_correction(
    dossier_id: UUID,
    *,
    reason: str,
    cause: str,
    found_by: FoundBy,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Record an error of a result that was handed out; nothing is opened before the agency's head decides.

    Who recorded it may write it anew while nobody decided.
    """
    wrong = await _load(dossier_id, work=work, now=now)
    await _allow(Action.RESULT_CORRECTION_DRAFT, wrong, by=by, seen=seen, work=work, now=now)
    why = cause_of(work, cause, cause, "ERROR", now)
    dossier = wrong.dossier
    until = decision_due(wrong.grounds.calendar_in_force, now, Decision.CORRECTION, work.limits)
    draft = CorrectionDraft(reason, why, found_by, by.subject, by.name, now, until)
    left = corrections.draft_correction(dossier, draft)
    details = {"noted": "CORRECTION_DRAFTED", "cause": cause_data(why), "found_by": found_by.value}
    record_change(work, dossier, Change("work_noted", left, note=reason, details=details), by=by, now=now)
    return dossier


async def decide_correction(
    dossier_id: UUID, *, approved: bool, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Decided:
    """Open the dossier that corrects the result, with the apology signed, or give the record back.

    One commit makes the new dossier, the apology and the word of both in both histories; the first one's
    end, figures and state stay what they were.
    """
    wrong = await _load(dossier_id, work=work, now=now)
    way = APPROVED if approved else DECLINED
    await _allow(Action.RESULT_CORRECTION, wrong, by=by, seen=seen, work=work, now=now, way=way)
    dossier, draft = wrong.dossier, waiting_correction(wrong.dossier)
    if not approved:
        if not note:
            raise Invalid(fields=[("note", "Không đồng ý phải nêu lý do")])
        left = corrections.draft_correction(dossier, None)
        details: dict[str, Any] = {"noted": "CORRECTION_DECLINED"}
        record_change(work, dossier, Change("work_noted", left, note=note, details=details), by=by, now=now)
        return Decided(dossier, None)
    correction = await open_correction(wrong, draft, by=by, work=work, now=now)
    left = corrections.open_correction(
        dossier, CorrectedBy(correction.id, correction.reference, now, draft.cause, draft)
    )
    content = papers.correction_apology(
        dossier, draft, reference=correction.reference, parties=parties_of(dossier, work), officer=by.name
    )
    paper = issue(work, dossier, PaperKind.CORRECTION_APOLOGY, content, by=by, now=now)
    told = {
        "correction": _named(dossier.corrections[-1]),
        "cause": cause_data(draft.cause),
        "found_by": draft.found_by,
    }
    change = Change("correction_opened", left, note=draft.reason, papers=[paper], details=told)
    record_change(work, dossier, change, by=by, now=now)
    return Decided(dossier, correction)


async def tell_corrected(ended: Dossier, note: str, *, by: Caller, work: Work, now: datetime) -> None:
    """Say in the dossier a correction was opened for that it ended and took nothing's place.

    Where the head of the agency did not end it, the recorded error waits for them again, with the words it
    was ended by: the wrong result still counts. What they ended themselves, as by a result that refuses it,
    comes back to nobody.
    """
    corrected, decided = corrects_of(ended.brought), ended.result
    if corrected is None or (decided is not None and decided.outcome == "GRANTED"):
        return
    wrong = await _load(corrected.dossier_id, work=work, now=now)
    dossier, opened = wrong.dossier, wrong.dossier.corrections[-1]
    draft = None if signs(ended, by) or decided is not None else opened.draft
    if draft is not None:
        until = decision_due(wrong.grounds.calendar_in_force, now, Decision.CORRECTION, work.limits)
        draft = replace(draft, at=now, decide_by=until, taken_back=note)
    left = corrections.draft_correction(dossier, draft)
    how = _named(opened) | {"state": ended.state.value}
    details = {"noted": "CORRECTION_ENDED", "correction": how, "waits_again": draft is not None}
    record_change(work, dossier, Change("work_noted", left, note=note, details=details), by=by, now=now)


def _named(opened: CorrectedBy) -> dict[str, str]:
    return {"dossier_id": str(opened.dossier_id), "reference": opened.reference}


async def _load(dossier_id: UUID, *, work: Work, now: datetime) -> Wrong:
    """Return the dossier with who goes on for its agencies: jobs move running dossiers only, this one ended.

    Raises `CopyChanged` where who goes on cannot be said.
    """
    dossier, grounds, components = await work.dossiers.load_for_acceptance(dossier_id, code_day(now))
    await name_heirs(dossier, work=work, now=now)
    return Wrong(dossier, grounds, components)


async def _allow(
    action: Action, wrong: Wrong, *, by: Caller, seen: int, work: Work, now: datetime, way: str | None = None
) -> None:
    """Raise what stands against it, in the house's order: sight, version, state and right, then the rest."""
    dossier = wrong.dossier
    await allow(action, dossier, by=by, seen=seen, work=work, now=now)
    found = situation_of(wrong.grounds, work.limits, now)
    require_way(action, dossier, by, await with_last_correction(found, dossier, work), way)
