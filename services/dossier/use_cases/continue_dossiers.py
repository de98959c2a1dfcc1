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
    if ended in dossier.continuing and dossier.continuing[ended].code == heir.code:
        return
    state = dossier.continue_at(ended, heir)
    details = {
        "noted": "AGENCY_CONTINUED",
        "ended_agency": ended,
        "continuing_agency": {"code": heir.code, "name": heir.name},
    }
    record_change(work, dossier, Change("work_noted", state, details=details), by=None, now=now)


async def resume_dossier(dossier_id: UUID, agency: str, *, work: Work, now: datetime) -> None:
    """Let an agency whose end was taken back work the dossier again; what its heir did stays done."""
    dossier, _ = await work.dossiers.load(dossier_id)
    if agency not in dossier.continuing:
        return
    heir = dossier.continuing[agency]
    state = dossier.resume_at(agency)
    details = {
        "noted": "AGENCY_RESUMED",
        "resumed_agency": agency,
        "continuing_agency": {"code": heir.code, "name": heir.name},
    }
    record_change(work, dossier, Change("work_noted", state, details=details), by=None, now=now)
