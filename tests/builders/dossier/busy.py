"""A database that is busy for some rows only: what fails at its commit is seen to leave nothing behind."""

from typing import Any


async def busy_for(pool: Any, table: str, when: str) -> None:
    """Let the database refuse rows of a table as it refuses when a lock is not to be had (503)."""
    await pool.execute(
        f"CREATE FUNCTION be_busy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN"
        " RAISE EXCEPTION 'busy' USING ERRCODE = 'lock_not_available'; END IF; RETURN NEW; END $$"
    )
    await pool.execute(
        f"CREATE TRIGGER be_busy BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION be_busy()"
    )


async def at_rest(pool: Any) -> None:
    """Let it take everything again."""
    await pool.execute("DROP FUNCTION be_busy CASCADE")
