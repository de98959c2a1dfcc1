"""What survey's use cases need of the world."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from kernel.core.unit_of_work import Records
from services.survey.domain.indices import Tally
from services.survey.domain.invitation import Invitation, Response
from services.survey.domain.questionnaire import Questionnaire


class Invitations(Protocol):
    """All invitations."""

    async def exists(self, dossier_id: UUID, person: bytes) -> bool:
        """Tell whether this person was invited about this dossier."""
        ...

    async def by_token(self, token_hash: bytes) -> Invitation | None:
        """Return the invitation of a token's hash."""
        ...

    async def hold(self, token_hash: bytes) -> Invitation | None:
        """Return the invitation of a token's hash, locked until the commit."""
        ...

    def add(self, invitation: Invitation) -> None:
        """Keep a new invitation; `Stale` at the commit when the person was invited meanwhile."""
        ...

    def forget(self, dossier_id: UUID) -> None:
        """Forget who was invited about a dossier: its record was destroyed."""
        ...

    def close(self, invitation: Invitation) -> None:
        """Mark it answered; it is held."""
        ...


class Responses(Protocol):
    """All responses."""

    def add(self, response: Response) -> None:
        """Keep a response."""
        ...

    async def tallies(
        self, questionnaire: Questionnaire, *, agency: str | None, first: date, last: date
    ) -> "Counted":
        """Return how the questions were answered on these days, about one agency or about all."""
        ...

    async def by_procedure(
        self, *, first: date, last: date, after: "Place | None", limit: int
    ) -> "list[ProcedureTally]":
        """Return how these days' questions were answered, by agency and procedure, from a place on."""
        ...


Place = tuple[str, str, str, int]
"""Agency, procedure, questionnaire and its version: where a page of tallies begins."""


@dataclass(frozen=True, slots=True)
class ProcedureTally:
    """How often each question was answered with which score about one procedure of one agency."""

    agency: str
    procedure: str
    questionnaire: str
    version: int
    counts: Mapping[str, Mapping[int, int]]
    """Scores by question; who had no opinion is not among them."""

    @property
    def place(self) -> Place:
        """Return where it stands in the order."""
        return self.agency, self.procedure, self.questionnaire, self.version


@dataclass(frozen=True, slots=True)
class Counted:
    """Answers by question, and how many responses they come from."""

    responses: int
    by_question: Mapping[str, Tally]


class Questionnaires(Protocol):
    """The questionnaires there are."""

    def valid_on(self, day: date) -> Questionnaire:
        """Return the questionnaire people are asked with on a day."""
        ...

    def find(self, code: str, version: int) -> Questionnaire | None:
        """Return one version."""
        ...


class Seals(Protocol):
    """Seals personal data."""

    def seal(self, value: object, *, purpose: str) -> str:
        """Return the value sealed for a purpose."""
        ...

    def open(self, sealed: str, *, purpose: str) -> object:
        """Return a sealed value."""
        ...

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return bytes that are equal for equal values."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """How this installation invites: what stands before the token, and how long a link may be used."""

    link_start: str
    lasts: timedelta


class Work(Records, Protocol):
    """One unit of work of survey."""

    @property
    def invitations(self) -> Invitations:
        """All invitations."""
        ...

    @property
    def responses(self) -> Responses:
        """All responses."""
        ...

    @property
    def questionnaires(self) -> Questionnaires:
        """The questionnaires there are."""
        ...

    @property
    def seals(self) -> Seals:
        """Seals of personal data."""
        ...

    @property
    def terms(self) -> Terms:
        """How this installation invites."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """An open invitation with its questionnaire."""

    invitation: Invitation
    questionnaire: Questionnaire


@dataclass(frozen=True, slots=True)
class Period:
    """Days of Vietnam, both included, and the moment the figures were taken."""

    first: date
    last: date
    cut_off: datetime
