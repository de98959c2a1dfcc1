"""Judges whether the province's document hangs together before anybody imports it.

`python -m province.check` prints each problem on a line and exits 1 when there is one. The rules are those of
the catalogue: every code exists and is unique, every process can be worked by somebody in every agency that
uses it, the one who drafts never signs, and no way through a process outlasts the published time.
"""

import datetime as dt
import re
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from province.flow import consultations, critical_hours, graph_problems
from province.read import read

Document = dict[str, Any]

CODE = re.compile(r"\d\.\d{6}")
HOURS_A_DAY = 8
# The least office hours a calendar term can contain: five working days in seven, and in any month at least
# fifteen (February 2026 has exactly fifteen).
WORKING_SHARE = Decimal(5) / 7
WORKING_DAYS_A_MONTH = 15


def problems(document: Document) -> list[str]:
    """Return every problem of the document in reading order; empty means it can be imported."""
    return [
        *_identities(document),
        *_agencies(document),
        *_staff(document),
        *_calendars(document),
        *_processes(document),
        *_variants(document),
        *_procedures(document),
        *_interlinked_groups(document),
    ]


def performing_agencies(document: Document, procedure: Document) -> list[str]:
    """Return the codes of the agencies that perform the procedure; ALL_COMMUNES means the living ones."""
    if procedure["performing_agencies"] == "ALL_COMMUNES":
        return [
            one["code"]
            for one in document["agencies"]
            if one["kind"] == "COMMUNE" and one["valid_to"] is None
        ]
    return list(procedure["performing_agencies"])


def published_hours(document: Document, procedure: Document) -> Decimal:
    """Return the fewest working hours any channel of the procedure leaves from acceptance to the due time."""
    return min(_hours_of(document, channel["processing_time"]) for channel in procedure["channels"])


def _hours_of(document: Document, time: Document) -> Decimal:
    value = Decimal(str(time["value"]))
    match time["unit"]:
        case "WORKING_HOUR":
            return value
        case "WORKING_DAY":
            return value * HOURS_A_DAY
        case "CALENDAR_DAY":
            return value * WORKING_SHARE * HOURS_A_DAY
        case "MONTH":
            return value * WORKING_DAYS_A_MONTH * HOURS_A_DAY
        case "SAME_DAY":
            # Accepted at the cut-off itself, a dossier has only the rest of the afternoon.
            closing = min(calendar["office_hours"].rsplit("-", 1)[1] for calendar in document["calendars"])
            return _clock(closing) - _clock(time["cutoff"])
        case unit:
            raise ValueError(f"unknown unit of time {unit!r}")


def _clock(text: str) -> Decimal:
    hour, minute = text.split(":")
    return Decimal(hour) + Decimal(minute) / 60


def _identities(document: Document) -> Iterator[str]:
    keys = {
        "agencies": "code",
        "staff": "subject",
        "people": "subject",
        "sectors": "code",
        "processes": "code",
        "procedures": "code",
        "interlinked_groups": "code",
    }
    for part, key in keys.items():
        for value, times in Counter(record[key] for record in document[part]).items():
            if times > 1:
                yield f"{part}: {key} {value} is used {times} times"
    for (code, year), times in Counter((one["code"], one["year"]) for one in document["calendars"]).items():
        if times > 1:
            yield f"calendars: {code} {year} is used {times} times"
    subjects = {one["subject"] for one in document["staff"]} & {one["subject"] for one in document["people"]}
    for subject in sorted(subjects):
        yield f"staff, people: subject {subject} is in both"


def _agencies(document: Document) -> Iterator[str]:
    agencies = {one["code"]: one for one in document["agencies"]}
    calendars = {one["code"] for one in document["calendars"]}
    for code, agency in agencies.items():
        where = f"agencies: {code}"
        if agency["parent"] is not None and agency["parent"] not in agencies:
            yield f"{where}: parent {agency['parent']} does not exist"
        if agency["calendar"] not in calendars:
            yield f"{where}: calendar {agency['calendar']} does not exist"
        yield from _dates(where, agency, "valid_from", "valid_to")
        if (agency["valid_to"] is None) == bool(agency["successors"]):
            yield f"{where}: successors belong to an agency that has ended, and only to it"
        for successor in agency["successors"]:
            if successor not in agencies:
                yield f"{where}: successor {successor} does not exist"
            elif agencies[successor]["valid_from"] <= (agency["valid_to"] or ""):
                yield f"{where}: successor {successor} began before it ended"


def _staff(document: Document) -> Iterator[str]:
    units = {one["code"]: {unit["code"] for unit in one["units"]} for one in document["agencies"]}
    for person in document["staff"]:
        where = f"staff: {person['subject']}"
        if person["unit"] not in units.get(person["agency"], set()):
            yield f"{where}: no unit {person['unit']} in agency {person['agency']}"
        if {"SPECIALIST", "SIGNER"} <= set(person["roles"]):
            yield f"{where}: drafts and signs"
        if {"CATALOG_EDITOR", "CATALOG_APPROVER"} <= set(person["roles"]):
            yield f"{where}: edits and approves the catalogue"


def _calendars(document: Document) -> Iterator[str]:
    for calendar in document["calendars"]:
        where = f"calendars: {calendar['code']} {calendar['year']}"
        days = [exception["day"] for exception in calendar["exceptions"]]
        if len(set(days)) != len(days):
            yield f"{where}: a day is given twice"
        by_day = {exception["day"]: exception for exception in calendar["exceptions"]}
        for exception in calendar["exceptions"]:
            day = dt.date.fromisoformat(exception["day"])
            if day.year != calendar["year"]:
                yield f"{where}: {day} is not of that year"
            partner = by_day.get(exception.get("swap_with", exception["day"]))
            if "swap_with" in exception and (
                partner is None or partner.get("swap_with") != exception["day"] or partner is exception
            ):
                yield f"{where}: {day} is swapped with a day that is not swapped with it"
            if (exception["status"] == "HALF") != ("sessions" in exception):
                yield f"{where}: {day}: sessions belong to a half day, and it needs them"


def _processes(document: Document) -> Iterator[str]:
    for process in document["processes"]:
        for problem in graph_problems(process):
            yield f"processes: {process['code']}: {problem}"
        for step in process["steps"]:
            if (step["kind"] == "OFFICE") != (step["role"] is not None and step["unit"] is not None):
                yield f"processes: {process['code']}: {step['code']}: role and unit belong to office steps"


def _variants(document: Document) -> Iterator[str]:
    """Yield what is wrong with an agency's own form of a process: it does there all the common one does."""
    processes = {one["code"]: one for one in document["processes"]}
    for code, process in processes.items():
        base, _, agency = code.partition("@")
        where = f"processes: {code}"
        if (process.get("agency") or "") != agency:
            yield f"{where}: a variant's code is its process's, @, and its agency"
        if not agency:
            continue
        users = [
            one
            for one in document["procedures"]
            if one["process"] == base and agency in performing_agencies(document, one)
        ]
        if base not in processes or not users:
            yield f"{where}: {agency} performs nothing by {base}"
        if list(graph_problems(process)):
            continue
        hours = critical_hours(process)
        for procedure in users:
            if hours > published_hours(document, procedure):
                yield f"{where}: {hours} h outlast the published time of {procedure['code']}"
        yield from _unfilled(document, where, process, agency)


def _procedures(document: Document) -> Iterator[str]:
    sectors = {one["code"] for one in document["sectors"]}
    processes = {one["code"]: one for one in document["processes"]}
    agencies = {one["code"]: one for one in document["agencies"]}
    sound = {code for code, process in processes.items() if not list(graph_problems(process))}
    for procedure in document["procedures"]:
        where = f"procedures: {procedure['code']}"
        yield from _record(where, procedure, sectors)
        unknown = [code for code in performing_agencies(document, procedure) if code not in agencies]
        if unknown or procedure["publishing_agency"] not in agencies:
            yield f"{where}: agencies {unknown} or publisher {procedure['publishing_agency']} do not exist"
            continue
        if (procedure["route"] == "PROVINCE") != (procedure["process"] is not None):
            yield f"{where}: a process belongs to what the province works, and only to that"
        if procedure["process"] is None:
            continue
        if procedure["process"] not in processes:
            yield f"{where}: process {procedure['process']} does not exist"
        elif procedure["process"] in sound:
            process = processes[procedure["process"]]
            if critical_hours(process) > published_hours(document, procedure):
                yield f"{where}: {critical_hours(process)} h of {process['code']} outlast the published time"
            for code in performing_agencies(document, procedure):
                yield from _unfilled(document, where, process, code)


def _record(where: str, procedure: Document, sectors: set[str]) -> Iterator[str]:
    if not CODE.fullmatch(procedure["code"]):
        yield f"{where}: not a national code"
    if procedure["sector"] not in sectors:
        yield f"{where}: sector {procedure['sector']} does not exist"
    for part in ("name", "steps_text", "channels", "components", "levels", "applicant_types", "results"):
        if not procedure[part]:
            yield f"{where}: {part} is empty"
    for part in ("components", "results"):
        codes = [one["code"] for one in procedure[part]]
        if len(set(codes)) != len(codes):
            yield f"{where}: a code of {part} is used twice"
    if (procedure["online_level"] == "FULL") != (procedure["partial_reason"] is None):
        yield f"{where}: less than FULL needs its reason, and only that does"
    if procedure["submit_here"] and procedure["route"] != "PROVINCE":
        yield f"{where}: cannot be submitted here and worked elsewhere"
    if procedure["submit_here"] and not any(one["channel"] == "ONLINE" for one in procedure["channels"]):
        yield f"{where}: submitted here, yet has no online channel"
    yield from _dates(where, procedure["decision"], "signed_on", "effective_on")


def _unfilled(document: Document, where: str, process: Document, performing: str) -> Iterator[str]:
    """Yield the office steps nobody can take in that agency."""
    beside = {step["code"] for step in consultations(process)}
    drafters: set[str] = set()
    signers: set[str] = set()
    for step in process["steps"]:
        if step["kind"] != "OFFICE":
            continue
        agency = step["agency"] or performing
        able = {
            one["subject"]
            for one in document["staff"]
            if one["agency"] == agency and one["unit"] == step["unit"] and step["role"] in one["roles"]
        }
        if not able:
            place = f"{process['code']}.{step['code']}"
            yield f"{where}: nobody in {agency}/{step['unit']} is {step['role']} for {place}"
        if step["role"] == "SPECIALIST" and step["code"] not in beside:
            drafters |= able
        if step["role"] == "SIGNER":
            signers |= able
    if both := sorted(drafters & signers):
        yield f"{where}: {both} would draft and sign in {performing}"


def _interlinked_groups(document: Document) -> Iterator[str]:
    procedures = {one["code"] for one in document["procedures"]}
    for group in document["interlinked_groups"]:
        where = f"interlinked_groups: {group['code']}"
        seen: set[str] = set()
        for member in group["members"]:
            if member["procedure"] not in procedures:
                yield f"{where}: procedure {member['procedure']} does not exist"
            if not set(member["after"]) <= seen:
                yield f"{where}: {member['procedure']} comes after a member not before it"
            seen.add(member["procedure"])
        if group["lead_procedure"] not in seen:
            yield f"{where}: the lead is not a member"


def _dates(where: str, record: Document, first: str, last: str) -> Iterator[str]:
    if record[last] is not None and record[last] < record[first]:
        yield f"{where}: {last} is before {first}"


def main() -> int:
    """Print the problems of the shipped province; return 1 when there are any."""
    found = problems(read())
    for problem in found:
        sys.stdout.write(problem + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
