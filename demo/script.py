"""Prints each step with what it saw and how long it took; the first surprise ends the play."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Value = TypeVar("Value")


class Surprise(Exception):  # noqa: N818 - the fact is the name.
    """Something was not as it must be; the text says what was expected and what was seen."""


class Script:
    """The play's log."""

    def __init__(self, say: Callable[[str], None] = print) -> None:
        self._say = say
        self._began = time.monotonic()
        self.steps = 0

    def act(self, title: str) -> None:
        """Begin a road."""
        self._say(f"\n── {title} ──")

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Time one step; what it says it saw is printed with it."""
        seen: list[str] = []
        began = time.monotonic()
        try:
            yield seen.append
        except BaseException as error:
            self._say(f"✗ {title}: {error}")
            raise
        self.steps += 1
        took = (time.monotonic() - began) * 1000
        self._say(f"✓ {title:<58} {took:7.0f} ms  {'; '.join(seen)}")

    def close(self) -> None:
        """Say that all went as it must."""
        self._say(f"\n{self.steps} steps, {time.monotonic() - self._began:.1f} s, no surprise.")


def expect(truth: object, surprise: str) -> None:
    """Raise `Surprise` unless this holds."""
    if not truth:
        raise Surprise(surprise)


def equal(seen: object, wanted: object, what: str) -> None:
    """Raise `Surprise` unless both are equal."""
    expect(seen == wanted, f"{what}: expected {wanted!r}, saw {seen!r}")


def eventually(look: Callable[[], Value | None], what: str, seconds: float = 20.0) -> Value:
    """Return what `look` finds once it finds something; events need a moment to arrive."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            raise Surprise(f"after {seconds:.0f} s still not seen: {what}")
        time.sleep(0.1)
