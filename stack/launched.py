"""A server of another make as our child: launched, stopped, killed or handed over."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, ClassVar, Self

from stack.parent import end_with_parent
from stack.servers import FolderLock, StackError, running, wait_until

Ending = Sequence[tuple[signal.Signals, float]]
"""Signals in the order they are tried, each with the seconds it is given."""


class Launched(subprocess.Popen[bytes]):
    """The process of a server, with what Python needs to know when it runs on without us."""

    is_handed_over = False

    def __del__(self) -> None:
        """Report a process that was forgotten while it runs, but not one that has another owner now."""
        if not self.is_handed_over:
            super().__del__()


def launch(
    command: Sequence[str], output: IO[bytes], *, ends_with_us: signal.Signals | None = None, **options: Any
) -> Launched:
    """Start a server that writes to `output`; with `ends_with_us` the system sends it that when we die."""
    parent = os.getpid()
    return Launched(
        command,
        **options,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        # A session of its own: Ctrl-C in the terminal reaches the launcher, which stops the server last.
        start_new_session=True,
        # After the change of user, which would undo it; it takes no lock that a thread of ours may hold.
        preexec_fn=(lambda: end_with_parent(parent, ends_with_us)) if ends_with_us else None,
    )


class LaunchedServer:
    """A running server. Whoever launched it stops it; one that is found by its folder is only visited."""

    home: Path
    ENDING: ClassVar[Ending]

    def __init__(
        self, pid: int, child: Launched | None, lock: FolderLock | None, *, ends_with_us: bool
    ) -> None:
        self.pid = pid
        self._child = child
        self._lock = lock
        self._ends_with_us = ends_with_us

    @property
    def is_running(self) -> bool:
        """Whether the server's first process lives."""
        if self._child:
            return self._child.poll() is None
        return running(self.pid) is not None

    def stop(self) -> None:
        """Shut down in order; one that does not obey is made to. Twice is harmless."""
        for how, seconds in self.ENDING:
            if self._end(how, seconds):
                break
        self._release()

    def kill(self) -> None:
        """SIGKILL the first process, as a crash would; a new start on the same folder clears up."""
        self._end(signal.SIGKILL, 10.0)
        self._release()

    def hand_over(self) -> None:
        """Give up ownership without stopping: another process attaches, and stops it later."""
        if self._ends_with_us:
            raise StackError(f"the server on {self.home} was started to end with its launcher")
        if self._child:
            self._child.is_handed_over = True
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _end(self, how: signal.Signals, seconds: float) -> bool:
        if self.is_running:
            os.kill(self.pid, how)
        return wait_until(lambda: not self.is_running, seconds)

    def _release(self) -> None:
        if self._lock:
            self._lock.release()
