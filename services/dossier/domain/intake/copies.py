"""Certified copies: numbered without a gap in one book per agency and year."""

from dataclasses import dataclass, replace
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
    """What was charged by the rate of the day it was asked, in đồng; None where none was counted."""
    signer_title: str | None = None
    """The signer's office as the book names it; None for lines of before it was asked for."""
    note: str | None = None
    scan_id: UUID | None = None
    """The scan of the original an electronic copy is made of; None for copies on paper."""

    @property
    def number_text(self) -> str:
        """The number as it is written on the copy."""
        return f"{self.number:04d}/{self.year}"

    def cells(self, requester: str) -> list[str]:
        """Return the cells of the printed line, in the order of `HEADINGS`."""
        return [
            self.number_text,
            f"{self.certified_at.astimezone(VIETNAM):%d/%m/%Y}",
            requester,
            self.document_name,
            ", ".join(part for part in (self.signed_by, self.signer_title) if part),
            str(self.copies),
            str(self.pages),
            "" if self.fee is None else f"{self.fee:,}".replace(",", "."),
            self.note or "",
        ]


TITLE = "Sổ chứng thực bản sao từ bản chính"
HEADINGS = (
    "Số chứng thực",
    "Ngày chứng thực",
    "Họ tên người yêu cầu chứng thực",
    "Tên bản chính giấy tờ, văn bản",
    "Họ tên, chức danh người ký chứng thực",
    "Số bản sao",
    "Số trang",
    "Phí (đồng)",
    "Ghi chú",
)
WIDTHS = (14, 14, 28, 44, 34, 11, 10, 14, 34)
"""Of the columns of a sheet, in characters."""


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
    """What it costs by the day's rate, in đồng, also where nobody pays it."""
    asking_id: UUID | None = None
    """The call it was asked in, which one receipt is of; None for requests of before money was taken."""
    exempt_reason: str | None = None
    """Why nothing is charged; the signer reads it before signing."""
    scan_id: UUID | None = None
    """The scan an electronic copy is made of; None for copies on paper."""

    @property
    def charged(self) -> int | None:
        """What is to be paid for it."""
        return 0 if self.exempt_reason is not None else self.fee

    def forgotten(self) -> "CopyRequest":
        """Return it without who asked and for what; what still waited waits no longer."""
        return replace(
            self,
            state="EXPIRED" if self.state == "WAITING" else self.state,
            requester_sealed="",
            requester_index=None,
            document_name="",
            reason="",
            exempt_reason=None,
        )

    def certified(
        self,
        number: int,
        *,
        agency: str,
        by: str,
        signed_by: str,
        at: datetime,
        title: str = "",
        note: str = "",
    ) -> CertifiedCopy:
        """Return the line it becomes of the book of who signs; the note says why nothing was charged."""
        exempt = f"Miễn phí: {self.exempt_reason}" if self.exempt_reason is not None else ""
        form = "Bản sao điện tử" if self.scan_id is not None else ""
        return CertifiedCopy(
            id=self.id,
            agency=agency,
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
            fee=self.charged,
            signer_title=title,
            note="; ".join(part for part in (exempt, form, note) if part),
            scan_id=self.scan_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicCopy:
    """The electronic copy of a line of the book: drafted for its signer, then signed, sealed and issued."""

    copy_id: UUID
    agency: str
    agency_name: str
    draft_id: UUID
    """The scan with the words of certification, before anybody signed it."""
    drafted_by: str
    drafted_at: datetime
    file_id: UUID | None = None
    """The signed and sealed file; None until the clerk sealed it."""
    issued_by: str | None = None
    issued_by_name: str | None = None
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CopyFigure:
    """How many documents were certified at an agency, in how many copies of how many pages."""

    agency: str
    documents: int
    copies: int
    pages: int
    fees: int = 0
    """What was charged for them together, in đồng."""
    exempted: int = 0
    """What they would have cost that nobody was charged."""
    collected: int = 0
    """What receipts that stand brought in the period, whenever its copies are certified."""
    refunded: int = 0
    """What of refused copies' money went back in the period."""
    electronic: int = 0
    """How many electronic copies were issued in the period: index 4.6 asks whether there are any."""


def book_year(at: datetime) -> int:
    """Return the year of the book: Viet Nam's."""
    return at.astimezone(VIETNAM).year


def words_of(line: CertifiedCopy, agency_name: str) -> dict[str, str]:
    """Return what the page of certification says of a line (NĐ 23/2015, NĐ 45/2020 article 10).

    The wording of the annexes was not at hand: to be compared before going live.
    """
    at = line.certified_at.astimezone(VIETNAM)
    return {
        "agency": agency_name,
        "number": line.number_text,
        "day": f"ngày {at.day:02d} tháng {at.month:02d} năm {at.year}",
        "document": line.document_name,
        "pages": str(line.pages),
        "signer": line.signed_by,
        "title": line.signer_title or "",
    }
