"""Whether a corrected name is still the name of the same person."""

import unicodedata
from difflib import SequenceMatcher

_ALIKE = 0.8
"""So much of two names written without marks must agree where their words do not: a slip of the pen."""


_CALLED = 0.6
"""So much of the word somebody is called by must agree: two of three letters, An and Anh."""


def is_same_name(before: str, after: str) -> bool:
    """Tell whether one name is the other put right: words were left out or added, or a few letters differ.

    Half the words staying is not enough: family and middle name are shared by many, and who is called by
    another name is another person.
    """
    old, new = _plain(before), _plain(after)
    ours, theirs = old.split(), new.split()
    if not ours or not theirs:
        return False
    if set(ours) <= set(theirs) or set(theirs) <= set(ours):
        return True
    common = len(set(ours) & set(theirs))
    is_called_so = SequenceMatcher(None, ours[-1], theirs[-1]).ratio() >= _CALLED
    is_alike = SequenceMatcher(None, old, new).ratio() >= _ALIKE
    return is_called_so and (is_alike or 2 * common >= max(len(ours), len(theirs)))


def _plain(name: str) -> str:
    marked = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return " ".join("".join(one for one in marked if not unicodedata.combining(one)).split())
