"""Folders for servers: open to pass through, as root's PostgreSQL is not root, and forgotten afterwards."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stack.postgres import forget
from tests import places


@pytest.fixture
def new_home() -> Iterator[Callable[[], Path]]:
    """Give folders, as many as the test wants."""
    homes: list[Path] = []

    def make() -> Path:
        homes.append(places.new_home("test"))
        return homes[-1]

    yield make
    for home in homes:
        forget(home)


@pytest.fixture
def home(new_home: Callable[[], Path]) -> Path:
    """Give one folder for a server."""
    return new_home()


@pytest.fixture
def closed_home() -> Iterator[Path]:
    """Give a folder under a parent only its owner may enter, like a checkout in root's own home."""
    parent = Path(tempfile.mkdtemp(prefix="motcua-closed-"))
    yield parent / "data" / "postgres"
    forget(parent / "data" / "postgres")
    shutil.rmtree(parent)
