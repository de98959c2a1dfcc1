"""Answers who looked at a dossier or a person; whoever asks is written down like every reader."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from services.dossier.domain.intake.identifiers import identity_faults
from services.dossier.domain.keepers import Sight
from services.dossier.domain.standing import is_supervisor
from services.dossier.use_cases.keeping import sight_over
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.readings.ports import Reading
from services.dossier.use_cases.secrets import person_index

NEWEST = 2**63 - 1


async def who_read(
    dossier_id: UUID,
    *,
    purpose: str,
    before: int | None,
    limit: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> Sequence[Reading]:
    """Return who read a dossier, itself or on a page that named it, newest first."""
    readers = await _readers_seen(by, work, now)
    found = await work.supervision.readings.of_dossiers(
        [dossier_id], None, readers=readers, before=before or NEWEST, limit=limit
    )
    await log_reading(work, by, f"readings: {purpose}", dossier_id, None, now)
    return found


async def who_looked(
    person: Mapping[str, Any],
    *,
    purpose: str,
    before: int | None,
    limit: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> Sequence[Reading]:
    """Return who asked for a person by number, or read a dossier of theirs, newest first."""
    readers = await _readers_seen(by, work, now)
    faults = identity_faults(person, now.astimezone(VIETNAM).date(), "person")
    if faults:
        raise Invalid(fields=[(path.removeprefix("person."), said) for path, said in faults])
    index = person_index(work.seals, person)
    if index is None:
        raise Invalid(fields=[("identity_number", "Nêu số định danh")])
    theirs = await work.supervision.readings.about(index)
    found = await work.supervision.readings.of_dossiers(
        theirs, index, readers=readers, before=before or NEWEST, limit=limit
    )
    await log_reading(work, by, f"readings: {purpose}", None, None, now, person=index)
    return found


async def _readers_seen(by: Caller, work: Work, now: datetime) -> Sight | None:
    """Return whose officers' readings a supervisor sees: of all they know of; None: everybody's.

    Raises `Forbidden` for whoever does not supervise: an officer who reads is not who says who read.
    """
    if not is_supervisor(by) or not by.agency:
        raise Forbidden
    return await sight_over(by, work, now)
