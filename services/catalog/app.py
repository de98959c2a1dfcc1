"""Builds the catalog service from its rooms."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import yaml

from contracts.topics import topics_for
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.runtime import Runtime
from kernel.service import JobTick, Service
from services.catalog.api import agencies, calendars, imports, places, procedures, registers, search, staff
from services.catalog.api.publishing import decisions, drafts, versions
from services.catalog.api.workflows import groups as workflow_groups
from services.catalog.api.workflows import processes as workflow_processes
from services.catalog.clients.public_holidays import propose_year
from services.catalog.domain.speech import Phrasebook, phrasebook_of
from services.catalog.jobs.administration import APPLY_DUE_CHANGES, LOAD_UNITS
from services.catalog.jobs.calendars import REMIND_OF_CALENDARS
from services.catalog.jobs.publish_workflows import PUBLISH_WORKFLOWS
from services.catalog.settings import Settings
from services.catalog.store.tables import metadata
from services.catalog.store.work import PostgresWork
from services.catalog.use_cases.finding.speaking import Speaking
from services.catalog.use_cases.republish import republish

_SYNONYMS = Path(__file__).parent / "data" / "synonyms.yaml"


def read_phrasebook() -> Phrasebook:
    """Read how people speak of procedures."""
    return phrasebook_of(yaml.safe_load(_SYNONYMS.read_text(encoding="utf-8")))


@asynccontextmanager
async def open_resources(_: Runtime) -> AsyncIterator[Speaking]:
    """Hold what is known of how people speak as long as the process lives."""
    yield Speaking(read_phrasebook())


async def _republish(runtime: Runtime, _: Sequence[str]) -> int:
    now = runtime.clock.now()
    async with JobTick(runtime, now).open_work() as work:
        republish(work, now.date())
    return 0


def _open_work(unit: UnitOfWork, resources: Speaking) -> PostgresWork:
    return PostgresWork(unit, resources, propose_year)


service = Service(
    name="catalog",
    title="Danh mục: thủ tục hành chính, cơ quan, quy trình, lịch làm việc",
    settings=Settings,
    tables=metadata,
    work=_open_work,
    routers=[
        search.router,
        procedures.router,
        registers.router,
        calendars.router,
        agencies.router,
        staff.router,
        places.router,
        imports.router,
        versions.router,
        drafts.router,
        decisions.router,
        workflow_processes.router,
        workflow_processes.draft_routes,
        workflow_groups.router,
        workflow_groups.draft_routes,
    ],
    jobs=[APPLY_DUE_CHANGES, LOAD_UNITS, PUBLISH_WORKFLOWS, REMIND_OF_CALENDARS],
    topics=topics_for("catalog"),
    resources=open_resources,
    commands={"republish": _republish},
)
