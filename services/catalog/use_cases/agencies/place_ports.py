"""What the use cases about places and ground need of the store."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from services.catalog.domain.agencies.units import Unit


class Points(Protocol):
    """One-stop points."""

    async def listed(
        self, *, after: str, limit: int, on: date, kind: str, agency: str, near: tuple[float, float] | None
    ) -> Sequence[Mapping[str, Any]]:
        """Return points in the order of their codes, or the nearest first."""

    async def officers(self, point: str, on: date) -> Sequence[Mapping[str, Any]]:
        """Return who sits at a point on a day and the agency each belongs to."""

    async def wait_for(self, what: str) -> None:
        """Wait until nobody else is deciding about this, then keep others waiting until the commit."""

    async def seconded(self, subject: str, first: date, last: date | None) -> bool:
        """Tell whether somebody sits at some point on any of these days."""

    async def procedure_is_known(self, code: str) -> bool:
        """Tell whether the catalogue has a procedure."""


class Ground(Protocol):
    """Administrative units."""

    async def digests(self) -> Mapping[str, tuple[str, int]]:
        """Return digest and version of every unit by key."""

    def put(self, units: Sequence[Unit], versions: Sequence[int]) -> None:
        """Queue units with the versions they get; another writer meanwhile makes the commit stale."""

    def end(self, keys: Sequence[str]) -> None:
        """Queue that present units leave their key: they have ended and stand under another."""

    async def unit(self, code: str) -> Sequence[Mapping[str, Any]]:
        """Return the present and former units of a code, each with its successors' names."""

    async def hamlets(self, commune: str) -> tuple[Mapping[str, Any] | None, Mapping[str, Mapping[str, Any]]]:
        """Return a commune and its present hamlets by code."""

    async def found(
        self,
        *,
        text: str,
        level: str,
        parent: str,
        is_former: bool | None,
        after: tuple[float, str],
        limit: int,
    ) -> Sequence[Mapping[str, Any]]:
        """Return units by old or new name or code, the likest first."""
