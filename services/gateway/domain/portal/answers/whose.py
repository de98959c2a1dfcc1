"""Whose dossier the portal holds under a code, by what its look-up says of it and what we tell (section 9).

Agency and day stand in the code, which another's dossier of that code has too; its owner and its procedure it
has by itself. What is veiled, or that nobody told, tells nothing.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any

from services.gateway.domain.folding import folded
from services.gateway.domain.portal.telling.code_forms import national_code
from services.gateway.domain.portal.wire.words import moment_of

_TOLD_AS = {
    "chuhoso": "ChuHoSo",
    "tenchuhoso": "ChuHoSo",
    "hotennguoinop": "ChuHoSo",
    "sogiaytochuhoso": "SoGiayToChuHoSo",
    "mahosodonvi": "MaHoSo",
    "matthc": "MaTTHC",
    "ngaytiepnhan": "NgayTiepNhan",
}
"""Members of a look-up, the sister service's among them, and what we tell under another name."""
_OF_ALL = frozenset({"MaHoSo", "MaTTHC"})
"""What is the same of another's too."""


class Whose(Enum):
    """Whose it is; nothing said of it is neither."""

    OURS = auto()
    ANOTHERS = auto()
    UNTOLD = auto()


def whose_is(said: Mapping[str, Sequence[str]], message: Mapping[str, Any]) -> Whose:
    """Hold what a look-up says, by the letters of its members, against what is to be created."""
    found = Whose.UNTOLD
    for name, own in _TOLD_AS.items():
        told = str(message.get(own) or "")
        for text in said.get(name, ()):
            is_same = _is_same(own, text, told) if text and told and "*" not in text else None
            if is_same is False:
                return Whose.ANOTHERS
            if is_same and own not in _OF_ALL:
                found = Whose.OURS
    return found


def _is_same(own: str, text: str, told: str) -> bool | None:
    """Tell whether two texts say one thing; None where one of them is too vague to say."""
    if own == "NgayTiepNhan":
        at, ours = moment_of(text), moment_of(told)
        if at is None or ours is None:
            return None
        is_same_day = at.date() == ours.date()
        return True if at == ours else None if is_same_day else False
    if own == "MaTTHC":
        return (national_code(text) or text).casefold() == (national_code(told) or told).casefold()
    return "".join(folded(text).split()) == "".join(folded(told).split())
