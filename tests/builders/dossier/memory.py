"""Dossier's stores in memory: reads see what was committed, a commit is all or nothing.

`tests/conformance/dossier` runs one suite on this and on PostgreSQL, so that the fake tells the truth.
Screens (`views`) are SQL and are tested on PostgreSQL only.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.event import Event
from kernel.sealing import Sealer
from kernel.testing.running import TEST_PII_KEY
from services.dossier.domain.archive.retention import Ended, Retention
from services.dossier.domain.desk.post import PostItem
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.figures.fact import Fact
from services.dossier.domain.files import Fault
from services.dossier.domain.history import Entry, HistoryKeys
from services.dossier.domain.intake.evidence import Evidence
from services.dossier.domain.payments.account import Entry as MoneyEntry
from services.dossier.domain.payments.fees import FeeRules
from services.dossier.domain.results.register import Registered
from services.dossier.store.legal_sets import read_legal_sets
from services.dossier.store.limits import read_limits
from services.dossier.use_cases.files.ports import Scanned, Verdict
from services.dossier.use_cases.ports import (
    Attachment,
    IssuedPaper,
    OutsideRequest,
    Policy,
    SubmittedComponent,
)
from tests.builders.dossier.memory_catalogue import MemoryCatalogue
from tests.builders.dossier.memory_payments import MemoryDues, MemoryPayments
from tests.builders.dossier.memory_stores import (
    MemoryArchive,
    MemoryAttachments,
    MemoryDossiers,
    MemoryFigures,
    MemoryFiles,
    MemoryOutside,
    MemoryPapers,
    MemoryResults,
    MemoryWaysIn,
)
from tests.builders.dossier.memory_work import MemoryColleagues, MemoryDesk, MemorySlips

KEYS = HistoryKeys({"test": b"h" * 32})
LIMITS = read_limits()
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
    evidence: list[Evidence] = field(default_factory=list)
    results: dict[UUID, Registered] = field(default_factory=dict)
    counters: dict[tuple[str, date], int] = field(default_factory=dict)
    procedures: dict[tuple[str, int], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    processes: dict[tuple[str, int], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    agencies: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    calendars: dict[tuple[str, int], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    staff: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    forms: dict[tuple[str, int], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    post_items: dict[UUID, PostItem] = field(default_factory=dict)
    slips: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    figures: dict[UUID, Fact] = field(default_factory=dict)
    records: dict[UUID, tuple[Ended, Retention]] = field(default_factory=dict)
    contents: dict[bytes, bytes] = field(default_factory=dict)
    entries: dict[UUID, list[MoneyEntry]] = field(default_factory=dict)
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
        self.catalogue = self.published = MemoryCatalogue(self)
        self.dossiers = MemoryDossiers(self)
        self.attachments = MemoryAttachments(self)
        self.papers = MemoryPapers(self)
        self.outside = MemoryOutside(self)
        self.results = MemoryResults(self)
        self.slips = MemorySlips(self)
        self.desk = MemoryDesk(self)
        self.colleagues = MemoryColleagues(self)
        self.ways_in = MemoryWaysIn(self)
        self.figures = MemoryFigures(self)
        self.archive = MemoryArchive(self)
        self.payments = MemoryPayments(self)
        self.fee_rules = FeeRules()
        self.files = MemoryFiles(database)
        self.seals = SEALS
        self.history_keys = KEYS
        self.policy = Policy()
        self.limits = LIMITS
        self.dues = MemoryDues(self)
        self.legal_sets = read_legal_sets()

    async def inspector(self, content: bytes, media_type: str, *, caller: str) -> Fault | None:
        """Take every file: what files are is tested where they are opened."""
        del content, media_type, caller

    async def scanner(self, content: bytes) -> Scanned:
        """Look at nothing, as where no scanner is set up."""
        del content
        return Scanned(Verdict.OFF)

    async def signatures(self, content: bytes, *, now: datetime, caller: str) -> list[dict[str, Any]]:
        """Find none: signatures are verified where files are opened."""
        del content, now, caller
        return []

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
