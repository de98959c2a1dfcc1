"""Whom survey asks, and that an answer is taken once and by nobody."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden
from kernel.testing.fixed_clock import TUESDAY_MORNING as NOW
from services.survey.domain.errors import AnswersInvalid, InvitationUnknown, PeriodInvalid
from services.survey.domain.indices import Method
from services.survey.use_cases.answer_survey import answer_survey, open_invitation
from services.survey.use_cases.compute_satisfaction import SatisfactionFigures, compute_satisfaction
from services.survey.use_cases.invite_applicant import EndedDossier, invite_applicant
from services.survey.use_cases.ports import Asked
from tests.unit.survey.memory import QUESTIONNAIRES, SEALS, MemoryDatabase, MemoryWork, an_ended_dossier

CODES = [question.code for question in QUESTIONNAIRES.valid_on(NOW.date()).questions]
FOURS: dict[str, int | None] = dict.fromkeys(CODES, 4)


async def invited(database: MemoryDatabase, dossier: EndedDossier) -> None:
    async with database.open_work() as work:
        await invite_applicant(dossier, work=work, now=NOW)


async def a_token(database: MemoryDatabase, **dossier: Any) -> str:
    """Invite somebody and return the token of the link sent."""
    await invited(database, an_ended_dossier(**dossier))
    link = SEALS.open(database.events[-1].data["link"], purpose="contact")
    return str(link).rpartition("/")[2]


async def opened(database: MemoryDatabase, token: str, now: datetime = NOW) -> Asked:
    async with database.open_work() as work:
        return await open_invitation(token, work=work, now=now)


async def answered(database: MemoryDatabase, token: str, answers: dict[str, int | None] = FOURS) -> date:
    async with database.open_work() as work:
        return await answer_survey(token, answers, work=work, now=NOW)


async def test_each_person_is_asked_once_about_a_dossier_by_account_or_by_telephone() -> None:
    database = MemoryDatabase()
    by_account = an_ended_dossier()
    by_phone = an_ended_dossier(subject=None, phone="0912345678")
    for dossier in (by_account, by_account, by_phone, by_phone):
        await invited(database, dossier)
    assert len(database.invitations) == 2
    assert [event.type for event in database.events] == ["invitation.issued.v1"] * 2


async def test_no_two_links_are_alike_and_only_the_hash_is_kept() -> None:
    database = MemoryDatabase()
    tokens = {await a_token(database) for _ in range(20)}
    assert len(tokens) == 20
    assert not [token for token in tokens if token in str(database.invitations)]


async def test_a_link_works_until_it_expires_or_is_used() -> None:
    database = MemoryDatabase()
    token = await a_token(database)
    last_moment = NOW + timedelta(days=30) - timedelta(microseconds=1)
    assert (await opened(database, token, last_moment)).invitation.agency.code == "H99.201"
    with pytest.raises(InvitationUnknown):
        await opened(database, token, NOW + timedelta(days=30))
    assert await answered(database, token) == NOW.date()
    for again in (opened(database, token), answered(database, token)):
        with pytest.raises(InvitationUnknown):
            await again
    assert len(database.responses) == 1


async def test_of_answers_at_once_one_counts() -> None:
    database = MemoryDatabase()
    token = await a_token(database)
    came = await asyncio.gather(*(answered(database, token) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == [*["InvitationUnknown"] * 4, "date"]
    assert len(database.responses) == 1


async def test_wrong_answers_use_nothing_up() -> None:
    database = MemoryDatabase()
    token = await a_token(database)
    with pytest.raises(AnswersInvalid):
        await answered(database, token, {**FOURS, "TIME": 9})
    assert database.responses == []
    await answered(database, token)


async def test_an_answers_event_says_the_day_and_nothing_that_leads_back() -> None:
    database = MemoryDatabase()
    token = await a_token(database)
    await answered(database, token)
    (invitation,) = database.invitations.values()
    event = database.events[-1]
    assert event.occurred_at.hour == event.occurred_at.minute == 0
    told = f"{event.key} {event.data}"
    assert not [
        one for one in (invitation.id, invitation.dossier_id, "cong-dan-an", token) if str(one) in told
    ]


async def figures(database: MemoryDatabase, *roles: str, agency: str | None = None) -> SatisfactionFigures:
    by = Caller(subject="cb", kind=CallerKind.STAFF, roles=frozenset(roles), agency="H99.201")
    day = NOW.date()
    async with database.open_work() as work:
        return await compute_satisfaction(
            by=by, agency=agency, first=day, last=day, method=Method.TOP2, work=work, now=NOW
        )


async def test_those_who_are_rated_do_not_see_the_answers() -> None:
    database = MemoryDatabase()
    await answered(database, await a_token(database))
    assert (await figures(database, "SUPERVISOR")).responses == 1
    assert (await figures(database, "ONE_STOP_MANAGER", agency="H99.201")).result.overall.sample == 12
    for roles, agency in (
        (("SPECIALIST",), "H99.201"),
        (("ONE_STOP_MANAGER",), None),
        (("SIGNER",), "H99.202"),
    ):
        with pytest.raises(Forbidden):
            await figures(database, *roles, agency=agency)


async def test_a_period_has_a_beginning_before_its_end() -> None:
    by = Caller(subject="cb", kind=CallerKind.STAFF, roles=frozenset({"ADMIN"}))
    for last in (NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=9999)):
        with pytest.raises(PeriodInvalid):
            await compute_satisfaction(
                by=by, agency=None, first=NOW.date(), last=last, method=None, work=MemoryWork(), now=NOW
            )
