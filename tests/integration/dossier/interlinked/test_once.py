"""Raced, killed, sent again, beside a broken one: each child begins once, and nobody waits for another."""

import asyncio
from typing import Any

import pytest

from kernel.service import JobTick
from services.dossier.store.interlinked.parents import PostgresInterlinked
from services.dossier.use_cases.interlinked.advance import advance_parent
from tests.builders.dossier.kin import (
    BIRTH,
    CARD,
    FATHER,
    POLICE,
    RESIDENCE,
    Kin,
    a_group,
    staff,
)
from tests.builders.dossier.office import COMMUNE, Office
from tests.builders.dossier.together import meet_at


async def test_two_children_that_end_at_once_begin_the_next_once(empty_office: Office) -> None:
    """Two workers hear the two ends at the same moment: one opens, the other waits and finds it done."""
    joined = a_group(
        [
            {"procedure": BIRTH, "after": []},
            {"procedure": RESIDENCE, "after": []},
            {"procedure": CARD, "after": [BIRTH, RESIDENCE]},
        ]
    )
    kin = await Kin(empty_office.service).open_kin(joined)
    body = await kin.submission_of_group()
    more = await asyncio.gather(*(kin.upload(FATHER, name=f"{one}.pdf") for one in ("ks", "kt")))
    body["papers"] += [
        {"names": [f"{RESIDENCE}/khai-sinh"], "attachment_ids": [more[0]]},
        {"names": [f"{CARD}/khai-sinh"], "attachment_ids": [more[1]]},
    ]
    answer = await kin.service.post("/v1/interlinked-dossiers", body, FATHER)
    assert answer.status_code == 201, answer.text
    seen = answer.json()
    at = {code: await kin.at_issue_of(seen, code) for code in (BIRTH, RESIDENCE)}
    clerks = {BIRTH: COMMUNE, RESIDENCE: POLICE}
    await asyncio.gather(
        *(
            kin.issued(at[code], staff("CLERK", agency, "van-phong"), number=f"{code}/KQ")
            for code, agency in clerks.items()
        )
    )
    with pytest.MonkeyPatch.context() as patch:
        meet_at(patch, PostgresInterlinked, "hold", 2)
        await asyncio.gather(*(_advance(kin) for _ in range(2)))
    assert (await kin.statuses(seen))[CARD] == "OPEN"
    assert len(await kin.service.published("dossier.submitted.v1")) == 3
    assert await kin.service.count("dossiers") == 3


async def _advance(kin: Kin) -> None:
    """Go on with one parent, as a worker of its own."""
    tick = JobTick(kin.service.runtime, kin.service.clock.now())
    async with tick.open_work() as work:
        (parent_id,) = await work.interlinked.to_advance(tick.now, 10)
        await advance_parent(parent_id, work=work, now=tick.now)


class Killed(BaseException):
    """The process ends here."""


async def test_killed_before_its_commit_the_job_begins_there_again(
    kin: Kin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is queued and nothing is there; after the restart each child is there once."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    before = len(await kin.service.published())
    save = PostgresInterlinked.save

    def killed(self: PostgresInterlinked, *told: Any) -> None:
        save(self, *told)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(PostgresInterlinked, "save", killed)
        with pytest.raises(Killed):
            await kin.advance()
    assert await kin.service.count("dossiers") == 1
    assert len(await kin.service.published()) == before
    await kin.advance()
    await kin.advance()
    assert await kin.service.count("dossiers") == 3
    assert await kin.statuses(seen) == {BIRTH: "GRANTED", RESIDENCE: "OPEN", CARD: "OPEN"}


async def test_a_broken_submission_does_not_hold_up_the_others(kin: Kin) -> None:
    """The job fails and says so; whoever comes after the broken one goes on all the same."""
    for _ in range(2):
        await kin.granted(await kin.handed_in(), BIRTH)
    rows = await kin.service.runtime.pool.fetch("SELECT id FROM interlinked_parents ORDER BY id")
    ids = [row["id"] for row in rows]
    await kin.service.runtime.pool.execute(
        "UPDATE interlinked_parents SET parties_sealed = 'broken' WHERE id = $1", ids[0]
    )
    with pytest.raises(ExceptionGroup, match="interlinked"):
        await kin.advance()
    assert await kin.statuses({"interlinked_dossier_id": ids[1]}) == {
        BIRTH: "GRANTED",
        RESIDENCE: "OPEN",
        CARD: "OPEN",
    }


async def test_one_submission_sent_eight_times_at_once_is_one(kin: Kin) -> None:
    body = await kin.submission_of_group()
    answers = await asyncio.gather(
        *(kin.service.post("/v1/interlinked-dossiers", body, FATHER, key="once") for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["interlinked_dossier_id"] for answer in answers}) == 1
    assert await kin.service.count("interlinked_parents") == 1
    assert await kin.service.count("dossiers") == 1
