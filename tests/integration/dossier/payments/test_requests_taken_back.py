"""A request through the platform asks for no money that came in otherwise or is owed no more."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.builders.dossier.office import RECEIVER, SIGNER, SPECIALIST, Office, a_citizen
from tests.builders.dossier.till import MANAGER, PLATFORM, Till, a_cashier, a_till
from tests.integration.dossier.payments.conftest import AFTERWARDS
from tests.integration.dossier.payments.test_obligations_follow import an_owing

FEE, AFTER = 50_000, 30_000


async def opened(money: Till, **asked: Any) -> str:
    """Ask for money and have the platform give an address to pay at; return the reference."""
    reference: str = (await money.ask(**asked))["reference"]
    path = f"/v1/payment-requests/{reference}/opening"
    answer = await money.office.service.post(path, {"pay_url": "https://tt.example/1"}, PLATFORM)
    assert answer.json()["state"] == "OPEN"
    return reference


async def told(money: Till) -> list[tuple[str, str | None]]:
    """Return state and address of each request, oldest first."""
    return [(one["state"], one["pay_url"]) for one in (await money.read())["requests"]]


async def carried(till: Office, what: str) -> list[str]:
    """Return the references the gateway has to carry now."""
    answer = await till.service.get(f"/v1/payment-requests?what={what}&limit=100", PLATFORM)
    return [one["reference"] for one in answer.json()["items"]]


async def test_cash_for_the_same_money_takes_the_request_back_and_what_still_comes_is_credit(
    till: Office,
) -> None:
    money = await a_till(till, a_cashier("rut-yeu-cau"))
    reference = await opened(money)
    assert (await money.take(FEE)).status_code == 201
    assert await told(money) == [("CANCELLED", None)]
    # The payer had the page open: the money is not turned away, nor taken for what is owed no more.
    news = await money.news(reference, FEE + AFTER)
    assert news.json()["outcome"] == "booked"
    now = await money.read()
    assert (now["paid"], now["outstanding"], now["credit"]) == (2 * FEE + AFTER, 0, FEE)
    assert await told(money) == [("PAID", None)]


async def test_a_request_for_another_item_stays_and_the_rest_is_asked_for_anew(till: Office) -> None:
    money = await a_till(till, a_cashier("khoan-khac"))
    items = {one["code"]: one["item_id"] for one in (await money.read())["items"]}
    await opened(money, item=items["PHI"])
    await money.take(FEE, item=items["LP"])
    assert await told(money) == [("OPEN", "https://tt.example/1")]
    await money.take(10_000, item=items["PHI"])
    assert await told(money) == [("CANCELLED", None)]
    assert (await money.ask())["amount"] == AFTER - 10_000


async def test_one_that_was_not_carried_yet_is_carried_no_more_and_asked_about_once_at_its_end(
    till: Office,
) -> None:
    money = await a_till(till, a_cashier("chua-chuyen"))
    reference = (await money.ask())["reference"]
    assert reference in await carried(till, "open")
    await money.take(FEE + AFTER)
    assert reference not in await carried(till, "open") + await carried(till, "look")
    # The gateway was on its way with it: an address that comes now is shown to nobody.
    path = f"/v1/payment-requests/{reference}/opening"
    answer = await till.service.post(path, {"pay_url": "https://tt.example/2"}, PLATFORM)
    assert (answer.json()["state"], await told(money)) == ("CANCELLED", [("CANCELLED", None)])
    till.service.clock.advance(timedelta(hours=24, minutes=1))
    assert reference in await carried(till, "look")
    for outcome in ("PENDING", "FAILED"):
        assert (await money.news(reference, 0, outcome=outcome)).json()["outcome"] == "noted"
    assert reference not in await carried(till, "look")
    assert await told(money) == [("CANCELLED", None)]


@pytest.mark.parametrize("way", ["cancellation", "refusal", "withdrawal"])
async def test_a_dossier_that_ends_takes_its_requests_back_and_what_comes_after_is_refunded(
    till: Office, way: str
) -> None:
    cashier = a_cashier(f"ket-thuc-{way}")
    why = {"reason": "Không thuộc thẩm quyền", "legal_basis": "NĐ 118/2025"}
    if way == "withdrawal":
        accepted = await till.act(await till.submitted(procedure_code=AFTERWARDS), "acceptance", RECEIVER)
        money = Till(till, accepted, cashier)
    else:
        money = await a_till(till, cashier)
    reference = await opened(money)
    seen = await till.read(money.dossier, RECEIVER)
    if way == "cancellation":
        await till.act(seen, way, a_citizen())
    elif way == "refusal":
        await till.act(seen, way, RECEIVER, **why)
    else:
        seen = await till.act(seen, "withdrawal", a_citizen(), note="Không cần nữa")
        await till.act(seen, "withdrawal-decision", SIGNER, approved=True, note="Đồng ý")
    assert await told(money) == [("CANCELLED", None)]
    assert (await money.news(reference, AFTER)).json()["outcome"] == "booked"
    now = await money.read()
    assert (now["owed"], now["credit"]) == (0, AFTER)
    given = {"method": "TRANSFER", "reason": "Nộp sau khi kết thúc", "payee": {"account": "0123"}}
    refund = await money.post("/refunds", cashier, amount=AFTER, **given)
    assert refund.status_code == 201, refund.text
    path = f"/v1/refunds/{refund.json()['refund_id']}/decision"
    assert (await till.service.post(path, {"approved": True}, MANAGER, version=1)).status_code == 200
    assert (await money.read())["paid"] == 0


async def test_a_notice_taken_back_takes_its_request_with_it(till: Office) -> None:
    owing = await an_owing(till, "thong-bao-nham")
    duty = (await owing.duties())[0]["item_id"]
    await opened(owing.money, item=duty)
    seen = await till.read(owing.seen, SIGNER)
    await till.act(seen, "payment-notice-cancellation", SIGNER, reason="Nhầm hồ sơ")
    assert await told(owing.money) == [("CANCELLED", None)]


async def test_less_owed_takes_back_what_asks_for_more(till: Office) -> None:
    """A correction: the applicant is not led to pay what is owed no more."""
    owing = await an_owing(till, "giam-so")
    duty = (await owing.duties())[0]["item_id"]
    await opened(owing.money, item=duty)
    await owing.correct(-1_000)
    assert await told(owing.money) == [("CANCELLED", None)]
    assert (await owing.money.ask(item=duty))["amount"] == 8_000


async def test_cash_and_the_platforms_news_at_one_moment_are_both_booked(till: Office) -> None:
    """Whichever is first: the request ends PAID or CANCELLED-then-PAID, no money is lost or doubled."""
    money = await a_till(till, a_cashier("cung-luc"))
    reference = await opened(money)
    version = (await money.read())["version"]
    cash, news = await asyncio.gather(
        money.post("/receipts", money.cashier, version, amount=FEE + AFTER, method="CASH"),
        money.news(reference, FEE + AFTER),
    )
    assert news.json()["outcome"] == "booked"
    now = await money.read()
    taken = FEE + AFTER if cash.status_code == 201 else 0
    assert cash.status_code in {201, 412}
    assert (now["paid"], now["requests"][0]["state"]) == (FEE + AFTER + taken, "PAID")


async def test_a_stopped_dossier_shows_nothing_owed_that_its_ledger_does_not_owe(till: Office) -> None:
    owing = await an_owing(till, "dung-no")
    seen = await till.read(owing.seen, SPECIALIST)
    seen = await till.act(seen, "withdrawal", a_citizen(), note="Không cần nữa")
    await till.act(seen, "withdrawal-decision", SIGNER, approved=True, note="Đồng ý")
    assert await owing.told() == ("STOPPED", "ENDED", [0])
