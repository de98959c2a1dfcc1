"""The shared server of a test run ends with the run, however that ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from stack.postgres import attach_postgres
from stack.servers import StackError, running, wait_until

ROOT = Path(__file__).parents[3]
A_LONG_TEST = """
import os, time
from pathlib import Path

def test_long(postgres_server):
    place = Path(os.environ["PLACE"])
    place.with_suffix(".new").write_text(f"{postgres_server.pid} {postgres_server.home}")
    place.with_suffix(".new").replace(place)
    time.sleep(float(os.environ["LONG"]))
"""
OURS = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_CURRENT_TEST", "TEST_POSTGRES_DSN")


def environment(place: Path, seconds: float) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**kept, "PLACE": str(place), "LONG": str(seconds)}


def a_run(folder: Path, seconds: float, *options: str) -> subprocess.Popen[bytes]:
    """Start a run of one test that uses the shared server."""
    (folder / "test_long.py").write_text(A_LONG_TEST)
    (folder / "pytest.ini").write_text("[pytest]")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.plugin_servers", *options]
    command += ["-c", str(folder / "pytest.ini"), "--basetemp", str(folder / "base"), str(folder)]
    env = environment(folder / "place", seconds)
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=quiet, stderr=quiet, start_new_session=True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=lambda how: how.name)
def test_the_server_of_an_interrupted_run_ends(tmp_path, how):
    run = a_run(tmp_path, 60, "-n", "2")
    assert wait_until((tmp_path / "place").exists, 60)
    pid, home = (tmp_path / "place").read_text().split()
    try:
        # As Ctrl-C in a terminal, or a job that is cut off: the workers are hit too.
        os.killpg(run.pid, how)
        # An interrupt may be lost in a worker (in a finaliser): its test is slept out then.
        run.wait(90)
        assert wait_until(lambda: not running(int(pid)), 40)
        assert wait_until(lambda: not Path(home).exists(), 10)
    finally:
        end_what_is_left(Path(home))


def test_a_run_that_ends_in_order_leaves_nothing_either(tmp_path):
    run = a_run(tmp_path, 0)
    assert run.wait(60) == 0
    pid, home = (tmp_path / "place").read_text().split()
    assert not running(int(pid))
    assert not Path(home).exists()


def end_what_is_left(home: Path) -> None:
    try:
        attach_postgres(home).stop()
    except (StackError, OSError):
        assert not (home / "cluster" / "postmaster.pid").exists()
