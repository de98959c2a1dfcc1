"""What may happen to a dossier on its way: the clock stands, money is owed, a promise is not kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from worktime.term import Stop


@dataclass(frozen=True, slots=True)
class Cause:
    """Why time passed and whose it is: APPLICANT, AGENCY, OTHER_AGENCY or SYSTEM (data/causes.yaml)."""

    code: str
    belongs_to: str


PAPERS_MISSING = Cause("APPLICANT_PAPERS", "APPLICANT")
LATE_ELSEWHERE = Cause("OTHER_AGENCY_LATE", "OTHER_AGENCY")
"""Its time ran out while another system had it."""
CONFIRMING = Cause("AGENCY_CONFIRMING", "AGENCY")
"""The papers asked for were brought, and the office has not said yet that they are complete."""
ON_ITS_WAY = Cause("ANSWER_ON_ITS_WAY", "SYSTEM")
"""The papers asked for were handed in on the portal, and did not come here yet."""


@dataclass(frozen=True, slots=True)
class ClockStop:
    """A stretch in which the clock stands, in which state, why and on what legal ground.

    `until` is when a suspension is expected to end; it promises nothing. One that the agency called by
    mistake stays on record and is not counted: it moves no due moment.
    """

    stopped_at: datetime
    resumed_at: datetime | None = None
    state: str = "SUPPLEMENT_REQUESTED"
    cause: str = "APPLICANT_PAPERS"
    belongs_to: str = "APPLICANT"
    legal_basis: str = ""
    until: datetime | None = None
    is_counted: bool = True

    def lasts(self, ended_at: datetime | None) -> bool:
        """Tell whether it still lasts, or lasted until its dossier ended: an end is no going on.

        In rows from before, the end was written as if the clock had gone on at that moment.
        """
        return self.resumed_at is None or self.resumed_at == ended_at

    def cut_at(
        self, answered_at: datetime | None, given_at: datetime | None = None
    ) -> tuple["ClockStop", ...]:
        """Return it by whose time it is: the applicant's until the answer was given, ours once it came.

        For whoever reads it only: the law's count knows one stop, to the confirmation (T10, R6).
        """
        parts = [self]
        for at, cause in ((given_at, ON_ITS_WAY), (answered_at, CONFIRMING)):
            if at is not None and (self.resumed_at is None or at < self.resumed_at):
                after = replace(parts[-1], stopped_at=at, cause=cause.code, belongs_to=cause.belongs_to)
                parts[-1:] = [replace(parts[-1], resumed_at=at), after]
        return tuple(parts)

    @property
    def as_stop(self) -> Stop:
        """What the counting rules know of it."""
        return Stop(self.stopped_at, self.resumed_at)


def given_before(
    came_at: datetime, told: Iterable[datetime | None], *, asked_at: datetime
) -> datetime | None:
    """Return the first moment told at which an answer can have been given; None: it came as it was given.

    Before the request is when the dossier was handed in, after the coming another clock; working time knows
    nothing shorter than a minute (ADR 0037).
    """
    latest = came_at - timedelta(minutes=1)
    return next((at for at in told if at is not None and asked_at <= at <= latest), None)


def stood_since(last_stop: Mapping[str, Any] | None, ended_at: datetime | None) -> datetime | None:
    """Return since when the clock of a listed row stands, or stood when it ended; its last stop as kept."""
    if last_stop is None:
        return None
    began, ended = last_stop["stopped_at"], last_stop.get("resumed_at")
    stop = ClockStop(datetime.fromisoformat(began), datetime.fromisoformat(ended) if ended else None)
    return stop.stopped_at if stop.lasts(ended_at) else None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was confirmed; the receipt makes it count once. Below zero: it went back."""

    receipt: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Obligation:
    """An amount (VND) the applicant was told of in writing and has to pay before the work goes on; T12."""

    id: UUID
    name: str
    amount: int
    reason: str
    legal_basis: str
    asked_at: datetime
    asked_by: str
    pay_by: datetime | None = None
    payments: tuple[Payment, ...] = ()
    cancelled_at: datetime | None = None
    by: str = ""
    """Who wrote the notice; empty in notices from before this was kept."""

    @property
    def owed(self) -> int:
        """What is still to be paid."""
        paid = sum(one.amount for one in self.payments)
        return 0 if self.cancelled_at is not None else max(self.amount - paid, 0)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision a job proposes when an answer did not come in time; T5, T11. People decide."""

    kind: str
    at: datetime
    answer_by: datetime
    decide_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApologyDraft:
    """An apology with a new date that waits for the signature of the agency's head."""

    reason: str
    cause: Cause
    new_due_at: datetime
    by: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Apology:
    """A signed apology (form 04): the date that was missed, the one promised instead, and why."""

    reason: str
    cause: Cause
    previous_due_at: datetime
    new_due_at: datetime
    at: datetime
    signed_by: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class CorrectionDraft:
    """An error found in a result that was handed out, which waits for the head of the agency.

    `found_by`: APPLICANT, who told of it, or AGENCY, which found it itself.
    """

    reason: str
    cause: Cause
    found_by: str
    by: str
    by_name: str
    at: datetime
    decide_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class CorrectedBy:
    """A dossier opened to correct the result of this one."""

    dossier_id: UUID
    reference: str
    at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a withdrawn dossier is settled: originals that go back, and what becomes of the money paid."""

    originals: tuple[str, ...] = ()
    refund: str = "NOTHING_PAID"
    refund_amount: int = 0
    refund_basis: str = ""


NOTHING_TO_SETTLE = Settlement()


@dataclass(frozen=True, slots=True)
class Confirming:
    """How long the office took to say that an answer is complete, in office minutes."""

    answered_at: datetime
    minutes: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Delay:
    """A promise that was not kept: by how many office minutes, why and whose it is."""

    minutes: int
    cause: Cause
