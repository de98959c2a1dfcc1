"""Money comes in while nobody has decided the year the work would end in: booked, and the clock waits."""

from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.jobs.go_on_paid import GO_ON_PAID
from tests.builders.dossier.office import (
    LEAD,
    OTHER_COMMUNE,
    SIGNER,
    SPECIALIST,
    Office,
    a_calendar,
    a_citizen,
    a_procedure,
    a_process,
    an_agency,
)
from tests.builders.dossier.till import MANAGER, Till, a_cashier

NOTICE = {"name": "Lệ phí trước bạ", "amount": 9_000, "reason": "Trước bạ", "legal_basis": "NĐ 10/2022"}
LAST_AFTERNOON = datetime(2026, 12, 31, 15, tzinfo=VIETNAM)
LOADED = datetime(2027, 1, 8, 9, tzinfo=VIETNAM)


async def a_dossier_told_to_pay(office: Office, cashier: str) -> tuple[dict[str, Any], Till]:
    seen = await office.act(await office.in_process(), "payment-notice", SPECIALIST, **NOTICE)
    return seen, Till(office, seen, a_cashier(cashier))


NO_JSONB = ['{"obligations": "\\u0000"}', '{"obligations": [{"amount": 1e200000}]}', '{"x": "\\ud800"}']
"""What a column of JSON takes, and a statement over it does not."""


async def standing(office: Office, seen: dict[str, Any]) -> tuple[str, str, int]:
    """Return state, clock and what the dossier still waits for."""
    now = await office.read(seen, LEAD)
    return now["state"], now["clock"], sum(one["owed"] for one in now["obligations"])


async def test_money_is_booked_without_a_calendar_and_the_work_goes_on_when_the_year_is_decided(
    empty_office: Office,
) -> None:
    office, service = empty_office, empty_office.service
    service.clock.set(datetime(2026, 12, 28, 9, tzinfo=VIETNAM))
    await service.receive(an_agency(), an_agency(OTHER_COMMUNE), a_calendar(), a_process(), a_procedure())
    broken, unreadable = await a_dossier_told_to_pay(office, "hong")
    no_json = [(await a_dossier_told_to_pay(office, f"hong-{one}"))[0] for one in range(len(NO_JSONB))]
    online, platform = await a_dossier_told_to_pay(office, "truc-tuyen")
    counter, till = await a_dossier_told_to_pay(office, "tai-quay")
    leaving, taken = await a_dossier_told_to_pay(office, "xin-rut")
    going_back, returned = await a_dossier_told_to_pay(office, "tra-lai")
    unpaid, _ = await a_dossier_told_to_pay(office, "chua-nop")
    asked = (await platform.ask())["reference"]
    leaving = await office.act(leaving, "withdrawal", a_citizen(), note="Thôi")
    service.clock.set(LAST_AFTERNOON)

    told = [(await platform.news(asked, 9_000, transaction="GD-1")).json()["outcome"] for _ in range(2)]
    assert told == ["booked", "repeated"]
    for money in (unreadable, till, taken, returned):
        assert (await money.take(9_000)).status_code == 201
    assert await service.count("payment_messages") == 2
    assert [(await money.read())["outstanding"] for money in (platform, till, taken)] == [0, 0, 0]
    paid = ("AWAITING_FINANCIAL", "STOPPED", 0)
    assert [await standing(office, one) for one in (online, counter)] == [paid, paid]
    noted = (await service.published("dossier.work_noted.v1"))[-1]["data"]["change"]
    assert (noted["noted"], noted["owed"]) == ("PAYMENT_CONFIRMED", 0)

    await service.run_job(GO_ON_PAID)
    assert await standing(office, online) == paid, "nothing is guessed"
    await give_back(returned)
    assert await standing(office, going_back) == ("AWAITING_FINANCIAL", "STOPPED", 9_000)

    service.clock.set(LOADED)
    await service.receive(a_calendar(2027))
    unread = "UPDATE dossiers SET agencies = '{}' WHERE id = $1::uuid"
    await service.runtime.pool.execute(unread, broken["dossier_id"])
    for one, work in zip(no_json, NO_JSONB, strict=True):
        changed = "UPDATE dossiers SET work = $2::text::json WHERE id = $1::uuid"
        await service.runtime.pool.execute(changed, one["dossier_id"], work)
    with pytest.raises(ExceptionGroup) as failed:
        await service.run_job(GO_ON_PAID)
    named = {one["dossier_id"] for one in (broken, *no_json)}
    assert {one.__notes__[0][-36:] for one in failed.value.exceptions} == named
    for one in (online, counter):
        assert await standing(office, one) == ("PROCESSING", "RUNNING", 0)
        now = await office.read(one, LEAD)
        # Three working days from the 28th, and of the stop 29th to 31st; the step by the 28 hours it stood.
        assert now["due_at"] == "2027-01-05T17:30:00+07:00"
        assert now["step"]["due_at"] == "2027-01-01T09:00:00+07:00"
        assert [(one["belongs_to"], one["resumed_at"]) for one in now["stops"]] == [
            ("APPLICANT", LAST_AFTERNOON.isoformat()),
            ("SYSTEM", LOADED.isoformat()),
        ]
    assert await standing(office, unpaid) == ("AWAITING_FINANCIAL", "STOPPED", 9_000)
    left = await office.read(leaving, LEAD)
    declined = await office.act(left, "withdrawal-decision", SIGNER, approved=False, note="Sắp xong")
    assert declined["state"] == "PROCESSING"
    assert await standing(office, leaving) == ("PROCESSING", "RUNNING", 0)


async def give_back(money: Till) -> None:
    """Refund what was paid by the notice, decided by another."""
    duty = next(one for one in (await money.read())["items"] if one["kind"] == "OBLIGATION")["item_id"]
    given = {"method": "CASH", "reason": "Nộp nhầm", "payee": {"full_name": "Nguyễn Văn An"}, "item": duty}
    asked = await money.post("/refunds", money.cashier, amount=9_000, **given)
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    done = await money.office.service.post(path, {"approved": True, "note": "Đúng"}, MANAGER, version=1)
    assert done.status_code == 200, done.text
