"""The store of files' records."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.dossier.use_cases.ports.records import Attachment


class Attachments(Protocol):
    """Files that came in."""

    def add(self, attachments: Sequence[Attachment]) -> None:
        """Keep files' records."""

    def bind(
        self, attachment_ids: Sequence[UUID], dossier_id: UUID, *, uploaders: Collection[str], purpose: str
    ) -> None:
        """Give free files of one person's accounts to a dossier; `Stale` at the commit when one is taken."""

    async def unbound(
        self, attachment_ids: Sequence[UUID], uploaders: Collection[str]
    ) -> dict[UUID, Attachment]:
        """Return those of the files that are free and of these accounts of one person."""

    async def of_dossier(self, dossier_id: UUID) -> list[Attachment]:
        """Return every file of a dossier, in the order they came."""

    async def find(self, attachment_id: UUID) -> Attachment | None:
        """Return one file's record."""

    async def versions(self, attachment_id: UUID) -> list[Attachment]:
        """Return all versions of a file, the oldest first; empty when there is no such file."""

    def replace(self, old: Attachment, new: Attachment) -> None:
        """Keep a file as the next version of another; `Stale` at the commit when one was faster."""

    async def quarantined(self, now: datetime, limit: int) -> list[Attachment]:
        """Return files the scanner is to look at again now."""

    def settle_scan(self, attachment: Attachment, *, is_clean: bool, threat: str, at: datetime) -> None:
        """Let a quarantined file out, or keep it from everybody for ever."""

    def put_off_scan(self, attachment_id: UUID, at: datetime) -> None:
        """Look at it again later, each time after a longer wait."""
