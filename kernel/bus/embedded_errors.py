"""What the embedded bus takes for "the database is away": trying again later is right."""

import asyncpg

from kernel.postgres.engine import BROKEN_WORLD

AWAY = (
    *BROKEN_WORLD,
    # A standby that is not promoted yet, and disks that are full or broken.
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
)
