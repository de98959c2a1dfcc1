"""Short-lived links to files: a token that names file, person and end, and nobody else could have made."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kernel.core.errors import NotFound

SHORTEST, USUAL, LONGEST = 10, 300, 3600
"""Seconds a link lives."""
KEPT = timedelta(days=30)
"""How long it is remembered after its end, for whoever asks who opened what."""
_ID = 16
_MAC = 16


class LinkDead(NotFound):
    """The link was never made here, has expired, was used up or taken back (404); it is not said which."""

    code = "link-dead"
    title = "Liên kết không còn hiệu lực"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """One link: to one file, for one person, until a moment."""

    id: UUID
    attachment_id: UUID
    subject: str
    kind: str
    agency: str
    created_at: datetime
    expires_at: datetime
    is_once: bool
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def bound_to(self) -> str:
        """What the token's mark is made of: a row that was changed by hand opens nothing."""
        until = int(self.expires_at.timestamp())
        return f"{self.id}|{self.attachment_id}|{self.kind}:{self.subject}|{until}|{self.is_once}"

    def is_good(self, now: datetime) -> bool:
        """Tell whether it still opens the file."""
        is_used = self.is_once and self.used_at is not None
        return self.revoked_at is None and not is_used and now < self.expires_at


def token_of(link_id: UUID, mark: bytes) -> str:
    """Return the token of a link."""
    return base64.urlsafe_b64encode(link_id.bytes + mark[:_MAC]).decode().rstrip("=")


def read_token(token: str) -> tuple[UUID, bytes]:
    """Return a token's link and mark; raise `LinkDead` for what is no token."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise LinkDead from error
    if len(raw) != _ID + _MAC:
        raise LinkDead
    return UUID(bytes=raw[:_ID]), raw[_ID:]


def is_mark(given: bytes, made: bytes) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given, made[:_MAC])
