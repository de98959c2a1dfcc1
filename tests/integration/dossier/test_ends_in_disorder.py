"""Ends of agencies while copies are changed by hand, told again and in a ring: nothing is left behind."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kernel.core.event import Event
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.commands.history import verify_history
from services.dossier.jobs import moving
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from services.dossier.jobs.realign_dossiers import REALIGN_DOSSIERS
from tests.builders.dossier.colleagues import in_the_directory
from tests.builders.dossier.kin import BIRTH, POLICE, Kin
from tests.builders.dossier.office import (
    COMMUNE,
    LEAD,
    OTHER_COMMUNE,
    PLAIN_STEPS,
    RECEIVER,
    SPECIALIST,
    Office,
    a_step,
    an_agency,
)
from tests.integration.dossier.test_agencies_that_end import HEIR, UNITS, Start, at_heir, heir, inbox, merged
from tests.integration.dossier.test_books import given, helped
from tests.integration.dossier.test_ends_taken_back import THIRD, ended_for, goes_on, marked, told
from tests.integration.dossier.test_forged_copies import restarted
from tests.integration.dossier.test_promises_moved import ITEMS

FOURTH = "H99.212"
AT_THIRD, AT_FOURTH = replace(SPECIALIST, agency=THIRD), replace(SPECIALIST, agency=FOURTH)


@pytest.fixture
async def office(start: Start) -> Office:
    """An office of two communes."""
    return await Office(await start("dossier")).open()


def an_end(code: str, for_whom: str, sequence: int) -> Event:
    """Return the end of any agency, for another."""
    return replace(
        ended_for(for_whom, sequence), key=code, data={**ended_for(for_whom, 1).data, "code": code}
    )


def named(code: str, sequence: int = 1) -> Event:
    """Return the word of an agency that is."""
    return replace(an_agency(code, units=UNITS), sequence=sequence)


async def forge(office: Office, change: str, code: str) -> None:
    """Change an agency's copy by hand."""
    await office.service.runtime.pool.execute(f"UPDATE agencies SET {change} WHERE code = $1", code)
    restarted(office)


async def awaiting_its_owner(office: Office) -> dict[str, Any]:
    """Return a dossier that nobody of an office works at the moment."""
    seen = await office.submitted()
    return await office.act(seen, "intake-supplement-request", RECEIVER, items=ITEMS, reason="Thiếu")


async def advances(office: Office) -> int:
    """Return how many changes of submissions were told."""
    return len(await office.service.published("interlinked_dossier.advanced.v1"))


async def test_what_waits_for_an_heir_changed_by_hand_goes_there_once_it_is_healed(office: Office) -> None:
    """An end told otherwise is not settled while its heir's copy is doubted, by whatever it saw."""
    seen = await office.in_process()
    await merged(office)
    await office.service.receive(named(THIRD))
    await forge(office, "name = 'khac'", THIRD)
    await told(office, ended_for(THIRD, 9))
    assert await inbox(office, at_heir(SPECIALIST)) == [seen["dossier_id"]]
    assert await marked(office) == [COMMUNE]
    await told(office, named(THIRD, 2))
    assert await inbox(office, AT_THIRD) == [seen["dossier_id"]]
    assert await marked(office) == []


async def test_an_heir_doubted_for_hours_gets_what_runs_once_it_is_healed(office: Office) -> None:
    """Also what nobody works at the moment: the agency is not taken for done."""
    waiting = await awaiting_its_owner(office)
    await office.service.receive(heir(COMMUNE))
    await forge(office, "name = 'khac'", HEIR)
    await office.service.receive(ended_for(HEIR, 2))
    office.service.clock.set(office.service.clock.now() + timedelta(hours=3))
    await told(office)
    await told(office, replace(heir(COMMUNE), sequence=2))
    row = await office.service.runtime.pool.fetchrow(
        "SELECT continued_from FROM dossiers WHERE id = $1", waiting["dossier_id"]
    )
    assert row["continued_from"] == [COMMUNE]


async def test_work_of_a_doubted_end_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much of it comes first."""
    monkeypatch.setattr(moving, "AT_ONCE", 1)
    first = await office.in_process()
    second = await office.submitted(receiving_agency=OTHER_COMMUNE)
    await office.service.receive(heir(COMMUNE), named(THIRD), ended_for(HEIR, 2))
    await forge(office, "name = 'khac'", HEIR)
    await told(office, an_end(OTHER_COMMUNE, THIRD, 2))
    assert await inbox(office, SPECIALIST) == [first["dossier_id"]]
    assert await inbox(office, replace(RECEIVER, agency=THIRD)) == [second["dossier_id"]]


@pytest.mark.parametrize("forged", ["[]", '"x"', "null", '[{"a": 1}]', '{"1.000001": ["x"]}'])
async def test_heirs_changed_into_anything_are_healed_and_stop_nobody(office: Office, forged: str) -> None:
    first = await office.submitted()
    second = await office.submitted(receiving_agency=OTHER_COMMUNE)
    await merged(office)
    await forge(office, f"continuing_by = '{forged}'", COMMUNE)
    await told(office, replace(an_agency(OTHER_COMMUNE, units=UNITS), sequence=9))
    assert await inbox(office, replace(RECEIVER, agency=OTHER_COMMUNE)) == [second["dossier_id"]]
    assert await inbox(office, at_heir(RECEIVER)) == [first["dossier_id"]]
    await told(office, goes_on())
    assert await inbox(office, RECEIVER) == [first["dossier_id"]]
    assert await marked(office) == []


async def test_after_a_forged_end_who_went_on_before_is_not_forgotten(office: Office) -> None:
    """Made alive by hand it says nothing of its heir; what runs there comes back all the same."""
    seen = await office.in_process()
    await merged(office)
    await forge(office, "valid_to = NULL, continuing = ''", COMMUNE)
    await told(office, goes_on())
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    assert await inbox(office, at_heir(SPECIALIST)) == []


async def test_merged_thrice_and_the_first_end_taken_back_nobody_of_them_sees_it(office: Office) -> None:
    seen = await office.in_process()
    await merged(office)
    await told(office, named(THIRD), an_end(HEIR, THIRD, 3))
    await told(office, named(FOURTH), an_end(THIRD, FOURTH, 3))
    assert await inbox(office, AT_FOURTH) == [seen["dossier_id"]]
    await told(office, goes_on())
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    for stranger in (at_heir(SPECIALIST), AT_THIRD, AT_FOURTH):
        assert (await office.service.get("/v1/dossiers", stranger)).json()["items"] == []


async def test_a_submission_merged_twice_comes_back_from_the_last_heir(empty_office: Office) -> None:
    kin = await Kin(empty_office.service).open_kin()
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await told(kin, heir(COMMUNE), ended_for(HEIR, 2))
    await told(kin, named(THIRD), an_end(HEIR, THIRD, 3))
    at_third = replace(RECEIVER, agency=THIRD)
    assert (await kin.parent(seen, at_third))["continuing_agency"]["code"] == THIRD
    await told(kin, goes_on())
    parent = await kin.parent(seen)
    assert [parent["continuing_agency"], *(one["continuing_agency"] for one in parent["members"])] == [
        None
    ] * (len(parent["members"]) + 1)
    lists = await kin.service.get("/v1/interlinked-dossiers", at_third)
    assert lists.json()["items"] == []
    assert await marked(kin) == []


async def test_of_a_submission_the_places_that_are_sure_move_and_a_doubted_one_waits(
    empty_office: Office,
) -> None:
    kin = await Kin(empty_office.service).open_kin()
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await kin.service.receive(heir(COMMUNE), named(FOURTH), an_end(POLICE, FOURTH, 2))
    await forge(kin, "name = 'khác'", FOURTH)
    await kin.service.receive(ended_for(HEIR, 2))
    await kin.service.run_job(CONTINUE_DOSSIERS)
    parent = await kin.parent(seen)
    assert parent["continuing_agency"]["code"] == HEIR
    assert not any((one["continuing_agency"] or {}).get("code") == FOURTH for one in parent["members"])


async def test_in_a_ring_everything_stays_with_each_agency_and_is_told_once(empty_office: Office) -> None:
    """Dossiers, submissions and books alike; told right again, all goes where it belongs."""
    kin = await Kin(empty_office.service).open_kin()
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await told(kin, heir(COMMUNE), ended_for(HEIR, 2))
    kin.service.clock.set(kin.service.clock.now() + timedelta(hours=3))
    await told(kin)
    await told(kin, an_end(HEIR, COMMUNE, 3))
    before = await advances(kin)
    async with asyncio.timeout(20):
        await told(kin)
    assert await advances(kin) == before
    assert (await kin.parent(seen))["continuing_agency"] is None
    assert (await kin.service.get("/v1/handover-lists", RECEIVER)).status_code == 200
    dossiers = await kin.service.get("/v1/dossiers", RECEIVER)
    assert len(dossiers.json()["items"]) == 1
    await told(kin, named(HEIR, 9))
    assert (await kin.parent(seen, at_heir(RECEIVER)))["continuing_agency"]["code"] == HEIR
    assert len((await kin.service.get("/v1/dossiers", at_heir(RECEIVER))).json()["items"]) == 1


async def test_an_end_for_an_heir_nobody_knows_leaves_dossiers_where_the_books_are(
    office: Office,
) -> None:
    """With the agency itself, until its heir is heard of."""
    seen = await office.in_process()
    assert (await given(office, await helped(office))).status_code == 201
    await merged(office)
    await told(office, ended_for("H99.777", 9))
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    assert (await office.service.get("/v1/handover-lists", RECEIVER)).json()["items"][0]["items"]
    await told(office, named("H99.777"))
    assert await inbox(office, replace(SPECIALIST, agency="H99.777")) == [seen["dossier_id"]]
    assert (await office.service.get("/v1/handover-lists", RECEIVER)).json()["items"] == []


@pytest.mark.parametrize("is_known", [False, True])
async def test_a_step_claimed_at_the_heir_is_free_when_the_dossier_moves_back(
    office: Office, *, is_known: bool
) -> None:
    """Who has come back with it keeps it."""
    seen = await office.in_process()
    await merged(office)
    seen = await office.read(seen, at_heir(SPECIALIST))
    await office.act(seen, "claim", at_heir(SPECIALIST))
    if is_known:
        unit = SPECIALIST.unit
        await office.service.receive(in_the_directory(SPECIALIST.subject, "SPECIALIST", unit=unit))
    await told(office, goes_on())
    back = await office.read(seen, LEAD)
    other = replace(SPECIALIST, subject="thu-ly-khac", name="Người khác")
    answer = await office.tried(back, "claim", other)
    assert answer.status_code == (403 if is_known else 200), answer.text


async def test_both_jobs_at_once_and_ends_told_in_any_order_leave_nothing_behind(office: Office) -> None:
    """Whoever moves by a word that is older than the last one heard moves nothing."""
    seen = await office.in_process()
    words = [
        ended_for(HEIR, 3),
        goes_on(4),
        ended_for(THIRD, 5),
        ended_for(HEIR, 6, "2026-12-31"),
        goes_on(7),
    ]
    await office.service.receive(heir(COMMUNE), named(THIRD), ended_for(HEIR, 2))
    for word in (*words, *reversed(words)):
        jobs = [office.service.run_job(one) for one in (CONTINUE_DOSSIERS, REALIGN_DOSSIERS) * 2]
        await asyncio.gather(*jobs, office.service.receive(word))
    await told(office)
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    assert await marked(office) == []
    assert await verify_history(office.service.runtime, []) == 0


async def test_a_word_heard_while_a_job_moves_is_moved_by_next_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settled meanwhile, what an old word moved late would stay with the heir for good."""
    seen = await office.in_process()
    await office.service.receive(heir(COMMUNE), ended_for(HEIR, 2))
    moving_now = moving.move_all

    async def late(*given: Any) -> Any:
        await office.service.receive(goes_on())
        await office.service.run_job(REALIGN_DOSSIERS)
        monkeypatch.undo()
        return await moving_now(*given)

    monkeypatch.setattr("services.dossier.jobs.continue_dossiers.move_all", late)
    await office.service.run_job(CONTINUE_DOSSIERS)
    await told(office)
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]


async def test_what_comes_to_an_heir_that_ended_long_ago_goes_on_to_who_has_its_work(office: Office) -> None:
    """Also what nobody works at the moment."""
    await told(office, heir(OTHER_COMMUNE), an_end(OTHER_COMMUNE, HEIR, 2), named(THIRD))
    await told(office, an_end(HEIR, THIRD, 2))
    office.service.clock.set(office.service.clock.now() + timedelta(hours=3))
    await told(office)
    waiting = await awaiting_its_owner(office)
    await told(office, ended_for(HEIR, 2))
    row = await office.service.runtime.pool.fetchrow(
        "SELECT continued_from FROM dossiers WHERE id = $1", waiting["dossier_id"]
    )
    assert row["continued_from"] == [COMMUNE, HEIR]


async def test_a_chain_that_ends_on_one_day_is_gone_through_before_it_is_closed(office: Office) -> None:
    """Told long before, the agencies between are asked again once something came to them."""
    waiting = await awaiting_its_owner(office)
    last_day = "2026-03-20"
    between = an_end(HEIR, THIRD, 2)
    between = replace(between, data={**between.data, "valid_to": last_day})
    await told(office, named(THIRD), heir(COMMUNE), between, ended_for(HEIR, 2, last_day))
    office.service.clock.set(office.service.clock.now() + timedelta(days=20))
    await told(office)
    row = await office.service.runtime.pool.fetchrow(
        "SELECT continued_from FROM dossiers WHERE id = $1", waiting["dossier_id"]
    )
    assert row["continued_from"] == [COMMUNE, HEIR]


class Killed(BaseException):
    """A process that is gone."""


async def test_jobs_killed_at_any_commit_leave_nothing_behind(
    empty_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was not committed is met again; nothing is moved twice."""
    kin = await Kin(empty_office.service).open_kin()
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await kin.service.receive(heir(COMMUNE))
    commit, left = UnitOfWork.commit, [0]

    async def dying(self: UnitOfWork, *given: Any, **more: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return await commit(self, *given, **more)

    sequence, kills = 2, 0
    for place in range(12):
        is_end = place % 2 == 0
        await kin.service.receive(ended_for(HEIR, sequence) if is_end else goes_on(sequence))
        sequence += 1
        monkeypatch.setattr(UnitOfWork, "commit", dying)
        for job in (CONTINUE_DOSSIERS, REALIGN_DOSSIERS):
            left[0] = place // 2
            try:
                await kin.service.run_job(job)
            except Killed:
                kills += 1
        monkeypatch.setattr(UnitOfWork, "commit", commit)
        await told(kin)
        by = at_heir(RECEIVER) if is_end else RECEIVER
        parent = await kin.parent(seen, by)
        assert (parent["continuing_agency"] is not None) is is_end
        assert len(await inbox(kin, by)) == 1
        assert await marked(kin) == []
    assert kills >= 8
    assert await verify_history(kin.service.runtime, []) == 0


async def test_an_opinion_asked_of_an_agency_that_ended_long_ago_is_its_heirs(empty_office: Office) -> None:
    """A process may name it long after: nothing of it was left for hours."""
    asked = a_step("y-kien", "SPECIALIST", "chuyen-mon", agency=FOURTH, consultation_of=["tham-dinh"])
    office = await empty_office.open(steps=[*PLAIN_STEPS, asked])
    await office.service.receive(named(FOURTH), heir(FOURTH), an_end(FOURTH, HEIR, 2))
    office.service.clock.advance(timedelta(hours=3))
    await told(office)
    seen = await office.in_process()
    await told(office)
    assert await inbox(office, at_heir(SPECIALIST)) == [seen["dossier_id"]]
    assert await inbox(office, AT_FOURTH) == []
