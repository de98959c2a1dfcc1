"""Whether rows that were told to the chained log are there, as they were told last."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.told_rows import DEED, TOLD, wrong_with

_PAGE = 2_000
_LINES = f"SELECT object_id, what FROM access_log WHERE starts_with(what, '{DEED} ') ORDER BY object_id, id"
_SEALS = "SELECT id, seals ->> '{group}' AS made FROM {table} WHERE id = ANY($1::uuid[])"


async def broken_told_rows(connection: Any, keys: HistoryKeys) -> list[str]:
    """Return in words the rows that were taken out or set back, as an open transaction sees it."""
    wrong: list[str] = []
    lines = await connection.cursor(_LINES)
    left: list[Any] = []
    while portion := await lines.fetch(_PAGE):
        left += portion
        # The last row's lines may go on in the next portion.
        whole = [one for one in left if one["object_id"] != left[-1]["object_id"]]
        left = left[len(whole) :]
        wrong += await _wrong(connection, whole, keys)
    return wrong + await _wrong(connection, left, keys)


async def _wrong(connection: Any, lines: Sequence[Any], keys: HistoryKeys) -> list[str]:
    ids = list({one["object_id"] for one in lines})
    seals: dict[str, dict[UUID, str]] = {}
    for table, group in TOLD.items():
        rows = await connection.fetch(_SEALS.format(group=group, table=table), ids) if ids else []
        seals[table] = {UUID(int=row["id"].int): row["made"] or "" for row in rows}
    return [
        line
        for one, of_it in groupby(lines, key=itemgetter("object_id"))
        for line in wrong_with(UUID(int=one.int), [row["what"] for row in of_it], seals, keys)
    ]
