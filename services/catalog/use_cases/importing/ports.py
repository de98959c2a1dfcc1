"""What taking a file in needs of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from kernel.core.caller import Caller
from services.catalog.domain.sources.reading_files import Format
from services.catalog.domain.sources.rows import Row


class ImportState(StrEnum):
    """What became of a file so far."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


@dataclass(slots=True, kw_only=True)
class FileImport:
    """A file on its way in: who brought it, how far it is, and what became of each row."""

    id: UUID
    form: Format
    is_dry_run: bool
    sets_aside: bool
    by: Caller
    asked_at: datetime
    state: ImportState = ImportState.WAITING
    ended_at: datetime | None = None
    total: int = 0
    done: int = 0
    attempts: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    dirt: Sequence[Mapping[str, Any]] = ()
    report: Sequence[Mapping[str, Any]] = ()
    problem: Mapping[str, Any] | None = None
    version: int = 1


class Files(Protocol):
    """Opens files; off the event loop, for large ones take seconds."""

    def rows(self, content: bytes, form: Format) -> Sequence[Row]:
        """Return every row, read and judged; raise `NotADocument` for what is no file of that form."""

    def rows_kept(self, kept: bytes, form: Format) -> Sequence[Row]:
        """Return the rows of what was kept of a file: how it was sent, packed or not."""


class FileImports(Protocol):
    """The files that were brought."""

    def add(self, found: FileImport, content: bytes | None) -> None:
        """Keep a file; with its content, as it was sent, while it has still to be taken in."""

    async def held(self, codes: Sequence[str]) -> frozenset[str]:
        """Return those of the procedure codes that the catalogue has."""

    async def records(self, codes: Sequence[str]) -> Mapping[str, Mapping[str, Any] | None]:
        """Return the national record of each code that has one, as it was found; None: a draft wrote it."""

    async def find(self, import_id: UUID) -> FileImport | None:
        """Return an import with its report."""

    async def unfinished(self) -> tuple[FileImport, bytes] | None:
        """Return the oldest file that waits or was left half way."""

    def save(self, found: FileImport) -> None:
        """Keep how far it is; one that has ended gives up its content. `Stale` when another moved it."""
