"""What an earlier run left on a cluster: a stale pid file, an orphaned server, children of a killed one."""

import hashlib
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from stack.servers import StackError, running, wait_until

PID_FILE = "postmaster.pid"
PROGRAM = "postgres"
MARKER = "motcua-"
ORDERLY_SECONDS = 30.0
# Idle children leave within milliseconds; who computes on does not look up, and people wait for the start.
CHILDREN_SECONDS = 3.0


def marker_of(cluster: Path) -> str:
    """Return the cluster_name our servers run under; it shows in the title of each of their processes.

    Titles are readable where working directories of another account's processes are not (containers).
    """
    return f"{MARKER}{hashlib.sha256(str(cluster).encode()).hexdigest()[:16]}"


def recorded(cluster: Path) -> tuple[int, int, str] | None:
    """Return pid, port and state from the postmaster's pid file, `None` when missing or half written."""
    try:
        lines = (cluster / PID_FILE).read_text().splitlines()
        return int(lines[0]), int(lines[3]), lines[7].strip()
    except (FileNotFoundError, IndexError, ValueError):
        return None


def ours(cluster: Path) -> list[psutil.Process]:
    """Every process of a server of ours on this cluster."""
    marker = marker_of(cluster)
    found = []
    for process in psutil.process_iter(["name"]):
        # A process that ends while it is looked at is not there any more.
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.info["name"] == PROGRAM and any(marker in word for word in process.cmdline()):
                found.append(process)
    return [process for process in found if running(process.pid)]


def clear(cluster: Path) -> None:
    """Make the cluster ready for a new server; the caller holds its lock, so what still runs is an orphan.

    An orphaned server of ours is shut down in order. The children of a killed one leave by themselves as soon
    as they notice; those that do not within three seconds are told to, then killed, by their own pids:
    a new server cannot start while one of them is attached to the old shared memory. Another's server on this
    cluster is left alone and reported.
    """
    pid = _first_pid(cluster)
    left = ours(cluster)
    if pid in [process.pid for process in left]:
        _tell([psutil.Process(pid)], signal.SIGINT)
        wait_until(lambda: not ours(cluster), ORDERLY_SECONDS)
    elif pid is not None and _is_foreign_server(pid, cluster):
        raise StackError(f"a PostgreSQL server that is not ours runs on {cluster} (pid {pid}): stop it first")
    for step in (None, signal.SIGQUIT, signal.SIGKILL):
        if step:
            _tell(ours(cluster), step)
        if wait_until(lambda: not ours(cluster), CHILDREN_SECONDS):
            break
    else:
        pids = ", ".join(str(process.pid) for process in ours(cluster))
        raise StackError(f"processes of an earlier server on {cluster} do not end: {pids}")
    # Nobody runs on it now; the pid in the file may since belong to any other process.
    (cluster / PID_FILE).unlink(missing_ok=True)


def _first_pid(cluster: Path) -> int | None:
    try:
        return int((cluster / PID_FILE).read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_foreign_server(pid: int, cluster: Path) -> bool:
    process = running(pid)
    try:
        if process is None or process.name() != PROGRAM or any(MARKER in word for word in process.cmdline()):
            # Gone, another program, or a server of ours on another cluster: the pid was used again.
            return False
        return Path(process.cwd()) == cluster
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        # A PostgreSQL we may not look into: its own words in the pid file are all we have: believe them.
        return True


def _tell(processes: list[psutil.Process], what: signal.Signals) -> None:
    for process in processes:
        # Gone already is what was wanted.
        with suppress(psutil.NoSuchProcess):
            process.send_signal(what)
