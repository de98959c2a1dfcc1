"""What a sender does: look a petition up by reference and code, complete it, rate the answer."""

import hmac
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Stale
from services.survey.domain.invitation import hash_of
from services.survey.domain.petitions.errors import PetitionUnknown
from services.survey.domain.petitions.events import petition_event
from services.survey.domain.petitions.petition import Petition
from services.survey.use_cases.petitions.ports import Act, PetitionWork

_NOBODY = hash_of("")


async def look_up(reference: str, code: str, *, work: PetitionWork) -> Petition:
    """Return the petition of a reference and its code; unknown and wrong are the same `PetitionUnknown`.

    A code has 80 random bits: it is not guessed, however often somebody tries.
    """
    petition = await work.petitions.by_reference("".join(reference.split()).upper())
    kept = (petition.code_hash if petition else None) or _NOBODY
    given = hash_of("".join(code.replace("-", "").split()).upper())
    if not hmac.compare_digest(kept, given) or petition is None or petition.code_hash is None:
        raise PetitionUnknown
    return petition


async def own(petition_id: UUID, by: Caller, *, work: PetitionWork) -> Petition:
    """Return a petition the caller sent; anybody else's is unknown."""
    petition = await work.petitions.find(petition_id)
    if petition is None or petition.subject not in by.subjects:
        raise PetitionUnknown
    return petition


async def inform(petition: Petition, text: str, *, seen: int, work: PetitionWork, now: datetime) -> Petition:
    """Add what the agency asked for; raise `PetitionState` when nothing was asked, `Stale`."""
    _check_seen(petition, seen)
    calendar = await work.offices.calendar(petition.office.code)
    changed = petition.informed(text, calendar=calendar, now=now)
    work.petitions.save(changed, Act.of("INFORMED", petition.subject or "", now, changed, petition))
    work.record(petition_event("informed", changed, contact=None, at=now))
    return changed


async def rate(
    petition: Petition, *, is_satisfied: bool, again: str, seen: int, work: PetitionWork, now: datetime
) -> Petition:
    """Keep whether the answer satisfied; with words of one who is not, it begins again."""
    _check_seen(petition, seen)
    calendar = await work.offices.calendar(petition.office.code)
    changed = petition.rated(is_satisfied=is_satisfied, again=again, calendar=calendar, now=now)
    work.petitions.save(changed, _rated(petition, changed, again, now))
    if again:
        work.record(petition_event("informed", changed, contact=None, at=now))
    return changed


def _rated(before: Petition, after: Petition, again: str, now: datetime) -> Act:
    return Act.of("RAISED_AGAIN" if again else "RATED", before.subject or "", now, after, before)


def _check_seen(petition: Petition, seen: int) -> None:
    if petition.version != seen:
        raise Stale
