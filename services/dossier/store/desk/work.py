"""The front desk's stores around one unit of work, and its rules as read at the start."""

from functools import cache

from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.desk.rules import DeskRules
from services.dossier.store.copies import Copies
from services.dossier.store.desk.appointments import PostgresAppointments
from services.dossier.store.desk.displays import DisplayStreams
from services.dossier.store.desk.points import PostgresPoints
from services.dossier.store.desk.post import PostgresPost
from services.dossier.store.desk.queues import PostgresQueues
from services.dossier.store.desk.sessions import PostgresSessions
from services.dossier.store.parsed import Definitions
from services.dossier.store.shipped import DATA, read_yaml


@cache
def read_desk_rules() -> DeskRules:
    """Read `data/desk.yaml`; a file that does not read ends the start."""
    return DeskRules(read_yaml(DATA / "desk.yaml"))


class PostgresDesk:
    """All of the front desk."""

    def __init__(
        self,
        unit: UnitOfWork,
        definitions: Definitions,
        copies: Copies,
        rules: DeskRules,
        board: DisplayStreams,
    ) -> None:
        self.points = PostgresPoints(unit, definitions, copies)
        self.queues = PostgresQueues(unit)
        self.sessions = PostgresSessions(unit)
        self.appointments = PostgresAppointments(unit)
        self.post = PostgresPost(unit, copies)
        self.rules = rules
        self.board = board
