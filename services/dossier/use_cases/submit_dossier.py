"""A citizen hands a dossier in online; also the common part of every way in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.assurance import require_level
from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from kernel.core.ids import new_id
from services.dossier.domain.codes import reference_of
from services.dossier.domain.deadlines import reply_due
from services.dossier.domain.definitions import Agency, Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import (
    AgencyEnded,
    AgencyNotBegun,
    AnswersWrong,
    NotBoundaryFree,
    ProcedureClosed,
    SubmitAtPortal,
    WorkedElsewhere,
)
from services.dossier.domain.events import Change
from services.dossier.domain.holdings import Pins
from services.dossier.domain.intake.identifiers import is_own_number
from services.dossier.domain.payments.account import Account
from services.dossier.domain.states import Move, State
from services.dossier.use_cases.intake.authorizations import recorded_representative
from services.dossier.use_cases.intake.evidence import keep_evidence
from services.dossier.use_cases.payments.owing import owe_fees
from services.dossier.use_cases.ports import Intake, SubmittedComponent, Work
from services.dossier.use_cases.record_change import new_entry
from services.dossier.use_cases.results.reuse import bind_results
from services.dossier.use_cases.secrets import person_index
from services.dossier.use_cases.submission import (
    Submission,
    checked_components,
    require_authority,
    require_identities,
    require_taken_usable,
)


async def submit_dossier(submission: Submission, *, by: Caller, work: Work, now: datetime) -> Dossier:
    """Keep a citizen's dossier and tell so; T1."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    today = now.astimezone(VIETNAM).date()
    intake = await work.catalogue.intake(
        submission.procedure_code,
        submission.agencies,
        submission.attachment_ids,
        today=today,
        calendar_of=submission.receiving_agency,
        owner_index=owner_index_of(work, submission),
    )
    procedure = open_procedure(intake)
    if submission.channel not in procedure.channels:
        raise Invalid(fields=[("channel", "Thủ tục không tiếp nhận theo cách này")])
    if procedure.route != "PROVINCE" or not procedure.is_submitted_here:
        raise SubmitAtPortal(
            "Vui lòng nộp hồ sơ tại địa chỉ kèm theo.",
            extra={"portal_url": procedure.portal_url or work.policy.default_portal_url},
        )
    require_identified(by, [procedure.identification_level], work)
    require_identities(submission, today)
    is_own = is_own_number(submission.owner, by.named_number)
    if not is_own and submission.authorization_id is not None:
        submission = await _as_authorized(submission, by, work=work, now=now)
    check_submitter(submission, by, is_own=is_own, today=today)
    require_right_answers(intake, submission)
    components = checked_components(
        submission, procedure, intake.attachments, uploaders=by.subjects, files_required=True
    )
    require_taken_usable(submission, intake.attachments, today)
    dossier = new_dossier(submission, procedure, intake, work=work, now=now)
    warn_of_duplicates(dossier, intake, names_them=is_own and not by.told_number)
    dossier.origin = "HERE"
    dossier.submitter_subject = by.subject
    dossier.owner_subject = by.subject if is_own else None
    dossier.is_verified = bool(by.identity_number)
    await bind_results(dossier, submission, by=by, work=work, now=now)
    keep_new(work, dossier, submission, components, by=by, now=now, uploaders=by.subjects)
    keep_evidence(work, dossier, submission, components, intake.attachments, by=by, now=now)
    owe_for(dossier, intake, submission, by=by, work=work, now=now)
    return dossier


async def _as_authorized(submission: Submission, by: Caller, *, work: Work, now: datetime) -> Submission:
    """Return the submission with its representative as recorded; raise `NotAuthorized` for anybody else."""
    representative = await recorded_representative(
        submission.authorization_id or new_id(),
        owner=submission.owner,
        named=submission.representative,
        acting=by,
        procedure=submission.procedure_code,
        work=work,
        now=now,
    )
    return replace(submission, representative=representative)


def owner_index_of(work: Work, submission: Submission) -> bytes | None:
    """Return the blind index of the owner's number."""
    return person_index(work.seals, submission.owner)


def warn_of_duplicates(dossier: Dossier, intake: Intake, *, names_them: bool) -> None:
    """Say that the owner has open dossiers of this procedure; only who may know is told which."""
    if not intake.duplicates:
        return
    details: dict[str, Any] = {"count": len(intake.duplicates)}
    if names_them:
        details["dossiers"] = [dict(item) for item in intake.duplicates]
    dossier.warnings.append({"code": "open-duplicate", "details": details})


def owe_for(
    dossier: Dossier, intake: Intake, submission: Submission, *, by: Caller, work: Work, now: datetime
) -> Account:
    """Queue what a new dossier owes by the version it is submitted under."""
    return owe_fees(
        dossier,
        open_procedure(intake),
        intake,
        submission.form_data,
        applicant_type=str(submission.owner.get("applicant_type") or "CITIZEN"),
        claim=submission.exemption,
        by=by,
        work=work,
        now=now,
    )


def open_procedure(intake: Intake) -> Procedure:
    """Return the procedure if it exists and takes new dossiers."""
    if intake.procedure is None:
        raise Invalid(fields=[("procedure_code", "Không có thủ tục này")])
    if not intake.procedure.is_open:
        raise ProcedureClosed
    return intake.procedure


def require_identified(by: Caller, levels: Iterable[int | None], work: Work) -> None:
    """Raise `AssuranceTooLow` for a person below the highest of the levels procedures in force ask for.

    The one place of the rule: the version is at hand here without asking anybody. None: the operator's.
    """
    least = work.policy.identification_level
    require_level(by, max((level or least for level in levels), default=least))


def require_right_answers(intake: Intake, submission: Submission) -> None:
    """Raise `AnswersWrong` with each place when the form in force does not take what was filled in."""
    faults = intake.form.faults(dict(submission.form_data or {})) if intake.form else []
    if faults:
        raise AnswersWrong(
            fields=[
                (".".join(part for part in ("form_data", one.path) if part), one.reason) for one in faults
            ]
        )


def require_worked_here(procedure: Procedure) -> None:
    """Raise `WorkedElsewhere` for what a central system works: the province must not open its own dossier."""
    if procedure.route != "PROVINCE":
        raise WorkedElsewhere(extra={"portal_url": procedure.portal_url})


def check_submitter(submission: Submission, by: Caller, *, is_own: bool, today: date) -> None:
    """Raise `Invalid` unless the sender is the owner or the representative named, whose mandate holds.

    By the number the account tells, checked or not: the level asked for handing in says how sure that is.
    """
    require_authority(submission, today)
    if is_own:
        return
    representative = submission.representative
    if representative is None:
        raise Invalid(
            "Nộp thay người khác cần thông tin người được ủy quyền.",
            fields=[("representative", "Số định danh của chủ hồ sơ không phải của người nộp")],
        )
    if not is_own_number(representative, by.named_number):
        raise Invalid(fields=[("representative.identity_number", "Không phải của người đang đăng nhập")])


def new_dossier(
    submission: Submission,
    procedure: Procedure,
    intake: Intake,
    *,
    work: Work,
    now: datetime,
    dossier_id: UUID | None = None,
) -> Dossier:
    """Return the dossier, its personal data sealed; helping and receiving agency are the same at first."""
    _require_working(intake, submission)
    receiving = intake.agencies.get(submission.receiving_agency)
    if receiving is None:
        raise Invalid(fields=[("receiving_agency", "Không có cơ quan này")])
    competent = _competent(submission, procedure, intake, receiving)
    dossier_id = dossier_id or new_id()
    owner = {name: value for name, value in submission.owner.items() if value is not None}
    parties = {
        "owner": owner,
        "representative": _plain(submission.representative),
        "helper": _plain(submission.helper),
        "sender": _plain(submission.postal),
    }
    contact = {name: owner.get(name) for name in ("phone", "email")}
    dossier = Dossier(
        id=dossier_id,
        state=State.DRAFT,
        reference=reference_of(dossier_id),
        origin="HERE",
        channel=submission.channel,
        procedure_code=procedure.code,
        procedure_name=procedure.name,
        sector=procedure.sector,
        procedure_version=procedure.version,
        pins=Pins(submitted_version=procedure.version, form=intake.form_sequence),
        helping_agency=receiving,
        receiving_agency=receiving,
        competent_agency=competent,
        submitted_at=now,
        owner_name=str(owner["full_name"]),
        owner_index=person_index(work.seals, owner),
        parties_sealed=work.seals.seal(_plain(parties), purpose="parties"),
        contact_sealed=work.seals.seal({"name": owner["full_name"], **contact}, purpose="contact"),
        form_sealed=work.seals.seal(dict(submission.form_data or {}), purpose="form"),
        result_delivery=submission.result_delivery,
        brought=submission.brought,
    )
    if mandate := (submission.representative or {}).get("authorization_attachment_id"):
        dossier.take([mandate])
    if submission.exemption is not None and submission.exemption.attachment_id:
        dossier.take([submission.exemption.attachment_id])
    dossier.reply_due_at = reply_due(intake.calendar, now, work.limits)
    dossier.move(Move.SUBMIT)
    return dossier


def _require_working(intake: Intake, submission: Submission) -> None:
    """Raise where an agency named receives nothing that day: ended (with its successors), or not begun."""
    for code in submission.agencies:
        begins = intake.succession.begins.get(code)
        if begins is not None:
            raise AgencyNotBegun(extra={"agency": code, "valid_from": begins})
        ended = intake.succession.ended.get(code)
        if ended is not None:
            raise AgencyEnded(
                extra={"agency": code, "valid_to": ended["valid_to"], "successors": ended["successors"]}
            )


def _competent(submission: Submission, procedure: Procedure, intake: Intake, receiving: Agency) -> Agency:
    """Return who decides: the agency named, else the receiving one, else the only one that works it."""
    code = submission.competent_agency
    if code is None:
        only_one = (
            next(iter(procedure.performing_agencies)) if len(procedure.performing_agencies) == 1 else ""
        )
        only_one = str(intake.succession.ended.get(only_one, {}).get("continuing", only_one))
        is_here = procedure.is_performed_by(
            receiving, intake.succession.inherited(receiving.code, procedure.code)
        )
        code = receiving.code if is_here else only_one
    competent = intake.agencies.get(code)
    inherited = intake.succession.inherited(code, procedure.code)
    if competent is None or not procedure.is_performed_by(competent, inherited):
        field = "competent_agency" if submission.competent_agency else "receiving_agency"
        raise Invalid(fields=[(field, "Cơ quan không giải quyết thủ tục này")])
    require_boundary_free(procedure, receiving, competent)
    return competent


def require_boundary_free(procedure: Procedure, here: Agency, competent: Agency) -> None:
    """Raise `NotBoundaryFree` where another agency's counter may not take the dossier.

    The provincial centre always receives for the departments whose one-stop unit it is (NĐ 118/2025).
    """
    is_centre = here.kind == "SERVICE_CENTER" and competent.level == "PROVINCE"
    if here.code != competent.code and not is_centre and not procedure.is_boundary_free:
        raise NotBoundaryFree


def _plain(value: Any) -> Any:
    """Return JSON values: dates and ids become texts before sealing."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items() if part is not None}
    return value if isinstance(value, str | int | bool | None | list) else str(value)


def brought_details(dossier: Dossier) -> dict[str, Any]:
    """Return how the dossier came, as the first change tells it; nothing where there is nothing to tell."""
    return {"brought": dossier.brought} if dossier.brought else {}


def keep_new(
    work: Work,
    dossier: Dossier,
    submission: Submission,
    components: Sequence[SubmittedComponent],
    *,
    by: Caller | None,
    now: datetime,
    uploaders: Collection[str],
    note: str = "",
) -> None:
    """Queue the new dossier, its components, files, history and event."""
    details = brought_details(dossier)
    if submission.exemption is not None:
        # Which one is in the ledger only: that somebody is poor or disabled is nobody's news.
        details["exemption_claimed"] = True
    change = Change("submitted", None, note=note, details=details)
    entry = new_entry(work, dossier, change, by=by, now=now)
    work.dossiers.add(dossier, entry, components)
    if submission.attachment_ids:
        work.attachments.bind(submission.attachment_ids, dossier.id, uploaders=uploaders, purpose="COMPONENT")
