"""What the launchers of outside servers share: one-line errors, ports, folders, processes by pid."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar
from weakref import WeakSet

import psutil

LOOPBACK = "127.0.0.1"
LOCK_FILE = "launcher.lock"


class StackError(Exception):
    """A server of the stack could not do what was asked; the message is one line an operator can act on."""


class FolderInUse(StackError):  # noqa: N818 - named for the fact.
    """Another live launcher owns the folder."""


class FolderLock:
    """Ownership of a server's folder, held as long as its launcher lives and freed by the system if it dies.

    So a server that still runs while the lock is free is an orphan of a launcher that was killed.
    flock lives as long as any copy of the file is open: a forked process lets go of its copy at once,
    or one that is still dying would hold the folder of an owner long gone.
    """

    _held: ClassVar[WeakSet["FolderLock"]] = WeakSet()

    def __init__(self, folder: Path) -> None:
        """Take the folder at once, or raise `FolderInUse`."""
        self._file = (folder / LOCK_FILE).open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise FolderInUse(f"{folder} is in use by a running server; stop it or choose another") from None
        self._held.add(self)

    def release(self) -> None:
        """Give the folder back; a second call changes nothing."""
        if not self._file.closed:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self._file.close()

    @classmethod
    def _leave_to_the_owner(cls) -> None:
        """Close the forked copies without unlocking: the lock is the owner's alone."""
        for lock in list(cls._held):
            lock._file.close()  # noqa: SLF001 - its own class.


os.register_at_fork(after_in_child=FolderLock._leave_to_the_owner)  # noqa: SLF001 - once, for all of them.


def make_folder(folder: Path) -> Path:
    """Create the folder with its parents and return its absolute path, or say in one line why not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise StackError(cannot_write(folder, error)) from error
    return folder.resolve()


def cannot_write(folder: Path, error: OSError) -> str:
    """One line for a folder that takes no more data."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"no space left on the disk of {folder}"
    return f"cannot write to {folder}: {error.strerror}"


def free_port() -> int:
    """Return a port that nothing listens on now; another process may still take it first."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def claim_port(port: int, server: str) -> int:
    """Return the port asked for (0: any free one), or raise `StackError` when something listens there."""
    if port == 0:
        return free_port()
    with socket.socket() as probe:
        # As servers do, so that connections of a former run in TIME_WAIT do not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise StackError(busy_port(port, server)) from error
    return port


def busy_port(port: int, server: str) -> str:
    """One line for a port that is taken."""
    return (
        f"{server} cannot listen on {LOOPBACK}:{port}: the port is taken; stop what uses it or give another"
    )


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0


def running(pid: int) -> psutil.Process | None:
    """Return the process of this pid while it truly runs; a zombie nobody has reaped counts as gone."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def wait_until(done: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Ask `done` until it says yes or the time has passed; the answer is its last word."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return done()
        time.sleep(pause)
    return True


def tail(log: Path, start: int) -> list[str]:
    """Return the lines a server wrote to its log since byte `start`."""
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace").splitlines()
