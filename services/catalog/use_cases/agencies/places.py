"""One-stop points: where people go, whom they find there, and who is competent for what."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale, VersionRequired
from kernel.core.ids import new_id
from services.catalog.domain.agencies.changes import Decision, Offering
from services.catalog.domain.agencies.errors import (
    AgencyEnded,
    CompetenceOverlaps,
    DelegationOverlaps,
    MayNotReorganise,
    MissingPart,
    NoSuchEntry,
    ProceduresOrphaned,
    UnknownAgency,
)
from services.catalog.domain.agencies.in_time import has_ended
from services.catalog.domain.identifiers import agency_code
from services.catalog.use_cases.agencies.change_agencies import point_event
from services.catalog.use_cases.agencies.ports import RowWrite
from services.catalog.use_cases.ports import Work


async def keep_point(
    code: str, body: Mapping[str, Any], *, seen: int, by: Caller, work: Work, now: datetime
) -> tuple[dict[str, Any], int]:
    """Found a point (seen 0) or change it; its agency must work on the point's first day or today."""
    if not by.has_role("CATALOG_EDITOR"):
        raise MayNotReorganise
    data = {**body, "code": code}
    if data["valid_to"] and data["valid_to"] < data["valid_from"]:
        raise MissingPart(fields=[("valid_to", "Trước ngày bắt đầu hiệu lực")])
    if (data["latitude"] is None) != (data["longitude"] is None):
        raise MissingPart(fields=[("latitude", "Tọa độ gồm cả vĩ độ và kinh độ")])
    covered = [agency_code(one) or one for one in data["coverage"]["agencies"]]
    rows = await work.agencies.rows([data["agency"], *covered], [], [code])
    if data["agency"] not in rows.agencies:
        raise UnknownAgency(fields=[("agency", "Không có trong danh mục")])
    if not set(covered) <= rows.agencies.keys():
        raise UnknownAgency(fields=[("coverage.agencies", "Không có trong danh mục")])
    data["coverage"] = {**data["coverage"], "agencies": covered}
    day = max(date.fromisoformat(data["valid_from"]), now.astimezone(VIETNAM).date())
    if not data["valid_to"] and has_ended(rows.agencies[data["agency"]][1], day):
        raise AgencyEnded(extra={"agency": data["agency"]})
    held = rows.points.get(code, (0, {}))[0]
    if held and not seen:
        raise VersionRequired
    if held != seen:
        raise Stale
    write = RowWrite(code, seen, data)
    work.agencies.save_points([write])
    work.record(point_event(write, now))
    return data, write.version


async def second_officer(
    subject: str,
    *,
    point: str,
    first: date,
    last: date | None,
    decision: Decision,
    by: Caller,
    work: Work,
) -> None:
    """Let an officer sit at a point for some days; they keep belonging to their own agency."""
    if not by.has_role("CATALOG_EDITOR"):
        raise MayNotReorganise
    if last is not None and last < first:
        raise MissingPart(fields=[("valid_to", "Trước ngày bắt đầu")])
    rows = await work.agencies.rows([], [subject], [point])
    if subject not in rows.staff or point not in rows.points:
        raise NoSuchEntry
    await work.points.wait_for(f"secondment {subject}")
    if await work.points.seconded(subject, first, last):
        raise DelegationOverlaps
    work.directory.second(
        new_id(),
        subject=subject,
        point=point,
        first=first,
        last=last,
        decision=decision.data(),
        by=by.subject,
    )


async def offer(offering: Offering, *, decision: Decision, by: Caller, work: Work) -> Offering:
    """Record that an agency is competent for a procedure on these days."""
    if not by.has_role("CATALOG_APPROVER"):
        raise MayNotReorganise
    if offering.valid_to is not None and offering.valid_to < offering.valid_from:
        raise MissingPart(fields=[("valid_to", "Trước ngày bắt đầu")])
    rows = await work.agencies.rows([offering.agency], [], [])
    if offering.agency not in rows.agencies:
        raise UnknownAgency(fields=[("agency", "Không có trong danh mục")])
    agency = rows.agencies[offering.agency][1]
    if has_ended(agency, offering.valid_from):
        raise AgencyEnded(extra={"agency": offering.agency})
    if str(agency["valid_from"]) > offering.valid_from.isoformat():
        raise MissingPart(fields=[("valid_from", "Cơ quan chưa hoạt động")])
    if not await work.points.procedure_is_known(offering.procedure):
        raise MissingPart(fields=[("procedure", "Không có thủ tục này")])
    if agency["valid_to"]:
        last = date.fromisoformat(str(agency["valid_to"]))
        offering = replace(offering, valid_to=min(offering.valid_to or last, last))
    await work.points.wait_for(f"competence {offering.procedure}")
    for held in await work.agencies.offerings(offering.agency, None):
        begins_before_end = held.valid_to is None or offering.valid_from <= held.valid_to
        ends_after_begin = offering.valid_to is None or held.valid_from <= offering.valid_to
        if held.procedure == offering.procedure and begins_before_end and ends_after_begin:
            raise CompetenceOverlaps
    work.agencies.add_offering(offering, decision.data(), by.subject)
    return offering


async def stop_offering(
    agency: str, procedure: str, *, last_day: date, by: Caller, work: Work, now: datetime
) -> Offering:
    """End a competence; refused when nobody would be competent the day after."""
    if not by.has_role("CATALOG_APPROVER"):
        raise MayNotReorganise
    if last_day < now.astimezone(VIETNAM).date():
        raise MissingPart(fields=[("last_day", "Đã qua")])
    # Two agencies that both give a procedure up would each see the other still competent.
    await work.points.wait_for(f"competence {procedure}")
    open_ones = [row for row in await work.agencies.offerings(agency, last_day) if row.procedure == procedure]
    if not open_ones:
        raise NoSuchEntry
    records = {code: record for code, (_, record) in (await work.agencies.agencies()).items()}
    day_after = date.fromordinal(last_day.toordinal() + 1)
    held = await work.agencies.held(records, [agency], day_after)
    if not held.performers.get(procedure, frozenset()) - {agency}:
        raise ProceduresOrphaned(extra={"procedures": [procedure]})
    work.agencies.end_offering(open_ones[0], last_day)
    return replace(open_ones[0], valid_to=last_day)
