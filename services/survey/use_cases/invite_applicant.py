"""Invites the applicant of an ended dossier: one invitation for each dossier and person."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.survey.domain.events import invitation_issued
from services.survey.domain.invitation import Invitation, Named, hash_of
from services.survey.use_cases.ports import Work

_TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedDossier:
    """What survey needs to know of an ended dossier."""

    dossier_id: UUID
    code: str
    agency: Named
    procedure: Named
    subject: str | None
    contact: str | None
    """Sealed for the purpose `contact`; passed on as it is."""


async def invite_applicant(dossier: EndedDossier, *, work: Work, now: datetime) -> None:
    """Issue an invitation, unless this person has one about this dossier."""
    person = _person(dossier, work)
    if await work.invitations.exists(dossier.dossier_id, person):
        return
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    questionnaire = work.questionnaires.valid_on(now.astimezone(VIETNAM).date())
    invitation = Invitation(
        id=new_id(),
        dossier_id=dossier.dossier_id,
        person=person,
        token_hash=hash_of(token),
        questionnaire=questionnaire.code,
        questionnaire_version=questionnaire.version,
        agency=dossier.agency,
        procedure=dossier.procedure,
        issued_at=now,
        expires_at=now + work.terms.lasts,
    )
    work.invitations.add(invitation)
    link = work.seals.seal(f"{work.terms.link_start}{token}", purpose="contact")
    work.record(
        invitation_issued(
            invitation, dossier_code=dossier.code, subject=dossier.subject, contact=dossier.contact, link=link
        )
    )


def _person(dossier: EndedDossier, work: Work) -> bytes:
    """Tell people apart by account, or by how they are reached; without either, one for the dossier."""
    if dossier.subject:
        return work.seals.blind_index(f"subject:{dossier.subject}", purpose="person")
    opened = work.seals.open(dossier.contact, purpose="contact") if dossier.contact else {}
    contact = opened if isinstance(opened, dict) else {}
    known = str(contact.get("phone") or contact.get("email") or "")
    return work.seals.blind_index(f"contact:{known}", purpose="person")
