"""The fee in force at acceptance counts: the difference to what was told is owed or goes back, told."""

from typing import Any

import pytest

from services.dossier.commands.history import verify_history
from tests.builders.dossier.office import RECEIVER, Office, a_citizen, a_procedure
from tests.builders.dossier.till import AFTER, WATCHER, Till, a_channel, a_fee, a_till

LATER = {**AFTER, "amount": 45_000}


async def told_by(till: Office, code: str, version: int, *fees: dict[str, Any]) -> None:
    """Publish a version with these fees, in force at once."""
    await till.service.receive(a_procedure(code, version=version, channels=[a_channel(*fees)]))


async def change_of(till: Office, money: Till) -> dict[str, Any]:
    """Return what history's last entry says."""
    rows = await till.service.runtime.pool.fetch(
        "SELECT data FROM history WHERE dossier_id = $1 ORDER BY version DESC LIMIT 1",
        money.dossier["dossier_id"],
    )
    return dict(rows[0]["data"]["change"])


@pytest.mark.parametrize(
    ("code", "before", "after", "paid", "owed", "outstanding", "credit"),
    [
        ("1.000011", [a_fee(), AFTER], [a_fee(), LATER], 50_000, 95_000, 45_000, 0),
        ("1.000012", [a_fee()], [a_fee(20_000)], 50_000, 20_000, 0, 30_000),
        ("1.000013", [a_fee(), AFTER], [AFTER], 50_000, 30_000, 0, 20_000),
        ("1.000014", [a_fee()], [a_fee(), AFTER], 50_000, 80_000, 30_000, 0),
        ("1.000015", [a_fee()], [], 50_000, 0, 0, 50_000),
        ("1.000016", [AFTER], [{**AFTER, "amount": 10_000}], 0, 10_000, 10_000, 0),
    ],
    ids=["more later", "less, paid before", "one is no more", "one is new", "free now", "less, unpaid"],
)
async def test_less_or_more_that_is_due_later_is_written_with_the_acceptance(
    till: Office,
    code: str,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    paid: int,
    owed: int,
    outstanding: int,
    credit: int,
) -> None:
    """Ledger, history and event say the difference; what was paid before is credit where less is owed."""
    await told_by(till, code, 1, *before)
    money = await a_till(till, procedure=code)
    if paid:
        assert (await money.take(paid)).status_code == 201
    told = await money.read()
    await told_by(till, code, 2, *after)
    accepted = await till.act(money.dossier, "acceptance", RECEIVER)
    account = await money.read()
    assert [account[one] for one in ("owed", "paid", "outstanding", "credit")] == [
        owed,
        paid,
        outstanding,
        credit,
    ]
    said = (await change_of(till, money))["fees_changed"]
    assert (
        said["difference"]
        == owed - told["owed"]
        == sum(one["after"] - one["before"] for one in said["lines"])
    )
    assert said["procedure_version"] == 2
    events = await till.service.published("payment.corrected.v1")
    mine = [one for one in events if one["data"]["payment"]["dossier_id"] == accepted["dossier_id"]]
    assert mine[-1]["data"]["payment"]["owed"] == owed
    if credit:
        given = {"amount": credit, "method": "CASH", "reason": "Giảm lệ phí", "payee": {"full_name": "An"}}
        assert (await money.post("/refunds", WATCHER, **given)).status_code == 201


async def test_more_that_must_be_paid_first_is_told_paid_and_then_accepted(till: Office) -> None:
    """A refusal alone asks nobody for money and writes nothing; told once, not again at acceptance."""
    await told_by(till, "1.000021", 1, a_fee())
    money = await a_till(till, procedure="1.000021")
    assert (await money.take(50_000)).status_code == 201
    await told_by(till, "1.000021", 2, a_fee(80_000))
    seen = (await money.read())["version"]
    refused = await till.tried(money.dossier, "acceptance", RECEIVER)
    assert (refused.status_code, refused.json()["code"]) == (409, "fees-changed")
    assert (refused.json()["outstanding"], refused.json()["difference"]) == (30_000, 30_000)
    assert (await money.read())["version"] == seen
    assert (await money.post("/reassessment", a_citizen())).status_code == 403
    assert (await money.post("/reassessment", RECEIVER, version=seen - 1)).status_code == 412
    told = await money.post("/reassessment", RECEIVER)
    assert (told.status_code, told.json()["outstanding"]) == (200, 30_000)
    assert (await change_of(till, money))["noted"] == "FEES_CHANGED"
    again = await money.post("/reassessment", RECEIVER)
    assert (again.status_code, again.json()["version"]) == (200, told.json()["version"])
    newest = {**money.dossier, "version": (await till.read(money.dossier, RECEIVER))["version"]}
    assert (await till.tried(newest, "acceptance", RECEIVER)).json()["code"] == "fee-unpaid"
    assert (await money.take(30_000)).status_code == 201
    accepted = await till.act(newest, "acceptance", RECEIVER)
    assert "fees_changed" not in await change_of(till, money)
    late = await money.post("/reassessment", RECEIVER)
    assert (late.status_code, late.json()["code"]) == (409, "transition-refused"), accepted
    assert (await money.read())["owed"] == 80_000


async def test_an_exemption_is_of_the_new_amount_and_a_correction_stays_beside_it(till: Office) -> None:
    """Wholly exempt stays so; what a manager added by hand is added still; history holds."""
    await told_by(till, "1.000022", 1, a_fee())
    exempt, corrected = await a_till(till, procedure="1.000022"), await a_till(till, procedure="1.000022")
    evidence = {"paper": "Giấy chứng nhận hộ nghèo số 12"}
    granted = await exempt.post("/exemptions", RECEIVER, category="NGUOI-NGHEO", evidence=evidence)
    assert granted.status_code == 200, granted.text
    await told_by(till, "1.000022", 2, a_fee(70_000))
    await till.act(exempt.dossier, "acceptance", RECEIVER)
    assert (await exempt.read())["owed"] == 0
    told = await corrected.post("/reassessment", RECEIVER)
    assert told.json()["owed"] == 70_000
    await told_by(till, "1.000022", 3, a_fee(60_000))
    told = await corrected.post("/reassessment", RECEIVER)
    assert told.json()["owed"] == 60_000
    assert await verify_history(till.service.runtime, []) == 0
