"""What the gateway's use cases and endpoints need of the world."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.unit_of_work import Records
from services.gateway.domain.account import Account
from services.gateway.domain.identity import Agency, StaffMember
from services.gateway.domain.issuer import Issuer, OutsideIdentity


@dataclass(frozen=True, slots=True)
class UpstreamRequest:
    """A request to a service; `may_retry` when sending it twice has one effect."""

    service: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | AsyncIterator[bytes] | None
    timeout_seconds: float
    may_retry: bool
    is_stream: bool = False
    """`timeout_seconds` bounds the silence between two pieces, not the whole answer."""


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """What a service answered: the whole `body`, or `chunks` of a long one."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""
    chunks: AsyncIterator[bytes] | None = None


class Upstream(Protocol):
    """The hot hop to the services."""

    async def send(self, request: UpstreamRequest) -> UpstreamAnswer:
        """Return the answer; raise `Unavailable` at once when the service is down, or after the time-out."""


class OutsideTokens(Protocol):
    """Verifies what outside issuers signed."""

    async def verify(self, token: str) -> OutsideIdentity:
        """Return who it names; raise `Unauthenticated` for anything forged, expired or not for us."""


class InternalTokens(Protocol):
    """Signs what the services trust."""

    def sign(self, caller: Caller) -> tuple[str, float]:
        """Return a token and the moment it expires (Unix seconds)."""


class Directory(Protocol):
    """The staff as the catalogue's events told them."""

    async def find(self, subject: str) -> StaffMember | None:
        """Return the member of staff with this subject."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's session; its number is known only to the browser, we keep a hash."""

    caller: Caller
    may_be_staff: bool
    expires_at: datetime
    issuer: str = ""
    issuer_subject: str = ""
    issuer_session: str = ""
    hint: str = ""
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds of an account now: as whom it acts, what else is the same person's, when it signed out."""

    subject: str
    also: frozenset[str] = frozenset()
    not_before: float | None = None
    """Unix seconds: tokens issued then or before are over."""
    is_apart: bool = False
    """It was found just now that a linked account tells another number: the link ended, with its sessions."""


class Accounts(Protocol):
    """Accounts people signed in with, which of them are one person's, and who signed out everywhere."""

    async def standing(self, account: Account, session: str, now: datetime) -> Standing:
        """Return what holds of an account, and of its session at the issuer, in one statement."""

    async def ended_at(self, account: Account, session: str) -> float | None:
        """Return when, by the one clock, a sign-out that ends it or its issuer's session was last heard of.

        Unix seconds; None where there was none.
        """

    async def remember(self, account: Account, now: datetime) -> bool:
        """Keep that this account signed in; tell whether what it tells ended a link, with its sessions."""

    async def link(self, own: Account, other: Account, *, how: str, now: datetime) -> None:
        """Keep that both are one person's; raise `LinkedAlready`, `TwoPeople` for what was told before."""

    async def end_tokens(self, what: Sequence[str], not_before: datetime) -> None:
        """Keep that what was issued before is over: of a subject, an account or its session; or was heard."""

    async def moment(self, now: datetime) -> datetime:
        """Return the moment by the one clock of all processes; `now` is this one's."""

    async def first_heard(self, word: str, now: datetime) -> datetime:
        """Return when a word of an issuer was first heard, by the one clock: now unless it is told again."""


class Sessions(Protocol):
    """Sessions of browsers."""

    async def open(self, id_hash: bytes, session: Session, now: datetime) -> None:
        """Keep a new session."""

    async def find(self, id_hash: bytes, now: datetime) -> Session | None:
        """Return a session that has not expired."""

    async def renew(self, id_hash: bytes, number: bytes, session: Session, now: datetime) -> bool:
        """Put a session in the place of one; False, and nothing kept, when that one has ended meanwhile."""

    async def end(self, id_hash: bytes) -> None:
        """Forget a session."""

    async def end_all(self, subjects: Sequence[str]) -> None:
        """Forget every session of these subjects."""

    async def end_told(self, issuer: str, subject: str, session: str, until: datetime) -> None:
        """Forget what began at an issuer by then: one session of its, or without one all of its subject."""


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What an issuer says has ended: a session of its, or without one all of a subject."""

    issuer: str
    subject: str
    session: str
    at: datetime | None
    """By the issuer's clock, which also dates its tokens; None: it does not say."""
    word: str
    """Names what was told, for when it is told again."""


class SignInProvider(Protocol):
    """The issuers' side of the code flow."""

    async def address(self, issuer: Issuer, parameters: Mapping[str, str]) -> str:
        """Return where the browser goes to sign in."""

    async def redeem(
        self, issuer: Issuer, *, code: str, verifier: str, redirect_uri: str, nonce: str
    ) -> OutsideIdentity:
        """Return who signed in; raise `Unauthenticated` when the code is not good."""

    async def leaving(self, issuer: Issuer, parameters: Mapping[str, str]) -> str:
        """Return where the browser signs out there; nothing where the issuer has no such page."""

    async def told_to_end(self, token: str) -> "SignedOut":
        """Return what a logout token ends; raise `Unauthenticated`."""


class Seals(Protocol):
    """Seals values for ourselves."""

    def seal(self, value: object, *, purpose: str) -> str:
        """Return the value sealed as text."""

    def open(self, sealed: str, *, purpose: str) -> object:
        """Return the value; raise `ValueError` when it was changed."""

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return bytes equal for equal values that tell nothing without the key."""


@dataclass(frozen=True, slots=True)
class TrackingKept:
    """What is kept of a dossier for whoever has its slip."""

    shown: dict[str, Any]
    timeline: dict[str, Any]
    agency: dict[str, Any] | None
    contact: dict[str, str] | None
    children: dict[str, Any]
    """Of a submission over several dossiers: what each child's own tracking shows, by its id."""


@dataclass(frozen=True, slots=True)
class TrackingFound:
    """One look-up: the dossier of the code, if there is one, and until when these askers must wait."""

    dossier_id: UUID | None
    secret_hash: str | None
    blocked_until: datetime | None
    read: Callable[[], TrackingKept]
    """Read out what is kept: work that only a hit is worth, so that a miss shows nothing of it."""


class Tracking(Protocol):
    """Public tracking."""

    async def find(self, code: str, attempts: Sequence[bytes]) -> TrackingFound:
        """Return the dossier of a code and the latest block on any of these attempts, in one statement."""

    async def count_failure(self, attempts: Sequence[tuple[bytes, int]], now: datetime) -> None:
        """Count a failure of each attempt; past its free ones the wait doubles, up to fifteen minutes."""

    async def marks(self, dossiers: Iterable[UUID]) -> Mapping[UUID, str]:
        """Return a mark of each of these there is, another for another picture; raise `Unavailable`."""


@dataclass(frozen=True, slots=True)
class TrackingChange:
    """What a dossier's event changes in public tracking."""

    dossier_id: UUID
    version: int
    codes: tuple[str, ...]
    secret_hash: str | None
    shown: dict[str, Any]
    entry: dict[str, Any] | None
    entries: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Further entries of the timeline under numbers of their own, told in the order of the numbers."""


class TrackingLedger(Protocol):
    """The writing side of public tracking."""

    def apply(self, change: TrackingChange) -> None:
        """Merge a change, whatever order changes come in."""

    def forget(self, dossier_id: UUID) -> None:
        """Forget a dossier: its codes, what was shown, the addresses of its files."""


class DirectoryLedger(Protocol):
    """The writing side of the staff directory."""

    def put_staff(self, member: StaffMember, version: int) -> None:
        """Keep the newest state of a member of staff."""

    def put_agency(self, agency: Agency, version: int) -> None:
        """Keep the newest state of an agency."""


class Work(Records, Protocol):
    """One unit of work of the gateway."""

    tracking: TrackingLedger
    directory: DirectoryLedger
