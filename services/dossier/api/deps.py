"""What endpoints ask for, and the problems every route may answer with."""

from typing import Annotated

from fastapi import Depends

from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.described import problems
from services.dossier.use_cases import ports

__all__ = ["PROBLEMS", "Caller", "IfMatch", "Now", "Work"]

Work = Annotated[ports.Work, Depends(current_work)]

PROBLEMS = problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428)
