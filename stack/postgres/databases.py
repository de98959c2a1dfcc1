"""Databases and roles on a server: one pair per service, and clones of a template for tests."""

import json
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

import asyncpg

from stack.postgres.address import PostgresAddress
from stack.postgres.cluster import write_secret
from stack.servers import StackError

ROLES_FILE = "roles.json"
EXTENSIONS = ("unaccent", "pg_trgm", "btree_gist")
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_OWNER = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1"


def provision(server: PostgresAddress, services: Iterable[str]) -> dict[str, str]:
    """One role and one database of the same name per service, and the URLs to reach them.

    Nobody but its role connects to a database. Passwords are made once and kept in `roles.json` (0600) in the
    server's folder. Run again, it adds what is missing and returns the same URLs.
    """
    names = [_checked(service) for service in services]
    file = server.home / ROLES_FILE
    passwords = _passwords(file, names)
    server.sql("\n".join(_pair(name, passwords[name]) for name in names))
    return {name: server.dsn(name, name, passwords[name]) for name in names}


async def clone_database(administrator: asyncpg.Pool, template: str, name: str) -> None:
    """Copy the database `template`, which nobody may be connected to, with its owner and its closed door.

    `administrator` is the superuser's: tests clone by the hundred, and psql takes as long to start as a copy.
    """
    owner = await administrator.fetchval(_OWNER, template)
    if owner is None:
        raise StackError(f"there is no database {template} to clone")
    await administrator.execute(
        f'CREATE DATABASE "{_checked(name)}" TEMPLATE "{template}" OWNER "{owner}" STRATEGY FILE_COPY'
    )
    await administrator.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')


async def drop_database(administrator: asyncpg.Pool, name: str) -> None:
    """Drop the database if it is there, together with the sessions on it."""
    await administrator.execute(f'DROP DATABASE IF EXISTS "{_checked(name)}" WITH (FORCE)')


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise StackError(f"not a database name: {name!r}")
    return name


def _passwords(file: Path, names: list[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    if file.exists():
        try:
            known = json.loads(file.read_text())
        except ValueError:
            raise StackError(f"{file} is damaged: remove it, and new passwords are made") from None
    missing = [name for name in names if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(32) for name in missing}
        write_secret(file, json.dumps(known, indent=2))
    return known


def _pair(name: str, password: str) -> str:
    # Names and passwords are of our own alphabets (see NAME and token_urlsafe), so they need no escaping.
    extensions = "\n".join(f"CREATE EXTENSION IF NOT EXISTS {extension};" for extension in EXTENSIONS)
    return f"""
\\connect postgres
SET client_min_messages = warning;
SELECT 'CREATE ROLE {name}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec
ALTER ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}';
SELECT 'CREATE DATABASE {name} OWNER {name}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec
REVOKE ALL ON DATABASE {name} FROM PUBLIC;
\\connect {name}
SET client_min_messages = warning;
{extensions}
"""
