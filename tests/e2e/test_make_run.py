"""`make run`: the first minute of a newcomer, and every way it can go wrong before it begins."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from stack.servers import wait_until
from tests.e2e.citizens import Citizen, Gateway, SignedIn
from tests.e2e.running_stack import (
    ROOT,
    RunningStack,
    command,
    forget_data,
    free_ports,
    started,
    still_runs,
)
from tests.places import new_home

pytestmark = pytest.mark.timeout(300)

GENEROUS_SECONDS = 60
PATIENCE_SECONDS = 60
QUEUES = "/api/v1/queues/diem-h99-201"
MANAGER = "can-bo-diep"
MEMORY_BYTES = 900 * 1024 * 1024


@pytest.fixture
def data() -> Iterator:
    folder = new_home("e2e")
    yield folder
    forget_data(folder)


def test_a_first_start_is_ready_in_time_and_stays_small(data, record_figure):
    """The whole system, PostgreSQL included, is ready within a minute and under 900 MB of summed PSS."""
    with started(data) as stack:
        record_figure("seconds to ready, first start", f"{stack.seconds_to_ready:.1f}")
        memory = stack.pss_bytes()
        record_figure("summed PSS", f"{memory / 1024 / 1024:.0f} MB in {len(stack.processes())} processes")
        assert stack.seconds_to_ready < GENEROUS_SECONDS
        assert memory < MEMORY_BYTES
        assert set(stack.pids()) == {
            *("catalog", "dossier", "notify", "survey", "gateway"),
            *("sandbox", "postgres"),
        }


def test_a_second_start_keeps_what_was_handed_in_and_its_clock_goes_on(data, record_figure):
    """A dossier of the first run is its owner's in the second, whose clock is never behind the first's.

    What a manager changed at the front desk stays as well.
    """
    with started(data) as stack, Gateway(stack.gateway) as door:
        handed_in = Citizen(door).submit()
        seen = Citizen(door).dossier(handed_in)
        desk = _close_a_group(door)
    with started(data) as stack, Gateway(stack.gateway) as door:
        record_figure("seconds to ready, second start", f"{stack.seconds_to_ready:.1f}")
        again = Citizen(door).dossier(handed_in)
        later = Citizen(door).dossier(Citizen(door).submit())
        assert _desk(SignedIn(door, MANAGER)) == desk
    assert again["reference"] == seen["reference"]
    assert _read_by_others(data) == []
    assert again["submitted_at"] == seen["submitted_at"]
    assert later["submitted_at"] > seen["submitted_at"]


def test_ctrl_c_while_starting_ends_everything(data):
    """A newcomer who changes their mind at once leaves no process behind."""
    process = subprocess.Popen(
        command(data, free_ports()),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        if "migrate" in line:
            break
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.communicate(timeout=60)
        raise
    assert below
    _, left = psutil.wait_procs(below, timeout=5)
    assert not left
    assert process.returncode == 130
    assert "Traceback" not in said


def test_a_killed_supervisor_takes_everything_with_it(data):
    """After kill -9 of the supervisor no service, no simulator and no PostgreSQL is left."""
    stack = RunningStack(data, ["--not-durable"])
    below = stack.processes()[1:]
    assert stack.pids()["postgres"] in {process.pid for process in below}
    stack.process.kill()
    stack.process.wait(10)
    wait_until(lambda: not any(map(still_runs, below)), 30)
    left = [process for process in below if still_runs(process)]
    for process in left:
        process.kill()
    assert left == []


def test_a_port_that_is_taken_is_one_clear_line(data):
    """The line names the part, the port and what to do; nothing was started."""
    ports = free_ports()
    with socket.create_server(("127.0.0.1", ports.dossier)):
        said = _refused(command(data, ports))
    assert f"127.0.0.1:{ports.dossier}" in said
    assert "taken" in said
    assert not (data / "postgres").exists()


def test_a_disk_that_is_nearly_full_is_one_clear_line(data):
    """The limit is planted higher than any disk, so that the real check refuses on a real disk."""
    planted = "import sys, stack.supervisor as s; s.MIN_FREE_BYTES = 1 << 62; from stack.__main__ import main"
    words = command(data, free_ports())[3:]
    said = _refused([sys.executable, "-c", f"{planted}; sys.exit(main())", *words])
    assert "nearly full" in said
    assert str(data) in said


def test_a_data_folder_in_use_is_one_clear_line_and_its_owner_runs_on(data):
    """A second stack on the same data gives up; the first does not notice."""
    with started(data) as stack, Gateway(stack.gateway) as door:
        said = _refused(command(data, free_ports(), ["--not-durable"]))
        assert "in use" in said
        assert Citizen(door).submit()


def test_a_process_that_is_killed_is_started_again(data):
    """The supervisor says so, writes the new process down, and the gateway reaches it again."""
    with started(data) as stack, Gateway(stack.gateway, PATIENCE_SECONDS) as door:
        killed = stack.pids()["dossier"]
        psutil.Process(killed).kill()
        _await_another(stack, "dossier", killed)
        assert Citizen(door).submit()
        assert "dossier ended and is started again" in stack.said()


def _close_a_group(door: Gateway) -> Any:
    """Change the ward's sample front desk as its manager; return it as it then is."""
    manager = SignedIn(door, MANAGER)
    groups = {group["code"]: group for group in _desk(manager)[0]}
    assert groups["tiep-nhan"]["slot_capacity"] > 0
    changed = {name: groups["tiep-nhan"][name] for name in ("name", "letter")} | {"is_open": False}
    headers = manager.headers() | {"If-Match": '"1"', "Idempotency-Key": "close"}
    answer = door.send("PUT", f"{QUEUES}/groups/tiep-nhan", json=changed, headers=headers)
    assert answer.status_code == 200, answer.text
    return _desk(manager)


def _desk(manager: SignedIn) -> Any:
    """Return the ward's groups and counters."""
    return [manager.get(f"{QUEUES}/{what}").json()["items"] for what in ("groups", "counters")]


def _read_by_others(data) -> list[str]:
    """Return the files of a stack that others than their owner may read; the test's own is not one."""
    files = [path for path in data.rglob("*") if path.is_file() and path.name != "stack.out"]
    assert {"keys.json", "kiosks.json", "portal.sqlite", "catcher.sqlite"} < {path.name for path in files}
    return [str(path) for path in files if path.stat().st_mode & 0o077]


def _await_another(stack: RunningStack, name: str, killed: int) -> None:
    until = time.monotonic() + 30
    while stack.pids()[name] == killed:
        assert time.monotonic() < until, f"{name} was not started again"
        time.sleep(0.05)


def _refused(words: list[str]) -> str:
    """Run a stack that must not start; return its one line on stderr."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("cannot run: ")
    return lines[0]
