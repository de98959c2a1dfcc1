"""An exemption is claimed at the counter in the intake call, and decided in the call that accepts."""

from typing import Any
from uuid import UUID

import pytest

from kernel.core.ids import new_id
from tests.builders.dossier.office import RECEIVER, Office, a_citizen, a_procedure
from tests.builders.dossier.till import Till, a_cashier, a_channel, a_fee
from tests.integration.dossier.payments.conftest import AFTERWARDS, WALK_IN
from tests.integration.dossier.payments.test_exemption_claims import POOR, claimed, history, told

PAPER = "Giấy chứng nhận hộ nghèo số 12/2026"
GRANTED = {"granted": True}
DENIED = {"granted": False, "reason": "Giấy chứng nhận đã hết hạn"}


async def brought(till: Office, procedure: str = WALK_IN, **exemption: Any) -> Any:
    """Hand in at the counter with a paper that shows the exemption."""
    body = await till.submission(a_citizen(), procedure_code=procedure)
    body |= {"channel": "DIRECT", "components": [{"component_code": "to-khai"}]}
    body["exemption"] = {"category": POOR, "paper": PAPER, **exemption}
    return await till.service.post("/v1/counter-dossiers", body, RECEIVER)


def money_of(till: Office, answer: Any) -> Till:
    """Return the money of what was received."""
    assert answer.status_code == 201, answer.text
    return Till(till, answer.json(), a_cashier("mot-lan"))


async def test_a_walk_in_whose_paper_shows_the_exemption_is_accepted_in_the_intake_call(till: Office) -> None:
    """The claim, its decision and what it lowers are lines of the ledger; the paper is evidence."""
    money = money_of(till, await brought(till, decision=GRANTED))
    assert money.dossier["state"] == "ACCEPTED"
    seen = await money.read(RECEIVER)
    kinds = [one["kind"] for one in seen["entries"]]
    assert kinds == ["OWED", "EXEMPTION_CLAIMED", "EXEMPTION_DECIDED", "CORRECTED"]
    assert (seen["owed"], seen["demanded"]) == (0, 0)
    claim = seen["exemption_claim"]
    assert (claim["confirmed"], claim["paper"], claim["attachment_id"]) == (True, PAPER, None)
    (change,) = await history(till, money)
    assert (change["exemption_claimed"], change["exemption"]) == (True, "EXEMPTION_CONFIRMED")
    assert POOR not in str(change)
    assert PAPER not in str(change)
    path = f"/v1/dossiers/{money.dossier['dossier_id']}/evidence"
    kept = (await till.service.get(path, RECEIVER)).json()["items"]
    assert [one["details"] for one in kept if one["kind"] == "EXEMPTION_SHOWN"] == [{"paper": PAPER}]
    assert await fees_on_form_01(till, money) == [("Lệ phí (mức chung 50.000 đồng)", 0)]


async def fees_on_form_01(till: Office, money: Till) -> list[tuple[str, int]]:
    """Return what form 01 says is to be paid."""
    runtime = till.service.runtime
    kept = await runtime.pool.fetchval(
        "SELECT content_sealed FROM papers WHERE dossier_id = $1", UUID(money.dossier["dossier_id"])
    )
    async with runtime.unit_of_work() as unit:
        said = runtime.open_work(unit).seals.open(kept, purpose="paper")
    return [(fee["name"], fee["amount"]) for fee in said["fees"]]


async def test_a_walk_ins_claim_refused_or_left_open_is_received_and_not_accepted(till: Office) -> None:
    """Refused: the cashier takes the fee. Left open: nothing is taken until somebody decides."""
    refused = money_of(till, await brought(till, decision=DENIED))
    assert refused.dossier["state"] == "SUBMITTED"
    assert (await refused.read())["demanded"] == 50_000
    assert (await refused.take(50_000)).status_code == 201
    assert (await till.act(refused.dossier, "acceptance", RECEIVER))["state"] == "ACCEPTED"
    assert await fees_on_form_01(till, refused) == [("Lệ phí", 50_000)]
    left = money_of(till, await brought(till))
    assert left.dossier["state"] == "SUBMITTED"
    assert (await left.take(50_000)).json()["code"] == "exemption-undecided"
    done = await till.act(left.dossier, "acceptance", RECEIVER, exemption=GRANTED)
    assert done["state"] == "ACCEPTED"


async def test_an_open_claim_on_a_fee_due_later_keeps_a_walk_in_from_being_accepted(till: Office) -> None:
    """As everywhere: nobody is promised a day before it is decided."""
    costs = [a_channel(a_fee(30_000, "AFTER"), name="DIRECT")]
    await till.service.receive(a_procedure("1.000009", channels=costs))
    left = money_of(till, await brought(till, "1.000009"))
    assert left.dossier["state"] == "SUBMITTED"


@pytest.mark.parametrize(
    ("exemption", "status", "code"),
    [
        ({"paper": None}, 422, "exemption-evidence-missing"),
        ({"attachment_id": str(UUID(int=1))}, 422, "exemption-evidence-missing"),
        ({"paper": None, "attachment_id": str(UUID(int=1))}, 422, "invalid"),
        ({"category": "KHONG-CO"}, 422, "no-such-exemption"),
        ({"decision": {"granted": False}}, 422, "invalid"),
    ],
)
async def test_what_is_claimed_at_the_counter_wrongly_receives_nothing(
    till: Office, exemption: dict[str, Any], status: int, code: str
) -> None:
    before = await till.service.count("dossiers")
    answer = await brought(till, **exemption)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await till.service.count("dossiers") == before


async def test_the_accepting_call_confirms_the_claim_in_its_one_commit(till: Office) -> None:
    """One change of the dossier, told to the payer too; a second decision finds nothing open."""
    money = await claimed(till)
    done = await till.act(money.dossier, "acceptance", RECEIVER, exemption=GRANTED)
    assert (done["state"], done["version"]) == ("ACCEPTED", 2)
    _, change = await history(till, money)
    assert change["exemption"] == "EXEMPTION_CONFIRMED"
    assert len(await told(till, money, "payment.corrected.v1")) == 1
    again = await money.post("/exemption-decision", RECEIVER, confirmed=False, reason="x")
    assert (again.status_code, again.json()["code"]) == (409, "no-open-exemption-claim")


async def test_a_refusal_in_the_accepting_call_stands_only_where_the_dossier_is_accepted(
    till: Office,
) -> None:
    """A fee due first is still unpaid then: nothing is changed. One due later is owed from then on."""
    money = await claimed(till)
    path = f"/v1/dossiers/{money.dossier['dossier_id']}/acceptance"
    for said, status, code in (
        ({"granted": False}, 422, "invalid"),
        (DENIED, 409, "fee-unpaid"),
    ):
        refused = await till.service.post(path, {"exemption": said}, RECEIVER, version=1)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert (await money.read())["exemption_claim"]["confirmed"] is None
    later = await claimed(till, procedure_code=AFTERWARDS)
    done = await till.act(later.dossier, "acceptance", RECEIVER, exemption=DENIED)
    assert done["state"] == "ACCEPTED"
    seen = await later.read()
    assert (seen["demanded"], seen["exemption_claim"]["reason"]) == (30_000, DENIED["reason"])
    assert len(await told(till, later, "payment.exemption_refused.v1")) == 1


async def test_nothing_is_decided_where_nothing_was_claimed(till: Office) -> None:
    seen = await till.submitted(procedure_code=AFTERWARDS)
    path = f"/v1/dossiers/{seen['dossier_id']}/acceptance"
    answer = await till.service.post(path, {"exemption": GRANTED}, RECEIVER, version=1, key=str(new_id()))
    assert (answer.status_code, answer.json()["code"]) == (409, "no-open-exemption-claim")
    assert (await till.read(seen, RECEIVER))["state"] == "SUBMITTED"
