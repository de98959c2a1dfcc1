"""Working calendars as the catalogue published them, parsed once a process and stamp."""

from collections.abc import Mapping
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.definitions import calendar_of
from services.dossier.domain.errors import CopyChanged
from services.dossier.store.copies import CHOICE, Copies
from services.dossier.store.parsed import Definitions
from worktime.calendar import WorkCalendar

_STAMP = "string_agg(year || ':' || sequence, ',' ORDER BY year) AS stamp"
_CHOICES = (
    "json_agg(json_build_object('code', code, 'year', year, 'sequence', sequence,"
    f" 'seals', {CHOICE.format('calendars')}) ORDER BY year) AS choices"
)
_STAMPS = Statement(
    f"SELECT code, {_STAMP}, {_CHOICES} FROM calendars WHERE :code::text = '' OR code = :code GROUP BY code"
)
_YEARS = Statement(
    f"SELECT code, {_STAMP}, json_agg(calendars) AS years FROM calendars WHERE code = ANY(:codes::text[])"
    " GROUP BY code"
)


class PostgresCalendars:
    """Calendars in force around one unit of work."""

    def __init__(self, unit: UnitOfWork, definitions: Definitions, copies: Copies) -> None:
        self._unit = unit
        self._kept = definitions
        self._copies = copies

    async def sound(self) -> Mapping[str, WorkCalendar]:
        """Return every calendar by its code but those changed by hand: jobs go on with the others."""
        rows = await self._unit.fetch(_STAMPS, code="")
        return await self._parsed([row for row in rows if self._are_sound(row["choices"], "choice")])

    async def one(self, code: str) -> WorkCalendar | None:
        """Return a calendar, None where none is loaded; raise `CopyChanged` for one changed by hand."""
        rows = await self._unit.fetch(_STAMPS, code=code)
        found = await self._parsed(rows) if all(self._are_sound(r["choices"], "choice") for r in rows) else {}
        if rows and code not in found:
            raise CopyChanged
        return found.get(code)

    async def _parsed(self, rows: list[Any]) -> dict[str, WorkCalendar]:
        """Return what these rows name by code and stamp; what is parsed already is not fetched again."""
        kept = self._kept.calendars
        stamps = {row["code"]: row["stamp"] for row in rows}
        wanted = [code for code, stamp in stamps.items() if (code, stamp) not in kept]
        for row in await self._unit.fetch(_YEARS, codes=wanted) if wanted else ():
            stamps[row["code"]] = row["stamp"]
            if not self._are_sound(row["years"]):
                del stamps[row["code"]]
            elif parsed := calendar_of([one["data"] for one in row["years"]]):
                self._kept.trim()
                kept[row["code"], row["stamp"]] = parsed
        return {code: kept[code, stamp] for code, stamp in stamps.items() if (code, stamp) in kept}

    def _are_sound(self, years: list[Any], *groups: str) -> bool:
        return all(self._copies.is_sound("calendars", one, *groups) for one in years)
