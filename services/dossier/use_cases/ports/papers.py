"""The store of issued papers."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.dossier.domain.papers import Paper, PaperKind
from services.dossier.use_cases.ports.records import IssuedPaper


class Papers(Protocol):
    """Issued papers."""

    def add(self, paper: Paper) -> None:
        """Keep a paper's content, sealed; its file is made after the commit, once."""

    async def find(self, paper_id: UUID) -> IssuedPaper | None:
        """Return a paper; raise `RowChanged` for one changed by hand, or put under another dossier."""

    async def in_force(self, dossier_id: UUID, kind: PaperKind) -> IssuedPaper | None:
        """Return the paper of a kind that counts: the last one no other took the place of."""

    def supersede(self, paper_id: UUID, *, by: UUID, at: datetime) -> None:
        """Mark a paper as replaced by another; it stays readable."""

    async def unprinted_of(self, dossier_id: UUID) -> int:
        """Return how many of a dossier's papers have no file yet."""

    async def unprinted(self, after: UUID, limit: int) -> list[UUID]:
        """Return papers that have no file yet, in order of their ids."""

    async def keep_printed(self, paper_id: UUID, *, sha256: bytes, size: int, at: datetime) -> bool:
        """Name the paper's file at once; False when another process was first."""
