"""A system of a ministry or a sector as configured data: by which ways it tells, in which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

FIELDS = (
    "outside_code",
    "procedure",
    "agency",
    "owner_name",
    "submitted_at",
    "accepted_at",
    "due_at",
    "status",
    "status_text",
    "at",
    "secret",
    "request_id",
    "outcome",
    "note",
    "evidence_number",
)
"""What we read of a row; a source may call each by another name."""


class Way(StrEnum):
    """How something came."""

    PULL = "PULL"
    PUSH = "PUSH"
    FILE = "FILE"


class MappingKind(StrEnum):
    """Whose codes differ from ours."""

    PROCEDURE = "procedure"
    STATUS = "status"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullWay:
    """We ask its address for pages after a cursor; the names of the protocol are the source's."""

    url: str
    key: str = ""
    page_size: int = 200
    every_seconds: float = 60.0
    timeout_seconds: float = 20.0
    most_bytes: int = 8_388_608
    cursor_parameter: str = "cursor"
    limit_parameter: str = "limit"
    items: str = "items"
    next_cursor: str = "next_cursor"
    has_more: str = "has_more"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushWay:
    """It posts to us with a key of its own."""

    key: str
    most_bytes: int = 8_388_608
    items: str = "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWay:
    """It drops CSV files into a folder."""

    folder: str
    most_bytes: int = 33_554_432
    most_rows: int = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One system; `name` is what mirrors carry, so it never changes."""

    name: str
    title: str
    route: str
    agency: str = ""
    """Ours, where rows name none."""
    fields: Mapping[str, str] = field(default_factory=dict)
    procedures: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    agencies: Mapping[str, str] = field(default_factory=dict)
    pull: PullWay | None = None
    push: PushWay | None = None
    drop: FileWay | None = None

    def name_of(self, field_name: str) -> str:
        """Return how the source calls one of our fields."""
        return self.fields.get(field_name, field_name)

    def configured(self, kind: MappingKind) -> Mapping[str, str]:
        """Return the mapping the configuration gives; what people map lies over it."""
        return {
            MappingKind.PROCEDURE: self.procedures,
            MappingKind.STATUS: self.statuses,
            MappingKind.AGENCY: self.agencies,
        }[kind]
