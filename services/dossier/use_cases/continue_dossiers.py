"""An agency ends while dossiers run: each keeps where it was received and gains who goes on with it."""

from datetime import datetime
from uuid import UUID

from services.dossier.domain.events import Change
from services.dossier.domain.holdings import Continuing
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change


async def continue_dossier(
    dossier_id: UUID, ended: str, heir: Continuing, *, work: Work, now: datetime
) -> None:
    """Let the heir see and work the dossier; history says so, due moments and signed papers stay."""
    dossier, _ = await work.dossiers.load(dossier_id)
    if ended in dossier.continuing:
        return
    state = dossier.continue_at(ended, heir)
    details = {
        "noted": "AGENCY_CONTINUED",
        "ended_agency": ended,
        "continuing_agency": {"code": heir.code, "name": heir.name},
    }
    record_change(work, dossier, Change("work_noted", state, details=details), by=None, now=now)
