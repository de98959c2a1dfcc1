"""What figures need of the world."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.figures.asked import Cut, Selection
from services.dossier.domain.figures.closing import Amended, ClosedPeriod, Told
from services.dossier.domain.figures.export import Export, ExportState, Format
from services.dossier.domain.figures.numbers import Number
from services.dossier.domain.figures.period import Period
from services.dossier.domain.history import Entry
from services.dossier.domain.work.mirrors import Mirror


class Figures(Protocol):
    """Rows that statistics are read from."""

    def changed(self, entry: Entry) -> None:
        """Queue the row's change for what a history entry tells; nothing for one that moves no figure."""

    def mirrored(self, mirror: Mirror) -> None:
        """Queue the row of a dossier another system works, as its whole record gives it."""


class Statistics(Protocol):
    """Reads of figures."""

    async def table(
        self,
        periods: Sequence[Period],
        cuts: tuple[Cut, ...],
        selection: Selection,
        *,
        limit: int,
        period_id: UUID | None = None,
    ) -> list[Any]:
        """Return a row of numbers for each period and cut that has any dossier; of a closed one as it was."""

    async def dossiers(
        self,
        number: Number,
        period: Period,
        selection: Selection,
        *,
        before: UUID,
        limit: int,
        period_id: UUID | None = None,
    ) -> list[Any]:
        """Return the dossiers a number counts, the newest first."""

    async def closed(self, first: date, last: date) -> ClosedPeriod | None:
        """Return the closed period of exactly these days."""

    async def closed_periods(self, before: UUID, limit: int) -> list[ClosedPeriod]:
        """Return closed periods, the last closed first."""

    async def corrections(self, since: datetime, until: datetime) -> list[Amended]:
        """Return what was amended in this time of dossiers that closed periods count: as closed, and now."""

    async def told_before(self, first: date, dossiers: Sequence[UUID]) -> list[Told]:
        """Return what periods closed and over before a day told of these dossiers."""

    async def hold_closing(self) -> None:
        """Let nobody else close a period until the unit ends."""

    async def close(self, period: ClosedPeriod) -> int:
        """Keep the rows of a period as they are; return how many."""


class Exports(Protocol):
    """Files of figures, asked for and written by a job."""

    async def waiting_of(self, subject: str) -> int:
        """Return how many of somebody's exports are not finished."""

    def ask(self, export: Export) -> None:
        """Queue a new export."""

    async def find(self, export_id: UUID) -> Export | None:
        """Return an export."""

    async def of(self, subject: str, before: UUID, limit: int) -> list[Export]:
        """Return somebody's exports, the newest first."""

    async def next(self) -> Export | None:
        """Return the export to write now, the oldest first."""

    def move(
        self,
        export_id: UUID,
        state: ExportState,
        *,
        rows_done: int,
        rows_all: int | None = None,
        finished_at: datetime | None = None,
        sha256: bytes | None = None,
        size: int | None = None,
        failure: str = "",
    ) -> None:
        """Queue how far an export is."""

    async def count(self, export: Export) -> int:
        """Return how many rows an export has, for its progress."""

    def rows(self, export: Export) -> AsyncIterator[list[Any]]:
        """Yield the dossiers of an export a batch at a time, all of one moment."""


class Sheet(Protocol):
    """A file being written, row by row, without keeping what was written."""

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows; slow enough for a thread."""

    def end(self) -> None:
        """Finish the file."""


class Sheets(Protocol):
    """Begins files of rows."""

    def __call__(self, format: Format, path: Path, header: Sequence[str]) -> Sheet:  # noqa: A002
        """Begin a file with its header."""
