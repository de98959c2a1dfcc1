"""Rows a test sets back in time are sealed as if the service had written them so."""

from kernel.testing.running import RunningService
from services.dossier.use_cases.sealed_rows import seals_of
from services.dossier.use_cases.sealed_tables import SEALED


async def reseal(service: RunningService, *tables: str) -> None:
    """Seal what these tables say now."""
    pool = service.runtime.pool
    async with service.runtime.unit_of_work() as unit:
        keys = service.runtime.open_work(unit).history_keys
    for table in tables:
        key = SEALED[table].key
        given = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key, 2))
        for row in await pool.fetch(f"SELECT * FROM {table}"):
            told = {**row["seals"], **seals_of(table, row, keys)}
            await pool.execute(
                f"UPDATE {table} SET seals = $1 WHERE {given}", told, *(row[name] for name in key)
            )


async def as_of_before(service: RunningService) -> None:
    """Make it an installation of before marks: no table has one, and the log tells of none."""
    pool = service.runtime.pool
    await pool.execute("DELETE FROM seal_marks")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE access_log DISABLE TRIGGER USER")
        await connection.execute("DELETE FROM access_log WHERE what = 'table_marked'")
        await connection.execute("ALTER TABLE access_log ENABLE TRIGGER USER")
    service.runtime.resources.marks.forget()
