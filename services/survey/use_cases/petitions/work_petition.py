"""What officers do with petitions at their agency, and who may see them."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Stale
from services.survey.domain.petitions.errors import (
    PetitionAgencyUnknown,
    PetitionNotAllowed,
    PetitionUnknown,
)
from services.survey.domain.petitions.events import petition_event
from services.survey.domain.petitions.petition import Petition
from services.survey.use_cases.petitions.file_petition import contact_of
from services.survey.use_cases.petitions.ports import Act, PetitionWork

OVERSEERS = ("SUPERVISOR", "ADMIN")
"""Roles that read every agency's."""
WORKERS = ("ONE_STOP_MANAGER", "ONE_STOP_OFFICER", "SPECIALIST", "TEAM_LEAD", "SIGNER", "CLERK")
"""Roles that work their own agency's."""
ANSWERERS = ("SIGNER", "ONE_STOP_MANAGER", "TEAM_LEAD")
"""Roles that speak for the agency: refuse, answer, publish."""


def sees_office(by: Caller, asked: str | None) -> str | None:
    """Return whose petitions this officer may list (None: everybody's); raise `PetitionNotAllowed`."""
    if by.kind is CallerKind.STAFF and by.has_role(*OVERSEERS):
        return asked
    if by.kind is not CallerKind.STAFF or not by.agency or not by.has_role(*WORKERS):
        raise PetitionNotAllowed
    if asked not in {None, by.agency}:
        raise PetitionNotAllowed
    return by.agency


async def read_petition(petition_id: UUID, *, by: Caller, work: PetitionWork, now: datetime) -> Petition:
    """Return a petition to its sender or to an officer who may see it, whose reading is logged.

    Anybody else's is unknown: `PetitionUnknown`.
    """
    petition = await work.petitions.find(petition_id)
    if petition is None:
        raise PetitionUnknown
    if by.kind is CallerKind.PERSON and petition.subject in by.subjects:
        return petition
    if by.kind is not CallerKind.STAFF or sees_office(by, None) not in {None, petition.office.code}:
        raise PetitionUnknown
    await work.petitions.log_reading(petition_id, by.subject, now)
    return petition


async def act(
    petition_id: UUID,
    action: str,
    change: Callable[[Petition], Petition],
    *,
    seen: int,
    by: Caller,
    work: PetitionWork,
    now: datetime,
    speaks: bool = False,
    told_as: str = "",
) -> Petition:
    """Change a petition of the own agency as it was seen; tell it as an event when it has a name.

    `speaks`: only who speaks for the agency may. Raises `PetitionUnknown`, `PetitionNotAllowed`, `Stale`, and
    what the change refuses.
    """
    petition = await work.petitions.find(petition_id)
    if petition is None or by.kind is not CallerKind.STAFF or by.agency != petition.office.code:
        raise PetitionUnknown
    if not by.has_role(*(ANSWERERS if speaks else WORKERS)):
        raise PetitionNotAllowed
    if petition.version != seen:
        raise Stale
    changed = change(petition)
    work.petitions.save(changed, Act.of(action, by.subject, now, changed, petition))
    if told_as:
        former = petition.office.code if petition.office != changed.office else None
        event = petition_event(told_as, changed, contact=contact_of(changed, work), at=now, former=former)
        work.record(event)
    return changed


async def forward(
    petition_id: UUID, agency: str, reason: str, *, seen: int, by: Caller, work: PetitionWork, now: datetime
) -> Petition:
    """Send a petition to the agency it belongs to; raise `PetitionAgencyUnknown` and what `act` raises."""
    office = await work.offices.find(agency, now)
    if office is None:
        raise PetitionAgencyUnknown(fields=[("agency", "Không có cơ quan này")])
    calendar = await work.offices.calendar(office.code)
    return await act(
        petition_id,
        "FORWARDED",
        lambda one: one.forwarded(office, reason, by=by.subject, calendar=calendar, now=now),
        seen=seen,
        by=by,
        work=work,
        now=now,
        told_as="forwarded",
    )


async def answer(
    petition_id: UUID, text: str, *, seen: int, by: Caller, work: PetitionWork, now: datetime
) -> Petition:
    """Give the agency's answer; the term of its publication is counted by its calendar."""
    petition = await work.petitions.find(petition_id)
    calendar = await work.offices.calendar(petition.office.code) if petition else None
    return await act(
        petition_id,
        "ANSWERED",
        lambda one: one.answered(text, by=by.subject, calendar=calendar, now=now),
        seen=seen,
        by=by,
        work=work,
        now=now,
        speaks=True,
        told_as="answered",
    )
