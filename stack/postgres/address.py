"""A PostgreSQL server as seen by whoever may administer it, wherever it runs."""

import subprocess
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from stack.postgres.account import run_as
from stack.postgres.binaries import Binaries, binaries_for
from stack.servers import StackError

PORT = 5432


class PostgresAddress:
    """Host, port and superuser of a server, and a folder of ours where the passwords made for it are kept."""

    def __init__(self, home: Path, location: tuple[str, int], superuser: tuple[str, str]) -> None:
        self.home = home
        self.host, self.port = location
        self.superuser, self.password = superuser
        self._programs: Binaries | None = None

    @classmethod
    def of(cls, superuser_dsn: str, home: Path) -> Self:
        """Read the address from a superuser's URL, `postgresql://user:password@host:port/…`."""
        parts = urlsplit(superuser_dsn)
        if not parts.hostname or not parts.username:
            raise StackError("the superuser's URL needs postgresql://user:password@host:port/database")
        superuser = (unquote(parts.username), unquote(parts.password or ""))
        return cls(home, (parts.hostname, parts.port or PORT), superuser)

    def dsn(self, database: str, user: str, password: str) -> str:
        """Return the URL of a database for a role, without a driver's name."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        secret = quote(password, safe="")
        return f"postgresql://{quote(user, safe='')}:{secret}@{host}:{self.port}/{quote(database, safe='')}"

    @property
    def superuser_dsn(self) -> str:
        """Return the superuser's URL of the maintenance database."""
        return self.dsn("postgres", self.superuser, self.password)

    def program(self, name: str) -> str:
        """Return the path of a client program of our version, such as psql, pgbench or pg_dump."""
        if self._programs is None:
            self._programs = binaries_for(None)
        return self._programs[name]

    def sql(self, text: str, database: str = "postgres", **variables: str) -> str:
        """Run a psql script as superuser and return its rows, columns parted by `|`.

        `variables` are psql's: `:'name'` in the text is the quoted value, `:"name"` the quoted identifier.
        The first error ends the script and is raised as `StackError`.
        """
        settings = [option for name, value in variables.items() for option in ("-v", f"{name}={value}")]
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *settings]
        target = ["-h", self.host, "-p", str(self.port), "-U", self.superuser, "-d", database]
        process = run_as(None)
        process["env"] |= {"PGPASSWORD": self.password, "PGCLIENTENCODING": "UTF8", "PGCONNECT_TIMEOUT": "10"}
        command = [self.program("psql"), *options, *target]
        done = subprocess.run(  # noqa: S603 our own programs and arguments.
            command, **process, input=text, encoding="utf-8", capture_output=True, check=False
        )
        if done.returncode:
            raise StackError(f"PostgreSQL: {(done.stderr.strip().splitlines() or ['psql failed'])[0]}")
        return str(done.stdout).rstrip("\n")
