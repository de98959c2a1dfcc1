"""What is no table: contents of files, seals, the press."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

from services.dossier.domain.files import Fault
from services.dossier.domain.legal_sets import LegalSet
from services.dossier.domain.papers import PaperKind


class ContentLost(Exception):  # noqa: N818 - the fact is the name.
    """A content the database knows is missing, or not what was kept."""


class Files(Protocol):
    """Contents under their SHA-256."""

    async def put(self, content: bytes) -> bytes:
        """Return the digest once the content is durable."""

    async def get(self, sha256: bytes) -> bytes:
        """Return a content; raise `ContentLost` when it is not there."""

    async def put_file(self, file: Path) -> bytes:
        """Keep a file that may be larger than memory; return its digest once it is durable."""

    async def remove(self, sha256: bytes) -> None:
        """Forget a content for good; doing so again is harmless. Only what nothing refers to any more."""

    def chunks(self, sha256: bytes) -> AsyncIterator[bytes]:
        """Yield a content piece by piece; raise `ContentLost` when it is missing or damaged."""


class Seals(Protocol):
    """Seals personal data at rest."""

    def seal(self, value: object, *, purpose: str) -> str:
        """Return the sealed text."""

    def open(self, sealed: str, *, purpose: str) -> object:
        """Return the value."""

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return a keyed index."""


class Inspector(Protocol):
    """Opens files as their readers would."""

    async def __call__(self, content: bytes, media_type: str, *, caller: str) -> Fault | None:
        """Return what is wrong with a content, None when it opens and runs nothing by itself.

        Each caller has a fair share: raise `TooManyFiles` or `InspectionBusy` at once when too many wait.
        """


class Press(Protocol):
    """Prints papers."""

    def paper(self, kind: PaperKind, content: dict[str, Any], forms: LegalSet) -> bytes:
        """Return the PDF of a paper by a set of forms; slow enough for a thread."""

    def control_slip(self, content: dict[str, Any]) -> bytes:
        """Return the PDF of a control slip."""

    def register(self, content: dict[str, Any]) -> bytes:
        """Return the PDF of a register, with its lines as they are printed."""

    def copy_book(self, content: dict[str, Any]) -> bytes:
        """Return the PDF of a book of certified copies."""

    def copy_words(self, content: dict[str, Any]) -> bytes:
        """Return the page of certification of an electronic copy as PDF."""

    def register_sheet(self, content: dict[str, Any]) -> bytes:
        """Return a register or a book as a spreadsheet (XLSX), its columns as wide as `widths` says."""
