"""The record of a dossier that ends: how long it is kept is fixed in the commit that ends it."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.dossier.domain.archive.retention import Ended, Ending
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.states import State
from services.dossier.use_cases.archive.ports import Archive

if TYPE_CHECKING:
    from services.dossier.use_cases.ports import Work

ENDINGS = frozenset({"returned", "stopped", "intake_refused", "cancelled", "ended_elsewhere"})
"""Changes that end a dossier for good."""
_ENDS = {
    State.STOPPED: Ending.STOPPED,
    State.INTAKE_REFUSED: Ending.INTAKE_REFUSED,
    State.CANCELLED: Ending.CANCELLED,
}


def fix_retention(archive: Archive, dossier: Dossier, now: datetime) -> None:
    """Queue the record of a dossier that has just ended; nothing for one that goes on."""
    told = ended(dossier, now)
    if told is not None:
        archive.records.fix(dossier, told, archive.rules.of(told))


def ended(dossier: Dossier, now: datetime) -> Ended | None:
    """Return what decides how long an ended dossier is kept; None while somebody still works on it.

    A granted one ends when its result was handed over: until then it can be recalled. What another system
    ended ended when that says.
    """
    end = dossier.elsewhere.end if dossier.elsewhere else None
    # Handing out what another system has ready is not ours to wait for.
    is_ready_there = end is not None and dossier.state is State.RESULT_READY
    if is_ready_there or dossier.state in {State.RETURNED, State.ARCHIVED}:
        is_refused = dossier.result is not None and dossier.result.outcome == "REFUSED"
        ending = Ending.REFUSED if is_refused else Ending.GRANTED
    elif dossier.state in _ENDS:
        ending = _ENDS[dossier.state]
    else:
        return None
    return Ended(
        agency=dossier.competent_agency.code,
        procedure=dossier.procedure_code,
        result=dossier.result.code if dossier.result else "",
        sector=dossier.sector,
        ending=ending,
        ended_on=(end.last_at if end else now).astimezone(VIETNAM).date(),
    )


async def fix_ended(after: UUID, most: int, work: "Work") -> tuple[UUID | None, int]:
    """Queue records of dossiers that ended before there were any; return where to go on, and how many."""
    found = await work.archive.records.missing(after, most)
    for dossier_id in found:
        dossier, _ = await work.dossiers.load(dossier_id)
        fix_retention(work.archive, dossier, _ended_at(dossier))
    return (found[-1] if len(found) == most else None), len(found)


def _ended_at(dossier: Dossier) -> datetime:
    """Return when a dossier of before ended: handed over, else ended, else handed in."""
    delivered = (dossier.delivery or {}).get("at")
    if isinstance(delivered, str):
        return datetime.fromisoformat(delivered)
    return dossier.ended_at or dossier.submitted_at
