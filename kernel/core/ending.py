"""Ending when told, and only then: what a cancellation means to a loop that outlives failures."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class StrayCancellation(ConnectionError):  # noqa: N818 - the fact is the name.
    """What this task waited for was cancelled, the task was not: it went with its connection, most likely."""


@contextmanager
def as_told() -> Iterator[None]:
    """Let the block end by a cancellation exactly where this task was told to end.

    A cancellation can be lost: what is left under one may fail by itself (a connection that is given back
    after the server is gone), and that failure stands in its place. A loop that takes failures of the world
    for a reason to try again then never ends, and whoever waits for its end stands still. A cancellation can
    also come from nobody, with the future of a broken connection: the task ends as if it had been told to,
    silently, and is missing for ever. The first is a cancellation again here, the second a failure of the
    world like any other (`StrayCancellation`).
    """
    try:
        yield
    except asyncio.CancelledError as error:
        if not _is_told():
            raise StrayCancellation from error
        raise
    except Exception as error:
        if _is_told():
            raise asyncio.CancelledError from error
        raise


def _is_told() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
