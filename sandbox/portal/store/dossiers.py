"""The dossiers the portal holds and the append-only log of what arrived for each."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from sandbox.journal import Journal
from sandbox.portal.wire import Json


def digest_of(value: Any) -> str:
    """Return the same digest for the same content, whatever the order of its keys."""
    return hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def to_json(value: Any) -> str:
    """Write a value as it is kept in the journal."""
    return orjson.dumps(value).decode()


@dataclass(frozen=True)
class Arrival:
    """One element of a write that reached the portal, accepted or refused."""

    service: str
    agency: str
    dossier: str
    status: str
    body: Any
    is_updating: bool | None = None
    error_code: int = 0
    message: str = ""


class Dossiers:
    """Dossiers by code, their arrivals and their progress entries."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def has(self, code: str) -> bool:
        """Tell whether a dossier is known under exactly this code."""
        return self._journal.row("SELECT 1 FROM dossiers WHERE code = ?", code) is not None

    def put(self, code: str, status: str, record: Json, *, origin: str, at: datetime) -> None:
        """Create a dossier or replace its whole record; its origin and its own code stay."""
        self._journal.write(
            "INSERT INTO dossiers (code, origin, procedure_code, status, record, first_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE"
            " SET procedure_code = excluded.procedure_code,"
            " status = excluded.status, record = excluded.record, updated_at = excluded.updated_at",
            code,
            origin,
            str(record.get("MaTTHC") or ""),
            status,
            to_json(record),
            at.isoformat(),
            at.isoformat(),
        )

    def set_status(self, code: str, status: str, *, own_code: str, at: datetime) -> None:
        """Move a dossier born on the portal to a status and keep the province's own code beside it."""
        self._journal.write(
            "UPDATE dossiers SET status = ?, updated_at = ?,"
            " own_code = coalesce(nullif(?, ''), own_code) WHERE code = ?",
            status,
            at.isoformat(),
            own_code,
            code,
        )

    def log(self, arrival: Arrival, *, at: datetime) -> None:
        """Append one arrival."""
        self._journal.write(
            "INSERT INTO arrivals (at, service, agency, dossier, status, is_updating, accepted, error_code,"
            " message, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            at.isoformat(),
            arrival.service,
            arrival.agency,
            arrival.dossier,
            arrival.status,
            arrival.is_updating,
            arrival.error_code == 0,
            arrival.error_code,
            arrival.message,
            digest_of(arrival.body),
            to_json(arrival.body),
        )

    def add_progress(self, code: str, entry: Json, *, occurred: str, at: datetime) -> None:
        """Add a progress entry; the same entry again only raises its count."""
        self._journal.write(
            "INSERT INTO progress (dossier, digest, occurred, at, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (dossier, digest) DO UPDATE SET count = count + 1",
            code,
            digest_of(entry),
            occurred,
            at.isoformat(),
            to_json(entry),
        )

    def look_up(self, code: str) -> Json | None:
        """Return what the portal holds of a dossier, or None."""
        row = self._journal.row("SELECT * FROM dossiers WHERE code = ?", code)
        return None if row is None else {**dict(row), "record": orjson.loads(row["record"])}

    def newest(self, limit: int, offset: int = 0) -> list[Json]:
        """Return dossiers, the last changed first, without their records."""
        rows = self._journal.rows(
            "SELECT code, origin, procedure_code, status, own_code, first_at, updated_at FROM dossiers"
            " ORDER BY updated_at DESC, rowid DESC LIMIT ? OFFSET ?",
            limit,
            offset,
        )
        return [dict(row) for row in rows]

    def count(self) -> int:
        """Return how many dossiers the portal holds."""
        row = self._journal.row("SELECT count(*) AS n FROM dossiers")
        return 0 if row is None else int(row["n"])

    def arrivals(self, *, dossier: str | None = None, after: int = 0, limit: int = 1000) -> list[Json]:
        """Return arrivals in the order they came, of one dossier or of all."""
        rows = self._journal.rows(
            "SELECT * FROM arrivals WHERE (?1 IS NULL OR dossier = ?1) AND id > ?2 ORDER BY id LIMIT ?3",
            dossier,
            after,
            limit,
        )
        return [
            {**dict(row), "accepted": bool(row["accepted"]), "body": orjson.loads(row["body"])}
            for row in rows
        ]

    def statuses(self, code: str) -> list[Json]:
        """Return accepted statuses in order; the same data coming again at once raises `count`."""
        rows = self._journal.rows(
            "SELECT at, service, status, digest FROM arrivals WHERE dossier = ? AND accepted = 1"
            " AND service <> 'CapNhatTienDoHoSoMC' ORDER BY id",
            code,
        )
        told: list[Json] = []
        before = None
        for row in rows:
            same = (row["service"], row["status"], row["digest"])
            if same == before:
                told[-1]["count"] += 1
                continue
            told.append({"status": row["status"], "service": row["service"], "at": row["at"], "count": 1})
            before = same
        return told

    def progress(self, code: str) -> list[Json]:
        """Return progress entries in time order of `ThoiDiemXuLy`."""
        rows = self._journal.rows(
            "SELECT at, count, body FROM progress WHERE dossier = ? ORDER BY occurred, at, digest", code
        )
        return [{"at": row["at"], "count": row["count"], **orjson.loads(row["body"])} for row in rows]
