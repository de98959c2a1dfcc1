"""Paper files given from one agency to another in a batch: signed by who gives and by who receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from services.dossier.domain.intake.errors import HandOverClosed, SelfApproval


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedPaper:
    """One dossier's papers on a list: sheets given, sheets received, what differed."""

    dossier_id: UUID
    sheets: int
    received_sheets: int | None = None
    remark: str = ""

    @property
    def differs(self) -> bool:
        """Tell whether what came is not what was listed."""
        return self.received_sheets is not None and self.received_sheets != self.sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverList:
    """One batch; it is only on its way until the receiver signs."""

    id: UUID
    version: int = 1
    from_agency: str
    to_agency: str
    given_by: str
    given_by_name: str
    given_at: datetime
    items: Sequence[HandedPaper]
    received_by: str = ""
    received_by_name: str = ""
    received_at: datetime | None = None
    note: str = ""

    def confirmed(
        self, found: Mapping[UUID, tuple[int, str]], *, by: Caller, at: datetime, note: str
    ) -> "HandOverList":
        """Return the list with the second signature; every dossier is counted, a difference has a remark."""
        if self.received_at is not None:
            raise HandOverClosed
        if by.subject == self.given_by:
            raise SelfApproval
        if found.keys() != {item.dossier_id for item in self.items}:
            raise Invalid(fields=[("items", "Phải kiểm đếm đúng các hồ sơ trong danh sách")])
        items = tuple(
            replace(item, received_sheets=found[item.dossier_id][0], remark=found[item.dossier_id][1])
            for item in self.items
        )
        if any(item.differs and not item.remark for item in items):
            raise Invalid(fields=[("items", "Số tờ chênh lệch phải ghi rõ")])
        return replace(
            self,
            version=self.version + 1,
            items=items,
            received_by=by.subject,
            received_by_name=by.name,
            received_at=at,
            note=note,
        )
