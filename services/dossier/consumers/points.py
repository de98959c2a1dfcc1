"""Keeps a local copy of the one-stop points that the catalogue publishes."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.dossier.use_cases.ports import Work


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Coverage(_Fields):
    agencies: list[str] = []


class PointFields(_Fields):
    """The fields of a point that the front desk needs."""

    code: str
    name: str
    agency: str
    address: str = ""
    calendar: str = "default"
    coverage: _Coverage = _Coverage()
    valid_from: date
    valid_to: date | None = None


@handles("one_stop_point.changed.v1", PointFields)
async def on_point_changed(data: PointFields, *, event: ReceivedEvent, work: Work, now: datetime) -> None:
    """Keep the point; its counters and queues stay as they are."""
    del now
    copy = data.model_dump(exclude={"coverage"}) | {"covered": data.coverage.agencies}
    await work.published.put_point(copy, event.sequence)
