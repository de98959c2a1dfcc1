"""What readers' use cases need of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.assurance import LOWEST
from services.catalog.domain.readers.feed import Entry
from services.catalog.domain.readers.following import Subscription


class Seals(Protocol):
    """Seals personal data, and proves that a link is ours."""

    def seal(self, value: object, *, purpose: str) -> str:
        """Return the value sealed for a purpose."""

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return 16 bytes that are equal for equal values and tell nothing without the key."""


class Press(Protocol):
    """Prints sheets; slow enough for a thread."""

    def procedure_sheet(self, content: Mapping[str, Any]) -> bytes:
        """Return the PDF of a procedure's sheet."""

    def posting_sheets(self, content: Mapping[str, Any]) -> bytes:
        """Return the PDF of what hangs at a point."""

    def process_sheet(self, content: Mapping[str, Any]) -> bytes:
        """Return the PDF of a process's document."""


@dataclass(frozen=True, slots=True)
class House:
    """What this installation says of itself, with what it seals and prints."""

    public_url: str
    seals: Seals
    press: Press
    identification_level: int = LOWEST
    """Of the account a procedure is handed in with, where it names none."""


@dataclass(frozen=True, slots=True)
class Match:
    """A change somebody follows and has not been told of."""

    subscription: Subscription
    entry: Entry


class Readers(Protocol):
    """Forms and pages by day, changes, subscriptions."""

    async def form(self, code: str, day: date, today: date) -> Mapping[str, Any] | None:
        """Return the form that applies on a day, with `version`, `valid_from` and `procedure_version`."""

    async def listed(self, kind: str, procedure: str, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return brief lines of the forms or pages in force, in the order of their codes."""

    async def entries(self, scope: str, code: str, before: int | None, limit: int) -> Sequence[Entry]:
        """Return changes newest first: all, or of a `sector`, an `agency`, a `procedure`."""

    async def subject(self, scope: str, code: str) -> str | None:
        """Return the name of what a feed is of; None when there is no such thing."""

    async def directory(self, day: date) -> Sequence[Mapping[str, Any]]:
        """Return agencies and one-stop points that work on a day."""

    async def subscription(self, subscription_id: UUID) -> tuple[Subscription, str] | None:
        """Return a subscription and its procedure's name."""

    async def asked(
        self, address: bytes, procedure: str, since: datetime
    ) -> tuple[Subscription | None, str | None, int]:
        """Return what this address has of the procedure, its name, and how often it asked since."""

    def add(self, subscription: Subscription) -> None:
        """Queue a new subscription; a second one of the address makes the commit `Stale`."""

    def save(self, subscription: Subscription) -> None:
        """Queue a changed subscription as the version after the one it carries."""

    def forget(self, subscription_id: UUID) -> None:
        """Queue that a subscription was never there."""

    def forget_unconfirmed(self, before: datetime) -> None:
        """Queue that nobody asked who did not confirm."""

    async def gather(self, limit: int) -> int:
        """Queue entries for publications that have none yet; return for how many."""

    async def unmatched(self, limit: int) -> Sequence[Match]:
        """Return changes published since they are followed and not told yet, one a subscription."""
