"""The catalogue's work around one unit of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from kernel.core.event import Event
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.store.agencies import PostgresAgencies
from services.catalog.store.calendars import PostgresCalendars
from services.catalog.store.decisions import PostgresPublishing
from services.catalog.store.directory import PostgresDirectory
from services.catalog.store.file_imports import PostgresFileImports, PostgresFiles
from services.catalog.store.finding import PostgresFinder
from services.catalog.store.ground import PostgresGround
from services.catalog.store.imports import PostgresImports
from services.catalog.store.law_work import PostgresNationalEntries, PostgresPostings, PostgresReviews
from services.catalog.store.laws import PostgresLaws
from services.catalog.store.open_data import PostgresOpenData
from services.catalog.store.outcomes import PostgresOutcomes
from services.catalog.store.phrases import PostgresPhrases
from services.catalog.store.points import PostgresPoints
from services.catalog.store.readers import PostgresReaders
from services.catalog.store.reminders import PostgresReminders
from services.catalog.store.republish import REPUBLISH
from services.catalog.store.views import PostgresViews
from services.catalog.store.workflows import PostgresWorkflows
from services.catalog.use_cases.calendars.ports import ProposeYear
from services.catalog.use_cases.finding.speaking import Speaking
from services.catalog.use_cases.readers.ports import House

_BRIEF = (
    "sector",
    "sector_name",
    "levels",
    "applicant_types",
    "online_level",
    "route",
    "submit_here",
    "name",
)


@dataclass(frozen=True, slots=True)
class Resources:
    """What lives as long as the process."""

    speaking: Speaking
    house: House


class PostgresWork:
    """Stores, views and what the service knows of how people speak."""

    def __init__(self, unit: UnitOfWork, resources: Resources, propose_year: ProposeYear) -> None:
        self._unit = unit
        self.propose_year = propose_year
        self.synonyms = resources.speaking
        self.house = resources.house
        self.readers = PostgresReaders(unit)
        self.imports = PostgresImports(unit, _brief)
        self.views = PostgresViews(unit)
        self.finder = PostgresFinder(unit)
        self.phrases = PostgresPhrases(unit)
        self.files = PostgresFiles()
        self.file_imports = PostgresFileImports(unit)
        self.open_data = PostgresOpenData(unit)
        self.workflows = PostgresWorkflows(unit)
        self.calendars = PostgresCalendars(unit)
        self.reminders = PostgresReminders(unit)
        self.laws = PostgresLaws(unit)
        self.reviews = PostgresReviews(unit)
        self.entries = PostgresNationalEntries(unit)
        self.postings = PostgresPostings(unit)
        self.publishing = PostgresPublishing(unit, _brief)
        self.agencies = PostgresAgencies(unit)
        self.directory = PostgresDirectory(unit)
        self.points = PostgresPoints(unit)
        self.ground = PostgresGround(unit)
        self.outcomes = PostgresOutcomes(unit)

    def record(self, event: Event) -> None:
        """Publish this event with the commit."""
        self._unit.record(event)

    async def flush(self) -> None:
        """Write what is queued so far, for the commit to let it stand."""
        await self._unit.flush()

    def republish(self) -> None:
        """Queue an event with the full state of every entry, in every version that others stand on."""
        for statement in REPUBLISH:
            self._unit.write(statement)


def _brief(record: Mapping[str, Any]) -> str:
    return orjson.dumps({name: record.get(name) for name in _BRIEF}).decode()
