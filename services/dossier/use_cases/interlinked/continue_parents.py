"""An agency ends while submissions it has a part in run: its heir sees, hears and decides in its place."""

from datetime import date, datetime
from uuid import UUID

from services.dossier.domain.interlinked.events import agency_data
from services.dossier.domain.interlinked.succession import continue_at
from services.dossier.use_cases.interlinked.recording import record_parent
from services.dossier.use_cases.ports import Work


async def continue_parent(parent_id: UUID, *, today: date, work: Work, now: datetime) -> None:
    """Let the heirs of ended agencies take their places; who received it and the appointment stay.

    Each by the procedure it goes on with: one agency's work may have been divided among several.
    """
    parent = await work.interlinked.hold(parent_id)
    heirs = await work.interlinked.heirs(sorted(parent.agencies), sorted(parent.children), today)
    continued = continue_at(parent, heirs)
    if not continued:
        return
    told = [{"ended_agency": ended, "continuing_agency": agency_data(heir)} for ended, heir in continued]
    record_parent(parent, "advanced", by=None, work=work, now=now, details={"continued": told})
