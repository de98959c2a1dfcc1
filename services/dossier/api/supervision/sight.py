"""Whose inspections and anomalies a caller is listed."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from kernel.core.caller import Caller as CallerValue
from kernel.core.errors import Forbidden
from services.dossier.domain.standing import is_supervisor
from services.dossier.use_cases import ports
from services.dossier.use_cases.keeping import books_of
from services.dossier.use_cases.supervision import inspect

AgencyAsked = Annotated[str, Query(max_length=50)]


async def sight(
    agency: str, by: CallerValue, work: ports.Work, now: datetime, *, may_lead: bool
) -> tuple[list[str] | None, bool]:
    """Return which agencies' things are listed (None: all), and whether those under them are too."""
    if is_supervisor(by):
        if agency:
            await inspect.require_supervisor(agency, by, work, now)
            return [agency], True
        return (None if await work.views.is_provincial(by.agency) else await _own(by, work, now)), True
    if may_lead and inspect.leads_unit(by):
        return await _own(by, work, now), False
    raise Forbidden


async def _own(by: CallerValue, work: ports.Work, now: datetime) -> list[str]:
    if not by.agency:
        raise Forbidden
    return await books_of(by, work, now)
