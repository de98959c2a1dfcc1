"""Whether a corrected name is still the name of the same person."""

import unicodedata
from difflib import SequenceMatcher

_ALIKE = 0.8
"""So much of two names written without marks must agree where their words do not: a slip of the pen."""


def is_same_name(before: str, after: str) -> bool:
    """Tell whether one name is the other put right: half the words stay, or a few letters differ."""
    old, new = _plain(before), _plain(after)
    common = len(set(old.split()) & set(new.split()))
    longest = max(len(old.split()), len(new.split()))
    return 2 * common >= longest or SequenceMatcher(None, old, new).ratio() >= _ALIKE


def _plain(name: str) -> str:
    marked = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return " ".join("".join(one for one in marked if not unicodedata.combining(one)).split())
