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

    @property
    def number_text(self) -> str:
        """The number as it is written on the copy."""
        return f"{self.number:04d}/{self.year}"


def book_year(at: datetime) -> int:
    """Return the year of the book: Viet Nam's."""
    return at.astimezone(VIETNAM).year
