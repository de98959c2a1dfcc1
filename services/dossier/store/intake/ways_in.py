"""The stores of the ways in, for one unit of work."""

from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.store.intake.authorizations import PostgresAuthorizations
from services.dossier.store.intake.batches import PostgresBatches
from services.dossier.store.intake.copies import PostgresCopyBook
from services.dossier.store.intake.drafts import PostgresDrafts
from services.dossier.store.intake.evidence import PostgresEvidence
from services.dossier.store.intake.handovers import PostgresHandOvers
from services.dossier.store.intake.late_entries import PostgresLateEntries
from services.dossier.store.intake.purposes import read_purposes
from services.dossier.store.intake.sheets import CompanySheets
from services.dossier.store.intake.visit_slip import print_visit
from services.dossier.store.intake.visits import PostgresPersons, PostgresVisits
from services.dossier.store.row_heads import RowHeads
from services.dossier.use_cases.ports import Seals
from services.dossier.use_cases.sealed_rows import RowSeals


class PostgresWaysIn:
    """All of them around one unit."""

    def __init__(self, unit: UnitOfWork, seals: Seals, rows: RowSeals, heads: RowHeads) -> None:
        self.evidence = PostgresEvidence(unit, rows, heads)
        self.visits = PostgresVisits(unit)
        self.persons = PostgresPersons(unit)
        self.drafts = PostgresDrafts(unit, seals, rows)
        self.authorizations = PostgresAuthorizations(unit, rows)
        self.late_entries = PostgresLateEntries(unit, rows)
        self.copies = PostgresCopyBook(unit, rows)
        self.handovers = PostgresHandOvers(unit)
        self.batches = PostgresBatches(unit, seals)
        self.sheets = CompanySheets()
        self.print_visit = print_visit
        self.purposes = read_purposes()
