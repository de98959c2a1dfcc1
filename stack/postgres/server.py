"""A PostgreSQL server as a child process: started on a folder, asked, stopped, killed by its own pid."""

import signal
import subprocess
from pathlib import Path

from stack.launched import Launched, LaunchedServer, launch
from stack.postgres.account import Account, account_for, run_as
from stack.postgres.address import PostgresAddress
from stack.postgres.binaries import Binaries, binaries_for
from stack.postgres.cluster import CLUSTER, SUPERUSER, ensure_cluster, superuser_password
from stack.postgres.remains import clear, marker_of, recorded
from stack.servers import (
    LOOPBACK,
    FolderLock,
    StackError,
    busy_port,
    cannot_write,
    claim_port,
    make_folder,
    running,
    tail,
    wait_until,
)

LOG_FILE = "server.log"
LOG_LIMIT_BYTES = 10_000_000
START_SECONDS = 60.0
STOP_SECONDS = 30.0


class PostgresServer(LaunchedServer, PostgresAddress):
    """A running server; its sessions are ended, everything is written down, and it stops."""

    ENDING = ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))

    def __init__(
        self,
        home: Path,
        pid: int,
        port: int,
        child: Launched | None = None,
        lock: FolderLock | None = None,
        *,
        ends_with_us: bool = False,
    ) -> None:
        LaunchedServer.__init__(self, pid, child, lock, ends_with_us=ends_with_us)
        PostgresAddress.__init__(self, home, (LOOPBACK, port), (SUPERUSER, superuser_password(home)))


def start_postgres(
    data_dir: Path,
    port: int = 0,
    *,
    durable: bool = True,
    ends_with_us: bool = False,
    max_connections: int = 300,
    shared_buffers_mb: int = 64,
    settings: dict[str, str] | None = None,
) -> PostgresServer:
    """Start PostgreSQL on `data_dir` and return once it answers a query.

    The folder gets the cluster, `superuser.password` (0600), the log and the launcher's lock. Where the
    cluster lies when root starts it under a closed folder: see `ensure_cluster`. Port 0 takes a free one.
    With `ends_with_us` the system shuts it down in order when this process dies, even by SIGKILL; it cannot
    be handed over then. `durable=False` trades what a power cut may cost for speed: tests only. `settings`
    are names of postgresql.conf and win over all others. After a crash or a kill the next start clears up.
    `StackError` says in one line what is wrong: folder in use, port taken, disk full or unwritable,
    cluster of another version.
    """
    home = make_folder(data_dir)
    lock = FolderLock(home)
    try:
        account = account_for(home / CLUSTER)
        binaries = binaries_for(account)
        chosen = claim_port(port, "PostgreSQL")
        cluster = ensure_cluster(home, binaries, account, durable=durable)
        clear(cluster)
        options = {
            **_settings(durable=durable),
            "max_connections": str(max_connections),
            "shared_buffers": f"{shared_buffers_mb}MB",
            "cluster_name": marker_of(cluster),
            "port": str(chosen),
            **(settings or {}),
        }
        child = _launch(home, cluster, binaries, account, options, ends_with_us=ends_with_us)
    except BaseException:
        lock.release()
        raise
    return PostgresServer(home, child.pid, chosen, child, lock, ends_with_us=ends_with_us)


def attach_postgres(data_dir: Path) -> PostgresServer:
    """Visit the server that another process started on `data_dir`."""
    home = data_dir.resolve()
    cluster = (home / CLUSTER).resolve()
    found = recorded(cluster)
    if found is None or running(found[0]) is None:
        raise StackError(f"no PostgreSQL server runs on {home}")
    return PostgresServer(home, found[0], found[1])


def _settings(*, durable: bool) -> dict[str, str]:
    kept = "on" if durable else "off"
    return {
        "listen_addresses": LOOPBACK,
        # TCP only: no socket file to leave behind in a folder that others share.
        "unix_socket_directories": "",
        "fsync": kept,
        "full_page_writes": kept,
        "synchronous_commit": kept,
        # The queries are short; compiling and parallel plans cost them more than they save.
        "jit": "off",
        # Data fits in memory here; the worker processes would only take some.
        "io_method": "sync",
        "max_logical_replication_workers": "0",
        # Plans are kept (kernel/postgres/engine.py), and those made for an empty table are bad ones: a fresh
        # stack learns within seconds how its tables have grown.
        "autovacuum_naptime": "5s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
    }


def _launch(
    home: Path,
    cluster: Path,
    binaries: Binaries,
    account: Account | None,
    options: dict[str, str],
    *,
    ends_with_us: bool,
) -> Launched:
    log = home / LOG_FILE
    flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    try:
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            start = output.tell()
            child = launch(
                [binaries["postgres"], "-D", str(cluster), *flags],
                output,
                ends_with_us=PostgresServer.ENDING[0][0] if ends_with_us else None,
                **run_as(account),
            )
    except OSError as error:
        raise StackError(cannot_write(home, error)) from error
    try:
        _await_ready(home, cluster, child)
    except BaseException:
        _end_child(child)
        said = tail(log, start)
        if not said:
            raise
        raise StackError(_why(home, said, int(options["port"]))) from None
    return child


def _await_ready(home: Path, cluster: Path, child: Launched) -> None:
    def has_word() -> bool:
        found = recorded(cluster)
        return child.poll() is not None or (
            found is not None and found[0] == child.pid and found[2] == "ready"
        )

    wait_until(has_word, START_SECONDS)
    if child.poll() is not None:
        raise StackError(f"PostgreSQL on {home} ended while starting")
    found = recorded(cluster)
    if found is None or found[2] != "ready":
        raise StackError(
            f"PostgreSQL on {home} is not ready after {START_SECONDS:.0f} s; see {LOG_FILE} there"
        )
    # The pid file is a promise; an answered query is the fact.
    PostgresServer(home, child.pid, found[1]).sql("SELECT 1")


def _end_child(child: Launched) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGQUIT)
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _why(home: Path, said: list[str], port: int) -> str:
    text = "\n".join(said)
    if "Address already in use" in text:
        return busy_port(port, "PostgreSQL")
    if "No space left on device" in text:
        return f"no space left on the disk of {home}"
    worst = [line for line in said if "FATAL:" in line or "PANIC:" in line] or said
    return f"PostgreSQL does not start on {home}: {worst[0]}"
