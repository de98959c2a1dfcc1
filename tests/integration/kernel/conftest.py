"""A service about nothing, to test the kernel without a noun of the business: jars with pebbles."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import MetaData

from kernel.core.bus import Bus
from kernel.core.errors import NotFound, Refusal
from kernel.core.event import Event, ReceivedEvent
from kernel.core.ids import new_id
from kernel.postgres.ddl import V1
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.service import Service, handles
from kernel.settings import KernelSettings
from kernel.testing.running import RunningService, running
from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.edge import PUBLIC, EdgeRoute
from stack.postgres import PostgresAddress, provision

_ADD = Statement("INSERT INTO jars (id, pebbles, version) VALUES (:id, :pebbles, 1)")
_FILL = Statement(
    "UPDATE jars SET pebbles = pebbles + :pebbles, version = version + 1"
    " WHERE id = :id AND version = :version"
)
_GET = Statement("SELECT id, pebbles, version FROM jars WHERE id = :id")
_SEEN = Statement("INSERT INTO sightings (jar_id, sequence) VALUES (:jar_id, :sequence)")


class Full(Refusal):
    code = "jar-full"
    title = "Lọ đã đầy"


class NewJar(BaseModel):
    model_config = ConfigDict(extra="forbid")
    pebbles: int = Field(ge=0, le=10, strict=True)
    label: str = Field(default="", max_length=20)


class JarShown(BaseModel):
    id: UUID
    pebbles: int
    version: int


router = APIRouter(route_class=EdgeRoute, prefix="/v1")
Work = Annotated[UnitOfWork, Depends(current_work)]


def _event(kind: str, jar_id: UUID, version: int, now: datetime) -> Event:
    return Event(type=kind, key=str(jar_id), sequence=version, data={"jar_id": str(jar_id)}, occurred_at=now)


@router.post("/jars", status_code=201)
async def add_jar(body: NewJar, work: Work, now: Now, response: Response) -> JarShown:
    jar_id = new_id()
    work.write(_ADD, id=jar_id, pebbles=body.pebbles)
    work.record(_event("jar.added.v1", jar_id, 1, now))
    response.headers["ETag"] = '"1"'
    return JarShown(id=jar_id, pebbles=body.pebbles, version=1)


@router.post("/jars/{jar_id}/filling")
async def fill_jar(
    jar_id: UUID, body: NewJar, seen: IfMatch, work: Work, now: Now, caller: Caller
) -> JarShown:
    row = await work.fetch_one(_GET, id=jar_id)
    if row is None:
        raise NotFound
    if row["pebbles"] + body.pebbles > 10:
        raise Full
    work.write(_FILL, id=jar_id, pebbles=body.pebbles, version=seen)
    work.record(_event("jar.filled.v1", jar_id, seen + 1, now))
    return JarShown(id=jar_id, pebbles=row["pebbles"] + body.pebbles, version=seen + 1)


@router.get("/jars/{jar_id}", openapi_extra=PUBLIC)
async def get_jar(jar_id: UUID, work: Work) -> JarShown:
    row = await work.fetch_one(_GET, id=jar_id)
    if row is None:
        raise NotFound
    return JarShown(**row)


class JarFields(BaseModel):
    jar_id: UUID


@handles("jar.added.v1", JarFields)
async def on_jar_added(data: JarFields, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    if event.data.get("poison"):
        raise RuntimeError("this jar breaks the handler")
    work.write(_SEEN, jar_id=data.jar_id, sequence=event.sequence)


@handles("jar.filled.v1", JarFields)
async def on_jar_filled(data: JarFields, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    if event.data.get("echo"):
        work.record(_event("jar.echoed.v1", data.jar_id, event.sequence, now))
    work.write(_SEEN, jar_id=data.jar_id, sequence=event.sequence)


jars = Service(
    name="jars",
    title="Jars",
    settings=KernelSettings,
    tables=MetaData(),
    work=lambda unit, _: unit,
    routers=[router],
    handlers=[on_jar_added, on_jar_filled],
)
Start = Callable[..., Awaitable[RunningService]]
_TABLES = (
    "CREATE TABLE jars (id uuid PRIMARY KEY, pebbles int NOT NULL, version bigint NOT NULL)",
    "CREATE TABLE sightings (jar_id uuid, sequence bigint, at timestamptz DEFAULT clock_timestamp())",
)


@pytest.fixture
async def jars_dsn(postgres_server: PostgresAddress) -> str:
    name = f"jars_{new_id().hex[-12:]}"
    dsn: str = provision(postgres_server, [name])[name]
    connection = await asyncpg.connect(dsn)
    for statement in (*V1, *_TABLES):
        await connection.execute(statement)
    await connection.close()
    return dsn


@pytest.fixture
async def start_jars(jars_dsn: str):
    from contextlib import AsyncExitStack

    from kernel.bus.memory import MemoryBus

    async with AsyncExitStack() as stack:

        async def begin(bus: Bus | None = None, *, at_once: int = 1, **settings: Any) -> RunningService:
            service = replace(jars, messages_at_once=at_once)
            return await stack.enter_async_context(running(service, jars_dsn, bus or MemoryBus(), settings))

        yield begin
