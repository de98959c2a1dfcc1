"""A dossier received here whose route has changed: another system works it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a dossier received here is worked since its route changed."""

    route: str
    source: str
    outside_code: str
    since: datetime
    reason: str

    @property
    def key(self) -> str:
        """What names the dossier among those of all other systems."""
        return outside_key(self.source, self.outside_code)


def outside_key(source: str, outside_code: str) -> str:
    """Return what names a dossier of another system among all of them."""
    return f"{source}|{outside_code}"
