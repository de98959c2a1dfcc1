"""An export: the dossiers behind a number as a file, written by a job, downloaded by who asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.errors import Kind, Refusal

MOST_WAITING = 3


class Format(StrEnum):
    """What the file is."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportState(StrEnum):
    """How far an export is."""

    WAITING = "WAITING"
    WRITING = "WRITING"
    READY = "READY"
    FAILED = "FAILED"


class TooManyExports(Refusal):
    """Somebody asks for more before the earlier ones are written."""

    code = "too-many-exports"
    kind = Kind.CONFLICT
    title = "Bạn đang có quá nhiều tệp kết xuất chưa xong"


class ExportNotReady(Refusal):
    """The file is not written yet, or could not be."""

    code = "export-not-ready"
    kind = Kind.CONFLICT
    title = "Tệp kết xuất chưa sẵn sàng"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export; `asked` is the number, the days and the selection, as kept."""

    id: UUID
    version: int
    asked_by: str
    agency: str
    format: Format
    state: ExportState
    asked: dict[str, Any]
    as_of: datetime
    asked_at: datetime
    rows_done: int = 0
    rows_all: int | None = None
    finished_at: datetime | None = None
    sha256: bytes | None = None
    size: int | None = None
    failure: str = ""
