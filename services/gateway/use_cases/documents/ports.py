"""What the documents' exchange needs of the world."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.gateway.domain.documents.ledger import Message
from services.gateway.domain.documents.profile import Bounds, Profile
from services.gateway.domain.documents.signed import Judged, Required
from services.gateway.domain.portal.telling.ledger import Backoff


class AxisSilent(Exception):  # noqa: N818 - the fact is the name.
    """The way to the axis does not work now; trying again is right."""


class AxisRefused(Exception):  # noqa: N818 - the fact is the name.
    """The axis does not take this message; people must look."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A message is at the axis' door; `is_taken` when the door answers for the axis at once."""

    reference: str
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the axis said of a message it was handed; `handle` is the driver's own name of it."""

    handle: str
    message: UUID
    is_taken: bool
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something the axis brought; `body` is None when it is larger than may come.

    `fault` says why people must look at it before anything is done with it.
    """

    handle: str
    size: int
    body: bytes | None
    fault: str = ""


class DocumentAxis(Protocol):
    """A way to the document axis; every call may raise `AxisSilent`. tests/conformance says what holds.

    Handing over the same message again has no second effect. What `receipts` and `incoming` return comes
    again until it is let go of.
    """

    async def hand_over(self, message: Message) -> Handed:
        """Give a message to the axis; `AxisRefused` when it is not taken."""

    async def receipts(self, limit: int) -> Sequence[Receipt]:
        """Return what the axis said of messages handed over."""

    def incoming(self, limit: int) -> AsyncIterator[Incoming]:
        """Yield what came in, oldest first, each read when it is asked for: a message may be megabytes."""

    async def let_go(self, handle: str) -> None:
        """Let go of a receipt or of something that came in: it is kept here."""


class Signatures(Protocol):
    """XML signatures of envelopes."""

    def sign(self, raw: bytes, *, agency: str) -> bytes:
        """Return a message of ours signed with the agency's key; as it is when the agency has none."""

    def judge(self, raw: bytes, *, sender: str, now: datetime) -> Judged:
        """Return what the signature of a message that was read is worth, for this sender and moment."""


class Papers(Protocol):
    """Dossiers and their files, as a member of staff sees them; `Unavailable` when nobody answers."""

    async def dossier(self, dossier_id: UUID, *, by: Any) -> dict[str, Any]:
        """Return a dossier the caller may see; raise `NotFound` for any other."""

    async def file(self, attachment_id: UUID, *, by: Any) -> tuple[str, str, bytes]:
        """Return name, media type and content of a file the caller may read; raise `NotFound` otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """How this office writes and how patient it is."""

    profile: Profile
    bounds: Bounds
    backoff: Backoff
    place: str
    sphere: str
    signatures: Signatures
    required: Required = Required.NOTHING

    @property
    def most_file_bytes(self) -> int:
        """How much the files of a document may be together: more makes a message we would not take ourselves.

        Base64 is four letters for three bytes; 1 MB is left for what stands around them.
        """
        return (self.bounds.bytes - 1_048_576) * 3 // 4
