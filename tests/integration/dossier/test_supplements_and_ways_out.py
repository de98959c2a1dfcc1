"""The clock stands while papers are missing; ways out before and after acceptance; four eyes."""

import io
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader

from kernel.core.clock import VIETNAM
from tests.builders.dossier.office import (
    CLERK,
    GATEWAY,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)

ITEMS = [{"component_code": "to-khai", "reason": "Chưa ký"}]

pytestmark = pytest.mark.usefixtures("figures_hold")


async def test_intake_supplement_is_asked_once_in_writing_and_answered(office: Office) -> None:
    """Before acceptance the clock is off; the dossier comes back to the counter."""
    seen = await office.submitted()
    seen = await office.act(seen, "intake-supplement-request", RECEIVER, items=ITEMS, reason="Thiếu chữ ký")
    assert seen["state"] == "INTAKE_SUPPLEMENT"
    file = await office.upload(a_citizen())
    seen = await office.act(seen, "intake-supplement-answer", a_citizen(), attachment_ids=[file])
    assert seen["state"] == "SUBMITTED"
    asked_again = await office.read(seen, RECEIVER)
    assert "intake-supplement-request" in asked_again["actions"]
    assert asked_again["blocked_actions"] == [
        {
            "action": "intake-supplement-request",
            "way": "GENERAL",
            "code": "supplement-limit",
            "reason": "Đã hết số lần được yêu cầu bổ sung",
            "details": {"asked": 1, "most": 2},
        }
    ]
    seen = await office.act(seen, "acceptance", RECEIVER)
    detail = await office.read(seen, RECEIVER)
    assert (detail["actions"], detail["blocked_actions"]) == (["handover", "owner-correction"], [])
    assert [paper["kind"] for paper in detail["papers"]] == ["FORM_02", "FORM_01"]
    assert len(detail["attachments"]) == 2


async def test_the_clock_stands_from_the_request_to_the_confirmation(office: Office) -> None:
    """Asked on Tuesday, confirmed on Thursday: two working days later than first promised."""
    seen = await office.in_process()
    first_due, step_due = seen["due_at"], seen["step"]["due_at"]
    seen = await office.act(seen, "supplement-request", SPECIALIST, items=ITEMS, reason="Thiếu chữ ký")
    assert seen["state"] == "PROCESSING"
    seen = await office.act(seen, "supplement-request-approval", LEAD)
    assert (seen["state"], (await office.read(seen, LEAD))["clock"]) == ("SUPPLEMENT_REQUESTED", "STOPPED")
    refused = await office.tried(seen, "resumption", RECEIVER)
    assert (refused.status_code, refused.json()["code"]) == (409, "supplement-not-answered")
    office.service.clock.advance(timedelta(days=1))
    file = await office.upload(a_citizen())
    seen = await office.act(seen, "supplement-answer", a_citizen(), attachment_ids=[file])
    office.service.clock.advance(timedelta(days=1))
    seen = await office.act(seen, "resumption", RECEIVER)
    assert first_due == "2026-03-06T17:30:00+07:00"
    assert seen["due_at"] == "2026-03-10T17:30:00+07:00"
    assert (await office.read(seen, LEAD))["original_due_at"] == first_due
    assert step_due == "2026-03-03T14:00:00+07:00"
    assert seen["step"]["due_at"] == "2026-03-05T14:00:00+07:00"
    stops = (await office.read(seen, LEAD))["stops"]
    assert [(one["stopped_at"][:10], one["resumed_at"][:10], one["belongs_to"]) for one in stops] == [
        ("2026-03-03", "2026-03-04", "APPLICANT"),
        ("2026-03-04", "2026-03-05", "AGENCY"),
    ]
    history = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/history", LEAD)).json()["items"]
    told = history[-1]["change"]["confirming"]
    assert (told["minutes"], told["is_late"]) == (8 * 60, False)
    path = f"/v1/portal-views/{seen['dossier_id']}"
    asked, newest = [
        (await office.service.get(path, GATEWAY, params={"version": version})).json()["attachments"]
        for version in (history[-3]["version"], 0)
    ]
    assert file in {one["attachment_id"] for one in newest}
    assert file not in {one["attachment_id"] for one in asked}, "told before it was handed in"
    slip = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/control-slip.pdf", RECEIVER)
    said = " ".join(PdfReader(io.BytesIO(slip.content)).pages[0].extract_text().split())
    assert "Chờ cơ quan xác nhận nội dung bổ sung (cơ quan giải quyết)" in said
    again = await office.tried(seen, "supplement-request", SPECIALIST, items=ITEMS, reason="Nữa")
    assert (again.status_code, again.json()["code"]) == (409, "supplement-limit")


async def test_an_answer_the_office_let_lie_is_counted_under_its_own_cause(office: Office) -> None:
    """The due moment moves all the same (T10); statistics say whose delay it was."""
    seen = await office.act(
        await office.in_process(), "supplement-request", SPECIALIST, items=ITEMS, reason="Thiếu"
    )
    seen = await office.act(seen, "supplement-request-approval", LEAD)
    day = {"from": "2026-03-03", "to": "2026-03-03", "by": "cause"}

    async def causes() -> list[str]:
        answer = await office.service.get("/v1/statistics", SIGNER, params=day)
        return [row["cut"]["cause"] for row in answer.json()["items"]]

    assert await causes() == ["APPLICANT_PAPERS"]
    file = await office.upload(a_citizen())
    seen = await office.act(seen, "supplement-answer", a_citizen(), attachment_ids=[file])
    office.service.clock.advance(timedelta(days=1, minutes=1))
    waiting = (await office.read(seen, LEAD))["stops"]
    assert [(one["cause"], one["resumed_at"] is None) for one in waiting] == [
        ("APPLICANT_PAPERS", False),
        ("AGENCY_CONFIRMING", True),
    ]
    seen = await office.act(seen, "resumption", RECEIVER)
    assert seen["due_at"] == "2026-03-09T17:30:00+07:00"
    assert await causes() == ["AGENCY_CONFIRMING"]


async def test_who_drafted_a_supplement_may_not_approve_it(office: Office) -> None:
    """One person in two roles is still one person."""
    both = an_officer("SPECIALIST", "TEAM_LEAD", subject="hai-vai")
    seen = await office.in_process()
    seen = await office.act(seen, "supplement-request", both, items=ITEMS, reason="Thiếu")
    refused = await office.tried(seen, "supplement-request-approval", both)
    assert (refused.status_code, refused.json()["code"]) == (403, "four-eyes")
    declined = await office.act(seen, "supplement-request-approval", LEAD, approved=False, note="Đã đủ")
    assert (await office.read(declined, LEAD))["draft"] is None


async def test_who_prepared_the_dossier_may_not_sign_it(office: Office) -> None:
    """The specialist never signs."""
    both = an_officer("SPECIALIST", subject="mot-nguoi")
    seen = await office.act(await office.in_process(), "step-completion", both, step="tham-dinh")
    seen = await office.act(seen, "step-completion", LEAD, step="soat-xet")
    as_signer = an_officer("SIGNER", unit="lanh-dao", subject="mot-nguoi")
    refused = await office.tried(seen, "step-completion", as_signer, step="ky")
    assert (refused.status_code, refused.json()["code"]) == (403, "four-eyes")


async def test_a_branch_is_taken_by_its_condition_and_steps_go_back_with_a_reason(office: Office) -> None:
    """The process names the ways; there is no other."""
    seen = await office.in_process()
    facts = {"needs_site_visit": True}
    seen = await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh", facts=facts)
    assert seen["step"]["code"] == "thuc-dia"
    silent = await office.tried(seen, "step-completion", SPECIALIST, step="thuc-dia", outcome="RETURNED")
    assert silent.status_code == 422
    wrong = await office.tried(seen, "step-completion", SPECIALIST, step="thuc-dia", next="phat-hanh")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "no-such-branch")
    seen = await office.act(
        seen, "step-completion", SPECIALIST, step="thuc-dia", outcome="RETURNED", note="Sai địa chỉ"
    )
    assert seen["step"]["code"] == "tham-dinh"
    moved = await office.tried(seen, "step-completion", SPECIALIST, step="thuc-dia")
    assert (moved.status_code, moved.json()["code"]) == (409, "step-moved")
    other = await office.tried(seen, "step-completion", CLERK, step="tham-dinh")
    assert (other.status_code, other.json()["code"]) == (403, "not-your-step")


async def test_refusal_cancellation_withdrawal_and_stop_end_a_dossier(office: Office) -> None:
    """Each way out has its paper and its state."""
    why = {"reason": "Không thuộc thẩm quyền", "legal_basis": "NĐ 123/2015/NĐ-CP Điều 22"}
    refused = await office.act(await office.submitted(), "refusal", RECEIVER, **why)
    assert refused["state"] == "INTAKE_REFUSED"
    cancelled = await office.act(await office.submitted(), "cancellation", a_citizen())
    assert cancelled["state"] == "CANCELLED"
    seen = await office.act(await office.in_process(), "withdrawal", a_citizen(), note="Không cần nữa")
    declined = await office.act(seen, "withdrawal-decision", SIGNER, approved=False, note="Sắp xong")
    assert (declined["state"], declined["step"]["code"]) == ("PROCESSING", "tham-dinh")
    seen = await office.act(declined, "withdrawal", a_citizen())
    stopped = await office.act(seen, "withdrawal-decision", SIGNER, approved=True, note="Đồng ý")
    assert stopped["state"] == "STOPPED"
    papers = (await office.read(stopped, RECEIVER))["papers"]
    assert [paper["kind"] for paper in papers] == ["FORM_01", "FORM_05"]
    late = await office.tried(stopped, "step-completion", SPECIALIST, step="tham-dinh")
    assert (late.status_code, late.json()["code"]) == (409, "transition-refused")


async def test_a_supplement_that_never_comes_stops_the_dossier_after_its_deadline(office: Office) -> None:
    """Not a day earlier."""
    seen = await office.in_process()
    seen = await office.act(seen, "supplement-request", SPECIALIST, items=ITEMS, reason="Thiếu")
    seen = await office.act(seen, "supplement-request-approval", LEAD)
    why = {"reason": "Quá hạn bổ sung", "legal_basis": "Quy chế"}
    early = await office.tried(seen, "stop", SIGNER, **why)
    assert (early.status_code, early.json()["code"]) == (409, "supplement-not-lapsed")
    office.service.clock.set(datetime(2026, 4, 3, 8, tzinfo=VIETNAM))
    assert (await office.act(seen, "stop", SIGNER, **why))["state"] == "STOPPED"


async def test_a_wrong_result_is_recalled_before_it_is_returned(office: Office) -> None:
    """It goes back to the signer, and the clock runs again."""
    seen = await office.issued(number="12/XN")
    seen = await office.act(seen, "result-recall", SIGNER, reason="Sai họ tên")
    assert (seen["state"], seen["step"]["code"]) == ("PROCESSING", "ky")
    seen = await office.act(seen, "step-completion", SIGNER, step="ky")
    signed = await office.tried(seen, "withdrawal", a_citizen())
    assert (signed.status_code, signed.json()["code"]) == (409, "result-signed")


async def test_a_team_lead_decides_supplements_of_their_own_unit_only(office: Office) -> None:
    """The signer decides for every unit of the agency."""
    elsewhere = an_officer("TEAM_LEAD", unit="dia-chinh", subject="truong-phong-khac")
    seen = await office.in_process()
    seen = await office.act(seen, "supplement-request", SPECIALIST, items=ITEMS, reason="Thiếu")
    assert "supplement-request-approval" not in (await office.read(seen, elsewhere))["actions"]
    refused = await office.tried(seen, "supplement-request-approval", elsewhere)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "supplement-request-approval" in (await office.read(seen, LEAD))["actions"]
    assert (await office.act(seen, "supplement-request-approval", SIGNER))["state"] == "SUPPLEMENT_REQUESTED"


async def test_a_step_is_not_left_over_a_drafted_supplement_request(office: Office) -> None:
    """Neither forward nor back, until somebody has decided on the draft; nobody is offered it either."""
    items = [{"component_code": "to-khai", "reason": "Chưa ký"}]
    seen = await office.in_process()
    seen = await office.act(seen, "supplement-request", SPECIALIST, items=items, reason="Thiếu")
    for outcome in ("DONE", "RETURNED"):
        refused = await office.tried(
            seen, "step-completion", SPECIALIST, step="tham-dinh", outcome=outcome, note="Chuyển"
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "supplement-draft-open")
    detail = await office.read(seen, SPECIALIST)
    assert "step-completion" not in detail["actions"]
    assert detail["draft"]["reason"] == "Thiếu"
    seen = await office.act(seen, "supplement-request-approval", LEAD, approved=False, note="Đủ rồi")
    seen = await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh")
    assert seen["step"]["code"] == "soat-xet"
