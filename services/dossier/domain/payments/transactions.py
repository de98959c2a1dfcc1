"""Names of the platform's transactions: one is told in several spellings, and its money came once."""

import re
import unicodedata

_WHOLE = re.compile(r"([0-9]+)\.0+")


def one_spelling(transaction: str) -> str:
    """Return a name as all its spellings compare: no blanks, capitals, a whole number without a point.

    A connector that reads a name as a number tells 12345678 as 12345678.0; one that copies it out of a page
    tells signs of another width, another dash, or signs nobody sees.
    """
    signs = unicodedata.normalize("NFKC", transaction).upper()
    told = "".join(
        "-" if unicodedata.category(one) == "Pd" else one
        for one in signs
        if not one.isspace() and unicodedata.category(one) != "Cf"
    )
    whole = _WHOLE.fullmatch(told)
    return whole.group(1) if whole else told
