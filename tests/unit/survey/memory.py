"""Survey's unit of work in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.sealing import Sealer
from kernel.testing.running import TEST_PII_KEY
from services.survey.domain.indices import Tally
from services.survey.domain.invitation import Invitation, Named, Response
from services.survey.domain.questionnaire import Questionnaire
from services.survey.store.questionnaires import PackagedQuestionnaires
from services.survey.use_cases.invite_applicant import EndedDossier
from services.survey.use_cases.ports import Counted, Terms

SEALS = Sealer(TEST_PII_KEY)
QUESTIONNAIRES = PackagedQuestionnaires()


@dataclass
class MemoryInvitations:
    """Invitations by id."""

    kept: dict[UUID, Invitation] = field(default_factory=dict)

    async def exists(self, dossier_id: UUID, person: bytes) -> bool:
        return any((one.dossier_id, one.person) == (dossier_id, person) for one in self.kept.values())

    async def by_token(self, token_hash: bytes) -> Invitation | None:
        return next((one for one in self.kept.values() if one.token_hash == token_hash), None)

    async def hold(self, token_hash: bytes) -> Invitation | None:
        return await self.by_token(token_hash)

    def add(self, invitation: Invitation) -> None:
        self.kept[invitation.id] = invitation

    def close(self, invitation: Invitation) -> None:
        self.kept[invitation.id] = replace(invitation, is_answered=True, version=invitation.version + 1)


@dataclass
class MemoryResponses:
    """Responses in the order they came."""

    kept: list[Response] = field(default_factory=list)

    def add(self, response: Response) -> None:
        self.kept.append(response)

    async def tallies(
        self, questionnaire: Questionnaire, *, agency: str | None, first: date, last: date
    ) -> Counted:
        chosen = [
            one.answers
            for one in self.kept
            if first <= one.received_on <= last
            and agency in (None, one.agency_code)
            and (one.questionnaire, one.questionnaire_version) == (questionnaire.code, questionnaire.version)
        ]
        codes = {code for answers in chosen for code in answers}
        return Counted(len(chosen), {code: _tally(code, chosen) for code in codes})


def _tally(code: str, chosen: list[Mapping[str, int | None]]) -> Tally:
    given = [answers.get(code) for answers in chosen]
    return Tally({score: given.count(score) for score in given if score is not None}, given.count(None))


@dataclass
class MemoryWork:
    """One unit of work."""

    invitations: MemoryInvitations = field(default_factory=MemoryInvitations)
    responses: MemoryResponses = field(default_factory=MemoryResponses)
    events: list[Event] = field(default_factory=list)
    questionnaires: Any = QUESTIONNAIRES
    seals: Any = SEALS
    terms: Terms = field(default_factory=lambda: Terms("http://cong.example/kt/", timedelta(days=30)))

    def record(self, event: Event) -> None:
        self.events.append(event)


def an_ended_dossier(*, subject: str | None = "cong-dan-an", phone: str = "", **changed: Any) -> EndedDossier:
    """Return an ended dossier of a person."""
    dossier = EndedDossier(
        dossier_id=new_id(),
        code="H99.201-261117-0001",
        agency=Named("H99.201", "Phường Bến Lam"),
        procedure=Named("1.004873", "Cấp Giấy xác nhận"),
        subject=subject,
        contact=SEALS.seal({"name": "An", "phone": phone, "email": None}, purpose="contact"),
    )
    return replace(dossier, **changed)
