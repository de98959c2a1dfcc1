"""One closed database per service, and clones of a template."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from stack.postgres import (
    PostgresAddress,
    StackError,
    clone_database,
    drop_database,
    provision,
    start_postgres,
)

SERVICES = ("catalog", "dossier", "notify", "survey", "gateway", "bus")


async def test_each_service_owns_one_database_with_the_extensions(home: Path) -> None:
    """The URL works as it is, the role is no superuser and may create tables."""
    with start_postgres(home, durable=False) as server:
        urls = provision(server, SERVICES)
        assert list(urls) == list(SERVICES)
        for service, url in urls.items():
            connection = await asyncpg.connect(url)
            assert await connection.fetchval("SELECT current_user || current_database()") == service * 2
            assert await connection.fetchval("SELECT unaccent('Một Cửa')") == "Mot Cua"
            extensions = await connection.fetch("SELECT extname FROM pg_extension ORDER BY 1")
            assert [row[0] for row in extensions] == ["btree_gist", "pg_trgm", "plpgsql", "unaccent"]
            assert (
                await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = $1", service)
                is False
            )
            await connection.execute("CREATE TABLE mine (id int)")
            await connection.close()


async def test_a_service_cannot_enter_the_database_of_another(home: Path) -> None:
    """CONNECT is the owner's alone."""
    with start_postgres(home, durable=False) as server:
        urls = provision(server, ("catalog", "dossier"))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(urls["catalog"].removesuffix("catalog") + "dossier")


def test_provisioning_again_changes_nothing_and_adds_what_is_new(home: Path) -> None:
    """Passwords are made once, kept closed to others, and outlive the server."""
    with start_postgres(home, durable=False) as server:
        before = provision(server, ("catalog", "dossier"))
        server.sql("CREATE TABLE kept (id int)", database="catalog")
    with start_postgres(home, server.port, durable=False) as server:
        after = provision(server, ("catalog", "dossier", "bus"))
        assert server.sql("SELECT to_regclass('kept') IS NOT NULL", database="catalog") == "t"
    assert {name: after[name] for name in before} == before
    assert (home / "roles.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["Catalog", "x; DROP DATABASE postgres", "", "đơn"])
def test_a_strange_name_is_refused_before_any_statement(home: Path, name: str) -> None:
    """Names go into statements, so their alphabet is narrow."""
    server = PostgresAddress.of("postgresql://nobody:x@127.0.0.1:1/postgres", home)
    with pytest.raises(StackError, match="not a database name"):
        provision(server, [name])


async def test_a_clone_has_the_rows_the_owner_and_the_closed_door(
    postgres_server: PostgresAddress, administrator: asyncpg.Pool
) -> None:
    """Parallel workers clone the same template at the same time."""
    urls = provision(postgres_server, ("template_owner", "stranger"))
    owner = await asyncpg.connect(urls["template_owner"])
    await owner.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 5 AS n")
    await owner.close()
    names = [f"clone_{number}" for number in range(4)]
    await asyncio.gather(*(clone_database(administrator, "template_owner", name) for name in names))
    for name in names:
        clone = await asyncpg.connect(urls["template_owner"].removesuffix("template_owner") + name)
        assert await clone.fetchval("SELECT n FROM kept") == 5
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(urls["stranger"].removesuffix("stranger") + name)
        await drop_database(administrator, name)
        await drop_database(administrator, name)
        await clone.close(timeout=1)
    assert postgres_server.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'clone%'") == "0"


async def test_cloning_what_is_not_there_is_an_error(administrator: asyncpg.Pool) -> None:
    """The message names the template."""
    with pytest.raises(StackError, match="no database nothing to clone"):
        await clone_database(administrator, "nothing", "anything")
