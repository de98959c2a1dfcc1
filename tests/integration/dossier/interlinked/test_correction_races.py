"""The whole is corrected while its parts are accepted elsewhere: nobody is left with an older word."""

import asyncio
from typing import Any

from services.dossier.commands.history import verify_history
from tests.builders.dossier.kin import BIRTH, CARD, INSURANCE, POLICE, RESIDENCE, Kin, staff
from tests.integration.dossier.interlinked.test_one_name import LEAD_DESK, RIGHT, WHY, WRONG, receipts
from tests.integration.dossier.interlinked.test_one_slip import slip_of, words

ROUNDS = 2
DESKS = {
    RESIDENCE: staff("ONE_STOP_OFFICER", POLICE, "mot-cua"),
    CARD: staff("ONE_STOP_OFFICER", INSURANCE, "mot-cua"),
}


async def raced(kin: Kin, seen: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Correct the whole while each office accepts its part; return what each was answered."""
    parent = await kin.parent(seen, LEAD_DESK)
    children = {code: await kin.child(seen, code) for code in DESKS}
    corrected, *accepted = await asyncio.gather(
        kin.on(parent, "owner-correction", LEAD_DESK, full_name=RIGHT, **WHY),
        *(
            kin.service.post(
                f"/v1/dossiers/{one['dossier_id']}/acceptance", {}, DESKS[code], version=one["version"]
            )
            for code, one in children.items()
        ),
    )
    return corrected, dict(zip(children, accepted, strict=True))


async def test_a_correction_of_the_whole_and_acceptances_of_its_parts_leave_one_name(kin: Kin) -> None:
    """Whoever comes second is told (412) and comes again; every form 01 in force has the name in force."""
    for _ in range(ROUNDS):
        seen = await kin.handed_in()
        await kin.granted(seen, BIRTH)
        await kin.advance()
        corrected, accepted = await raced(kin, seen)
        answers = {"correction": corrected, **accepted}
        assert {one.status_code for one in answers.values()} <= {200, 412}, [
            (name, one.status_code, one.text) for name, one in answers.items()
        ]
        name = RIGHT if corrected.status_code == 200 else WRONG
        assert (await kin.parent(seen))["owner_name"] == name
        for code, answer in accepted.items():
            child = await kin.child(seen, code)
            assert child["owner"]["full_name"] == name, (code, answer.status_code)
            assert child["state"] == ("ACCEPTED" if answer.status_code == 200 else "SUBMITTED")
            papers = await receipts(kin, child)
            in_force = [one for one in papers if one["superseded_by"] is None]
            assert len(in_force) == (answer.status_code == 200)
            for one in in_force:
                assert name in words(await slip_of(kin, one["paper_id"]))
        if corrected.status_code != 200:
            parent = await kin.parent(seen, LEAD_DESK)
            again = await kin.on(parent, "owner-correction", LEAD_DESK, full_name=RIGHT, **WHY)
            assert (again.status_code, again.json()["code"]) == (409, "correct-in-member")
    assert await verify_history(kin.service.runtime, []) == 0
