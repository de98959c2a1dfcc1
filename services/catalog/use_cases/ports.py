"""What the use cases need of the world."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from kernel.core.unit_of_work import Records
from services.catalog.domain.items import ItemKind, Known, Source
from services.catalog.domain.parts import NewVersion, Publication, Shown
from services.catalog.domain.plan import Plan
from services.catalog.use_cases.agencies.place_ports import Ground, Points
from services.catalog.use_cases.agencies.ports import Agencies
from services.catalog.use_cases.agencies.staff_ports import Directory
from services.catalog.use_cases.calendars.ports import Calendars, ProposeYear, Reminders
from services.catalog.use_cases.finding.ports import Finder, Phrases
from services.catalog.use_cases.finding.speaking import Speaking
from services.catalog.use_cases.importing.ports import FileImports, Files
from services.catalog.use_cases.laws.ports import Laws, NationalEntries, Postings, Reviews
from services.catalog.use_cases.open_data import OpenData
from services.catalog.use_cases.outcomes import Outcomes
from services.catalog.use_cases.publishing.ports import Publishing
from services.catalog.use_cases.readers.ports import House, Readers
from services.catalog.use_cases.workflows.ports import Workflows


class Imports(Protocol):
    """What an import compares with and writes."""

    async def known(
        self, source: Source | None, procedures: Sequence[str]
    ) -> Mapping[tuple[ItemKind, str], Known]:
        """Return everything held, with what the other source says of these procedures."""

    def save(self, plan: Plan) -> None:
        """Queue the plan's entries, all but procedures; a concurrent import makes the commit `Stale`."""

    def publish(self, portion: Publication) -> None:
        """Queue some procedures of the plan, all but that search finds them; `Stale` likewise."""

    def shown(self, versions: Sequence[NewVersion]) -> Sequence[Shown]:
        """Return what search finds those by that it may list."""

    def show(self, shown: Sequence[Shown]) -> None:
        """Queue that search finds these versions."""


class Views(Protocol):
    """One statement a screen."""

    async def procedure(self, code: str, on: date, agency: str = "") -> Mapping[str, Any] | None:
        """Return the version in force on that day, with `version`, its days and its publishing agency."""

    async def entry(self, kind: ItemKind, code: str) -> Mapping[str, Any] | None:
        """Return an entry with its `version`."""

    async def entries(self, kind: ItemKind, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return entries in the order of their codes, those after a code."""


class Work(Records, Protocol):
    """The catalogue's unit of work."""

    imports: Imports
    views: Views
    synonyms: Speaking
    finder: Finder
    phrases: Phrases
    files: Files
    file_imports: FileImports
    open_data: OpenData
    workflows: Workflows
    calendars: Calendars
    propose_year: ProposeYear
    reminders: Reminders
    laws: Laws
    reviews: Reviews
    entries: NationalEntries
    postings: Postings
    publishing: Publishing
    agencies: Agencies
    directory: Directory
    points: Points
    ground: Ground
    readers: Readers
    house: House
    outcomes: Outcomes

    async def flush(self) -> None:
        """Write what is queued so far; it stands only when the unit of work commits."""

    def republish(self) -> None:
        """Queue an event with the full state of every entry, in every version that others stand on."""
