"""Loads a dossier for somebody: the version they saw, the right to act."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, NotFound, Stale
from services.dossier.domain.actions import Action, may, require
from services.dossier.domain.deadlines import step_due
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.limits import Limits
from services.dossier.domain.situation import Situation
from services.dossier.domain.standing import require_sight
from services.dossier.domain.ways import require_way
from services.dossier.domain.workflow import DueOf
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.secrets import identity_index


async def open_for(
    action: Action,
    dossier_id: UUID,
    *,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
    way: str | None = None,
) -> tuple[Dossier, Grounds]:
    """Return the dossier if this caller may do this now, this way, and saw its present version.

    Sight comes first (404), then the version (412), then state and right, then what else stands against it:
    a caller who saw an old version learns that before being told that the state is wrong.
    """
    dossier, grounds = await work.dossiers.load(dossier_id)
    await allow(action, dossier, by=by, seen=seen, work=work, now=now)
    require_way(action, dossier, by, situation_of(grounds, work.limits, now), way)
    return dossier, grounds


def situation_of(grounds: Grounds, limits: Limits, now: datetime) -> Situation:
    """Return what the guards ask beside the dossier, as far as it was read with it."""
    return Situation(
        now=now,
        limits=limits,
        procedure=grounds.procedure,
        process=grounds.process,
        calendar=grounds.calendar,
        account=grounds.account,
    )


async def allow(
    action: Action, dossier: Dossier, *, by: Caller, seen: int, work: Work, now: datetime
) -> None:
    """Raise what stands against this caller doing this now, in their own place or another's.

    The directory is asked only when one's own roles do not do: whoever acts for nobody pays nothing.
    """
    try:
        check(action, dossier, by=by, seen=seen, work=work)
    except (Forbidden, NotFound):
        if by.kind is not CallerKind.STAFF:
            raise
        for mandate in await work.catalogue.mandates(by.subject, now.astimezone(VIETNAM).date()):
            dossier.acting = mandate
            if dossier.version == seen and may(action, dossier, by):
                return
        dossier.acting = None
        raise


def check(action: Action, dossier: Dossier, *, by: Caller, seen: int, work: Work) -> None:
    """Raise what stands against this caller doing this now."""
    index = identity_index(work.seals, by.identity_number)
    if dossier.version != seen:
        require_sight(dossier, by, index)
        raise Stale
    require(action, dossier, by, index)


async def with_last_correction(found: Situation, dossier: Dossier, work: Work) -> Situation:
    """Return a situation that knows the dossier which corrects this one's result, where there is one."""
    if not dossier.corrections:
        return found
    linked = await work.dossiers.linked([dossier.corrections[-1].dossier_id])
    return replace(found, last_correction=linked[-1] if linked else None)


async def require_unmoved(dossier: Dossier, work: Work) -> None:
    """Raise `Stale` where another commit came first since the dossier was read."""
    known = dossier.version
    found, _ = await work.dossiers.load(dossier.id)
    if found.version != known:
        raise Stale


def parties_of(dossier: Dossier, work: Work) -> dict[str, Any]:
    """Return owner and representative, opened."""
    opened = work.seals.open(dossier.parties_sealed, purpose="parties")
    return opened if isinstance(opened, dict) else {}


def due_of(grounds: Grounds) -> DueOf:
    """Return how budgets become due moments under the dossier's calendar."""
    return lambda at, hours: step_due(grounds.calendar, at, hours)
