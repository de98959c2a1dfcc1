"""Keeps a local copy of the interlinked groups that the catalogue publishes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.dossier.use_cases.ports import Work


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Result(_Fields):
    component: str
    procedure: str
    result: str | None = None


class _Carries(_Fields):
    form_fields: list[str] | None = None
    results: list[_Result] = []


class _Member(_Fields):
    procedure: str
    after: list[str] = []
    agency: str | None = None
    on_refused: Literal["STOP", "GO_ON", "ASK"] | None = None
    on_late: Literal["WAIT", "GO_ON", "ASK"] | None = None
    carries: _Carries | None = None


class _Together(_Fields):
    papers: list[str]


class _Papers(_Fields):
    together: list[_Together] | None = None
    not_asked: list[str] | None = None


class GroupFields(_Fields):
    """The fields of a group a submission obeys."""

    code: str
    name: str
    lead_procedure: str
    lead_agency: str | None = None
    members: list[_Member]
    components: _Papers | None = None
    version: int | None = None


@handles("interlinked_group.published.v1", GroupFields)
async def on_group_published(data: GroupFields, *, event: ReceivedEvent, work: Work, now: datetime) -> None:
    """Keep the group; submissions under way keep the one they were made under."""
    del now
    copy = data.model_dump(mode="json") | {"version": data.version or event.sequence}
    await work.published.put_group(copy, event.sequence)
