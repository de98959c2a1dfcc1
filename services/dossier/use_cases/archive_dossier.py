"""A returned dossier is archived when its record is complete and the archive acknowledged it; T21."""

from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from services.dossier.domain.actions import Action
from services.dossier.domain.archive.record import lacking_at_the_end, lacking_of, require_complete
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change
from services.dossier.domain.states import Move
from services.dossier.use_cases.open_dossier import open_for
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change


async def archive_dossier(
    dossier_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Archive by a clerk's hand: what the archive's job does by itself, done now."""
    dossier, _ = await open_for(Action.ARCHIVING, dossier_id, by=by, seen=seen, work=work, now=now)
    return await _archive(dossier, note, by=by, work=work, now=now)


async def archive_by_system(dossier_id: UUID, *, work: Work, now: datetime) -> Dossier:
    """Archive by the archive's own job, under the same guard."""
    dossier, _ = await work.dossiers.load(dossier_id)
    return await _archive(dossier, "", by=None, work=work, now=now)


async def _archive(dossier: Dossier, note: str, *, by: Caller | None, work: Work, now: datetime) -> Dossier:
    left = dossier.move(Move.ARCHIVE)
    is_packed = await work.archive.packages.is_accepted(dossier.id)
    require_complete(lacking_at_the_end(await missing_of(dossier, work), is_packed=is_packed))
    record_change(work, dossier, Change("archived", left, note=note), by=by, now=now)
    return dossier


async def missing_of(dossier: Dossier, work: Work) -> list[str]:
    """Return what the record still lacks before it can be packed."""
    owed = await work.dues.owed(dossier)
    return lacking_of(dossier, owed=owed, unprinted=await work.papers.unprinted_of(dossier.id))
