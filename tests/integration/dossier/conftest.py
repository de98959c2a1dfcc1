"""The dossier service in a small office, on a real database and a real folder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from kernel.testing.running import RunningService
from services.dossier.commands.figures import rebuild_figures
from services.dossier.store.workshop.pool import Workshop
from tests.builders.dossier.office import Office


@pytest.fixture(scope="session")
async def workshop() -> AsyncIterator[Workshop]:
    """The processes that work on PDFs, started once: each loads its parsers for a second."""
    shared = Workshop()
    yield shared
    await shared.close()


@pytest.fixture
def shared_workshop(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let services started from here on share the workshop; to be asked for before they start."""
    monkeypatch.setattr("services.dossier.app.open_workshop", lambda: nullcontext(workshop))


@pytest.fixture
async def empty_office(start: Callable[..., Awaitable[RunningService]], tmp_path: Path) -> Office:
    """A service that knows nothing yet."""
    return Office(await start("dossier", files_url=tmp_path.as_uri()))


@pytest.fixture
async def office(empty_office: Office) -> Office:
    """A service that knows a commune, a procedure, its process and its calendar."""
    return await empty_office.open()


@pytest.fixture
async def figures_hold(office: Office) -> AsyncIterator[None]:
    """After the test, the rows of statistics are what history gives: no change was silent wrongly."""
    yield
    assert await rebuild_figures(office.service.runtime, ("--check",)) == 0


@pytest.fixture(scope="module")
async def shared_office(
    start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: pytest.TempPathFactory
) -> Office:
    """One office for a module whose tests have dossiers of their own."""
    folder = tmp_path_factory.mktemp("files")
    return await Office(await start_once("dossier", files_url=folder.as_uri())).open()
