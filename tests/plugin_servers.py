"""One PostgreSQL and one Kafka per test run, shared by its parallel workers: `-p tests.plugin_servers`.

The last worker stops a server. Workers of an interrupted or killed run do not come to that, so each server
has a guard, `python -m tests.plugin_servers RECORD PID`: it waits for the run's end and stops what is left.
"""

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import psutil
import pytest

from stack.kafka import attach_kafka, kafka_unavailable_reason, start_kafka
from stack.postgres import PostgresAddress, PostgresServer, attach_postgres, forget, start_postgres
from stack.servers import StackError, running, wait_until
from tests.places import new_home


class Shared(Protocol):
    """What sharing needs of a server."""

    home: Path

    def stop(self) -> None:
        """End it."""

    def hand_over(self) -> None:
        """Leave it running for whoever stops it."""


Server = TypeVar("Server", bound=Shared)
ROOT = Path(__file__).parents[1]
WORKERS_END_SECONDS = 60.0


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresAddress]:
    """Give a real PostgreSQL, not durable; `TEST_POSTGRES_DSN` (a superuser's URL) names another one."""
    given = os.environ.get("TEST_POSTGRES_DSN")
    folder = _run_folder(tmp_path_factory)
    if given:
        yield PostgresAddress.of(given, folder)
        return

    def start(home: Path) -> PostgresServer:
        return start_postgres(home, durable=False)

    with _shared(folder / "postgres", start, attach_postgres, forget) as server:
        yield server


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a real Kafka of this run; `KAFKA_BOOTSTRAP_SERVERS` names another cluster."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        yield given
        return
    reason = kafka_unavailable_reason()
    if reason:
        _missing("kafka", reason)
    folder = _run_folder(tmp_path_factory)
    with _shared(folder / "kafka", start_kafka, attach_kafka, shutil.rmtree) as server:
        yield server.bootstrap


def _missing(what: str, reason: str) -> None:
    if what in os.environ.get("REQUIRE", "").split(","):
        pytest.fail(f"REQUIRE={what}: {reason}", pytrace=False)
    pytest.skip(reason)  # The reason says what this machine lacks; CI requires it (above).


def _run_folder(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def _shared(
    record: Path,
    start: Callable[[Path], Server],
    attach: Callable[[Path], Server],
    forget_data: Callable[[Path], None],
) -> Iterator[Server]:
    """Start the server for the first worker, end it after the last; crashed workers do not count."""
    with _alone(record):
        entry = _read(record)
        if entry["users"]:
            server = attach(Path(entry["home"]))
        else:
            home = new_home("test")
            # Written down before it starts: a run that is interrupted meanwhile leaves it to the guard.
            _write(record, home, [])
            _guard(record)
            server = start(home)
            server.hand_over()
        _write(record, server.home, [*entry["users"], _myself()])
    try:
        yield server
    finally:
        with _alone(record):
            users = [user for user in _read(record)["users"] if user != _myself()]
            _write(record, server.home, users)
            if not users:
                server.stop()
                forget_data(server.home)


def _guard(record: Path) -> None:
    """Start the guard of a server; its own session, because Ctrl-C is for the run alone."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    command = [sys.executable, "-m", "tests.plugin_servers", str(record), str(run)]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(
        command, cwd=ROOT, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    # Nobody waits for it: it outlives us, and says nothing at our end.
    child.returncode = 0


def end_after(run: int, record: Path) -> None:
    """Wait until the run and its workers have ended, then stop the server and forget its data."""
    with suppress(ProcessLookupError):  # It has ended already.
        select.select([os.pidfd_open(run)], [], [])
    wait_until(lambda: not _read(record)["users"], WORKERS_END_SECONDS, pause=0.2)
    with _alone(record):
        entry = _read(record)
        home = Path(entry["home"])
        if entry["users"] or not home.exists():
            return
        with suppress(StackError):  # It never came up, or was stopped in order.
            (attach_postgres if record.name == "postgres" else attach_kafka)(home).stop()
        (forget if record.name == "postgres" else shutil.rmtree)(home)


@contextmanager
def _alone(record: Path) -> Iterator[None]:
    with record.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(record: Path) -> dict[str, Any]:
    """Return the server's folder and those of its users that still live."""
    if not record.exists():
        return {"home": "", "users": []}
    entry: dict[str, Any] = json.loads(record.read_text())
    entry["users"] = [user for user in entry["users"] if _is_alive(user)]
    return entry


def _write(record: Path, home: Path, users: list[list[float]]) -> None:
    record.write_text(json.dumps({"home": str(home), "users": users}))


def _myself() -> list[float]:
    return [os.getpid(), psutil.Process().create_time()]


def _is_alive(user: list[float]) -> bool:
    # The start instant too, because pids are used again.
    process = running(int(user[0]))
    return process is not None and process.create_time() == user[1]


if __name__ == "__main__":
    end_after(int(sys.argv[2]), Path(sys.argv[1]))
