"""What form 05 says of the money is so; what it promises back stays open until it is asked for."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders.dossier.office import LEAD, RECEIVER, SIGNER, SPECIALIST, Office, a_citizen
from tests.builders.dossier.till import MANAGER, Till, a_cashier, a_till
from tests.integration.dossier.test_mirrors import fed

WHY = {"note": "Đồng ý"}
BASIS = "Chưa thực hiện công việc"


async def paid_and_withdrawn(till: Office, cashier: Any) -> tuple[Till, dict[str, Any]]:
    """Return a dossier of which 50,000 đồng came in and that its owner takes back."""
    money = await a_till(till, cashier)
    assert (await money.take(50_000)).status_code == 201
    seen = await till.act(money.dossier, "acceptance", RECEIVER)
    return money, await till.act(seen, "withdrawal", a_citizen(), note="Không cần nữa")


@pytest.mark.parametrize(
    ("refund", "path"),
    [
        ({}, "refund.rule"),
        ({"rule": "FULL", "amount": 50_001, "basis": BASIS}, "refund.amount"),
        ({"rule": "PARTIAL", "amount": 50_000, "basis": BASIS}, "refund.amount"),
        ({"rule": "NONE", "amount": 1}, "refund.amount"),
    ],
)
async def test_form_05_does_not_say_what_is_not_so(till: Office, refund: dict[str, Any], path: str) -> None:
    _, seen = await paid_and_withdrawn(till, a_cashier("rut-sai"))
    said = {"approved": True, **WHY, "refund": refund}
    answer = await till.tried(seen, "withdrawal-decision", SIGNER, **said)
    assert (answer.status_code, answer.json()["code"]) == (422, "settlement-not-as-paid")
    assert [one["path"] for one in answer.json()["errors"]] == [path]
    assert (await till.read(seen, RECEIVER))["state"] == "WITHDRAWAL_REQUESTED"
    groundless = await till.tried(
        seen, "withdrawal-decision", SIGNER, approved=True, **WHY, refund={"rule": "FULL"}
    )
    assert groundless.json()["code"] == "invalid"


async def test_what_form_05_promises_is_open_until_it_is_asked_for(till: Office) -> None:
    cashier = a_cashier("rut-hoan")
    money, seen = await paid_and_withdrawn(till, cashier)
    said = {"approved": True, **WHY, "refund": {"rule": "FULL", "basis": BASIS}}
    assert (await money.read())["owed_back"] == 0
    seen = await till.act(seen, "withdrawal-decision", SIGNER, **said)
    told = (await till.service.published("dossier.stopped.v1"))[-1]["data"]["change"]["settlement"]
    assert (told["refund"], told["refund_amount"]) == ("FULL", 50_000)
    assert (await money.read())["owed_back"] == 50_000
    asked = await money.post("/refunds", cashier, amount=50_000, method="CASH", reason=BASIS)
    assert asked.status_code == 201, asked.text
    assert (await money.read())["owed_back"] == 0
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    declined = await till.service.post(path, {"approved": False, "note": "x"}, MANAGER, version=1)
    assert declined.status_code == 200
    assert (await money.read())["owed_back"] == 50_000


async def test_a_dossier_that_has_ended_owes_nothing_new(till: Office) -> None:
    """Only less may be owed of it: a correction downwards."""
    money, seen = await paid_and_withdrawn(till, a_cashier("het"))
    settlement = {"rule": "NONE"}
    await till.act(seen, "withdrawal-decision", SIGNER, approved=True, **WHY, refund=settlement)
    before = await money.read()
    item = next(one["item_id"] for one in before["items"] if one["owed"])
    evidence = {"paper": "Thẻ hộ nghèo"}
    for what, by, body in (
        ("", RECEIVER, {"kind": "FEE", "code": "X", "name": "X", "amount": 50_000, "legal_basis": "l"}),
        ("/corrections", MANAGER, {"item": item, "amount": 1_000, "reason": "x"}),
        ("/exemptions", RECEIVER, {"category": "HO_NGHEO", "evidence": evidence}),
    ):
        answer = await money.post(what, by, **body)
        assert (answer.status_code, answer.json()["code"]) == (409, "account-ended"), (what, answer.text)
    assert await money.read() == before
    less = await money.post("/corrections", MANAGER, item=item, amount=-1_000, reason="Thu thừa")
    assert (less.status_code, less.json()["credit"]) == (200, 1_000)


async def test_a_refund_is_of_the_item_it_names(till: Office) -> None:
    """The last item stays paid; more than came in for the named one is refused."""
    cashier = a_cashier("hoan-khoan")
    money = await a_till(till, cashier)
    await money.take(80_000)
    first, last = (one["item_id"] for one in (await money.read())["items"])
    body = {"method": "CASH", "reason": "Thu nhầm"}
    stranger = await money.post("/refunds", cashier, amount=1, item=money.dossier["dossier_id"], **body)
    assert stranger.status_code == 422
    much = await money.post("/refunds", cashier, amount=50_001, item=first, **body)
    assert (much.status_code, much.json()["code"]) == (422, "refund-too-large")
    asked = await money.post("/refunds", cashier, amount=20_000, item=first, **body)
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    assert (await till.service.post(path, {"approved": True}, MANAGER, version=1)).status_code == 200
    outstanding = {one["item_id"]: one["outstanding"] for one in (await money.read())["items"]}
    assert outstanding == {first: 20_000, last: 0}


async def test_a_dossier_stopped_for_its_papers_settles_what_was_paid(till: Office) -> None:
    money = await a_till(till, a_cashier("dung"))
    await money.take(50_000)
    seen = await till.act(money.dossier, "acceptance", RECEIVER)
    seen = await till.act(seen, "handover", RECEIVER)
    items = [{"component_code": "to-khai", "reason": "Mờ"}]
    seen = await till.act(seen, "supplement-request", SPECIALIST, items=items, reason="Thiếu")
    seen = await till.act(seen, "supplement-request-approval", LEAD)
    till.service.clock.advance(timedelta(days=60))
    why = {"reason": "Không bổ sung", "legal_basis": "Nghị định 118/2025"}
    answer = await till.tried(seen, "stop", SIGNER, **why)
    assert (answer.status_code, answer.json()["code"]) == (422, "settlement-not-as-paid")
    seen = await till.act(seen, "stop", SIGNER, **why, refund={"rule": "NONE"})
    assert seen["state"] == "STOPPED"
    assert (await money.read())["owed_back"] == 0


async def test_what_another_system_ended_owes_nothing_more_here(till: Office) -> None:
    """The fee before the result falls with it, is taken by nobody, and a refund asks for nothing again."""
    cashier = a_cashier("noi-khac")
    money = await a_till(till, cashier)
    assert (await money.take(50_000)).status_code == 201
    seen = await till.act(money.dossier, "acceptance", RECEIVER)
    seen = await till.act(seen, "handover", RECEIVER)
    code = {"source": "BTC-TTHC", "outside_code": "G12-260303-0000777"}
    await till.act(seen, "route-change", SIGNER, route="MINISTRY", **code, note="QĐ 1001/QĐ-BNV")
    link = await money.ask()
    assert (await money.read())["outstanding"] == 30_000
    till.service.clock.advance(timedelta(minutes=1))
    await fed(till, status=9, at=till.service.clock.now().isoformat(), **code)
    account = await money.read()
    assert (account["outstanding"], account["paid"]) == (0, 50_000)
    assert (await money.take(30_000)).status_code == 409
    assert (await money.post("/requests", a_citizen())).status_code == 409
    state = "SELECT state FROM payment_requests WHERE reference = $1"
    assert await till.service.runtime.pool.fetchval(state, link["reference"]) == "CANCELLED"
    asked = await money.post("/refunds", cashier, amount=50_000, method="CASH", reason=BASIS)
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    assert (await till.service.post(path, {"approved": True}, MANAGER, version=1)).status_code == 200
    account = await money.read()
    assert (account["outstanding"], account["paid"]) == (0, 0)


async def test_what_fell_with_an_end_that_was_none_is_owed_again(till: Office) -> None:
    """Once, however often it ended there: it comes home, and its result is not returned unpaid."""
    cashier = a_cashier("noi-khac-tra-lai")
    money = await a_till(till, cashier)
    assert (await money.take(50_000)).status_code == 201
    seen = await till.act(money.dossier, "acceptance", RECEIVER)
    seen = await till.act(seen, "handover", RECEIVER)
    code = {"source": "BTC-TTHC", "outside_code": "G12-260303-0000778"}
    seen = await till.act(seen, "route-change", SIGNER, route="MINISTRY", **code, note="QĐ 1001/QĐ-BNV")
    for status, outstanding in ((9, 0), (10, 0), (4, 30_000), (8, 0), (4, 30_000)):
        till.service.clock.advance(timedelta(minutes=1))
        await fed(till, status=status, at=till.service.clock.now().isoformat(), **code)
        assert (await money.read())["outstanding"] == outstanding, status
    home = await till.act(
        await till.read(seen, SIGNER), "route-change", SIGNER, route="PROVINCE", note="Trả lại"
    )
    assert home["state"] == "PROCESSING"
    assert (await money.take(30_000)).status_code == 201
    account = await money.read()
    assert (account["outstanding"], account["paid"], account["owed"]) == (0, 80_000, 80_000)
