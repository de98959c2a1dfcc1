"""What may happen to a dossier on its way: a promise is not kept, a result is corrected, it is withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
    taken_back: str = ""
    """What was said when the correction that was opened for it was taken back: it is to be decided again."""


@dataclass(frozen=True, slots=True)
class CorrectedBy:
    """A dossier opened to correct the result of this one, on what record; None in rows from before."""

    dossier_id: UUID
    reference: str
    at: datetime
    cause: Cause
    draft: CorrectionDraft | None = None


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
