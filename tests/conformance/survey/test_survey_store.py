"""What survey's use cases rely on, true of the fake and of PostgreSQL alike."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from kernel.core.errors import Stale
from kernel.core.ids import new_id
from kernel.testing.fixed_clock import TUESDAY_MORNING as NOW
from services.survey.domain.events import survey_response_received
from services.survey.domain.invitation import Invitation, Named, Response, hash_of
from tests.conformance.stores import Store
from tests.unit.survey.memory import QUESTIONNAIRES

SHEET = QUESTIONNAIRES.valid_on(NOW.date())
DAY = NOW.date()


def an_invitation(token: str = "", **changed: Any) -> Invitation:
    invitation = Invitation(
        id=new_id(),
        dossier_id=new_id(),
        person=b"an",
        token_hash=hash_of(token or uuid4().hex),
        questionnaire=SHEET.code,
        questionnaire_version=SHEET.version,
        agency=Named("H99.201", "Phường Bến Lam"),
        procedure=Named("1.004873", "Cấp Giấy xác nhận"),
        issued_at=NOW,
        expires_at=NOW + timedelta(days=30),
    )
    return replace(invitation, **changed)


def a_response(**changed: Any) -> Response:
    response = Response(
        id=uuid4(),
        questionnaire=SHEET.code,
        questionnaire_version=SHEET.version,
        agency_code="H99.201",
        procedure_code="1.004873",
        received_on=DAY,
        answers={"OVERALL": 4, "TIME": None},
    )
    return replace(response, **changed)


async def kept(store: Store, *invitations: Invitation) -> None:
    async with store.open_work() as work:
        for one in invitations:
            work.invitations.add(one)


async def close(store: Store, invitation: Invitation) -> None:
    async with store.open_work() as work:
        work.invitations.close(invitation)
        response = a_response()
        work.responses.add(response)
        work.record(survey_response_received(response))


async def counted(store: Store, **asked: Any) -> Any:
    async with store.open_work() as work:
        return await work.responses.tallies(SHEET, **{"agency": None, "first": DAY, "last": DAY, **asked})


async def test_an_invitation_is_found_by_its_token_whole(store: Store) -> None:
    invitation = an_invitation("mot")
    await kept(store, invitation, an_invitation("hai"))
    async with store.open_work() as work:
        assert await work.invitations.by_token(hash_of("mot")) == invitation
        assert await work.invitations.by_token(hash_of("ba")) is None
        assert await work.invitations.hold(hash_of("ba")) is None


async def test_what_a_unit_wrote_is_there_after_its_commit_only(store: Store) -> None:
    invitation = an_invitation("mot")
    async with store.open_work() as work:
        work.invitations.add(invitation)
        assert not await work.invitations.exists(invitation.dossier_id, invitation.person)
    async with store.open_work() as work:
        assert await work.invitations.exists(invitation.dossier_id, invitation.person)
        assert not await work.invitations.exists(invitation.dossier_id, b"binh")


async def test_a_person_invited_meanwhile_makes_the_second_invitation_stale(store: Store) -> None:
    first = an_invitation("mot")
    await kept(store, first)
    with pytest.raises(Stale):
        await kept(store, an_invitation("hai", dossier_id=first.dossier_id))
    await kept(store, an_invitation("ba", dossier_id=first.dossier_id, person=b"binh"))
    async with store.open_work() as work:
        assert await work.invitations.by_token(hash_of("hai")) is None


async def test_an_invitation_is_closed_once_and_a_second_close_undoes_its_whole_unit(store: Store) -> None:
    invitation = an_invitation("mot")
    await kept(store, invitation)
    await close(store, invitation)
    async with store.open_work() as work:
        closed = await work.invitations.by_token(hash_of("mot"))
    assert closed == replace(invitation, is_answered=True, version=2)
    for seen in (invitation, closed):
        with pytest.raises(Stale):
            await close(store, seen)
    assert (await counted(store)).responses == 1
    assert len(await store.published()) == 1


async def test_a_held_invitation_is_shown_to_the_next_as_the_first_left_it(store: Store) -> None:
    await kept(store, an_invitation("mot"))
    order: list[tuple[str, bool]] = []
    is_held = asyncio.Event()

    async def first() -> None:
        async with store.open_work() as work:
            found = await work.invitations.hold(hash_of("mot"))
            assert found is not None
            is_held.set()
            # Long enough for the second to arrive at the lock; it must not pass it however long this takes.
            await asyncio.sleep(0.2)
            work.invitations.close(found)
            order.append(("first", found.is_answered))

    async def second() -> None:
        await is_held.wait()
        async with store.open_work() as work:
            found = await work.invitations.hold(hash_of("mot"))
            assert found is not None
            order.append(("second", found.is_answered))

    await asyncio.gather(first(), second())
    assert order == [("first", False), ("second", True)]


async def test_a_unit_that_broke_off_lets_go_of_what_it_held(store: Store) -> None:
    await kept(store, an_invitation("mot"))

    async def break_off() -> None:
        async with store.open_work() as work:
            await work.invitations.hold(hash_of("mot"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    async with asyncio.timeout(5), store.open_work() as work:
        assert await work.invitations.hold(hash_of("mot")) is not None


async def test_answers_are_counted_by_question_within_days_agency_and_edition(store: Store) -> None:
    async with store.open_work() as work:
        for response in (
            a_response(),
            a_response(answers={"OVERALL": 4, "TIME": 2}),
            a_response(answers={"OVERALL": None, "TIME": 2}),
            a_response(agency_code="H99.202"),
            a_response(received_on=DAY - timedelta(days=1)),
            a_response(questionnaire_version=99),
        ):
            work.responses.add(response)
    own = await counted(store, agency="H99.201")
    assert own.responses == 3
    assert {code: (dict(one.counts), one.no_opinion) for code, one in own.by_question.items()} == {
        "OVERALL": ({4: 2}, 1),
        "TIME": ({2: 2}, 1),
    }
    assert (await counted(store)).responses == 4
    assert (await counted(store, first=DAY - timedelta(days=1))).responses == 5
    nothing = await counted(store, agency="H99.203")
    assert (nothing.responses, dict(nothing.by_question)) == (0, {})


async def test_a_month_is_counted_by_agency_and_procedure_page_by_page(store: Store) -> None:
    async with store.open_work() as work:
        for response in (
            a_response(answers={"OVERALL": 5, "TIME": None}),
            a_response(answers={"OVERALL": 5, "TIME": 2}),
            a_response(procedure_code="9.000001"),
            a_response(agency_code="H99.202", answers={"OVERALL": None}),
            a_response(received_on=DAY - timedelta(days=1)),
            a_response(questionnaire_version=99),
        ):
            work.responses.add(response)
    async with store.open_work() as work:
        pages = [await work.responses.by_procedure(first=DAY, last=DAY, after=None, limit=2)]
        while pages[-1]:
            after = pages[-1][-1].place
            pages.append(await work.responses.by_procedure(first=DAY, last=DAY, after=after, limit=2))
    found = [one for page in pages for one in page]
    assert [len(page) for page in pages] == [2, 2, 0]
    assert [(one.agency, one.procedure, one.version) for one in found] == [
        ("H99.201", "1.004873", 1),
        ("H99.201", "1.004873", 99),
        ("H99.201", "9.000001", 1),
        ("H99.202", "1.004873", 1),
    ]
    assert found[0].counts == {"OVERALL": {5: 2}, "TIME": {2: 1}}
    assert found[3].counts == {}
