"""The requests for more papers of a dossier: how often, on what ground, which waits for its answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.dossier.domain.errors import NotAnswered, NothingAnswered, SupplementLimit
from services.dossier.domain.limits import ANSWER_INSUFFICIENT


@dataclass(frozen=True, slots=True)
class Supplement:
    """One request for more papers: before acceptance, or after it (then the clock stands)."""

    items: tuple[dict[str, Any], ...]
    reason: str
    asked_at: datetime
    asked_by: str
    answer_by: datetime
    is_intake: bool
    answered_at: datetime | None = None
    basis: str = "GENERAL"
    legal_basis: str = ""
    answered_with: tuple[UUID, ...] | None = None
    """The files handed in with the answer; None where that was not recorded yet."""
    by: str = ""
    """Who drafted it at a step; empty before acceptance, and in requests from before this was kept."""
    confirm_by: datetime | None = None
    """Until when the office says whether an answer after acceptance is complete."""
    given_at: datetime | None = None
    """When the answer was handed in on the portal, where it came here later; None: when it came."""


Answered = tuple[datetime | None, datetime | None]
"""When an answer came, and when it was given where that was before; None while it waits."""


class Supplements(tuple[Supplement, ...]):
    """All requests of a dossier, the newest last: only that one may wait. A change makes it anew."""

    __slots__ = ()

    @property
    def waiting(self) -> Supplement | None:
        """The request nobody has answered."""
        return self[-1] if self and self[-1].answered_at is None else None

    @property
    def answers(self) -> Mapping[datetime, Answered]:
        """When each that stops the clock was answered, by when it was asked."""
        return {one.asked_at: (one.answered_at, one.given_at) for one in self if not one.is_intake}

    def require_another(self, basis: str, *, is_intake: bool, limit: int, total: int) -> None:
        """Raise what stands against asking for papers (once more) on this ground.

        `SupplementLimit` when the stage's and ground's number is reached, or the law's in all;
        `NothingAnswered` where an answer is called insufficient that was never given.
        """
        here = sum(1 for item in self if (item.basis, item.is_intake) == (basis, is_intake))
        if here >= limit or len(self) >= total:
            raise SupplementLimit(extra={"asked": len(self), "most": total})
        if basis == ANSWER_INSUFFICIENT and not any(one.answered_at for one in self):
            raise NothingAnswered

    def require_answer(self) -> None:
        """Raise `NotAnswered` while the last request waits for its answer."""
        if not self or self.waiting is not None:
            raise NotAnswered

    def asked(self, supplement: Supplement) -> "Supplements":
        """Return them with one more."""
        return Supplements((*self, supplement))

    def answered(
        self,
        at: datetime,
        files: Iterable[UUID],
        *,
        confirm_by: datetime | None = None,
        given_at: datetime | None = None,
    ) -> "Supplements":
        """Return them with the last one answered, by these files."""
        last = replace(self[-1], answered_at=at, given_at=given_at, answered_with=tuple(files))
        return Supplements((*self[:-1], replace(last, confirm_by=confirm_by)))


def given_before(
    came_at: datetime, told: Iterable[datetime | None], *, asked_at: datetime
) -> datetime | None:
    """Return the first moment told at which an answer can have been given; None: it came as it was given.

    Before the request is when the dossier was handed in, after the coming another clock; working time knows
    nothing shorter than a minute (ADR 0034).
    """
    latest = came_at - timedelta(minutes=1)
    return next((at for at in told if at is not None and asked_at <= at <= latest), None)
