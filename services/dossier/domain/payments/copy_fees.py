"""What certifying copies from the original costs: by page and copy, at most so much a copy, by date."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFee:
    """A dated rate in whole đồng: the first pages cost more than the further ones."""

    first_pages: int
    first_amount: int
    further_amount: int
    most: int
    """The most one copy costs, however many pages it has."""
    legal_basis: str
    source: str
    valid_from: date
    valid_to: date | None = None

    def of(self, pages: int, copies: int) -> int:
        """Return what so many copies of an original of so many pages cost."""
        dear = min(pages, self.first_pages)
        one = dear * self.first_amount + (pages - dear) * self.further_amount
        return min(one, self.most) * copies
