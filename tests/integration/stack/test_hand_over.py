"""A server ends with its launcher or runs on under another owner, whichever was asked; neither is a leak."""

import gc
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from stack.postgres import CLUSTER, StackError, attach_postgres, start_postgres
from stack.servers import running, wait_until

START = "import sys; from pathlib import Path; from stack.postgres import start_postgres as start;"
HAND_OVER = START + "start(Path(sys.argv[1]), durable=False).hand_over()"
FORGET = START + "start(Path(sys.argv[1]), durable=False)"


def test_a_server_handed_over_is_not_reported_as_forgotten(home):
    server = start_postgres(home, durable=False)
    server.hand_over()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        del server
        gc.collect()
    visitor = attach_postgres(home)
    assert visitor.sql("SELECT 1") == "1"
    visitor.stop()


def test_a_launcher_that_handed_over_says_nothing_at_its_own_end(home):
    assert said_at_the_end_of(HAND_OVER, home) == ""


def test_a_launcher_that_forgot_its_server_says_so(home):
    assert "is still running" in said_at_the_end_of(FORGET, home)


def said_at_the_end_of(script: str, home: Path) -> str:
    """Run a launcher that leaves its server running; return what it printed to stderr, and end the server."""
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", script, str(home)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    attach_postgres(home).stop()
    return said


def test_the_server_of_a_killed_foreground_command_shuts_down_in_order(home):
    """No next start is needed to clear up: the system tells the server when its launcher dies."""
    with subprocess.Popen(
        [sys.executable, "-m", "stack.postgres", "--data", str(home)], stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout
        assert "listens on" in launcher.stdout.readline()
        server = attach_postgres(home)
        launcher.kill()
    try:
        assert wait_until(lambda: not running(server.pid), 20)
    finally:
        server.stop()
    control = [server.program("pg_controldata"), str((home / CLUSTER).resolve())]
    assert "shut down" in _state(control)
    assert not _left_a_pid_file(home)


def test_a_server_that_ends_with_its_launcher_cannot_be_handed_over(home):
    with start_postgres(home, durable=False, ends_with_us=True) as server:
        with pytest.raises(StackError, match="to end with its launcher"):
            server.hand_over()
        assert server.is_running


def _state(control: list[str]) -> str:
    said = subprocess.run(control, capture_output=True, text=True, check=True).stdout
    return next(line for line in said.splitlines() if "cluster state" in line)


def _left_a_pid_file(home: Path) -> bool:
    return (home / CLUSTER / "postmaster.pid").exists()
