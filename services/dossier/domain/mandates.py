"""Acting for somebody else: what is delegated to an officer on a day, and for which procedures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Mandate:
    """Roles held in another's place, by delegation or as a stand-in; no procedures: for all."""

    roles: frozenset[str]
    agency: str
    unit: str
    procedures: frozenset[str]
    on_behalf_of: str
    decision: str
    giver: str = ""
    """The account in whose place; empty for what was published before it was told."""

    def covers(self, role: str, procedure: str) -> bool:
        """Tell whether the role may be exercised for a procedure."""
        return role in self.roles and (not self.procedures or procedure in self.procedures)


def mandates_of(entry: Mapping[str, Any], day: date) -> list[Mandate]:
    """Return what the directory's entry gives on a day; on leave nobody acts for anybody."""
    if is_away(entry, day):
        return []
    return [
        Mandate(
            roles=frozenset(item["roles"]),
            agency=item["agency"],
            unit=item.get("unit") or "",
            procedures=frozenset(item.get("procedures") or ()),
            on_behalf_of=item.get("from_name") or item.get("from") or "",
            decision=(item.get("decision") or {}).get("number") or "",
            giver=item.get("giver") or "",
        )
        for item in entry.get("delegations") or ()
        if _holds(item, day)
    ]


def is_away(entry: Mapping[str, Any], day: date) -> bool:
    """Tell whether the directory's entry has somebody on leave on a day."""
    return any(_holds(item, day) for item in entry.get("leaves") or ())


def _holds(item: Mapping[str, Any], day: date) -> bool:
    return str(item["valid_from"]) <= day.isoformat() <= str(item["valid_to"])
