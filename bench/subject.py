"""The stack that is measured: durable, with data of its own, watched from outside."""

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import asyncpg
import psutil

from bench.figures import NOISE
from kernel.core.caller import Caller
from kernel.web.auth import TokenSigner
from stack.plan import SERVICES, Ports, service_env
from stack.postgres import start_postgres
from stack.supervisor import Stack, Wanted, preload

_BENCH, _MACHINE = "bench and generator", "machine"
PACES = ("tracking", "public", "person", "staff", "sign-in", "rejected")
_SENDING = {
    "notify": "SELECT count(*) FROM messages WHERE state IN ('PLANNED', 'SENDING') AND due_at <= $1",
    "gateway": "SELECT count(*) FROM portal_ledger WHERE state IN ('WAITING', 'SENDING')"
    " AND next_attempt_at <= $1",
}
_EVENTS = (
    "SELECT coalesce(json_object_agg(type, n), '{}')"
    " FROM (SELECT type, count(*) AS n FROM outbox GROUP BY type) t"
)


class Subject:
    """A running stack with what measuring needs; a context manager that leaves nothing behind of its own."""

    def __init__(self, bus: str, *, keep: bool = False, data: Path | None = None) -> None:
        """Be a stack on fresh data, or on `data`, which another run has filled and which stays."""
        self._is_kept = keep
        self.is_filled = data is not None
        self._folder = Path(tempfile.mkdtemp(prefix="motcua-bench-"))
        self._folder.chmod(0o755)
        self._data = data.resolve() if data is not None else self._folder / "data"
        self.stack = Stack(Wanted(data=self._data, ports=Ports.free(), bus=bus), print)
        self.seconds_to_ready = 0.0
        self._supervisor_megabytes = 0.0
        self.handled: dict[str, set[str]] = {}

    def __enter__(self) -> Self:
        """Start everything, and note how long it took."""
        # One caller plays a whole province here, so the paces set for one caller are switched off.
        os.environ["GATEWAY_RATE_LIMITS"] = json.dumps(dict.fromkeys(PACES))
        try:
            began = time.monotonic()
            self._let_statements_be_counted()
            self.stack.__enter__()
            self.seconds_to_ready = time.monotonic() - began
            for name, service in preload().items():
                self.handled[name] = {handler.event_type for handler in service.handlers}
            self._supervisor_megabytes = _pss(psutil.Process())
        except BaseException:
            self._forget()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything and remove the data."""
        self.stack.stop()
        self._forget()

    def _forget(self) -> None:
        if self._is_kept:
            print(f"data and logs are kept in {self._folder}")
        else:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _let_statements_be_counted(self) -> None:
        """Create the cluster and load pg_stat_statements into it, switched off until it is asked for."""
        with start_postgres(self._data / "postgres") as server:
            server.sql("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
            server.sql("ALTER SYSTEM SET \"pg_stat_statements.track\" = 'none'")

    @property
    def folder(self) -> Path:
        """Where the measuring keeps files of its own."""
        return self._folder

    def url(self, name: str, path: str) -> str:
        """Return an address at a part of the stack."""
        return self.stack.ports.url(name) + path

    def internal_token(self, caller: Caller) -> str:
        """Return an internal token as the gateway would sign it, good for two minutes."""
        return TokenSigner(self.stack.keys.internal_private_jwk, self.stack.clock).sign(caller)[0]

    def rows(self, database: str, query: str, *values: Any) -> list[Any]:
        """Return the rows of a query on a service's database."""

        async def ask() -> list[Any]:
            connection = await asyncpg.connect(self.stack.around.databases[database])
            try:
                return list(await connection.fetch(query, *values))
            finally:
                await connection.close()

        return asyncio.run(ask())

    def command(self, service: str, *arguments: str) -> None:
        """Run an operator's command of a service against this stack; raise when it fails."""
        env = {**os.environ, **service_env(service, "api", self.stack.around)}
        command = [sys.executable, "-m", f"services.{service}", *arguments]
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own module.

    def copy_in(
        self, database: str, table: str, columns: Sequence[str], records: Sequence[tuple[Any, ...]]
    ) -> None:
        """Write rows into a table of a service's database, as fast as it goes."""

        async def write() -> None:
            connection = await asyncpg.connect(self.stack.around.databases[database])
            try:
                await connection.copy_records_to_table(table, records=records, columns=list(columns))
            finally:
                await connection.close()

        asyncio.run(write())

    def lag(self, names: Sequence[str] = SERVICES) -> dict[str, int]:
        """Return, for each service, how many events it handles are committed and not yet applied."""
        recorded: dict[str, int] = {}
        for owner in SERVICES:
            for kind, count in json.loads(self.rows(owner, _EVENTS)[0][0]).items():
                recorded[kind] = recorded.get(kind, 0) + count
        found: dict[str, int] = {}
        for name in names:
            wanted = sum(recorded.get(kind, 0) for kind in self.handled[name])
            if self.handled[name]:
                found[name] = wanted - int(self.rows(name, "SELECT count(*) FROM inbox")[0][0])
        return found

    def drain(self, seconds: float, names: Sequence[str] = SERVICES) -> tuple[float, dict[str, int]]:
        """Wait until nothing lags, at most so long; return the seconds waited and what still lags."""
        began = time.monotonic()
        while True:
            left = {name: count for name, count in self.lag(names).items() if count > 0}
            waited = time.monotonic() - began
            if not left or waited > seconds:
                return waited, left
            time.sleep(0.25)

    def settle(self, seconds: float) -> tuple[float, dict[str, int]]:
        """Wait until nothing lags and nothing due is still to be sent; return as `drain` does."""
        waited, left = self.drain(seconds)
        began = time.monotonic() - waited
        while not left:
            unsent = self._unsent()
            waited = time.monotonic() - began
            if not unsent or waited > seconds:
                return waited, unsent
            time.sleep(0.25)
        return waited, left

    def _unsent(self) -> dict[str, int]:
        """Return how many mails and messages to the portal are due, by service."""
        now = self.stack.clock.now()
        counts = {name: int(self.rows(name, query, now)[0][0]) for name, query in _SENDING.items()}
        return {f"to send by {name}": count for name, count in counts.items() if count}

    @contextmanager
    def watched(self) -> Iterator[dict[str, float]]:
        """Fill in, at the end, how many cores each process of the stack kept busy.

        `not ours` is what the machine did besides the stack, the bench and its load generator: noise.
        """
        before, began = self._processor_seconds(), time.monotonic()
        busy: dict[str, float] = {}
        yield busy
        passed = time.monotonic() - began
        for name, seconds in self._processor_seconds().items():
            used = (seconds - before.get(name, 0.0)) / passed
            if name == _MACHINE:
                busy[NOISE] = max(0.0, used - sum(busy.values()))
            elif used >= 0.005:  # noqa: PLR2004 - less is noise.
                busy[name] = used
        busy.pop(_BENCH, None)

    def _processor_seconds(self) -> dict[str, float]:
        """Return the seconds of each process; the whole machine's come last."""
        found = {
            name: sum(_seconds(process) for process in group) for name, group in self._processes().items()
        }
        own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        found[_BENCH] = sum(usage.ru_utime + usage.ru_stime for usage in own)
        times = psutil.cpu_times()
        found[_MACHINE] = sum(times) - times.idle - times.iowait - times.guest - times.guest_nice
        return found

    def _processes(self) -> dict[str, list[psutil.Process]]:
        found = {
            name: [psutil.Process(child.pid)] for name, child in self.stack.children.items() if child.pid
        }
        server = psutil.Process(self.stack.postgres.pid)
        found["postgres"] = [server, *server.children()]
        if self.stack.kafka is not None:
            found["kafka"] = [psutil.Process(self.stack.kafka.pid)]
        return found

    def pss_megabytes(self) -> dict[str, float]:
        """Return the proportional share of memory of each process.

        The supervisor's is what it was when the stack was ready: from then on this process is the bench,
        which lays down files, seeds and rebuilds.
        """
        groups = self._processes()
        found = {name: sum(_pss(process) for process in group) for name, group in groups.items()}
        return {**found, "supervisor": self._supervisor_megabytes}


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _pss(process: psutil.Process) -> float:
    """Return megabytes (2**20 bytes); a process that has just ended has none."""
    with suppress(OSError):
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
