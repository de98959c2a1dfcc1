"""How large forms and answers may be: what nobody fills in by hand is no form."""

MOST_SCHEMA_BYTES = 200_000
MOST_LAYOUT_BYTES = 200_000
DEEPEST_SCHEMA = 16
MOST_FIELDS = 400
MOST_ITEMS = 100
"""Rows of a repeated group."""
LONGEST_TEXT = 10_000
LONGEST_PATTERN = 200

MOST_ANSWER_BYTES = 200_000
DEEPEST_ANSWER = 10
MOST_ANSWERS = 5_000
MOST_TOLD = 100
"""Faults told at once."""


def exceeds(value: object, *, deepest: int, most: int) -> str:
    """Return why a JSON value is too deep or too large to look at (Vietnamese), or nothing.

    Walks without recursion, so that no depth can exhaust the stack.
    """
    waiting: list[tuple[object, int]] = [(value, 1)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > deepest:
            return f"lồng nhau quá {deepest} tầng"
        if seen > most:
            return f"có quá {most} mục"
        if isinstance(part, dict):
            waiting += [(one, depth + 1) for one in part.values()]
        elif isinstance(part, list):
            waiting += [(one, depth + 1) for one in part]
    return ""
