"""Who goes on with a dossier for agencies of it that have ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.dossier.domain.definitions import Agency


@dataclass(frozen=True, slots=True)
class Continuing:
    """Who goes on with the dossier for an agency that has ended; the ended one stays what it was.

    `agency` is the heir as its papers name it; none in rows from before it was kept.
    """

    code: str
    name: str
    units: tuple[str, ...] = ()
    agency: Agency | None = None


class Heirs(dict[str, Continuing]):
    """Who goes on next, by the agency that ended; a change makes it anew."""

    __slots__ = ()

    def now(self, agency: str) -> str:
        """Return who works for an agency now: itself, or who continues it, through every merger since."""
        seen = {agency}
        while agency in self and self[agency].code not in seen:
            agency = self[agency].code
            seen.add(agency)
        return agency

    def heir_of(self, agency: str) -> Continuing | None:
        """Return who works for an agency now; None while it works itself."""
        now = self.now(agency)
        return None if now == agency else next(item for item in self.values() if item.code == now)

    def standing_at(self, agency: Agency) -> Agency:
        """Return who works for an agency now, as papers are headed, dated and signed."""
        heir = self.heir_of(agency.code)
        return agency if heir is None else heir.agency or Agency(heir.code, heir.name)

    def unit_at(self, unit: str, agency: str) -> str:
        """Return the unit as the agency that works now knows it; empty where it has no such unit."""
        now = self.now(agency)
        if now == agency or not unit:
            return unit
        return unit if any(item.code == now and unit in item.units for item in self.values()) else ""

    def with_heirs(self, heirs: Mapping[str, Continuing]) -> "Heirs":
        """Return it with who goes on for agencies that ended since."""
        return Heirs({**self, **heirs})

    def without(self, agency: str) -> "Heirs":
        """Return it without who went on for an agency that works again."""
        return Heirs({ended: heir for ended, heir in self.items() if ended != agency})

    def led_to_from(self, agencies: Iterable[str]) -> "Heirs":
        """Return it without heirs that none of the agencies leads to any more."""
        led_to, ahead = set(), list(agencies)
        while ahead:
            heir = self.get(code := ahead.pop())
            led_to.add(code)
            if heir is not None and heir.code not in led_to:
                ahead.append(heir.code)
        return Heirs({ended: heir for ended, heir in self.items() if ended in led_to})
