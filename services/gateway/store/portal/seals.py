"""Personal data of the portal's side as it is kept: sealed, each value for its own row.

What was kept before values were sealed stands in rows marked `is_sealed = false`; a first sign that no
message and no name begins with tells a sealed value from a plain one.
"""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from kernel.sealing import Sealer

_MARK = "\x01"
_BODY = "portal message"
_WORDS = "portal words"


class PortalSeals:
    """Raises `SealBroken` for what another key, or another row's seal, holds."""

    def __init__(self, seals: Sealer) -> None:
        self._seals = seals

    def seal_body(self, body: bytes, message_id: UUID) -> bytes:
        """Return a message as it is kept."""
        return _MARK.encode() + self._seals.seal_bytes(body, purpose=f"{_BODY} {message_id}")

    def open_body(self, kept: bytes, message_id: UUID) -> bytes:
        """Return a message as it came."""
        if not kept.startswith(_MARK.encode()):
            return kept
        return self._seals.open_bytes(kept[1:], purpose=f"{_BODY} {message_id}")

    def seal_part(self, part: bytes, message_id: UUID, place: int) -> bytes:
        """Return a part of a long message as it is kept: no other's, and in no other's place."""
        return self._seals.seal_bytes(part, purpose=f"{_BODY} {message_id} part {place}")

    def open_part(self, kept: bytes, message_id: UUID, place: int) -> bytes:
        """Return a part as it came."""
        return self._seals.open_bytes(kept, purpose=f"{_BODY} {message_id} part {place}")

    def seal_outline(self, outline: bytes, message_id: UUID) -> bytes:
        """Return the outline of a long message as it is kept."""
        return self._seals.seal_bytes(outline, purpose=f"{_BODY} {message_id} outline")

    def open_outline(self, kept: bytes, message_id: UUID) -> bytes:
        """Return an outline as it was found."""
        return self._seals.open_bytes(kept, purpose=f"{_BODY} {message_id} outline")

    def seal_text(self, text: str, of: object) -> str:
        """Return a text as it is kept beside `of`; an empty or a sealed one stays as it is."""
        if not text or text.startswith(_MARK):
            return text
        return _MARK + self._seals.seal(text, purpose=f"{_WORDS} {of}")

    def open_text(self, kept: str, of: object) -> str:
        """Return a text as it was written."""
        if not kept.startswith(_MARK):
            return kept
        return cast("str", self._seals.open(kept[1:], purpose=f"{_WORDS} {of}"))

    def seal_fields(self, fields: Mapping[str, str], of: object) -> dict[str, str]:
        """Return fields with their values sealed; their names are the portal's and no secret."""
        return {name: self.seal_text(value, of) for name, value in fields.items()}

    def open_fields(self, kept: Mapping[str, str], of: object) -> dict[str, str]:
        """Return fields with their values as they were written."""
        return {name: self.open_text(value, of) for name, value in kept.items()}
