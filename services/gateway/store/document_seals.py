"""What documents say is kept sealed, each value for its own row."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from kernel.sealing import Sealer

_BYTES, _PART, _WORDS = "document bytes", "document part", "document words"


class DocumentSeals:
    """Raises `SealBroken` for what another key, or another row's seal, holds."""

    def __init__(self, seals: Sealer) -> None:
        self._seals = seals

    def seal(self, content: bytes, row: UUID) -> bytes:
        """Return a short value as it is kept in its row."""
        return self._seals.seal_bytes(content, purpose=f"{_BYTES} {row}")

    def open(self, kept: bytes, row: UUID) -> bytes:
        """Return a value of a row as it came."""
        return self._seals.open_bytes(kept, purpose=f"{_BYTES} {row}")

    def seal_part(self, content: bytes, owner: UUID, place: int, *, is_last: bool) -> bytes:
        """Return a part as it is kept: of no other value, in no other place, the last or not."""
        return self._seals.seal_bytes(content, purpose=_part(owner, place, is_last))

    def open_part(self, kept: bytes, owner: UUID, place: int, *, is_last: bool) -> bytes:
        """Return a part as it came."""
        return self._seals.open_bytes(kept, purpose=_part(owner, place, is_last))

    def seal_words(self, words: Mapping[str, Any], row: UUID) -> str:
        """Return what people read as it is kept in a row."""
        return self._seals.seal(dict(words), purpose=f"{_WORDS} {row}")

    def open_words(self, kept: str, row: UUID) -> dict[str, Any]:
        """Return what people read."""
        return cast("dict[str, Any]", self._seals.open(kept, purpose=f"{_WORDS} {row}"))


def _part(owner: UUID, place: int, is_last: bool) -> str:
    return f"{_PART} {owner} {place} {'last' if is_last else 'followed'}"
