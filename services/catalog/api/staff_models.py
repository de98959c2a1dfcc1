"""What is asked and answered about staff: delegations, leave, secondments."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.catalog.api.agency_models import AgencyDecisionBody, ProcedureCode, Role, Strict, Subject
from services.catalog.api.publishing.models.basics import Day as RealDay


class DelegationBody(Strict):
    """Roles given to another for some days."""

    to: Subject
    roles: Annotated[list[Role], Field(min_length=1, max_length=20)]
    procedures: Annotated[list[ProcedureCode], Field(max_length=500)] = Field(default=[])
    valid_from: RealDay
    valid_to: RealDay
    decision: AgencyDecisionBody


class Delegation(BaseModel):
    """A delegation as it is kept."""

    id: UUID
    giver: str
    taker: str
    roles: list[str]
    procedures: list[str]
    valid_from: date
    valid_to: date


class AbsenceBody(Strict):
    """Leave of a member of staff."""

    valid_from: RealDay
    valid_to: RealDay
    stand_in: Annotated[str, Field(max_length=63)] = ""
    reason: Annotated[str, Field(max_length=500)] = ""


class Absence(BaseModel):
    """Leave as it is kept."""

    id: UUID
    subject: str
    valid_from: date
    valid_to: date
    stand_in: str | None


class EndBody(Strict):
    """The first day without it."""

    on: date


class SecondmentBody(Strict):
    """An officer who belongs to one agency and sits at a one-stop point."""

    point: Annotated[str, Field(min_length=1, max_length=63)]
    valid_from: RealDay
    valid_to: RealDay | None = None
    decision: AgencyDecisionBody
