"""A dossier received here whose route has changed: another system works it, and says how it ended."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.dossier.domain.holdings import Step
from services.dossier.domain.states import State


class Outcome(StrEnum):
    """How another system ended a dossier, as statistics name endings."""

    RESULT = "RESULT"
    REFUSED = "REFUSED"
    STOPPED = "STOPPED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndElsewhere:
    """The end another system told; `at` and `last_at` by that system's own clock.

    `status` is the national portal's number that says when it ended, `last_at` when the last was said (a
    result that was handed over). `step` is what stood here then, `let_go` the obligations that fell with it:
    they come back when the end is taken back.
    """

    status: int
    at: datetime
    last_at: datetime
    outcome: Outcome
    state: State
    heard_at: datetime
    step: Step | None = None
    let_go: tuple[UUID, ...] = ()

    def says_the_same(self, other: "EndElsewhere | None") -> bool:
        """Tell whether nothing new is said, whenever it was heard."""
        return (
            other == replace(self, heard_at=other.heard_at, step=other.step, let_go=other.let_go)
            if other
            else False
        )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a dossier received here is worked since its route changed; `end` once that system ended it."""

    route: str
    source: str
    outside_code: str
    since: datetime
    reason: str
    end: EndElsewhere | None = None
    again_since: datetime | None = None
    """Since when it is there once more under the same code: ends heard of its time before are over."""

    @property
    def key(self) -> str:
        """What names the dossier among those of all other systems."""
        return outside_key(self.source, self.outside_code)


def outside_key(source: str, outside_code: str) -> str:
    """Return what names a dossier of another system among all of them."""
    return f"{source}|{outside_code}"
