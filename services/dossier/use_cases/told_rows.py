"""Rows nothing else names, told to the chained log as they are written: one taken out or set back is missed.

A line says which row, and by a digest which seal its course had then; it is sealed itself and has a name of
its own, so that neither a made-up line nor an old one written again says anything (ADR 0040).
"""

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

from kernel.core.ids import new_id
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.row_seals import fits, seal

TOLD: Mapping[str, str] = {
    "authorizations": "ended",
    "late_entries": "course",
    "cash_closings": "course",
    "due_commands": "course",
    "destruction_lists": "course",
    "archive_packages": "course",
    "outside_requests": "answer",
    "interlinked_parents": "course",
}
"""By table, keyed by `id`: the group whose seal tells one state of a row from every other."""
DEED = "row_kept"
"""How the log of readings calls the deed."""
GONE = "gone"
_SAID = ("said", "object_id")


def word_of(table: str, row_id: UUID, made: str, keys: HistoryKeys) -> str:
    """Return the line about a row whose course was sealed so; `GONE`: an approved list took it with it."""
    said = f"{DEED} {table} {_digest(made)} {new_id()}"
    return f"{said} {seal(DEED, _SAID, {'said': said, 'object_id': row_id}, keys)}"


def wrong_with(
    row_id: UUID, words: Iterable[str], seals: Mapping[str, Mapping[UUID, str]], keys: HistoryKeys
) -> list[str]:
    """Return in words what is wrong with one row, by all lines about it, oldest first.

    `seals`: of the row as it is now, by its table. A seal nobody told of is newer than the lines, or made by
    a process of before them: whether it fits is looked at elsewhere.
    """
    wrong, told, names = [], [], set()
    table = ""
    for word in words:
        said, _, made = word.rpartition(" ")
        if not fits(made, DEED, _SAID, {"said": said, "object_id": row_id}, keys):
            wrong.append(f"readings: a line that tells of {row_id} was not written by the service")
            continue
        _, table, digest, name = said.split(" ")
        if name not in names:
            names.add(name)
            told.append(digest)
    if not told or told[-1] == _digest(GONE):
        return wrong
    if row_id not in seals.get(table, {}):
        return [*wrong, f"{table} {row_id}: it was kept, it is missing"]
    now = _digest(str(seals[table][row_id]))
    if now != told[-1] and now in told:
        wrong.append(f"{table} {row_id}: it was set back to what it was before")
    return wrong


def _digest(made: str) -> str:
    return made if made == GONE else hashlib.sha256(made.encode()).hexdigest()[:24]
