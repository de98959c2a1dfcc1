"""Certified copies: numbered without a gap in one book per agency and year."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.core.clock import VIETNAM


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedCopy:
    """One line of the book: a document, how many copies of it were certified, for whom, by whom."""

    id: UUID
    agency: str
    year: int
    number: int
    document_name: str
    pages: int
    copies: int
    requester_sealed: str
    signed_by: str
    entered_by: str
    entered_by_name: str
    certified_at: datetime
    requester_index: bytes | None = None
    confirmed_by: str | None = None
    """The account that confirmed it; None for lines of before copies were confirmed."""
    fee: int | None = None
    """What it cost by the rate of the day it was asked, in đồng; None where none was counted."""

    @property
    def number_text(self) -> str:
        """The number as it is written on the copy."""
        return f"{self.number:04d}/{self.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRequest:
    """A document whose copies were asked for at the counter; no line of the book until it is confirmed."""

    id: UUID
    agency: str
    document_name: str
    pages: int
    copies: int
    requester_sealed: str
    requester_index: bytes | None
    signer: str
    signer_name: str
    entered_by: str
    entered_by_name: str
    asked_at: datetime
    state: str = "WAITING"
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    fee: int | None = None

    def certified(self, number: int, *, by: str, signed_by: str, at: datetime) -> CertifiedCopy:
        """Return the line of the book it becomes."""
        return CertifiedCopy(
            id=self.id,
            agency=self.agency,
            year=book_year(at),
            number=number,
            document_name=self.document_name,
            pages=self.pages,
            copies=self.copies,
            requester_sealed=self.requester_sealed,
            signed_by=signed_by,
            entered_by=self.entered_by,
            entered_by_name=self.entered_by_name,
            certified_at=at,
            requester_index=self.requester_index,
            confirmed_by=by,
            fee=self.fee,
        )


@dataclass(frozen=True, slots=True)
class CopyFigure:
    """How many documents were certified at an agency, in how many copies of how many pages."""

    agency: str
    documents: int
    copies: int
    pages: int
    fees: int = 0
    """What they cost together, in đồng."""


def book_year(at: datetime) -> int:
    """Return the year of the book: Viet Nam's."""
    return at.astimezone(VIETNAM).year
