"""One receipt for the dossiers of a visit: booked in each one's ledger, all or none, cancelled as a whole."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import uuid4

import asyncpg

from kernel.core.ids import new_id
from tests.builders.dossier.office import RECEIVER, Office, a_citizen, an_officer
from tests.builders.dossier.till import Till, a_cashier
from tests.integration.dossier.payments.conftest import WALK_IN

CASHIER = a_cashier("theo-luot")
NEIGHBOUR = an_officer("CASHIER", unit="mot-cua", agency="H99.202", subject="thu-ngan-noi-khac")
HOLD = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
TRY = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
PAPER = {"channel": "DIRECT", "components": [{"component_code": "to-khai"}]}


class Visit:
    """The dossiers of one visit, each owing 50,000 đồng before acceptance."""

    def __init__(self, office: Office, visit_id: str, tills: list[Till]) -> None:
        self.office, self.visit_id, self.tills = office, visit_id, tills
        self.ids = [one.dossier["dossier_id"] for one in tills]

    def parts(self, *amounts: int, version: int = 1) -> list[dict[str, Any]]:
        """Return what is paid of each."""
        return [
            {"dossier_id": one, "amount": amount, "version": version}
            for one, amount in zip(self.ids, amounts, strict=False)
        ]

    async def pay(self, parts: list[dict[str, Any]], by: Any = CASHIER, **body: Any) -> Any:
        """Try to pay."""
        path = f"/v1/visits/{self.visit_id}/payments/receipts"
        return await self.office.service.post(path, {"dossiers": parts, "method": "CASH", **body}, by)

    async def paid(self) -> list[int]:
        """Return what each ledger says came in."""
        return [(await one.read())["paid"] for one in self.tills]

    async def cancel(self, receipt: dict[str, Any], by: Any = CASHIER) -> Any:
        """Try to cancel the receipt."""
        path = f"/v1/receipts/{receipt['receipt_id']}/cancellation"
        return await self.office.service.post(path, {"reason": "Nhầm"}, by, version=receipt["version"])


async def a_visit(till: Office, many: int = 3) -> Visit:
    """Return a visit of somebody who brought several dossiers."""
    visit_id, tills = str(uuid4()), []
    for _ in range(many):
        body = await till.submission(a_citizen(), procedure_code=WALK_IN, **PAPER)
        answer = await till.service.post("/v1/counter-dossiers", {**body, "visit_id": visit_id}, RECEIVER)
        assert answer.status_code == 201, answer.text
        tills.append(Till(till, answer.json(), CASHIER))
    return Visit(till, visit_id, tills)


async def drawer(till: Office, who: Any) -> int:
    """Return what a cashier took today."""
    day = till.service.clock.now().date().isoformat()
    return int((await till.service.get(f"/v1/cash-drawer?day={day}", who)).json()["expected"])


async def test_one_receipt_has_a_line_a_dossier_and_each_ledger_its_part(till: Office) -> None:
    visit, before = await a_visit(till), await drawer(till, CASHIER)
    done = await visit.pay(visit.parts(50_000, 50_000, 20_000))
    assert done.status_code == 201, done.text
    receipt = done.json()["receipt"]
    assert (receipt["amount"], receipt["visit_id"]) == (120_000, visit.visit_id)
    assert {one["dossier_id"]: one["amount"] for one in receipt["lines"]} == dict(
        zip(visit.ids, (50_000, 50_000, 20_000), strict=True)
    )
    assert await visit.paid() == [50_000, 50_000, 20_000]
    assert await drawer(till, CASHIER) - before == 120_000
    for money, amount in zip(visit.tills, (50_000, 50_000, 20_000), strict=True):
        (kept,) = (await money.read())["receipts"]
        assert (kept["receipt_id"], [one["amount"] for one in kept["lines"]]) == (
            receipt["receipt_id"],
            [amount],
        )
        events = await till.service.runtime.pool.fetch(
            "SELECT data FROM outbox WHERE type = 'payment.received.v1' AND key = $1",
            money.dossier["dossier_id"],
        )
        assert [one["data"]["change"]["amount"] for one in events] == [amount]
    assert (await till.act(visit.tills[0].dossier, "acceptance", RECEIVER))["state"] == "ACCEPTED"


async def test_it_is_cancelled_as_a_whole(till: Office) -> None:
    visit, before = await a_visit(till, 2), await drawer(till, CASHIER)
    receipt = (await visit.pay(visit.parts(50_000, 50_000))).json()["receipt"]
    ended = await visit.cancel(receipt)
    assert (ended.status_code, ended.json()["state"]) == (200, "CANCELLED"), ended.text
    assert (await visit.paid(), await drawer(till, CASHIER) - before) == ([0, 0], 0)
    again = await visit.pay(visit.parts(50_000, 50_000, version=3))
    assert again.status_code == 201, again.text


async def test_it_is_not_cancelled_once_one_of_its_dossiers_went_on_because_of_it(till: Office) -> None:
    visit = await a_visit(till, 2)
    receipt = (await visit.pay(visit.parts(50_000, 50_000))).json()["receipt"]
    await till.act(visit.tills[1].dossier, "acceptance", RECEIVER)
    ended = await visit.cancel(receipt)
    assert (ended.status_code, ended.json()["code"]) == (409, "receipt-relied-on")
    assert await visit.paid() == [50_000, 50_000]


async def test_a_replaced_one_is_still_every_dossier_s_and_may_be_cancelled(till: Office) -> None:
    visit = await a_visit(till, 2)
    receipt = (await visit.pay(visit.parts(50_000, 50_000))).json()["receipt"]
    path = f"/v1/receipts/{receipt['receipt_id']}/replacement"
    body = {"reason": "Sai tên", "payer": {"full_name": "Nguyễn Văn An"}}
    new = await till.service.post(path, body, CASHIER, version=receipt["version"])
    assert new.status_code == 201, new.text
    for money in visit.tills:
        states = {one["receipt_id"]: one["state"] for one in (await money.read())["receipts"]}
        assert states == {receipt["receipt_id"]: "REPLACED", new.json()["receipt_id"]: "VALID"}
    assert (await visit.cancel(new.json())).status_code == 200
    assert await visit.paid() == [0, 0]


async def test_two_cashiers_at_once_take_the_money_once(till: Office) -> None:
    """They name the dossiers in opposite order: neither waits for the other in a ring."""
    visit, other = await a_visit(till, 2), a_cashier("theo-luot-hai")
    parts = visit.parts(50_000, 50_000)
    answers = await asyncio.gather(visit.pay(parts), visit.pay(parts[::-1], other))
    assert sorted(one.status_code for one in answers) == [201, 412]
    assert await visit.paid() == [50_000, 50_000]


async def test_accounts_are_held_in_the_order_of_their_ids_however_they_are_named(till: Office) -> None:
    """Who waits for the first holds no other: two cashiers never wait for each other in a ring."""
    visit, pool = await a_visit(till, 2), till.service.runtime.pool
    first, second = sorted(visit.ids)
    backwards = sorted(visit.parts(50_000, 50_000), key=lambda one: str(one["dossier_id"]), reverse=True)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with pool.acquire() as other, other.transaction():
        await other.execute(HOLD, f"money:{first}")
        paying = asyncio.create_task(visit.pay(backwards))
        async with asyncio.timeout(10):
            while not await other.fetchval(waiting):
                await asyncio.sleep(0.01)
        assert await other.fetchval(TRY, f"money:{second}")
    assert (await paying).status_code == 201


async def test_a_kill_between_two_dossiers_books_neither_and_gives_the_number_back(till: Office) -> None:
    visit, pool = await a_visit(till, 2), till.service.runtime.pool
    number = int((await visit.pay(visit.parts(10_000))).json()["receipt"]["number"])
    victim = sorted(visit.ids)[1]
    await pool.execute(
        f"""CREATE FUNCTION kill_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF new.dossier_id = '{victim}' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
            RETURN new; END $$"""
    )
    await pool.execute(
        "CREATE TRIGGER kill_here BEFORE INSERT ON payment_entries FOR EACH ROW EXECUTE FUNCTION kill_here()"
    )
    before = await visit.paid()
    versions = [(await one.read())["version"] for one in visit.tills]
    parts = [
        {"dossier_id": one, "amount": 5_000, "version": version}
        for one, version in zip(visit.ids, versions, strict=True)
    ]
    try:
        # The test's client lets the server's own failure through.
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError):
            assert (await visit.pay(parts)).status_code >= 500
    finally:
        await pool.execute("DROP TRIGGER kill_here ON payment_entries; DROP FUNCTION kill_here()")
    assert await visit.paid() == before
    done = await visit.pay(parts)
    assert (done.status_code, int(done.json()["receipt"]["number"])) == (201, number + 1)


async def test_only_dossiers_of_the_visit_as_last_seen_and_no_more_than_they_owe(till: Office) -> None:
    visit, strange = await a_visit(till, 2), await a_visit(till, 1)
    first, second = visit.parts(50_000, 50_000)
    cases = (
        ([first, strange.parts(50_000)[0]], CASHIER, 422, "invalid"),
        ([first, {**second, "dossier_id": str(new_id())}], CASHIER, 422, "invalid"),
        ([first, first], CASHIER, 422, "invalid"),
        ([first, {**second, "amount": 50_001}], CASHIER, 422, "invalid"),
        ([first, {**second, "version": 7}], CASHIER, 412, "stale-version"),
        ([first, second], RECEIVER, 403, "not-a-cashier"),
        ([first, second], NEIGHBOUR, 404, "not-found"),
    )
    for parts, who, status, code in cases:
        refused = await visit.pay(parts, who)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert await visit.paid() == [0, 0]


async def test_a_closed_day_takes_no_visit_and_cancels_none(till: Office) -> None:
    cashier, visit = a_cashier("theo-luot-khoa"), await a_visit(till, 2)
    receipt = (await visit.pay(visit.parts(10_000, 10_000), cashier)).json()["receipt"]
    day = till.service.clock.now().date().isoformat()
    closed = await till.service.post("/v1/cash-closings", {"day": day, "counted": 20_000}, cashier)
    assert (closed.status_code, closed.json()["difference"]) == (201, 0), closed.text
    for refused in (
        await visit.pay(visit.parts(10_000, 10_000, version=2), cashier),
        await visit.cancel(receipt, cashier),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "cash-day-closed")


async def test_a_party_sees_the_lines_of_their_own_dossiers_only(till: Office) -> None:
    visit_id, tills = str(uuid4()), []
    other = a_citizen("cong-dan-binh", "099088000038")
    for who in (a_citizen(), other):
        body = await till.submission(who, procedure_code=WALK_IN, **PAPER)
        answer = await till.service.post("/v1/counter-dossiers", {**body, "visit_id": visit_id}, RECEIVER)
        assert answer.status_code == 201, answer.text
        tills.append(Till(till, answer.json(), CASHIER))
    visit = Visit(till, visit_id, tills)
    receipt = (await visit.pay(visit.parts(50_000, 50_000))).json()["receipt"]
    for who, own in ((a_citizen(), visit.ids[0]), (other, visit.ids[1])):
        seen = await till.service.get(f"/v1/receipts/{receipt['receipt_id']}", who)
        assert [one["dossier_id"] for one in seen.json()["lines"]] == [own], seen.text
    stranger = a_citizen("cong-dan-la", "099088000049")
    assert (await till.service.get(f"/v1/receipts/{receipt['receipt_id']}", stranger)).status_code == 404
