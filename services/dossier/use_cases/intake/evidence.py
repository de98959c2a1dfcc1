"""Evidence kept with what it proves; consultations of databases recorded by officers; read by who may see."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.intake.evidence import RESULT_OF_DOSSIER, Evidence, EvidenceKind, Flags
from services.dossier.domain.intake.personal_papers import STORE
from services.dossier.domain.standing import is_colleague, require_sight
from services.dossier.use_cases.ports import Attachment, SubmittedComponent, Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.secrets import identity_index
from services.dossier.use_cases.submission import Submission

_NAMED = frozenset({"store", "procedure", "component"})
"""Told by the evidence's own columns and the dossier."""
PORTAL = "NATIONAL_PORTAL"
_DIGITISED_BY = {
    CallerKind.PERSON: "UPLOADED_BY_APPLICANT",
    CallerKind.STAFF: "SCANNED_AT_RECEPTION",
    CallerKind.SERVICE: PORTAL,
}


def keep_evidence(
    work: Work,
    dossier: Dossier,
    submission: Submission,
    components: Sequence[SubmittedComponent],
    files: Mapping[UUID, Attachment],
    *,
    by: Caller,
    now: datetime,
) -> None:
    """Queue what this submission itself shows; nothing is inferred later from what would look well."""
    found: list[Evidence] = []

    def saw(kind: EvidenceKind, source: str, component: str = "", details: Any = None) -> None:
        found.append(
            Evidence(
                dossier_id=dossier.id,
                kind=kind,
                source=source,
                at=now,
                by=by.subject,
                component_code=component,
                details=details or {},
            )
        )

    if dossier.is_verified:
        saw(EvidenceKind.ACCOUNT_VERIFIED, _verified_by(by, submission), details={"assurance": by.assurance})
    for item in components:
        kept = [files[one] for one in item.attachment_ids if one in files]
        if item.is_digitised and kept:
            contents = [{"attachment_id": str(one.id), "sha256": one.sha256.hex()} for one in kept]
            source = "KIOSK" if submission.kiosk else _DIGITISED_BY[by.kind]
            saw(EvidenceKind.COMPONENT_DIGITISED, source, item.component_code, {"files": contents})
    _saw_reuse(submission, components, files, by, saw)
    for one in submission.consultations:
        told = {name: str(value) for name, value in one.items() if value and name != "component_code"}
        saw(
            EvidenceKind.DATABASE_CONSULTED,
            str(one["database"]),
            str(one.get("component_code") or ""),
            **told,
        )
    if (claim := submission.exemption) and claim.paper:
        saw(EvidenceKind.EXEMPTION_SHOWN, "PAPER_SHOWN", details={"paper": claim.paper})
    if claim and claim.attachment_id and (shown := files.get(claim.attachment_id)):
        content = {"attachment_id": str(shown.id), "sha256": shown.sha256.hex()}
        saw(EvidenceKind.EXEMPTION_SHOWN, _DIGITISED_BY[by.kind], details={"files": [content]})
    work.ways_in.evidence.add(found)


def _verified_by(by: Caller, submission: Submission) -> str:
    if submission.kiosk:
        return str(submission.kiosk["identity_check"])
    return PORTAL if by.kind is CallerKind.SERVICE else by.assurance or "IDENTITY_PROVIDER"


def taking_told(file: Attachment) -> dict[str, Any]:
    """Return what evidence says of a file taken from the personal store: which file, by whose consent."""
    told = {name: value for name, value in (file.taken or {}).items() if value and name not in _NAMED}
    return {"attachment_id": str(file.id), **told}


def _saw_reuse(
    submission: Submission,
    components: Sequence[SubmittedComponent],
    files: Mapping[UUID, Attachment],
    by: Caller,
    saw: Any,
) -> None:
    named = {one.component_code: one.reused_from or {} for one in submission.components}
    for item in components:
        reused = named.get(item.component_code) or {}
        told = {name: value for name, value in reused.items() if value and name != "kind"}
        if item.reuse:
            default = RESULT_OF_DOSSIER if item.reuse > 1 else PORTAL
            source = str(reused.get("kind") or default)
            saw(EvidenceKind.COMPONENT_REUSED, source, item.component_code, told)
        taken = [files[one] for one in item.attachment_ids if one in files and files[one].taken is not None]
        for one in taken:
            saw(EvidenceKind.FROM_PERSONAL_STORE, STORE, item.component_code, taking_told(one))
        if item.is_from_personal_store and not taken:
            source = PORTAL if by.kind is CallerKind.SERVICE else "PERSONAL_STORE"
            saw(EvidenceKind.FROM_PERSONAL_STORE, source, item.component_code, told)


def keep_taken_answers(
    work: Work, dossier: Dossier, files: Iterable[Attachment], *, by: Caller, now: datetime
) -> None:
    """Queue that files of an answer to a supplement request came from the personal store."""
    work.ways_in.evidence.add(
        [
            Evidence(
                dossier_id=dossier.id,
                kind=EvidenceKind.FROM_PERSONAL_STORE,
                source=STORE,
                at=now,
                by=by.subject,
                component_code=file.component_code,
                details=taking_told(file),
            )
            for file in files
            if file.taken is not None
        ]
    )


def keep_told_answers(
    work: Work, dossier: Dossier, files: Iterable[tuple[Attachment, Flags]], *, by: Caller, now: datetime
) -> None:
    """Queue what the portal says of each file of an answer: digitised, reused, from the personal store."""
    work.ways_in.evidence.add(
        [
            Evidence(
                dossier_id=dossier.id,
                kind=kind,
                source=source,
                at=now,
                by=by.subject,
                component_code=file.component_code,
                details={"files": [{"attachment_id": str(file.id), "sha256": file.sha256.hex()}]},
            )
            for file, flags in files
            for kind, source, is_told in (
                (EvidenceKind.COMPONENT_DIGITISED, PORTAL, flags.is_digitised),
                (EvidenceKind.COMPONENT_REUSED, PORTAL, flags.reuse == 1),
                (EvidenceKind.COMPONENT_REUSED, RESULT_OF_DOSSIER, flags.reuse > 1),
                (EvidenceKind.FROM_PERSONAL_STORE, PORTAL, flags.is_from_personal_store),
            )
            if is_told
        ]
    )


async def record_consultation(
    dossier_id: UUID, consultation: Mapping[str, Any], *, by: Caller, work: Work, now: datetime
) -> Evidence:
    """Keep that an officer asked a shared database, and what it answered, instead of asking the citizen."""
    dossier, grounds = await work.dossiers.load(dossier_id)
    require_sight(dossier, by, identity_index(work.seals, by.identity_number))
    if by.kind is not CallerKind.STAFF or not is_colleague(dossier, by):
        raise Forbidden
    component = str(consultation.get("component_code") or "")
    if component and component not in grounds.procedure.components:
        raise Invalid(fields=[("component_code", "Thủ tục không có thành phần này")])
    told = {name: str(value) for name, value in consultation.items() if value and name != "component_code"}
    seen = Evidence(
        dossier_id=dossier_id,
        kind=EvidenceKind.DATABASE_CONSULTED,
        source=str(consultation["database"]),
        at=now,
        by=by.subject,
        component_code=component,
        details=told,
    )
    await work.ways_in.evidence.hold(dossier_id)
    work.ways_in.evidence.add([seen])
    return seen


async def read_evidence(dossier_id: UUID, *, by: Caller, work: Work, now: datetime) -> list[Evidence]:
    """Return a dossier's evidence to its parties and to who works it; officers' readings are logged."""
    dossier, _ = await work.dossiers.load(dossier_id)
    require_sight(dossier, by, identity_index(work.seals, by.identity_number))
    if by.kind is CallerKind.STAFF:
        await log_reading(work, by, "evidence", dossier_id, None, now)
    return await work.ways_in.evidence.of(dossier_id)
