"""One submission for a whole group: the parent, its plan and the children whose turn it is, in one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from kernel.core.ids import new_id
from services.dossier.domain.codes import reference_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import SubmitAtPortal, WorkedElsewhere
from services.dossier.domain.events import Change
from services.dossier.domain.intake.identifiers import is_own_number
from services.dossier.domain.interlinked.carrying import Paper, given_to
from services.dossier.domain.interlinked.child import Child
from services.dossier.domain.interlinked.errors import GroupUnknown, NotLeadAgency
from services.dossier.domain.interlinked.groups import ALL_COMMUNES, Group
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.telling import told_by
from services.dossier.domain.states import State
from services.dossier.use_cases.figures.counting import counted
from services.dossier.use_cases.intake.authorizations import recorded_representative
from services.dossier.use_cases.intake.evidence import keep_evidence
from services.dossier.use_cases.interlinked.appointing import appoint
from services.dossier.use_cases.interlinked.members import MemberIntake, Shared, member_intake
from services.dossier.use_cases.interlinked.recording import record_new
from services.dossier.use_cases.interlinked.sharing import SharedFiles
from services.dossier.use_cases.payments.owing import owe_fees
from services.dossier.use_cases.ports import Attachment, Grounds, SubmittedComponent, Work
from services.dossier.use_cases.receive_dossier import accept
from services.dossier.use_cases.record_change import new_entry
from services.dossier.use_cases.secrets import look_up_secret, person_index, secret_hash
from services.dossier.use_cases.submission import (
    checked_components,
    require_authority,
    require_identities,
)
from services.dossier.use_cases.submit_dossier import (
    brought_details,
    check_submitter,
    new_dossier,
    require_right_answers,
    warn_of_duplicates,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSubmission:
    """What is handed in for a group, whichever way it comes."""

    group_code: str
    channel: str
    owner: Mapping[str, Any]
    representative: Mapping[str, Any] | None = None
    helper: Mapping[str, Any] | None = None
    receiving_agency: str
    agencies: Mapping[str, str] = field(default_factory=dict)
    """Whose a member is, where the applicant chooses or several agencies work it; by procedure."""
    papers: Sequence[Paper] = ()
    form_data: Mapping[str, Any] = field(default_factory=dict)
    result_delivery: str = "COUNTER"
    authorization_id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class Planned:
    """A member ready to be kept: its dossier if its turn is now, its papers in any case."""

    found: MemberIntake
    dossier: Dossier | None
    components: Sequence[SubmittedComponent]


async def submit_group(
    given: GroupSubmission,
    *,
    by: Caller,
    work: Work,
    now: datetime,
    scans: Sequence[Attachment] = (),
) -> tuple[Parent, list[Dossier]]:
    """Keep a submission a citizen makes online, or an officer takes at the counter of the lead agency.

    Every member is held against what is in force now, also those whose turn comes later: whoever submits
    hears at once what is missing. At the counter, the children of the officer's own agency are accepted in
    the same commit unless a fee is due before. `scans` came with the call and are kept with it.
    """
    is_counter = by.kind is CallerKind.STAFF
    if by.kind is CallerKind.SERVICE or (is_counter and not by.has_role("ONE_STOP_OFFICER")):
        raise Forbidden
    if is_counter and by.agency != given.receiving_agency:
        raise Invalid(fields=[("receiving_agency", "Hồ sơ liên thông được tiếp nhận tại cơ quan đầu mối")])
    raw = await work.interlinked.group(given.group_code)
    if raw is None:
        raise GroupUnknown
    group, today = Group.of(raw), now.astimezone(VIETNAM).date()
    is_own = is_own_number(given.owner, by.identity_number)
    if given.authorization_id is not None:
        given = await _as_authorized(given, group, by=None if is_own else by, work=work, now=now)
    shared = Shared(
        group=group,
        channel=given.channel,
        owner=given.owner,
        representative=given.representative,
        helper=given.helper,
        form_data=given.form_data,
        result_delivery=given.result_delivery,
        lead_agency=given.receiving_agency,
        authorization_id=given.authorization_id,
    )
    members = await _members(shared, given, work=work, today=today)
    for found in members.values():
        found.files.update({item.id: item for item in scans})
    lead = members[group.lead_procedure]
    _require_lead(group, lead, given, is_counter=is_counter, work=work)
    require_identities(lead.submission, today)
    require_authority(lead.submission, today)
    if not is_counter:
        check_submitter(lead.submission, by, is_own=is_own, today=today)
    parent = _new_parent(group, given, lead, by=by, is_own=is_own, work=work, now=now)
    planned = [
        _plan(found, parent, by=by, work=work, now=now, files_required=not is_counter)
        for found in members.values()
    ]
    files = SharedFiles(scans=frozenset(item.id for item in scans))
    return await _keep(parent, raw, planned, files, by=by, work=work, now=now, is_own=is_own)


async def _as_authorized(
    given: GroupSubmission, group: Group, *, by: Caller | None, work: Work, now: datetime
) -> GroupSubmission:
    """Return the submission with its representative as recorded for every procedure of the group.

    `by`: who has to be that representative; an officer and an owner name them. Raises `NotAuthorized`.
    """
    representative = await recorded_representative(
        given.authorization_id or new_id(),
        owner=given.owner,
        named=given.representative,
        acting=by if by is not None and by.kind is CallerKind.PERSON else None,
        procedure=group.lead_procedure,
        also=group.after.keys(),
        work=work,
        now=now,
    )
    return replace(given, representative=representative)


async def _members(
    shared: Shared, given: GroupSubmission, *, work: Work, today: date
) -> dict[str, MemberIntake]:
    group = shared.group
    unknown = sorted(given.agencies.keys() - group.after.keys())
    if unknown:
        raise Invalid(fields=[(f"agencies.{unknown[0]}", "Không phải thủ tục của nhóm liên thông")])
    papers = given_to(group, given.papers)
    owner = person_index(work.seals, given.owner)
    found = {}
    for member in group.members:
        is_lead = member.procedure == group.lead_procedure
        found[member.procedure] = await member_intake(
            shared,
            member,
            papers[member.procedure],
            named=given.receiving_agency if is_lead else given.agencies.get(member.procedure, ""),
            work=work,
            today=today,
            owner_index=owner if is_lead else None,
        )
    return found


def _require_lead(
    group: Group, lead: MemberIntake, given: GroupSubmission, *, is_counter: bool, work: Work
) -> None:
    agency = lead.agency
    if group.lead_agency == ALL_COMMUNES:
        fits = "COMMUNE" in {agency.kind, agency.level}
    else:
        fits = group.lead_agency in {"", agency.code}
    if not fits:
        raise NotLeadAgency
    if lead.procedure.route != "PROVINCE":
        raise WorkedElsewhere(extra={"portal_url": lead.procedure.portal_url})
    if not is_counter and not lead.procedure.is_submitted_here:
        raise SubmitAtPortal(
            "Vui lòng nộp hồ sơ tại địa chỉ kèm theo.",
            extra={"portal_url": lead.procedure.portal_url or work.policy.default_portal_url},
        )
    if given.channel not in lead.procedure.channels:
        raise Invalid(fields=[("channel", "Thủ tục không tiếp nhận theo cách này")])


def _new_parent(
    group: Group,
    given: GroupSubmission,
    lead: MemberIntake,
    *,
    by: Caller,
    is_own: bool,
    work: Work,
    now: datetime,
) -> Parent:
    parent_id, is_counter = new_id(), by.kind is CallerKind.STAFF
    owner = {name: value for name, value in given.owner.items() if value is not None}
    parties = {
        "owner": owner,
        "representative": _without_files(given.representative),
        "helper": given.helper,
    }
    contact = {name: owner.get(name) for name in ("phone", "email")}
    return Parent(
        id=parent_id,
        version=1,
        reference=reference_of(parent_id),
        group=group,
        lead_agency=lead.agency,
        origin="COUNTER" if is_counter else "HERE",
        channel=given.channel,
        owner_name=str(owner["full_name"]),
        owner_subject=by.subject if is_own else None,
        submitter_subject=None if is_counter else by.subject,
        owner_index=person_index(work.seals, owner),
        parties_sealed=work.seals.seal(_plain(parties), purpose="parties"),
        contact_sealed=work.seals.seal({"name": owner["full_name"], **contact}, purpose="contact"),
        form_sealed=work.seals.seal(dict(given.form_data), purpose="form"),
        secret_hash=secret_hash(work.seals, parent_id, look_up_secret(work.seals, parent_id)),
        submitted_at=now,
        brought={
            "result_delivery": given.result_delivery,
            "is_verified": bool(by.identity_number),
            "authorized_until": lead.submission.authorized_until,
            "authorization_id": str(given.authorization_id) if given.authorization_id else None,
        },
    )


def _without_files(representative: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    given = representative or {}
    left = {name: value for name, value in given.items() if name != "authorization_attachment_id"}
    return left or None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items() if part is not None}
    return value if isinstance(value, str | int | bool | None | list) else str(value)


def _plan(
    found: MemberIntake, parent: Parent, *, by: Caller, work: Work, now: datetime, files_required: bool
) -> Planned:
    """Return the member checked, as if its turn were now; raise what is wrong with what was handed in."""
    submission, procedure = found.submission, found.lenient
    if procedure.route == "PROVINCE" and submission.form_data:
        require_right_answers(found.intake, submission)
    try:
        components = checked_components(
            submission,
            procedure,
            found.files,
            uploader=by.subject,
            files_required=files_required,
        )
    except Invalid as error:
        raise Invalid(
            fields=[(f"members.{procedure.code}.{path}", why) for path, why in error.fields]
        ) from error
    is_here = procedure.route == "PROVINCE"
    dossier = _dossier_of(found, parent, work=work, now=now) if is_here else None
    child = Child(
        procedure=procedure.code,
        name=procedure.name,
        dossier_id=dossier.id if dossier else new_id(),
        agency=found.agency,
        route=procedure.route,
    )
    parent.children[child.procedure] = child
    return Planned(found=found, dossier=dossier, components=components)


def _dossier_of(found: MemberIntake, parent: Parent, *, work: Work, now: datetime) -> Dossier:
    """Return the member's dossier; what is wrong with its agency is named as this submission names it."""
    try:
        return new_dossier(found.submission, found.lenient, found.intake, work=work, now=now)
    except Invalid as error:
        code = found.member.procedure
        own = "receiving_agency" if code == parent.group.lead_procedure else f"agencies.{code}"
        named = {"competent_agency": own, "receiving_agency": own}
        raise Invalid(fields=[(named.get(path, path), why) for path, why in error.fields]) from error


async def _keep(
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
                warn_of_duplicates(
                    dressed, plan.found.intake, names_them=is_own or by.kind is CallerKind.STAFF
                )
            left = await _open_now(plan, dressed, by=by, work=work, now=now)
            parent.begin(child, told_by(dressed, left), now)
            opened.append(dressed)
    shared.keep(work, uploader=by.subject)
    _bind_mandate(parent, planned, by=by, work=work)
    await appoint(parent, work=work, now=now)
    parent.watch(now)
    record_new(parent, raw, by=by, work=work, now=now)
    return parent, opened


def dress(parent: Parent, child: Child, dossier: Dossier) -> Dossier:
    """Make a new dossier a child: whose it is, how it came, and the link to its parent."""
    dossier.origin = parent.origin
    if child is not parent.lead:
        # The paper that authorises is the lead's.
        dossier.given_files = ()
    dossier.owner_subject, dossier.submitter_subject = parent.owner_subject, parent.submitter_subject
    dossier.brought = {
        **dossier.brought,
        "interlinked": {
            "parent_id": str(parent.id),
            "reference": parent.reference,
            "group": parent.group.code,
            "is_lead": child is parent.lead,
            "lead_agency": parent.lead_agency.code,
        },
    }
    return dossier


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


def _bind_mandate(parent: Parent, planned: Sequence[Planned], *, by: Caller, work: Work) -> None:
    """Give the paper that authorises to the lead child."""
    lead = next(one for one in planned if one.found.member.procedure == parent.group.lead_procedure)
    paper = (lead.found.submission.representative or {}).get("authorization_attachment_id")
    if paper:
        work.attachments.bind([paper], parent.lead.dossier_id, uploader=by.subject, purpose="COMPONENT")
