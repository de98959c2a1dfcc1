"""What does not go as planned: refused, late, paused, withdrawn, worked elsewhere, killed, raced."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.dossier.commands.figures import rebuild_figures
from services.dossier.commands.history import verify_history
from tests.builders.dossier.kin import (
    BIRTH,
    CARD,
    FATHER,
    GROUP,
    INSURANCE,
    POLICE,
    RESIDENCE,
    Kin,
    a_group,
    staff,
)
from tests.builders.dossier.office import COMMUNE, HANDED_OUT, PDF, STRANGER, Office
from tests.builders.dossier.resealed import reseal
from tests.integration.dossier.interlinked.test_one_slip import slip_of, words
from tests.integration.dossier.test_mirrors import fed as fed_by_its_system

LEAD = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
WHY = {"reason": "Không đủ điều kiện", "legal_basis": "Luật Cư trú Điều 20"}
CARRIED = [{"component": "khai-sinh", "procedure": BIRTH}]


def in_a_row(**rules: str) -> Any:
    """Return the group with the card after the residence, whose rules are given."""
    return a_group(
        [
            {"procedure": BIRTH, "after": []},
            {"procedure": RESIDENCE, "after": [BIRTH], "carries": {"results": CARRIED}, **rules},
            {"procedure": CARD, "after": [RESIDENCE], "carries": {"results": CARRIED}},
        ]
    )


async def refused(kin: Kin, seen: dict[str, Any], procedure: str) -> None:
    """Refuse a child at its own office, and let the parent hear."""
    child = await kin.child(seen, procedure)
    agency = POLICE if procedure == RESIDENCE else COMMUNE
    await kin.act(child, "refusal", staff("ONE_STOP_OFFICER", agency, "mot-cua"), **WHY)
    await kin.advance()


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


async def test_the_citizen_withdraws_the_whole(kin: Kin) -> None:
    """Not accepted: cancelled; at work: asked of its agency; not begun: never begun."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    await kin.accepted_child(seen, RESIDENCE)
    await kin.advance()
    parent = await kin.parent(seen)
    for who, status in ((STRANGER, 404), (LEAD, 403), (staff("SIGNER", POLICE), 403)):
        assert (await kin.on(parent, "withdrawal", who, reason="x")).status_code == status
    answer = await kin.on(parent, "withdrawal", reason="Chuyển nơi ở")
    assert answer.status_code == 200, answer.text
    assert (await kin.child(seen, CARD))["state"] == "CANCELLED"
    residence = await kin.child(seen, RESIDENCE)
    assert residence["state"] == "WITHDRAWAL_REQUESTED"
    await kin.act(
        residence,
        "withdrawal-decision",
        staff("SIGNER", POLICE, "lanh-dao"),
        approved=True,
        note="Đồng ý",
        legal_basis="NĐ 118/2025/NĐ-CP",
    )
    await kin.advance()
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "PARTLY")
    again = await kin.on(parent, "withdrawal", reason="Lần nữa")
    assert (again.status_code, again.json()["code"]) == (409, "interlinked-ended")


async def test_a_member_whose_result_is_signed_stays_when_the_whole_is_withdrawn(kin: Kin) -> None:
    seen = await kin.handed_in()
    signed = await kin.at_issue_of(seen, BIRTH)
    await kin.advance()
    answer = await kin.on(await kin.parent(seen), "withdrawal", reason="Chuyển nơi ở")
    assert answer.status_code == 200, answer.text
    assert await kin.statuses(seen) == {BIRTH: "OPEN", RESIDENCE: "SKIPPED", CARD: "SKIPPED"}
    issued = await kin.issued(signed, staff("CLERK", COMMUNE, "van-phong"), number="1/KS")
    await kin.advance()
    parent = await kin.parent(seen)
    assert (issued["state"], parent["state"], parent["outcome"]) == ("RESULT_READY", "ENDED", "PARTLY")


async def test_a_member_of_another_system_is_told_by_the_lead(empty_office: Office) -> None:
    """No dossier of ours for it; its papers are with the lead; its own code and end are noted."""
    kin = await Kin(empty_office.service).open_kin(card={"route": "SECTOR"})
    seen = await kin.handed_in()
    birth = await kin.granted(seen, BIRTH)
    await kin.advance()
    assert (await kin.statuses(seen))[CARD] == "OUTSIDE"
    lead = await kin.read(birth, LEAD)
    assert [one["purpose"] for one in lead["attachments"] if one["file_name"] == "tk1.pdf"] == ["INTERLINKED"]
    await kin.granted(seen, RESIDENCE)
    await kin.advance()
    parent = await kin.parent(seen, LEAD)
    told = {"procedure": CARD, "source": "VSS", "outside_code": "VSS-77", "at": "2026-03-05T09:00:00+07:00"}
    answer = await kin.on(parent, "outside-member", LEAD, **told, state="REFUSED")
    assert answer.status_code == 422
    answer = await kin.on(parent, "outside-member", LEAD, **told, state="GRANTED")
    assert answer.status_code == 200, answer.text
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "GRANTED")
    assert parent["members"][-1]["dossier_code"] == "VSS-77"
    assert await kin.service.count("dossiers") == 2


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


async def test_the_province_counts_one_submission_and_each_agency_its_own_dossier(kin: Kin) -> None:
    """Three dossiers received, one handed in; rows made anew from history say the same."""
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    for code in (RESIDENCE, CARD):
        await kin.accepted_child(seen, code)
    rows = await kin.service.runtime.pool.fetch(
        "SELECT competent_agency, is_follower FROM figure_rows ORDER BY competent_agency"
    )
    assert [tuple(row) for row in rows] == [(COMMUNE, False), (POLICE, True), (INSURANCE, True)]


def _without(body: dict[str, Any], paper: str) -> dict[str, Any]:
    return {**body, "papers": [one for one in body["papers"] if paper not in one["names"]]}


REFUSALS: dict[str, tuple[Any, int, str, str]] = {
    "no such group": (lambda body: {**body, "group_code": "LT-KHAC"}, 404, "interlinked-group-unknown", ""),
    "not the lead": (lambda body: {**body, "receiving_agency": POLICE}, 409, "not-lead-agency", ""),
    "a paper of nobody": (
        lambda body: {**body, "papers": [*body["papers"], {"names": ["9.9/x"]}]},
        422,
        "invalid",
        "papers.3.names",
    ),
    "a later member's paper is missing": (
        lambda body: _without(body, f"{CARD}/tk1"),
        422,
        "invalid",
        f"members.{CARD}.components",
    ),
    "an agency of no member": (
        lambda body: {**body, "agencies": {"9.9": POLICE}},
        422,
        "invalid",
        "agencies.9.9",
    ),
    "an agency that does not work it": (
        lambda body: {**body, "agencies": {CARD: POLICE}},
        422,
        "invalid",
        f"agencies.{CARD}",
    ),
    "somebody else's number": (
        lambda body: {**body, "owner": {**body["owner"], "identity_number": "001088000099"}},
        422,
        "invalid",
        "representative",
    ),
    "unknown member": (lambda body: {**body, "x": 1}, 422, "invalid", "x"),
}


async def test_what_is_wrong_is_refused_and_changes_nothing(kin: Kin) -> None:
    """One table: nothing is kept, no file is taken, the same body put right is taken afterwards."""
    body = await kin.submission_of_group()
    for name, (wrong, status, code, field) in REFUSALS.items():
        answer = await kin.service.post("/v1/interlinked-dossiers", wrong(body), FATHER)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), (name, answer.text)
        assert field in answer.text, (name, answer.text)
    assert await kin.service.count("interlinked_parents") == 0
    assert await kin.service.count("dossiers") == 0
    answer = await kin.service.post("/v1/interlinked-dossiers", body, staff("ONE_STOP_OFFICER", COMMUNE))
    assert answer.status_code == 403
    answer = await kin.service.post("/v1/interlinked-dossiers", body, FATHER)
    assert answer.status_code == 201, answer.text
    assert answer.json()["group"]["code"] == GROUP


async def test_what_another_system_feeds_goes_on_with_the_submission(empty_office: Office) -> None:
    """Once the lead has noted its code, its own statuses end the member; no officer types them."""
    kin = await Kin(empty_office.service).open_kin(card={"route": "SECTOR"})
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    await kin.granted(seen, RESIDENCE)
    await kin.advance()
    parent = await kin.parent(seen, LEAD)
    sent = {"procedure": CARD, "source": "VSS", "outside_code": "VSS-78", "at": "2026-03-05T09:00:00+07:00"}
    assert (await kin.on(parent, "outside-member", LEAD, **sent, state="SENT")).status_code == 200
    fed = {"source": "VSS", "outside_code": "VSS-78", "procedure_code": CARD, "agency": INSURANCE}
    for status, at in ((4, "2026-03-05T10:00:00+07:00"), (9, "2026-03-06T08:00:00+07:00")):
        await fed_by_its_system(kin, **fed, route="SECTOR", status=status, at=at)
        await kin.advance()
    parent = await kin.parent(seen)
    assert (parent["state"], parent["outcome"]) == ("ENDED", "GRANTED")
    assert parent["members"][-1]["ended_at"] == "2026-03-06T08:00:00+07:00"
    assert await counted_submissions(kin) == [
        (COMMUNE, True, False),
        (POLICE, False, False),
        (INSURANCE, False, True),
    ]


async def test_a_member_whose_route_was_changed_ends_with_its_system(kin: Kin) -> None:
    """As by its own end: what waited for it begins, is called back when the end is, and all ends with it."""
    seen = await kin.handed_in()
    signer = staff("SIGNER", COMMUNE, "lanh-dao")
    at = await kin.act(await kin.accepted_child(seen, BIRTH), "handover", LEAD)
    code = {"source": "BTP-HT", "outside_code": "G15-260303-0000042"}
    at = await kin.act(at, "route-change", signer, route="MINISTRY", **code, note="QĐ 1001/QĐ-BNV")
    said = {**code, "procedure_code": BIRTH, "agency": COMMUNE}
    kin.service.clock.set(datetime.fromisoformat("2026-03-04T09:00:00+07:00"))
    await fed_by_its_system(kin, **said, status=8, at="2026-03-03T15:00:00+07:00")
    await kin.advance()
    assert await kin.statuses(seen) == {BIRTH: "REFUSED", RESIDENCE: "SKIPPED", CARD: "SKIPPED"}
    await fed_by_its_system(kin, **said, status=4, at="2026-03-03T16:00:00+07:00")
    await kin.advance()
    assert (await kin.statuses(seen))[BIRTH] == "OPEN"
    assert (await kin.parent(seen))["state"] == "RUNNING"
    await fed_by_its_system(kin, **said, status=9, at="2026-03-03T17:00:00+07:00")
    await kin.advance()
    assert (await kin.statuses(seen))[BIRTH] == "GRANTED"
    [birth] = [one for one in (await kin.parent(seen))["members"] if one["procedure"]["code"] == BIRTH]
    assert birth["ended_at"] == "2026-03-03T17:00:00+07:00"


async def counted_submissions(kin: Kin) -> list[tuple[str, bool, bool]]:
    """Return each counted dossier's agency, whether it stands for a submission, whether it is a mirror."""
    rows = await kin.service.runtime.pool.fetch(
        "SELECT competent_agency, NOT is_follower, is_mirror FROM figure_rows ORDER BY competent_agency"
    )
    assert await rebuild_figures(kin.service.runtime, ("--check",)) == 0
    return [tuple(row) for row in rows]


async def test_a_member_fed_before_its_code_is_noted_is_no_submission_either(
    empty_office: Office,
) -> None:
    """Received twice, at both agencies, and handed in once."""
    kin = await Kin(empty_office.service).open_kin(card={"route": "SECTOR"})
    seen = await kin.handed_in()
    await kin.granted(seen, BIRTH)
    await kin.advance()
    fed = {"source": "VSS", "outside_code": "VSS-79", "procedure_code": CARD, "agency": INSURANCE}
    await fed_by_its_system(kin, **fed, route="SECTOR", status=4, at="2026-03-05T10:00:00+07:00")
    assert await counted_submissions(kin) == [(COMMUNE, True, False), (INSURANCE, True, True)]
    parent = await kin.parent(seen, LEAD)
    sent = {"procedure": CARD, "source": "VSS", "outside_code": "VSS-79", "at": "2026-03-05T09:00:00+07:00"}
    answer = await kin.on(parent, "outside-member", LEAD, **sent, state="SENT")
    assert answer.status_code == 200, answer.text
    assert await counted_submissions(kin) == [(COMMUNE, True, False), (INSURANCE, False, True)]


async def test_scans_made_at_the_counter_come_with_the_one_call(kin: Kin) -> None:
    """Named after their papers; the children's records are there and the lead's child is accepted."""
    body = {
        "group_code": GROUP,
        "channel": "DIRECT",
        "owner": {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"},
        "receiving_agency": COMMUNE,
        "papers": [{"names": [f"{BIRTH}/{code}"], "form": "original"} for code in ("to-khai", "cu-tru")]
        + [{"names": [f"{CARD}/tk1"], "form": "original"}],
        "files": [
            {
                "name": "cu-tru.pdf",
                "component_code": f"{BIRTH}/cu-tru",
                "content_base64": b64encode(PDF).decode(),
            }
        ],
        "form_data": {"ho_ten_con": "Nguyễn Bé"},
    }
    answer = await kin.service.post("/v1/counter-interlinked-dossiers", body, LEAD)
    assert answer.status_code == 201, answer.text
    seen = answer.json()
    (scan,) = (await kin.child(seen, BIRTH))["attachments"]
    await kin.act(await kin.child(seen, BIRTH), "handover", LEAD)
    rows = await kin.service.runtime.pool.fetch(
        "SELECT DISTINCT sha256, count(*) FROM attachments GROUP BY 1"
    )
    assert [(row["sha256"].hex(), row["count"]) for row in rows] == [(scan["sha256"], 2)]
