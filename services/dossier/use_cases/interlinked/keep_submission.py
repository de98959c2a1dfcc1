"""Keeps a new submission in one commit: its files shared out, the children whose turn it is, the parent."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.telling import told_by
from services.dossier.domain.states import State
from services.dossier.use_cases.figures.counting import counted
from services.dossier.use_cases.intake.evidence import keep_evidence
from services.dossier.use_cases.interlinked.appointing import appoint
from services.dossier.use_cases.interlinked.founding import Planned, dress
from services.dossier.use_cases.interlinked.recording import record_new
from services.dossier.use_cases.interlinked.sharing import SharedFiles
from services.dossier.use_cases.interlinked.slip import issue_slip
from services.dossier.use_cases.payments.owing import owe_fees
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.receive_dossier import accept
from services.dossier.use_cases.record_change import new_entry
from services.dossier.use_cases.submit_dossier import brought_details, warn_of_duplicates


async def keep_submission(
    parent: Parent,
    raw: Mapping[str, Any],
    planned: Sequence[Planned],
    shared: SharedFiles,
    *,
    by: Caller,
    work: Work,
    now: datetime,
    is_own: bool,
) -> tuple[Parent, list[Dossier]]:
    """Queue everything; return the submission and the dossiers opened with it."""
    opened = []
    ready = {child.procedure for child in parent.next_ready()}
    papers: dict[str, list[dict[str, Any]]] = {}
    for plan in planned:
        child = parent.children[plan.found.member.procedure]
        holder = child if child.route == "PROVINCE" else parent.lead
        purpose = "COMPONENT" if child.route == "PROVINCE" else "INTERLINKED"
        plan.components = shared.give(plan.components, holder.dossier_id, plan.found.files, purpose=purpose)
        papers[child.procedure] = [asdict(item) for item in plan.components]
    parent.brought["components"] = papers
    parent.brought["lead_files"] = [str(one) for one in _files_of_lead(parent, planned)]
    for plan in planned:
        child = parent.children[plan.found.member.procedure]
        if plan.dossier is None:
            if child.procedure in ready:
                parent.begin(child, child.told, now)
            continue
        dressed = dress(parent, child, plan.dossier)
        dressed.is_verified = bool(parent.brought["is_verified"])
        keep_evidence(work, dressed, plan.found.submission, plan.components, shared.files, by=by, now=now)
        if child.procedure in ready:
            if child is parent.lead:
                dressed.take(_files_of_lead(parent, planned))
                may_know = by.kind is CallerKind.STAFF or (is_own and not by.told_number)
                warn_of_duplicates(dressed, plan.found.intake, names_them=may_know)
            left = await _open_now(plan, dressed, by=by, work=work, now=now)
            parent.begin(child, told_by(dressed, left), now)
            opened.append(dressed)
    shared.keep(work, uploaders=by.subjects)
    _bind_mandate(parent, planned, by=by, work=work)
    await appoint(parent, (), work=work, now=now)
    if parent.due_at is not None:
        # Accepted in this very commit: the citizen leaves the counter with the one slip.
        lead = next(one for one in opened if one.id == parent.lead.dossier_id)
        issue_slip(parent, lead, officer=by.name, work=work, now=now)
    parent.watch(now)
    record_new(parent, raw, by=by, work=work, now=now)
    return parent, opened


async def _open_now(
    plan: Planned, dossier: Dossier, *, by: Caller, work: Work, now: datetime
) -> State | None:
    """Queue a child of this very moment; return the state its first change came from."""
    found = plan.found
    account = owe_fees(
        dossier,
        found.procedure,
        found.intake,
        found.submission.form_data,
        applicant_type=str(found.submission.owner.get("applicant_type") or "CITIZEN"),
        by=by,
        work=work,
        now=now,
    )
    is_here = by.kind is CallerKind.STAFF and by.agency == dossier.receiving_agency.code
    if is_here and not account.outstanding_before:
        dossier.version = 0
        grounds = found.intake.grounds or Grounds(found.procedure, None, found.intake.calendar)
        _, paper = await accept(dossier, grounds, plan.components, by=by, work=work, now=now)
        told = {"counted": counted(plan.components), **brought_details(dossier)}
        change = Change("accepted", State.SUBMITTED, papers=[paper], details=told)
    else:
        change = Change("submitted", None, details=brought_details(dossier))
    entry = new_entry(work, dossier, change, by=by, now=now)
    work.dossiers.add(dossier, entry, plan.components)
    return change.from_state


def _files_of_lead(parent: Parent, planned: Sequence[Planned]) -> list[UUID]:
    """Return what the lead is given beside its own: who authorised, papers of members elsewhere."""
    mandate = _mandate(parent, planned)
    return [*([mandate] if mandate else []), *_papers_elsewhere(parent, planned)]


def _papers_elsewhere(parent: Parent, planned: Sequence[Planned]) -> list[UUID]:
    return [
        file
        for plan in planned
        if parent.children[plan.found.member.procedure].route != "PROVINCE"
        for item in plan.components
        for file in item.attachment_ids
    ]


def _mandate(parent: Parent, planned: Sequence[Planned]) -> UUID | None:
    lead = next(one for one in planned if one.found.member.procedure == parent.group.lead_procedure)
    return (lead.found.submission.representative or {}).get("authorization_attachment_id")


def _bind_mandate(parent: Parent, planned: Sequence[Planned], *, by: Caller, work: Work) -> None:
    """Give the paper that authorises to the lead child."""
    if paper := _mandate(parent, planned):
        work.attachments.bind([paper], parent.lead.dossier_id, uploaders=by.subjects, purpose="COMPONENT")
