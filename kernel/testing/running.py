"""A service really running in the test's process: real database, real edge, a bus of the test's choice."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import orjson
from fastapi import FastAPI
from starlette.types import ASGIApp

from kernel.bus.consumer import Consumer
from kernel.bus.wire import to_message
from kernel.core.bus import Bus, IncomingMessage
from kernel.core.caller import Caller, CallerKind
from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.runtime import Runtime, open_runtime
from kernel.service import Job, JobTick, Service
from kernel.testing.fixed_clock import FixedClock
from kernel.web.app import build_app
from kernel.web.auth import TokenSigner, new_private_jwk, public_jwks
from kernel.web.health import Operations

TEST_KEY = new_private_jwk()
on_answer: list[Callable[[str, httpx.Response], Awaitable[None]]] = []
"""What looks at every answer a test gets, with the name of the service that gave it."""

_idle_apps: dict[int, list[tuple[Service, FastAPI]]] = {}
TEST_PII_KEY = base64.b64encode(b"k" * 32).decode()


@dataclass
class RunningService:
    """What a test does with a service: call it as somebody, hand it events, see what it published."""

    runtime: Runtime
    client: httpx.AsyncClient
    clock: FixedClock
    signer: TokenSigner
    operations: httpx.AsyncClient

    def token(self, caller: Caller) -> str:
        """Return a bearer token for this caller."""
        return self.signer.sign(caller)[0]

    def headers(
        self, caller: Caller | None = None, *, key: str = "", version: int | None = None
    ) -> dict[str, str]:
        """Return headers for a call: who asks, a fresh idempotency key, the version seen."""
        found = {"Idempotency-Key": key or new_id().hex}
        if caller is not None:
            found["Authorization"] = f"Bearer {self.token(caller)}"
        if version is not None:
            found["If-Match"] = f'"{version}"'
        return found

    async def get(self, path: str, caller: Caller | None = None, **options: Any) -> httpx.Response:
        """GET as somebody."""
        return await self.client.get(path, headers=self.headers(caller), **options)

    async def post(
        self,
        path: str,
        body: Any = None,
        caller: Caller | None = None,
        *,
        key: str = "",
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """POST JSON as somebody, with a fresh idempotency key unless one is given."""
        sent = {**self.headers(caller, key=key, version=version), **(headers or {})}
        if isinstance(body, bytes):
            return await self.client.post(path, content=body, headers=sent)
        return await self.client.post(path, json=body if body is not None else {}, headers=sent)

    async def receive(self, *events: Event, source: str = "test") -> None:
        """Hand events to the service's handlers, as the consumer would; a failure is raised."""
        consumer = Consumer(self.runtime)
        for offset, event in enumerate(events):
            row = {
                "event_id": event.id,
                "topic": event.topic,
                "key": event.key,
                "type": event.type,
                "sequence": event.sequence,
                "occurred_at": event.occurred_at,
                "data": orjson.loads(orjson.dumps(event.data)),
                "correlation_id": "test",
                "causation_id": "",
            }
            sent = to_message(row, source)
            message = IncomingMessage(sent.topic, 0, offset, sent.key, sent.value, sent.headers)
            reason = await consumer._apply_patiently(message)  # noqa: SLF001 - the harness is the consumer's loop.
            assert not reason, reason  # noqa: S101 - a test's own check.

    async def published(self, event_type: str = "") -> list[Any]:
        """Return the outbox rows in order, of one type or of all."""
        rows = await self.runtime.pool.fetch("SELECT * FROM outbox ORDER BY id")
        return [row for row in rows if not event_type or row["type"] == event_type]

    async def run_job(self, job: Job) -> None:
        """Run a job once."""
        await job.run(JobTick(self.runtime, self.clock.now()))

    async def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(await self.runtime.pool.fetchval(f'SELECT count(*) FROM "{table}"'))


@asynccontextmanager
async def running(
    service: Service,
    dsn: str,
    bus: Bus,
    settings: Mapping[str, Any] | None = None,
    clock: FixedClock | None = None,
) -> AsyncIterator[RunningService]:
    """Run a service on a migrated database; leaving ends it."""
    the_clock = clock or FixedClock()
    values = {
        "mode": "development",
        "database_url": dsn,
        "bus_url": "memory://",
        "internal_jwks": public_jwks(TEST_KEY),
        "pii_key": TEST_PII_KEY,
        "pool_size": 8,
        **(settings or {}),
    }
    async with open_runtime(service, service.settings(**values), bus, the_clock) as runtime:
        with _app(service, runtime) as app:
            async with (
                _client(service.name, app) as client,
                _client(service.name, Operations(runtime)) as operations,
            ):
                signer = TokenSigner(TEST_KEY, the_clock)
                yield RunningService(runtime, client, the_clock, signer, operations)


@contextmanager
def _app(service: Service, runtime: Runtime) -> Iterator[FastAPI]:
    """Lend an application to a runtime: what it knows it asks of `app.state.runtime`.

    One is kept for the next, because building hundreds of routes takes longer than most tests.
    """
    idle = _idle_apps.setdefault(id(service), [])
    if idle:
        _, app = idle.pop()
        app.state.runtime = runtime
    else:
        app = build_app(service.name, service.title, service.routers, runtime)
        if service.extend_app is not None:
            service.extend_app(app)
    yield app
    idle.append((service, app))


def _client(name: str, app: ASGIApp) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url=f"http://{name}")

    async def look(answer: httpx.Response) -> None:
        for one in on_answer:
            await one(name, answer)

    client.event_hooks = {"response": [look]}
    return client


def a_person(subject: str = "", **known: Any) -> Caller:
    """Return a citizen, identified as surely as anything here asks for."""
    known = {"assurance_level": 2, **known}
    return Caller(subject=subject or f"person-{new_id().hex[-8:]}", kind=CallerKind.PERSON, **known)


def a_staff_member(*roles: str, agency: str, subject: str = "", **known: Any) -> Caller:
    """Return an officer of an agency."""
    name = subject or f"staff-{new_id().hex[-8:]}"
    return Caller(subject=name, kind=CallerKind.STAFF, roles=frozenset(roles), agency=agency, **known)


def a_service(*scopes: str, subject: str = "machine") -> Caller:
    """Return another system with these scopes."""
    return Caller(subject=subject, kind=CallerKind.SERVICE, roles=frozenset(scopes))


def an_event(
    event_type: str,
    key: str,
    data: dict[str, Any],
    *,
    sequence: int = 1,
    clock: FixedClock | None = None,
    event_id: UUID | None = None,
) -> Event:
    """Return an event as another service would have recorded it."""
    at = (clock or FixedClock()).now()
    return Event(
        type=event_type, key=key, sequence=sequence, data=data, occurred_at=at, id=event_id or new_id()
    )
