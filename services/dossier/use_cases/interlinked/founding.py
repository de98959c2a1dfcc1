"""What a submission is made of: the parent, and each member's dossier checked as if its turn were now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from kernel.core.ids import new_id
from services.dossier.domain.codes import reference_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.interlinked.child import Child
from services.dossier.domain.interlinked.groups import Group
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.use_cases.interlinked.members import MemberIntake
from services.dossier.use_cases.interlinked.way_in import GroupSubmission
from services.dossier.use_cases.ports import SubmittedComponent, Work
from services.dossier.use_cases.secrets import look_up_secret, person_index, secret_hash
from services.dossier.use_cases.submission import checked_components, require_taken_usable
from services.dossier.use_cases.submit_dossier import new_dossier, require_right_answers


@dataclass(slots=True, kw_only=True)
class Planned:
    """A member ready to be kept: its dossier if its turn is now, its papers in any case."""

    found: MemberIntake
    dossier: Dossier | None
    components: Sequence[SubmittedComponent]


def new_parent(
    group: Group,
    given: GroupSubmission,
    lead: MemberIntake,
    *,
    by: Caller,
    is_own: bool,
    work: Work,
    now: datetime,
) -> Parent:
    """Return the submission without its members, personal data sealed."""
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


def plan_member(
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
            uploaders=by.subjects,
            files_required=files_required,
        )
        require_taken_usable(submission, found.files, now.astimezone(VIETNAM).date())
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
