"""The ministry on its bad days: faults on a switch, for a number of times or until switched off."""

from typing import Any, cast

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field


class MinistryFaults(BaseModel):
    """Each member says how many calls it strikes yet; `slow_ms` strikes while `slow` is left."""

    model_config = ConfigDict(extra="forbid")

    slow: int = Field(0, ge=0)
    slow_ms: int = Field(2000, ge=0, le=600_000)
    down: int = Field(0, ge=0)
    html_5xx: int = Field(0, ge=0)
    duplicate: int = Field(0, ge=0)
    """A page comes again although the cursor went on."""
    lose_answer: int = Field(0, ge=0)
    """The connection breaks in the middle of an answer."""
    out_of_order: int = Field(0, ge=0)
    """A page's items, or a push's, come last first."""


def strikes(request: Request, name: str) -> bool:
    """Tell whether a fault strikes this call, and count it."""
    faults = cast("MinistryFaults", request.app.state.faults)
    left: Any = getattr(faults, name)
    if left:
        request.app.state.faults = faults.model_copy(update={name: left - 1})
    return bool(left)
