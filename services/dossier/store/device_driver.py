"""A driver of devices (PKCS#11) in this process: a thread of its own, so one call at a time, and a limit."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread

from services.dossier.domain.signing.session import SealSilent

_Call = Callable[["Driver"], bytes]
_PATIENCE = 10.0
"""Seconds a call may take, its turn included."""
_DRIVERS: dict[str, "Driver"] = {}


class Driver:
    """A driver, whoever's keys it holds and whoever set them up.

    It is begun once, and who is logged in to a token is the process, not a session: one that is done would
    log out another in the middle, and two first calls at once end the process. Its thread is its own and ends
    with the process: a device that answers nothing takes none of those that print, hash and read files.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        # Tokens, each with a PIN it did not take.
        self.turned_away: set[tuple[str, str]] = set()
        self._asked: SimpleQueue[tuple[Future[bytes], _Call]] = SimpleQueue()
        self._stuck: Future[bytes] | None = None
        Thread(target=self._work, name="seal-device", daemon=True).start()

    async def ask(self, call: _Call) -> bytes:
        """Return what a call gives.

        Raises `TimeoutError` after ten seconds, and `SealSilent` at once behind a call that hangs.
        """
        if self._stuck is not None and not self._stuck.done():
            raise SealSilent
        answer: Future[bytes] = Future()
        self._asked.put((answer, call))
        try:
            async with asyncio.timeout(_PATIENCE):
                return await asyncio.wrap_future(answer)
        except TimeoutError:
            if answer.running():
                self._stuck = answer
            raise

    def _work(self) -> None:
        while True:
            answer, call = self._asked.get()
            # Whoever has stopped waiting is not asked for: a PIN would be tried for nobody.
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(call(self))
            except BaseException as error:  # Told to who asked; the thread serves the next one.
                answer.set_exception(error)


def driver_of(module: str) -> Driver:
    """Return a driver by its one name: by two it would be begun twice. A bare name is searched for."""
    file = os.path.realpath(module) if os.sep in module else module
    return _DRIVERS.get(file) or _DRIVERS.setdefault(file, Driver(file))
