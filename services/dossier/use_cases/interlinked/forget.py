"""The end of a submission whose last dossier is destroyed by an approved list."""

from datetime import datetime
from uuid import UUID

from services.dossier.domain.interlinked.remains import remains_of
from services.dossier.use_cases.interlinked.recording import record_destroyed
from services.dossier.use_cases.ports import Work


async def forget_with_last(
    dossier_id: UUID, *, list_id: UUID, number: str, work: Work, now: datetime
) -> None:
    """Queue that a submission keeps nobody once this, the last of its dossiers, is destroyed.

    While another of them is kept, so is what they share: it is that one's too.
    """
    parent = await work.interlinked.hold_as_last(dossier_id)
    if parent is None:
        return
    entries = await work.interlinked.entries(parent.id)
    parent.destroy(now)
    # Its slips are kept under its own id, as a dossier's papers are.
    await work.archive.destruction.destroy(parent.id, list_id, now)
    remains = {version: remains_of(data, list_id) for version, data in entries.items()}
    told = {"list": {"list_id": str(list_id), "number": number}}
    record_destroyed(parent, remains, work=work, now=now, details=told)
