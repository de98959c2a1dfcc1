"""The dossier's copy of the catalogue, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eforms.form import Form
from services.dossier.domain.definitions import Agency, Procedure, Process, calendar_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.ends import Ends
from services.dossier.domain.keepers import Keepers
from services.dossier.domain.mandates import Mandate, mandates_of
from services.dossier.use_cases.ports import (
    Grounds,
    Intake,
)

if TYPE_CHECKING:
    from tests.builders.dossier.memory import MemoryDatabase, MemoryWork


def _chosen(versions: Sequence[dict[str, Any]], agencies: Sequence[str]) -> dict[str, Any]:
    """Return the version to receive under: of each line the highest, of lines the receiver's own."""
    last: dict[str, dict[str, Any]] = {}
    for data in sorted(versions, key=lambda data: data["version"]):
        last[data.get("agency") or ""] = data
    roots = {agency.partition(".")[0] for agency in agencies}

    def fit(line: str) -> tuple[bool, bool, bool, int]:
        performing = last[line]["performing_agencies"]
        named = isinstance(performing, list) and not set(performing).isdisjoint(agencies)
        is_ours = line.partition(".")[0] in roots
        return line not in {"", "QG"}, is_ours, named, int(last[line]["version"])

    return last[max(last, key=fit)]


class MemoryCatalogue:
    """Copies of the catalogue; an older sequence never overwrites a newer one."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work
        self._database = work.database

    def _put(self, table: str, key: Any, data: dict[str, Any], sequence: int) -> None:
        def write(database: "MemoryDatabase") -> None:
            rows = getattr(database, table)
            if key not in rows or rows[key][0] < sequence:
                rows[key] = (sequence, data)

        self._work.writes.append(write)

    async def put_procedure(self, data: dict[str, Any], sequence: int) -> None:
        self._put("procedures", (data["code"], data["version"]), data, sequence)

    async def put_process(self, data: dict[str, Any], sequence: int) -> None:
        self._put("processes", (data["code"], data["version"]), data, sequence)

    async def put_agency(self, data: dict[str, Any], sequence: int) -> None:
        self._put("agencies", data["code"], data, sequence)

    async def put_form(self, data: dict[str, Any], sequence: int) -> None:
        self._put("forms", (data["code"], sequence), data, sequence)

    async def put_staff(self, subject: str, data: dict[str, Any], sequence: int) -> None:
        self._put("staff", subject, data, sequence)

    async def mandates(self, subject: str, day: date) -> Sequence[Mandate]:
        found = self._database.staff.get(subject)
        return mandates_of(found[1], day) if found else []

    async def ends(self, today: date) -> Ends:
        """Nothing ends in memory: PostgreSQL's own words are tried on PostgreSQL."""
        del today
        return Ends(words={}, keepers=Keepers([]))

    async def put_calendar(self, data: dict[str, Any], sequence: int, decided_at: datetime) -> None:
        self._put("calendars", (data["code"], data["year"]), data, sequence)

    async def intake(
        self,
        procedure_code: str,
        agencies: Sequence[str],
        attachment_ids: Sequence[UUID],
        *,
        today: date,
        portal_code: str | None = None,
        calendar_of: str | None = None,
        owner_index: bytes | None = None,
        known_at: datetime | None = None,
    ) -> Intake:
        del owner_index, known_at
        versions = [
            data
            for (code, _), (_, data) in self._database.procedures.items()
            if code == procedure_code and date.fromisoformat(data["valid_from"]) <= today
        ]
        born = (one.id for one in self._database.dossiers.values() if one.portal_code == portal_code)
        existing = next(born, None) if portal_code else None
        if not versions:
            return Intake(None, {}, {}, existing)
        procedure = Procedure.of(_chosen(versions, agencies))
        performing = procedure.performing_agencies
        wanted = {*agencies, *(performing if len(performing) == 1 else ())}
        files = {
            one: self._database.attachments[one]
            for one in attachment_ids
            if one in self._database.attachments
        }
        found = {
            code: Agency(**{name: data[name] for name in Agency.__dataclass_fields__ if name in data})
            for code, (_, data) in self._database.agencies.items()
            if code in wanted
        }
        sequence = max((one[1] for one in self._database.forms if one[0] == procedure_code), default=None)
        form = None if sequence is None else Form(self._database.forms[procedure_code, sequence][1])
        calendar = self.calendar(calendar_of) if calendar_of else None
        return Intake(procedure, found, files, existing, calendar, form=form, form_sequence=sequence)

    def calendar(self, agency: str) -> Any:
        if agency not in self._database.agencies:
            return None
        code = self._database.agencies[agency][1]["calendar"]
        return calendar_of([data for (one, _), (_, data) in self._database.calendars.items() if one == code])

    def grounds_on(self, dossier: Dossier, today: date) -> Grounds:
        """Return what is in force on a day for a dossier not yet accepted, else what it is pinned to."""
        versions = [
            data
            for (code, _), (_, data) in self._database.procedures.items()
            if code == dossier.procedure_code and date.fromisoformat(data["valid_from"]) <= today
        ]
        chosen = _chosen(versions, [dossier.receiving_agency.code, dossier.competent_agency.code])
        if dossier.accepted_at is None and chosen["open"] and chosen["route"] == "PROVINCE":
            dossier = replace(dossier, procedure_version=chosen["version"])
        return self.grounds(dossier)

    def grounds(self, dossier: Dossier) -> Grounds:
        _, data = self._database.procedures[dossier.procedure_code, dossier.procedure_version]
        procedure = Procedure.of(data)
        variant = f"{procedure.process}@{dossier.competent_agency.code}"
        wanted = {dossier.process_code} if dossier.process_code else {variant, procedure.process}
        known = [
            row
            for (code, version), (_, row) in self._database.processes.items()
            if code in wanted and dossier.process_version in {None, version}
        ]
        newest = max(known, key=lambda row: (row["code"] == variant, row["version"]), default=None)
        process = Process.of(newest) if newest else None
        calendar = self.calendar(dossier.competent_agency.code)
        return Grounds(procedure, process, calendar, calendar_in_force=calendar)

    async def identification_levels(self, procedures: Any, today: date) -> list[int | None]:
        begun = [
            (code, row)
            for (code, _), (_, row) in self._database.procedures.items()
            if code in procedures and date.fromisoformat(row["valid_from"]) <= today
        ]
        newest = dict(sorted(begun, key=lambda one: one[1]["version"]))
        return [row.get("identification_level") for row in newest.values()]

    async def component(self, procedure_code: str, component_code: str, today: date) -> dict[str, Any] | None:
        versions = [
            row
            for (code, _), (_, row) in self._database.procedures.items()
            if code == procedure_code and date.fromisoformat(row["valid_from"]) <= today
        ]
        newest = max(versions, key=lambda row: row["version"], default={"components": ()})
        return next((item for item in newest["components"] if item["code"] == component_code), None)
