"""One citizen has one name: put right in one child it is right in the whole, on every paper that counts."""

import asyncio
from typing import Any

from services.dossier.commands.history import verify_history
from tests.builders.dossier.kin import BIRTH, CARD, FATHER, INSURANCE, POLICE, RESIDENCE, Kin, staff
from tests.builders.dossier.office import COMMUNE
from tests.integration.dossier.interlinked.test_one_slip import slip_of, words

LEAD_DESK = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
POLICE_DESK = staff("ONE_STOP_OFFICER", POLICE, "mot-cua")
INSURANCE_DESK = staff("ONE_STOP_OFFICER", INSURANCE, "mot-cua")
WRONG, RIGHT = "Nguyễn Văn An", "Nguyễn Vân An"
WHY = {"reason": "Ghi nhầm dấu", "evidence": "Thẻ căn cước"}


async def receipts(kin: Kin, child: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a child's forms 01, the oldest first."""
    found = [one for one in (await kin.read(child, FATHER))["papers"] if one["kind"] == "FORM_01"]
    return sorted(found, key=lambda one: str(one["paper_id"]))


async def test_a_correction_in_one_child_is_put_right_in_all_with_new_slips(kin: Kin) -> None:
    """The other office's form 01 and the one slip are issued anew; old ones say so; no words are told."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    residence, card = [await kin.accepted_child(seen, code) for code in (RESIDENCE, CARD)]
    await kin.advance()
    old_slip = (await kin.parent(seen))["slip_id"]
    await kin.act(residence, "owner-correction", POLICE_DESK, full_name=RIGHT, **WHY)
    parent = await kin.parent(seen)
    assert (parent["owner_name"], parent["slip_id"] != old_slip) == (RIGHT, True)
    assert WRONG in words(await slip_of(kin, old_slip))
    text = words(await slip_of(kin, parent["slip_id"]))
    for said in (RIGHT, f"{parent['reference']}/02", "Thay thế", WHY["reason"], "Cán bộ"):
        assert said in text, (said, text)
    card = await kin.child(seen, CARD)
    assert card["owner"]["full_name"] == RIGHT
    old, new = await receipts(kin, card)
    assert old["superseded_by"] == new["paper_id"]
    text = words(await slip_of(kin, new["paper_id"]))
    for said in (RIGHT, "Thay thế", residence["dossier_code"], "Cán bộ"):
        assert said in text, (said, text)
    told = await kin.service.published("dossier.corrected.v1")
    other = next(one["data"]["change"] for one in told if one["key"] == card["dossier_id"])
    assert (other["actor"]["kind"], other["corrected"]) == ("system", ["full_name"])
    assert other["corrected_elsewhere"]["dossier_code"] == residence["dossier_code"]
    (whole,) = [
        one["data"]["change"]
        for one in await kin.service.published("interlinked_dossier.advanced.v1")
        if "corrected" in one["data"]["change"]
    ]
    assert (whole["superseded"], whole["corrected"]["evidence"]) == (old_slip, WHY["evidence"])
    assert RIGHT not in str(other) + str(whole)
    answer = await kin.service.get("/v1/dossier-search", INSURANCE_DESK, params={"q": RIGHT})
    assert [one["dossier_id"] for one in answer.json()["items"]] == [card["dossier_id"]], answer.text
    assert await verify_history(kin.service.runtime, []) == 0


async def test_a_submission_given_to_somebody_else_by_hand_is_found(kin: Kin) -> None:
    """Its owner may withdraw all of it: it is of whom its dossiers are."""
    await kin.handed_in()
    assert await verify_history(kin.service.runtime, []) == 0
    for column in ("owner_subject", "submitter_subject", "owner_index"):
        pool = kin.service.runtime.pool
        before = await pool.fetchval(f"SELECT {column} FROM interlinked_parents")
        other = b"x" if column == "owner_index" else "cong-dan-binh"
        await pool.execute(f"UPDATE interlinked_parents SET {column} = $1", other)
        assert await verify_history(kin.service.runtime, []) == 1, column
        await pool.execute(f"UPDATE interlinked_parents SET {column} = $1", before)
    assert await verify_history(kin.service.runtime, []) == 0


async def test_a_child_not_accepted_yet_has_the_name_and_one_with_a_signed_result_is_told(kin: Kin) -> None:
    """No form 01 to replace; a signed result is put right by its signer: recall, then the own correction."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    residence = await kin.accepted_child(seen, RESIDENCE)
    await kin.act(residence, "owner-correction", POLICE_DESK, full_name=RIGHT, **WHY)
    card, birth = await kin.child(seen, CARD), await kin.child(seen, BIRTH)
    assert (card["owner"]["full_name"], card["state"], card["papers"]) == (RIGHT, "SUBMITTED", [])
    assert (birth["owner"]["full_name"], birth["state"]) == (WRONG, "RESULT_READY")
    noted = await kin.service.published("dossier.work_noted.v1")
    told = {one["key"]: one["data"]["change"] for one in noted}
    assert told.keys() == {card["dossier_id"], birth["dossier_id"]}
    assert {one["noted"] for one in told.values()} == {"OWNER_CORRECTED_ELSEWHERE"}
    card = await kin.accepted_child(seen, CARD)
    (first,) = await receipts(kin, card)
    assert RIGHT in words(await slip_of(kin, first["paper_id"]))


async def test_a_second_correction_elsewhere_does_not_bring_the_first_wrong_word_back(kin: Kin) -> None:
    """The lead's signed dossier still has the wrong name: the slip goes on from the slip in force."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    residence, card = [await kin.accepted_child(seen, code) for code in (RESIDENCE, CARD)]
    await kin.advance()
    await kin.act(residence, "owner-correction", POLICE_DESK, full_name=RIGHT, **WHY)
    card = await kin.child(seen, CARD)
    await kin.act(card, "owner-correction", INSURANCE_DESK, address="15 ngõ Bến Đò", **WHY)
    text = words(await slip_of(kin, (await kin.parent(seen))["slip_id"]))
    assert (RIGHT in text, "15 ngõ Bến Đò" in text, WRONG in text) == (True, True, False), text


async def test_a_child_begun_after_the_correction_has_the_right_name(kin: Kin) -> None:
    """From the first: nobody has to correct it again."""
    seen = await kin.handed_in()
    birth = await kin.at_issue_of(seen, BIRTH)
    birth = await kin.act(birth, "owner-correction", LEAD_DESK, full_name=RIGHT, **WHY)
    await kin.issued(birth, staff("CLERK", COMMUNE, "van-phong"), number="1/KQ")
    await kin.advance()
    assert (await kin.child(seen, CARD))["owner"]["full_name"] == RIGHT


async def test_two_offices_that_correct_at_once_leave_one_name_everywhere(kin: Kin) -> None:
    """One of them is stale and sees what the other wrote; no office is left with an older word."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    residence, card = [await kin.accepted_child(seen, code) for code in (RESIDENCE, CARD)]
    tries = ((residence, POLICE_DESK, "Nguyễn Vân An"), (card, INSURANCE_DESK, "Nguyễn Vạn An"))
    answers = await asyncio.gather(
        *(
            kin.service.post(
                f"/v1/dossiers/{child['dossier_id']}/owner-correction",
                {"full_name": name, **WHY},
                desk,
                version=child["version"],
            )
            for child, desk, name in tries
        )
    )
    assert sorted(one.status_code for one in answers) == [200, 412], [one.text for one in answers]
    names = {(await kin.child(seen, code))["owner"]["full_name"] for code in (RESIDENCE, CARD)}
    assert names == {(await kin.parent(seen))["owner_name"]} != {WRONG}
    assert await verify_history(kin.service.runtime, []) == 0


async def test_the_leads_counter_puts_it_right_while_no_child_can(kin: Kin) -> None:
    """Between two children: slip, submission and the children to come are right; the signed one is told."""
    seen = await kin.handed_in()
    birth = await kin.at_issue_of(seen, BIRTH)
    parent = await kin.parent(seen, LEAD_DESK)
    answer = await kin.on(parent, "owner-correction", LEAD_DESK, full_name=RIGHT, **WHY)
    assert (answer.status_code, answer.json()["code"]) == (409, "correct-in-member")
    assert answer.json()["procedures"] == [BIRTH]
    assert "owner-correction" not in parent["actions"]
    await kin.advance()
    await kin.issued(birth, staff("CLERK", COMMUNE, "van-phong"), number="1/KQ")
    parent = await kin.parent(seen, LEAD_DESK)
    assert "owner-correction" in parent["actions"]
    for who, known, said, status, code in (
        (FATHER, parent, {"full_name": RIGHT}, 403, "forbidden"),
        (POLICE_DESK, parent, {"full_name": RIGHT}, 403, "forbidden"),
        (staff("SIGNER", COMMUNE, "lanh-dao"), parent, {"full_name": RIGHT}, 403, "forbidden"),
        (staff("ONE_STOP_OFFICER", "H99.999"), parent, {"full_name": RIGHT}, 404, "not-found"),
        (LEAD_DESK, {**parent, "version": 1}, {"full_name": RIGHT}, 412, "stale-version"),
        (LEAD_DESK, parent, {"full_name": "Trần Thị Bình"}, 409, "another-person"),
        (LEAD_DESK, parent, {"full_name": WRONG}, 422, "invalid"),
    ):
        answer = await kin.on(known, "owner-correction", who, **said, **WHY)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await kin.parent(seen))["slip_id"] == parent["slip_id"]
    answer = await kin.on(parent, "owner-correction", LEAD_DESK, full_name=RIGHT, **WHY)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["owner_name"], told["slip_id"] != parent["slip_id"]) == (RIGHT, True)
    text = words(await slip_of(kin, told["slip_id"]))
    assert (RIGHT in text, WRONG in text, WHY["reason"] in text) == (True, False, True)
    change = (await kin.service.published("interlinked_dossier.advanced.v1"))[-1]["data"]["change"]
    assert (change["superseded"], change["corrected"]["dossier_code"]) == (
        parent["slip_id"],
        seen["reference"],
    )
    assert RIGHT not in str(change)
    (noted,) = await kin.service.published("dossier.work_noted.v1")
    assert (noted["key"], noted["data"]["change"]["noted"]) == (
        birth["dossier_id"],
        "OWNER_CORRECTED_ELSEWHERE",
    )
    again = await kin.on(told, "owner-correction", LEAD_DESK, full_name=RIGHT, **WHY)
    assert again.status_code == 422
    await kin.advance()
    for code in (RESIDENCE, CARD):
        assert (await kin.child(seen, code))["owner"]["full_name"] == RIGHT
    # Opened and not accepted: nothing is kept for children to come, and their offices cannot correct it yet.
    parent = await kin.parent(seen, LEAD_DESK)
    answer = await kin.on(parent, "owner-correction", LEAD_DESK, address="15 ngõ Bến Đò", **WHY)
    assert answer.status_code == 200, answer.text
    text = words(await slip_of(kin, answer.json()["slip_id"]))
    assert (RIGHT in text, "15 ngõ Bến Đò" in text, WRONG in text) == (True, True, False)
    card = await kin.child(seen, CARD)
    assert (card["owner"]["full_name"], card["owner"]["address"]) == (RIGHT, "15 ngõ Bến Đò")
    assert await verify_history(kin.service.runtime, []) == 0
