"""An obligation of the dossier is what its ledger says: corrected, exempted, paid together with another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from services.dossier.commands.obligations import hold_obligations
from services.dossier.use_cases.payments.ledger import Ledger
from tests.builders.dossier.office import HANDED_OUT, LEAD, RECEIVER, SIGNER, SPECIALIST, Office, a_citizen
from tests.builders.dossier.till import MANAGER, PLATFORM, Till, a_cashier, a_till
from tests.integration.dossier.payments.conftest import AFTERWARDS

NOTICE = {"name": "Lệ phí trước bạ", "amount": 9_000, "reason": "Trước bạ", "legal_basis": "NĐ 10/2022"}


class Owing:
    """A dossier that stands for an obligation, and its money."""

    def __init__(self, till: Office, seen: dict[str, Any], money: Till) -> None:
        self.till, self.seen, self.money = till, seen, money

    async def duties(self) -> list[dict[str, Any]]:
        return [one for one in (await self.money.read())["items"] if one["kind"] == "OBLIGATION"]

    async def told(self) -> tuple[str, str, list[int]]:
        """Return state, clock and what is owed of each obligation, once ledger and dossier agree on it."""
        seen = await self.till.read(self.seen, SPECIALIST)
        owed = [one["owed"] for one in seen["obligations"]]
        assert owed == [one["owed"] - one["paid"] for one in await self.duties()]
        return seen["state"], seen["clock"], owed

    async def correct(self, amount: int, item: int = 0) -> None:
        duty = (await self.duties())[item]["item_id"]
        body = {"item": duty, "amount": amount, "reason": "Tính nhầm diện tích"}
        answer = await self.money.post("/corrections", MANAGER, **body)
        assert answer.status_code == 200, answer.text


async def an_owing(till: Office, cashier: str) -> Owing:
    seen = await till.act(await till.submitted(procedure_code=AFTERWARDS), "acceptance", RECEIVER)
    seen = await till.act(await till.act(seen, "handover", RECEIVER), "payment-notice", SPECIALIST, **NOTICE)
    owing = Owing(till, seen, Till(till, seen, a_cashier(cashier)))
    assert await owing.told() == ("AWAITING_FINANCIAL", "STOPPED", [9_000])
    return owing


async def owed_again(till: Office, cashier: str) -> Owing:
    """Return one whose first obligation was paid and went back, and that stands for a second of 500."""
    owing = await an_owing(till, cashier)
    duty = (await owing.duties())[0]["item_id"]
    await owing.money.take(9_000, item=duty)
    given = {"method": "CASH", "reason": "Nộp nhầm", "payee": {"full_name": "Nguyễn Văn An"}, "item": duty}
    asked = await owing.money.post("/refunds", owing.money.cashier, amount=9_000, **given)
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    done = await till.service.post(path, {"approved": True, "note": "Đúng"}, MANAGER, version=1)
    assert done.status_code == 200, done.text
    assert await owing.told() == ("PROCESSING", "RUNNING", [9_000])
    seen = await till.read(owing.seen, LEAD)
    await till.act(seen, "payment-notice", SPECIALIST, **{**NOTICE, "name": "Thuế", "amount": 500})
    assert await owing.told() == ("AWAITING_FINANCIAL", "STOPPED", [9_000, 500])
    return owing


async def test_what_was_told_too_high_is_paid_as_corrected_and_the_work_goes_on(till: Office) -> None:
    owing = await an_owing(till, "dinh-chinh")
    await owing.correct(-4_000)
    assert await owing.told() == ("AWAITING_FINANCIAL", "STOPPED", [5_000])
    duty = (await owing.duties())[0]["item_id"]
    assert (await owing.money.take(5_000, item=duty)).status_code == 201
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])


async def test_a_correction_to_nothing_or_to_what_was_paid_lets_the_work_go_on(till: Office) -> None:
    nothing = await an_owing(till, "ve-khong")
    await nothing.correct(-9_000)
    assert await nothing.told() == ("PROCESSING", "RUNNING", [0])
    resumed = (await till.service.published("dossier.resumed.v1"))[-1]["data"]
    assert resumed["dossier"]["dossier_id"] == nothing.seen["dossier_id"]
    part = await an_owing(till, "vua-du")
    await part.money.take(6_000, item=(await part.duties())[0]["item_id"])
    assert await part.told() == ("AWAITING_FINANCIAL", "STOPPED", [3_000])
    await part.correct(-3_000)
    assert await part.told() == ("PROCESSING", "RUNNING", [0])


async def test_what_was_told_too_low_is_owed_again_and_the_result_waits_for_it(till: Office) -> None:
    owing = await an_owing(till, "thieu")
    await owing.money.take(9_000, item=(await owing.duties())[0]["item_id"])
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])
    await owing.correct(1_000)
    assert await owing.told() == ("PROCESSING", "RUNNING", [1_000])
    noted = (await till.service.published("dossier.work_noted.v1"))[-1]["data"]["change"]
    assert (noted["noted"], noted["owed"]) == ("PAYMENT_CORRECTED", 1_000)


async def test_one_payment_settles_every_obligation_it_covers(till: Office) -> None:
    """The first was paid, went back, and is owed again when the second notice comes."""
    owing = await owed_again(till, "hai-khoan")
    assert (await owing.money.take((await owing.money.read())["outstanding"])).status_code == 201
    assert await owing.told() == ("PROCESSING", "RUNNING", [0, 0])


async def test_what_is_paid_again_after_a_refund_settles_what_it_is_paid_for(till: Office) -> None:
    """Of two debts the one that is named: the money that went back of it is no longer there to count."""
    owing = await owed_again(till, "tra-lai")
    first, second = [one["item_id"] for one in await owing.duties()]
    await owing.money.take(9_000, item=first)
    assert await owing.told() == ("AWAITING_FINANCIAL", "STOPPED", [0, 500])
    await owing.money.take(500, item=second)
    assert await owing.told() == ("PROCESSING", "RUNNING", [0, 0])


async def test_a_mistaken_notice_takes_no_other_debt_with_it(till: Office) -> None:
    """What was paid of it covers what is due first, the fee; the other duty stays owed as it was before."""
    owing = await owed_again(till, "ghi-nham")
    await owing.money.take(200, item=(await owing.duties())[1]["item_id"])
    seen = {**owing.seen, "version": (await till.read(owing.seen, LEAD))["version"]}
    await till.act(seen, "payment-notice-cancellation", LEAD, reason="Ghi nhầm")
    assert await owing.told() == ("PROCESSING", "RUNNING", [9_000, 0])
    assert [(one["owed"], one["paid"]) for one in (await owing.money.read())["items"]] == [
        (30_000, 200),
        (9_000, 0),
        (0, 0),
    ]


async def test_a_notice_that_was_taken_back_is_not_owed_again_by_a_correction(till: Office) -> None:
    """Nobody holds a paper that asks for it: what is owed after all is told by a new notice."""
    owing = await an_owing(till, "song-lai")
    await till.act(owing.seen, "payment-notice-cancellation", LEAD, reason="Ghi nhầm")
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])
    duty = (await owing.duties())[0]["item_id"]
    body = {"item": duty, "amount": 7_000, "reason": "Còn thiếu"}
    answer = await owing.money.post("/corrections", MANAGER, **body)
    assert (answer.status_code, answer.json()["code"]) == (409, "notice-cancelled")
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])


async def test_what_goes_back_of_a_dossier_that_ended_is_not_asked_for_again(till: Office) -> None:
    """Nobody at the counter, online or at the portal is told to pay it anew, however it ended."""
    for way, by in (("refusal", RECEIVER), ("cancellation", a_citizen())):
        seen = await till.submitted(procedure_code=AFTERWARDS)
        money = Till(till, seen, a_cashier(f"da-{way}"))
        await money.news((await money.ask())["reference"], 30_000)
        body = (
            {"reason": "Ngoài thẩm quyền", "legal_basis": "NĐ 118"} if way == "refusal" else {"note": "Thôi"}
        )
        await till.act(seen, way, by, **body)
        given = {"method": "TRANSFER", "reason": "Hoàn", "payee": {"account": "0123"}}
        asked = await money.post("/refunds", money.cashier, amount=30_000, **given)
        path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
        assert (await till.service.post(path, {"approved": True}, MANAGER, version=1)).status_code == 200
        told = await money.read()
        assert [told[name] for name in ("owed", "paid", "outstanding", "credit")] == [0, 0, 0, 0]
        assert told["entries"][-1]["kind"] == "REFUNDED"
        bill = await till.service.post("/v1/payment-bills", {"code": seen["reference"]}, PLATFORM)
        tries = [await money.take(30_000), await money.post("/requests", a_citizen()), bill]
        assert [(one.status_code, one.json()["code"]) for one in tries] == [(409, "nothing-to-pay")] * 3


async def test_what_was_owed_again_of_a_dossier_that_had_ended_is_let_go(
    till: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = await till.submitted(procedure_code=AFTERWARDS)
    money = Till(till, seen, a_cashier("het-no"))
    await money.news((await money.ask())["reference"], 30_000)
    await till.act(seen, "cancellation", a_citizen(), note="Thôi")
    monkeypatch.setattr(Ledger, "forgo", lambda *_: None)
    given = {"method": "TRANSFER", "reason": "Hoàn", "payee": {"account": "0123"}}
    asked = await money.post("/refunds", money.cashier, amount=30_000, **given)
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    assert (await till.service.post(path, {"approved": True}, MANAGER, version=1)).status_code == 200
    assert (await money.read())["outstanding"] == 30_000, "as it was left before"
    assert await hold_obligations(till.service.runtime, []) == 0
    assert ((await money.read())["outstanding"], (await money.read())["owed"]) == (0, 0)
    assert await hold_obligations(till.service.runtime, ["--check"]) == 0


async def a_credit(till: Office, cashier: str, credit: int) -> Owing:
    """Return a dossier under way whose applicant paid so much beyond the fee of 30,000."""
    seen = await till.submitted(procedure_code=AFTERWARDS)
    money = Till(till, seen, a_cashier(cashier))
    told = await money.news((await money.ask())["reference"], 30_000 + credit)
    assert told.json()["outcome"] == "booked"
    seen = await till.act(await till.act(seen, "acceptance", RECEIVER), "handover", RECEIVER)
    return Owing(till, seen, money)


async def test_a_notice_that_credit_covers_is_told_and_nothing_stands(till: Office) -> None:
    owing = await a_credit(till, "du-tien", 12_000)
    before = await till.read(owing.seen, LEAD)
    seen = await till.act(owing.seen, "payment-notice", SPECIALIST, **NOTICE)
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])
    after = await till.read(seen, LEAD)
    assert (after["due_at"], after["stops"], after["step"]) == (before["due_at"], [], before["step"])
    assert (await owing.money.read())["credit"] == 3_000
    assert [one["kind"] for one in after["papers"]] == ["FORM_01", "PAYMENT_NOTICE"]
    told = (await till.service.published("dossier.payment_requested.v1"))[-1]["data"]
    assert (told["change"]["obligation"]["amount"], told["change"]["obligation"]["owed"]) == (9_000, 0)
    assert (told["dossier"]["clock"], "cause" in told["change"]) == ("RUNNING", False)
    again = await till.act(seen, "payment-notice", SPECIALIST, **{**NOTICE, "name": "Thuế"})
    assert again["state"] == "AWAITING_FINANCIAL"
    assert await owing.told() == ("AWAITING_FINANCIAL", "STOPPED", [0, 6_000])


async def test_what_covers_a_notice_since_it_was_proposed_to_go_back_stays_where_it_is(till: Office) -> None:
    """The applicant holds a paper that nothing is to be paid; what is left over goes back, proposed anew."""
    owing = await a_credit(till, "hua-hai-lan", 12_000)
    first = await propose(owing, 12_000)
    await till.act(owing.seen, "payment-notice", SPECIALIST, **NOTICE)
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])
    tried = await decide(till, first, approved=True)
    assert (tried.status_code, tried.json()["code"]) == (422, "refund-too-large")
    assert "còn dư 3000 đồng" in tried.text
    assert ((await owing.money.read())["paid"], await owing.told()) == (
        42_000,
        ("PROCESSING", "RUNNING", [0]),
    )
    assert (await decide(till, first, approved=False)).status_code == 200
    assert (await decide(till, await propose(owing, 3_000), approved=True)).status_code == 200
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])
    left = await owing.money.read()
    assert [left[name] for name in ("owed", "paid", "credit", "outstanding")] == [39_000, 39_000, 0, 0]
    # What both saw when it was proposed, that it will be owed again, the approver may decide.
    assert (await decide(till, await propose(owing, 9_000), approved=True)).status_code == 200
    assert await owing.told() == ("PROCESSING", "RUNNING", [9_000])


async def propose(owing: Owing, amount: int) -> str:
    given = {"method": "TRANSFER", "reason": "Nộp thừa", "payee": {"account": "0123"}}
    asked = await owing.money.post("/refunds", owing.money.cashier, amount=amount, **given)
    assert asked.status_code == 201, asked.text
    return str(asked.json()["refund_id"])


async def decide(till: Office, refund: str, *, approved: bool) -> Response:
    body = {"approved": approved, "note": "Đã xem"}
    return await till.service.post(f"/v1/refunds/{refund}/decision", body, MANAGER, version=1)


async def test_of_a_notice_that_credit_covers_in_part_what_is_left_is_asked(till: Office) -> None:
    owing = await a_credit(till, "thieu-tien", 4_000)
    await till.act(owing.seen, "payment-notice", SPECIALIST, **NOTICE)
    assert await owing.told() == ("AWAITING_FINANCIAL", "STOPPED", [5_000])
    assert (await owing.money.take(5_000)).status_code == 201
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])


async def test_money_that_came_before_a_notice_was_known_covers_it(till: Office) -> None:
    """The news read the dossier before the notice, and its money after: the notice is told all the same."""
    seen = await till.act(await till.submitted(procedure_code=AFTERWARDS), "acceptance", RECEIVER)
    seen = await till.act(seen, "handover", RECEIVER)
    owing = Owing(till, seen, Till(till, seen, a_cashier("cung-den")))
    asked = (await owing.money.ask())["reference"]
    async with money_held(till, seen["dossier_id"]) as waited_for:
        noticed = asyncio.create_task(till.tried(seen, "payment-notice", SPECIALIST, **NOTICE))
        await waited_for()
        # Who waits first is served first: the news reads the dossier now and its account after the notice.
        paid = asyncio.create_task(owing.money.news(asked, 39_000))
        await waited_for(2)
    assert ((await noticed).status_code, (await paid).json()["outcome"]) == (200, "booked")
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])


def forget_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give notices as they were given before credit was held against them."""
    owe = Ledger.owe_by_notice

    def owed(ledger: Ledger, *which: Any, **what: Any) -> int:
        owe(ledger, *which, **what)
        return 0

    monkeypatch.setattr(Ledger, "owe_by_notice", owed)


async def test_a_dossier_that_stands_for_what_was_paid_long_ago_goes_on_when_it_is_held_against_its_ledger(
    till: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    owing = await a_credit(till, "ket", 12_000)
    before = await till.read(owing.seen, LEAD)
    forget_credit(monkeypatch)
    seen = await till.act(owing.seen, "payment-notice", SPECIALIST, **NOTICE)
    assert seen["state"] == "AWAITING_FINANCIAL"
    till.service.clock.advance(timedelta(days=1))
    runtime = till.service.runtime
    assert await hold_obligations(runtime, ["--check"]) == 1
    assert owing.seen["dossier_id"] in capsys.readouterr().out
    assert (await till.read(seen, LEAD))["state"] == "AWAITING_FINANCIAL", "a check tells nobody"
    assert await hold_obligations(runtime, []) == 0
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])
    after = await till.read(seen, LEAD)
    assert (after["due_at"], after["stops"][0]["belongs_to"]) == (before["due_at"], "SYSTEM")
    assert await hold_obligations(runtime, ["--check"]) == 0


async def test_what_the_applicant_took_to_pay_the_rest_still_counts_for_one_that_stands_for_nothing(
    till: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    owing = await a_credit(till, "ket-mot-phan", 4_000)
    forget_credit(monkeypatch)
    await till.act(owing.seen, "payment-notice", SPECIALIST, **NOTICE)
    till.service.clock.advance(timedelta(days=1))
    paid_at = till.service.clock.now()
    assert (await owing.money.take(5_000)).status_code == 201
    till.service.clock.advance(timedelta(days=1))
    assert await hold_obligations(till.service.runtime, []) == 0
    assert await owing.told() == ("PROCESSING", "RUNNING", [0])
    stops = (await till.read(owing.seen, LEAD))["stops"]
    assert [(one["cause"], one["belongs_to"]) for one in stops] == [
        ("APPLICANT_PAYMENT", "APPLICANT"),
        ("PAYMENT_SYSTEM", "SYSTEM"),
    ]
    assert stops[0]["resumed_at"] == stops[1]["stopped_at"]
    assert datetime.fromisoformat(stops[1]["stopped_at"]) == paid_at


@asynccontextmanager
async def money_held(till: Office, dossier_id: str) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """Hold a dossier's account as somebody else does; yields how to wait until so many wait for it."""
    async with till.service.runtime.pool.acquire() as connection:
        name = f"money:{dossier_id}"
        await connection.execute("SELECT pg_advisory_lock(hashtextextended($1, 0))", name)

        async def waited_for(count: int = 1) -> None:
            query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while await connection.fetchval(query) < count:
                await asyncio.sleep(0.01)

        try:
            yield waited_for
        finally:
            await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", name)


async def test_what_is_accepted_while_its_receipt_is_being_cancelled_stays_paid(till: Office) -> None:
    """The cancellation was judged by a dossier that is not accepted: it comes too late."""
    cashier = a_cashier("cung-luc")
    money = await a_till(till, cashier)
    taken = (await money.take((await money.read())["outstanding"])).json()["receipt"]
    path = f"/v1/receipts/{taken['receipt_id']}/cancellation"
    async with money_held(till, money.dossier["dossier_id"]) as waited_for:
        cancelling = asyncio.create_task(till.service.post(path, {"reason": "Ghi nhầm"}, cashier, version=1))
        await waited_for()
        accepted = await till.act(money.dossier, "acceptance", RECEIVER)
    assert (await cancelling).status_code == 412
    assert ((await till.read(accepted, RECEIVER))["state"], (await money.read())["outstanding"]) == (
        "ACCEPTED",
        0,
    )
    assert (await cancelled(till, taken, cashier)) == (409, "receipt-relied-on")


async def test_a_dossier_whose_receipt_was_cancelled_is_not_accepted_as_it_was_seen(till: Office) -> None:
    cashier = a_cashier("truoc-do")
    money = await a_till(till, cashier)
    taken = (await money.take((await money.read())["outstanding"])).json()["receipt"]
    assert await cancelled(till, taken, cashier) == (200, "")
    late = await till.tried(money.dossier, "acceptance", RECEIVER)
    assert late.status_code == 412
    seen = {**money.dossier, "version": (await till.read(money.dossier, RECEIVER))["version"]}
    assert (await till.tried(seen, "acceptance", RECEIVER)).json()["code"] == "fee-unpaid"


async def test_a_refund_decided_while_the_result_is_handed_out_is_decided_again(till: Office) -> None:
    """What was sure to be paid when it was handed out was; who decides sees that it has gone."""
    owing = await an_owing(till, "tra-va-hoan")
    await owing.money.take((await owing.money.read())["outstanding"])
    seen = {**owing.seen, "version": (await till.read(owing.seen, LEAD))["version"]}
    for by, step in ((SPECIALIST, "tham-dinh"), (LEAD, "soat-xet"), (SIGNER, "ky")):
        seen = await till.act(seen, "step-completion", by, step=step)
    seen = await till.issued(seen, number="77/XN")
    given = {"method": "CASH", "reason": "Nộp nhầm", "payee": {"full_name": "Nguyễn Văn An"}}
    asked = await owing.money.post("/refunds", owing.money.cashier, amount=9_000, **given)
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    async with money_held(till, seen["dossier_id"]) as waited_for:
        deciding = asyncio.create_task(
            till.service.post(path, {"approved": True, "note": "Đúng"}, MANAGER, version=1)
        )
        await waited_for()
        await till.act(seen, "return", RECEIVER, **HANDED_OUT)
    assert (await deciding).status_code == 412
    again = await till.service.post(path, {"approved": True, "note": "Đúng"}, MANAGER, version=1)
    assert again.status_code == 200


async def cancelled(till: Office, receipt: dict[str, Any], cashier: Any) -> tuple[int, str]:
    path = f"/v1/receipts/{receipt['receipt_id']}/cancellation"
    answer = await till.service.post(path, {"reason": "Ghi nhầm"}, cashier, version=1)
    return answer.status_code, str(answer.json().get("code", ""))
