"""An agency ends while submissions it has a part in run: its heir sees, hears and decides in its place."""

from datetime import datetime
from uuid import UUID

from services.dossier.domain.ends import Ends
from services.dossier.domain.interlinked.events import agency_data
from services.dossier.domain.interlinked.succession import align, ways
from services.dossier.use_cases.interlinked.recording import record_parent
from services.dossier.use_cases.ports import Work


async def align_parent(parent_id: UUID, ends: Ends, *, work: Work, now: datetime) -> bool:
    """Let those answer for their places who go on today, or whose end was taken back; one commit, one event.

    Each by the procedure it goes on with: one agency's work may have been divided among several. Who received
    it and the appointment stay. Returns whether of every place it could be said whose it is; raises `Stale`
    where another word of one of these agencies was heard meanwhile.
    """
    parent = await work.interlinked.hold(parent_id)
    moved, is_sure = align(parent, ends)
    if not moved:
        return is_sure
    await work.catalogue.hold_words(ends, ways(parent, ends) & ends.words.keys())
    continued = {one.before: agency_data(one.now) for one in moved if not one.is_back}
    details = {
        "continued": [
            {"ended_agency": ended, "continuing_agency": heir} for ended, heir in continued.items()
        ],
        "resumed": sorted({one.now.code for one in moved if one.is_back}),
    }
    told = {name: value for name, value in details.items() if value}
    record_parent(parent, "advanced", by=None, work=work, now=now, details=told)
    return is_sure
