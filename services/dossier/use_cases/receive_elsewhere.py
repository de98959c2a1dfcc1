"""Other ways in: over the counter (also for another agency) and born on the national portal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from services.dossier.domain.deadlines import answered_until
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import AnsweredInTime, ProcessMissing, TransitionRefused
from services.dossier.domain.events import Change, moment
from services.dossier.domain.intake.evidence import Flags
from services.dossier.domain.moves import supplements
from services.dossier.domain.payments.claims import open_claim
from services.dossier.domain.states import Move, State
from services.dossier.domain.supplements import given_before
from services.dossier.use_cases.figures.counting import counted
from services.dossier.use_cases.intake.authorizations import require_authorized
from services.dossier.use_cases.intake.evidence import keep_evidence, keep_told_answers
from services.dossier.use_cases.intake.form_answers import put_answers_right
from services.dossier.use_cases.payments.claiming import noted_as
from services.dossier.use_cases.ports import Attachment, Grounds, Intake, Work
from services.dossier.use_cases.receive_dossier import accept
from services.dossier.use_cases.record_change import new_entry, record_change
from services.dossier.use_cases.results.reuse import bind_results, lift_results
from services.dossier.use_cases.submission import (
    Submission,
    checked_components,
    require_authority,
    require_identities,
)
from services.dossier.use_cases.submit_dossier import (
    brought_details,
    keep_new,
    new_dossier,
    open_procedure,
    owe_for,
    owner_index_of,
    require_boundary_free,
    require_right_answers,
    require_worked_here,
    warn_of_duplicates,
)

_OLDEST_POSTMARK_DAYS = 60
_LONGEST_ON_THE_ROAD = timedelta(days=60)
_ENDED_UNANSWERED = frozenset({State.STOPPED, State.INTAKE_REFUSED})
_CLOCKS_APART = timedelta(hours=1)
"""How far the portal's clock and ours may differ without a word."""


async def receive_at_counter(
    submission: Submission,
    *,
    by: Caller,
    work: Work,
    now: datetime,
    scans: Sequence[Attachment] = (),
    received_at: datetime | None = None,
    details: Mapping[str, Any] | None = None,
) -> Dossier:
    """Submit and accept in one commit; the helping agency is the officer's own.

    `scans` came with the call and are kept with it. What was taken on paper earlier counts from
    `received_at`: versions, code and due moment are of that day; `details` say why in the first change.
    """
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER"):
        raise Forbidden
    accepted_at = received_at or now
    today = accepted_at.astimezone(VIETNAM).date()
    intake = await work.catalogue.intake(
        submission.procedure_code,
        [*submission.agencies, by.agency],
        submission.attachment_ids,
        today=today,
        calendar_of=submission.competent_agency or submission.receiving_agency,
        known_at=received_at,
        owner_index=owner_index_of(work, submission),
    )
    procedure = open_procedure(intake)
    require_worked_here(procedure)
    require_identities(submission, today)
    require_authority(submission, today)
    if submission.authorization_id is not None:
        await require_authorized(
            submission.authorization_id,
            owner=owner_index_of(work, submission),
            representative=submission.representative or {},
            procedure=submission.procedure_code,
            work=work,
            now=accepted_at,
        )
    if submission.form_data:
        # Who comes with paper fills in nothing; what an officer types is held to the form.
        require_right_answers(intake, submission)
    files = {**intake.attachments, **{item.id: item for item in scans}}
    components = checked_components(submission, procedure, files, uploaders=by.subjects, files_required=False)
    dossier = new_dossier(submission, procedure, intake, work=work, now=accepted_at)
    await bind_results(dossier, submission, by=by, work=work, now=accepted_at)
    warn_of_duplicates(dossier, intake, names_them=True)
    helping = intake.agencies.get(by.agency)
    if helping is None:
        raise Forbidden
    require_boundary_free(procedure, helping, dossier.competent_agency)
    dossier.helping_agency = helping
    dossier.origin = "POST" if submission.channel == "POSTAL" else "COUNTER"
    dossier.version = 0
    dossier.submitter_subject = None
    if submission.postal:
        dossier.submitted_at = postmark(submission.postal["postmarked_on"], accepted_at)
    if received_at is not None:
        dossier.brought["received_at"] = received_at.isoformat()
    account = owe_for(dossier, intake, submission, by=by, work=work, now=now)
    told = {"counted": counted(components), **brought_details(dossier), **_claim_told(submission, details)}
    if account.outstanding_before or open_claim(account) is not None:
        # Received, not accepted: the cashier takes the fee first, or the claim of an exemption is decided
        # first; then the same counter accepts.
        dossier.version = 1
        change = Change("submitted", None, details=told)
    else:
        grounds = replace(counter_grounds(intake, procedure, dossier, submission), account=account)
        _, paper = await accept(dossier, grounds, components, by=by, work=work, now=accepted_at)
        change = Change("accepted", State.SUBMITTED, papers=[paper], details=told)
    entry = new_entry(work, dossier, change, by=by, now=now)
    work.dossiers.add(dossier, entry, components)
    scanned = {item.id for item in scans}
    work.attachments.add([replace(item, dossier_id=dossier.id) for item in scans])
    uploaded = [one for one in submission.attachment_ids if one not in scanned]
    if uploaded:
        work.attachments.bind(uploaded, dossier.id, uploaders=by.subjects, purpose="COMPONENT")
    keep_evidence(work, dossier, submission, components, files, by=by, now=now)
    if submission.visit_id:
        work.ways_in.visits.add(submission.visit_id, dossier.id, agency=by.agency, officer=by.subject, at=now)
    return dossier


def _claim_told(submission: Submission, details: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the details with what history says of an exemption; which one stands in the ledger only."""
    told, claim = dict(details or {}), submission.exemption
    if claim is not None:
        told["exemption_claimed"] = True
    if claim is not None and claim.verdict is not None:
        told["exemption"] = noted_as(claim.verdict)
    return told


def postmark(day: date, received_at: datetime) -> datetime:
    """Return the moment a posted dossier counts as handed in: its postmark's day; raise for a day to come.

    The clock starts at acceptance all the same: what the post takes is nobody's working time.
    """
    received_on = received_at.astimezone(VIETNAM).date()
    if not received_on - timedelta(days=_OLDEST_POSTMARK_DAYS) <= day <= received_on:
        raise Invalid(fields=[("postal.postmarked_on", "Ngày trên dấu bưu điện không hợp lý")])
    return min(received_at, datetime.combine(day, time(), VIETNAM))


def counter_grounds(
    intake: Intake, procedure: Procedure, dossier: Dossier, submission: Submission
) -> Grounds:
    """Return what is pinned at once; the process only where its agency was known beforehand."""
    found = intake.grounds or Grounds(procedure, None, intake.calendar)
    asked_for = submission.competent_agency or submission.receiving_agency
    return found if dossier.competent_agency.code == asked_for else replace(found, process=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalBorn:
    """A dossier as the gateway mapped it from the portal's message."""

    portal_code: str
    submission: Submission
    attachments: Sequence[Attachment]
    submitted_at: datetime
    is_verified: bool = True
    note: str = ""
    """What whoever reads the dossier must know of its coming: files the portal named and nobody could get."""


async def receive_from_portal(
    born: PortalBorn, *, by: Caller, work: Work, now: datetime
) -> tuple[str, UUID, Dossier | None]:
    """Keep a portal-born dossier once, however often it comes; return created or repeated and its id."""
    if by.kind is not CallerKind.SERVICE or not by.has_role("portal.intake"):
        raise Forbidden
    await work.dossiers.hold(born.portal_code)
    submission, intake, sent_to = await _going_on(born, work=work, today=now.astimezone(VIETNAM).date())
    if intake.existing_id is not None:
        return "repeated", intake.existing_id, None
    if intake.is_code_ours:
        # Either side goes by the code alone: whose dossier is meant is for people.
        raise Invalid(fields=[("portal_code", "Mã này đã được cấp cho một hồ sơ khác tại đây")])
    procedure = open_procedure(intake)
    require_worked_here(procedure)
    if not procedure.process:
        raise ProcessMissing
    files = {item.id: item for item in born.attachments}
    # A file whose component is not mapped stays with the dossier, for the officer to place.
    known = tuple(item for item in submission.components if item.component_code in procedure.components)
    submission = replace(submission, components=known)
    # The portal has checked completeness by its own rules; what is missing is asked for by the officer.
    lenient = replace(
        procedure,
        components={code: replace(rule, is_mandatory=False) for code, rule in procedure.components.items()},
    )
    components = checked_components(submission, lenient, files, uploaders=by.subjects, files_required=False)
    dossier = new_dossier(submission, procedure, intake, work=work, now=now)
    dossier.origin, dossier.portal_code = "PORTAL", born.portal_code
    dossier.submitted_at, dossier.is_verified = min(born.submitted_at, now), born.is_verified
    work.attachments.add([replace(item, dossier_id=dossier.id) for item in born.attachments])
    dossier.take(files)
    keep_new(
        work,
        dossier,
        replace(submission, components=()),
        components,
        by=by,
        now=now,
        uploaders=by.subjects,
        note="\n".join(filter(None, [born.note, sent_to, _odd_moment(born.submitted_at, now)])),
    )
    keep_evidence(work, dossier, submission, components, files, by=by, now=now)
    owe_for(dossier, intake, submission, by=by, work=work, now=now)
    return "created", dossier.id, dossier


def _odd_moment(said: datetime, now: datetime) -> str:
    """Return a word of a moment of submission that cannot be, or is long ago; blank for a usual one."""
    told = f"Cổng ghi thời điểm nộp {said.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    if said > now + _CLOCKS_APART:
        return f"{told}, sau thời điểm nhận; hồ sơ ghi theo thời điểm nhận."
    if said < now - _LONGEST_ON_THE_ROAD:
        return f"{told}, trước thời điểm nhận {(now - said).days} ngày; cần đối chiếu."
    return ""


async def _going_on(born: PortalBorn, *, work: Work, today: date) -> tuple[Submission, Intake, str]:
    """Return the submission to who goes on for agencies that have ended, and a word of whom it was sent to.

    The portal's own catalogue names an agency for days after it was merged, and who handed in there has the
    portal's receipt. Where nobody or nobody known goes on, the submission stays as it was sent.
    """
    submission, names = born.submission, list[str]()

    async def held_against() -> Intake:
        return await work.catalogue.intake(
            submission.procedure_code,
            submission.agencies,
            [],
            today=today,
            portal_code=born.portal_code,
            calendar_of=submission.receiving_agency,
        )

    sent = intake = await held_against()
    while heirs := _heirs(submission, intake, but=names):
        names += heirs
        submission = replace(
            submission,
            receiving_agency=heirs.get(submission.receiving_agency, submission.receiving_agency),
            competent_agency=heirs.get(submission.competent_agency or "", submission.competent_agency),
        )
        intake = await held_against()
        if not intake.agencies.keys() >= set(submission.agencies):
            return born.submission, sent, ""
    word = f"Công dân chọn cơ quan đã kết thúc hoạt động ({', '.join(names)}) trên Cổng." if names else ""
    return submission, intake, word


def _heirs(submission: Submission, intake: Intake, *, but: Sequence[str]) -> dict[str, str]:
    """Return who goes on for each agency named that has ended; a ring of ends is gone round once."""
    told = {code: intake.succession.ended.get(code, {}).get("continuing") for code in submission.agencies}
    return {code: heir for code, heir in told.items() if heir and code not in but}


async def supplement_from_portal(
    portal_code: str,
    *,
    attachments: Sequence[Attachment],
    note: str,
    by: Caller,
    work: Work,
    now: datetime,
    form_data: Mapping[str, Any] = MappingProxyType({}),
    told_at: Sequence[datetime | None] = (),
    flags: Sequence[Flags] = (),
) -> Dossier:
    """Take what the applicant of a portal-born dossier sent through the portal, where something was asked.

    Answers of the form that come with it are put right in the dossier's own. `told_at` is what was said of
    when it was given, the surest first: whether it was in time goes by that, what the office has to do by
    `now` (ADR 0034). `flags` are those of each file.
    """
    if by.kind is not CallerKind.SERVICE or not by.has_role("portal.intake"):
        raise Forbidden
    dossier, grounds = await work.dossiers.load_by_portal_code(portal_code)
    is_intake = dossier.state is State.INTAKE_SUPPLEMENT
    move = Move.ANSWER_INTAKE_SUPPLEMENT if is_intake else Move.ANSWER_SUPPLEMENT
    asked = dossier.supplements[-1] if dossier.supplements else None
    if asked is None or asked.answered_at is not None:
        raise TransitionRefused.in_state(dossier.state)
    given_at = given_before(now, told_at, asked_at=asked.asked_at)
    if not dossier.can(move):
        is_in_time = given_at is not None and given_at <= asked.answer_by
        is_over = dossier.state in _ENDED_UNANSWERED
        raise AnsweredInTime if is_over and is_in_time else TransitionRefused.in_state(dossier.state)
    until = answered_until(grounds.calendar_in_force, now, work.limits, is_intake=is_intake)
    files = [item.id for item in attachments]
    left = supplements.answer(dossier, move, at=now, office_by=until, files=files, given_at=given_at)
    details = dict(await put_answers_right(dossier, form_data, work=work, now=now))
    details |= await lift_results(dossier, attachments, work=work)
    if given_at is not None:
        details["given_at"] = moment(given_at)
    kept = [replace(item, dossier_id=dossier.id, purpose="SUPPLEMENT") for item in attachments]
    work.attachments.add(kept)
    dossier.take(item.id for item in kept)
    keep_told_answers(work, dossier, list(zip(kept, flags, strict=bool(flags))), by=by, now=now)
    name = "intake_supplement_answered" if is_intake else "supplement_answered"
    record_change(work, dossier, Change(name, left, note=note, details=details), by=by, now=now)
    return dossier
