"""Reads what somebody wrote and judges it against everything the catalogue holds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from eforms.form import form_faults
from services.catalog.domain.forms.form import read_form
from services.catalog.domain.interlinked import group_faults, reference_faults
from services.catalog.domain.interlinked import read_parts as read_group_parts
from services.catalog.domain.items import ItemKind
from services.catalog.domain.pages.page import read_page
from services.catalog.domain.process import base_of, critical_hours, judged
from services.catalog.domain.process import read_parts as read_process_parts
from services.catalog.domain.reading import Reader
from services.catalog.domain.workflows.engine import notes
from services.catalog.domain.workflows.errors import Unreadable
from services.catalog.domain.workflows.faults import Fault
from services.catalog.domain.workflows.fit import Office, fit_faults, use_of
from services.catalog.use_cases.workflows.ports import Workflows

_CLOSING = 17.0
_READ = {
    ItemKind.PROCESS: read_process_parts,
    ItemKind.INTERLINKED_GROUP: read_group_parts,
    ItemKind.FORM: read_form,
    ItemKind.PAGE: read_page,
}


def read_parts(kind: ItemKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record normalised; raises `Unreadable` with a reason per member."""
    kept = {name: value for name, value in given.items() if name not in {"critical_hours", "approved_by"}}
    reader = Reader(kept)
    _READ[kind](reader)
    if reader.reasons:
        fields = [(place, reason) for place, _, reason in (said.partition(": ") for said in reader.reasons)]
        raise Unreadable(fields=fields)
    reader.data.pop("approved_by", None)
    return reader.data


async def judge(kind: ItemKind, data: Mapping[str, Any], day: date, workflows: Workflows) -> list[Fault]:
    """Return every reason why this cannot be approved to apply from a day."""
    if kind is ItemKind.INTERLINKED_GROUP:
        found = group_faults(data)
        members = await workflows.members([member["procedure"] for member in data["members"]], day)
        return [*found, *reference_faults(data, members.procedures, members.agencies)]
    if kind in {ItemKind.FORM, ItemKind.PAGE}:
        return await _judge_words(kind, data, day, workflows)
    found = judged(data)
    if found:
        return found
    grounds = await workflows.grounds(base_of(data["code"]), day)
    offices = {item["code"]: _office(item) for item in grounds.agencies}
    uses = [use_of(procedure, offices) for procedure in grounds.procedures]
    abroad = {step["agency"] for step in data["steps"] if step.get("agency")} - offices.keys()
    words = "cơ quan thực hiện bước không có hoặc đã kết thúc"
    unknown = [Fault("step-agency-unknown", (agency,), words) for agency in sorted(abroad)]
    return unknown or fit_faults(data, uses, offices)


async def _judge_words(
    kind: ItemKind, data: Mapping[str, Any], day: date, workflows: Workflows
) -> list[Fault]:
    """Return what keeps a form or a page back: it must be sound, and about procedures of that day."""
    found = [Fault("form-unsound", (one.path,), one.reason) for one in form_faults(data)] * (
        kind is ItemKind.FORM
    )
    about = [data["code"]] if kind is ItemKind.FORM else data["procedures"]
    known = (await workflows.members(about, day)).procedures if about else {}
    unknown = tuple(code for code in about if code not in known)
    return [
        *found,
        *[Fault("procedure-unknown", unknown, "không có thủ tục này trong ngày áp dụng")] * bool(unknown),
    ]


def sealed(kind: ItemKind, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sound record with what is computed of it."""
    if kind is not ItemKind.PROCESS:
        return dict(data)
    return {**data, "critical_hours": critical_hours(data["first"], data["steps"])}


def notes_on(kind: ItemKind, data: Mapping[str, Any]) -> list[str]:
    """Return what an approver should know beside the faults."""
    return notes(data) if kind is ItemKind.PROCESS else []


def _office(item: Mapping[str, Any]) -> Office:
    staff = tuple((one["subject"], one["unit"] or "", frozenset(one["roles"])) for one in item["staff"])
    ends = [_hour(str(text).rpartition("-")[2]) for year in item["office_hours"] for text in year if text]
    return Office(item["code"], item["level"], min(ends, default=_CLOSING), staff)


def _hour(text: str) -> float:
    hour, _, minute = text.partition(":")
    return int(hour) + int(minute or 0) / 60
