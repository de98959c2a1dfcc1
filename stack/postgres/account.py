"""Who PostgreSQL runs as: it refuses to run as root, so root lends it an unprivileged account."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack.servers import StackError

# Debian's and Red Hat's own account of the database first; "nobody" exists everywhere.
ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The account the server's programs run under; `None` everywhere means "as we are"."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether every folder on the way lets this account through, asked of the system itself."""
        return self._shell('cd "$0"', folder)

    def can_run(self, program: Path) -> bool:
        """Whether this account reaches the program and may execute it."""
        return self._shell('test -x "$0"', program)

    def own(self, path: Path) -> None:
        """Give the path to this account."""
        os.chown(path, self.uid, self.gid)

    def lend(self, path: Path) -> None:
        """Give the path to this account's group; its owner stays."""
        os.chown(path, -1, self.gid)

    def _shell(self, script: str, path: Path) -> bool:
        command = ["/bin/sh", "-c", script, str(path)]
        done = subprocess.run(command, **run_as(self), capture_output=True, check=False)  # noqa: S603 our own programs and arguments.
        return done.returncode == 0


def account_for(cluster: Path) -> Account | None:
    """Return the owner of an existing cluster, or the account for a new one; `None` when we are not root."""
    if os.geteuid() != 0:
        return None
    if cluster.exists():
        owner = cluster.stat().st_uid
        if owner == 0:
            raise StackError(
                f"{cluster} belongs to root, whom PostgreSQL refuses: chown it to an ordinary user"
            )
        entry = pwd.getpwuid(owner)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        f"PostgreSQL refuses root and there is no user {' or '.join(ACCOUNTS)}: run as another user"
    )


def run_as(account: Account | None) -> dict[str, Any]:
    """Return arguments of `subprocess` to act as the account, with a small environment."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    options: dict[str, Any] = {"env": environment, "cwd": "/"}
    if account:
        options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return options
