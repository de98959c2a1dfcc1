"""At reception: who stands there and what the procedure asks; what one visit brought; a smart kiosk."""

from asyncio import to_thread
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.intake.identifiers import identity_faults, is_own_number
from services.dossier.domain.papers import local_text
from services.dossier.use_cases.intake.evidence import keep_evidence
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.results.reuse import bind_results
from services.dossier.use_cases.secrets import person_index
from services.dossier.use_cases.submission import (
    Submission,
    checked_components,
    require_authority,
    require_identities,
)
from services.dossier.use_cases.submit_dossier import (
    keep_new,
    new_dossier,
    open_procedure,
    owe_for,
    owner_index_of,
    require_right_answers,
    require_worked_here,
    warn_of_duplicates,
)


@dataclass(frozen=True, slots=True)
class LookUp:
    """What an officer needs to begin."""

    person: Mapping[str, Any] | None
    procedure: Procedure
    duplicates: list[Mapping[str, Any]]


def require_one_stop(by: Caller) -> None:
    """Raise `Forbidden` for whoever does not sit at a one-stop counter."""
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER"):
        raise Forbidden


async def look_up(
    person: Mapping[str, Any], procedure_code: str, *, by: Caller, work: Work, now: datetime
) -> LookUp:
    """Return the person as last known at this agency, what the procedure asks today, what is open already.

    Nothing of other agencies' dossiers but that they are open; the reading is logged.
    """
    require_one_stop(by)
    today = now.astimezone(VIETNAM).date()
    faults = identity_faults(person, today, "person")
    if faults:
        raise Invalid(fields=[(path.removeprefix("person."), said) for path, said in faults])
    index = person_index(work.seals, person)
    intake = await work.catalogue.intake(procedure_code, [by.agency], [], today=today, owner_index=index)
    procedure = open_procedure(intake)
    sealed = await work.ways_in.persons.last_known(index or b"", by.agency)
    known: Mapping[str, Any] | None = None
    if sealed is not None:
        opened = work.seals.open(sealed, purpose="parties")
        known = opened.get("owner") if isinstance(opened, dict) else None
    # Who asks about somebody is kept, whatever is known of them: what is open elsewhere is told too.
    await log_reading(work, by, "person", None, None, now, person=index)
    return LookUp(known, procedure, list(intake.duplicates))


async def read_visit(visit_id: UUID, *, by: Caller, work: Work, now: datetime) -> list[Any]:
    """Return the dossiers of one visit at the officer's own agency; names are logged."""
    require_one_stop(by)
    rows = await work.ways_in.visits.dossiers(visit_id, by.agency)
    if not rows:
        raise NotFound
    await log_reading(work, by, "visit", None, visit_id, now, shown=(row["id"] for row in rows))
    return rows


async def visit_slip(visit_id: UUID, *, by: Caller, work: Work, now: datetime) -> bytes:
    """Return one slip for all dossiers of a visit; each has its own receipt with its own look-up secret."""
    rows = await read_visit(visit_id, by=by, work=work, now=now)
    content = {
        "title": "Phiếu tổng hợp hồ sơ đã tiếp nhận",
        "agency": rows[0]["agencies"]["receiving"]["name"],
        "printed_at": local_text(now),
        "officer": by.name,
        "look_up": work.policy.public_url,
        "dossiers": [
            {
                "code": row["dossier_code"] or row["reference"],
                "procedure": row["procedure_name"],
                "owner": row["owner_name"],
                "due_at": local_text(row["due_at"]),
            }
            for row in rows
        ],
    }
    await work.rest()
    return await to_thread(work.ways_in.print_visit, content)


async def submit_at_kiosk(
    submission: Submission, *, checked_number: str, by: Caller, work: Work, now: datetime
) -> Dossier:
    """Keep what a person handed in at a smart kiosk, whose reader vouches for them; its place helps."""
    kiosk = submission.kiosk or {}
    if by.kind is not CallerKind.SERVICE or not by.has_role("kiosk.intake"):
        raise Forbidden
    today = now.astimezone(VIETNAM).date()
    intake = await work.catalogue.intake(
        submission.procedure_code,
        [*submission.agencies, str(kiosk["agency"])],
        submission.attachment_ids,
        today=today,
        calendar_of=submission.receiving_agency,
        owner_index=owner_index_of(work, submission),
    )
    procedure = open_procedure(intake)
    require_worked_here(procedure)
    require_identities(submission, today)
    require_authority(submission, today)
    _require_checked(submission, checked_number)
    require_right_answers(intake, submission)
    components = checked_components(
        submission, procedure, intake.attachments, uploaders=by.subjects, files_required=True
    )
    dossier = new_dossier(submission, procedure, intake, work=work, now=now)
    await bind_results(dossier, submission, by=by, work=work, now=now)
    helping = intake.agencies.get(str(kiosk["agency"]))
    if helping is None:
        raise Invalid(fields=[("kiosk.agency", "Không có cơ quan này")])
    dossier.helping_agency, dossier.is_verified = helping, True
    warn_of_duplicates(dossier, intake, names_them=True)
    keep_new(work, dossier, submission, components, by=by, now=now, uploaders=by.subjects)
    keep_evidence(work, dossier, submission, components, intake.attachments, by=by, now=now)
    owe_for(dossier, intake, submission, by=by, work=work, now=now)
    return dossier


def _require_checked(submission: Submission, checked_number: str) -> None:
    """Raise `Invalid` unless the card that was read is the owner's or the representative's."""
    parties = (submission.owner, submission.representative or {})
    if not any(is_own_number(one, checked_number) for one in parties):
        raise Invalid(
            fields=[("checked_identity_number", "Không phải giấy tờ của chủ hồ sơ hay người đại diện")]
        )
    if submission.representative is None:
        return
    if is_own_number(submission.owner, checked_number):
        raise Invalid(fields=[("representative", "Chủ hồ sơ tự nộp thì không ghi người đại diện")])


def at_kiosk(submission: Submission, kiosk: Mapping[str, Any]) -> Submission:
    """Return the submission as this kiosk's."""
    return replace(submission, kiosk=kiosk)
