"""The dossier's stores, in memory."""

import hashlib
from collections.abc import Collection, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel.core.errors import NotFound, Stale
from services.dossier.domain.archive.retention import Ended, Retention
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.figures.fact import SILENT, follow, told_by
from services.dossier.domain.history import Entry
from services.dossier.domain.intake.evidence import Evidence
from services.dossier.domain.papers import Paper, PaperKind
from services.dossier.domain.results.register import Numbering, Registered, ResultState, folded, year_of
from services.dossier.domain.situation import LinkedDossier
from services.dossier.store.archive.work import read_retention
from services.dossier.use_cases.ports import (
    Attachment,
    Grounds,
    IssuedPaper,
    OutsideRequest,
    SubmittedComponent,
)
from services.dossier.use_cases.results.ports import Superseded

if TYPE_CHECKING:
    from tests.builders.dossier.memory import MemoryDatabase, MemoryWork

RETENTION = read_retention()


class MemoryDossiers:
    """All dossiers, each loaded as a copy of its own."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work
        self._database = work.database

    async def load(self, dossier_id: UUID) -> tuple[Dossier, Grounds]:
        if dossier_id not in self._database.dossiers:
            raise NotFound
        dossier = deepcopy(self._database.dossiers[dossier_id])
        account = await self._work.payments.hold(dossier_id)
        return dossier, replace(self._work.catalogue.grounds(dossier), account=account)

    async def load_for_acceptance(
        self, dossier_id: UUID, today: date
    ) -> tuple[Dossier, Grounds, list[SubmittedComponent]]:
        dossier, pinned = await self.load(dossier_id)
        grounds = replace(self._work.catalogue.grounds_on(dossier, today), account=pinned.account)
        return dossier, grounds, [*self._database.components[dossier_id]]

    async def linked(self, dossier_ids: Sequence[UUID]) -> list[LinkedDossier]:
        held = [self._database.dossiers[one] for one in dossier_ids if one in self._database.dossiers]
        return [
            LinkedDossier(
                dossier_id=one.id,
                reference=one.reference,
                dossier_code=one.dossier_code,
                state=one.state,
                outcome=one.result.outcome if one.result else "",
            )
            for one in held
        ]

    async def load_by_portal_code(self, portal_code: str) -> tuple[Dossier, Grounds]:
        for dossier in self._database.dossiers.values():
            if dossier.portal_code == portal_code:
                return await self.load(dossier.id)
        raise NotFound

    def add(self, dossier: Dossier, entry: Entry, components: Sequence[SubmittedComponent]) -> None:
        kept = deepcopy(dossier)

        def write(database: "MemoryDatabase") -> None:
            database.dossiers[kept.id] = kept
            database.history[kept.id] = [entry]
            database.components[kept.id] = [*components]

        self._work.writes.append(write)

    def save(self, dossier: Dossier, entry: Entry) -> None:
        kept = deepcopy(dossier)

        def write(database: "MemoryDatabase") -> None:
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

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work
        self._database = work.database

    def add(self, attachments: Sequence[Attachment]) -> None:
        self._work.writes.append(
            lambda database: database.attachments.update({item.id: item for item in attachments})
        )

    def bind(
        self, attachment_ids: Sequence[UUID], dossier_id: UUID, *, uploaders: Collection[str], purpose: str
    ) -> None:
        def write(database: "MemoryDatabase") -> None:
            for one in dict.fromkeys(attachment_ids):
                held = database.attachments.get(one)
                if held is None or held.dossier_id is not None or held.uploader not in uploaders:
                    raise Stale
                database.attachments[one] = replace(held, dossier_id=dossier_id, purpose=purpose)

        self._work.writes.append(write)

    async def unbound(
        self, attachment_ids: Sequence[UUID], uploaders: Collection[str]
    ) -> dict[UUID, Attachment]:
        held = {one: self._database.attachments.get(one) for one in attachment_ids}
        return {
            one: item
            for one, item in held.items()
            if item is not None and item.dossier_id is None and item.uploader in uploaders
        }

    async def of_dossier(self, dossier_id: UUID) -> list[Attachment]:
        held = self._database.attachments.values()
        return sorted((one for one in held if one.dossier_id == dossier_id), key=lambda one: one.id)

    async def find(self, attachment_id: UUID) -> Attachment | None:
        return self._database.attachments.get(attachment_id)


class MemoryPapers:
    """Issued papers."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work
        self._database = work.database

    def add(self, paper: Paper) -> None:
        kept = IssuedPaper(
            id=paper.id,
            dossier_id=paper.dossier_id,
            kind=paper.kind,
            number=paper.number,
            legal_set=paper.legal_set,
            content_sealed=self._work.seals.seal(paper.content, purpose="paper"),
            sha256=None,
            issued_at=paper.issued_at,
        )
        self._work.writes.append(lambda database: database.papers.update({kept.id: kept}))

    async def find(self, paper_id: UUID) -> IssuedPaper | None:
        return self._database.papers.get(paper_id)

    async def in_force(self, dossier_id: UUID, kind: PaperKind) -> IssuedPaper | None:
        held = [
            one
            for one in self._database.papers.values()
            if (one.dossier_id, one.kind, one.superseded_by) == (dossier_id, kind, None)
        ]
        return max(held, key=lambda one: one.id, default=None)

    def supersede(self, paper_id: UUID, *, by: UUID, at: datetime) -> None:
        del at

        def write(database: "MemoryDatabase") -> None:
            if database.papers[paper_id].superseded_by is not None:
                raise Stale
            database.papers[paper_id] = replace(database.papers[paper_id], superseded_by=by)

        self._work.writes.append(write)

    async def unprinted_of(self, dossier_id: UUID) -> int:
        held = self._database.papers.values()
        return sum(one.dossier_id == dossier_id and one.sha256 is None for one in held)

    async def unprinted(self, after: UUID, limit: int) -> list[UUID]:
        held = self._database.papers.values()
        return sorted(one.id for one in held if one.sha256 is None and one.id > after)[:limit]

    async def keep_printed(self, paper_id: UUID, *, sha256: bytes, size: int, at: datetime) -> bool:
        del size, at
        held = self._database.papers[paper_id]
        if held.sha256 is not None:
            return False
        self._database.papers[paper_id] = replace(held, sha256=sha256)
        return True


class MemoryOutside:
    """Requests to outside systems; a request that was answered or abandoned stays so."""

    def __init__(self, work: "MemoryWork") -> None:
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
        def write(database: "MemoryDatabase") -> None:
            held = database.outside.get(request_id)
            if held is not None and held.state in states:
                database.outside[request_id] = replace(held, **changed)
            elif required:
                raise Stale

        self._work.writes.append(write)


class MemoryResults:
    """Registered results."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work
        self._database = work.database

    def add(self, entry: Registered) -> None:
        self._work.writes.append(lambda database: database.results.update({entry.id: entry}))

    async def recall(self, dossier_id: UUID, *, reason: str, at: datetime) -> None:
        def write(database: "MemoryDatabase") -> None:
            for entry in database.results.values():
                if entry.dossier_id == dossier_id and entry.state is ResultState.VALID:
                    ended = replace(entry, state=ResultState.RECALLED, reason=reason, ended_at=at)
                    database.results = {**database.results, entry.id: ended}

        self._work.writes.append(write)

    async def supersede(self, wrong: UUID, right: UUID, *, reason: str, at: datetime) -> Superseded | None:
        held = {
            one.dossier_id: one for one in self._database.results.values() if one.state is ResultState.VALID
        }
        old, new = held.get(wrong), held.get(right)
        if old is None or new is None:
            return None
        told = replace(
            old, state=ResultState.SUPERSEDED, reason=reason, ended_at=at, replaced_by=new.id, version=2
        )
        self._work.writes.append(lambda database: database.results.update({told.id: told}))
        return Superseded(old.id, new.id)

    async def at_issue(
        self, given: Numbering, attachment_ids: Sequence[UUID], uploaders: Collection[str], *, limit: int
    ) -> tuple[dict[UUID, Attachment], Sequence[Registered]]:
        def is_same(other: Registered) -> bool:
            numbered = (folded(other.number), other.agency) == (folded(given.number), given.agency)
            return numbered and year_of(other.issued_at) == year_of(given.at)

        others = (one for one in self._database.results.values() if one.dossier_id != given.dossier_id)
        free = await self._work.attachments.unbound(attachment_ids, uploaders)
        return free, [one for one in others if is_same(one)][:limit]


class MemoryFigures:
    """Rows of figures, folded as the domain says."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    def changed(self, entry: Entry) -> None:
        told = None if entry.type.split(".")[1] in SILENT else told_by(entry.type, entry.data)
        if told is None:
            return

        def write(database: "MemoryDatabase") -> None:
            before = database.figures.get(told.dossier_id)
            database.figures[told.dossier_id] = follow(before, told, entry.at)

        self._work.writes.append(write)


class MemoryFiles:
    """Contents under their digests, kept whether or not the unit commits."""

    def __init__(self, database: "MemoryDatabase") -> None:
        self._contents = database.contents

    async def put(self, content: bytes) -> bytes:
        digest = hashlib.sha256(content).digest()
        self._contents[digest] = content
        return digest

    async def get(self, sha256: bytes) -> bytes:
        return self._contents[sha256]


class MemoryEvidence:
    """What was seen, in the order it was kept."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    async def hold(self, dossier_id: UUID) -> None:
        del dossier_id

    def add(self, evidence: Sequence[Evidence]) -> None:
        self._work.writes.append(lambda database: database.evidence.extend(evidence))

    async def of(self, dossier_id: UUID) -> list[Evidence]:
        return [item for item in self._work.database.evidence if item.dossier_id == dossier_id]


class MemoryWaysIn:
    """What unit tests need of the ways in; the rest is SQL and tested on PostgreSQL."""

    def __init__(self, work: "MemoryWork") -> None:
        self.evidence = MemoryEvidence(work)


class MemoryRecords:
    """Records of ended dossiers, fixed once."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    def fix(self, dossier: Dossier, told: Ended, retention: Retention) -> None:
        kept = (told, retention)
        self._work.writes.append(lambda database: database.records.setdefault(dossier.id, kept))


class MemoryArchive:
    """The archive as far as the heart knows it."""

    def __init__(self, work: "MemoryWork") -> None:
        self.rules = RETENTION
        self.records = MemoryRecords(work)
