"""One member of a submission held against what is in force: its agency, its papers, the dossier it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kernel.core.errors import Invalid
from services.dossier.domain.definitions import Agency, Procedure
from services.dossier.domain.interlinked.carrying import Given, form_of, not_needed
from services.dossier.domain.interlinked.groups import ALL_COMMUNES, Group, Member
from services.dossier.use_cases.ports import Attachment, Intake, Work
from services.dossier.use_cases.submission import Handed, Submission
from services.dossier.use_cases.submit_dossier import open_procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the members of one submission have in common."""

    group: Group
    channel: str
    owner: Mapping[str, Any]
    representative: Mapping[str, Any] | None
    helper: Mapping[str, Any] | None
    form_data: Mapping[str, Any]
    result_delivery: str
    lead_agency: str
    authorization_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberIntake:
    """A member with what it was held against."""

    group: Group
    member: Member
    procedure: Procedure
    agency: Agency
    intake: Intake
    submission: Submission
    files: dict[UUID, Attachment]

    @property
    def lenient(self) -> Procedure:
        """The procedure as the applicant is asked for it: what earlier members give is not mandatory."""
        free = not_needed(self.group, self.member)
        rules = {
            code: replace(rule, is_mandatory=rule.is_mandatory and code not in free)
            for code, rule in self.procedure.components.items()
        }
        return replace(self.procedure, components=rules)


async def member_intake(
    shared: Shared,
    member: Member,
    given: Sequence[Given],
    *,
    named: str,
    work: Work,
    today: date,
    owner_index: bytes | None = None,
) -> MemberIntake:
    """Return a member held against what is in force; raise `Invalid` where nobody can say whose it is.

    An agency that has ended is who continues it: a child opened later finds its agency as it is then.
    """
    asked = named or (member.agency if member.agency != ALL_COMMUNES else "") or shared.lead_agency
    files = [one for item in given for one in item.attachment_ids]
    is_lead = member.procedure == shared.group.lead_procedure
    authorization = (shared.representative or {}).get("authorization_attachment_id") if is_lead else None
    wanted = [*files, authorization] if authorization else files

    async def asked_of(agency: str) -> Intake:
        return await work.catalogue.intake(
            member.procedure,
            [agency, shared.lead_agency],
            wanted,
            today=today,
            calendar_of=agency,
            owner_index=owner_index,
        )

    intake = await asked_of(asked)
    procedure = open_procedure(intake)
    code = _agency_of(member, procedure, intake, asked, is_named=bool(named))
    if code != asked:
        intake = await asked_of(code)
    if code not in intake.agencies:
        raise Invalid(fields=[(f"agencies.{member.procedure}", "Không có cơ quan này")])
    own_form = intake.form.schema if intake.form else None
    submission = Submission(
        procedure_code=member.procedure,
        channel=shared.channel,
        owner=shared.owner,
        representative=_mandate(shared.representative, is_lead=is_lead),
        receiving_agency=code,
        competent_agency=code,
        components=[
            Handed(component_code=one.component_code, attachment_ids=one.attachment_ids, form=one.form)
            for one in given
        ],
        form_data=form_of(shared.group, member, shared.form_data, own_form) or None,
        result_delivery=shared.result_delivery,
        helper=shared.helper,
        authorization_id=shared.authorization_id,
    )
    return MemberIntake(
        group=shared.group,
        member=member,
        procedure=procedure,
        agency=intake.agencies[code],
        intake=intake,
        submission=submission,
        files=dict(intake.attachments),
    )


def _mandate(representative: Mapping[str, Any] | None, *, is_lead: bool) -> Mapping[str, Any] | None:
    """Return the representative; the paper that authorises goes with the lead member only."""
    if representative is None or is_lead:
        return representative
    return {name: value for name, value in representative.items() if name != "authorization_attachment_id"}


def _agency_of(member: Member, procedure: Procedure, intake: Intake, asked: str, *, is_named: bool) -> str:
    """Return whose the member is: the agency named, the group's, the lead if it performs it, the only one."""
    ended = intake.succession.ended.get(asked)
    if ended is not None and not is_named:
        asked = str(ended["continuing"] or asked)
    agency = intake.agencies.get(asked)
    if is_named or procedure.route != "PROVINCE":
        only = next(iter(procedure.performing_agencies), asked)
        return asked if is_named else only if only in intake.agencies else asked
    if agency is not None and procedure.is_performed_by(
        agency, intake.succession.inherited(asked, procedure.code)
    ):
        return asked
    if len(procedure.performing_agencies) == 1:
        only = next(iter(procedure.performing_agencies))
        found = intake.succession.ended.get(only, {}).get("continuing", only)
        return str(found)
    raise Invalid(fields=[(f"agencies.{member.procedure}", "Phải nêu cơ quan giải quyết thủ tục này")])
