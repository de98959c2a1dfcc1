"""What documents say is kept sealed, each value for its own row."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from kernel.sealing import Sealer

_BYTES, _WORDS = "document bytes", "document words"


class DocumentSeals:
    """Raises `SealBroken` for what another key, or another row's seal, holds."""

    def __init__(self, seals: Sealer) -> None:
        self._seals = seals

    def seal(self, content: bytes, row: UUID) -> bytes:
        """Return bytes as they are kept in a row."""
        return self._seals.seal_bytes(content, purpose=f"{_BYTES} {row}")

    def open(self, kept: bytes, row: UUID) -> bytes:
        """Return bytes as they came."""
        return self._seals.open_bytes(kept, purpose=f"{_BYTES} {row}")

    def seal_words(self, words: Mapping[str, Any], row: UUID) -> str:
        """Return what people read as it is kept in a row."""
        return self._seals.seal(dict(words), purpose=f"{_WORDS} {row}")

    def open_words(self, kept: str, row: UUID) -> dict[str, Any]:
        """Return what people read."""
        return cast("dict[str, Any]", self._seals.open(kept, purpose=f"{_WORDS} {row}"))
