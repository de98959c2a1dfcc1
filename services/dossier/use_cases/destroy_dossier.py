"""The heart's half of destruction: a dossier is emptied by an approved list, its course and code stay."""

from datetime import datetime
from uuid import UUID

from services.dossier.domain.archive.remains import remains_of
from services.dossier.domain.events import Change
from services.dossier.domain.moves import destruction
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import new_entry


async def destroy_by_list(
    dossier_id: UUID, *, list_id: UUID, number: str, work: Work, now: datetime
) -> bytes:
    """Queue the end of a dossier and return where its chain ended before; others forget it by the event.

    Who approved the list stands on the list; the entry names the list only.
    """
    dossier, _ = await work.dossiers.load(dossier_id)
    head = dossier.history_hash
    entries = await work.dossiers.entries(dossier_id)
    state = destruction.destroy(dossier)
    change = Change("destroyed", state, details={"list": {"list_id": str(list_id), "number": number}})
    entry = new_entry(work, dossier, change, by=None, now=now)
    remains = {version: remains_of(data, list_id) for version, data in entries.items()}
    work.dossiers.destroy(dossier, entry, list_id=list_id, remains=remains)
    return head
