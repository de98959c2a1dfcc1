"""Batches, packages and the archive's messages in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.archive.packages import (
    Acknowledgement,
    Batch,
    BatchState,
    Judgement,
    Package,
    PackageState,
)
from services.dossier.store.archive.rows import Rows, inserting, touching
from services.dossier.store.copies import Copies
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.use_cases.sealed_rows import RowSeals

_BATCH = ", ".join(Batch.__dataclass_fields__)
_PACKAGE = ", ".join(Package.__dataclass_fields__)
_ADD_BATCH = inserting("archive_batches", Batch)
_ADD_PACKAGES = """
    INSERT INTO archive_packages (id, version, batch_id, dossier_id, code, state, dossier_version, reason,
                                  archive_code, seals)
    SELECT id, 1, :batch_id::uuid, dossier_id, code, 'WAITING', 0, '', '', seals
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, dossier_id uuid, code text, seals jsonb)
"""
_SAVE_BATCH = Statement(
    "UPDATE archive_batches SET version = :version, state = :state, number = :number, year = :year,"
    " handed_by = :handed_by, handed_by_name = :handed_by_name, handed_at = :handed_at,"
    " protocol = :protocol, attempts = :attempts, next_attempt_at = :next_attempt_at,"
    " last_failure = :last_failure, closed_at = :closed_at WHERE id = :id AND version = :version - 1"
)
_SAVE_PACKAGE = Statement(
    "UPDATE archive_packages SET version = :version, state = :state, dossier_version = :dossier_version,"
    " sha256 = :sha256, size = :size, files = :files, reason = :reason, archive_code = :archive_code,"
    " built_at = :built_at, answered_at = :answered_at,"
    f" {SEALED_ON} WHERE id = :id AND version = :version - 1"
)
_ONE_BATCH = Statement(f"SELECT {_BATCH} FROM archive_batches WHERE id = :id")
_PACKAGES = Statement(
    f"SELECT {_PACKAGE}, seals FROM archive_packages WHERE batch_id = :id ORDER BY code, id"
)
_ONE_PACKAGE = Statement(f"SELECT {_PACKAGE}, seals FROM archive_packages WHERE id = :id")
_LIVE = Statement(
    f"SELECT {_PACKAGE}, seals FROM archive_packages"
    " WHERE dossier_id = :id AND state NOT IN ('REFUSED', 'WITHDRAWN')"
)
_LISTED = Statement(
    f"SELECT {_BATCH} FROM archive_batches WHERE agency = ANY(:agencies::text[]) AND id < :before"
    " ORDER BY id DESC LIMIT :limit::int"
)
_BUILDING = Statement("SELECT id FROM archive_batches WHERE state = 'BUILDING' ORDER BY id")
_TO_SEND = Statement(
    "SELECT id FROM archive_batches WHERE state IN ('HANDED', 'SENT') AND next_attempt_at <= :now"
    " ORDER BY next_attempt_at"
)
_NEXT_NUMBER = Statement(
    "INSERT INTO archive_numbers (agency, year, book, last) VALUES (:agency, :year, :book, 1)"
    " ON CONFLICT (agency, year, book) DO UPDATE SET last = archive_numbers.last + 1 RETURNING last"
)
_AGENCY = Statement("SELECT * FROM agencies WHERE code = :agency")
# What is said to be accepted and has no line of a message of the archive is not.
_ACCEPTED = Statement(
    f"SELECT {_PACKAGE}, seals FROM archive_packages p WHERE dossier_id = :id AND state = 'ACCEPTED'"
    " AND EXISTS (SELECT FROM archive_message_lines l JOIN archive_messages m ON m.id = l.message_id"
    " WHERE l.package_id = p.id AND l.judgement = 'ACCEPTED' AND m.batch_id = p.batch_id)"
)
_UNARCHIVED = Statement(
    "SELECT p.dossier_id FROM archive_packages p JOIN dossiers d ON d.id = p.dossier_id"
    " WHERE p.state = 'ACCEPTED' AND d.state = 'RETURNED' AND p.dossier_id > :after"
    " ORDER BY p.dossier_id LIMIT :limit::int"
)
_JUDGED = Statement(
    "SELECT (SELECT array_agg(l.package_id) FROM archive_message_lines l WHERE l.message_id = m.id) AS judged"
    " FROM archive_messages m WHERE m.id = :id"
)
_RECEIVE = Statement(
    "INSERT INTO archive_messages (id, batch_id, said_at, received_by, received_at, failure, raw)"
    " VALUES (:id, :batch_id, :said_at, :received_by, :received_at, :failure, :raw)"
    " ON CONFLICT (id) DO NOTHING",
    rows=None,
)
_KEEP = Statement(
    "INSERT INTO archive_message_lines (message_id, package_id, judgement, reason, at)"
    " VALUES (:message_id, :package_id, :judgement, :reason, :at)"
)
_SAID = Statement(
    """
    SELECT m.id, m.said_at, m.received_by, m.received_at, l.package_id, l.judgement, l.reason
    FROM archive_messages m JOIN archive_message_lines l ON l.message_id = m.id
    WHERE m.batch_id = :id ORDER BY m.received_at, m.id, l.package_id
    """
)


class PostgresPackages(Rows[Batch | Package]):
    """Batches and their packages; a package changed by hand goes on without seals, and is named."""

    def __init__(self, unit: UnitOfWork, rows: RowSeals, copies: Copies) -> None:
        super().__init__(unit)
        self._rows = rows
        self._copies = copies

    def add(self, batch: Batch, packages: Sequence[Package]) -> None:
        """Queue a new batch."""
        self._unit.write(_ADD_BATCH, **self.values(batch))
        rows = [
            {
                "id": one.id,
                "dossier_id": one.dossier_id,
                "code": one.code,
                "seals": self._rows.made("archive_packages", self.values(one) | {"version": 1}),
            }
            for one in packages
        ]
        self._unit.write(touching(_ADD_PACKAGES, len(rows)), batch_id=batch.id, rows=rows)

    def save(self, batch: Batch) -> None:
        """Queue a changed batch."""
        self._unit.write(_SAVE_BATCH, **self.values(batch, _SAVE_BATCH))

    def save_package(self, package: Package) -> None:
        """Queue a changed package, given with its new version."""
        columns = self.values(package, _SAVE_PACKAGE)
        seals = self._rows.made("archive_packages", columns, "course", "why")
        self._unit.write(_SAVE_PACKAGE, **columns, seals=seals)

    async def load(self, batch_id: UUID) -> tuple[Batch, Sequence[Package]]:
        """Return a batch and its packages by code; raise `NotFound`."""
        row = await self._unit.fetch_one(_ONE_BATCH, id=batch_id)
        if row is None:
            raise NotFound
        packages = await self._unit.fetch(_PACKAGES, id=batch_id)
        return _batch_of(row), [self._package(one) for one in packages]

    async def package(self, package_id: UUID) -> Package | None:
        """Return a package."""
        row = await self._unit.fetch_one(_ONE_PACKAGE, id=package_id)
        return None if row is None else self._package(row)

    async def live(self, dossier_id: UUID) -> Package | None:
        """Return the package of a dossier that was neither taken out nor refused."""
        row = await self._unit.fetch_one(_LIVE, id=dossier_id)
        return None if row is None else self._package(row)

    def _package(self, row: Any) -> Package:
        self._rows.see("archive_packages", row)
        return _package_of(row)

    async def listed(self, agencies: Sequence[str], *, before: UUID, limit: int) -> Sequence[Batch]:
        """Return agencies' batches, newest first."""
        rows = await self._unit.fetch(_LISTED, agencies=list(agencies), before=before, limit=limit)
        return [_batch_of(row) for row in rows]

    async def building(self) -> Sequence[UUID]:
        """Return batches with packages to make, the oldest first."""
        return [_id(row["id"]) for row in await self._unit.fetch(_BUILDING)]

    async def to_send(self, now: datetime) -> Sequence[UUID]:
        """Return batches to deliver now."""
        return [_id(row["id"]) for row in await self._unit.fetch(_TO_SEND, now=now)]

    async def next_number(self, agency: str, year: int, book: str) -> int:
        """Return the next number of the agency's book; its row stays locked until the unit ends."""
        await self._unit.begin()
        return int(await self._unit.fetch_value(_NEXT_NUMBER, agency=agency, year=year, book=book))

    async def agency_name(self, agency: str) -> str:
        """Return what an agency is called now; its code where it is not known."""
        row = await self._unit.fetch_one(_AGENCY, agency=agency)
        self._copies.require("agencies", [row] if row else (), "told")
        return str(row["name"]) if row else agency

    async def is_accepted(self, dossier_id: UUID) -> bool:
        """Tell whether the archive has accepted a package of a dossier."""
        rows = await self._unit.fetch(_ACCEPTED, id=dossier_id)
        return any(shown("archive_packages", row, self._rows) for row in rows)

    async def accepted_unarchived(self, after: UUID, limit: int) -> Sequence[UUID]:
        """Return dossiers whose package was accepted and which are not archived yet, by id."""
        rows = await self._unit.fetch(_UNARCHIVED, after=after, limit=limit)
        return [_id(row["dossier_id"]) for row in rows]


class PostgresMessages(Rows[Acknowledgement]):
    """What the archive said, as it came, and what was made of each line."""

    async def judged(self, message_id: str) -> set[UUID] | None:
        """Return the packages a message was judged for; None for a message not seen before."""
        row = await self._unit.fetch_one(_JUDGED, id=message_id)
        return None if row is None else {_id(one) for one in row["judged"] or ()}

    def receive(self, told: Acknowledgement, raw: bytes, *, at: datetime) -> None:
        """Queue a message as it came."""
        self._unit.write(
            _RECEIVE,
            id=told.id,
            batch_id=told.batch_id,
            said_at=told.at,
            received_by=told.received_by,
            received_at=at,
            failure="",
            raw=raw,
        )

    def unreadable(self, name: str, raw: bytes, reason: str, *, at: datetime) -> None:
        """Queue a message that could not be read, under its file's name."""
        self._unit.write(
            _RECEIVE,
            id=f"unreadable/{name}",
            batch_id=None,
            said_at=None,
            received_by="",
            received_at=at,
            failure=reason,
            raw=raw,
        )

    def keep(
        self, message_id: str, package_id: UUID, judgement: Judgement, *, reason: str, at: datetime
    ) -> None:
        """Queue what was made of a line."""
        self._unit.write(
            _KEEP,
            message_id=message_id,
            package_id=package_id,
            judgement=judgement.value,
            reason=reason,
            at=at,
        )

    async def of(self, batch_id: UUID) -> Sequence[dict[str, Any]]:
        """Return what was said of a batch, oldest first."""
        return [dict(row) for row in await self._unit.fetch(_SAID, id=batch_id)]


def _id(value: Any) -> UUID:
    return UUID(int=value.int)


def _batch_of(row: Any) -> Batch:
    return Batch(**{**dict(row), "id": _id(row["id"]), "state": BatchState(row["state"])})


def _package_of(row: Any) -> Package:
    ids = {name: _id(row[name]) for name in ("id", "batch_id", "dossier_id")}
    found = {name: row[name] for name in Package.__dataclass_fields__}
    return Package(**{**found, **ids, "state": PackageState(row["state"])})
