"""Who waits for whom: pure questions about the order of members, each a procedure's code."""

from collections.abc import Collection, Mapping

After = Mapping[str, Collection[str]]
"""Each member with the members it comes directly after."""


def in_order(after: After) -> list[str]:
    """Return the members so that each comes after those it waits for; members of a circle come last."""
    order: list[str] = []
    waiting = {code: set(before) & after.keys() for code, before in after.items()}
    while ready := [code for code, before in waiting.items() if before <= set(order)]:
        order += ready
        for code in ready:
            del waiting[code]
    return order + list(waiting)


def followers(after: After, code: str) -> set[str]:
    """Return the members that wait for a member, directly or not."""
    found: set[str] = set()
    new = {code}
    while new:
        new = {one for one, before in after.items() if not new.isdisjoint(before)} - found
        found |= new
    return found


def ready(after: After, waiting: Collection[str], passed: Collection[str]) -> list[str]:
    """Return the waiting members nobody stands before any more, in their order."""
    return [code for code in in_order(after) if code in waiting and set(after[code]) <= set(passed)]
