"""Dossier's stores in memory: reads see what was committed, a commit is all or nothing.

`tests/conformance/dossier` runs one suite on this and on PostgreSQL, so that the fake tells the truth.
Screens (`views`) are SQL and are tested on PostgreSQL only.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from eforms.form import Form
from kernel.core.errors import NotFound, Stale
from kernel.core.event import Event
from kernel.sealing import Sealer
from kernel.testing.running import TEST_PII_KEY
from services.dossier.domain.definitions import Agency, Procedure, Process, calendar_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.files import Fault
from services.dossier.domain.history import Entry, HistoryKeys
from services.dossier.domain.mandates import Mandate, mandates_of
from services.dossier.domain.papers import Paper
from services.dossier.use_cases.ports import (
    Attachment,
    Grounds,
    Intake,
    IssuedPaper,
    OutsideRequest,
    Policy,
    SubmittedComponent,
)

KEYS = HistoryKeys({"test": b"h" * 32})
SEALS = Sealer(TEST_PII_KEY)


@dataclass
class MemoryDatabase:
    """What was committed."""

    dossiers: dict[UUID, Dossier] = field(default_factory=dict)
    history: dict[UUID, list[Entry]] = field(default_factory=dict)
    components: dict[UUID, list[SubmittedComponent]] = field(default_factory=dict)
    attachments: dict[UUID, Attachment] = field(default_factory=dict)
    papers: dict[UUID, IssuedPaper] = field(default_factory=dict)
    outside: dict[UUID, OutsideRequest] = field(default_factory=dict)
    counters: dict[tuple[str, date], int] = field(default_factory=dict)
    procedures: dict[tuple[str, int], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    processes: dict[tuple[str, int], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    agencies: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    calendars: dict[tuple[str, int], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    staff: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    forms: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    contents: dict[bytes, bytes] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator["MemoryWork"]:
        """Open a unit of work; leaving without an error commits it."""
        work = MemoryWork(self)
        yield work
        work.commit()


class MemoryWork:
    """One unit of work: writes wait for the commit and are tried on a copy first."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.writes: list[Callable[[MemoryDatabase], None]] = []
        self.taken: dict[tuple[str, date], int] = {}
        self.catalogue = MemoryCatalogue(self)
        self.dossiers = MemoryDossiers(self)
        self.attachments = MemoryAttachments(self)
        self.papers = MemoryPapers(self)
        self.outside = MemoryOutside(self)
        self.files = MemoryFiles(database)
        self.seals = SEALS
        self.history_keys = KEYS
        self.policy = Policy()

    async def inspector(self, content: bytes, media_type: str, *, caller: str) -> Fault | None:
        """Take every file: what files are is tested where they are opened."""
        del content, media_type, caller

    async def rest(self) -> None:
        """Do nothing: nobody else waits for memory."""

    def record(self, event: Event) -> None:
        """Publish this event if the unit commits."""
        self.writes.append(lambda database: database.events.append(event))

    def commit(self) -> None:
        """Apply every write, or none when one does not fit."""
        draft = replace(
            self.database,
            **{
                name: {key: [*item] if isinstance(item, list) else item for key, item in held.items()}
                if isinstance(held := getattr(self.database, name), dict)
                else [*held]
                for name in self.database.__dataclass_fields__
                if name != "contents"
            },
        )
        for write in self.writes:
            write(draft)
        draft.counters.update(self.taken)
        vars(self.database).update(vars(draft))


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

    def __init__(self, work: MemoryWork) -> None:
        self._work = work
        self._database = work.database

    def _put(self, table: str, key: Any, data: dict[str, Any], sequence: int) -> None:
        def write(database: MemoryDatabase) -> None:
            rows = getattr(database, table)
            if key not in rows or rows[key][0] < sequence:
                rows[key] = (sequence, data)

        self._work.writes.append(write)

    def put_procedure(self, data: dict[str, Any], sequence: int) -> None:
        self._put("procedures", (data["code"], data["version"]), data, sequence)

    def put_process(self, data: dict[str, Any], sequence: int) -> None:
        self._put("processes", (data["code"], data["version"]), data, sequence)

    def put_agency(self, data: dict[str, Any], sequence: int) -> None:
        self._put("agencies", data["code"], data, sequence)

    def put_form(self, data: dict[str, Any], sequence: int) -> None:
        self._put("forms", data["code"], data, sequence)

    def put_staff(self, subject: str, data: dict[str, Any], sequence: int) -> None:
        self._put("staff", subject, data, sequence)

    async def mandates(self, subject: str, day: date) -> Sequence[Mandate]:
        found = self._database.staff.get(subject)
        return mandates_of(found[1], day) if found else []

    def put_calendar(self, data: dict[str, Any], sequence: int) -> None:
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
    ) -> Intake:
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
        form = (
            Form(self._database.forms[procedure_code][1]) if procedure_code in self._database.forms else None
        )
        calendar = self.calendar(calendar_of) if calendar_of else None
        return Intake(procedure, found, files, existing, calendar, form=form)

    def calendar(self, agency: str) -> Any:
        if agency not in self._database.agencies:
            return None
        code = self._database.agencies[agency][1]["calendar"]
        return calendar_of([data for (one, _), (_, data) in self._database.calendars.items() if one == code])

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
        return Grounds(procedure, process, self.calendar(dossier.competent_agency.code))

    async def component(self, procedure_code: str, component_code: str, today: date) -> dict[str, Any] | None:
        versions = [
            row
            for (code, _), (_, row) in self._database.procedures.items()
            if code == procedure_code and date.fromisoformat(row["valid_from"]) <= today
        ]
        newest = max(versions, key=lambda row: row["version"], default={"components": ()})
        return next((item for item in newest["components"] if item["code"] == component_code), None)


class MemoryDossiers:
    """All dossiers, each loaded as a copy of its own."""

    def __init__(self, work: MemoryWork) -> None:
        self._work = work
        self._database = work.database

    async def load(self, dossier_id: UUID) -> tuple[Dossier, Grounds]:
        if dossier_id not in self._database.dossiers:
            raise NotFound
        dossier = deepcopy(self._database.dossiers[dossier_id])
        return dossier, self._work.catalogue.grounds(dossier)

    async def load_for_acceptance(
        self, dossier_id: UUID
    ) -> tuple[Dossier, Grounds, list[SubmittedComponent]]:
        dossier, grounds = await self.load(dossier_id)
        return dossier, grounds, [*self._database.components[dossier_id]]

    async def load_by_portal_code(self, portal_code: str) -> tuple[Dossier, Grounds]:
        for dossier in self._database.dossiers.values():
            if dossier.portal_code == portal_code:
                return await self.load(dossier.id)
        raise NotFound

    def add(self, dossier: Dossier, entry: Entry, components: Sequence[SubmittedComponent]) -> None:
        kept = deepcopy(dossier)

        def write(database: MemoryDatabase) -> None:
            database.dossiers[kept.id] = kept
            database.history[kept.id] = [entry]
            database.components[kept.id] = [*components]

        self._work.writes.append(write)

    def save(self, dossier: Dossier, entry: Entry) -> None:
        kept = deepcopy(dossier)

        def write(database: MemoryDatabase) -> None:
            if database.dossiers[kept.id].version != kept.version - 1:
                raise Stale
            database.dossiers[kept.id] = kept
            database.history[kept.id].append(entry)

        self._work.writes.append(write)

    async def hold(self, portal_code: str) -> None:
        """One unit at a time: nothing to wait for."""
        del portal_code

    async def next_number(self, agency: str, day: date) -> int:
        last = self._work.taken.get((agency, day), self._database.counters.get((agency, day), 0))
        self._work.taken[agency, day] = last + 1
        return last + 1


class MemoryAttachments:
    """Files' records."""

    def __init__(self, work: MemoryWork) -> None:
        self._work = work
        self._database = work.database

    def add(self, attachments: Sequence[Attachment]) -> None:
        self._work.writes.append(
            lambda database: database.attachments.update({item.id: item for item in attachments})
        )

    def bind(self, attachment_ids: Sequence[UUID], dossier_id: UUID, *, uploader: str, purpose: str) -> None:
        def write(database: MemoryDatabase) -> None:
            for one in dict.fromkeys(attachment_ids):
                held = database.attachments.get(one)
                if held is None or held.dossier_id is not None or held.uploader != uploader:
                    raise Stale
                database.attachments[one] = replace(held, dossier_id=dossier_id, purpose=purpose)

        self._work.writes.append(write)

    async def unbound(self, attachment_ids: Sequence[UUID], uploader: str) -> dict[UUID, Attachment]:
        held = {one: self._database.attachments.get(one) for one in attachment_ids}
        return {
            one: item
            for one, item in held.items()
            if item is not None and item.dossier_id is None and item.uploader == uploader
        }

    async def find(self, attachment_id: UUID) -> Attachment | None:
        return self._database.attachments.get(attachment_id)


class MemoryPapers:
    """Issued papers."""

    def __init__(self, work: MemoryWork) -> None:
        self._work = work
        self._database = work.database

    def add(self, paper: Paper) -> None:
        kept = IssuedPaper(
            id=paper.id,
            dossier_id=paper.dossier_id,
            kind=paper.kind,
            number=paper.number,
            content_sealed=SEALS.seal(paper.content, purpose="paper"),
            sha256=None,
        )
        self._work.writes.append(lambda database: database.papers.update({kept.id: kept}))

    async def find(self, paper_id: UUID) -> IssuedPaper | None:
        return self._database.papers.get(paper_id)

    async def unprinted(self, limit: int) -> list[UUID]:
        return sorted(one.id for one in self._database.papers.values() if one.sha256 is None)[:limit]

    async def keep_printed(self, paper_id: UUID, *, sha256: bytes, size: int, at: datetime) -> bool:
        del size, at
        held = self._database.papers[paper_id]
        if held.sha256 is not None:
            return False
        self._database.papers[paper_id] = replace(held, sha256=sha256)
        return True


class MemoryOutside:
    """Requests to outside systems; a request that was answered or abandoned stays so."""

    def __init__(self, work: MemoryWork) -> None:
        self._work = work
        self._database = work.database

    def add(self, request: OutsideRequest) -> None:
        self._work.writes.append(lambda database: database.outside.update({request.id: request}))

    async def find(self, request_id: UUID) -> OutsideRequest | None:
        return self._database.outside.get(request_id)

    async def due(self, limit: int) -> list[OutsideRequest]:
        return [one for one in self._database.outside.values() if one.state == "WAITING"][:limit]

    def answer(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        del outcome, at
        self._change(request_id, {"WAITING", "SENT"}, required=True, state="ANSWERED", evidence=evidence)

    def abandon(self, request_id: UUID) -> None:
        self._change(request_id, {"WAITING", "SENT"}, required=False, state="ABANDONED")

    def sent(self, request_id: UUID) -> None:
        self._change(request_id, {"WAITING"}, required=False, state="SENT")

    def _change(self, request_id: UUID, states: set[str], *, required: bool, **changed: Any) -> None:
        def write(database: MemoryDatabase) -> None:
            held = database.outside.get(request_id)
            if held is not None and held.state in states:
                database.outside[request_id] = replace(held, **changed)
            elif required:
                raise Stale

        self._work.writes.append(write)


class MemoryFiles:
    """Contents under their digests, kept whether or not the unit commits."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._contents = database.contents

    async def put(self, content: bytes) -> bytes:
        digest = hashlib.sha256(content).digest()
        self._contents[digest] = content
        return digest

    async def get(self, sha256: bytes) -> bytes:
        return self._contents[sha256]
