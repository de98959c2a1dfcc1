"""The store of files' records."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from services.dossier.use_cases.ports.records import Attachment


class Attachments(Protocol):
    """Files that came in."""

    def add(self, attachments: Sequence[Attachment]) -> None:
        """Keep files' records."""

    def bind(self, attachment_ids: Sequence[UUID], dossier_id: UUID, *, uploader: str, purpose: str) -> None:
        """Give free files of this uploader to a dossier; `Stale` at the commit when one is taken."""

    async def unbound(self, attachment_ids: Sequence[UUID], uploader: str) -> dict[UUID, Attachment]:
        """Return those of the files that are free and of this uploader."""

    async def find(self, attachment_id: UUID) -> Attachment | None:
        """Return one file's record."""
