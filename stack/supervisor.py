"""Runs a whole stack: PostgreSQL, the bus, five services and the simulators, until it is told to stop."""

import asyncio
import gc
import http.client
import json
import os
import runpy
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from kernel.core.clock import SystemClock
from kernel.postgres.migrations import migrate
from kernel.run import run
from kernel.service import Service
from province.read import read, read_desks, read_points
from stack.first_data import await_known, await_published, load_points, load_province
from stack.front_desks import load_desks, roster_days
from stack.keys import Keys, keys_of
from stack.moment import SeenMoments, start_instant
from stack.plan import ROLES, SERVICES, Ports, Surroundings, sandbox_env, service_env
from stack.postgres import PostgresServer, provision, start_postgres
from stack.private import FILES_OF_THE_OWNER, let_postgres_pass, private_folder
from stack.processes import Child, wait_ended
from stack.province import office_calendar, write_sign_ins
from stack.servers import StackError, claim_port, make_folder
from stack.troubles import Troubles

MIN_FREE_BYTES = 300 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a stack is to be run."""

    data: Path
    ports: Ports
    bus: str = "embedded"
    separate_roles: bool = False
    kafka_bootstrap: str = ""
    start_at: datetime | None = None
    durable: bool = True
    machines: Sequence[Mapping[str, object]] = ()
    identification_level: int = 1


class Stack:
    """A running stack; a context manager that ends every process it began, each by its own id."""

    def __init__(self, wanted: Wanted, say: Callable[[str], None] = lambda _: None) -> None:
        self.wanted = wanted
        self.ports = wanted.ports
        self.children: dict[str, Child] = {}
        self._say = say
        self._troubles = Troubles(say)
        self._cleanup = ExitStack()
        self.postgres: PostgresServer
        self.kafka: Any = None
        self.keys: Keys
        self.around: Surroundings
        self.document: dict[str, Any]
        self.desks: list[dict[str, Any]]

    def __enter__(self) -> Self:
        """Start everything; whatever was started is ended if something fails."""
        try:
            self._check_tools()
            self._start()
        except OSError as error:
            self.stop()
            raise StackError(f"{error.strerror or error}: {error.filename or self.wanted.data}") from error
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self.stop()

    def _check_tools(self) -> None:
        """Raise `StackError` for what is missing before anything is made."""
        if self.wanted.bus == "kafka" and not self.wanted.kafka_bootstrap:
            from stack.kafka import kafka_unavailable_reason  # noqa: PLC0415 - only a stack on Kafka needs Java.

            reason = kafka_unavailable_reason()
            if reason:
                raise StackError(reason)

    def _start(self) -> None:
        data = private_folder(self.wanted.data)
        self._cleanup.callback(os.umask, os.umask(FILES_OF_THE_OWNER))
        if shutil.disk_usage(data).free < MIN_FREE_BYTES:
            raise StackError(f"the disk of {data} is nearly full: less than 300 MB free")
        for name, port in self.ports.named().items():
            claim_port(port, name)
        services = preload()
        self.document, self.desks = read(), read_desks()
        self.keys = keys_of(data)
        home = make_folder(data / "postgres")
        let_postgres_pass(home, home)
        self._say("PostgreSQL starts")
        self.postgres = start_postgres(data / "postgres", durable=self.wanted.durable, ends_with_us=True)
        self._cleanup.callback(self._stop_postgres)
        databases = provision(self.postgres, (*SERVICES, "bus"))
        self._surround(data, databases)
        gc.freeze()
        self._say("databases migrate")
        self._run_once("migrate", lambda: asyncio.run(_migrate_all(services, databases)))
        (data / "logs").mkdir(exist_ok=True)
        self._plan(services)
        self._begin([name for name in self.children if name.startswith(("catalog", "sandbox"))])
        self._say("the sample province is loaded")
        load_province(self.document, self.ports.catalog, self.keys, self.clock)
        points = read_points()
        load_points(points, self.ports.catalog, self.keys, self.clock)
        asyncio.run(await_published(self.around.databases["catalog"]))
        self._begin([name for name in self.children if not name.startswith(("catalog", "sandbox"))])
        asyncio.run(await_known(services, self.around.databases))
        days = roster_days(self.document, points, self.clock.now())
        load_desks(self.desks, days, self.document["staff"], self.ports.dossier, self.keys, self.clock)
        self._write_processes()

    def _surround(self, data: Path, databases: dict[str, str]) -> None:
        seen = SeenMoments(data)
        real = datetime.now(UTC)
        start = self.wanted.start_at or start_instant(real, seen.last(), office_calendar(self.document))
        users, kiosks = write_sign_ins(data, self.document, self.desks, self.keys)
        self.around = Surroundings(
            data=data,
            databases=databases,
            bus_url=self._bus_url(data, databases),
            keys=self.keys,
            ports=self.ports,
            clock_offset_seconds=(start - real).total_seconds(),
            sample_users=users,
            kiosks=kiosks,
            machines=self.wanted.machines,
            identification_level=self.wanted.identification_level,
        )
        self.clock = SystemClock(start - real)
        self._seen = seen
        seen.note(start)

    def _bus_url(self, data: Path, databases: dict[str, str]) -> str:
        if self.wanted.kafka_bootstrap:
            return f"kafka://{self.wanted.kafka_bootstrap}"
        if self.wanted.bus == "kafka":
            self._say("Apache Kafka starts")
            from stack.kafka import start_kafka  # noqa: PLC0415 - only a stack on Kafka needs Java.

            self.kafka = start_kafka(data / "kafka", ends_with_us=True)
            self._cleanup.callback(self._stop_kafka)
            return f"kafka://{self.kafka.bootstrap}"
        return databases["bus"]

    def _run_once(self, name: str, target: Callable[[], None]) -> None:
        log = self.wanted.data / f"{name}.log"
        child = Child(name, target, {}, log)
        child.start()
        if not wait_ended([child], 120):
            child.kill()
        if child.exit_code:
            raise StackError(f"{name} failed; {log} says why")

    def _plan(self, services: dict[str, Service]) -> None:
        logs = self.wanted.data / "logs"
        roles = ROLES if self.wanted.separate_roles else ("all",)
        for name, service in services.items():
            for role in roles:
                title = name if role == "all" else f"{name}-{role}"
                env = service_env(name, role, self.around)
                self.children[title] = Child(title, _runner(service, role), env, logs / f"{title}.log")
        self.children["sandbox"] = Child(
            "sandbox", _run_sandbox, sandbox_env(self.around), logs / "sandbox.log"
        )

    def _begin(self, names: Sequence[str]) -> None:
        for name in names:
            self.children[name].start()
        for name in names:
            self.await_ready(name)

    def await_ready(self, name: str, seconds: float = 60) -> None:
        """Wait until a process that is called says it is ready; raise `StackError` with its last line."""
        child = self.children[name]
        part, _, role = name.partition("-")
        checks = (
            [(self.ports.named()[f"{part}_ops"], "/readyz")]
            if part in SERVICES and role in {"", "api"}
            else []
        )
        if part == "sandbox":
            names = ("portal", "catcher", "outside", "ministry", "axis", "tsa")
            simulators = [self.ports.named()[one] for one in names]
            checks = [(port, "/livez") for port in simulators]
        until = time.monotonic() + seconds
        for port, path in checks:
            while not _answers(port, path):
                if child.has_ended() or time.monotonic() > until:
                    raise StackError(f"{name} did not become ready: {child.last_line()} (log: {child.log})")
                time.sleep(0.03)

    def watch(self) -> None:
        """Start again what ended by itself, servers first, and remember how far the clock has come."""
        self._note_moment()
        if not self.postgres.is_running:
            self._revive("PostgreSQL", self._start_postgres_again)
        if self.kafka is not None and not self.kafka.is_running:
            self._revive("Apache Kafka", self._start_kafka_again)
        for child in self.children.values():
            if child.has_ended():
                child.restarts += 1
                self._revive(child.name, child.start, f": {child.last_line()}")
        self._troubles.attempt("writing down the processes", self._write_processes)

    def _revive(self, name: str, start: Callable[[], object], why: str = "") -> None:
        """Start again what ended; what cannot start yet, on a full disk for example, is for the next look."""
        what = f"starting {name}"
        if not self._troubles.is_known(what):
            self._say(f"{name} ended and is started again{why}")
        self._troubles.attempt(what, start)

    def _start_postgres_again(self) -> None:
        self.postgres.kill()  # It has ended: this gives its folder back.
        self.postgres = start_postgres(
            self.wanted.data / "postgres", self.postgres.port, durable=self.wanted.durable, ends_with_us=True
        )

    def _start_kafka_again(self) -> None:
        from stack.kafka import start_kafka  # noqa: PLC0415 - only a stack on Kafka needs Java.

        self.kafka.kill()
        self.kafka = start_kafka(self.wanted.data / "kafka", self.kafka.port, ends_with_us=True)

    def _note_moment(self) -> None:
        self._troubles.attempt("writing down the clock", lambda: self._seen.note(self.clock.now()))

    def _write_processes(self) -> None:
        """Tell operators (and the chaos test) which process is which."""
        pids = {child.name: child.pid for child in self.children.values()}
        pids["postgres"] = self.postgres.pid
        if self.kafka is not None:
            pids["kafka"] = self.kafka.pid
        fresh = self.wanted.data / "processes.new"
        fresh.write_text(json.dumps(pids))
        fresh.replace(self.wanted.data / "processes.json")

    def _stop_postgres(self) -> None:
        """Stop the server that runs now, which may not be the first one."""
        self.postgres.stop()

    def _stop_kafka(self) -> None:
        """Stop the broker that runs now."""
        self.kafka.stop()

    def stop(self) -> None:
        """End every process: services first, then the bus, then PostgreSQL."""
        running = [child for child in self.children.values() if child.pid]
        for child in running:
            child.ask_to_end()
        if not wait_ended(running, 25):
            for child in running:
                child.kill()
        if hasattr(self, "_seen"):
            self._note_moment()
        self._cleanup.close()


def preload() -> dict[str, Service]:
    """Import everything before the first fork, so that the children share it."""
    import_module("sandbox.all_together")
    return {name: import_module(f"services.{name}.app").service for name in SERVICES}


def _runner(service: Service, role: str) -> Callable[[], None]:
    return lambda: run(service, [role])


def _run_sandbox() -> None:
    runpy.run_module("sandbox", run_name="__main__")


async def _migrate_all(services: dict[str, Service], databases: dict[str, str]) -> None:
    for name, service in services.items():
        await migrate(databases[name], name, service.tables)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200  # noqa: PLR2004 - ready.
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
