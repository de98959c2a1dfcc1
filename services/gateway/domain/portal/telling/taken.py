"""What the portal took just now: who meets silence meanwhile meets it alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.gateway.domain.portal.telling.ledger import Claimed, Kind

MOST_OWN_SILENCES = 20
"""Words said so often of one row, while others like it are taken, are its answer: about an hour of them."""
_JUST_NOW = timedelta(seconds=60)
_TOLD_WHOLE = frozenset({Kind.HERE_CREATE, Kind.HERE_UPDATE, Kind.HERE_FEES})
"""One service of the portal's takes all of these."""


@dataclass(slots=True)
class TakenJustNow:
    """When rows of each kind were taken last, by this process; a clock set back forgets."""

    _at: dict[Kind, datetime] = field(default_factory=dict)

    def note(self, kind: Kind, now: datetime) -> None:
        """Hear that one was taken."""
        self._at.update(dict.fromkeys(_TOLD_WHOLE if kind in _TOLD_WHOLE else (kind,), now))

    def has(self, now: datetime, kind: Kind | None = None) -> bool:
        """Tell whether one was taken within a minute, of this kind if it is named."""
        moments = [at for one, at in self._at.items() if kind in {None, one}]
        return any(at <= now <= at + _JUST_NOW for at in moments)

    def silences_of(self, claimed: Claimed, words: str, now: datetime) -> int | None:
        """Return how often in a row these words were said of a row alone, None where of all its kind.

        A service of the portal's that is in trouble says so of everything it is told: no row's answer.
        """
        return claimed.own_silences_with(words) if self.has(now, claimed.row.kind) else None
