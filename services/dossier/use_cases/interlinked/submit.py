"""One submission for a whole group: held against what is in force, then kept in one commit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import SubmitAtPortal, WorkedElsewhere
from services.dossier.domain.intake.identifiers import is_own_number
from services.dossier.domain.interlinked.carrying import given_to
from services.dossier.domain.interlinked.errors import GroupUnknown, NotLeadAgency
from services.dossier.domain.interlinked.groups import ALL_COMMUNES, Group
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.use_cases.intake.authorizations import recorded_representative
from services.dossier.use_cases.interlinked.founding import new_parent, plan_member
from services.dossier.use_cases.interlinked.keep_submission import keep_submission
from services.dossier.use_cases.interlinked.members import MemberIntake, Shared, member_intake
from services.dossier.use_cases.interlinked.sharing import SharedFiles
from services.dossier.use_cases.interlinked.way_in import GroupSubmission
from services.dossier.use_cases.ports import Attachment, Work
from services.dossier.use_cases.secrets import person_index
from services.dossier.use_cases.submission import (
    require_authority,
    require_identities,
)
from services.dossier.use_cases.submit_dossier import (
    check_submitter,
    require_identified,
)


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
    is_own = is_own_number(given.owner, by.named_number)
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
    require_identified(by, [found.procedure.identification_level for found in members.values()], work)
    require_identities(lead.submission, today)
    require_authority(lead.submission, today)
    if not is_counter:
        check_submitter(lead.submission, by, is_own=is_own, today=today)
    parent = new_parent(group, given, lead, by=by, is_own=is_own, work=work, now=now)
    planned = [
        plan_member(found, parent, by=by, work=work, now=now, files_required=not is_counter)
        for found in members.values()
    ]
    files = SharedFiles(scans=frozenset(item.id for item in scans))
    return await keep_submission(parent, raw, planned, files, by=by, work=work, now=now, is_own=is_own)


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
