"""What every change of a petition by an officer asks for, once for all endpoints."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from fastapi import Depends, Response

from kernel.core.caller import Caller as CallerValue
from kernel.web.deps import Caller, IfMatch, Now, current_work
from services.survey.api.petition_schemas import PetitionLine
from services.survey.domain.petitions.petition import Petition
from services.survey.use_cases.petitions.ports import PetitionWork
from services.survey.use_cases.petitions.work_petition import act

Work = Annotated[Any, Depends(current_work)]


class Terms(TypedDict):
    """What every change of a petition is told: who makes it, of which version seen, with what, when."""

    by: CallerValue
    seen: int
    work: PetitionWork
    now: datetime


@dataclass(frozen=True, slots=True)
class OneAct:
    """One change of one petition by an officer: `done` makes and answers it."""

    petition_id: UUID
    terms: Terms
    response: Response

    @property
    def who(self) -> str:
        """The officer's subject, as the petition keeps it."""
        return self.terms["by"].subject

    @property
    def now(self) -> datetime:
        """The moment of the change."""
        return self.terms["now"]

    async def done(
        self, action: str, change: Callable[[Petition], Petition], *, speaks: bool = False, told_as: str = ""
    ) -> PetitionLine:
        """Make the change as `act` does and answer with the line and the version that are new."""
        return self.line(
            await act(self.petition_id, action, change, **self.terms, speaks=speaks, told_as=told_as)
        )

    def line(self, changed: Petition) -> PetitionLine:
        """Answer with a changed petition's line and version."""
        self.response.headers["ETag"] = f'"{changed.version}"'
        return PetitionLine.of(changed, self.now)


async def _current_act(
    petition_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> OneAct:
    return OneAct(petition_id, Terms(by=by, seen=seen, work=work, now=now), response)


Act = Annotated[OneAct, Depends(_current_act)]
