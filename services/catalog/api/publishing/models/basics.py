"""What drafts and decisions share: days, codes, differences."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kernel.web.written import WRITTEN_OUT

_FIRST_DAY, _LAST_DAY = date(1945, 9, 2), date(2199, 12, 31)


def _a_real_day(day: date) -> date:
    """Refuse days on which no Vietnamese authority signed or will sign anything we work with."""
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError("the day is out of range")
    return day


Day = Annotated[date, WRITTEN_OUT, AfterValidator(_a_real_day)]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Small = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
Line = Annotated[str, Field(max_length=35)]
Note = Annotated[str, Field(min_length=1, max_length=2000)]


class Body(BaseModel):
    """A body that may say nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class Reason(Body):
    """Why."""

    reason: Note


class FieldFault(BaseModel):
    """What is wrong with a field."""

    path: str
    reason: str


class ProcedureDifferenceAnswer(BaseModel):
    """One field that differs."""

    path: str
    name: str
    kind: Literal["ADDED", "REMOVED", "CHANGED"]
    before: Any
    after: Any
