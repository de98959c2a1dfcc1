"""Who reads a submission sees as much of it as is theirs; officers' readings are logged."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.sight import SLIP_READERS, Sight, sight_of
from services.dossier.domain.standing import WORKING_ROLES
from services.dossier.use_cases.keeping import oversees
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import NEWEST, log_reading, on_the_page
from services.dossier.use_cases.secrets import identity_index


async def read_parent(parent_id: UUID, *, by: Caller, work: Work, now: datetime) -> tuple[Parent, Sight]:
    """Return a submission and how much of it the caller sees; raise `NotFound`."""
    parent = await work.interlinked.load(parent_id)
    sight = await sight_now(parent, by=by, work=work, now=now)
    if by.kind is CallerKind.STAFF:
        await log_reading(work, by, "interlinked-dossier", None, parent_id, now, shown=_members([parent]))
    return parent, sight


async def sight_now(parent: Parent, *, by: Caller, work: Work, now: datetime) -> Sight:
    """Return how much of a submission the caller sees; raise `NotFound` for whoever may not know of it.

    A supervisor knows of it by its lead agency, or by a member's agency and procedure.
    """
    index = identity_index(work.seals, by.identity_number)
    parts = [(child.agency_now.code, child.procedure) for child in parent.children.values()]
    parts.append((parent.lead_now.code, parent.group.lead_procedure))
    is_overseen = await oversees(by, parts, work, now)
    return sight_of(parent, by, index, is_overseen=is_overseen, now=now)


def _members(parents: Sequence[Parent]) -> Iterator[UUID]:
    return (child.dossier_id for parent in parents for child in parent.children.values())


async def require_slip_sight(parent_id: UUID, *, by: Caller, work: Work, now: datetime) -> None:
    """Raise `NotFound` for whoever may not read the one slip: it names the owner and every member."""
    _, sight = await read_parent(parent_id, by=by, work=work, now=now)
    if sight not in SLIP_READERS:
        raise NotFound


async def read_parent_history(
    parent_id: UUID, *, by: Caller, work: Work, now: datetime
) -> list[dict[str, Any]]:
    """Return what happened to a submission, to its party and its lead agency; others see members only."""
    _, sight = await read_parent(parent_id, by=by, work=work, now=now)
    if sight is Sight.MEMBER:
        raise Forbidden
    return await work.interlinked.history(parent_id)


async def list_parents(
    *, before: UUID | None, limit: int, by: Caller, work: Work, now: datetime
) -> list[tuple[Parent, Sight]]:
    """Return the caller's own submissions, or those the officer's agency has a part in; names are logged."""
    today = now.astimezone(VIETNAM).date()
    if by.kind is CallerKind.PERSON:
        index = identity_index(work.seals, by.identity_number)
        found = await work.interlinked.listed(
            subjects=by.subjects, index=index, agency="", today=today, before=before or NEWEST, limit=limit
        )
        return [(parent, Sight.PARTY) for parent in found]
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES):
        raise Forbidden
    found = await work.interlinked.listed(
        subjects=(), index=None, agency=by.agency, today=today, before=before or NEWEST, limit=limit
    )
    if found:
        shown = _members(on_the_page(found, limit))
        await log_reading(work, by, "interlinked-dossiers", None, None, now, shown=shown)
    return [(parent, sight_of(parent, by, None, is_overseen=False, now=now)) for parent in found]
