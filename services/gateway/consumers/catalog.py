"""The catalogue's staff say who is an officer; its agencies name the units that public tracking shows.

Of its procedures only the sector is kept, which the portal is told by name.
"""

from datetime import date, datetime

from pydantic import AliasChoices, BaseModel, Field

from kernel.core.event import ReceivedEvent
from kernel.service import Handler, handles
from services.gateway.domain.identity import Agency, Period, StaffMember
from services.gateway.use_cases.portal.ports import PortalWork
from services.gateway.use_cases.ports import Work


class _Days(BaseModel):
    valid_from: date | None = Field(default=None, validation_alias=AliasChoices("valid_from", "from"))
    valid_to: date | None = Field(default=None, validation_alias=AliasChoices("valid_to", "to"))

    def period(self) -> Period:
        return Period(self.valid_from, self.valid_to)


class _Delegation(_Days):
    roles: list[str] = Field(default=[])
    procedures: list[str] = Field(default=[])
    agency: str | None = None

    def is_general(self, member: "StaffFields") -> bool:
        """Tell whether it holds for everything at the taker's own agency.

        Only then may a token carry its roles; what is for some procedures or for another agency is judged by
        the service that works the dossier.
        """
        return not self.procedures and self.agency in {None, member.agency}


class StaffFields(BaseModel):
    """What the door reads of a member of staff."""

    subject: str
    name: str
    agency: str
    unit: str | None = None
    roles: list[str]
    valid_from: date | None = None
    valid_to: date | None = None
    delegations: list[_Delegation] = Field(default=[])
    leaves: list[_Days] = Field(default=[], validation_alias=AliasChoices("leaves", "leave"))


class _Unit(BaseModel):
    code: str
    name: str


class _OneStopUnit(BaseModel):
    name: str | None = None
    address: str | None = None
    phone: str | None = None


class _Continuing(BaseModel):
    agency: str = ""
    by_procedure: dict[str, str] = Field(default={})


class AgencyFields(BaseModel):
    """What public tracking and the documents' exchange read of an agency."""

    code: str
    name: str
    units: list[_Unit] = Field(default=[])
    address: str | None = None
    phone: str | None = None
    one_stop_unit: _OneStopUnit | None = None
    valid_to: date | None = None
    successors: list[str] = Field(default=[])
    continuing: _Continuing | None = None

    def heirs(self) -> tuple[str, ...]:
        """Return who goes on once it ended: for all of it first, then for some procedures."""
        told = self.continuing or _Continuing()
        whole = told.agency or next(iter(self.successors), "")
        return tuple(dict.fromkeys(one for one in (whole, *told.by_procedure.values()) if one))

    def contact(self) -> dict[str, str]:
        """Return where a citizen asks: the one-stop unit; what it leaves out, the agency's."""
        unit = self.one_stop_unit or _OneStopUnit()
        return {
            "name": unit.name or self.name,
            "address": unit.address or self.address or "",
            "phone": unit.phone or self.phone or "",
        }


@handles("staff.changed.v1", StaffFields)
async def on_staff_changed(
    data: StaffFields,
    *,
    event: ReceivedEvent,
    work: Work,
    now: datetime,  # noqa: ARG001 - the consumer's signature.
) -> None:
    """Keep the newest state of a member of staff."""
    member = StaffMember(
        subject=data.subject,
        name=data.name,
        agency=data.agency,
        unit=data.unit or "",
        roles=frozenset(data.roles),
        employed=Period(data.valid_from, data.valid_to),
        delegations=tuple(
            (item.period(), frozenset(item.roles)) for item in data.delegations if item.is_general(data)
        ),
        leaves=tuple(item.period() for item in data.leaves),
    )
    work.directory.put_staff(member, event.sequence)


@handles("agency.changed.v1", AgencyFields)
async def on_agency_changed(
    data: AgencyFields,
    *,
    event: ReceivedEvent,
    work: Work,
    now: datetime,  # noqa: ARG001 - the consumer's signature.
) -> None:
    """Keep the newest names of an agency and its units, where it is reached, and who goes on for it."""
    units = {unit.code: unit.name for unit in data.units}
    agency = Agency(data.code, data.name, units, data.contact(), data.valid_to, data.heirs())
    work.directory.put_agency(agency, event.sequence)


class ProcedureFields(BaseModel):
    """What the portal is told of a procedure that dossiers do not carry."""

    code: str
    sector: str
    sector_name: str = ""


@handles("procedure.published.v1", ProcedureFields)
async def on_procedure_published(
    data: ProcedureFields,
    *,
    event: ReceivedEvent,
    work: PortalWork,
    now: datetime,  # noqa: ARG001 - the consumer's signature.
) -> None:
    """Keep the name of the procedure's sector."""
    work.portal_ledger.put_sector(data.code, event.sequence, data.sector, data.sector_name)


HANDLERS: tuple[Handler, ...] = (on_staff_changed, on_agency_changed, on_procedure_published)
