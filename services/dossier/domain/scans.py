"""Scans at reception: one batch of pages becomes several components, checked and confirmed by an officer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, Refusal

_RANGES = re.compile(r"\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*")


class PageFault(StrEnum):
    """What is wrong with a scanned page."""

    BLANK = "BLANK"
    LOW_RESOLUTION = "LOW_RESOLUTION"


class PagesLeft(Refusal):
    """Pages of the batch are in no component and were not dropped either (409); `pages` names them."""

    code = "scan-pages-left"
    title = "Còn trang quét chưa được xếp vào thành phần nào"


class FaultsOpen(Refusal):
    """Pages used are blank or too coarse, and the officer has not said that they are right (409)."""

    code = "scan-faults"
    title = "Có trang trắng hoặc không đủ độ phân giải, hãy quét lại hoặc xác nhận kèm lý do"


class BatchConfirmed(Refusal):
    """The scan was split already (409); `batch_id` names the batch. A new split begins with a new upload."""

    code = "scan-confirmed"
    title = "Lô quét này đã được xác nhận"


class BatchUnreadable(Invalid):
    """The batch is no PDF whose pages can be measured (422)."""

    code = "scan-unreadable"
    title = "Lô quét phải là tệp PDF đọc được"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedPage:
    """A page as it was measured."""

    page: int
    width_mm: int
    height_mm: int
    resolution_dpi: int
    has_text: bool
    is_blank: bool

    def faults(self, least_dpi: int) -> list[PageFault]:
        """Return what is wrong with it; a page of text without a picture was never paper."""
        if self.is_blank:
            return [PageFault.BLANK]
        is_coarse = 0 < self.resolution_dpi < least_dpi
        return [PageFault.LOW_RESOLUTION] if is_coarse else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A component and its pages, in the order they shall have."""

    component_code: str
    name: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanBatch:
    """One scanned PDF on the officer's screen."""

    id: UUID
    version: int
    attachment_id: UUID
    officer: str
    agency: str
    pages: tuple[ScannedPage, ...]
    least_dpi: int
    created_at: datetime
    confirmed_at: datetime | None = None
    confirmed_by: str = ""

    def require_open(self) -> None:
        """Raise `BatchConfirmed` once it was split."""
        if self.confirmed_at is not None:
            raise BatchConfirmed(extra={"batch_id": str(self.id)})

    def require_whole(
        self, pieces: Sequence[Piece], dropped: Sequence[int], *, accepts_faults: bool, note: str
    ) -> None:
        """Raise unless every page has exactly one place and faulty ones are accepted with a reason."""
        self.require_open()
        known = {one.page: one for one in self.pages}
        seen: set[int] = set(dropped)
        wrong = [("dropped_pages", "Không có trang này") for page in dropped if page not in known]
        for place, piece in enumerate(pieces):
            for page in piece.pages:
                if page not in known:
                    wrong.append((f"components.{place}.pages", f"Không có trang {page}"))
                elif page in seen:
                    wrong.append((f"components.{place}.pages", f"Trang {page} được nêu hai lần"))
                seen.add(page)
        if wrong:
            raise Invalid(fields=wrong)
        left = sorted(known.keys() - seen)
        if left:
            raise PagesLeft(extra={"pages": left})
        faulty = [page for piece in pieces for page in piece.pages if known[page].faults(self.least_dpi)]
        if faulty and not accepts_faults:
            raise FaultsOpen(extra={"pages": faulty})
        if faulty and not note.strip():
            raise Invalid(fields=[("note", "Phải nêu lý do chấp nhận trang chưa đạt")])


def require_reception(by: Caller) -> None:
    """Raise unless the caller works at a reception."""
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER", "ONE_STOP_MANAGER"):
        raise Forbidden


def pages_of(text: str, path: str) -> tuple[int, ...]:
    """Read `1-3,5` as pages in this order; raise `Invalid` for anything else. An empty text is no page."""
    given = text.replace(" ", "")
    if not given:
        return ()
    if _RANGES.fullmatch(given) is None:
        raise Invalid(fields=[(path, "Ghi trang như 1-3,5")])
    found: list[int] = []
    for part in given.split(","):
        first, _, last = part.partition("-")
        begin, end = int(first), int(last or first)
        if not 1 <= begin <= end:
            raise Invalid(fields=[(path, "Khoảng trang không hợp lệ")])
        found += range(begin, end + 1)
    return tuple(found)
