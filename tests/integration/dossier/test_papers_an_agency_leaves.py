"""Papers of an agency that ended: they go to, lie with and are signed for by who has their dossiers now."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from services.dossier.jobs.realign_dossiers import REALIGN_DOSSIERS
from tests.builders.dossier.office import (
    COMMUNE,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    Office,
    a_procedure,
    an_agency,
)
from tests.integration.dossier.test_agencies_that_end import HEIR, UNITS
from tests.integration.dossier.test_books import HELPER, counted, given
from tests.integration.dossier.test_other_ways_in import a_walk_in

THIRD, MOVED = "H99.211", "1.009999"
FIRST_DAY = datetime(2026, 3, 9, 8, tzinfo=VIETNAM)
AT_HEIR, AT_THIRD = replace(RECEIVER, agency=HEIR), replace(RECEIVER, agency=THIRD)
SOMEBODY_HERE = replace(RECEIVER, subject="mot-cua-2")
SOMEBODY_ELSE = replace(HELPER, subject="giup-2")


@pytest.fixture
async def office(start: Callable[..., Awaitable[RunningService]]) -> Office:
    """Two communes and two procedures, each received by either for the other."""
    office = await Office(await start("dossier")).open()
    await office.service.receive(a_procedure(code=MOVED))
    return office


async def received(office: Office, by: Any, procedure: str = PROCEDURE) -> str:
    """Receive a dossier of the commune's on paper."""
    body = a_walk_in(procedure_code=procedure)
    answer = await office.service.post("/v1/counter-dossiers", body, by)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["dossier_id"])


async def ends(office: Office, code: str = COMMUNE, heir: str = HEIR, **by_procedure: str) -> None:
    """Let an agency end on Friday, its procedures with one heir but for those named."""
    elsewhere = {MOVED: by_procedure["moved"]} if by_procedure else {}
    rest = {"agency": code, "from": "2026-03-07"}
    heirs = [
        an_agency(heir, units=UNITS, predecessors=[{**rest, "procedures": None, "except": list(elsewhere)}]),
        *(
            an_agency(one, units=UNITS, predecessors=[{**rest, "procedures": [MOVED], "except": []}])
            for one in elsewhere.values()
        ),
    ]
    end = an_agency(
        code,
        valid_to="2026-03-06",
        successors=[heir, *elsewhere.values()],
        continuing={"agency": heir, "by_procedure": elsewhere},
        units=UNITS,
    )
    await office.service.receive(*heirs, replace(end, sequence=2))
    office.service.clock.set(FIRST_DAY)
    await office.service.run_job(CONTINUE_DOSSIERS)


async def lists(office: Office, by: Any) -> list[tuple[str, list[str]]]:
    """Return what somebody is shown of the lists: each with its lines."""
    answer = await office.service.get("/v1/handover-lists", by)
    assert answer.status_code == 200, answer.text
    return [(one["list_id"], [line["dossier_id"] for line in one["items"]]) for one in answer.json()["items"]]


async def test_papers_go_to_who_goes_on_and_an_ended_receiver_is_refused_with_its_name(
    office: Office,
) -> None:
    dossier = await received(office, HELPER)
    await ends(office)
    refused = await given(office, dossier, to=COMMUNE)
    assert (refused.status_code, refused.json()["code"]) == (409, "agency-ended")
    assert refused.json()["successors"] == [{"code": HEIR, "name": f"UBND {HEIR}"}]
    answer = await given(office, dossier, to=HEIR)
    assert answer.status_code == 201, answer.text
    assert (await counted(office, answer.json(), AT_HEIR, 5)).status_code == 200
    assert (await given(office, dossier, by=AT_HEIR, to=OTHER_COMMUNE)).status_code == 201


async def test_after_a_split_papers_lie_with_who_has_their_dossier(office: Office) -> None:
    kept, moved = await received(office, RECEIVER), await received(office, RECEIVER, MOVED)
    await ends(office, moved=THIRD)
    for dossier, holder, stranger in ((kept, AT_HEIR, AT_THIRD), (moved, AT_THIRD, AT_HEIR)):
        for by, to in ((stranger, holder.agency), (stranger, COMMUNE), (RECEIVER, holder.agency)):
            refused = await given(office, dossier, by=by, to=to)
            assert (refused.status_code, refused.json()["code"]) == (409, "papers-not-here")
        # They have them and nobody else takes part in the dossier: they go nowhere.
        assert (await given(office, dossier, by=holder, to=stranger.agency)).status_code == 422


async def test_each_who_goes_on_signs_for_its_lines_of_a_list_on_its_way(office: Office) -> None:
    """The two heirs see, count and sign their own dossiers; the list is closed by the last of them."""
    kept, moved = await received(office, HELPER), await received(office, HELPER, MOVED)
    handed = (await given(office, kept, moved)).json()
    await ends(office, moved=THIRD)
    assert await lists(office, AT_HEIR) == [(handed["list_id"], [kept])]
    assert await lists(office, AT_THIRD) == [(handed["list_id"], [moved])]
    assert await lists(office, RECEIVER) == []
    assert (await counted(office, handed, AT_HEIR, 5, 5)).status_code == 422
    part = (await office.service.get(f"/v1/handover-lists/{handed['list_id']}", AT_HEIR)).json()
    first = await counted(office, part, AT_HEIR, 4, remark="Thiếu một bản chụp")
    assert first.status_code == 200, first.text
    (line,) = first.json()["items"]
    assert (line["received_by"], line["differs"], first.json()["received_at"]) == (AT_HEIR.name, True, None)
    assert (await counted(office, first.json(), AT_HEIR, 4)).json()["code"] == "hand-over-closed"
    # What is signed for lies there, though the list is still on its way to the other.
    assert (await given(office, kept, by=AT_HEIR, to=OTHER_COMMUNE)).status_code == 201
    assert (await given(office, moved, by=AT_THIRD, to=OTHER_COMMUNE)).json()["code"] == "papers-not-here"
    other = {**part, "items": [{"dossier_id": moved}]}
    assert (await counted(office, other, AT_THIRD, 5)).status_code == 412
    last = await counted(office, {**other, "version": 2}, AT_THIRD, 5)
    assert last.status_code == 200, last.text
    whole = (await office.service.get(f"/v1/handover-lists/{handed['list_id']}", HELPER)).json()
    assert (whole["version"], whole["received_at"]) == (3, last.json()["received_at"])
    assert {item["dossier_id"]: item["remark"] for item in whole["items"]} == {
        kept: "Thiếu một bản chụp",
        moved: "",
    }


async def test_papers_a_helping_agency_left_are_given_by_who_goes_on_for_it(office: Office) -> None:
    kept, moved = await received(office, HELPER), await received(office, HELPER, MOVED)
    listed = (await given(office, await received(office, HELPER))).json()
    await ends(office, OTHER_COMMUNE, moved=THIRD)
    assert (await given(office, kept, by=HELPER)).json()["code"] == "papers-not-here"
    assert (await given(office, moved, by=AT_HEIR)).json()["code"] == "papers-not-here"
    for dossier, by in ((kept, AT_HEIR), (moved, AT_THIRD)):
        answer = await given(office, dossier, by=by)
        assert (answer.status_code, answer.json()["from_agency"]) == (201, by.agency)
        assert (await counted(office, answer.json(), replace(RECEIVER, subject="khac"), 5)).status_code == 200
    # What was listed before the end is the receiver's to sign as ever; the heir sees what its office gave.
    assert listed["list_id"] in dict(await lists(office, AT_HEIR))
    assert listed["list_id"] not in dict(await lists(office, AT_THIRD))
    assert (await counted(office, listed, RECEIVER, 5)).status_code == 200


async def test_a_list_whose_receiver_was_merged_into_its_giver_is_signed_by_a_colleague(
    office: Office,
) -> None:
    handed = (await given(office, await received(office, HELPER))).json()
    await ends(office, heir=OTHER_COMMUNE)
    assert (await counted(office, handed, HELPER, 5)).status_code == 403
    assert (await counted(office, handed, SOMEBODY_ELSE, 5)).status_code == 200


async def test_a_line_of_before_lines_were_signed_stands_under_its_lists_signature(office: Office) -> None:
    handed = (await given(office, await received(office, HELPER))).json()
    await counted(office, handed, RECEIVER, 5)
    await office.service.runtime.pool.execute(
        "UPDATE handover_items SET received_by = NULL, received_by_name = NULL, received_at = NULL"
    )
    shown = (await office.service.get(f"/v1/handover-lists/{handed['list_id']}", RECEIVER)).json()
    assert (shown["items"][0]["received_by"], shown["items"][0]["received_at"]) == (
        RECEIVER.name,
        shown["received_at"],
    )


async def test_papers_an_heir_signed_for_lie_there_when_the_end_is_taken_back(office: Office) -> None:
    """Its people have them and give them on; whose dossier it is again does not."""
    dossier = await received(office, HELPER)
    handed = (await given(office, dossier)).json()
    await ends(office)
    part = (await office.service.get(f"/v1/handover-lists/{handed['list_id']}", AT_HEIR)).json()
    assert (await counted(office, part, AT_HEIR, 5)).status_code == 200
    await office.service.receive(replace(an_agency(COMMUNE, units=UNITS), sequence=9))
    await office.service.run_job(REALIGN_DOSSIERS)
    refused = await given(office, dossier, by=RECEIVER, to=OTHER_COMMUNE)
    assert (refused.status_code, refused.json()["code"]) == (409, "papers-not-here")
    answer = await given(office, dossier, by=AT_HEIR, to=COMMUNE)
    assert answer.status_code == 201, answer.text
    assert (await counted(office, answer.json(), SOMEBODY_HERE, 5)).status_code == 200
    assert (await given(office, dossier, by=RECEIVER, to=OTHER_COMMUNE)).status_code == 201
