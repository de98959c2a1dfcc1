"""The archive's stores around one unit of work, and its rules as read at the start."""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.archive.packages import Batch, Package
from services.dossier.domain.archive.retention import RetentionRules
from services.dossier.store.archive.contents import PackageContents
from services.dossier.store.archive.destruction import PostgresDestruction
from services.dossier.store.archive.packages import PostgresMessages, PostgresPackages
from services.dossier.store.archive.records import PostgresHolds, PostgresRecords
from services.dossier.store.copies import Copies
from services.dossier.store.shipped import DATA, read_yaml
from services.dossier.use_cases.archive.ports import Contents
from services.dossier.use_cases.ports import Seals
from services.dossier.use_cases.sealed_rows import RowSeals

_FILE = DATA / "retention.yaml"


@cache
def read_retention(file: str = "") -> RetentionRules:
    """Return the province's own schedule, else the shipped one; a row that does not fit stops the start."""
    path = Path(file) if file else _FILE
    return TypeAdapter(RetentionRules).validate_python(read_yaml(path))


class ArchivePackages(PostgresPackages):
    """Packages, with what they are made of."""

    def __init__(self, unit: UnitOfWork, seals: Seals, rows: RowSeals, copies: Copies) -> None:
        super().__init__(unit, rows, copies)
        self._contents = PackageContents(unit, seals)

    async def contents(self, package: Package, batch: Batch) -> Contents:
        """Return what a package is made of, by what the database says now; raise `NotFound`."""
        return await self._contents.of(package, batch)


class PostgresArchive:
    """All of the archive."""

    def __init__(
        self, unit: UnitOfWork, rules: RetentionRules, seals: Seals, rows: RowSeals, copies: Copies
    ) -> None:
        self.rules = rules
        self.records = PostgresRecords(unit, rows, copies)
        self.packages = ArchivePackages(unit, seals, rows, copies)
        self.messages = PostgresMessages(unit)
        self.holds = PostgresHolds(unit, rows)
        self.destruction = PostgresDestruction(unit, seals, rows)
