"""Measures and cuts scanned batches in the workshop, by the rules in force."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from pydantic import TypeAdapter

from services.dossier.domain.limits import NumberRule
from services.dossier.domain.scans import BatchUnreadable, ScannedPage
from services.dossier.store.shipped import DATA, read_yaml
from services.dossier.store.workshop.pool import Workshop

_FILE = DATA / "scans.yaml"
_PAGES = TypeAdapter(tuple[ScannedPage, ...])
_RULES = TypeAdapter(list[NumberRule])


class ScanDesk:
    """What a reception does with a scanned batch."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def least_dpi(self, day: date) -> int:
        """Return the resolution a page must have."""
        begun = [rule for rule in _rules() if rule.valid_from <= day]
        return int(max(begun, key=lambda rule: rule.valid_from).value) if begun else 0

    async def measure(self, content: bytes, *, caller: str) -> tuple[ScannedPage, ...]:
        """Return each page as it was measured; raise `BatchUnreadable` for a batch that cannot be read."""
        told, _ = await self._workshop.ask("measure", content, caller=caller)
        if "problem" in told:
            raise BatchUnreadable
        return _PAGES.validate_python(told["pages"])

    async def join(self, content: bytes, last: bytes, *, caller: str) -> bytes:
        """Return a scan with one more page; raise `BatchUnreadable` likewise."""
        told, made = await self._workshop.ask("join", content, last, caller=caller)
        if "problem" in told:
            raise BatchUnreadable
        return made[0]

    async def cut(self, content: bytes, pieces: Sequence[Sequence[int]], *, caller: str) -> list[bytes]:
        """Return one PDF a piece; raise `BatchUnreadable` likewise."""
        told, made = await self._workshop.ask(
            "cut", content, caller=caller, pieces=[list(piece) for piece in pieces]
        )
        if "problem" in told:
            raise BatchUnreadable
        return made


@cache
def _rules() -> list[NumberRule]:
    return _RULES.validate_python(read_yaml(_FILE)["least_dpi"])
