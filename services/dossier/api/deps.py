"""What endpoints ask for, and the problems every route may answer with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypedDict
from uuid import UUID

from fastapi import Depends, Query, Response

from kernel.core.caller import Caller as CallerValue
from kernel.core.errors import NotFound
from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.described import problems
from services.dossier.api.answers import receipt_of
from services.dossier.api.schemas.answers import Receipt
from services.dossier.domain.dossier import Dossier
from services.dossier.use_cases import ports
from services.dossier.use_cases.keeping import standing

__all__ = ["PROBLEMS", "Act", "ActingFor", "Caller", "CertifyingFor", "IfMatch", "Now", "Work"]

Work = Annotated[ports.Work, Depends(current_work)]

PROBLEMS = problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428)


class Terms(TypedDict):
    """What every action's use case is told: who acts, on which version seen, with what, when."""

    by: CallerValue
    seen: int
    work: ports.Work
    now: datetime


@dataclass(frozen=True, slots=True)
class OneAct:
    """One action on one dossier: `terms` go to the use case, `receipt` answers."""

    dossier_id: UUID
    terms: Terms
    response: Response

    def receipt(self, dossier: Dossier, *, secret: str | None = None) -> Receipt:
        """Return what the action answers."""
        return receipt_of(dossier, self.response, secret=secret)


async def current_act(
    dossier_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> OneAct:
    """Return the action of this request."""
    return OneAct(dossier_id, Terms(by=by, seen=seen, work=work, now=now), response)


Act = Annotated[OneAct, Depends(current_act)]


async def acting_for(
    by: Caller, work: Work, now: Now, agency: Annotated[str, Query(max_length=40)] = ""
) -> CallerValue:
    """Return the caller as one of an agency theirs goes on for, or of their own; 404 for any other agency.

    Their own is another's once it ended and its heir is known here: what it left is the heir's to read and to
    close. Until then, as with its dossiers, it is its own people's.
    """
    return await _standing_at(agency or by.agency, by, work, now, "")


async def certifying_for(
    by: Caller, work: Work, now: Now, agency: Annotated[str, Query(max_length=40)] = ""
) -> CallerValue:
    """Return the caller as one of an agency whose book of certified copies theirs keeps, likewise."""
    return await _standing_at(agency or by.agency, by, work, now, work.fee_rules.copies_procedure)


async def _standing_at(
    asked: str, by: CallerValue, work: ports.Work, now: datetime, procedure: str
) -> CallerValue:
    if not asked:
        return by
    here = await standing(by, asked, work, now, procedure)
    if here.agency != asked:
        raise NotFound
    return here


ActingFor = Annotated[CallerValue, Depends(acting_for)]
"""Who asks for a book that belongs to one agency: `agency` names one that ended, for who goes on for it."""
CertifyingFor = Annotated[CallerValue, Depends(certifying_for)]
"""The same of the book of certified copies, which goes with its procedure."""
