"""Who may read how work is shared out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import NotFound
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import read_dossier


async def read_slip(dossier_id: UUID, *, by: Caller, work: Work, now: datetime) -> Sequence[dict[str, Any]]:
    """Return the hand-overs of a dossier to officers who see all of it; the reading is logged."""
    _, sees_all = await read_dossier(dossier_id, by=by, work=work, now=now)
    if by.kind is not CallerKind.STAFF or not sees_all:
        raise NotFound
    return await work.slips.rows(dossier_id)
