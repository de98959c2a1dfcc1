"""Many citizens at once, and an officer who accepts some of what they hand in."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle
from typing import Self, TypeVar

from tests.e2e.citizens import PEOPLE, Citizen, Gateway, Officer

Value = TypeVar("Value")
THREADS = 8
PATIENCE_SECONDS = 120
ACCEPTED_EVERY = 3


class Load:
    """A bounded number of submissions by several threads, each repeated under its own key until answered."""

    def __init__(self, url: str, submissions: int) -> None:
        self._url = url
        self._numbers = iter(range(submissions))
        self._subjects = cycle(sorted(PEOPLE))
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS)
        self._work: list[Future[None]] = []
        self.promised: list[str] = []
        """Dossiers the gateway promised to keep, by id."""
        self.accepted: dict[str, str] = {}
        """Dossiers an officer was told are accepted: id to dossier code."""
        self.repeats = 0

    def __enter__(self) -> Self:
        self._work = [self._threads.submit(self._one_thread) for _ in range(THREADS)]
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def await_progress(self, promised: int, seconds: float) -> None:
        """Wait until so many were promised; a thread that failed says why."""
        until = time.monotonic() + seconds
        while len(self.promised) < promised:
            self._raise_failures(is_over=False)
            assert time.monotonic() < until, f"only {len(self.promised)} of {promised} in {seconds:.0f} s"
            time.sleep(0.02)

    def finish(self, seconds: float) -> None:
        """Wait until everything was answered."""
        until = time.monotonic() + seconds
        for one in self._work:
            one.result(timeout=max(0.0, until - time.monotonic()))

    def _raise_failures(self, *, is_over: bool) -> None:
        for one in self._work:
            if one.done():
                one.result()
        assert is_over or not all(one.done() for one in self._work), "the load ended too early"

    def _one_thread(self) -> None:
        with Gateway(self._url, PATIENCE_SECONDS) as door:
            officer = Officer(door)
            citizen = Citizen(door, self._next(lambda: next(self._subjects)))
            while (number := self._next(lambda: next(self._numbers, -1))) >= 0:
                dossier_id = citizen.submit()
                with self._lock:
                    self.promised.append(dossier_id)
                if number % ACCEPTED_EVERY == 0:
                    code = str(officer.accept(dossier_id)["dossier_code"])
                    with self._lock:
                        self.accepted[dossier_id] = code
            with self._lock:
                self.repeats += door.repeats

    def _next(self, take: Callable[[], Value]) -> Value:
        with self._lock:
            return take()
