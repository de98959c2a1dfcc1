"""An apology in time, answers that never came, warnings told once, a name put right, the archive."""

from datetime import datetime, timedelta

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.commands.history import verify_history
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import (
    CLERK,
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)

ITEMS = [{"component_code": "to-khai", "reason": "Chưa ký"}]
WHY = {"reason": "Quá hạn bổ sung", "legal_basis": "NĐ 118/2025/NĐ-CP"}
APOLOGY = {"reason": "Cần xác minh thêm", "cause": "COMPLEX_CASE"}


async def test_a_new_date_is_promised_once_with_an_apology_that_another_signs(office: Office) -> None:
    """The first promise stays what punctuality is measured on."""
    both = an_officer("SPECIALIST", subject="hai-vai")
    seen = await office.in_process()
    early = await office.tried(seen, "apology-draft", both, **APOLOGY, new_due_on="2026-03-06")
    off = await office.tried(seen, "apology-draft", both, **APOLOGY, new_due_on="2026-03-14")
    assert [answer.json()["errors"][0]["path"] for answer in (early, off)] == ["new_due_on", "new_due_on"]
    seen = await office.act(seen, "apology-draft", both, **APOLOGY, new_due_on="2026-03-11")
    as_signer = an_officer("SIGNER", unit="lanh-dao", subject="hai-vai")
    own = await office.tried(seen, "reappointment", as_signer)
    assert (own.status_code, own.json()["code"]) == (403, "four-eyes")
    inbox = (await office.service.get("/v1/inbox", SIGNER)).json()["items"]
    assert [item["dossier_id"] for item in inbox] == [seen["dossier_id"]]
    seen = await office.act(seen, "reappointment", SIGNER)
    detail = await office.read(seen, SPECIALIST)
    assert detail["due_at"] == detail["original_due_at"] == "2026-03-06T17:30:00+07:00"
    assert detail["reappointed_due_at"] == "2026-03-11T17:30:00+07:00"
    assert detail["apology_latest_at"] == "2026-03-05T17:30:00+07:00"
    assert (detail["apologies"][0]["is_late"], detail["papers"][-1]["kind"]) == (False, "FORM_04")
    assert "apology-draft" not in detail["actions"]
    more = await office.tried(seen, "apology-draft", SPECIALIST, **APOLOGY, new_due_on="2026-03-13")
    assert (more.status_code, more.json()["code"]) == (409, "reappointment-limit")
    office.service.clock.set(datetime(2026, 3, 10, 9, tzinfo=VIETNAM))
    for by, step in ((SPECIALIST, "tham-dinh"), (LEAD, "soat-xet"), (SIGNER, "ky")):
        seen = await office.act(seen, "step-completion", by, step=step)
    seen = await office.issued(seen, number="1/XN")
    detail = await office.read(seen, RECEIVER)
    assert detail["is_overdue"]
    assert detail["delay"] == {"minutes": 570, "cause": {"code": "COMPLEX_CASE", "belongs_to": "AGENCY"}}
    assert detail["stops"] == []


async def test_an_answer_that_never_came_is_proposed_to_be_decided_and_may_still_come(office: Office) -> None:
    """A job proposes after the deadline, not before; people decide; before that the answer still counts."""
    seen = await office.submitted()
    seen = await office.act(seen, "intake-supplement-request", RECEIVER, items=ITEMS, reason="Thiếu")
    early = await office.tried(seen, "refusal", RECEIVER, **WHY)
    assert (early.status_code, early.json()["code"]) == (409, "supplement-not-lapsed")
    office.service.clock.set(datetime(2026, 3, 31, 12, tzinfo=VIETNAM))
    await office.service.run_job(WATCH_DEADLINES)
    assert (await office.read(seen, RECEIVER))["proposal"] is None
    assert len(await office.service.published("deadline_warning.answer_neared.v1")) == 1
    office.service.clock.set(datetime(2026, 4, 3, 0, 0, 1, tzinfo=VIETNAM))
    await office.service.run_job(WATCH_DEADLINES)
    await office.service.run_job(WATCH_DEADLINES)
    detail = await office.read(seen, RECEIVER)
    assert (detail["proposal"]["kind"], "refusal" in detail["actions"]) == ("REFUSE_INTAKE", True)
    lapsed = await office.service.published("dossier.supplement_lapsed.v1")
    assert [event["data"]["change"]["proposed"] for event in lapsed] == ["REFUSE_INTAKE"]
    waiting = (await office.service.get("/v1/inbox", RECEIVER)).json()["items"]
    assert [item["dossier_id"] for item in waiting] == [seen["dossier_id"]]
    seen = await office.act({**seen, "version": detail["version"]}, "refusal", RECEIVER, **WHY)
    assert seen["state"] == "INTAKE_REFUSED"

    office.service.clock.set(datetime(2026, 4, 6, 8, tzinfo=VIETNAM))
    seen = await office.in_process()
    seen = await office.act(seen, "supplement-request", SPECIALIST, items=ITEMS, reason="Thiếu")
    seen = await office.act(seen, "supplement-request-approval", LEAD)
    office.service.clock.advance(timedelta(days=31))
    await office.service.run_job(WATCH_DEADLINES)
    proposed = await office.read(seen, LEAD)
    assert (proposed["proposal"]["kind"], "stop" in proposed["actions"]) == ("STOP", True)
    file = await office.upload(a_citizen())
    seen = {**seen, "version": proposed["version"]}
    seen = await office.act(seen, "supplement-answer", a_citizen(), attachment_ids=[file])
    assert (await office.read(seen, LEAD))["proposal"] is None
    assert (await office.tried(seen, "stop", SIGNER, **WHY)).json()["code"] == "supplement-not-lapsed"


async def test_the_time_to_answer_and_to_pay_never_ends_on_a_day_off(office: Office) -> None:
    """Asked on a Tuesday for four days: until the end of the Monday after, before and after acceptance."""
    monday = "2026-03-09T23:59:59+07:00"
    seen = await office.submitted()
    asked = {"items": ITEMS, "reason": "Thiếu", "answer_days": 4}
    early = await office.act(seen, "intake-supplement-request", RECEIVER, **asked)
    later = await office.act(await office.in_process(), "supplement-request", SPECIALIST, **asked)
    later = await office.act(later, "supplement-request-approval", LEAD)
    for one in (early, later):
        assert (await office.read(one, LEAD))["supplements"][0]["answer_by"] == monday
    notice = {
        "name": "Thuế",
        "amount": 1_000,
        "reason": "Trước bạ",
        "legal_basis": "NĐ 10/2022",
        "pay_days": 4,
    }
    owing = await office.act(await office.in_process(), "payment-notice", SPECIALIST, **notice)
    assert (await office.read(owing, LEAD))["obligations"][0]["pay_by"] == monday


async def test_officers_are_warned_once_before_and_once_after_each_deadline(office: Office) -> None:
    """Eight office hours to reply; nobody is told twice, and a warning changes no version."""
    seen = await office.submitted()
    detail = await office.read(seen, RECEIVER)
    assert detail["reply_due_at"] == "2026-03-04T08:00:00+07:00"
    inbox = (await office.service.get("/v1/inbox", RECEIVER)).json()["items"]
    assert inbox[0]["task_due_at"] == "2026-03-04T08:00:00+07:00"
    for minutes in (0, 30, 61):
        office.service.clock.set(datetime(2026, 3, 4, 7, tzinfo=VIETNAM) + timedelta(minutes=minutes))
        await office.service.run_job(WATCH_DEADLINES)
    told = [event["data"] for event in await office.service.published("deadline_warning.raised.v1")]
    assert [one["threshold"] for one in told] == ["REPLY_NEAR", "REPLY_LATE"]
    assert [desk["role"] for desk in told[1]["desks"]] == ["ONE_STOP_OFFICER", "ONE_STOP_MANAGER"]
    seen = await office.act(seen, "acceptance", RECEIVER)
    for day in (5, 6):
        office.service.clock.set(datetime(2026, 3, day, 14, tzinfo=VIETNAM))
        await office.service.run_job(WATCH_DEADLINES)
    told = [event["data"] for event in await office.service.published("deadline_warning.raised.v1")]
    assert [one["threshold"] for one in told[2:]] == ["HANDOVER_LATE", "APOLOGY_NEAR"]
    assert (await office.read(seen, RECEIVER))["version"] == seen["version"]


async def test_a_wrong_name_is_put_right_and_form_01_issued_in_the_old_ones_place(office: Office) -> None:
    """The old paper stays readable and says what took its place; history stays whole."""
    seen = await office.in_process()
    said = {"reason": "Thiếu chữ đệm", "evidence": "Căn cước xuất trình tại quầy"}
    same = await office.tried(seen, "owner-correction", RECEIVER, full_name="Nguyễn Văn An", **said)
    assert same.status_code == 422
    seen = await office.act(seen, "owner-correction", RECEIVER, full_name="Nguyễn Văn Bình An", **said)
    detail = await office.read(seen, RECEIVER)
    old, new = detail["papers"]
    assert (old["kind"], new["kind"], old["superseded_by"]) == ("FORM_01", "FORM_01", new["paper_id"])
    assert (detail["owner"]["full_name"], new["superseded_by"]) == ("Nguyễn Văn Bình An", None)
    told = (await office.service.published("dossier.corrected.v1"))[0]["data"]
    assert told["change"]["corrected"] == ["full_name"]
    assert told["dossier"]["owner_masked"] == "Nguyễn V*** B*** A***"
    assert "Bình" not in str(told)
    assert await verify_history(office.service.runtime, []) == 0
    again = await office.act(seen, "owner-correction", RECEIVER, address="15 ngõ Bến Đò", **said)
    assert again["state"] == "PROCESSING"
    assert await verify_history(office.service.runtime, []) == 0


@pytest.mark.parametrize(
    ("corrected", "code"),
    [
        ({"full_name": "Người Hoàn Toàn Khác"}, "another-person"),
        ({"full_name": "Nguyễn Văn Anh", "birth_date": "1988-03-14"}, "another-person"),
        ({"birth_date": "1950-01-01"}, "invalid"),
    ],
)
async def test_a_correction_makes_nobody_else_of_the_owner(
    office: Office, corrected: dict[str, str], code: str
) -> None:
    """Another name, name and birthday at once, a year the number does not have: another dossier."""
    seen = await office.accepted()
    said = {"reason": "Ghi sai", "evidence": "Căn cước"}
    answer = await office.tried(seen, "owner-correction", RECEIVER, **corrected, **said)
    assert answer.json()["code"] == code, answer.text
    assert (await office.read(seen, RECEIVER))["version"] == seen["version"]


async def test_many_small_corrections_make_nobody_else_either(office: Office) -> None:
    """Each is held against what the owner was called when the dossier was handed in."""
    seen = await office.accepted()
    said = {"reason": "Ghi sai", "evidence": "Căn cước"}
    seen = await office.act(seen, "owner-correction", RECEIVER, full_name="Nguyễn Văn Bình An", **said)
    next_one = await office.tried(seen, "owner-correction", RECEIVER, full_name="Trần Thị Bình An", **said)
    assert next_one.json()["code"] == "another-person"
    await office.act(seen, "owner-correction", RECEIVER, full_name="Nguyễn Văn Ân", **said)


async def test_a_page_logs_whom_it_shows_and_not_who_comes_next(office: Office) -> None:
    """The row past a page's end only tells that there is more: nobody saw it."""
    for _ in range(3):
        await office.accepted()
    for path in ("dossier-search?q=nguyen&limit=2", "dossiers?limit=2"):
        page = await office.service.get(f"/v1/{path}", RECEIVER)
        named = [one["dossier_id"] for one in page.json()["items"]]
        shown = await office.service.runtime.pool.fetchval(
            "SELECT shown FROM access_log ORDER BY id DESC LIMIT 1"
        )
        assert len(named) == 2, page.text
        assert [str(one) for one in shown] == named


async def test_a_result_leaves_into_checked_hands_only_and_the_complete_record_is_archived(
    office: Office,
) -> None:
    """Identity looked at, authorisation named; archived with every paper printed and the archive's answer."""
    seen = await office.issued(number="1/XN")
    unchecked = await office.tried(seen, "return", RECEIVER, receiver_name="Nguyễn Văn An")
    missing = {one["path"] for one in unchecked.json()["errors"]}
    assert missing == {"checked_by", "identity_number", "receipt_attachment_id"}
    given = HANDED_OUT
    strangers: list[dict[str, str]] = [{"identity_number": "099088000099"}, {"receiver_name": "Kẻ Lạ Mặt"}]
    for stranger in strangers:
        other = await office.tried(seen, "return", RECEIVER, **{**given, **stranger})
        assert (other.status_code, other.json()["code"]) == (409, "receiver-not-checked")
    words = {"receiver": "AUTHORIZED", "authorization": "Giấy ủy quyền viết tay"}
    friend = await office.tried(seen, "return", RECEIVER, **given, **words)
    assert friend.json()["errors"][0]["path"] == "authorization"
    nobody = await office.tried(seen, "return", RECEIVER, **given, receiver="REPRESENTATIVE")
    assert nobody.json()["code"] == "receiver-not-checked"
    posted = await office.tried(seen, "return", RECEIVER, delivery="POST")
    assert posted.json()["errors"][0]["path"] == "tracking_number"
    unsent = await office.tried(seen, "return", RECEIVER, delivery="POST", tracking_number="NOSUCH1")
    assert (unsent.status_code, unsent.json()["code"]) == (409, "not-sent-by-post")
    scanned = await office.tried(seen, "return", RECEIVER, delivery="ELECTRONIC")
    assert (scanned.status_code, scanned.json()["code"]) == (409, "no-electronic-result")
    early = await office.tried(seen, "archiving", CLERK)
    assert (early.status_code, early.json()["code"]) == (409, "transition-refused")
    seen = await office.act(seen, "return", RECEIVER, **given)
    lacking = await office.tried(seen, "archiving", CLERK)
    assert lacking.json()["code"] == "record-incomplete"
    assert lacking.json()["missing"] == ["printed_papers", "acknowledgement"]
    await office.service.run_job(PRINT_PAPERS)
    unheard = await office.tried(seen, "archiving", CLERK)
    assert unheard.json()["missing"] == ["acknowledgement"]


async def test_a_counter_records_what_an_applicant_without_an_account_brought(office: Office) -> None:
    """Under the officer's name and with words of what was brought; never for who has an account here."""
    online = await office.in_process()
    other = await office.tried(online, "withdrawal", RECEIVER, note="Người nộp đề nghị")
    assert (other.status_code, other.json()["code"]) == (403, "forbidden")
    body = {
        "procedure_code": "1.004873",
        "owner": {"full_name": "Lê Thị Tư", "identity_number": "099192000044"},
        "receiving_agency": "H99.201",
        "components": [{"component_code": "to-khai", "form": "original"}],
    }
    taken = await office.service.post("/v1/counter-dossiers", body, RECEIVER)
    seen = taken.json()
    silent = await office.tried(seen, "withdrawal", RECEIVER)
    assert silent.json()["errors"][0]["path"] == "note"
    seen = await office.act(seen, "withdrawal", RECEIVER, note="Đơn đề nghị ngày 03/03/2026")
    assert seen["state"] == "WITHDRAWAL_REQUESTED"
