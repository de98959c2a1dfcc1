"""What is exchanged with the portal besides dossiers, as one process holds it."""

from dataclasses import dataclass

from services.gateway.use_cases.portal.exchange.petitions import FetchPetitions
from services.gateway.use_cases.portal.exchange.questions import FetchQuestions, TellAnswers
from services.gateway.use_cases.portal.exchange.satisfaction import TellSatisfaction
from services.gateway.use_cases.portal.ports import National
from services.gateway.use_cases.portal.telling.catalogues import ReadCatalogues


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """`national` reads on demand; the others are the jobs'."""

    national: National
    catalogues: ReadCatalogues
    questions: FetchQuestions
    answers: TellAnswers
    satisfaction: TellSatisfaction
    petitions: FetchPetitions
