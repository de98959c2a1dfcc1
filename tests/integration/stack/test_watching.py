"""A write the disk does not take, or a server that cannot start yet, stops no healthy service."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from kernel.core.clock import SystemClock
from stack.moment import SeenMoments
from stack.plan import Ports
from stack.postgres import start_postgres
from stack.processes import Child
from stack.supervisor import Stack, Wanted

BOOKS = ("clock.new", "processes.new")


class Watched:
    """A stack of PostgreSQL and one process, both real."""

    def __init__(self, home: Path, run: Callable[[], None]) -> None:
        self.said: list[str] = []
        self.stack = Stack(Wanted(data=home, ports=Ports(), durable=False), self.said.append)
        self.stack.clock = SystemClock(timedelta(0))
        self.stack._seen = SeenMoments(home)
        self.stack.postgres = start_postgres(home / "postgres", durable=False, ends_with_us=True)
        self.stack._cleanup.callback(self.stack._stop_postgres)
        self.service = Child("service", run, {}, home / "service.log")
        self.stack.children["service"] = self.service
        self.service.start()


def wait_for_the_end() -> None:
    os.read(os.pipe()[0], 1)


@pytest.fixture
def watched(home):
    found = Watched(home, wait_for_the_end)
    yield found
    found.stack.stop()


def the_disk_takes_nothing(home: Path) -> None:
    """Let the writes fail as a full disk lets them, for root too: a folder is no file to write to."""
    for name in BOOKS:
        (home / name).mkdir()


def the_disk_takes_all_again(home: Path) -> None:
    for name in BOOKS:
        (home / name).rmdir()


def test_books_that_cannot_be_written_are_told_of_once_and_written_later(watched, home):
    the_disk_takes_nothing(home)
    for _ in range(3):
        watched.stack.watch()
    assert [line.split(" fails")[0] for line in watched.said] == [
        "writing down the clock",
        "writing down the processes",
    ]
    assert watched.service.restarts == 0
    assert not watched.service.has_ended()
    the_disk_takes_all_again(home)
    watched.stack.watch()
    assert watched.said[2:] == [
        "writing down the clock works again",
        "writing down the processes works again",
    ]
    assert json.loads((home / "processes.json").read_text())["service"] == watched.service.pid


def test_a_stack_stops_in_order_though_its_clock_cannot_be_kept(watched, home):
    the_disk_takes_nothing(home)
    watched.stack.stop()
    assert not watched.stack.postgres.is_running
    the_disk_takes_all_again(home)


def test_a_postgresql_that_cannot_start_yet_is_told_of_once_and_started_later(watched, home):
    """As after its PANIC on a full disk: its folder takes no write until somebody makes room."""
    watched.stack.postgres.kill()
    (home / "postgres").rename(home / "aside")
    (home / "postgres").write_text("in the way")
    for _ in range(3):
        watched.stack.watch()
    assert watched.said[0] == "PostgreSQL ended and is started again"
    assert watched.said[1].startswith("starting PostgreSQL fails and is tried again: cannot write to")
    assert len(watched.said) == 2
    assert not watched.service.has_ended()
    (home / "postgres").unlink()
    (home / "aside").rename(home / "postgres")
    watched.stack.watch()
    assert watched.said[2:] == ["starting PostgreSQL works again"]
    assert watched.stack.postgres.sql("SELECT 1") == "1"
