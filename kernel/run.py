"""Makes processes of a service: `python -m services.<name> api|consume|relay|jobs|migrate|all|check`."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import timedelta

import structlog
import uvloop
from fastapi import FastAPI
from pydantic import ValidationError

from kernel.allocator import keep_giving_back
from kernel.bus.consumer import Consumer
from kernel.bus.dead_letters import DeadLetters
from kernel.bus.open_bus import open_bus
from kernel.bus.relay import run_relay
from kernel.core.bus import BusUnavailable, TopicSettings
from kernel.core.clock import SystemClock
from kernel.core.ending import as_told
from kernel.jobs import run_jobs
from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.migrations import migrate
from kernel.runtime import Runtime, open_runtime
from kernel.service import Service
from kernel.settings import KernelSettings
from kernel.telemetry import configure_logging
from kernel.web.app import build_app
from kernel.web.health import Operations
from kernel.web.listener import listen

ROLES = ("api", "consume", "relay", "jobs", "migrate", "all", "check", "dead-letters")
_log = structlog.get_logger()


def describe(service: Service) -> FastAPI:
    """Return the service's application without anything behind it, for its OpenAPI document."""
    app = build_app(service.name, service.title, service.routers, None)
    if service.extend_app is not None:
        service.extend_app(app)
    return app


def run(service: Service, arguments: Sequence[str] | None = None) -> None:
    """Run the role named on the command line until SIGTERM or SIGINT; exit non-zero on a wrong setting."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    role = (given or ["all"])[0].removeprefix("--")
    if role not in ROLES and role not in service.commands:
        sys.exit(f"unknown role {role!r}: one of {', '.join((*ROLES, *service.commands))}")
    if role == "check":
        document = describe(service).openapi()
        sys.stdout.write(f"{document['info']['title']}: {len(document['paths'])} paths\n")
        return
    try:
        settings = service.settings()
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        sys.exit(f"{service.name} cannot start: {problems}")
    configure_logging(service.name, role, settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(serve(service, settings, role, given[1:])))


async def serve(service: Service, settings: KernelSettings, role: str, arguments: Sequence[str] = ()) -> int:
    """Run one role; return the exit code."""
    dsn = settings.database_url.get_secret_value()
    if role == "migrate":
        await migrate(dsn, service.name, service.tables)
        return 0
    clock = SystemClock(timedelta(seconds=settings.clock_offset_seconds))
    bus = open_bus(
        settings.bus_url.get_secret_value(),
        client_id=service.name,
        security=settings.bus_security(),
        clock=clock,
    )
    try:
        async with open_runtime(service, settings, bus, clock) as runtime, _signals(runtime):
            if role == "dead-letters":
                return await _dead_letters(runtime, arguments)
            if role in service.commands:
                return await service.commands[role](runtime, arguments)
            await bus.ensure_topics(_topics(service))
            _rest_the_collector()
            await run_roles(runtime, role)
    except (*BROKEN_WORLD, BusUnavailable) as error:
        _log.error("cannot_start", error=repr(error))
        return 1
    return 0


def _rest_the_collector() -> None:
    """Leave what was loaded at start alone, and look at young objects less often.

    A request makes thousands of objects and hardly a cycle: looking every 700 took 6 % of a submit's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _topics(service: Service) -> dict[str, TopicSettings]:
    """Return the topics this service declares (its own and those it reads) and its dead-letter topics."""
    dead = {f"{topic}.dead.{service.name}": TopicSettings(partitions=1) for topic in service.consumed_topics}
    return {**service.topics, **dead}


async def run_roles(runtime: Runtime, role: str) -> None:
    """Do a role's work until the process is told to stop; its operations port answers from first to last."""
    settings, ended = runtime.settings, asyncio.Event()
    async with asyncio.TaskGroup() as around:
        operations = Operations(runtime)
        around.create_task(
            listen(operations, "operations", settings.ops_host, settings.ops_port, until=ended)
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_wait_for_the_end(runtime))
                group.create_task(_together(runtime, keep_giving_back(runtime.stopping)))
                if role in {"api", "all"}:
                    app = _public_app(runtime)
                    listening = listen(app, "public", settings.host, settings.port, until=runtime.stopping)
                    group.create_task(_together(runtime, listening))
                if role in {"relay", "all"}:
                    group.create_task(_together(runtime, run_relay(runtime)))
                if role in {"consume", "all"}:
                    group.create_task(_together(runtime, Consumer(runtime).run()))
                if role in {"jobs", "all"}:
                    group.create_task(_together(runtime, run_jobs(runtime)))
        finally:
            ended.set()


async def _together(runtime: Runtime, work: Awaitable[None]) -> None:
    """Do one part of a role; where it fails, every other ends as well, by itself if it was not told.

    A process that goes on without one of its parts looks alive and does half its work.
    """
    try:
        with as_told():
            await work
    except BaseException:
        runtime.stopping.set()
        raise


def _public_app(runtime: Runtime) -> FastAPI:
    service = runtime.service
    app = build_app(service.name, service.title, service.routers, runtime)
    if service.extend_app is not None:
        service.extend_app(app)
    return app


async def _wait_for_the_end(runtime: Runtime) -> None:
    """Keep a process whose role has stopped itself alive, so that it can say so when it is asked."""
    await runtime.stopping.wait()
    runtime.wake_relay()


@contextlib.asynccontextmanager
async def _signals(runtime: Runtime) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, runtime.stopping.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _dead_letters(runtime: Runtime, arguments: Sequence[str]) -> int:
    """`list`, `replay ID`, `give-up ID`: what an operator does with messages that could not be applied."""
    letters = DeadLetters(runtime.pool, runtime.service.name)
    action = arguments[0] if arguments else "list"
    wanted = int(arguments[1]) if len(arguments) > 1 and arguments[1].isdecimal() else 0
    rows = await letters.unsettled(1000)
    if action == "list":
        for row in rows:
            sys.stdout.write(f"{row['id']} {row['state']} {row['topic']} {row['key']} {row['reason']}\n")
        return 0
    chosen = [row for row in rows if row["id"] == wanted]
    if not chosen:
        sys.stdout.write(f"no open dead letter {wanted}\n")
        return 1
    if action == "give-up":
        await letters.settle(wanted, "given_up")
        return 0
    reason = await Consumer(runtime).replay(chosen[0])
    sys.stdout.write(reason or "replayed")
    return 1 if reason else 0
