"""Money moved at random beside a model of it: what was paid, refunded and owed; dossier and ledger agree."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.dossier.commands.history import verify_history
from services.dossier.commands.obligations import hold_obligations
from tests.builders.dossier.office import LEAD, RECEIVER, SIGNER, SPECIALIST, Office, a_citizen
from tests.builders.dossier.till import MANAGER, Till, a_cashier
from tests.integration.dossier.payments.conftest import AFTERWARDS

STEPS = 45
AMOUNTS = (1, 500, 5_000, 9_000, 30_000, 47_000)
PAYEE = {"full_name": "Nguyễn Văn An", "bank": "VCB", "account": "0123456789"}
ENDED = frozenset({"STOPPED", "CANCELLED", "INTAKE_REFUSED"})


@dataclass
class Model:
    """What one dossier's money must be, counted without looking at the ledger."""

    paid: int = 0
    owed: int = 30_000
    items: dict[str, int] = field(default_factory=dict)
    has_ended: bool = False
    transactions: dict[str, list[str]] = field(default_factory=dict)

    def settle(self) -> None:
        """What has ended owes nothing more, whatever went back since."""
        if self.has_ended:
            self.owed = min(self.owed, self.paid)

    def takes(self, reference: str, transaction: str, amount: int) -> bool:
        """Tell whether this news is money: the first of its request, or of another transaction by name."""
        known = self.transactions[reference]
        is_other = bool(known and known[0] and transaction) and transaction not in known
        if not amount or (known and not is_other):
            return False
        known.append(transaction)
        return True


class Hands:
    """Draws what is tried next and keeps the model; whatever is refused must change nothing."""

    def __init__(self, office: Office, dossier: dict[str, Any], seed: int) -> None:
        self.office, self.seen, self.draw = office, dossier, random.Random(seed)
        self.money = Till(office, dossier, a_cashier(f"ngau-nhien-{seed}"))
        self.model = Model()
        self.receipts: list[tuple[str, int]] = []

    async def step(self) -> str:
        often = (self.take, self.news, self.notice)
        tried = self.draw.choice(
            (*often, *often, self.uncollect, self.correct, self.refund, self.unnotice, self.end)
        )
        await tried()
        return tried.__name__

    async def take(self) -> None:
        body: dict[str, Any] = {"amount": self.draw.choice(AMOUNTS), "method": "TRANSFER"}
        if self.draw.random() < 0.4:
            body["item"] = await self.an_item()
        done = await self.money.post("/receipts", self.money.cashier, **body)
        if done.status_code == 201:
            self.model.paid += body["amount"]
            self.receipts.append((done.json()["receipt"]["receipt_id"], body["amount"]))

    async def uncollect(self) -> None:
        if not self.receipts:
            return
        receipt, amount = one = self.draw.choice(self.receipts)
        path, by = f"/v1/receipts/{receipt}/cancellation", self.money.cashier
        if (await self.office.service.post(path, {"reason": "Nhầm"}, by, version=1)).status_code == 200:
            self.receipts.remove(one)
            self.model.paid -= amount

    async def news(self) -> None:
        if not self.model.transactions or self.draw.random() < 0.4:
            asked = await self.money.post("/requests", a_citizen())
            if asked.status_code == 201:
                self.model.transactions[asked.json()["reference"]] = []
        if not self.model.transactions:
            return
        reference = self.draw.choice([*self.model.transactions])
        transaction, amount = self.draw.choice(("GD-1", "GD-2", "")), self.draw.choice((0, *AMOUNTS))
        told = (await self.money.news(reference, amount, transaction=transaction)).json()["outcome"]
        is_money = self.model.takes(reference, transaction, amount)
        assert told == ("booked" if is_money else "repeated" if amount else "refused")
        self.model.paid += amount if is_money else 0

    async def correct(self) -> None:
        item, amount = await self.an_item(), self.draw.choice((-30_000, -9_000, -500, 500, 7_000))
        body = {"item": item, "amount": amount, "reason": "Tính nhầm"}
        if (await self.money.post("/corrections", MANAGER, **body)).status_code == 200:
            self.model.owed += amount
            self.model.items[item] = self.model.items.get(item, 0) + amount

    async def refund(self) -> None:
        body: dict[str, Any] = {"method": "TRANSFER", "reason": "Thừa", "payee": PAYEE}
        amount = self.draw.choice(AMOUNTS)
        if self.draw.random() < 0.4:
            body["item"] = await self.an_item()
        asked = await self.money.post("/refunds", self.money.cashier, amount=amount, **body)
        if asked.status_code == 201:
            path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
            said = {"approved": self.draw.random() < 0.8, "note": "Đúng"}
            done = await self.office.service.post(path, said, MANAGER, version=1)
            self.model.paid -= amount if done.status_code == 200 and said["approved"] else 0

    async def notice(self) -> None:
        amount = self.draw.choice((500, 9_000, 60_000))
        body = {"name": "Thuế", "amount": amount, "reason": "Thuế", "legal_basis": "NĐ 10/2022"}
        if await self.acted("payment-notice", SPECIALIST, **body):
            self.model.owed += amount
            last = [one for one in (await self.money.read())["items"] if one["kind"] == "OBLIGATION"][-1]
            self.model.items[last["item_id"]] = amount

    async def unnotice(self) -> None:
        last = [one for one in (await self.money.read())["items"] if one["kind"] == "OBLIGATION"][-1:]
        if await self.acted("payment-notice-cancellation", LEAD, reason="Nhầm"):
            self.model.owed -= self.model.items.pop(last[0]["item_id"])

    async def end(self) -> None:
        if self.draw.random() > 0.15 or not await self.acted("withdrawal", a_citizen(), note="Rút"):
            return
        approved = self.draw.random() < 0.4
        refund = {"rule": "FULL", "basis": "NĐ"} if self.model.paid else {"rule": "NOTHING_PAID"}
        said = {"refund": refund, "legal_basis": "NĐ"} if approved else {}
        if await self.acted("withdrawal-decision", SIGNER, approved=approved, note="Đã xem", **said):
            self.model.has_ended = approved

    async def an_item(self) -> str:
        return str(self.draw.choice((await self.money.read())["items"])["item_id"])

    async def acted(self, action: str, by: Any, **body: Any) -> bool:
        seen = {**self.seen, "version": (await self.office.read(self.seen, LEAD))["version"]}
        return bool((await self.office.tried(seen, action, by, **body)).status_code == 200)

    async def agree(self) -> None:
        """Hold model, ledger and dossier against each other."""
        self.model.settle()
        told, seen = await self.money.read(), await self.office.read(self.seen, LEAD)
        paid, owed = self.model.paid, self.model.owed
        assert (told["paid"], told["owed"]) == (paid, owed)
        assert (told["outstanding"], told["credit"]) == (max(0, owed - paid), max(0, paid - owed))
        assert all(0 <= one["paid"] <= one["owed"] for one in told["items"])
        live = [one for one in told["requests"] if one["state"] in {"WAITING", "OPEN"}]
        assert all(one["amount"] <= told["outstanding"] for one in live)
        assert (seen["state"] in ENDED) == self.model.has_ended
        if self.model.has_ended:
            return
        duties = [one["owed"] - one["paid"] for one in told["items"] if one["kind"] == "OBLIGATION"]
        assert [one["owed"] for one in seen["obligations"]] == duties
        stands = seen["state"] == "AWAITING_FINANCIAL"
        assert not stands or sum(duties) > 0, "nothing stands for nothing"
        assert seen["state"] == "WITHDRAWAL_REQUESTED" or (seen["clock"] == "STOPPED") == stands


@pytest.mark.parametrize("seed", [1, 3, 5, 8])
async def test_money_moved_at_random_is_what_a_model_of_it_says(till: Office, seed: int) -> None:
    seen = await till.act(await till.submitted(procedure_code=AFTERWARDS), "acceptance", RECEIVER)
    hands = Hands(till, await till.act(seen, "handover", RECEIVER), seed)
    done: list[str] = []
    for _ in range(STEPS):
        done.append(await hands.step())
        try:
            await hands.agree()
        except AssertionError as differs:
            raise AssertionError(f"seed {seed}, after {done[-8:]}") from differs
    assert await hold_obligations(till.service.runtime, ["--check"]) == 0
    assert await verify_history(till.service.runtime, []) == 0
