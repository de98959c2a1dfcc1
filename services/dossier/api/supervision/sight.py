"""Whose inspections and anomalies a caller is listed."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from kernel.core.caller import Caller as CallerValue
from kernel.core.errors import Forbidden
from services.dossier.domain.keepers import Sight
from services.dossier.domain.standing import is_supervisor
from services.dossier.use_cases import ports
from services.dossier.use_cases.keeping import keepers_on
from services.dossier.use_cases.supervision import inspect

AgencyAsked = Annotated[str, Query(max_length=50)]


async def sight(
    agency: str, by: CallerValue, work: ports.Work, now: datetime, *, may_lead: bool
) -> Sight | None:
    """Return whose things are listed, of an agency asked for or the caller's own; None: everybody's."""
    if is_supervisor(by):
        if agency:
            await inspect.require_supervisor(agency, by, work, now)
        elif await work.views.is_provincial(by.agency):
            return None
        return (await keepers_on(work, now)).sight(agency or _own(by))
    if may_lead and inspect.leads_unit(by):
        # The unit's own books, not of those below.
        return Sight(agency="", kept=tuple((await keepers_on(work, now)).reaches(_own(by))))
    raise Forbidden


def _own(by: CallerValue) -> str:
    if not by.agency:
        raise Forbidden
    return by.agency
