"""What finding needs of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from services.catalog.domain.search_terms import Question
from services.catalog.domain.speech import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A question and what narrows it; `after` is the score and code of the last row seen.

    `browse` shows everything the filters leave: nothing was asked.
    """

    text: str = ""
    browse: bool = False
    code_prefix: str = ""
    sector: str = ""
    agency: str = ""
    level: str = ""
    audience: str = ""
    online_level: str = ""
    limit: int = 20
    after: tuple[float, str] | None = None

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but the question decides who is shown."""
        narrowing = (self.sector, self.agency, self.level, self.audience, self.online_level)
        return any((self.code_prefix, *narrowing))


FACETS = ("sector", "level", "audience", "online_level", "agency")
"""What all that fits is counted by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search shows, its lists as the JSON the database wrote: nobody between reads them.

    `phrases`: how often editors have changed phrases. `last`: the score and code of the last row shown, where
    more follow.
    """

    phrases: int
    total: int
    items: str
    facets: Mapping[str, str]
    last: tuple[float, str] | None


@dataclass(frozen=True, slots=True)
class PhraseChange:
    """What an editor did to the phrases that are shipped."""

    kind: Kind
    phrase: str
    meaning: str
    is_removed: bool
    changed_by: str = ""
    changed_at: datetime | None = None


class Finder(Protocol):
    """Searches and suggests; every answer tells by `phrases` how often editors have changed phrases."""

    async def search(self, question: Question, asked: Search, today: date) -> Found:
        """Return a page of the procedures in force today that fit, and the counts of all that fit."""

    async def suggest(
        self, question: Question, beginnings: Sequence[str], limit: int, today: date
    ) -> Mapping[str, Any]:
        """Return {items, phrases}: procedures that fit what has been typed, the last word unfinished."""

    async def suggest_codes(self, prefix: str, limit: int, today: date) -> Mapping[str, Any]:
        """Return {items, phrases}: procedures whose code begins so."""


class Phrases(Protocol):
    """What editors changed of how people speak, and how often procedures are asked for."""

    async def changes(self) -> tuple[int, Sequence[PhraseChange]]:
        """Return how often there were changes, and what they come to."""

    def save(self, change: PhraseChange) -> None:
        """Keep a change; the next search hears it."""

    def set_uses(self, uses: Mapping[str, int], by: str) -> None:
        """Set how often procedures are asked for; others keep theirs."""
