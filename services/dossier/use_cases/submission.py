"""What is handed in, whichever way it comes, and whether its components are complete and the sender's own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kernel.core.errors import Invalid
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.intake.authority import needs_paper, paper_faults
from services.dossier.domain.intake.evidence import RESULT_OF_DOSSIER
from services.dossier.domain.intake.identifiers import identity_faults, owner_faults
from services.dossier.domain.intake.personal_papers import require_usable
from services.dossier.use_cases.ports import Attachment, SubmittedComponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One component as the sender names it."""

    component_code: str
    attachment_ids: tuple[UUID, ...] = ()
    form: str = "electronic"
    is_digitised: bool = False
    reuse: int = 0
    is_from_personal_store: bool = False
    reused_from: Mapping[str, Any] | None = None
    """Where an officer found it instead of asking for it: kind, source, reference."""


@dataclass(frozen=True, slots=True)
class ExemptionClaim:
    """The exemption the sender claims, and the uploaded document that shows it, a component's or its own.

    At a counter the paper may be shown instead, and the officer may decide at once (`verdict`).
    """

    category: str
    attachment_id: UUID | None
    paper: str = ""
    verdict: "Verdict | None" = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the one-stop unit says of a claim; a refusal has its reason."""

    confirmed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is handed in, whichever way it comes."""

    procedure_code: str
    channel: str
    owner: Mapping[str, Any]
    representative: Mapping[str, Any] | None
    receiving_agency: str
    competent_agency: str | None = None
    components: Sequence[Handed] = ()
    form_data: Mapping[str, Any] | None = None
    result_delivery: str = "COUNTER"
    helper: Mapping[str, Any] | None = None
    postal: Mapping[str, Any] | None = None
    kiosk: Mapping[str, Any] | None = None
    visit_id: UUID | None = None
    authorization_id: UUID | None = None
    is_authority_kept: bool = False
    """One paper authorises for many dossiers and is kept once, elsewhere; scope and validity still count."""
    consultations: Sequence[Mapping[str, Any]] = ()
    exemption: ExemptionClaim | None = None

    @property
    def attachment_ids(self) -> list[UUID]:
        """Every file named, in order."""
        found = [one for component in self.components for one in component.attachment_ids]
        authorization = (self.representative or {}).get("authorization_attachment_id")
        own = [authorization, self.exemption.attachment_id if self.exemption else None]
        return list(dict.fromkeys([*found, *(one for one in own if one)]))

    @property
    def brought(self) -> dict[str, Any]:
        """How it came, without names: those are sealed with the parties."""
        postal, kiosk = self.postal or {}, self.kiosk or {}
        found = {
            "helper": (self.helper or {}).get("relation"),
            "tracking_number": postal.get("tracking_number"),
            "postmarked_on": str(postal["postmarked_on"]) if postal else None,
            "kiosk": kiosk.get("code"),
            "visit_id": str(self.visit_id) if self.visit_id else None,
            "authorization_id": str(self.authorization_id) if self.authorization_id else None,
            "authorized_until": self.authorized_until,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def authorized_until(self) -> str | None:
        """Until when a paper lets the submitter act; None where no paper does."""
        until = (self.representative or {}).get("valid_until")
        is_paper = needs_paper(self.owner, self.representative) and self.authorization_id is None
        return str(until) if is_paper and until else None

    @property
    def agencies(self) -> list[str]:
        """Every agency named."""
        return [self.receiving_agency, self.competent_agency or self.receiving_agency]


def checked_components(
    submission: Submission,
    procedure: Procedure,
    attachments: Mapping[UUID, Attachment],
    *,
    uploaders: Collection[str],
    files_required: bool,
) -> list[SubmittedComponent]:
    """Return the components if nothing mandatory is missing and every file is free and the sender's own."""
    faults: list[tuple[str, str]] = []
    found: list[SubmittedComponent] = []
    seen: set[UUID] = set()
    for place, handed in enumerate(submission.components):
        rule = procedure.components.get(handed.component_code)
        if rule is None:
            faults.append((f"components.{place}.component_code", "Thủ tục không có thành phần này"))
            continue
        reused = handed.reused_from or {}
        if rule.is_mandatory and files_required and not handed.attachment_ids and not reused:
            faults.append((f"components.{place}.attachment_ids", "Thành phần bắt buộc phải có tệp"))
        for index, one in enumerate(handed.attachment_ids):
            path = f"components.{place}.attachment_ids.{index}"
            faults += _file_faults(
                path, one, attachments, rule.allowed_types, rule.max_bytes, uploaders, seen
            )
            seen.add(one)
        found.append(
            SubmittedComponent(
                component_code=rule.code,
                name=rule.name,
                form=handed.form,
                attachment_ids=handed.attachment_ids,
                is_digitised=handed.is_digitised or bool(handed.attachment_ids),
                reuse=handed.reuse or _reuse(reused),
                is_from_personal_store=handed.is_from_personal_store
                or reused.get("kind") == "PERSONAL_STORE"
                or _has_taken(handed, attachments),
            )
        )
    given = {handed.component_code for handed in submission.components}
    faults += [
        ("components", f"Thiếu thành phần bắt buộc: {rule.name}")
        for rule in procedure.components.values()
        if rule.is_mandatory and rule.code not in given
    ]
    authorization = (submission.representative or {}).get("authorization_attachment_id")
    if authorization and not _is_free(attachments.get(authorization), uploaders):
        faults.append(("representative.authorization_attachment_id", "Không có tệp này"))
    claim = submission.exemption
    if claim and claim.attachment_id and not _is_free(attachments.get(claim.attachment_id), uploaders):
        faults.append(("exemption_claim.attachment_id", "Không có tệp này"))
    if faults:
        raise Invalid(fields=faults)
    return found


def _has_taken(handed: Handed, attachments: Mapping[UUID, Attachment]) -> bool:
    """Tell whether one of a component's files was taken from the sender's personal store by the platform."""
    return any(one in attachments and attachments[one].taken is not None for one in handed.attachment_ids)


def require_taken_usable(submission: Submission, attachments: Mapping[UUID, Attachment], today: date) -> None:
    """Raise what stands against the files among these that were taken from the sender's personal store."""
    named = [
        (f"components.{place}.attachment_ids.{index}", handed.component_code, attachments[one].taken)
        for place, handed in enumerate(submission.components)
        for index, one in enumerate(handed.attachment_ids)
        if one in attachments
    ]
    beside = {
        "representative.authorization_attachment_id": (submission.representative or {}).get(
            "authorization_attachment_id"
        ),
        "exemption_claim.attachment_id": submission.exemption.attachment_id if submission.exemption else None,
    }
    named += [
        (path, "", attachments[one].taken)
        for path, one in beside.items()
        if one is not None and one in attachments
    ]
    require_usable(named, submission.procedure_code, today)


def require_identities(submission: Submission, today: date) -> None:
    """Raise `Invalid` where a party's number is not of the form its kind has, or the owner has none."""
    parties = {
        "representative": submission.representative,
        "helper": submission.helper,
    }
    faults = [
        fault
        for path, person in parties.items()
        if person is not None
        for fault in identity_faults(person, today, path)
    ]
    is_alone = submission.owner.get("identity_type") == "NEWBORN" and submission.representative is None
    if is_alone:
        faults.append(("representative", "Hồ sơ của trẻ cần người đi làm thủ tục thay"))
    own = owner_faults(submission.owner, submission.representative, today)
    faults = [one for one in own if not (is_alone and one[0].startswith("representative."))] + faults
    if faults:
        raise Invalid(fields=faults)


def require_authority(submission: Submission, today: date) -> None:
    """Raise `Invalid` where somebody acts for the owner without a recorded or shown authorisation; T1.

    Scope and validity belong to it (domain: reception); a recorded one is looked up by whoever calls this.
    """
    representative = submission.representative
    if representative is None or not needs_paper(submission.owner, representative):
        return
    if submission.authorization_id is not None:
        return
    faults = paper_faults(representative, today)
    if submission.is_authority_kept:
        faults = [fault for fault in faults if not fault[0].endswith("authorization_attachment_id")]
    if faults:
        raise Invalid("Làm thay người khác cần văn bản ủy quyền.", fields=faults)


def _reuse(reused: Mapping[str, Any]) -> int:
    """Return the portal's number: 2 the result of another dossier, 1 taken from elsewhere, 0 not reused."""
    if not reused:
        return 0
    return 2 if reused.get("kind") == RESULT_OF_DOSSIER else 1


def _file_faults(
    path: str,
    one: UUID,
    attachments: Mapping[UUID, Attachment],
    allowed_types: frozenset[str],
    max_bytes: int,
    uploaders: Collection[str],
    seen: set[UUID],
) -> list[tuple[str, str]]:
    attachment = attachments.get(one)
    if attachment is None or not _is_free(attachment, uploaders):
        return [(path, "Không có tệp này")]
    if one in seen:
        return [(path, "Tệp được nêu hai lần")]
    if attachment.media_type not in allowed_types:
        return [(path, "Loại tệp không được chấp nhận cho thành phần này")]
    if attachment.size > max_bytes:
        return [(path, "Tệp quá lớn cho thành phần này")]
    return []


def _is_free(attachment: Attachment | None, uploaders: Collection[str]) -> bool:
    return attachment is not None and attachment.is_free_of(uploaders)
