"""Money owed and suspensions: the clock stands, once for each, and runs on to the right moment."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.dossier.domain.payments.obligations import Moved
from services.dossier.use_cases.pause_dossier import follow_money
from tests.builders.dossier.office import (
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)

NOTICE: dict[str, Any] = {
    "name": "Tiền sử dụng đất",
    "amount": 12_500_000,
    "reason": "Phải nộp trước khi cấp giấy",
    "legal_basis": "NĐ 103/2024/NĐ-CP",
}
SUSPENSION = {
    "reason": "Chờ quyết định của tòa án",
    "legal_basis": "Bộ luật Tố tụng dân sự Điều 214",
    "cause": "COURT_OR_INSPECTION",
}


async def paid(office: Office, seen: dict[str, Any], amount: int, receipt: str = "BL-1") -> dict[str, Any]:
    """Confirm a payment as the money's own area does, in a commit of its own."""
    told = (await office.read(seen, LEAD))["obligations"][0]
    moved = Moved(UUID(told["obligation_id"]), NOTICE["amount"], amount)
    async with office.service.runtime.unit_of_work() as unit:
        dossier = await follow_money(
            UUID(seen["dossier_id"]),
            [moved],
            amount=amount,
            source=receipt,
            by=None,
            work=office.service.runtime.open_work(unit),
            now=office.service.clock.now(),
        )
        await unit.commit()
    return {**seen, "version": dossier.version, "state": dossier.state.value}


async def test_the_clock_stands_for_money_and_runs_on_when_all_of_it_came(office: Office) -> None:
    """A part lets nothing go on; the same receipt twice counts once; the due moment moves by the stop."""
    seen = await office.act(await office.in_process(), "payment-notice", SPECIALIST, **NOTICE)
    assert (seen["state"], (await office.read(seen, LEAD))["clock"]) == ("AWAITING_FINANCIAL", "STOPPED")
    office.service.clock.advance(timedelta(days=1))
    seen = await paid(office, seen, 2_500_000)
    again = await paid(office, seen, 2_500_000)
    assert (again["state"], again["version"]) == ("AWAITING_FINANCIAL", seen["version"])
    assert (await office.read(again, LEAD))["obligations"][0]["owed"] == 10_000_000
    done = await paid(office, again, 10_000_000, receipt="BL-2")
    detail = await office.read(done, SPECIALIST)
    assert (detail["state"], detail["due_at"]) == ("PROCESSING", "2026-03-09T17:30:00+07:00")
    assert detail["original_due_at"] == "2026-03-06T17:30:00+07:00"
    assert [stop["belongs_to"] for stop in detail["stops"]] == ["APPLICANT"]
    assert "PAYMENT_NOTICE" in [paper["kind"] for paper in detail["papers"]]
    resumed = (await office.service.published("dossier.resumed.v1"))[-1]["data"]["change"]
    assert resumed["cause"] == {"code": "APPLICANT_PAYMENT", "belongs_to": "APPLICANT"}


async def test_a_payment_that_comes_while_a_withdrawal_waits_ends_the_stop(office: Office) -> None:
    """Declined, the dossier is worked on; it does not wait for money that has come."""
    seen = await office.act(await office.in_process(), "payment-notice", SPECIALIST, **NOTICE)
    seen = await office.act(seen, "withdrawal", a_citizen(), note="Thôi")
    seen = await paid(office, seen, 12_500_000)
    assert (seen["state"], (await office.read(seen, LEAD))["clock"]) == ("WITHDRAWAL_REQUESTED", "RUNNING")
    seen = await office.act(seen, "withdrawal-decision", SIGNER, approved=False, note="Sắp xong")
    assert (seen["state"], seen["step"]["code"]) == ("PROCESSING", "tham-dinh")


async def test_a_wrong_notice_of_amount_is_taken_back_by_another(office: Office) -> None:
    """Who wrote it may not; what was owed is owed no more and stays on record."""
    both = an_officer("SPECIALIST", "TEAM_LEAD", subject="hai-vai")
    seen = await office.act(await office.in_process(), "step-completion", both, step="tham-dinh")
    seen = await office.act(seen, "step-completion", LEAD, step="soat-xet", outcome="RETURNED", note="Sửa")
    seen = await office.act(seen, "payment-notice", SPECIALIST, **NOTICE)
    own = await office.tried(seen, "payment-notice-cancellation", both, reason="Nhầm")
    assert (own.status_code, own.json()["code"]) == (403, "four-eyes")
    seen = await office.act(seen, "payment-notice-cancellation", LEAD, reason="Tính nhầm")
    assert (seen["state"], (await office.read(seen, LEAD))["obligations"][0]["owed"]) == ("PROCESSING", 0)


async def test_a_mistaken_notice_buys_the_agency_no_time(office: Office) -> None:
    """Its writer in a second role may not take it back; the stop is the agency's and moves no due moment."""
    both = an_officer("SPECIALIST", "TEAM_LEAD", subject="hai-vai")
    before = await office.in_process()
    seen = await office.act(before, "payment-notice", both, **NOTICE)
    office.service.clock.advance(timedelta(days=1))
    own = await office.tried(seen, "payment-notice-cancellation", both, reason="Nhầm")
    assert (own.status_code, own.json()["code"]) == (403, "four-eyes")
    seen = await office.act(seen, "payment-notice-cancellation", LEAD, reason="Tính nhầm")
    assert (seen["due_at"], seen["step"]["due_at"]) == (before["due_at"], before["step"]["due_at"])
    stops = (await office.read(seen, LEAD))["stops"]
    assert [(stop["cause"], stop["belongs_to"]) for stop in stops] == [("NOTICE_MISTAKEN", "AGENCY")]
    assert await office.service.runtime.pool.fetchval("SELECT cause FROM figure_rows") == "NOTICE_MISTAKEN"
    seen = await office.act(seen, "suspension", SIGNER, **SUSPENSION)
    office.service.clock.advance(timedelta(days=1))
    seen = await office.act(seen, "suspension-end", SIGNER, reason="Đã có quyết định")
    assert seen["due_at"] == "2026-03-09T17:30:00+07:00"


async def test_only_a_signer_suspends_on_a_legal_ground_and_ends_it(office: Office) -> None:
    """No ground, no suspension; the cause says whose time it is; a withdrawal comes back to where it was."""
    seen = await office.in_process()
    silent = await office.tried(seen, "suspension", SIGNER, **{**SUSPENSION, "legal_basis": ""})
    assert silent.status_code == 422
    unknown = await office.tried(seen, "suspension", SIGNER, **{**SUSPENSION, "cause": "WORKLOAD"})
    assert unknown.json()["errors"][0]["path"] == "cause"
    refused = await office.tried(seen, "suspension", LEAD, **SUSPENSION)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    seen = await office.act(seen, "suspension", SIGNER, **SUSPENSION)
    assert seen["state"] == "SUSPENDED"
    assert (await office.read(seen, SIGNER))["actions"] == ["suspension-end"]
    seen = await office.act(seen, "withdrawal", a_citizen(), note="Thôi")
    seen = await office.act(seen, "withdrawal-decision", SIGNER, approved=False, note="Chờ tòa án")
    assert (seen["state"], (await office.read(seen, LEAD))["clock"]) == ("SUSPENDED", "STOPPED")
    office.service.clock.advance(timedelta(days=2))
    seen = await office.act(seen, "suspension-end", SIGNER, reason="Đã có quyết định")
    assert (seen["state"], seen["due_at"]) == ("PROCESSING", "2026-03-10T17:30:00+07:00")
    told = [event["type"] for event in await office.service.published("")]
    assert "dossier.suspended.v1" in told


async def test_a_withdrawn_dossier_says_which_papers_go_back_and_that_nothing_was_paid(
    office: Office,
) -> None:
    """Form 05 and the event carry the settlement; money nobody paid is promised back to nobody."""
    seen = await office.act(await office.in_process(), "withdrawal", a_citizen(), note="Không cần nữa")
    said = {"approved": True, "note": "Đồng ý", "originals": ["Giấy khai sinh bản chính"]}
    refund = {"rule": "FULL", "amount": 999_999, "basis": "Chưa thực hiện công việc"}
    untrue = await office.tried(seen, "withdrawal-decision", SIGNER, **said, refund=refund)
    assert (untrue.status_code, untrue.json()["code"]) == (422, "settlement-not-as-paid")
    seen = await office.act(seen, "withdrawal-decision", SIGNER, **said)
    stopped = (await office.service.published("dossier.stopped.v1"))[-1]["data"]["change"]["settlement"]
    assert stopped == {
        "originals": ["Giấy khai sinh bản chính"],
        "refund": "NOTHING_PAID",
        "refund_amount": 0,
        "refund_basis": "",
    }
    paper = (await office.read(seen, RECEIVER))["papers"][-1]
    printed = await office.service.get(f"/v1/papers/{paper['paper_id']}", RECEIVER)
    assert (paper["kind"], printed.content[:4]) == ("FORM_05", b"%PDF")
