"""Time asks for what sources have: pages, files, rows still to be told, contents to be forgotten."""

import asyncio

import structlog
from prometheus_client import Counter

from kernel.postgres.engine import BROKEN_WORLD
from kernel.service import Job, JobTick
from services.gateway.domain.connectors.source import Source
from services.gateway.use_cases.connectors.side import ConnectorSide

_ROWS = 200
_UNREAD = 50
_pages = Counter("connector_pages_total", "Pages kept", ["source"])
_files = Counter("connector_files_total", "Files taken", ["source"])
_log = structlog.get_logger()


def _side(tick: JobTick) -> ConnectorSide:
    side: ConnectorSide = tick.resources.connectors
    return side


async def pull_pages(tick: JobTick) -> None:
    """Ask every source whose time has come, side by side: a slow one holds up nobody else."""
    side = _side(tick)

    async def turn(source: Source) -> None:
        try:
            _pages.labels(source.name).inc(await side.pull.turn(source))
        except BROKEN_WORLD as error:
            _log.warning("connector_waits", source=source.name, error=repr(error))

    await asyncio.gather(*(turn(source) for source in side.pull.sources))


async def take_files(tick: JobTick) -> None:
    """Take whole files; one folder's trouble is not another's."""
    side = _side(tick)
    for source in side.sources.values():
        if source.drop is None or tick.runtime.stopping.is_set():
            continue
        try:
            _files.labels(source.name).inc(await side.drops.turn(source))
        except (OSError, *BROKEN_WORLD) as error:
            _log.warning("connector_folder_waits", source=source.name, error=repr(error))
        except Exception:
            # A defect in one source's folder must not hold up another's files.
            _log.exception("connector_folder_failed", source=source.name)


async def feed_dossiers(tick: JobTick) -> None:
    """Read what nobody read, then tell what is due until nothing is."""
    side = _side(tick)
    for delivery_id in await side.take_in.unread(_UNREAD):
        await side.take_in.read_or_refuse(delivery_id)
    while not tick.runtime.stopping.is_set():
        if await side.feed.turn(_ROWS) < _ROWS:
            return


async def forget_contents(tick: JobTick) -> None:
    """Forget what is done and old, some rows at a time."""
    side = _side(tick)
    await side.keeping.forget_done(now=tick.now, before=tick.now - side.keep)


async def go_on_after_set_back(tick: JobTick) -> None:
    """Let nothing wait for the time a clock had come to before it was set back."""
    await _side(tick).keeping.after_set_back(now=tick.now)


CONNECTOR_PULL = Job("connector_pull", 1, pull_pages)
CONNECTOR_FILES = Job("connector_files", 3, take_files)
CONNECTOR_FEED = Job("connector_feed", 0.5, feed_dossiers)
CONNECTOR_FORGETTING = Job("connector_forgetting", 60, forget_contents)
CONNECTOR_CLOCK = Job("connector_clock", 60, go_on_after_set_back)
CONNECTORS = (CONNECTOR_PULL, CONNECTOR_FILES, CONNECTOR_FEED, CONNECTOR_FORGETTING, CONNECTOR_CLOCK)
