"""Names of the platform's transactions: one is told in several spellings, and its money came once."""

import re

_WHOLE = re.compile(r"([0-9]+)\.0+")


def one_spelling(transaction: str) -> str:
    """Return a name as all its spellings compare: no outer blanks, capitals, a whole number without a point.

    A connector that reads a name as a number tells 12345678 as 12345678.0.
    """
    told = transaction.strip().upper()
    whole = _WHOLE.fullmatch(told)
    return whole.group(1) if whole else told
