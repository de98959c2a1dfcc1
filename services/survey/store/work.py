"""Survey's stores around one unit of work."""

from dataclasses import dataclass

from kernel.core.event import Event
from kernel.postgres.unit_of_work import UnitOfWork
from services.survey.store.ended_dossiers import PostgresEndedDossiers
from services.survey.store.invitations import PostgresInvitations
from services.survey.store.offices import PostgresOffices
from services.survey.store.petitions import PostgresPetitions
from services.survey.store.responses import PostgresResponses
from services.survey.use_cases.ports import Questionnaires, Seals, Terms


@dataclass(frozen=True, slots=True)
class Resources:
    """What lives as long as the process."""

    seals: Seals
    questionnaires: Questionnaires
    terms: Terms
    petition_keep_days: int
    most_petitions_a_day: int


class PostgresWork:
    """Everything a handler may write; it commits with the message or the request."""

    def __init__(self, unit: UnitOfWork, resources: Resources) -> None:
        self.unit = unit
        self.invitations = PostgresInvitations(unit)
        self.responses = PostgresResponses(unit)
        self.questionnaires = resources.questionnaires
        self.seals = resources.seals
        self.terms = resources.terms
        self.petitions = PostgresPetitions(unit, resources.seals)
        self.offices = PostgresOffices(unit)
        self.ended_dossiers = PostgresEndedDossiers(unit)
        self.most_petitions_a_day = resources.most_petitions_a_day

    def record(self, event: Event) -> None:
        """Publish this event if the unit commits."""
        self.unit.record(event)
