"""The data directory: created once with safe defaults, and found again by every later start."""

import errno
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from stack.postgres.account import Account, run_as
from stack.postgres.binaries import Binaries, shared_place
from stack.servers import StackError, cannot_write

CLUSTER = "cluster"
PASSWORD_FILE = "superuser.password"  # noqa: S105 the name of the file, not a secret.
SUPERUSER = "postgres"


def ensure_cluster(home: Path, binaries: Binaries, account: Account | None, *, durable: bool) -> Path:
    """Return the real path of the cluster in `home`, created if there is none.

    A cluster that root's unprivileged account could not reach under `home` (a checkout inside a closed home
    folder) is kept in a place it can reach, and `home/cluster` is a link to it: no folder is opened wider.
    """
    cluster = home / CLUSTER
    if not cluster.exists():
        if cluster.is_symlink():
            raise StackError(
                f"{cluster} points to {cluster.readlink()}, which is gone: restore it or remove the link"
            )
        _create(cluster, binaries, account, durable=durable)
    check_major(cluster, binaries.major)
    return cluster.resolve()


def major_of(cluster: Path) -> int:
    """Return the major version that wrote the cluster."""
    try:
        return int((cluster / "PG_VERSION").read_text().strip())
    except (OSError, ValueError):
        raise StackError(f"{cluster} is not a PostgreSQL data directory") from None


def check_major(cluster: Path, ours: int) -> None:
    """Refuse a cluster of another major version and say the way on."""
    theirs = major_of(cluster)
    if theirs < ours:
        raise StackError(
            f"{cluster} was written by PostgreSQL {theirs} and this is {ours}: "
            f"run python -m stack.postgres --data {cluster.parent} --upgrade-from "
            f"<folder of PostgreSQL {theirs}'s programs>"
        )
    if theirs > ours:
        raise StackError(
            f"{cluster} was written by PostgreSQL {theirs}; this is {ours}, which cannot read it"
        )


def superuser_password(home: Path) -> str:
    """Return the superuser's password of the cluster in `home`."""
    try:
        return (home / PASSWORD_FILE).read_text().strip()
    except OSError as error:
        raise StackError(
            f"the superuser's password {home / PASSWORD_FILE} is unreadable: {error.strerror}"
        ) from error


def write_secret(path: Path, secret: str | bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret.encode() if isinstance(secret, str) else secret)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path)


def init_cluster(
    parent: Path, binaries: Binaries, account: Account | None, password: str, options: list[str]
) -> Path:
    """Run initdb into a new folder under `parent` and return it; what a failed initdb leaves is removed."""
    draft = Path(tempfile.mkdtemp(dir=parent, prefix=f"{CLUSTER}-"))
    descriptor, secret = tempfile.mkstemp(dir=parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(password)
        if account:
            account.own(draft)
            account.own(Path(secret))
        _initdb(draft, binaries, account, [f"--pwfile={secret}", *options])
    except BaseException:
        shutil.rmtree(draft)
        raise
    finally:
        Path(secret).unlink()
    return draft


def _create(cluster: Path, binaries: Binaries, account: Account | None, *, durable: bool) -> None:
    home = cluster.parent
    reachable = account is None or account.can_enter(home)
    parent = home if reachable else shared_place()
    password = secrets.token_urlsafe(32)
    try:
        write_secret(home / PASSWORD_FILE, password)
        made = init_cluster(parent, binaries, account, password, [] if durable else ["--no-sync"])
        # The cluster appears under its name only when it is whole.
        if reachable:
            made.rename(cluster)
        else:
            cluster.symlink_to(made)
    except OSError as error:
        raise StackError(cannot_write(home, error)) from error


def _initdb(target: Path, binaries: Binaries, account: Account | None, options: list[str]) -> None:
    command = [
        binaries["initdb"],
        *("--pgdata", str(target), "--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8"),
        # Sorting and case by the built-in provider are the same on every machine and after every upgrade of
        # its C library; LC_CTYPE stays a UTF-8 one because pg_trgm asks it what a letter is.
        *(
            "--locale-provider",
            "builtin",
            "--builtin-locale",
            "C.UTF-8",
            "--locale",
            "C",
            "--lc-ctype",
            "C.UTF-8",
        ),
        *options,
    ]
    done = subprocess.run(  # noqa: S603 our own programs and arguments.
        command, **run_as(account), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    if os.strerror(errno.ENOSPC) in done.stderr:
        raise StackError(f"no space left on the disk of {target.parent}")
    lines = [line for line in done.stderr.splitlines() if "error:" in line or "FATAL:" in line]
    raise StackError(f"initdb failed: {(lines or done.stderr.splitlines() or ['no message'])[0]}")
