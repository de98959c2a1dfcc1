"""What people send while a dossier is under way: money owed, suspension, apology, correction, settlement."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from services.dossier.api.moments import Day
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Address, Code, Email, Line, LongLine, Name, Note, Phone, Reason
from services.dossier.domain.correcting import FoundBy

Amount = Annotated[StrictInt, Field(ge=0, le=1_000_000_000_000, description="VND")]
Cause = Annotated[Code, Field(description="Mã nguyên nhân (data/causes.yaml)")]


class PaymentNoticeIn(Strict):
    """What the applicant has to pay before the work goes on."""

    name: Line
    amount: Annotated[StrictInt, Field(ge=1, le=1_000_000_000_000, description="VND")]
    reason: Reason
    legal_basis: Reason
    pay_days: Annotated[StrictInt, Field(ge=1, le=365)] | None = None
    cause: Cause | None = None


class SuspensionIn(Strict):
    """Why, by which law and whose time it is; `until` promises nothing."""

    reason: Reason
    legal_basis: Reason
    cause: Cause
    until: Day | None = None


class BecauseIn(Strict):
    """An action that needs its reason."""

    reason: Reason


class ApologyIn(Strict):
    """Why the promise cannot be kept, whose time it is, and the working day promised instead."""

    reason: Reason
    cause: Cause
    new_due_on: Day


class ResultErrorIn(Strict):
    """What is wrong with a result that was handed out, whose doing it is (use ERROR), and who found it."""

    reason: Reason
    cause: Cause
    found_by: FoundBy


class RefundIn(Strict):
    """What becomes of the money that was paid; held against the account. FULL without an amount is all."""

    rule: Literal["NOTHING_PAID", "NONE", "PARTIAL", "FULL"] = "NOTHING_PAID"
    amount: Amount = 0
    basis: LongLine = ""


class StopIn(Strict):
    """Why the work stops, by which law, and how papers and money are settled."""

    reason: Reason
    legal_basis: Reason
    originals: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    refund: RefundIn = RefundIn()


class WithdrawalDecisionIn(Strict):
    """Yes or no to a withdrawal; with yes, the originals that go back and what becomes of the money."""

    approved: StrictBool
    note: Note = ""
    legal_basis: Note = ""
    originals: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    refund: RefundIn = RefundIn()


class CorrectionIn(Strict):
    """What form 01 says wrongly of the owner, and what proves it; members left out stay."""

    full_name: Name | None = None
    birth_date: Day | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: Address | None = None
    reason: Reason
    evidence: Reason
