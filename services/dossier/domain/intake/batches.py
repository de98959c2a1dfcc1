"""One company's thirty: a sheet of dossiers, tried row by row, then received all or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.dossier.domain.intake.errors import BatchNotReady


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell; row as the sheet numbers it, 0 for the company's own data."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One owner and the components handed in, by their codes."""

    row: int
    owner: Mapping[str, Any]
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a filled sheet says, and the cells that say nothing usable."""

    company: Mapping[str, Any]
    rows: Sequence[SheetRow]
    faults: Sequence[Fault] = ()


class BatchState(StrEnum):
    """Faulty for good: a corrected sheet is another batch."""

    FAULTY = "FAULTY"
    CHECKED = "CHECKED"
    RECEIVED = "RECEIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A sheet that was tried at a counter."""

    id: UUID
    version: int = 1
    agency: str
    procedure_code: str
    sha256: bytes
    sheet: Sheet
    warnings: int = 0
    state: BatchState
    created_by: str
    created_at: datetime
    received_at: datetime | None = None

    def received(self, at: datetime) -> "Batch":
        """Return the batch as received; its rows are the dossiers' from here on."""
        if self.state is not BatchState.CHECKED:
            raise BatchNotReady(extra={"state": self.state.value})
        return replace(self, version=self.version + 1, state=BatchState.RECEIVED, received_at=at)
