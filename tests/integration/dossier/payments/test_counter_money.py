"""Money over the counter: owed, taken, cancelled, closed, freed by an exemption."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from tests.builders.dossier.office import (
    CLERK,
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
)
from tests.builders.dossier.till import MANAGER, WATCHER, Till, a_cashier, a_till
from tests.integration.dossier.payments.conftest import AFTERWARDS, BY_REGULATION, WALK_IN
from tests.integration.dossier.test_whole_rows import by_hand


def today(till: Office) -> str:
    """Return the service's day."""
    return till.service.clock.now().date().isoformat()


async def test_what_is_due_before_acceptance_is_paid_before_it_and_the_rest_before_the_result(
    till: Office,
) -> None:
    money = await a_till(till)
    told = await money.read(a_citizen())
    assert (told["owed"], told["outstanding_before"], told["version"]) == (80_000, 50_000, 2)
    assert [(one["kind"], one["owed"], one["is_before"]) for one in told["items"]] == [
        ("CHARGE", 50_000, True),
        ("FEE", 30_000, False),
    ]
    detail = await till.read(money.dossier, RECEIVER)
    (greyed,) = [one for one in detail["blocked_actions"] if one["action"] == "acceptance"]
    assert (greyed["code"], greyed["details"]) == ("fee-unpaid", {"outstanding": 50_000})
    assert "acceptance" not in detail["actions"]
    refused = await till.tried(money.dossier, "acceptance", RECEIVER)
    assert (refused.status_code, refused.json()["code"], refused.json()["outstanding"]) == (
        409,
        "fee-unpaid",
        50_000,
    )
    part = await money.take(20_000)
    assert (part.status_code, part.json()["outstanding_before"]) == (201, 30_000)
    assert (await money.read())["entries"][-1]["is_partial"] is True
    assert (await till.tried(money.dossier, "acceptance", RECEIVER)).json()["outstanding"] == 30_000
    rest = await money.take(30_000, method="CARD")
    assert rest.json()["receipt"]["amount"] == 30_000
    accepted = await till.act(money.dossier, "acceptance", RECEIVER)
    assert accepted["state"] == "ACCEPTED"
    events = [row for row in await till.service.published() if row["key"] == accepted["dossier_id"]]
    told_of = [(row["type"], row["sequence"]) for row in events if row["topic"] == "payment"]
    assert told_of == [("payment.received.v1", 3), ("payment.received.v1", 4)]


async def test_the_result_is_not_handed_out_before_everything_is_settled(till: Office) -> None:
    seen = await till.act(await till.submitted(procedure_code=AFTERWARDS), "acceptance", RECEIVER)
    seen = await till.act(seen, "handover", RECEIVER)
    for who, step in ((SPECIALIST, "tham-dinh"), (LEAD, "soat-xet"), (SIGNER, "ky")):
        seen = await till.act(seen, "step-completion", who, step=step)
    file = await till.upload(CLERK, name="ket-qua.pdf")
    seen = await till.act(seen, "result", CLERK, number="1/XN", attachment_ids=[file])
    given = HANDED_OUT
    refused = await till.tried(seen, "return", RECEIVER, **given)
    assert (refused.status_code, refused.json()["code"]) == (409, "still-owed")
    assert (await Till(till, seen).take(30_000)).status_code == 201
    assert (await till.act(seen, "return", RECEIVER, **given))["state"] == "RETURNED"


async def test_receipts_are_numbered_without_gaps_and_only_by_cashiers(till: Office) -> None:
    money = await a_till(till)
    for by, amount, status in ((RECEIVER, 1_000, 403), (STRANGER, 1_000, 404), (WATCHER, 80_001, 422)):
        assert (await money.take(amount, by)).status_code == status
    assert (await money.take(1_000, version=1)).status_code == 412
    others = [await a_till(till) for _ in range(6)]
    answers = await asyncio.gather(*(one.take(10_000, version=2, serial="G1") for one in others))
    numbers = sorted(one.json()["receipt"]["number"] for one in answers)
    assert numbers == [f"{number:07d}" for number in range(1, 7)]


async def test_a_receipt_is_cancelled_or_replaced_while_its_day_is_open(till: Office) -> None:
    cashier = a_cashier("huy")
    money = await a_till(till, cashier)
    first = (await money.take(50_000, serial="H1")).json()["receipt"]
    path = f"/v1/receipts/{first['receipt_id']}"
    body = {"reason": "Ghi sai tên", "payer": {"full_name": "Nguyễn Văn Bình"}}
    assert (await till.service.post(f"{path}/replacement", body, cashier)).status_code == 428
    replaced = await till.service.post(f"{path}/replacement", body, cashier, version=1)
    assert (replaced.status_code, replaced.json()["number"]) == (201, "0000002")
    assert (await money.read())["paid"] == 50_000
    again = await till.service.post(f"{path}/cancellation", {"reason": "x"}, cashier, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "receipt-ended")
    second = f"/v1/receipts/{replaced.json()['receipt_id']}"
    done = await till.service.post(f"{second}/cancellation", {"reason": "Trả lại tiền"}, cashier, version=1)
    assert (done.status_code, done.json()["state"]) == (200, "CANCELLED")
    told = await money.read()
    assert (told["paid"], told["entries"][-1]["kind"]) == (0, "REVERSED")
    drawer = await till.service.get(f"/v1/cash-drawer?day={today(till)}", cashier)
    assert drawer.json()["expected"] == 0


async def test_a_closed_day_takes_no_more_and_a_difference_is_explained(till: Office) -> None:
    cashier = a_cashier("khoa")
    money = await a_till(till, cashier)
    await money.take(50_000)
    await money.take(10_000, method="CARD")
    closing = {"day": today(till), "counted": 49_000}
    refused = await till.service.post("/v1/cash-closings", closing, cashier)
    assert (refused.status_code, refused.json()["code"]) == (422, "cash-difference-unexplained")
    late = await till.service.post("/v1/cash-closings", {**closing, "day": "2027-03-04"}, cashier)
    assert late.json()["code"] == "cash-day-not-begun"
    closed = await till.service.post("/v1/cash-closings", {**closing, "reason": "Thối nhầm"}, cashier)
    assert (closed.status_code, closed.json()["difference"], closed.json()["by_method"]) == (
        201,
        -1_000,
        {"CASH": 50_000, "CARD": 10_000},
    )
    assert (await money.take(1_000)).json()["code"] == "cash-day-closed"
    path = f"/v1/cash-closings/{closed.json()['closing_id']}/approval"
    assert (await till.service.post(path, {}, cashier, version=1)).json()["code"] == "second-person-required"
    assert (await till.service.post(path, {}, RECEIVER, version=1)).status_code == 403
    assert (await till.service.post(path, {}, MANAGER, version=1)).json()["state"] == "APPROVED"
    assert (await till.service.post(path, {}, MANAGER, version=2)).json()["code"] == "already-decided"
    till.service.clock.advance(timedelta(days=1))
    assert (await money.take(1_000)).status_code == 201


async def test_a_closing_or_a_refund_changed_by_hand_is_named_and_holds_up_no_other(till: Office) -> None:
    """Also where it is the last of a page."""
    cashier = a_cashier("so-hong")
    money = await a_till(till, cashier)
    for _ in range(3):
        await money.take(1_000)
        await refunded(till, money, 500, decided=False)
        counted = {"day": today(till), "counted": 1_000}
        assert (await till.service.post("/v1/cash-closings", counted, cashier)).status_code == 201
        till.service.clock.advance(timedelta(days=1))
    broken = (
        ("cash-closings", "closing_id", "cash_closings", "by_method", "[]"),
        ("refunds", "refund_id", "refunds", "method", "GOLD"),
    )
    pool = till.service.runtime.pool
    for path, key, table, column, value in broken:
        before, _ = await turned(till, path, key)
        _, bad, _ = before[:3]
        await pool.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{column}_known")
        was = await pool.fetchval(f"SELECT {column} FROM {table} WHERE id = $1", bad)
        await by_hand(till, f"UPDATE {table} SET {column} = $1 WHERE id = $2", value, bad)
        assert await turned(till, path, key) == ([one for one in before if one != bad], [bad])
        await by_hand(till, f"UPDATE {table} SET {column} = $1 WHERE id = $2", was, bad)


async def turned(till: Office, path: str, key: str) -> tuple[list[str], list[str]]:
    """Return a list turned page by page, and what of it could not be read."""
    found, unreadable, asked = [], [], {"limit": 1, "cursor": ""}
    while True:
        answer = await till.service.get(f"/v1/{path}", MANAGER, params=asked)
        assert answer.status_code == 200, answer.text
        found += [one[key] for one in answer.json()["items"]]
        unreadable += answer.json()["unreadable"]
        if not answer.json()["next_cursor"]:
            return found, unreadable
        asked["cursor"] = answer.json()["next_cursor"]


async def test_a_day_before_the_desk_is_not_closed_and_one_without_money_is(till: Office) -> None:
    """Nobody here had taken money by then; an empty day since, and this very day, may be closed."""
    cashier = a_cashier("truoc-quay")
    await (await a_till(till, a_cashier("thu-truoc"))).take(1_000)
    for day in ("2001-01-01", "2026-03-02"):
        refused = await till.service.post("/v1/cash-closings", {"day": day, "counted": 0}, cashier)
        assert (refused.status_code, refused.json()["code"]) == (422, "cash-day-before-desk"), day
    first = today(till)
    till.service.clock.advance(timedelta(days=1))
    for day in (first, today(till)):
        closed = await till.service.post("/v1/cash-closings", {"day": day, "counted": 0}, cashier)
        assert closed.status_code == 201, (day, closed.text)


async def test_a_day_that_paid_out_more_than_it_took_is_closed_as_it_was(till: Office) -> None:
    """Cash is counted beside the float: below nothing where more went out, and no difference to explain."""
    cashier = a_cashier("chi-vuot")
    money = await a_till(till, cashier)
    await money.take(30_000, method="CARD")
    await refunded(till, money, 30_000)
    closing = {"day": today(till), "counted": -40_000}
    below = await till.service.post("/v1/cash-closings", closing, cashier)
    assert (below.status_code, below.json()["errors"][0]["path"]) == (422, "counted")
    closed = await till.service.post("/v1/cash-closings", {**closing, "counted": -30_000}, cashier)
    assert (closed.status_code, closed.json()["difference"]) == (201, 0)


async def test_two_who_close_and_take_at_once_agree_on_what_was_in_the_drawer(till: Office) -> None:
    cashier = a_cashier("dem")
    money = [await a_till(till, cashier) for _ in range(4)]
    closing = {"day": today(till), "counted": 0, "reason": "Đếm sau"}
    answers = await asyncio.gather(
        *(one.take(10_000, version=2) for one in money),
        till.service.post("/v1/cash-closings", closing, cashier),
    )
    taken = sum(answer.status_code == 201 for answer in answers[:-1])
    assert answers[-1].json()["expected"] == taken * 10_000


async def test_an_exemption_is_granted_on_evidence_and_frees_what_was_owed(till: Office) -> None:
    money = await a_till(till)
    poor = {"category": "NGUOI-NGHEO"}
    for body, code in (
        ({"category": "KHONG-CO"}, "no-such-exemption"),
        (poor, "exemption-evidence-missing"),
        ({**poor, "evidence": {"attachment_id": str(await till.upload(a_citizen()))}}, "invalid"),
    ):
        refused = await money.post("/exemptions", RECEIVER, **body)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    granted = await money.post("/exemptions", RECEIVER, **poor, evidence={"paper": "GCN hộ nghèo 12/2026"})
    assert (granted.status_code, granted.json()["owed"]) == (200, 0)
    again = await money.post("/exemptions", RECEIVER, **poor, evidence={"paper": "x"})
    assert again.status_code == 422
    assert (await till.act(money.dossier, "acceptance", RECEIVER))["state"] == "ACCEPTED"
    assert (await till.service.get("/v1/fee-exemptions", a_citizen())).json()["items"]


async def test_a_fee_only_a_regulation_is_named_for_is_assessed_by_hand(till: Office) -> None:
    money = await a_till(till, procedure=BY_REGULATION)
    told = await money.read()
    assert (told["owed"], told["to_assess"]) == (0, ["Theo TT 1/2026"])
    fee = {"kind": "FEE", "name": "Phí", "amount": 9_000}
    assert (await money.post("", RECEIVER, **fee)).status_code == 422
    assert (await money.post("", a_citizen(), **fee, legal_basis="TT")).status_code == 403
    owed = await money.post("", RECEIVER, **fee, legal_basis="TT 1/2026")
    assert (owed.status_code, owed.json()["outstanding"]) == (201, 9_000)
    item = owed.json()["items"][0]["item_id"]
    corrected = await money.post("/corrections", MANAGER, item=item, amount=-2_000, reason="Tính nhầm")
    assert corrected.json()["owed"] == 7_000
    too_much = await money.post("/corrections", MANAGER, item=item, amount=-8_000, reason="x")
    assert too_much.status_code == 422


async def test_a_walk_in_pays_first_where_the_fee_is_due_first(till: Office) -> None:
    paper = {"channel": "DIRECT", "components": [{"component_code": "to-khai"}]}
    body = await till.submission(a_citizen(), procedure_code=WALK_IN, **paper)
    seen = await till.service.post("/v1/counter-dossiers", body, RECEIVER)
    assert (seen.status_code, seen.json()["state"], seen.json()["dossier_code"]) == (201, "SUBMITTED", None)
    assert (await Till(till, seen.json()).take(50_000)).status_code == 201
    assert (await till.act(seen.json(), "acceptance", RECEIVER))["state"] == "ACCEPTED"


async def test_the_ledger_is_only_added_to(till: Office) -> None:
    money = await a_till(till)
    await money.take(50_000)
    for change in ("UPDATE payment_entries SET amount = 1", "DELETE FROM payment_entries"):
        with pytest.raises(asyncpg.PostgresError, match="only added to"):
            await till.service.runtime.pool.execute(change)


async def test_a_dossier_that_stands_for_money_goes_on_when_all_of_it_came_in(till: Office) -> None:
    """The clock stands, part of the money changes nothing, the rest lets it run in the same commit."""
    seen = await till.act(await till.submitted(procedure_code=AFTERWARDS), "acceptance", RECEIVER)
    seen = await till.act(seen, "handover", RECEIVER)
    notice = {"name": "Lệ phí trước bạ", "amount": 900_000, "reason": "Trước bạ", "legal_basis": "NĐ 10/2022"}
    seen = await till.act(seen, "payment-notice", SPECIALIST, **notice)
    assert seen["state"] == "AWAITING_FINANCIAL"
    money = Till(till, seen)
    duty = next(one for one in (await money.read())["items"] if one["kind"] == "OBLIGATION")
    assert (duty["owed"], bool(duty["notice_number"])) == (900_000, True)
    reference = (await money.ask(item=duty["item_id"]))["reference"]
    assert (await money.news(reference, 400_000)).json()["outcome"] == "booked"
    assert (await till.read(seen, RECEIVER))["state"] == "AWAITING_FINANCIAL"
    assert (await money.take(500_000, item=duty["item_id"])).status_code == 201
    told = await till.read(seen, RECEIVER)
    assert (told["state"], told["clock"]) == ("PROCESSING", "RUNNING")
    assert (await money.read())["outstanding"] == 30_000


async def test_a_notice_taken_back_is_owed_no_more_and_an_ended_dossier_owes_nothing(till: Office) -> None:
    seen = await till.act(await till.submitted(procedure_code=AFTERWARDS), "acceptance", RECEIVER)
    seen = await till.act(seen, "handover", RECEIVER)
    notice = {"name": "Lệ phí trước bạ", "amount": 900_000, "reason": "Trước bạ", "legal_basis": "NĐ 10/2022"}
    seen = await till.act(seen, "payment-notice", SPECIALIST, **notice)
    await till.act(seen, "payment-notice-cancellation", LEAD, reason="Sai người")
    assert (await Till(till, seen).read())["outstanding"] == 30_000
    refused = await a_till(till)
    words = {"reason": "Sai thẩm quyền", "legal_basis": "NĐ 118/2025"}
    await till.act(refused.dossier, "refusal", RECEIVER, **words)
    told = await refused.read()
    assert (told["outstanding"], told["entries"][-1]["reason"]) == (0, "Từ chối tiếp nhận")


async def cancelled(till: Office, receipt: dict[str, object], cashier: object) -> tuple[int, str]:
    """Try to cancel a receipt; return the status, and why not."""
    path = f"/v1/receipts/{receipt['receipt_id']}/cancellation"
    answer = await till.service.post(path, {"reason": "Ghi nhầm"}, cashier, version=1)
    return answer.status_code, str(answer.json().get("code", ""))


async def refunded(till: Office, money: Till, amount: int, *, decided: bool = True) -> None:
    """Have a manager give back what a cashier proposes."""
    given = {"method": "CASH", "reason": "Nộp thừa", "payee": {"full_name": "Nguyễn Văn An"}}
    asked = await money.post("/refunds", money.cashier, amount=amount, **given)
    assert asked.status_code == 201, asked.text
    if decided:
        path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
        done = await till.service.post(path, {"approved": True, "note": "Đúng"}, MANAGER, version=1)
        assert done.status_code == 200, done.text


@pytest.mark.parametrize("decided", [True, False], ids=["refunded", "asked for"])
async def test_the_same_money_never_goes_back_twice(till: Office, decided: bool) -> None:
    """A receipt whose money went back by two people is not cancelled by one; another receipt's is."""
    cashier = a_cashier(f"hai-lan-{decided}")
    money = await a_till(till, cashier)
    first = (await money.take(10_000)).json()["receipt"]
    await refunded(till, money, 10_000, decided=decided)
    assert await cancelled(till, first, cashier) == (409, "receipt-refunded")
    assert (await money.read())["paid"] == (0 if decided else 10_000)
    second = (await money.take(20_000)).json()["receipt"]
    assert await cancelled(till, second, cashier) == (200, "")


async def test_what_a_dossier_went_on_for_is_not_undone_by_the_cashier_alone(till: Office) -> None:
    """Accepted, returned: the money goes back only as a refund; what is due later may still be corrected."""
    cashier = a_cashier("mot-minh")
    money = await a_till(till, cashier)
    before = (await money.take(50_000)).json()["receipt"]
    seen = await till.act(money.dossier, "acceptance", RECEIVER)
    assert await cancelled(till, before, cashier) == (409, "receipt-relied-on")
    later = (await money.take(30_000)).json()["receipt"]
    assert await cancelled(till, later, cashier) == (200, "")
    rest = (await money.take(30_000)).json()["receipt"]
    seen = {**seen, "version": (await till.read(seen, RECEIVER))["version"]}
    seen = await till.act(seen, "handover", RECEIVER)
    for who, step in ((SPECIALIST, "tham-dinh"), (LEAD, "soat-xet"), (SIGNER, "ky")):
        seen = await till.act(seen, "step-completion", who, step=step)
    file = await till.upload(CLERK, name="ket-qua.pdf")
    seen = await till.act(seen, "result", CLERK, number="9/XN", attachment_ids=[file])
    await till.act(seen, "return", RECEIVER, **HANDED_OUT)
    assert await cancelled(till, rest, cashier) == (409, "receipt-relied-on")
    told = await money.read()
    assert (told["paid"], told["outstanding"]) == (80_000, 0)


async def test_a_receipt_relied_on_is_not_cancelled_because_a_later_one_has_its_sum(till: Office) -> None:
    """The fee accepted on, and one of the same sum to be paid later: each receipt is its own money."""
    cashier = a_cashier("bang-nhau")
    money = await a_till(till, cashier)
    fee = {"kind": "FEE", "name": "Phí khác", "amount": 50_000, "legal_basis": "NQ 1", "is_before": False}
    assert (await money.post("", RECEIVER, **fee)).status_code == 201
    first = (await money.take(50_000)).json()["receipt"]
    assert (await money.take(30_000)).status_code == 201
    last = (await money.take(50_000)).json()["receipt"]
    version = (await till.read(money.dossier, RECEIVER))["version"]
    await till.act({**money.dossier, "version": version}, "acceptance", RECEIVER)
    assert await cancelled(till, first, cashier) == (409, "receipt-relied-on")
    assert await cancelled(till, last, cashier) == (200, "")
    paid = {one["name"]: one["paid"] for one in (await money.read())["items"]}
    assert paid == {"Lệ phí": 50_000, "Phí thẩm định": 30_000, "Phí khác": 0}


async def test_an_obligation_is_owed_again_in_ledger_and_dossier_when_its_money_goes_back(
    till: Office,
) -> None:
    """A part taken by mistake is cancelled while the dossier stands; all of it goes back by two people."""
    cashier = a_cashier("nghia-vu")
    seen = await till.act(await till.submitted(procedure_code=AFTERWARDS), "acceptance", RECEIVER)
    seen = await till.act(seen, "handover", RECEIVER)
    notice = {"name": "Lệ phí trước bạ", "amount": 9_000, "reason": "Trước bạ", "legal_basis": "NĐ 10/2022"}
    seen = await till.act(seen, "payment-notice", SPECIALIST, **notice)
    money = Till(till, seen, cashier)
    item = next(one for one in (await money.read())["items"] if one["kind"] == "OBLIGATION")["item_id"]

    async def owed() -> tuple[str, int, int]:
        told = await till.read(seen, SPECIALIST)
        duty = next(one for one in (await money.read())["items"] if one["kind"] == "OBLIGATION")
        return told["state"], told["obligations"][0]["owed"], duty["owed"] - duty["paid"]

    part = (await money.take(4_000, item=item)).json()["receipt"]
    assert await owed() == ("AWAITING_FINANCIAL", 5_000, 5_000)
    assert await cancelled(till, part, cashier) == (200, "")
    assert await owed() == ("AWAITING_FINANCIAL", 9_000, 9_000)
    assert (await money.take(5_000, item=item)).status_code == 201
    assert await owed() == ("AWAITING_FINANCIAL", 4_000, 4_000)
    rest = (await money.take(4_000, item=item)).json()["receipt"]
    assert await owed() == ("PROCESSING", 0, 0)
    assert await cancelled(till, rest, cashier) == (409, "receipt-relied-on")
    await money.take(30_000)
    await refunded(till, money, 39_000)
    assert await owed() == ("PROCESSING", 9_000, 9_000)
    assert (await money.take(9_000, item=item)).status_code == 201
    assert await owed() == ("PROCESSING", 0, 0)


async def test_a_receipt_of_a_closed_day_goes_back_only_as_a_refund(till: Office) -> None:
    cashier = a_cashier("da-khoa")
    money = await a_till(till, cashier)
    receipt = (await money.take(10_000)).json()["receipt"]
    closing = {"day": today(till), "counted": 10_000}
    assert (await till.service.post("/v1/cash-closings", closing, cashier)).status_code == 201
    assert await cancelled(till, receipt, cashier) == (409, "cash-day-closed")
    assert (await money.read())["paid"] == 10_000
