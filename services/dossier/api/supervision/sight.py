"""Whose inspections and anomalies a caller is listed."""

from typing import Annotated

from fastapi import Query

from kernel.core.caller import Caller as CallerValue
from kernel.core.errors import Forbidden
from services.dossier.domain.standing import is_supervisor
from services.dossier.use_cases import ports
from services.dossier.use_cases.supervision import inspect

AgencyAsked = Annotated[str, Query(max_length=50)]


async def sight(agency: str, by: CallerValue, work: ports.Work, *, may_lead: bool) -> tuple[str, bool]:
    """Return which agency's things are listed, and whether those under it are too."""
    if is_supervisor(by):
        if agency:
            await inspect.require_supervisor(agency, by, work)
            return agency, True
        return ("", True) if await work.views.is_provincial(by.agency) else (_own(by), True)
    if may_lead and inspect.leads(by.agency, by):
        return _own(by), False
    raise Forbidden


def _own(by: CallerValue) -> str:
    if not by.agency:
        raise Forbidden
    return by.agency
