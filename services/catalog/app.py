"""Builds the catalog service from its rooms."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import cast

import orjson
import yaml

from contracts.topics import topics_for
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.runtime import Runtime
from kernel.service import JobTick, Service
from services.catalog.api import (
    agencies,
    calendars,
    file_imports,
    imports,
    law_work,
    laws,
    open_data,
    outcomes,
    places,
    procedures,
    registers,
    search,
    staff,
)
from services.catalog.api.publishing import decisions, drafts, versions
from services.catalog.api.readers import directory, feeds, forms, pages, sheets, subscriptions
from services.catalog.api.workflows import groups as workflow_groups
from services.catalog.api.workflows import processes as workflow_processes
from services.catalog.clients.public_holidays import propose_year
from services.catalog.consumers import dossier
from services.catalog.domain.search_terms import Synonyms
from services.catalog.domain.speech import Phrasebook, phrasebook_of
from services.catalog.jobs.administration import APPLY_DUE_CHANGES, LOAD_UNITS
from services.catalog.jobs.calendars import REMIND_OF_CALENDARS
from services.catalog.jobs.laws import READ_CITATIONS, WATCH_LAWS
from services.catalog.jobs.outcomes import COUNT_DEMAND
from services.catalog.jobs.publish_workflows import PUBLISH_WORKFLOWS
from services.catalog.jobs.readers import TELL_CHANGES
from services.catalog.jobs.take_files import TAKE_FILES
from services.catalog.settings import Settings
from services.catalog.store.press import TypstPress
from services.catalog.store.published import PUBLISHED
from services.catalog.store.tables import metadata
from services.catalog.store.work import PostgresWork, Resources
from services.catalog.use_cases.finding.speaking import Speaking
from services.catalog.use_cases.readers.ports import House
from services.catalog.use_cases.republish import republish

_SYNONYMS = Path(__file__).parent / "data" / "synonyms.yaml"


@cache
def read_phrasebook() -> Phrasebook:
    """Read how people speak of procedures, once a process."""
    return phrasebook_of(yaml.load(_SYNONYMS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


@cache
def shipped_synonyms() -> Synonyms:
    """Return what is shipped, made ready for looking up, once a process."""
    return Synonyms(read_phrasebook())


@asynccontextmanager
async def open_resources(runtime: Runtime) -> AsyncIterator[Resources]:
    """Hold what is known of how people speak, and what readers' links are made of."""
    settings = cast("Settings", runtime.settings)
    house = House(settings.public_url.rstrip("/"), runtime.seals, TypstPress(), settings.identification_level)
    yield Resources(Speaking(read_phrasebook(), shipped_synonyms()), house)


async def _republish(runtime: Runtime, _: Sequence[str]) -> int:
    now = runtime.clock.now()
    async with JobTick(runtime, now).open_work() as work:
        republish(work)
    return 0


async def _published(runtime: Runtime, _: Sequence[str]) -> int:
    """Print every publication as a line, for a reader's copies to be held against."""
    async with runtime.unit_of_work() as unit:
        for statement in PUBLISHED:
            async for rows in unit.stream(statement, batch=200):
                for row in rows:
                    sys.stdout.write(orjson.dumps(dict(row)).decode() + "\n")
    return 0


def _open_work(unit: UnitOfWork, resources: Resources) -> PostgresWork:
    return PostgresWork(unit, resources, propose_year)


service = Service(
    name="catalog",
    title="Danh mục: thủ tục hành chính, cơ quan, quy trình, lịch làm việc",
    settings=Settings,
    tables=metadata,
    work=_open_work,
    routers=[
        search.router,
        outcomes.router,
        procedures.router,
        registers.router,
        calendars.router,
        laws.router,
        law_work.router,
        agencies.router,
        staff.router,
        places.router,
        imports.router,
        file_imports.router,
        open_data.router,
        versions.router,
        drafts.router,
        decisions.router,
        workflow_processes.router,
        workflow_processes.draft_routes,
        workflow_groups.router,
        workflow_groups.draft_routes,
        sheets.router,
        sheets.process_router,
        forms.router,
        forms.checks,
        forms.draft_routes,
        pages.router,
        pages.draft_routes,
        directory.router,
        feeds.router,
        subscriptions.router,
    ],
    jobs=[
        TAKE_FILES,
        APPLY_DUE_CHANGES,
        LOAD_UNITS,
        PUBLISH_WORKFLOWS,
        REMIND_OF_CALENDARS,
        READ_CITATIONS,
        WATCH_LAWS,
        TELL_CHANGES,
        COUNT_DEMAND,
    ],
    handlers=dossier.HANDLERS,
    topics=topics_for("catalog", "dossier"),
    resources=open_resources,
    commands={"republish": _republish, "published": _published},
)
