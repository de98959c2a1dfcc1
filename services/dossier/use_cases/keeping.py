"""What a caller works on: their agency's own, and what it keeps for agencies that ended."""

from collections.abc import Iterable
from datetime import datetime

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from services.dossier.domain.keepers import Keepers, Reach, Sight
from services.dossier.domain.standing import is_supervisor
from services.dossier.use_cases.ports import Work


async def keepers_on(work: Work, now: datetime) -> Keepers:
    """Return who keeps what, today."""
    return await work.archive.records.keepers(now.astimezone(VIETNAM).date())


async def kept_by(by: Caller, work: Work, now: datetime) -> list[Reach]:
    """Return what the caller's agency keeps."""
    return (await keepers_on(work, now)).reaches(by.agency)


async def books_of(by: Caller, work: Work, now: datetime, procedure: str = "") -> list[str]:
    """Return the agencies whose lists, books and money the caller's goes on with, its own among them.

    `procedure`: those that are a procedure's, as the book of certified copies.
    """
    return [one.agency for one in await kept_by(by, work, now) if one.has(procedure)]


async def standing(by: Caller, agency: str, work: Work, now: datetime, procedure: str = "") -> Caller:
    """Return the caller as one of an agency theirs goes on for; a stranger to what others go on with."""
    return (await keepers_on(work, now)).standing(by, agency, procedure)


async def oversees(by: Caller, parts: Iterable[tuple[str, str]], work: Work, now: datetime) -> bool:
    """Tell whether a supervisor knows of any of these, an agency and a procedure each, as their figures do.

    The province's own know of all. Without a procedure it is asked of the agency's books.
    """
    if not is_supervisor(by) or not by.agency:
        return False
    sight = await sight_over(by, work, now)
    return sight is None or any(sight.has(agency, procedure) for agency, procedure in parts)


async def sight_over(by: Caller, work: Work, now: datetime) -> Sight | None:
    """Return what the caller's agency knows of; None for the province's own, who know of all."""
    if await work.views.is_provincial(by.agency):
        return None
    return (await keepers_on(work, now)).sight(by.agency)
