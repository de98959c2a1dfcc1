"""An exemption claimed with the dossier: owed all the same, asked for only once an officer has decided."""

import asyncio
import json
from typing import Any

import pytest

from kernel.core.ids import new_id
from kernel.testing.running import a_service
from tests.builders.dossier.office import (
    COMMUNE,
    RECEIVER,
    SPECIALIST,
    STRANGER,
    Office,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.till import PLATFORM, Till, a_cashier
from tests.integration.dossier.payments.conftest import AFTERWARDS, BY_REGULATION

POOR = "NGUOI-NGHEO"
REFUSED = {"confirmed": False, "reason": "Giấy chứng nhận đã hết hạn"}


async def claimed(till: Office, **given: Any) -> Till:
    """Return the money of a dossier handed in with the certificate of a poor household."""
    proof = await till.upload(a_citizen())
    body = await till.submission(a_citizen(), **given)
    body["exemption_claim"] = {"category": POOR, "attachment_id": str(proof)}
    answer = await till.service.post("/v1/dossiers", body, a_citizen())
    assert answer.status_code == 201, answer.text
    return Till(till, answer.json(), a_cashier("mien-phi"))


async def acceptance(till: Office, money: Till) -> tuple[str, dict[str, Any]]:
    """Return why the officer's acceptance is greyed; the refusal of the action itself says the same."""
    detail = await till.read(money.dossier, RECEIVER)
    (greyed,) = [one for one in detail["blocked_actions"] if one["action"] == "acceptance"]
    path = f"/v1/dossiers/{money.dossier['dossier_id']}/acceptance"
    refused = await till.service.post(path, {}, RECEIVER, version=detail["version"])
    assert (refused.status_code, refused.json()["code"]) == (409, greyed["code"])
    return greyed["code"], greyed["details"]


async def history(till: Office, money: Till) -> list[dict[str, Any]]:
    """Return the changes of the dossier as its history keeps them."""
    rows = await till.service.runtime.pool.fetch(
        "SELECT data FROM history WHERE dossier_id = $1::uuid ORDER BY version", money.dossier["dossier_id"]
    )
    return [_read(row["data"])["change"] for row in rows]


def _read(kept: Any) -> dict[str, Any]:
    return dict(json.loads(kept) if isinstance(kept, str) else kept)


async def told(till: Office, money: Till, kind: str) -> list[dict[str, Any]]:
    """Return what was told of it on the bus."""
    rows = await till.service.runtime.pool.fetch(
        "SELECT data FROM outbox WHERE type = $1 AND key = $2 ORDER BY id", kind, money.dossier["dossier_id"]
    )
    return [_read(row["data"]) for row in rows]


async def test_a_claim_lowers_nothing_and_nothing_is_asked_for_until_it_is_decided(till: Office) -> None:
    money = await claimed(till)
    seen = await money.read(a_citizen())
    assert (seen["owed"], seen["outstanding_before"], seen["demanded"]) == (80_000, 50_000, 0)
    assert (seen["exemption_claim"]["category"], seen["exemption_claim"]["confirmed"]) == (POOR, None)
    assert await acceptance(till, money) == ("exemption-undecided", {})
    for item in (None, seen["items"][0]["item_id"]):
        asked = await money.post("/requests", a_citizen(), item=item)
        assert (asked.status_code, asked.json()["code"]) == (409, "exemption-undecided")
        taken = await money.take(50_000, item=item)
        assert (taken.status_code, taken.json()["code"]) == (409, "exemption-undecided")
    bill = await till.service.post("/v1/payment-bills", {"code": money.dossier["reference"]}, PLATFORM)
    assert (bill.status_code, bill.json()["code"]) == (409, "nothing-to-pay")
    by_hand = await money.post("/exemptions", RECEIVER, category=POOR, evidence={"paper": "x"})
    assert (by_hand.status_code, by_hand.json()["code"]) == (409, "exemption-undecided")


async def test_a_confirmed_claim_frees_what_was_owed_and_is_history_and_evidence(till: Office) -> None:
    money = await claimed(till)
    done = await money.post("/exemption-decision", RECEIVER, confirmed=True)
    assert (done.status_code, done.json()["owed"], done.json()["demanded"]) == (200, 0, 0), done.text
    assert done.json()["exemption_claim"]["confirmed"] is True
    assert len(await told(till, money, "payment.corrected.v1")) == 1
    first, last = await history(till, money)
    assert (first["exemption_claimed"], last["noted"]) == (True, "EXEMPTION_CONFIRMED")
    assert POOR not in str(first) + str(last)
    path = f"/v1/dossiers/{money.dossier['dossier_id']}/evidence"
    kinds = {one["kind"] for one in (await till.service.get(path, RECEIVER)).json()["items"]}
    assert "EXEMPTION_SHOWN" in kinds
    detail = await till.read(money.dossier, RECEIVER)
    assert (await till.act(detail, "acceptance", RECEIVER))["state"] == "ACCEPTED"
    again = await money.post("/exemption-decision", RECEIVER, **REFUSED)
    assert (again.status_code, again.json()["code"]) == (409, "no-open-exemption-claim")


async def test_a_refused_claim_has_its_reason_is_told_and_the_fee_is_asked_for(till: Office) -> None:
    money = await claimed(till)
    silent = await money.post("/exemption-decision", RECEIVER, confirmed=False)
    assert (silent.status_code, silent.json()["errors"][0]["path"]) == (422, "reason")
    done = await money.post("/exemption-decision", RECEIVER, **REFUSED)
    assert (done.status_code, done.json()["owed"], done.json()["demanded"]) == (200, 80_000, 80_000)
    (event,) = await told(till, money, "payment.exemption_refused.v1")
    assert (event["change"]["reason"], event["payment"]["outstanding"]) == (REFUSED["reason"], 80_000)
    last = (await history(till, money))[-1]
    assert (last["noted"], last["note"]) == ("EXEMPTION_REFUSED", REFUSED["reason"])
    assert await acceptance(till, money) == ("fee-unpaid", {"outstanding": 50_000})
    assert (await money.take(50_000)).status_code == 201
    detail = await till.read(money.dossier, RECEIVER)
    assert (await till.act(detail, "acceptance", RECEIVER))["state"] == "ACCEPTED"


async def test_two_who_decide_at_once_are_one_decision(till: Office) -> None:
    money = await claimed(till)
    version = (await money.read())["version"]
    decisions = ({"confirmed": True}, REFUSED)
    answers = await asyncio.gather(
        *(money.post("/exemption-decision", RECEIVER, version, **one) for one in decisions)
    )
    assert sorted(one.status_code for one in answers) == [200, 412]
    kinds = [one["kind"] for one in (await money.read())["entries"]]
    assert kinds.count("EXEMPTION_DECIDED") == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (a_cashier("quyet-dinh"), 403),
        (SPECIALIST, 403),
        (a_citizen(), 403),
        (STRANGER, 404),
        (an_officer("ONE_STOP_MANAGER", unit="mot-cua", subject="truong-quay-mien"), 200),
    ],
)
async def test_the_one_stop_unit_decides_and_not_who_takes_the_money(
    till: Office, who: Any, status: int
) -> None:
    money = await claimed(till)
    version = (await money.read())["version"]
    assert (await money.post("/exemption-decision", who, version, **REFUSED)).status_code == status


@pytest.mark.parametrize("category", ["KHONG-CO", "TRUC-TUYEN-LLTP"])
async def test_only_a_category_in_force_that_lowers_something_is_claimed(till: Office, category: str) -> None:
    body = await till.submission(a_citizen())
    proof = str(await till.upload(a_citizen()))
    body["exemption_claim"] = {"category": category, "attachment_id": proof}
    refused = await till.service.post("/v1/dossiers", body, a_citizen())
    assert (refused.status_code, refused.json()["code"]) == (422, "no-such-exemption")


async def test_what_shows_it_is_a_file_of_the_senders_own(till: Office) -> None:
    for proof in (str(new_id()), str(await till.upload(a_citizen("nguoi-khac", "001099000099")))):
        body = await till.submission(a_citizen())
        body["exemption_claim"] = {"category": POOR, "attachment_id": proof}
        refused = await till.service.post("/v1/dossiers", body, a_citizen())
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["path"] == "exemption_claim.attachment_id"


async def test_a_fee_still_to_be_assessed_is_assessed_before_the_claim_on_it_is_confirmed(
    till: Office,
) -> None:
    money = await claimed(till, procedure_code=BY_REGULATION)
    early = await money.post("/exemption-decision", RECEIVER, confirmed=True)
    assert (early.status_code, early.json()["code"]) == (422, "no-such-exemption")
    fee = {"kind": "FEE", "name": "Phí", "amount": 9_000, "legal_basis": "TT 1/2026"}
    assert (await money.post("", RECEIVER, **fee)).json()["demanded"] == 0
    done = await money.post("/exemption-decision", RECEIVER, confirmed=True)
    assert (done.status_code, done.json()["owed"]) == (200, 0)


async def test_what_the_claim_does_not_cover_is_paid_meanwhile(till: Office) -> None:
    money = await claimed(till, procedure_code=AFTERWARDS)
    notice = {"kind": "OBLIGATION", "name": "Thuế", "amount": 7_000, "notice_number": "TB-1"}
    assert (await money.post("", RECEIVER, **notice)).json()["demanded"] == 7_000
    taken = await money.take(7_000)
    assert (taken.status_code, taken.json()["receipt"]["lines"][0]["name"]) == (201, "Thuế")
    assert (taken.json()["outstanding"], taken.json()["demanded"]) == (30_000, 0)


async def test_a_dossier_from_a_kiosk_owes_its_fee_like_any_other(till: Office) -> None:
    machine = a_service("kiosk.intake", subject="kiosk-tien")
    body = await till.submission(a_citizen(), components=[])
    body["components"] = [{"component_code": "to-khai", "attachment_ids": [await till.upload(machine)]}]
    kiosk = {"code": "K-01", "agency": COMMUNE, "identity_check": "CARD_READER"}
    body |= {"kiosk": kiosk, "checked_identity_number": a_citizen().identity_number}
    answer = await till.service.post("/v1/kiosk-dossiers", body, machine)
    assert answer.status_code == 201, answer.text
    assert (await Till(till, answer.json()).read())["outstanding_before"] == 50_000
