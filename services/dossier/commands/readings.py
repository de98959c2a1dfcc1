"""Whether the log of readings is what was sealed: nothing changed, taken out or put in."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from services.dossier.domain.history import HistoryKeys
from services.dossier.domain.readings.seals import LINE, Seal, seal_of, what_is_wrong

_PAGE = 200
_NAMES = ", ".join(LINE)
_SEALS = "SELECT * FROM access_seals WHERE number > $1 ORDER BY number LIMIT $2"
_LINES = f"SELECT {_NAMES} FROM access_log WHERE txid >= $1 AND txid < $2 ORDER BY id"
_OLDER = f"SELECT {_NAMES} FROM access_log WHERE txid IS NULL AND id > $1 AND id <= $2 ORDER BY id"
# A line that never can be sealed was not written by the service.
_STRAY = "SELECT count(*) FROM access_log WHERE txid < 0 OR (txid IS NULL AND id > $1 AND $2)"
_TAIL = "SELECT count(*) FROM access_log WHERE txid >= $1 OR (txid IS NULL AND id > $2)"


async def broken_readings(pool: Any, keys: HistoryKeys, known: int = 0) -> tuple[list[str], str]:
    """Return in words what is wrong with sealed readings, and how far they are sealed.

    `known` is the number of a seal that others know of: with fewer, the end of the log was cut off.
    """
    wrong: list[str] = []
    before: Seal | None = None
    last_older = 0
    async for seal, lines in _batches(pool):
        if seal.is_older:
            last_older = seal.last_id
        if found := what_is_wrong(seal, before, lines, keys):
            wrong.append(f"readings, seal {seal.number} (lines {seal.first_id} to {seal.last_id}): {found}")
        before = seal
    if (before.number if before else 0) < known:
        wrong.append(f"readings: seals end at {before.number if before else 0}, others know {known}")
    end = before.end_txid if before else 0
    if stray := await pool.fetchval(_STRAY, last_older, end > 0):
        wrong.append(f"readings: {stray} lines were put in beside the seals")
    tail = await pool.fetchval(_TAIL, end, last_older)
    head = f"seal {before.number} {before.hash.hex()[:16]}" if before else "no seal"
    return wrong, f"readings are sealed to {head}; {tail} lines wait for the next"


async def _batches(pool: Any) -> AsyncIterator[tuple[Seal, Sequence[Mapping[str, Any]]]]:
    """Give every seal with the lines that lie in it now, some hundred seals at a time as of one moment."""
    number, older_to = 0, 0
    while True:
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            seals = [seal_of(row) for row in await connection.fetch(_SEALS, number, _PAGE)]
            if not seals:
                return
            older = [one for one in seals if one.is_older]
            newer = [one for one in seals if not one.is_older]
            old_lines = await connection.fetch(_OLDER, older_to, older[-1].last_id) if older else []
            lines = await connection.fetch(_LINES, newer[0].first_txid, newer[-1].end_txid) if newer else []
        placed: dict[int, list[Any]] = defaultdict(list)
        ends = [(one.last_id, one.number) for one in older]
        _place(old_lines, ends, lambda line: int(line["id"]) - 1, placed)
        _place(lines, [(one.end_txid, one.number) for one in newer], lambda line: int(line["txid"]), placed)
        for one in seals:
            yield one, placed[one.number]
        number, older_to = seals[-1].number, older[-1].last_id if older else older_to


def _place(
    lines: Sequence[Any],
    ends: Sequence[tuple[int, int]],
    place: Callable[[Any], int],
    placed: dict[int, list[Any]],
) -> None:
    """Put each line with the first seal whose end lies behind it, in the lines' own order."""
    behind = [end for end, _ in ends]
    for line in lines:
        _, number = ends[bisect_right(behind, place(line))]
        placed[number].append(line)
