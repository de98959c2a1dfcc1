"""What the log of readings needs of the world."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.keepers import Sight
from services.dossier.domain.readings.seals import Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One line: who read what when; `via` says how it is about whom was asked.

    `DOSSIER`: that dossier itself; `PAGE`: a page that named it; `LOOK_UP`: asked by the person's number.
    """

    id: int
    at: datetime
    subject: str
    kind: str
    agency: str
    what: str
    via: str
    dossier_ids: Sequence[UUID]


class Readings(Protocol):
    """The log's reading side: lines are written by `Views.log_access`."""

    async def of_dossiers(
        self,
        dossiers: Sequence[UUID],
        person: bytes | None,
        *,
        readers: Sight | None,
        before: int,
        limit: int,
    ) -> Sequence[Reading]:
        """Return who read any of these, or asked for this person, newest first."""

    async def about(self, person: bytes) -> Sequence[UUID]:
        """Return what lines name a person by: their newest dossiers and copies, so many."""

    async def last_seal(self) -> Seal | None:
        """Return the last seal, held until the unit ends: one seals at a time."""

    async def horizon(self) -> int:
        """Return the transaction below which every one has ended."""

    async def older(self, after_id: int, limit: int) -> Sequence[Any]:
        """Return lines without a transaction after an id, by id."""

    async def between(self, first_txid: int, end_txid: int, limit: int) -> Sequence[Any]:
        """Return lines of these transactions, by transaction and id."""

    def keep(self, seal: Seal) -> None:
        """Keep a seal."""
