"""Builds the gateway from its rooms: the one file that knows them all."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter

from contracts.topics import topics_for
from kernel.runtime import Runtime
from kernel.service import Handler, Job, Service
from services.gateway.settings import Settings
from services.gateway.store.tables import metadata
from services.gateway.store.work import PostgresWork

ROUTERS: Sequence[APIRouter] = ()
HANDLERS: Sequence[Handler] = ()
JOBS: Sequence[Job] = ()


@asynccontextmanager
async def open_resources(_: Runtime) -> AsyncIterator[Any]:
    """Open what lives as long as the process."""
    yield None


service = Service(
    name="gateway",
    title="Một Cửa: cổng vào",
    settings=Settings,
    tables=metadata,
    work=PostgresWork,
    routers=ROUTERS,
    handlers=HANDLERS,
    jobs=JOBS,
    topics=topics_for("gateway", "dossier", "staff", "agency"),
    resources=open_resources,
)
