"""The store of issued papers."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.dossier.domain.papers import Paper
from services.dossier.use_cases.ports.records import IssuedPaper


class Papers(Protocol):
    """Issued papers."""

    def add(self, paper: Paper) -> None:
        """Keep a paper's content, sealed; its file is made after the commit, once."""

    async def find(self, paper_id: UUID) -> IssuedPaper | None:
        """Return a paper."""

    async def unprinted(self, limit: int) -> list[UUID]:
        """Return papers that have no file yet."""

    async def keep_printed(self, paper_id: UUID, *, sha256: bytes, size: int, at: datetime) -> bool:
        """Name the paper's file at once; False when another process was first."""
