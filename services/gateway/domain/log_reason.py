"""What a log says of somebody outside who is silent: our words of it, never theirs.

A peer's words may name a citizen with her number; they stand, sealed, where the work waits that they are of.
"""


def for_the_log(reason: object) -> str:
    """Return a reason up to its first colon: what somebody said stands behind it, wherever one is written."""
    return str(reason).partition(":")[0].strip()
