"""A whole stack as a child process: started, asked, stopped as Ctrl-C stops it, and looked at afterwards."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from stack.kafka import kafka_unavailable_reason
from stack.plan import Ports
from stack.postgres import forget
from stack.servers import running
from tests.places import new_home

ROOT = Path(__file__).parents[2]
READY_SECONDS = 120
STOP_SECONDS = 90
WELCOME = re.compile(r"is ready after ([\d.]+) s")
# Below the system's range for outgoing connections, so that a port still is free when a killed process
# comes back; a slice of its own for each test worker.
FIRST_PORT = 20_000
PORTS_OF_A_WORKER = 900


def free_ports() -> Ports:
    """Return ports nobody listens on, all different, none used by another worker of this run."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    begin = FIRST_PORT + int(worker) * PORTS_OF_A_WORKER
    # Two runs on one machine begin at different places.
    shift = os.getpid() % PORTS_OF_A_WORKER
    order = [begin + (shift + step) % PORTS_OF_A_WORKER for step in range(PORTS_OF_A_WORKER)]
    return Ports.free(port for port in order if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def require_kafka() -> None:
    """Skip where Kafka cannot run here, and fail instead where REQUIRE=kafka forbids skipping."""
    reason = kafka_unavailable_reason()
    if not reason:
        return
    if "kafka" in os.environ.get("REQUIRE", "").split(","):
        pytest.fail(f"REQUIRE=kafka: {reason}", pytrace=False)
    pytest.skip(reason)  # The reason says what Kafka lacks here; CI requires it.


def forget_data(folder: Path) -> None:
    """Remove a stack's data, wherever its cluster lies."""
    forget(folder / "postgres")
    shutil.rmtree(folder)


def command(data: Path, ports: Ports, options: Sequence[str] = ()) -> list[str]:
    """Return the command line of a stack."""
    return [
        *(sys.executable, "-m", "stack", "--data", str(data)),
        *("--ports", json.dumps(ports.named()), *options),
    ]


class RunningStack:
    """A stack that said it is ready."""

    def __init__(
        self, data: Path, options: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.ports = free_ports()
        self.gateway = self.ports.url("gateway")
        self._said = data / "stack.out"
        began = time.monotonic()
        with self._said.open("ab") as output:
            self._from = output.tell()
            # A group of its own: what Ctrl-C reaches in a terminal, and nothing of the test.
            self.process = subprocess.Popen(
                command(data, self.ports, options),
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._await_welcome()
        except BaseException:
            self.end()
            raise
        self.seconds_to_ready = time.monotonic() - began

    def _await_welcome(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not WELCOME.search(self.said()):
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the stack did not become ready:\n{self.last_words()}")
            time.sleep(0.02)

    def said(self) -> str:
        """Return what this start of the stack printed, to both streams."""
        return self._said.read_bytes()[self._from :].decode(errors="replace")

    def pids(self) -> dict[str, int]:
        """Return name to process id, as the supervisor last wrote them."""
        found: dict[str, int] = json.loads((self.data / "processes.json").read_text())
        return found

    def processes(self) -> list[psutil.Process]:
        """Return the supervisor and everything below it, PostgreSQL's and Kafka's processes included."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def pss_bytes(self) -> int:
        """Return the memory of all processes, each shared page counted once in sum (PSS)."""
        return sum(_pss(process.pid) for process in self.processes())

    def interrupt(self) -> int:
        """Press Ctrl-C as a terminal does, to the whole group, and return the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(STOP_SECONDS)

    def stop_and_check(self) -> None:
        """Press Ctrl-C; nothing may be left, the exit is clean and no traceback was printed or logged."""
        before = self.processes()
        code = self.interrupt()
        left = [process for process in before if still_runs(process)]
        assert not left, f"still running after Ctrl-C: {left}"
        assert code == 0, f"exit code {code}:\n{self.last_words()}"
        assert "Traceback" not in self.said(), self.said()
        for log in self.logs():
            assert "Traceback" not in log.read_text(errors="replace"), f"{log.name}:\n{_tail(log)}"

    def end(self) -> None:
        """Make sure that nothing of it runs, whatever happened."""
        if self.process.poll() is not None:
            return
        started = self.processes()
        try:
            self.interrupt()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for process in started:
            if still_runs(process):
                process.kill()

    def logs(self) -> list[Path]:
        """Return the log of every process of ours."""
        return [*sorted((self.data / "logs").glob("*.log")), *self.data.glob("migrate.log")]

    def last_words(self) -> str:
        """Return the ends of everything printed and logged, for a failed test's report."""
        files = [self._said, *self.logs(), self.data / "postgres" / "server.log"]
        return "\n".join(f"── {file.name} ──\n{_tail(file)}" for file in files if file.exists())


def _tail(file: Path, lines: int = 30) -> str:
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # It ended between being listed and being asked.
    return int(text.partition("\nPss:")[2].split()[0]) * 1024


def still_runs(process: psutil.Process) -> bool:
    """Whether it is the same process and not a zombie that nobody has reaped."""
    now = running(process.pid)
    return now is not None and now == process


@contextmanager
def running_stack(*options: str, durable: bool = False, **environment: str) -> Iterator[RunningStack]:
    """Run a stack on fresh data; a clean end is checked, a failure shows the ends of all logs.

    Only a durable one keeps what it promised when its PostgreSQL is killed.
    """
    data = new_home("e2e")
    try:
        with started(data, *options, durable=durable, **environment) as stack:
            yield stack
    finally:
        forget_data(data)


@contextmanager
def started(data: Path, *options: str, durable: bool = False, **environment: str) -> Iterator[RunningStack]:
    """Run a stack on this data, which stays."""
    speed = () if durable else ("--not-durable",)
    stack = RunningStack(data, (*speed, *options), environment)
    try:
        yield stack
        stack.stop_and_check()
    except BaseException:
        sys.stdout.write(stack.last_words() + "\n")
        raise
    finally:
        stack.end()
