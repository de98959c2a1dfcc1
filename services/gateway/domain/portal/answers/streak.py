"""The same refusal said of everything is the portal's own trouble, told politely (ADR 0028).

One poisoned mapping is refused again and again too, but of one kind of procedure only, and others go in
between: a streak is of many dossiers, of several procedures, with nothing taken in between.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from services.gateway.domain.folding import folded
from services.gateway.domain.portal.telling.ledger import Claimed

MANY_DOSSIERS = 12
SEVERAL_PROCEDURES = 3
LONGEST_HOLD = timedelta(hours=24)
"""After it the refusal is believed of each dossier, so that people see them among the refused."""
_JUDGED = timedelta(minutes=10)
"""Once something was taken, who is refused with the same words meanwhile is meant."""
_CODES = re.compile(r"\S*\d\S*")


class Turn(Enum):
    """What a result changes."""

    NOTHING = auto()
    OPENED = auto()
    CLOSED = auto()


@dataclass(slots=True)
class RefusalStreak:
    """Refusals with the same words since the portal last took anything; `is_open` while all waits."""

    refused: list[Claimed] = field(default_factory=list)
    """Those that were kept as refused before the streak was known for one."""
    is_open: bool = False
    probes: int = 0
    _words: tuple[str, str] = ("", "")
    _dossiers: set[UUID] = field(default_factory=set)
    _procedures: set[str] = field(default_factory=set)
    _since: datetime | None = None
    _judged: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def took(self, now: datetime) -> Turn:
        """Hear that the portal took something: whoever it refuses, it means."""
        was_open = self.is_open
        if was_open:
            self._judged[self._words] = now + _JUDGED
        self._begin(("", ""))
        return Turn.CLOSED if was_open else Turn.NOTHING

    def refuses(self, claimed: Claimed, code: str, message: str, now: datetime) -> Turn:
        """Hear a refusal; whether the row waits is told by `is_open` afterwards."""
        words = (code, " ".join(_CODES.sub("#", folded(message)).split())[:200])
        self._judged = {one: until for one, until in self._judged.items() if now < until <= now + _JUDGED}
        was_open = self.is_open
        if words != self._words:
            self._begin(words)
        elif was_open and self._since and not timedelta(0) <= now - self._since < LONGEST_HOLD:
            # Nothing was taken for a day, or the clock was set back: believed, each by itself.
            self._judged[words] = now + _JUDGED
            self._begin(words)
        if words in self._judged:
            return Turn.CLOSED if was_open else Turn.NOTHING
        self._dossiers.add(claimed.row.dossier_id)
        self._procedures.add(claimed.row.procedure_code)
        if self.is_open:
            self.probes += 1
            return Turn.NOTHING
        if len(self._dossiers) >= MANY_DOSSIERS and len(self._procedures) >= SEVERAL_PROCEDURES:
            self.is_open, self._since = True, now
            return Turn.OPENED
        if len(self.refused) < 10 * MANY_DOSSIERS:
            self.refused.append(claimed)
        return Turn.CLOSED if was_open else Turn.NOTHING

    def taken_back(self) -> Sequence[Claimed]:
        """Return what was kept as refused before, once."""
        kept, self.refused = self.refused, []
        return kept

    def _begin(self, words: tuple[str, str]) -> None:
        self.refused, self.is_open, self.probes, self._since = [], False, 0, None
        self._words, self._dossiers, self._procedures = words, set(), set()
