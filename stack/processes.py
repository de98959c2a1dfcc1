"""Children of the supervisor: forked after everything is imported, so that they share its memory."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.parent import end_with_parent

_STOPPING = {signal.SIGINT, signal.SIGTERM}


@dataclass
class Child:
    """One process: what it runs, with which environment, where its log goes."""

    name: str
    target: Callable[[], None]
    env: Mapping[str, str]
    log: Path
    pid: int = 0
    restarts: int = 0
    exit_code: int | None = None

    def start(self) -> None:
        """Fork; the child never returns from here."""
        sys.stdout.flush()
        parent = os.getpid()
        # What Python runs around a fork swallows exceptions: a Ctrl-C right there would be lost.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        try:
            pid = os.fork()
            if pid == 0:
                _become(self, parent)
            self.pid = pid
            self.exit_code = None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal if it still runs."""
        if self.pid:
            os.kill(self.pid, number)

    def has_ended(self) -> bool:
        """Reap the process if it has ended."""
        if not self.pid:
            return True
        done, status = os.waitpid(self.pid, os.WNOHANG)
        if done:
            self.pid = 0
            self.exit_code = os.waitstatus_to_exitcode(status)
        return self.pid == 0

    def last_line(self) -> str:
        """Return the last line of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return lines[-1][-400:] if lines else "its log is empty"

    def ask_to_end(self) -> None:
        """Send SIGTERM: finish what is in hand, then end."""
        self.signal(signal.SIGTERM)

    def stop(self, seconds: float = 25.0) -> None:
        """Ask it to end, then end it, by its own id."""
        self.ask_to_end()
        if not wait_ended([self], seconds):
            self.signal(signal.SIGKILL)
            wait_ended([self], 5)

    def kill(self) -> None:
        """End it as a crash would (SIGKILL)."""
        self.signal(signal.SIGKILL)
        wait_ended([self], 5)


def wait_ended(children: list[Child], seconds: float) -> bool:
    """Wait until all have ended; tell whether they did."""
    until = time.monotonic() + seconds
    while not all([child.has_ended() for child in children]):  # noqa: C419 - every one must be reaped.
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _become(child: Child, parent: int) -> None:
    """Turn the forked copy into the child: own group, own log, own environment; end with the parent."""
    code = 1
    try:
        os.setpgid(0, 0)
        # A supervisor that dies before its children was killed, and PostgreSQL goes in the same moment:
        # there is nothing to finish in order, and nobody left who would ask a second time.
        end_with_parent(parent, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
        log = os.open(child.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.update(child.env)
        child.target()
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
        if isinstance(stop.code, str):
            sys.stderr.write(stop.code + "\n")
    except BaseException:  # the last frame of a forked child must not unwind into its parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
