"""Shows an invitation's questionnaire and takes its one response."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import uuid4

from kernel.core.clock import VIETNAM
from services.survey.domain.errors import InvitationUnknown
from services.survey.domain.events import survey_response_received
from services.survey.domain.invitation import Invitation, Response, hash_of
from services.survey.use_cases.ports import Asked, Work


async def open_invitation(token: str, *, work: Work, now: datetime) -> Asked:
    """Return the invitation of a token; raise `InvitationUnknown` for every token that cannot be used."""
    return _asked(await work.invitations.by_token(hash_of(token)), work, now)


async def answer_survey(token: str, answers: Mapping[str, int | None], *, work: Work, now: datetime) -> date:
    """Take the response of an invitation, once; return the day it counts for.

    Invitation and response change in one commit and share no value, so that nobody reads from the tables
    who answered what. The response's id is random, because a time-ordered one would say when; not even the
    answer sent back carries it, for answers are kept under idempotency keys.
    """
    asked = _asked(await work.invitations.hold(hash_of(token)), work, now)
    asked.questionnaire.check(answers)
    response = Response(
        id=uuid4(),
        questionnaire=asked.questionnaire.code,
        questionnaire_version=asked.questionnaire.version,
        agency_code=asked.invitation.agency.code,
        procedure_code=asked.invitation.procedure.code,
        received_on=now.astimezone(VIETNAM).date(),
        answers=answers,
    )
    work.invitations.close(asked.invitation)
    work.responses.add(response)
    work.record(survey_response_received(response))
    return response.received_on


def _asked(invitation: Invitation | None, work: Work, now: datetime) -> Asked:
    if invitation is None or not invitation.is_open(now):
        raise InvitationUnknown
    questionnaire = work.questionnaires.find(invitation.questionnaire, invitation.questionnaire_version)
    if questionnaire is None:
        raise InvitationUnknown
    return Asked(invitation, questionnaire)
