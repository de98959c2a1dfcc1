"""What is asked and answered about places: one-stop points, administrative units."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.api.agency_models import AgencyCode, AgencyDecisionBody, Name, Strict
from services.catalog.api.publishing.models.basics import Day as RealDay

_CommuneCode = Annotated[str, Field(pattern=r"^\d{5}$")]


class Coverage(Strict):
    """Whom a one-stop point serves."""

    communes: Annotated[list[Annotated[str, Field(pattern=r"^\d{5}$")]], Field(max_length=500)] = Field(
        default=[]
    )
    agencies: Annotated[list[AgencyCode], Field(max_length=500)] = Field(default=[])
    population: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    households: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    area_km2: Annotated[float, Field(ge=0, le=400_000)] | None = None


class PointBody(Strict):
    """A one-stop point: a centre or an agency's own desk."""

    name: Name
    kind: Literal["PROVINCIAL_CENTRE", "COMMUNE_CENTRE", "ONE_TIER_CENTRE", "AGENCY_DESK"]
    agency: AgencyCode
    is_modern: bool
    address: Annotated[str, Field(min_length=1, max_length=500)]
    phone: Annotated[str, Field(max_length=30)] | None = None
    latitude: Annotated[float, Field(ge=7, le=24)] | None = None
    longitude: Annotated[float, Field(ge=101, le=118)] | None = None
    calendar: Annotated[str, Field(min_length=1, max_length=63)] = "default"
    coverage: Coverage = Coverage()
    valid_from: RealDay
    valid_to: RealDay | None = None


class Point(PointBody):
    """A one-stop point as it is kept."""

    model_config = ConfigDict(extra="allow")

    code: str
    version: int
    distance_km: float | None = None


class UnitsBody(Strict):
    """A document of administrative units."""

    administrative_units: list[dict[str, Any]]


class UnitsReport(BaseModel):
    """What became, or would become, of a document of units."""

    dry_run: bool
    new: int
    changed: int
    unchanged: int
    refused: list[dict[str, Any]]


class AdministrativeUnit(BaseModel):
    """A unit present or former; one that ended names the units of now that carry it on."""

    model_config = ConfigDict(extra="allow")

    code: str
    level: str
    name: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successors: list[dict[str, Any]]
    source: dict[str, Any]
    kind: str | None = None


class AdministrativeUnits(BaseModel):
    """All units of one code in time: the present one first."""

    items: list[AdministrativeUnit]


class HamletMergerBody(Strict):
    """Hamlets of a commune become one."""

    commune: _CommuneCode
    ended: Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=2, max_length=50)]
    code: Annotated[str, Field(pattern=r"^\d{5}\.[0-9a-z-]{1,40}$")]
    name: Name
    effective_on: RealDay
    is_correction: bool = False
    decision: AgencyDecisionBody
