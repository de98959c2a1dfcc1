"""The rows of statistics that mirrors give, made anew from each mirror's record and its statuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.dossier.domain.figures.fact import Fact
from services.dossier.domain.figures.mirrored import fact_of_mirror
from services.dossier.domain.work.mirrors import Mirror, status_of

_BATCH = 2_000
_SAME = (
    *("version", "source", "outside_code", "route", "procedure_code", "procedure_name", "sector", "agency"),
    *("agency_name", "submitted_at", "accepted_at", "due_at", "counted_at", "linked_at", "follows_since"),
)
_MIRRORS = (
    f"SELECT id, dossier_id, {', '.join(_SAME)}, (SELECT json_agg(s)::text FROM mirror_statuses s"
    " WHERE s.mirror_id = m.id) AS statuses FROM mirrors m ORDER BY id"
)
_TAKE_IN = "UPDATE mirrors SET counted_at = $1 WHERE counted_at IS NULL AND dossier_id IS NULL"


async def take_in(connection: asyncpg.Connection, now: datetime) -> None:
    """Count from now on the mirrors of before: periods closed until now are corrected by them."""
    await connection.execute(_TAKE_IN, now)


async def mirrored(connection: asyncpg.Connection) -> AsyncIterator[tuple[int, list[Fact]]]:
    """Yield how many statuses were read and the rows they give."""
    cursor = await connection.cursor(_MIRRORS)
    while rows := await cursor.fetch(_BATCH):
        yield await asyncio.to_thread(_facts, rows)


def _facts(rows: list[Any]) -> tuple[int, list[Fact]]:
    mirrors = [_mirror_of(row) for row in rows]
    facts = [fact for mirror in mirrors if (fact := fact_of_mirror(mirror)) is not None]
    return sum(len(mirror.statuses) for mirror in mirrors), facts


def _mirror_of(row: Any) -> Mirror:
    """Return a mirror without its owner, whom no figure knows."""
    return Mirror(
        id=UUID(int=row["id"].int),
        dossier_id=UUID(int=row["dossier_id"].int) if row["dossier_id"] else None,
        owner_name="",
        statuses=[status_of(one) for one in orjson.loads(row["statuses"] or "[]")],
        **{name: row[name] for name in _SAME},
    )
