"""What officers do with petitions at their agency, and who may see them."""

from collections.abc import Callable, Sequence
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


async def sees_offices(
    by: Caller, asked: str | None, work: PetitionWork, now: datetime
) -> Sequence[str] | None:
    """Return whose petitions this officer may list (None: everybody's); raise `PetitionNotAllowed`.

    Those of an agency that ended are worked by who goes on for it.
    """
    if by.kind is CallerKind.STAFF and by.has_role(*OVERSEERS):
        return [asked] if asked else None
    if by.kind is not CallerKind.STAFF or not by.agency or not by.has_role(*WORKERS):
        raise PetitionNotAllowed
    kept = await work.offices.kept_by(by.agency, now)
    if asked is None:
        return kept
    if asked not in kept:
        raise PetitionNotAllowed
    return [asked]


async def read_petition(petition_id: UUID, *, by: Caller, work: PetitionWork, now: datetime) -> Petition:
    """Return a petition to its sender or to an officer who may see it, whose reading is logged.

    Anybody else's is unknown: `PetitionUnknown`.
    """
    petition = await work.petitions.find(petition_id)
    if petition is None:
        raise PetitionUnknown
    if by.kind is CallerKind.PERSON and petition.subject in by.subjects:
        return petition
    if by.kind is not CallerKind.STAFF:
        raise PetitionUnknown
    offices = await sees_offices(by, None, work, now)
    if offices is not None and petition.office.code not in offices:
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

    One of an agency that ended is taken on by who goes on for it: what is said from now on is said by an
    agency there is. `speaks`: only who speaks for the agency may. Raises `PetitionUnknown`,
    `PetitionNotAllowed`, `Stale`, and what the change refuses.
    """
    petition = await work.petitions.find(petition_id)
    if petition is None or by.kind is not CallerKind.STAFF or not by.agency:
        raise PetitionUnknown
    if petition.office.code != by.agency:
        own = await work.offices.find(by.agency, now)
        if own is None or petition.office.code not in await work.offices.kept_by(by.agency, now):
            raise PetitionUnknown
        petition = petition.taken_on(own)
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
    """Send a petition to the agency it belongs to, or who goes on for that.

    Raises `PetitionAgencyUnknown` and what `act` raises.
    """
    office = await work.offices.receiving(agency, now)
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
