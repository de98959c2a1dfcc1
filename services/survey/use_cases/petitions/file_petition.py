"""Filing a petition: signed in, with a telephone number alone, or on the national portal."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.survey.domain.invitation import hash_of
from services.survey.domain.petitions.errors import PetitionAgencyUnknown, TooManyPetitions
from services.survey.domain.petitions.events import petition_event
from services.survey.domain.petitions.petition import Petition, PetitionStage
from services.survey.use_cases.petitions.ports import Act, PetitionWork

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LETTERS, _REFERENCE_LETTERS = 16, 8
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What somebody sends: who they are and what they say."""

    agency: str
    title: str
    text: str
    sender: dict[str, str]
    """Name, address, phone, email."""
    dossier_code: str = ""
    subject: str | None = None
    portal_id: str | None = None
    is_secret: bool = False
    beside: str = ""
    """What the portal says besides the sender's words."""


async def file_petition(filed: Filed, *, work: PetitionWork, now: datetime) -> tuple[Petition, str]:
    """Keep a petition; return it with its look-up code, which is told this once and kept as its hash.

    One to an agency that ended is received by who goes on for it.
    Raises `TooManyPetitions` past the day's number of one account or telephone, `PetitionAgencyUnknown`.
    One of the portal's that is here already is returned without a code, with what its sender said since.
    """
    if filed.portal_id is not None:
        kept = await work.petitions.by_portal(filed.portal_id)
        if kept is not None:
            return await _with_what_is_new(kept, filed, work, now), ""
    office = await work.offices.receiving(filed.agency, now)
    if office is None:
        raise PetitionAgencyUnknown(fields=[("agency", "Không có cơ quan này")])
    sender = await _within_bounds(filed, work, now)
    code = _random(_CODE_LETTERS) if filed.portal_id is None else ""
    new = Petition(
        id=new_id(),
        reference=f"PA-{now.astimezone(VIETNAM):%y%m%d}-{_random(_REFERENCE_LETTERS)}",
        source="HERE" if filed.portal_id is None else "PORTAL",
        portal_id=filed.portal_id,
        kind=None,
        stage=PetitionStage.RECEIVED,
        office=office,
        been_at=(office.code,),
        subject=filed.subject,
        sender=sender,
        code_hash=hash_of(code) if code else None,
        dossier_code=filed.dossier_code,
        received_at=now,
        arrived_at=now,
        due_at=None,
        answer_due_at=None,
        is_secret=filed.is_secret,
        words={
            "title": filed.title,
            "text": filed.text,
            "sender": filed.sender,
            "said": [],
            "beside": filed.beside,
        },
    )
    petition = new.arrived(await work.offices.calendar(office.code), now)
    work.petitions.add(petition, Act.of("FILED", filed.subject or "", now, petition))
    work.record(petition_event("received", petition, contact=contact_of(petition, work), at=now))
    return petition, code


async def _with_what_is_new(kept: Petition, filed: Filed, work: PetitionWork, now: datetime) -> Petition:
    shown = kept.beside(filed.beside)
    calendar = await work.offices.calendar(kept.office.code)
    changed = shown.listed_again(filed.title, filed.text, filed.sender, calendar=calendar, now=now)
    if changed is not None:
        work.petitions.save(changed, Act.of("INFORMED", "", now, changed, kept))
        work.record(petition_event("informed", changed, contact=None, at=now))
    elif shown != kept:
        work.petitions.show(shown)
    return changed or shown


async def _within_bounds(filed: Filed, work: PetitionWork, now: datetime) -> bytes | None:
    """Return by what a sender is counted: the account, else the telephone; the portal counts its own."""
    if filed.portal_id is not None:
        return None
    known = f"subject:{filed.subject}" if filed.subject else f"phone:{filed.sender['phone'][-9:]}"
    sender = work.seals.blind_index(known, purpose="petition sender")
    if await work.petitions.sent_since(sender, now - DAY) >= work.most_petitions_a_day:
        raise TooManyPetitions
    return sender


def contact_of(petition: Petition, work: PetitionWork) -> str | None:
    """Return how the sender is reached, sealed for whoever writes to people; none for the portal's."""
    sender: dict[str, Any] = petition.words.get("sender", {})
    if petition.portal_id is not None or not (sender.get("phone") or sender.get("email")):
        return None
    contact = {"name": sender.get("name"), "phone": sender.get("phone"), "email": sender.get("email") or None}
    return work.seals.seal(contact, purpose="contact")


def _random(letters: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(letters))
