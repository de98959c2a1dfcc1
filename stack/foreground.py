"""Staying in the foreground until Ctrl-C, a polite kill, or the server's own end."""

import signal
import threading
from collections.abc import Callable

LOOK_SECONDS = 0.5


class Foreground:
    """Made before the server starts, so that a signal meanwhile ends it in order once it is up."""

    def __init__(self) -> None:
        self._told = threading.Event()
        for what in (signal.SIGINT, signal.SIGTERM):
            signal.signal(what, lambda *_: self._told.set())

    def wait(self, is_running: Callable[[], bool]) -> int:
        """Wait for SIGINT or SIGTERM and return 0, or 1 when the server ended by itself."""
        while not self._told.wait(LOOK_SECONDS):
            if not is_running():
                return 1
        return 0
