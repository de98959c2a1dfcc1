"""Keeps what the catalogue publishes, sealed in the commit that hears it.

A copy never goes back to an older publication. What a row says of its own number is believed while its seals
fit: one changed by hand is written anew by whatever the publisher says next, and the chained log is told.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import structlog
from prometheus_client import Counter

from kernel.core.clock import Clock
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.use_cases.row_names import key_of, object_of
from services.dossier.use_cases.sealed_rows import RowSeals, is_shown
from services.dossier.use_cases.sealed_tables import SEALED

HEALED = "copy_healed"
"""How the chained log calls that a copy changed by hand was written anew."""
_END = ("valid_to", "continuing", "continuing_by")
_healed = Counter("dossier_copies_healed_total", "Copies changed by hand, written anew", ["table"])
_log = structlog.get_logger()
_TELL = Statement(
    "INSERT INTO access_log (at, subject, kind, agency, what, object_id)"
    f" VALUES (:at, '', 'system', '', '{HEALED}', :object_id)"
)


@lru_cache(maxsize=32)
def _finding(table: str) -> Statement:
    return Statement(f"SELECT * FROM {table} WHERE {_by_key(table)}")


@lru_cache(maxsize=32)
def _adding(table: str, names: tuple[str, ...]) -> Statement:
    """Add a copy; somebody who added it in the same moment was first, and the whole commit is stale."""
    return Statement(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
        f" ON CONFLICT ({', '.join(SEALED[table].key)}) DO NOTHING"
    )


@lru_cache(maxsize=32)
def _replacing(table: str, names: tuple[str, ...]) -> Statement:
    """Replace the copy that was looked at, and no other."""
    changed = ", ".join(f"{name} = :{name}" for name in names if name not in SEALED[table].key)
    # Dossiers of an agency are looked for again whenever something new is heard of it.
    more = ", continued_at = NULL" if table == "agencies" else ""
    return Statement(
        f"UPDATE {table} SET {changed}{more} WHERE {_by_key(table)}"
        " AND sequence = :seen AND seals = :seen_seals"
    )


def _by_key(table: str) -> str:
    return " AND ".join(f"{name} = :{name}" for name in SEALED[table].key)


class KeptCopies:
    """Writes copies around one unit of work."""

    def __init__(self, unit: UnitOfWork, rows: RowSeals, clock: Clock) -> None:
        self._unit = unit
        self._rows = rows
        self._clock = clock

    async def put(self, table: str, columns: Mapping[str, Any]) -> None:
        """Queue a copy with its seals, unless the same or a later one is kept and is what was sealed."""
        told = {**columns, "seals": self._rows.made(table, columns)}
        key = {name: told[name] for name in SEALED[table].key}
        row = await self._unit.fetch_one(_finding(table), **key)
        if row is None:
            self._unit.write(_adding(table, tuple(told)), **told)
            return
        is_sound = self._is_sound(table, row)
        if is_sound and not _is_later(table, row, told):
            return
        if table == "agencies":
            told["continued_by"] = _went_on(row, told) if is_sound else _anybody(row)
        seen = {"seen": row["sequence"], "seen_seals": row["seals"]}
        self._unit.write(_replacing(table, tuple(told)), **told, **seen)
        if not is_sound:
            _healed.labels(table).inc()
            _log.warning("a copy changed by hand is written anew", table=table, row=key_of(table, row))
            self._unit.write(_TELL, at=self._clock.now(), object_id=object_of(table, row))

    def _is_sound(self, table: str, row: Any) -> bool:
        return is_shown(table, row, self._rows.keys, is_marked=self._rows.marks.has(table))

    async def put_procedure(self, data: dict[str, Any], sequence: int) -> None:
        """Keep a version of a procedure, and apart from it what chooses among versions."""
        performing = data["performing_agencies"]
        columns = {
            "code": data["code"],
            "version": data["version"],
            "sequence": sequence,
            "valid_from": date.fromisoformat(data["valid_from"]),
            "performing": performing if isinstance(performing, list) else [],
            "process": data["process"],
            "line": data.get("agency") or "",
            "takes_new": bool(data["open"]) and data["route"] == "PROVINCE",
            "data": data,
        }
        await self.put("procedures", columns)

    async def put_process(self, data: dict[str, Any], sequence: int) -> None:
        """Keep a version of a process likewise."""
        columns = {"code": data["code"], "version": data["version"], "sequence": sequence, "data": data}
        await self.put("processes", columns)

    async def put_agency(self, data: dict[str, Any], sequence: int) -> None:
        """Keep an agency likewise."""
        await self.put("agencies", {"sequence": sequence, **data})

    async def put_staff(self, subject: str, data: dict[str, Any], sequence: int) -> None:
        """Keep who acts for whom likewise."""
        last_days = [date.fromisoformat(item["valid_to"]) for item in data.get("leaves") or ()]
        givers = {item.get("giver") or "" for item in data.get("delegations") or ()}
        columns = {
            "subject": subject,
            "sequence": sequence,
            "agency": data.get("agency") or "",
            "acts_for": sorted(givers - {""}),
            "away_until": max(last_days, default=None),
            "data": data,
        }
        await self.put("staff", columns)

    async def put_form(self, data: dict[str, Any], sequence: int) -> None:
        """Keep the form in force of a procedure likewise."""
        await self.put("forms", {"code": data["code"], "sequence": sequence, "data": data})

    async def put_calendar(self, data: dict[str, Any], sequence: int, decided_at: datetime) -> None:
        """Keep a calendar's year likewise, and every version of it for what was promised under it."""
        year = {"code": data["code"], "year": data["year"], "sequence": sequence, "data": data}
        await self.put("calendars", year)
        await self.put("calendar_versions", {**year, "decided_at": decided_at})

    async def put_group(self, data: Mapping[str, Any], sequence: int) -> None:
        """Keep an interlinked group; submissions under way keep the one they were made under."""
        await self.put("interlinked_groups", {"code": data["code"], "sequence": sequence, "data": dict(data)})

    async def put_point(self, data: Mapping[str, Any], sequence: int) -> None:
        """Keep a one-stop point; its counters and queues stay as they are."""
        await self.put("desk_points", {"sequence": sequence, **data})


def _is_later(table: str, row: Any, told: Mapping[str, Any]) -> bool:
    """Tell whether a publication says more than the sound row that is kept."""
    # What was added to copies later comes with the same publication once more.
    lacks = any(row[one] is None and told[one] is not None for one in SEALED[table].later)
    return bool(row["sequence"] < told["sequence"] or (lacks and row["sequence"] == told["sequence"]))


def _went_on(row: Any, told: Mapping[str, Any]) -> list[str]:
    """Return who went on for an agency before its end was told otherwise, until a job has looked at that."""
    before = list(row["continued_by"])
    if row["valid_to"] is None or all(row[one] == told[one] for one in _END):
        return before
    return [*before, row["continuing"], *row["continuing_by"].values()]


def _anybody(row: Any) -> list[str]:
    """Return that somebody may have gone on: of a row changed by hand nobody can say who, or whether."""
    return [*row["continued_by"], row["code"]]
