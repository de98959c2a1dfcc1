"""What verification reads of whole submissions: whose they are, and the slips their history names."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from services.dossier.commands.beside import is_paper_sound
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.row_seals import PAPER, PRINTED

_SLIPS = (
    f"SELECT {', '.join(dict.fromkeys((*PAPER, *PRINTED)))}, superseded_by, seal, printed_seal FROM papers"
    " WHERE dossier_id IN (SELECT id FROM interlinked_parents)"
)
# Of a destroyed submission the history names none any more.
_NAMED = """
    SELECT h.parent_id, h.data -> 'change' ->> 'superseded' AS superseded, p ->> 'paper_id' AS paper_id
    FROM interlinked_history h, json_array_elements(h.data -> 'change' -> 'papers') AS p
"""

# Each dossier of a submission is its owner's, handed in by its submitter, and sealed as such.
_WHOSE = """
    SELECT p.id FROM interlinked_parents p
    WHERE EXISTS (
        SELECT FROM interlinked_children c JOIN dossiers d ON d.id = c.dossier_id
        WHERE c.parent_id = p.id AND d.destroyed_by IS NULL
            AND (p.owner_subject, p.submitter_subject, p.owner_index)
                IS DISTINCT FROM (d.owner_subject, d.submitter_subject, d.owner_index))
    ORDER BY p.id
"""


async def stolen_submissions(pool: Any) -> list[str]:
    """Return in words the submissions that are somebody else's than their dossiers are."""
    return [
        f"{row['id']}: the submission is not of whom its dossiers are" for row in await pool.fetch(_WHOSE)
    ]


async def broken_slips(pool: Any, keys: HistoryKeys) -> list[str]:
    """Return in words the submissions whose slips are not those that were issued."""
    slips: dict[UUID, list[Any]] = defaultdict(list)
    for row in await pool.fetch(_SLIPS):
        slips[row["dossier_id"]].append(row)
    named: dict[UUID, set[str]] = defaultdict(set)
    replaced: dict[UUID, set[str]] = defaultdict(set)
    for row in await pool.fetch(_NAMED):
        named[row["parent_id"]].add(row["paper_id"])
        replaced[row["parent_id"]] |= {row["superseded"]} - {None}
    found = []
    for parent_id in sorted({*slips, *named}):
        own = slips[parent_id]
        marked = {str(one["id"]) for one in own if one["superseded_by"] is not None}
        if {str(one["id"]) for one in own} != named[parent_id]:
            found.append(f"{parent_id}: its slips are not those its history names")
        elif marked != replaced[parent_id]:
            found.append(f"{parent_id}: a slip counts, or does not, against its history")
        elif not all(is_paper_sound(one, own, keys) for one in own):
            found.append(f"{parent_id}: a slip was changed")
    return found
