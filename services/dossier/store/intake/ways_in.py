"""The stores of the ways in, for one unit of work."""

from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.store.intake.evidence import PostgresEvidence
from services.dossier.store.intake.visits import PostgresPersons, PostgresVisits


class PostgresWaysIn:
    """All of them around one unit."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.evidence = PostgresEvidence(unit)
        self.visits = PostgresVisits(unit)
        self.persons = PostgresPersons(unit)
