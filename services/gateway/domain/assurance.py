"""What issuers say of how surely somebody is identified, as one level (national-portal.md section 18.2).

How the words of `acr`, `loAs` and `IAL` stand to the two levels of VNeID accounts is not in the reference:
the table here is a suggestion, and a setting of each issuer replaces it word by word.
"""

from collections.abc import Mapping
from typing import Any

from services.gateway.domain.claims import said

WORDS = {
    **{f"{prefix}{level}": level for prefix in ("", "LoA", "IAL", "VNEID-") for level in (0, 1, 2)},
    **{f"{prefix}{more}": 2 for prefix in ("", "LoA", "IAL") for more in (3, 4)},
}
_MOST_WORDS = 20


def told_level(value: Any, words: Mapping[str, int]) -> int | None:
    """Return the highest level among the words of a claim; None when it says nothing, 0 for unknown words."""
    given = value.split() if isinstance(value, str) else value if isinstance(value, list) else [value]
    known = {**WORDS, **words}
    levels = [known.get(said(one), 0) for one in given[:_MOST_WORDS] if one is not None]
    return max(levels, default=None)


def level_of(claims: Mapping[str, Any], *, account: tuple[str, ...], words: Mapping[str, int]) -> int:
    """Return how surely these verified claims identify a person, 0 where they do not say.

    `account` names the claims of the account's own level, the first told counts. A sign-in (`acr`) shows at
    most that: a strong account used weakly counts as used, a weak account is not made strong by a password.
    """
    told = (told_level(claims.get(name), words) for name in account)
    own = next((level for level in told if level is not None), None)
    shown = told_level(claims.get("acr"), words)
    if own is None or shown is None:
        return own or shown or 0
    return min(own, shown)
