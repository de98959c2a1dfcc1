"""An agency ends while submissions it has a part in run: its heir sees, hears and decides in its place."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.dossier.domain.interlinked.events import agency_data
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.succession import come_back, continue_at
from services.dossier.use_cases.interlinked.recording import record_parent
from services.dossier.use_cases.ports import Work


async def continue_parent(parent_id: UUID, *, today: date, work: Work, now: datetime) -> None:
    """Let the heirs of ended agencies take their places; who received it and the appointment stay.

    Each by the procedure it goes on with: one agency's work may have been divided among several.
    """
    parent = await work.interlinked.hold(parent_id)
    continued = await _continued(parent, today, work)
    if not continued:
        return
    record_parent(parent, "advanced", by=None, work=work, now=now, details={"continued": continued})


async def realign_parent(parent_id: UUID, *, today: date, work: Work, now: datetime) -> None:
    """Let those whose end was taken back or told otherwise answer for their places again, or their heirs."""
    parent = await work.interlinked.hold(parent_id)
    keepers = await work.archive.records.keepers(today)
    back = come_back(parent, keepers)
    if not back:
        return
    continued: list[dict[str, Any]] = []
    # Agencies that go on for each other go round: each is left once.
    left: set[str] = set()
    while told := [one for one in await _continued(parent, today, work) if one["ended_agency"] not in left]:
        continued += told
        left |= {one["ended_agency"] for one in told}
    resumed = sorted({agency for agency, procedure in back if keepers.of(agency, procedure) == agency})
    details = {"continued": continued, "resumed": resumed}
    record_parent(parent, "advanced", by=None, work=work, now=now, details=details)


async def _continued(parent: Parent, today: date, work: Work) -> list[dict[str, Any]]:
    heirs = await work.interlinked.heirs(sorted(parent.agencies), sorted(parent.children), today)
    return [
        {"ended_agency": ended, "continuing_agency": agency_data(heir)}
        for ended, heir in continue_at(parent, heirs)
    ]
