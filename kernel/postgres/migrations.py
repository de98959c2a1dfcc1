"""Moves a service's database to its newest migration, one replica at a time."""

import asyncio
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("kernel.postgres") / "alembic"))
    config.set_main_option(
        "version_locations", str(Path(str(files(f"services.{service}"))) / "migrations" / "versions")
    )
    config.set_main_option("path_separator", "newline")
    return config


def _upgrade(connection: Connection, service: str, metadata: MetaData) -> None:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SELECT pg_advisory_lock(hashtext('migrate'))"))
    connection.commit()
    config = _config(service)
    config.attributes.update(connection=connection, metadata=metadata)
    command.upgrade(config, "head")
    connection.commit()
    connection.execute(text("SELECT pg_advisory_unlock(hashtext('migrate'))"))
    connection.commit()


def _differences(connection: Connection, metadata: MetaData) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    return list(compare_metadata(context, metadata))


def _with_driver(dsn: str) -> str:
    return dsn.replace("postgresql://", "postgresql+asyncpg://", 1)


async def migrate(dsn: str, service: str, metadata: MetaData) -> None:
    """Run the migrations that are missing; a lock not had in five seconds fails, to be tried again."""
    engine = create_async_engine(_with_driver(dsn), poolclass=NullPool)
    try:
        async with asyncio.timeout(600), engine.connect() as connection:
            await connection.run_sync(_upgrade, service, metadata)
    finally:
        await engine.dispose()


async def differences(dsn: str, metadata: MetaData) -> list[Any]:
    """Return how a migrated database differs from the tables the code declares; empty is right."""
    engine = create_async_engine(_with_driver(dsn), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_differences, metadata)
    finally:
        await engine.dispose()
