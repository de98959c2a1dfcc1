"""The store of requests to outside systems, and who brings them there."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.dossier.use_cases.ports.records import OutsideRequest


class Outside(Protocol):
    """Requests to outside systems."""

    def add(self, request: OutsideRequest) -> None:
        """Keep a request to be sent."""

    async def find(self, request_id: UUID) -> OutsideRequest | None:
        """Return a request."""

    def answer(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        """Keep the answer with its evidence."""

    def keep(self, request_id: UUID, *, outcome: str, evidence: dict[str, Any], at: datetime) -> None:
        """Keep an answer to a dossier that stands, until it goes on."""

    async def going_on(self, limit: int, past: Collection[UUID] = ()) -> list[OutsideRequest]:
        """Return requests but for some whose kept answer may be applied now, the oldest answer first."""

    def time_out(self, request_id: UUID, *, evidence: dict[str, Any], at: datetime) -> None:
        """Keep that no answer came in time, and how asking went."""

    def keep_late(
        self, request: OutsideRequest, *, outcome: str, evidence: dict[str, Any], at: datetime
    ) -> None:
        """Keep an answer that came too late, beside what was known then; the first only."""

    def wait_until(self, request_id: UUID, until: datetime) -> None:
        """Look again only then: the step's deadline has moved."""

    async def overdue(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[OutsideRequest]:
        """Return requests but for some still without an answer past their deadline."""

    def abandon(self, request_id: UUID) -> None:
        """Wait for this request no more."""

    async def due(self, limit: int) -> list[OutsideRequest]:
        """Return requests to send now."""

    def sent(self, request_id: UUID) -> None:
        """Record that the other system took the request."""

    def failed(self, request_id: UUID, *, failure: str, attempts: int) -> None:
        """Record a failure, to be tried again later."""


class Courier(Protocol):
    """Brings requests to outside systems."""

    async def send(self, request: OutsideRequest) -> str:
        """Return an empty text once the request was taken, else why not."""
