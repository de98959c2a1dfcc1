"""Agencies end while a submission runs, or after it: their heirs take their places, and give them back."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.dossier.domain.definitions import Agency
from services.dossier.domain.ends import UNSURE, Ends
from services.dossier.domain.interlinked.child import Child
from services.dossier.domain.interlinked.parent import Parent


@dataclass(frozen=True, slots=True)
class Moved:
    """A place that another answers for than before."""

    before: str
    now: Agency
    is_back: bool
    """Whether that is whose place it was from the beginning."""


def align(parent: Parent, ends: Ends) -> tuple[list[Moved], bool]:
    """Let every place be answered for by who keeps it now; return the moves, and whether all was sure."""
    moved, is_sure = [], True
    for place, own, procedure in _places(parent):
        before, keeper = (place.heir or own).code, ends.keeper(own.code, procedure)
        is_sure = is_sure and keeper != UNSURE
        if keeper in {UNSURE, before}:
            continue
        is_back = keeper == own.code
        place.heir = None if is_back else ends.words[keeper].agency
        # Who let go of it: the holder of before where that has ended, else whose place it was.
        ended = before if ends.keepers.heir(before, procedure) else own.code
        moved.append(Moved(ended, place.heir or own, is_back))
    return list(dict.fromkeys(moved)), is_sure


def ways(parent: Parent, ends: Ends) -> set[str]:
    """Return every agency whose word decides who answers for a place."""
    return {one for _, own, procedure in _places(parent) for one in ends.keepers.way(own.code, procedure)}


def _places(parent: Parent) -> Iterator[tuple[Parent | Child, Agency, str]]:
    yield parent, parent.lead_agency, parent.group.lead_procedure
    for child in parent.children.values():
        yield child, child.agency, child.procedure
