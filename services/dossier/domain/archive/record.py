"""When a record is complete: what is archived has its result, its delivery, its money and its papers."""

from collections.abc import Sequence

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import RecordIncomplete
from services.dossier.domain.states import State


def lacking_of(dossier: Dossier, *, owed: int, unprinted: int) -> list[str]:
    """Return what the record still lacks before it can be packed.

    One that was stopped has no result; one another system ended has it there.
    """
    is_away = dossier.elsewhere is not None and dossier.elsewhere.end is not None
    is_returned = dossier.state is not State.STOPPED and not is_away
    found = {
        "result": is_returned and dossier.result is None,
        "delivery": is_returned and dossier.delivery is None,
        "payment": bool(owed),
        "printed_papers": bool(unprinted),
    }
    return [name for name, is_missing in found.items() if is_missing]


def lacking_at_the_end(lacking: Sequence[str], *, is_packed: bool) -> list[str]:
    """Return what it lacks before it is archived: the archive's acknowledgement too."""
    return [*lacking, *([] if is_packed else ["acknowledgement"])]


def require_complete(lacking: Sequence[str]) -> None:
    """Raise `RecordIncomplete`, naming what is missing."""
    if lacking:
        raise RecordIncomplete(extra={"missing": list(lacking)})
