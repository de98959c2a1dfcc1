"""What is wrong, where, and why: one shape for forms and for answers."""

from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be taken; `path` has dots (`mother.children.0.name`), `reason` is Vietnamese."""

    path: str
    reason: str


def fault(place: Iterable[str | int], reason: str) -> Fault:
    """Return a fault at a place."""
    return Fault(".".join(str(part) for part in place), reason)
