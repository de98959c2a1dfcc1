"""What does not go as planned: refused, late, paused, taken back, not to be opened."""

from datetime import datetime, timedelta

import pytest

from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from tests.builders.dossier.kin import (
    BIRTH,
    CARD,
    FATHER,
    INSURANCE,
    LEAD,
    POLICE,
    RESIDENCE,
    Kin,
    in_a_row,
    refused,
    staff,
)
from tests.builders.dossier.office import COMMUNE, HANDED_OUT, Office
from tests.builders.dossier.resealed import reseal
from tests.integration.dossier.interlinked.test_one_slip import slip_of, words


async def test_a_refused_birth_ends_the_submission(kin: Kin) -> None:
    """Its path is STOP: what comes after is never begun, and the citizen reads why."""
    seen = await kin.handed_in()
    await refused(kin, seen, BIRTH)
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "REFUSED")
    skipped = [one for one in parent["members"] if one["status"] == "SKIPPED"]
    assert {one["procedure"]["code"] for one in skipped} == {RESIDENCE, CARD}
    assert all("Khai sinh" in one["reason"] for one in skipped)
    assert await kin.service.count("dossiers") == 1


async def test_a_member_begun_after_a_correction_is_given_the_right_result(empty_office: Office) -> None:
    """The member stays granted; its correction is none, and what comes later is judged by the right one."""
    kin = await Kin(empty_office.service).open_kin(in_a_row())
    seen = await kin.handed_in()
    clerk, signer = staff("CLERK", COMMUNE, "van-phong"), staff("SIGNER", COMMUNE, "lanh-dao")
    birth = await kin.granted(seen, BIRTH)
    birth = await kin.act(birth, "return", LEAD, delivery="COUNTER", **HANDED_OUT)
    await kin.advance()
    # Accepted on the certificate as it was then; the error is found while it is worked.
    residence = await kin.at_issue_of(seen, RESIDENCE)
    error = {"reason": "Sai năm sinh", "cause": "ERROR_WRITTEN", "found_by": "APPLICANT"}
    birth = await kin.act(birth, "result-correction-draft", staff("SPECIALIST", COMMUNE), **error)
    birth = await kin.act(birth, "result-correction", signer, approved=True)
    at = await kin.act({**birth["correction"], "version": 1}, "acceptance", LEAD)
    at = await kin.act(at, "handover", LEAD)
    at = await kin.act(at, "step-completion", staff("SPECIALIST", COMMUNE), step="tham-dinh")
    at = await kin.act(at, "step-completion", staff("TEAM_LEAD", COMMUNE), step="soat-xet")
    at = await kin.act(at, "step-completion", signer, step="ky")
    at = await kin.issued(at, clerk, number="KQ-DUNG")
    await kin.act(at, "return", LEAD, delivery="COUNTER", **HANDED_OUT)
    await kin.advance()
    assert await kin.statuses(seen) == {BIRTH: "GRANTED", RESIDENCE: "OPEN", CARD: "WAITING"}
    await kin.issued(residence, staff("CLERK", POLICE, "van-phong"), number="TT-1")
    await kin.advance()
    (carried,) = (await kin.child(seen, CARD))["brought"]["interlinked"]["results"]
    assert (carried["number"], carried["procedure"]) == ("KQ-DUNG", BIRTH)
    assert await verify_history(kin.service.runtime, ()) == 0


async def test_a_wrong_refusal_taken_back_and_granted_opens_what_was_skipped_for_it(kin: Kin) -> None:
    """The citizen hands in nothing again, is told, and everything is counted once."""
    seen = await kin.handed_in()
    at = await kin.accepted_child(seen, BIRTH)
    at = await kin.act(at, "handover", LEAD)
    at = await kin.act(at, "step-completion", staff("SPECIALIST", COMMUNE), step="tham-dinh")
    at = await kin.act(at, "step-completion", staff("TEAM_LEAD", COMMUNE), step="soat-xet")
    clerk, signer = staff("CLERK", COMMUNE, "van-phong"), staff("SIGNER", COMMUNE, "lanh-dao")
    why = "Thiếu giấy chứng sinh"
    at = await kin.act(at, "step-completion", signer, step="ky", decision="REFUSED", note=why)
    at = await kin.issued(at, clerk, number="01/TB", outcome="REFUSED", reason=why)
    await kin.advance()
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "REFUSED")
    at = await kin.act(at, "result-recall", signer, reason="Giấy chứng sinh có trong hồ sơ")
    await kin.advance()
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"], parent["ended_at"]) == ("RUNNING", None, None)
    assert await kin.statuses(seen) == {BIRTH: "OPEN", RESIDENCE: "WAITING", CARD: "WAITING"}
    [told] = await kin.service.published("interlinked_dossier.reopened.v1")
    assert set(told["data"]["change"]["revived"]) == {RESIDENCE, CARD}
    at = await kin.act(at, "step-completion", signer, step="ky")
    await kin.issued(at, clerk, number="02/KS")
    await kin.advance()
    await kin.advance()
    assert await kin.statuses(seen) == {BIRTH: "GRANTED", RESIDENCE: "OPEN", CARD: "OPEN"}
    assert await kin.service.count("dossiers") == 3
    assert await rebuild_figures(kin.service.runtime, ["--check"]) == 0
    assert await verify_history(kin.service.runtime, []) == 0


@pytest.mark.parametrize(
    ("choice", "card", "state"), [("GO_ON", "OPEN", "RUNNING"), ("STOP", "SKIPPED", "ENDED")]
)
async def test_an_officer_of_the_lead_decides_what_follows_a_refused_child(
    empty_office: Office, choice: str, card: str, state: str
) -> None:
    """Told to decide, with the reason kept; nobody else may, and an old version is refused."""
    kin = await Kin(empty_office.service).open_kin(in_a_row(on_refused="ASK"))
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    await refused(kin, seen, RESIDENCE)
    parent = await kin.parent(seen, LEAD)
    assert parent["state"] == "DECISION_NEEDED"
    assert [(one["procedure"], one["kind"]) for one in parent["questions"]] == [
        (RESIDENCE, "ENDED_WITHOUT_RESULT")
    ]
    body = {"procedure": RESIDENCE, "choice": choice, "reason": "Trẻ đã có nơi tạm trú"}
    for who, seen_version, status in (
        (FATHER, parent["version"], 403),
        (staff("SPECIALIST", COMMUNE), parent["version"], 403),
        (staff("SIGNER", POLICE, "lanh-dao"), parent["version"], 403),
        (LEAD, parent["version"] - 1, 412),
    ):
        answer = await kin.on({**parent, "version": seen_version}, "member-decision", who, **body)
        assert answer.status_code == status, answer.text
    answer = await kin.on(parent, "member-decision", LEAD, **body)
    assert answer.status_code == 200, answer.text
    assert (await kin.statuses(seen))[CARD] == card
    parent = await kin.parent(seen)
    assert parent["state"] == state
    assert parent["decisions"][0]["reason"] == "Trẻ đã có nơi tạm trú"
    again = await kin.on(parent, "member-decision", LEAD, **body)
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-decide")


async def test_a_paused_child_moves_the_one_appointment_and_says_why(kin: Kin) -> None:
    """The child's clock stands and runs on; the citizen hears of one new appointment."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    child = await kin.accepted_child(seen, RESIDENCE)
    await kin.advance()
    first, old_slip = [(await kin.parent(seen))[name] for name in ("due_at", "slip_id")]
    desk = staff("ONE_STOP_OFFICER", POLICE, "mot-cua")
    child = await kin.act(child, "handover", desk)
    items = [{"component_code": "cu-tru", "reason": "Mờ"}]
    child = await kin.act(
        child, "supplement-request", staff("SPECIALIST", POLICE), items=items, reason="Thiếu giấy tờ"
    )
    child = await kin.act(child, "supplement-request-approval", staff("TEAM_LEAD", POLICE))
    kin.service.clock.advance(timedelta(days=9))
    file = await kin.upload(FATHER, name="bo-sung.pdf")
    child = await kin.act(child, "supplement-answer", FATHER, attachment_ids=[file])
    child = await kin.act(child, "resumption", desk)
    await kin.advance()
    parent = await kin.parent(seen)
    assert parent["original_due_at"] == first
    assert parent["due_at"] == child["due_at"] > first
    told = (await kin.service.published("interlinked_dossier.appointed.v1"))[-1]["data"]["change"]
    assert (told["previous_due_at"], told["cause"], told["because_of"]) == (first, "PAUSED", RESIDENCE)
    assert (told["superseded"], told["papers"][0]["paper_id"]) == (old_slip, parent["slip_id"])
    new, old = [words(await slip_of(kin, one)) for one in (parent["slip_id"], old_slip)]
    before, after = [f"{datetime.fromisoformat(day):%H:%M %d/%m/%Y}" for day in (first, parent["due_at"])]
    assert (before in old, after in old, f"{parent['reference']}/02" in new) == (True, False, True)
    whole = f"Thời gian trả kết quả của cả nhóm: {after}"
    for said in (whole, f"Thay ngày hẹn {before}", "tạm dừng", "Thay thế", "Thường trú", "Cán bộ", "An"):
        assert said in new, (said, new)
    await kin.advance()
    assert (await kin.parent(seen))["slip_id"] == parent["slip_id"]
    assert await verify_history(kin.service.runtime, []) == 0


async def test_a_carried_result_that_was_revoked_since_is_no_ground_for_the_next_member(kin: Kin) -> None:
    """As where an owner names it: its acceptance is refused, with the component it stood for."""
    seen = await kin.handed_in()
    birth = await kin.granted(seen, BIRTH)
    await kin.advance()
    await kin.act(birth, "return", LEAD, delivery="COUNTER", **HANDED_OUT)
    (used,) = {
        row["result_id"] for row in await kin.service.runtime.pool.fetch("SELECT result_id FROM result_uses")
    }
    signer = staff("SIGNER", COMMUNE, "lanh-dao")
    why = {"reason": "Đăng ký sai họ tên", "legal_basis": "Luật Hộ tịch Điều 28"}
    done = await kin.service.post(f"/v1/results/{used}/revocation", why, signer, version=1)
    assert done.status_code == 204, done.text
    for one in (RESIDENCE, CARD):
        desk = staff("ONE_STOP_OFFICER", POLICE if one == RESIDENCE else INSURANCE, "mot-cua")
        refused_now = await kin.tried(await kin.child(seen, one), "acceptance", desk)
        assert (refused_now.status_code, refused_now.json()["code"]) == (409, "result-not-valid")
    assert await verify_history(kin.service.runtime, []) == 0


async def test_a_late_child_is_looked_at_when_its_promise_passes(empty_office: Office) -> None:
    """Path GO_ON: the card begins without waiting; the appointment moves with the delay, once told."""
    kin = await Kin(empty_office.service).open_kin(in_a_row(on_late="GO_ON"))
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    await kin.accepted_child(seen, RESIDENCE)
    await kin.advance()
    assert (await kin.statuses(seen))[CARD] == "WAITING"
    kin.service.clock.advance(timedelta(days=14))
    await kin.advance()
    assert await kin.statuses(seen) == {BIRTH: "GRANTED", RESIDENCE: "OPEN", CARD: "OPEN"}
    events = len(await kin.service.published())
    await kin.advance()
    assert len(await kin.service.published()) == events


async def test_a_child_that_cannot_be_opened_waits_for_an_officer_and_is_tried_again(kin: Kin) -> None:
    """Its procedure closed meanwhile; the other child begins all the same."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.service.runtime.pool.execute(
        "UPDATE procedures SET data = jsonb_set(data::jsonb, '{open}', 'false')::json, sequence = 9"
        " WHERE code = $1",
        CARD,
    )
    await reseal(kin.service, "procedures")
    await kin.advance()
    parent = await kin.parent(seen, LEAD)
    assert {one["procedure"]["code"]: one["status"] for one in parent["members"]} == {
        BIRTH: "GRANTED",
        RESIDENCE: "OPEN",
        CARD: "WAITING",
    }
    assert [one["kind"] for one in parent["questions"]] == ["NOT_OPENED"]
    assert parent["questions"][0]["reason"] == "Thủ tục không còn được tiếp nhận"
    await kin.service.runtime.pool.execute(
        "UPDATE procedures SET data = jsonb_set(data::jsonb, '{open}', 'true')::json, sequence = 10"
        " WHERE code = $1",
        CARD,
    )
    await reseal(kin.service, "procedures")
    answer = await kin.on(
        parent, "member-decision", LEAD, procedure=CARD, choice="GO_ON", reason="Đã công bố lại"
    )
    assert answer.status_code == 200, answer.text
    assert (await kin.statuses(seen))[CARD] == "OPEN"
