"""What connectors need of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.unit_of_work import Records
from services.gateway.domain.connectors.meaning import Mapped
from services.gateway.domain.connectors.records import Account, Delivery, Known, Record, Settled
from services.gateway.domain.connectors.source import Source


class SourceSilent(Exception):  # noqa: N818 - the fact is the name.
    """A source did not answer as it should; asking again later is safe."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a pull, raw, and what of it moves the cursor."""

    body: bytes
    next_cursor: str
    has_more: bool
    items: int


class Pages(Protocol):
    """Reads pages of sources over HTTP."""

    async def page(self, source: Source, cursor: str) -> Page:
        """Return the page after a cursor; raise `SourceSilent`."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A whole file of a folder; `position` names this very file, `fault` why it may not be read."""

    name: str
    position: str
    body: bytes
    fault: str = ""


class Folders(Protocol):
    """Folders sources drop files into."""

    async def whole_files(self, source: Source) -> Sequence[str]:
        """Return names of files nobody writes any more; a file is first seen, then taken at the next look."""

    async def read(self, source: Source, name: str) -> Dropped | None:
        """Return a file; None when it changed under our hands."""

    async def put_aside(self, source: Source, name: str, *, as_name: str, is_refused: bool) -> None:
        """Move a file away in one step; one that is away already is no fault."""


@dataclass(frozen=True, slots=True)
class PullState:
    """How far a source was read."""

    cursor: str = ""
    last_page: bytes = b""
    next_pull_at: datetime | None = None
    failures: int = 0
    version: int = 0


class Ledger(Protocol):
    """What other systems told, and what became of it."""

    async def pull_state(self, source: str) -> PullState:
        """Return how far a source was read."""

    def pulled(self, source: str, seen: PullState, cursor: str, page: bytes, now: datetime) -> None:
        """Move the cursor from the version seen; `Stale` at the commit when somebody else has."""

    def pause(self, source: str, *, until: datetime, failure: str, failures: int, now: datetime) -> None:
        """Ask this source no sooner than then."""

    def fingerprint(self, source: str, content: bytes) -> bytes:
        """Return bytes equal for equal content that tell nothing without the key."""

    def keep(self, delivery: Delivery) -> None:
        """Keep a delivery raw, to be read."""

    async def file_of(self, source: str, position: str) -> tuple[UUID, bool] | None:
        """Return the delivery of this very file and whether all of it was refused."""

    async def unread(self, limit: int) -> list[UUID]:
        """Return deliveries nobody has read, oldest first."""

    async def to_read(self, delivery_id: UUID) -> Delivery | None:
        """Return a delivery to be read, its source held until the unit ends; None when it was read."""

    async def known(self, source: str, fingerprints: Sequence[bytes], codes: Sequence[str]) -> Known:
        """Return which of these were told before."""

    async def add(self, records: Sequence[Record], now: datetime) -> None:
        """Keep rows, many at a time."""

    def account(self, account: Account, now: datetime, *, is_refused: bool) -> None:
        """Keep what a delivery held; it is read now."""

    async def due(self, limit: int, now: datetime) -> list[Record]:
        """Return rows to be told now, oldest first."""

    async def mapped(self, source: str) -> Mapped:
        """Return what people mapped."""

    async def has_later(self, record: Record) -> bool:
        """Tell whether a later status of this dossier was told already."""

    def settle(self, settled: Settled, now: datetime) -> None:
        """Keep what became of a row."""


class ConnectorWork(Records, Protocol):
    """One unit of work of connectors."""

    connectors: Ledger


@dataclass(frozen=True, slots=True)
class Answered:
    """What the dossier service answered: `status` is HTTP's."""

    status: int
    body: Mapping[str, Any]


class Dossiers(Protocol):
    """The dossier service as connectors call it; `Unavailable` when it does not answer."""

    async def tell(self, path: str, body: Mapping[str, Any], *, scope: str) -> Answered:
        """Tell it something that does no harm when it is told twice."""
