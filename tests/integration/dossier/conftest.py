"""The dossier service in a small office, on a real database and a real folder."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kernel.testing.running import RunningService
from tests.builders.dossier.office import Office


@pytest.fixture
async def empty_office(start: Callable[..., Awaitable[RunningService]], tmp_path: Path) -> Office:
    """A service that knows nothing yet."""
    return Office(await start("dossier", files_url=tmp_path.as_uri()))


@pytest.fixture
async def office(empty_office: Office) -> Office:
    """A service that knows a commune, a procedure, its process and its calendar."""
    return await empty_office.open()
