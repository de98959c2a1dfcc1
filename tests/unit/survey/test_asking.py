"""Whom survey asks, and that an answer is taken once and by nobody."""

from datetime import timedelta

import pytest

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden
from kernel.testing.fixed_clock import TUESDAY_MORNING as NOW
from services.survey.domain.errors import AnswersInvalid, InvitationUnknown, PeriodInvalid
from services.survey.domain.indices import Method
from services.survey.use_cases.answer_survey import answer_survey, open_invitation
from services.survey.use_cases.compute_satisfaction import SatisfactionFigures, compute_satisfaction
from services.survey.use_cases.invite_applicant import invite_applicant
from tests.unit.survey.memory import QUESTIONNAIRES, SEALS, MemoryWork, an_ended_dossier

CODES = [question.code for question in QUESTIONNAIRES.valid_on(NOW.date()).questions]
FOURS: dict[str, int | None] = dict.fromkeys(CODES, 4)


async def a_token(work: MemoryWork, **dossier: object) -> str:
    """Invite somebody and return the token of the link sent."""
    await invite_applicant(an_ended_dossier(**dossier), work=work, now=NOW)  # type: ignore[arg-type]
    link = SEALS.open(work.events[-1].data["link"], purpose="contact")
    return str(link).removeprefix(work.terms.link_start)


async def test_each_person_is_asked_once_about_a_dossier_by_account_or_by_telephone() -> None:
    work = MemoryWork()
    by_account = an_ended_dossier()
    by_phone = an_ended_dossier(subject=None, phone="0912345678")
    for dossier in (by_account, by_account, by_phone, by_phone):
        await invite_applicant(dossier, work=work, now=NOW)
    assert len(work.invitations.kept) == 2
    assert [event.type for event in work.events] == ["invitation.issued.v1"] * 2


async def test_no_two_links_are_alike_and_only_the_hash_is_kept() -> None:
    work = MemoryWork()
    tokens = {await a_token(work) for _ in range(20)}
    assert len(tokens) == 20
    assert not [token for token in tokens if token in str(work.invitations.kept)]


async def test_a_link_works_until_it_expires_or_is_used() -> None:
    work = MemoryWork()
    token = await a_token(work)
    last_moment = NOW + timedelta(days=30) - timedelta(microseconds=1)
    assert (await open_invitation(token, work=work, now=last_moment)).invitation.agency.code == "H99.201"
    with pytest.raises(InvitationUnknown):
        await open_invitation(token, work=work, now=NOW + timedelta(days=30))
    await answer_survey(token, FOURS, work=work, now=NOW)
    for again in (
        open_invitation(token, work=work, now=NOW),
        answer_survey(token, FOURS, work=work, now=NOW),
    ):
        with pytest.raises(InvitationUnknown):
            await again
    assert len(work.responses.kept) == 1


async def test_wrong_answers_use_nothing_up() -> None:
    work = MemoryWork()
    token = await a_token(work)
    with pytest.raises(AnswersInvalid):
        await answer_survey(token, {**FOURS, "TIME": 9}, work=work, now=NOW)
    assert work.responses.kept == []
    await answer_survey(token, FOURS, work=work, now=NOW)


async def test_an_answers_event_says_the_day_and_nothing_that_leads_back() -> None:
    work = MemoryWork()
    token = await a_token(work)
    await answer_survey(token, FOURS, work=work, now=NOW)
    (invitation,) = work.invitations.kept.values()
    event = work.events[-1]
    assert event.occurred_at.hour == event.occurred_at.minute == 0
    told = f"{event.key} {event.data}"
    assert not [
        one for one in (invitation.id, invitation.dossier_id, "cong-dan-an", token) if str(one) in told
    ]


async def figures(work: MemoryWork, *roles: str, agency: str | None = None) -> SatisfactionFigures:
    by = Caller(subject="cb", kind=CallerKind.STAFF, roles=frozenset(roles), agency="H99.201")
    day = NOW.date()
    return await compute_satisfaction(
        by=by, agency=agency, first=day, last=day, method=Method.TOP2, work=work, now=NOW
    )


async def test_those_who_are_rated_do_not_see_the_answers() -> None:
    work = MemoryWork()
    await answer_survey(await a_token(work), FOURS, work=work, now=NOW)
    assert (await figures(work, "SUPERVISOR")).responses == 1
    assert (await figures(work, "ONE_STOP_MANAGER", agency="H99.201")).result.overall.sample == 12
    for roles, agency in (
        (("SPECIALIST",), "H99.201"),
        (("ONE_STOP_MANAGER",), None),
        (("SIGNER",), "H99.202"),
    ):
        with pytest.raises(Forbidden):
            await figures(work, *roles, agency=agency)


async def test_a_period_has_a_beginning_before_its_end() -> None:
    by = Caller(subject="cb", kind=CallerKind.STAFF, roles=frozenset({"ADMIN"}))
    for last in (NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=9999)):
        with pytest.raises(PeriodInvalid):
            await compute_satisfaction(
                by=by, agency=None, first=NOW.date(), last=last, method=None, work=MemoryWork(), now=NOW
            )
