"""Paper files given from one agency to another in a batch: signed by who gives and by who receives."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from services.dossier.domain.intake.errors import HandOverClosed, SelfApproval
from services.dossier.domain.keepers import Keepers


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersHeld:
    """Where a dossier's papers were brought last, and the agencies that have a part in it."""

    place: str
    procedure: str
    agencies: frozenset[str]

    def holder(self, keepers: Keepers) -> str:
        """Return who has the papers now: where they lie, or who keeps what that agency left."""
        return keepers.of(self.place, self.procedure)

    def destinations(self, keepers: Keepers) -> frozenset[str]:
        """Return where they may go: who works, received and helped, as each goes on today."""
        return frozenset(keepers.of(one, self.procedure) for one in self.agencies)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedPaper:
    """One dossier's papers on a list: sheets given, sheets received, what differed, who signed for them."""

    dossier_id: UUID
    sheets: int
    procedure: str = ""
    received_sheets: int | None = None
    remark: str = ""
    received_by: str = ""
    received_by_name: str = ""
    received_at: datetime | None = None

    @property
    def is_received(self) -> bool:
        """Tell whether somebody has counted and signed for it."""
        return self.received_sheets is not None

    @property
    def differs(self) -> bool:
        """Tell whether what came is not what was listed."""
        return self.received_sheets is not None and self.received_sheets != self.sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverList:
    """One batch; each dossier is on its way until its receiver signs, the batch until all are received.

    There is one receiver, unless the agency it went to ended on the way and its work was divided: then each
    who goes on signs for its own lines, and `received_by` is who signed for the last of them.
    """

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

    def lines_of(self, side: str, keeper: str, keepers: Keepers) -> list[HandedPaper]:
        """Return the lines of one side of the list, giver or receiver, that a keeper answers for today."""
        return [item for item in self.items if keepers.of(side, item.procedure) == keeper]

    def seen_by(self, agency: str, keepers: Keepers) -> "HandOverList | None":
        """Return the list with the lines this agency gave or gets; None where there is none."""
        sides = (self.from_agency, self.to_agency)
        mine = {line.dossier_id for side in sides for line in self.lines_of(side, agency, keepers)}
        seen = tuple(item for item in self.items if item.dossier_id in mine)
        return replace(self, items=seen) if seen else None

    def confirmed(
        self,
        found: Mapping[UUID, tuple[int, str]],
        *,
        lines: Collection[UUID],
        by: Caller,
        at: datetime,
        note: str,
    ) -> "HandOverList":
        """Return the list with these lines signed for; each is counted, a difference explained."""
        waiting = {one.dossier_id for one in self.items if one.dossier_id in lines and not one.is_received}
        if not waiting:
            raise HandOverClosed
        if by.subject == self.given_by:
            raise SelfApproval
        if found.keys() != waiting:
            raise Invalid(fields=[("items", "Phải kiểm đếm đúng các hồ sơ trong danh sách")])
        items = tuple(
            replace(
                item,
                received_sheets=found[item.dossier_id][0],
                remark=found[item.dossier_id][1],
                received_by=by.subject,
                received_by_name=by.name,
                received_at=at,
            )
            if item.dossier_id in waiting
            else item
            for item in self.items
        )
        if any(item.differs and not item.remark for item in items):
            raise Invalid(fields=[("items", "Số tờ chênh lệch phải ghi rõ")])
        counted = replace(
            self,
            version=self.version + 1,
            items=items,
            note="\n".join(one for one in (self.note, note) if one),
        )
        if not all(item.is_received for item in items):
            return counted
        return replace(counted, received_by=by.subject, received_by_name=by.name, received_at=at)
