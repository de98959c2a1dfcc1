"""A service as one declaration; the kernel makes processes of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import MetaData

from kernel.core.bus import TopicSettings
from kernel.core.event import ReceivedEvent
from kernel.settings import KernelSettings

if TYPE_CHECKING:
    from kernel.postgres.unit_of_work import UnitOfWork
    from kernel.runtime import Runtime


class HandlerFunction(Protocol):
    """What a consumer module offers for one event type."""

    async def __call__(self, data: Any, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
        """Apply the event; everything queued on `work` commits with the inbox row."""


@dataclass(frozen=True, slots=True)
class Handler:
    """A function, the event type it takes and the model of the fields it reads."""

    event_type: str
    model: type[BaseModel]
    function: HandlerFunction

    @property
    def topic(self) -> str:
        """The topic the type travels on."""
        return self.event_type.partition(".")[0]


def handles(event_type: str, model: type[BaseModel]) -> Callable[[HandlerFunction], Handler]:
    """Declare a consumer of one event type."""

    def declare(function: HandlerFunction) -> Handler:
        return Handler(event_type, model, function)

    return declare


@dataclass(frozen=True, slots=True)
class JobTick:
    """One run of a job: the moment and a way to open units of work."""

    runtime: "Runtime"
    now: datetime

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator[Any]:
        """Open the service's work; leaving without an error commits it."""
        async with self.runtime.unit_of_work() as unit:
            yield self.runtime.open_work(unit)
            await unit.commit()

    @property
    def resources(self) -> Any:
        """The service's long-lived resources."""
        return self.runtime.resources


@dataclass(frozen=True, slots=True)
class Job:
    """Something time asks for; one replica at a time runs it, under an advisory lock."""

    name: str
    every_seconds: float
    run: Callable[[JobTick], Awaitable[None]]


@asynccontextmanager
async def _no_resources(_: "Runtime") -> AsyncIterator[None]:
    yield None


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything that makes a service; `services/<name>/app.py` builds it from the rooms."""

    name: str
    title: str
    settings: type[KernelSettings]
    tables: MetaData
    work: Callable[["UnitOfWork", Any], Any]
    routers: Sequence[APIRouter] = ()
    handlers: Sequence[Handler] = ()
    jobs: Sequence[Job] = ()
    topics: Mapping[str, TopicSettings] = field(default_factory=dict)
    messages_at_once: int = 1
    """How many messages of one partition may share a transaction when they wait. Above 1 only where messages
    of different partitions never write the same rows: locks are held until the last of them is applied."""
    resources: Callable[["Runtime"], AbstractAsyncContextManager[Any]] = _no_resources
    extend_app: Callable[[Any], None] | None = None
    commands: Mapping[str, Callable[["Runtime", Sequence[str]], Awaitable[int]]] = field(default_factory=dict)

    @property
    def consumed_topics(self) -> list[str]:
        """The topics its handlers read."""
        return sorted({handler.topic for handler in self.handlers})
