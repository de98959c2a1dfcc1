"""An obligation of the dossier is what its ledger says: corrected, exempted, paid together with another."""

from typing import Any

from tests.builders.dossier.office import LEAD, RECEIVER, SPECIALIST, Office
from tests.builders.dossier.till import MANAGER, Till, a_cashier
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
    owing = await an_owing(till, "hai-khoan")
    await owing.money.take(9_000, item=(await owing.duties())[0]["item_id"])
    given = {"method": "CASH", "reason": "Nộp nhầm", "payee": {"full_name": "Nguyễn Văn An"}}
    asked = await owing.money.post("/refunds", owing.money.cashier, amount=9_000, **given)
    path = f"/v1/refunds/{asked.json()['refund_id']}/decision"
    done = await till.service.post(path, {"approved": True, "note": "Đúng"}, MANAGER, version=1)
    assert done.status_code == 200, done.text
    assert await owing.told() == ("PROCESSING", "RUNNING", [9_000])
    seen = await till.read(owing.seen, LEAD)
    await till.act(seen, "payment-notice", SPECIALIST, **{**NOTICE, "name": "Thuế", "amount": 500})
    assert await owing.told() == ("AWAITING_FINANCIAL", "STOPPED", [9_000, 500])
    assert (await owing.money.take((await owing.money.read())["outstanding"])).status_code == 201
    assert await owing.told() == ("PROCESSING", "RUNNING", [0, 0])
