"""Supervision's stores around one unit of work, and its rules as read at the start."""

from functools import cache

from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.supervision.rules import SupervisionRules
from services.dossier.store.readings import PostgresReadings
from services.dossier.store.shipped import DATA, read_yaml
from services.dossier.store.supervision.anomalies import PostgresAnomalies
from services.dossier.store.supervision.inspections import PostgresInspections


@cache
def read_supervision_rules() -> SupervisionRules:
    """Read `data/supervision.yaml`; a file that does not read ends the start."""
    return SupervisionRules(read_yaml(DATA / "supervision.yaml"))


class PostgresSupervision:
    """All of supervision."""

    def __init__(self, unit: UnitOfWork, rules: SupervisionRules) -> None:
        self.inspections = PostgresInspections(unit)
        self.anomalies = PostgresAnomalies(unit)
        self.readings = PostgresReadings(unit)
        self.rules = rules
