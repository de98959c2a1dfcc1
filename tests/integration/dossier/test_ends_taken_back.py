"""The catalogue takes an agency's end back, or tells it otherwise: what ran goes back, nothing is split."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from kernel.testing.running import an_event
from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from services.dossier.jobs.realign_dossiers import REALIGN_DOSSIERS
from tests.builders.dossier.kin import BIRTH, Kin
from tests.builders.dossier.office import (
    COMMUNE,
    LEAD,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_procedure,
    an_agency,
)
from tests.integration.dossier.test_agencies_that_end import (
    HEIR,
    UNITS,
    Start,
    at_heir,
    ended,
    heir,
    inbox,
    merged,
)
from tests.integration.dossier.test_books import given, helped
from tests.integration.dossier.test_forged_copies import restarted

THIRD = "H99.211"


@pytest.fixture
async def office(start: Start) -> Office:
    """An office of two communes."""
    return await Office(await start("dossier")).open()


def goes_on(sequence: int = 9, **more: Any) -> Event:
    """Return the word that the commune has not ended after all."""
    return replace(an_agency(COMMUNE, units=UNITS, **more), sequence=sequence)


def ended_for(continuing: str, sequence: int, last_day: str = "2026-03-02") -> Event:
    """Return its end with another heir than before, or on another day."""
    event = ended(last_day=last_day)
    told = {"successors": [continuing], "continuing": {"agency": continuing, "by_procedure": {}}}
    return replace(event, data={**event.data, **told}, sequence=sequence)


async def told(office: Office, *events: Event) -> None:
    """Receive words and let the jobs run until there is nothing to do."""
    await office.service.receive(*events)
    for _ in range(2):
        await office.service.run_job(CONTINUE_DOSSIERS)
        await office.service.run_job(REALIGN_DOSSIERS)


async def marked(office: Office) -> list[str]:
    """Return the agencies whose work is still looked at again."""
    rows = await office.service.runtime.pool.fetch("SELECT code FROM agencies WHERE continued_by <> '{}'")
    return [row["code"] for row in rows]


async def test_running_dossiers_come_back_with_a_word_in_their_history(office: Office) -> None:
    """Codes, due moments and figures stay; the old office works them on, the heir no more."""
    seen = await office.in_process()
    before = await office.read(seen, SPECIALIST)
    await merged(office)
    now = await office.read(seen, at_heir(SPECIALIST))
    now = await office.act(now, "step-completion", at_heir(SPECIALIST), step="tham-dinh")
    await told(office, goes_on())
    assert await inbox(office, at_heir(LEAD)) == []
    assert await inbox(office, LEAD) == [seen["dossier_id"]]
    back = await office.read(seen, LEAD)
    assert back["continuing_agency"] is None
    assert (back["due_at"], back["dossier_code"]) == (before["due_at"], before["dossier_code"])
    refused = await office.tried(back, "step-completion", at_heir(LEAD), step="soat-xet")
    assert refused.status_code in {403, 404}
    now = await office.act(back, "step-completion", LEAD, step="soat-xet")
    await office.act(now, "step-completion", SIGNER, step="ky")
    rows = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/history", LEAD)).json()["items"]
    (noted,) = [item["change"] for item in rows if item["change"].get("noted") == "AGENCY_RESUMED"]
    assert (noted["resumed_agency"], noted["continuing_agency"]["code"]) == (COMMUNE, HEIR)
    assert await marked(office) == []
    assert await verify_history(office.service.runtime, []) == 0
    assert await rebuild_figures(office.service.runtime, ("--check",)) == 0


async def test_an_end_told_for_later_lets_the_agency_work_until_then(office: Office) -> None:
    seen = await office.in_process()
    await merged(office)
    await told(office, ended_for(HEIR, 9, last_day="2026-03-31"))
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    office.service.clock.set(datetime(2026, 4, 1, 0, 1, tzinfo=VIETNAM))
    await told(office)
    assert await inbox(office, SPECIALIST) == []
    assert await inbox(office, at_heir(SPECIALIST)) == [seen["dossier_id"]]


async def test_an_end_told_with_another_heir_takes_what_runs_there(office: Office) -> None:
    """Once that heir is known here; until then it is the agency's own, as its books are."""
    seen = await office.in_process()
    await merged(office)
    at_third = replace(SPECIALIST, agency=THIRD)
    await told(office, ended_for(THIRD, 9))
    assert await inbox(office, at_heir(SPECIALIST)) == []
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    await told(office, an_agency(THIRD, units=UNITS))
    assert await marked(office) == []
    assert await inbox(office, SPECIALIST) == []
    assert await inbox(office, at_third) == [seen["dossier_id"]]
    assert (await office.read(seen, at_third))["continuing_agency"]["code"] == THIRD


async def test_what_an_ended_heir_held_between_comes_back_too(office: Office) -> None:
    """Merged twice, then the first end is taken back: the last heir lets go as well."""
    seen = await office.in_process()
    await merged(office)
    second = replace(an_agency(HEIR, units=UNITS, valid_to="2026-03-02", successors=[THIRD]), sequence=3)
    await told(office, an_agency(THIRD, units=UNITS), second)
    assert await inbox(office, replace(SPECIALIST, agency=THIRD)) == [seen["dossier_id"]]
    await told(office, goes_on())
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    listed = await office.service.get("/v1/dossiers", replace(SPECIALIST, agency=THIRD))
    assert listed.json()["items"] == []


async def test_an_agency_whose_heir_is_not_known_here_keeps_its_work_and_is_told_of(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Papers, money and books stay with its people, as its dossiers do, until the heir is heard of."""
    seen = await office.in_process()
    assert (await given(office, await helped(office))).status_code == 201
    await told(office, ended_for("H99.777", 2))
    assert await inbox(office, SPECIALIST) == [seen["dossier_id"]]
    assert "its heir is not known here" in capsys.readouterr().out
    assert (await office.service.get("/v1/handover-lists", RECEIVER)).json()["items"][0]["items"]
    await told(office, an_agency("H99.777", units=UNITS))
    assert (await office.service.get("/v1/handover-lists", RECEIVER)).json()["items"] == []
    assert await inbox(office, replace(SPECIALIST, agency="H99.777")) == [seen["dossier_id"]]


async def test_a_submission_over_several_dossiers_comes_back_to_its_lead(empty_office: Office) -> None:
    kin = await Kin(empty_office.service).open_kin()
    seen = await kin.handed_in()
    await kin.accepted_child(seen, BIRTH)
    await kin.service.receive(heir(COMMUNE), ended())
    for _ in range(2):
        await kin.service.run_job(CONTINUE_DOSSIERS)
    assert (await kin.parent(seen, at_heir(RECEIVER)))["continuing_agency"]["code"] == HEIR
    await told(empty_office, goes_on())
    parent = await kin.parent(seen)
    assert parent["continuing_agency"] is None
    assert [one["continuing_agency"] for one in parent["members"]] == [None] * len(parent["members"])
    changes = await kin.service.published("interlinked_dossier.advanced.v1")
    assert [one["data"]["change"].get("resumed") for one in changes][-1] == [COMMUNE]


async def test_agencies_that_end_for_each_other_are_gone_round_once(empty_office: Office) -> None:
    """A swap told in the wrong order: one of them keeps the submission, and the job goes on to others."""
    kin = await Kin(empty_office.service).open_kin()
    await kin.handed_in()
    await kin.service.receive(heir(COMMUNE), ended())
    for _ in range(2):
        await kin.service.run_job(CONTINUE_DOSSIERS)
    back = {"successors": [COMMUNE], "continuing": {"agency": COMMUNE, "by_procedure": {}}}
    ring = replace(an_agency(HEIR, units=UNITS, valid_to="2026-03-02", **back), sequence=9)
    await kin.service.receive(ring, ended_for(HEIR, 9, last_day="2026-03-01"))
    async with asyncio.timeout(10):
        await kin.service.run_job(REALIGN_DOSSIERS)


async def test_a_dossier_whose_copy_does_not_fit_holds_up_no_other(office: Office) -> None:
    first = await office.in_process()
    newer = a_procedure(version=2, valid_from="2026-03-02")
    await office.service.receive(an_event("procedure.published.v1", PROCEDURE, newer.data, sequence=3))
    second = await office.in_process()
    await merged(office)
    assert len(await inbox(office, at_heir(SPECIALIST))) == 2
    await office.service.runtime.pool.execute(
        "UPDATE procedures SET data = replace(data::text, 'hôn nhân', 'khác')::json WHERE version = 1"
    )
    restarted(office)
    await told(office, goes_on())
    assert await inbox(office, SPECIALIST) == [second["dossier_id"]]
    assert await inbox(office, at_heir(SPECIALIST)) == [first["dossier_id"]]
