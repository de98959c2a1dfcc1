"""Money through the platform: asked, told in any order, booked once, given back, reconciled."""

import asyncio
from datetime import datetime, timedelta

import pytest

from kernel.testing.running import a_staff_member
from services.gateway.domain.portal.telling.messages import paid_online
from services.gateway.domain.portal.telling.view import PortalView
from tests.builders.dossier.office import GATEWAY, RECEIVER, Office, a_citizen
from tests.builders.dossier.till import BOTH, MANAGER, PLATFORM, WATCHER, a_till
from tests.integration.dossier.test_whole_rows import by_hand


async def due(till: Office, what: str) -> list[str]:
    """Return the requests the gateway has to carry now."""
    answer = await till.service.get(f"/v1/payment-requests?what={what}&limit=100", PLATFORM)
    return [one["reference"] for one in answer.json()["items"]]


async def sums(till: Office) -> tuple[int, int]:
    """Return what all ledgers say came in, and what is on receipts and paid requests."""
    pool = till.service.runtime.pool
    booked = await pool.fetchval("SELECT coalesce(sum(amount), 0) FROM payment_entries WHERE kind = 'PAID'")
    shown = await pool.fetchval(
        "SELECT (SELECT coalesce(sum(paid_amount), 0) FROM payment_requests WHERE state = 'PAID')"
        " + (SELECT coalesce(sum(amount), 0) FROM receipts WHERE replaces IS NULL)"
        " + (SELECT coalesce(sum(amount), 0) FROM payment_entries WHERE source LIKE 'platform:%:%')"
    )
    return int(booked), int(shown)


async def test_an_online_payment_is_asked_opened_and_booked_once_however_often_it_is_told(
    till: Office,
) -> None:
    money = await a_till(till)
    before = (await money.read())["items"][0]["item_id"]
    asked = await money.ask(item=before)
    assert (asked["amount"], asked["state"], asked["pay_url"]) == (50_000, "WAITING", None)
    twice = await money.post("/requests", a_citizen(), item=before)
    assert (twice.status_code, twice.json()["reference"]) == (409, asked["reference"])
    carried = await till.service.get("/v1/payment-requests?what=open", PLATFORM)
    bill = next(one["bill"] for one in carried.json()["items"] if one["reference"] == asked["reference"])
    assert (bill["amount"], bill["payer"]["full_name"]) == (50_000, "Nguyễn Văn An")
    assert (await till.service.get("/v1/payment-requests?what=open", WATCHER)).status_code == 403
    path = f"/v1/payment-requests/{asked['reference']}/opening"
    opened = await till.service.post(path, {"pay_url": "https://tt.example/1"}, PLATFORM)
    assert opened.json()["state"] == "OPEN"
    answers = await asyncio.gather(*(money.news(asked["reference"]) for _ in range(10)))
    assert sorted(one.json()["outcome"] for one in answers) == ["booked"] + ["repeated"] * 9
    told = await money.read()
    assert (told["paid"], told["outstanding_before"], told["requests"][0]["state"]) == (50_000, 0, "PAID")
    booked, shown = await sums(till)
    assert booked == shown
    assert (await till.act(money.dossier, "acceptance", RECEIVER))["state"] == "ACCEPTED"


async def test_what_is_forged_unknown_or_failed_changes_no_money(till: Office) -> None:
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    forged = await money.news(asked, refused="chữ ký không khớp")
    assert forged.json()["outcome"] == "refused"
    assert (await money.news("dvcKhongCo")).json()["outcome"] == "unknown"
    assert (await money.news(asked, outcome="FAILED")).json()["outcome"] == "noted"
    told = await money.read()
    assert (told["paid"], told["requests"][0]["state"]) == (0, "FAILED")
    kept = "SELECT outcome FROM payment_messages WHERE reference = ANY($1) ORDER BY id"
    rows = await till.service.runtime.pool.fetch(kept, [asked, "dvcKhongCo"])
    assert [row["outcome"] for row in rows] == ["refused", "unknown", "noted"]
    # A late success still counts: the platform has the money.
    assert (await money.news(asked, 80_000)).json()["outcome"] == "booked"
    assert (await money.read())["outstanding"] == 0
    assert (await till.service.post("/v1/payment-results", {}, WATCHER)).status_code in {403, 422}


async def test_lost_news_is_looked_for_and_an_unopened_request_tried_again(till: Office) -> None:
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    path = f"/v1/payment-requests/{asked}/opening"
    await till.service.post(path, {"failure": "HTTP 503"}, PLATFORM)
    assert asked not in await due(till, "open")
    till.service.clock.advance(timedelta(seconds=5))
    assert asked in await due(till, "open")
    await till.service.post(path, {"pay_url": "https://tt.example/1"}, PLATFORM)
    assert asked not in await due(till, "look")
    till.service.clock.advance(timedelta(minutes=3))
    assert asked in await due(till, "look")
    await money.news(asked, outcome="PENDING", source="LOOK_UP")
    assert asked not in await due(till, "look")
    till.service.clock.advance(timedelta(hours=25))
    assert asked in await due(till, "look")
    await money.news(asked, outcome="PENDING", source="LOOK_UP")
    assert (await money.read())["requests"][0]["state"] == "EXPIRED"
    assert (await money.ask())["reference"] != asked


async def test_a_look_up_answered_with_what_nobody_believes_lets_others_come_first(till: Office) -> None:
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    path = f"/v1/payment-requests/{asked}/opening"
    await till.service.post(path, {"pay_url": "https://tt.example/1"}, PLATFORM)
    till.service.clock.advance(timedelta(minutes=3))
    await money.news(asked, refused="chữ ký không khớp")
    assert asked in await due(till, "look")
    await money.news(asked, source="LOOK_UP", refused="chữ ký không khớp")
    assert asked not in await due(till, "look")
    till.service.clock.advance(timedelta(days=3))
    await money.news(asked, source="LOOK_UP", refused="chữ ký không khớp")
    till.service.clock.advance(timedelta(days=1))
    assert asked in await due(till, "look")
    assert (await money.news(asked, source="LOOK_UP")).json()["outcome"] == "booked"


async def test_too_much_money_is_given_back_by_two_people(till: Office) -> None:
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    await money.take(30_000)
    await money.news(asked, 80_000)
    told = await money.read()
    assert (told["paid"], told["credit"], told["outstanding"]) == (110_000, 30_000, 0)
    given = {"method": "TRANSFER", "reason": "Nộp thừa", "payee": {"account": "0123"}}
    assert (await money.post("/refunds", RECEIVER, amount=30_000, **given)).status_code == 403
    assert (await money.post("/refunds", BOTH, amount=120_000, **given)).json()["code"] == "refund-too-large"
    refund = await money.post("/refunds", BOTH, amount=30_000, **given)
    assert refund.status_code == 201, refund.text
    path = f"/v1/refunds/{refund.json()['refund_id']}/decision"
    yes = {"approved": True}
    self_made = await till.service.post(path, yes, BOTH, version=1)
    assert (self_made.status_code, self_made.json()["code"]) == (403, "second-person-required")
    assert (await till.service.post(path, yes, RECEIVER, version=1)).status_code == 403
    answers = await asyncio.gather(*(till.service.post(path, yes, MANAGER, version=1) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 412, 412, 412, 412]
    told = await money.read()
    assert (told["paid"], told["credit"], told["refunds"][0]["state"]) == (80_000, 0, "APPROVED")


async def test_the_days_list_is_held_against_the_books(till: Office) -> None:
    one, two, three = [await a_till(till) for _ in range(3)]
    references = [(await money.ask())["reference"] for money in (one, two, three)]
    at = (till.service.clock.now() - timedelta(days=90)).isoformat()
    await one.news(references[0], 80_000, paid_at=at)
    await two.news(references[1], 80_000, paid_at=at)
    rows = [
        {"reference": references[0], "amount": 79_000, "paid_at": at},
        {"reference": references[2], "amount": 80_000, "paid_at": at},
    ]
    body = {"day": at[:10], "rows": rows}
    assert (await till.service.post("/v1/payment-reconciliations", body, WATCHER)).status_code == 403
    first = await till.service.post("/v1/payment-reconciliations", body, PLATFORM)
    kinds = {row["reference"]: row["kind"] for row in first.json()["differences"]}
    assert kinds == dict(zip(references, ("AMOUNT", "MISSING_THERE", "MISSING_HERE"), strict=True))
    assert references[2] in await due(till, "look")
    await three.news(references[2], 80_000, source="LOOK_UP", paid_at=at)
    rows.append({"reference": references[1], "amount": 80_000, "paid_at": at})
    again = await till.service.post("/v1/payment-reconciliations", body, PLATFORM)
    assert [row["kind"] for row in again.json()["differences"]] == ["AMOUNT"]
    listed = (await till.service.get("/v1/payment-differences", MANAGER)).json()["items"]
    assert [(row["kind"], row["ours"], row["theirs"]) for row in listed] == [("AMOUNT", 80_000, 79_000)]
    path = f"/v1/payment-differences/{listed[0]['difference_id']}/settlement"
    elsewhere = a_staff_member("ONE_STOP_MANAGER", agency="H99.209")
    assert (await till.service.get("/v1/payment-differences", elsewhere)).json()["items"] == []
    theirs = await till.service.post(path, {"note": "Không phải của tôi"}, elsewhere, version=1)
    assert theirs.status_code == 404
    over_all = a_staff_member("SUPERVISOR", agency="H99")
    assert len((await till.service.get("/v1/payment-differences", over_all)).json()["items"]) == 1
    assert (await till.service.post(path, {"note": "Ngân hàng đính chính"}, MANAGER)).status_code == 428
    done = await till.service.post(path, {"note": "Ngân hàng đính chính"}, MANAGER, version=1)
    assert done.json()["state"] == "SETTLED"
    assert (await till.service.get("/v1/payment-differences", MANAGER)).json()["items"] == []


async def test_money_heard_after_midnight_stands_against_the_list_of_the_day_before(till: Office) -> None:
    """Nothing says when it was paid: the next day's list does not have it and is not missing it."""
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    days = [till.service.clock.now() - timedelta(days=300 - n) for n in range(2)]
    await money.news(asked, 80_000, transaction="GD-1", paid_at=days[1].isoformat())
    row = {"reference": asked, "amount": 80_000, "transaction": "gd-1", "paid_at": days[0].isoformat()}
    for day, rows in ((days[0], [row]), (days[1], []), (days[0], [row])):
        body = {"day": day.date().isoformat(), "rows": rows}
        answer = await till.service.post("/v1/payment-reconciliations", body, PLATFORM)
        assert answer.json()["differences"] == []


async def test_who_pays_twice_at_one_address_has_it_in_the_books_and_gets_it_back(till: Office) -> None:
    """Each transaction is booked once, stands against its own day's list, and is refundable."""
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    days = [till.service.clock.now() - timedelta(days=200 - n) for n in range(2)]
    for _ in range(2):
        await money.news(asked, 80_000, transaction="GD-1", paid_at=days[0].isoformat())
    assert ((await money.read())["paid"], (await money.read())["credit"]) == (80_000, 0)
    row = {"reference": asked, "amount": 80_000}
    lists = [{**row, "transaction": f"GD-{n}", "paid_at": day.isoformat()} for n, day in enumerate(days, 1)]

    async def held(day: int) -> list[tuple[str, int | None, int | None]]:
        body = {"day": days[day].date().isoformat(), "rows": [lists[day]]}
        answer = await till.service.post("/v1/payment-reconciliations", body, PLATFORM)
        return [(one["kind"], one["ours"], one["theirs"]) for one in answer.json()["differences"]]

    assert (await held(0), await held(1)) == ([], [("MISSING_HERE", None, 80_000)])
    assert asked in await due(till, "look"), "news of the second may be lost"
    told = [
        await money.news(asked, 80_000, transaction=one, source="LOOK_UP", paid_at=days[1].isoformat())
        for one in ("GD-1", "GD-2", "GD-2", "")
    ]
    assert [one.json()["outcome"] for one in told] == ["repeated", "booked", "repeated", "repeated"]
    assert asked not in await due(till, "look")
    assert (await held(0), await held(1)) == ([], [])
    seen = await money.read()
    assert (seen["paid"], seen["credit"], seen["requests"][0]["paid_amount"]) == (160_000, 80_000, 80_000)
    given = {"method": "TRANSFER", "reason": "Nộp hai lần", "payee": {"account": "0123"}}
    refund = await money.post("/refunds", BOTH, amount=80_000, **given)
    path = f"/v1/refunds/{refund.json()['refund_id']}/decision"
    assert (await till.service.post(path, {"approved": True}, MANAGER, version=1)).status_code == 200
    assert ((await money.read())["paid"], (await money.read())["credit"]) == (80_000, 0)
    booked, shown = await sums(till)
    assert booked == shown


async def test_a_further_payment_that_only_a_look_up_names_is_somebodys_task_and_no_credit(
    till: Office,
) -> None:
    """Its answer may be of another; once the day's list has it, or its own result comes, it is booked."""
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    at = (till.service.clock.now() - timedelta(days=300)).isoformat()
    assert (await money.news(asked, 80_000, transaction="GD-1", paid_at=at)).json()["outcome"] == "booked"

    async def looked_up() -> tuple[str, int]:
        told = await money.news(asked, 80_000, transaction="GD-9", source="LOOK_UP", paid_at=at)
        return told.json()["outcome"], (await money.read())["credit"]

    async def open_kinds() -> list[str]:
        items = (await till.service.get("/v1/payment-differences", MANAGER)).json()["items"]
        return [row["kind"] for row in items if row["reference"] == asked]

    assert [await looked_up() for _ in range(2)] == [("noted", 0)] * 2
    assert await open_kinds() == ["UNCONFIRMED"]
    rows = [
        {"reference": asked, "transaction": name, "amount": 80_000, "paid_at": at}
        for name in ("GD-1", "GD-9")
    ]
    body = {"day": at[:10], "rows": rows}
    await till.service.post("/v1/payment-reconciliations", body, PLATFORM)
    assert await looked_up() == ("booked", 80_000)
    await till.service.post("/v1/payment-reconciliations", body, PLATFORM)
    assert await open_kinds() == []


async def test_a_difference_that_is_gone_is_settled_by_itself_and_opens_when_it_is_back(till: Office) -> None:
    """Beside another of the same request; what people have settled stays settled."""
    money = await a_till(till)
    reference = (await money.ask())["reference"]
    at = (till.service.clock.now() - timedelta(days=120)).isoformat()
    for name in ("GD-1", "GD-3"):
        await money.news(reference, 50_000, transaction=name, paid_at=at)

    async def held(*names: str) -> list[str]:
        rows = [{"reference": reference, "transaction": n, "amount": 50_000, "paid_at": at} for n in names]
        body = {"day": at[:10], "rows": rows}
        assert (await till.service.post("/v1/payment-reconciliations", body, PLATFORM)).status_code == 200
        items = (await till.service.get("/v1/payment-differences", MANAGER)).json()["items"]
        return sorted(row["kind"] for row in items if row["reference"] == reference)

    assert await held("GD-1", "GD-2") == ["MISSING_HERE", "MISSING_THERE"]
    assert await held("GD-1") == ["AMOUNT"]
    assert await held("GD-1", "GD-3") == []
    assert await held("GD-1", "GD-2") == ["MISSING_HERE", "MISSING_THERE"]


@pytest.mark.parametrize(
    ("first", "again"),
    [("GD-1", " GD-1 "), ("12345678", "12345678.0"), ("gd-1", "GD-1"), ("GD-1", "ＧＤ\u20111\u200b")],
    ids=["blanks", "a number", "capitals", "other signs"],
)
async def test_a_payment_told_again_in_another_spelling_is_booked_once(
    till: Office, first: str, again: str
) -> None:
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    other = f"{again.strip()}9"
    told = [await money.news(asked, 80_000, transaction=one) for one in (first, again)]
    assert [one.json()["outcome"] for one in told] == ["booked", "repeated"]
    seen = await money.read()
    assert (seen["paid"], seen["credit"]) == (80_000, 0)
    told = [await money.news(asked, 80_000, transaction=one) for one in (other, other.lower(), f"{other} ")]
    assert [one.json()["outcome"] for one in told] == ["booked", "repeated", "repeated"]


async def test_news_of_no_money_is_refused_and_the_money_told_next_is_booked(till: Office) -> None:
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    assert (await money.news(asked, 0)).json()["outcome"] == "refused"
    assert (await money.read())["requests"][0]["state"] == "WAITING"
    assert (await money.news(asked, 80_000)).json()["outcome"] == "booked"
    assert (await money.read())["outstanding"] == 0


async def test_the_portal_asks_by_code_what_is_to_be_paid(till: Office) -> None:
    money = await a_till(till)
    path, asked = "/v1/payment-bills", {"code": money.dossier["reference"]}
    bill = await till.service.post(path, asked, PLATFORM)
    assert (bill.status_code, bill.json()["amount"]) == (200, 80_000)
    assert (await till.service.post(path, asked, PLATFORM)).json()["reference"] == bill.json()["reference"]
    assert (await till.service.post(path, {"code": "KHONG-CO"}, PLATFORM)).status_code == 404


async def test_the_portals_view_tells_what_was_owed_and_how_it_was_paid(till: Office) -> None:
    money = await a_till(till)
    await money.news((await money.ask())["reference"], 80_000)
    seen = await till.act(money.dossier, "acceptance", RECEIVER)
    path = f"/v1/portal-views/{seen['dossier_id']}"
    view = (await till.service.get(f"{path}?version={seen['version']}", GATEWAY)).json()
    assert [(fee["kind"], fee["amount"], fee["paid_through"]) for fee in view["fees"]] == [
        ("CHARGE", 50_000, "PORTAL"),
        ("FEE", 30_000, "PORTAL"),
    ]
    assert paid_online(PortalView.of(view).fees) == "1"
    before = (await till.service.get(f"{path}?version=1", GATEWAY)).json()
    assert before["fees"] == []
    till.service.clock.advance(timedelta(minutes=1))
    item = (await money.read())["items"][0]["item_id"]
    less = await money.post("/corrections", MANAGER, item=item, amount=-2_000, reason="Tính nhầm")
    assert less.status_code < 300, less.text
    since = (await till.service.get(f"{path}?version={seen['version']}", GATEWAY)).json()
    assert [fee["amount"] for fee in since["fees"]] == [48_000, 30_000], "money moves without a version"


async def test_a_request_that_cannot_be_read_keeps_no_other_from_the_platform(till: Office) -> None:
    bad, good = [(await (await a_till(till)).ask())["reference"] for _ in range(2)]
    change = "UPDATE payment_requests SET state = $2, look_at = asked_at WHERE reference = $1"
    for reference, state in ((bad, "?"), (good, "OPEN")):
        await by_hand(till, change, reference, state)
    found = await due(till, "look")
    assert (good in found, bad in found) == (True, False)
    for reference in (bad, good):
        await by_hand(till, change, reference, "WAITING")


async def test_a_callback_that_comes_twice_at_the_same_moment_waits_for_itself(till: Office) -> None:
    """Both are inside before either is done: the account's lock lets the second see what the first booked."""
    money = await a_till(till)
    asked = (await money.ask())["reference"]
    pool = till.service.runtime.pool
    name = f"money:{money.dossier['dossier_id']}"
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with pool.acquire() as held, held.transaction():
        await held.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)
        both = [asyncio.create_task(money.news(asked, 80_000)) for _ in range(2)]
        for _ in range(200):
            if await held.fetchval(waiting) == len(both):
                break
            await asyncio.sleep(0.01)
        assert await held.fetchval(waiting) == len(both), "they did not wait for each other"
    outcomes = sorted([(await one).json()["outcome"] for one in both])
    assert outcomes == ["booked", "repeated"]
    assert (await money.read())["paid"] == 80_000


async def test_nothing_is_paid_after_it_was_told(till: Office) -> None:
    """A clock that is ahead puts money on a day that cannot be reconciled; minutes ahead are a clock's."""
    now = till.service.clock.now()
    for said, kept in (
        ("2199-12-31T23:59:59-14:00", now),
        ((now + timedelta(minutes=11)).isoformat(), now),
        ((now + timedelta(minutes=9)).isoformat(), now + timedelta(minutes=9)),
    ):
        money = await a_till(till)
        asked = (await money.ask())["reference"]
        answer = await money.news(asked, 50_000, transaction=asked, paid_at=said)
        assert answer.json() == {"outcome": "booked"}
        (request,) = (await money.read())["requests"]
        assert datetime.fromisoformat(request["paid_at"]) == kept
