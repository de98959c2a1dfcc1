"""An error in a result that was handed out: a new linked dossier corrects it (domain.md 3.2, after RETURNED).

The dossier whose result is wrong stays where it ended: its numbers, its history and its end are what they
were. It names who corrects it, and who corrects names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Refusal
from services.dossier.domain.course import Cause, CorrectionDraft
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.situation import Situation
from services.dossier.domain.states import CLOSED, HANDED_OUT

CORRECTS = "corrects"
"""In what a correction dossier brought: the dossier it corrects."""
IN_CORRECTED = "CORRECTED_DOSSIER"
"""Where a correction's papers come from: nobody is asked for them again."""


class FoundBy(StrEnum):
    """Who found the error."""

    APPLICANT = "APPLICANT"
    AGENCY = "AGENCY"


class NoCorrectionDraft(Refusal):
    """No error of the result is recorded that waits to be decided (409)."""

    code = "no-correction-draft"
    title = "Không có đề nghị đính chính kết quả nào đang chờ"


class CorrectionDraftOpen(Refusal):
    """A colleague's record of an error waits for the head of the agency (409)."""

    code = "correction-draft-open"
    title = "Đề nghị đính chính của cán bộ khác đang chờ quyết định"


class CorrectionOpen(Refusal):
    """A dossier that corrects this result is under way (409); `dossier_id` and `reference` name it."""

    code = "correction-open"
    title = "Đang có hồ sơ đính chính kết quả này"


class AlreadyCorrected(Refusal):
    """The result was corrected: what is wrong now is in the corrected one (409), and corrected there."""

    code = "result-corrected-already"
    title = "Kết quả này đã được đính chính: hãy đính chính trên hồ sơ có kết quả đang thay thế"


class CorrectionIsFree(Refusal):
    """A correction costs nothing: the error is not the applicant's (409)."""

    code = "correction-free"
    title = "Hồ sơ đính chính không thu phí, lệ phí"


@dataclass(frozen=True, slots=True)
class Corrected:
    """The dossier whose result one corrects, and why it was wrong."""

    dossier_id: UUID
    dossier_code: str
    cause: Cause

    @property
    def told(self) -> dict[str, Any]:
        """Return it as events tell it."""
        cause = {"code": self.cause.code, "belongs_to": self.cause.belongs_to}
        return {"dossier_id": str(self.dossier_id), "dossier_code": self.dossier_code, "cause": cause}


def corrects_of(brought: Mapping[str, Any]) -> Corrected | None:
    """Return which dossier one corrects, from how it came; None for a dossier of its own."""
    found = brought.get(CORRECTS)
    if not found:
        return None
    cause = Cause(found["cause"]["code"], found["cause"]["belongs_to"])
    return Corrected(UUID(found["dossier_id"]), found["dossier_code"], cause)


def waiting_correction(dossier: Dossier) -> CorrectionDraft:
    """Return the recorded error that waits for its decision; raise `NoCorrectionDraft` where none does."""
    if dossier.correction_draft is None:
        raise NoCorrectionDraft
    return dossier.correction_draft


def correction_waits(dossier: Dossier, _: Caller, __: Situation) -> None:
    """Raise `NoCorrectionDraft` where nobody recorded an error."""
    waiting_correction(dossier)


def no_correction_of_another(dossier: Dossier, by: Caller, _: Situation) -> None:
    """Raise `CorrectionDraftOpen` while a colleague's record of an error waits."""
    if dossier.correction_draft is not None and dossier.correction_draft.by != by.subject:
        raise CorrectionDraftOpen


def nothing_corrects_it(_: Dossier, __: Caller, found: Situation) -> None:
    """Raise while a correction is under way, and where one has been granted and handed out.

    One that ended without a granted result took nothing's place: the error is still there.
    """
    last = found.last_correction
    if last is None:
        return
    named = {"dossier_id": str(last.dossier_id), "reference": last.reference}
    if last.state not in CLOSED:
        raise CorrectionOpen(extra=named)
    if last.state in HANDED_OUT and last.outcome == "GRANTED":
        raise AlreadyCorrected(extra=named)
