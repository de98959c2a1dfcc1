"""What people do with a submission under way: decide about a member, withdraw, tell of an outside part."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, Stale
from services.dossier.domain.deadlines import decision_due
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.interlinked.child import Choice, Told
from services.dossier.domain.interlinked.errors import OutsideCodeTaken
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.sight import require_lead_officer, require_withdrawer, sight_of
from services.dossier.domain.interlinked.telling import told_by_mirror
from services.dossier.domain.moves import ends
from services.dossier.domain.signed import is_signed
from services.dossier.domain.states import Move
from services.dossier.domain.waiting import Decision
from services.dossier.use_cases.interlinked.advance import go_on
from services.dossier.use_cases.interlinked.read import sight_now
from services.dossier.use_cases.interlinked.recording import record_parent
from services.dossier.use_cases.payments.ledger import end_dues
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.secrets import identity_index
from services.dossier.use_cases.supplement_dossier import require_words


async def decide_member(
    parent_id: UUID,
    *,
    procedure: str,
    choice: Choice,
    reason: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Parent:
    """Take the lead agency's decision about a member and go on with what follows, in one commit."""
    parent = await open_parent(parent_id, by=by, seen=seen, work=work, now=now)
    require_lead_officer(parent, by)
    parent.decide(procedure, choice, reason=reason, by=by.subject, by_name=by.name, at=now)
    done = await go_on(parent, work=work, now=now)
    told = {"decision": {"procedure": procedure, "choice": choice.value, "reason": reason}}
    name = "ended" if done.has_ended else "decided"
    record_parent(parent, name, by=by, work=work, now=now, details={**done.details, **told})
    return parent


async def withdraw_parent(
    parent_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> Parent:
    """Begin nothing more and withdraw what runs: not yet accepted it is cancelled, else its agency decides.

    A member whose result is signed goes on to its issue (T16). All in one commit: `Stale` when any child was
    changed meanwhile.
    """
    parent = await open_parent(parent_id, by=by, seen=seen, work=work, now=now)
    index = identity_index(work.seals, by.identity_number)
    require_withdrawer(parent, by, sight_of(parent, by, index, is_overseen=False, now=now))
    require_words(by, reason)
    parent.withdraw(reason)
    asked: dict[str, Any] = {"cancelled": [], "withdrawal_requested": [], "note": reason}
    for child in parent.children.values():
        if child.opened_at is None or child.route != "PROVINCE":
            continue
        dossier, grounds = await work.dossiers.load(child.dossier_id)
        if dossier.can(Move.CANCEL):
            await end_dues(dossier, grounds, "Người nộp hủy hồ sơ", by=by, work=work, now=now)
            left = ends.end(dossier, Move.CANCEL, at=now)
            record_change(work, dossier, Change("cancelled", left, note=reason), by=by, now=now)
            asked["cancelled"].append(child.procedure)
        elif _may_be_withdrawn(dossier, grounds):
            until = decision_due(grounds.calendar_in_force, now, Decision.WITHDRAWAL, work.limits)
            left = ends.ask_withdrawal(dossier, now, until)
            record_change(work, dossier, Change("withdrawal_requested", left, note=reason), by=by, now=now)
            asked["withdrawal_requested"].append(child.procedure)
    name = "ended" if parent.settle(now) else "withdrawn"
    record_parent(parent, name, by=by, work=work, now=now, details=asked)
    return parent


def _may_be_withdrawn(dossier: Dossier, grounds: Grounds) -> bool:
    is_here = dossier.can(Move.REQUEST_WITHDRAWAL) and dossier.elsewhere is None
    return is_here and not is_signed(dossier, grounds.process)


async def note_outside(
    parent_id: UUID,
    *,
    procedure: str,
    source: str,
    outside_code: str,
    told: Told,
    reason: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Parent:
    """Keep what the lead agency knows of a member another system works; that system's own feed wins."""
    parent = await open_parent(parent_id, by=by, seen=seen, work=work, now=now)
    require_lead_officer(parent, by)
    if told.outcome in {"REFUSED", "WITHDRAWN"} and not reason:
        raise Invalid(fields=[("reason", "Phải nêu lý do không có kết quả")])
    if await work.interlinked.is_taken(source, outside_code, parent.id, procedure):
        raise OutsideCodeTaken
    await work.mirrors.hold(source, outside_code)
    mirror = await work.mirrors.known(source, outside_code)
    if mirror is not None:
        told = told_by_mirror(mirror)
        if procedure != parent.group.lead_procedure and mirror.follows_since is None:
            # Counted as received, as every member is, and not as a submission of its own.
            following = replace(mirror, follows_since=now)
            work.mirrors.link(following)
            work.figures.mirrored(following)
    parent.note_outside(procedure, source=source, outside_code=outside_code, told=told, reason=reason)
    done = await go_on(parent, work=work, now=now)
    record_parent(parent, done.event or "advanced", by=by, work=work, now=now, details=done.details)
    return parent


async def open_parent(parent_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Parent:
    """Return the submission if this caller sees it and saw its present version: sight, then version."""
    parent = await work.interlinked.hold(parent_id)
    await sight_now(parent, by=by, work=work, now=now)
    if parent.version != seen:
        raise Stale
    return parent
