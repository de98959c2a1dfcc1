"""A visit's receipt outlives the dossiers of it that are destroyed, until the last of them is."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from kernel.testing.running import RunningService
from services.dossier.commands.history import verify_history
from tests.builders.dossier.office import RECEIVER, Office, a_procedure
from tests.builders.dossier.resealed import reseal
from tests.builders.dossier.till import a_channel, a_fee
from tests.builders.dossier.yard import Yard
from tests.integration.dossier.payments.conftest import WALK_IN
from tests.integration.dossier.payments.test_visit_receipts import CASHIER, Visit, a_visit

PAYER = {"full_name": "Trần Thị Mộc Miên"}


@pytest.fixture(scope="module")
async def yard(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Yard:
    folder, files = tmp_path_factory.mktemp("luu-tru"), tmp_path_factory.mktemp("files")
    service = await start_once("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    office = await Office(service).open()
    await service.receive(a_procedure(WALK_IN, channels=[a_channel(a_fee(), name="DIRECT")]))
    return Yard(office, folder, files)


async def paid_and_refused(yard: Yard) -> tuple[Visit, str]:
    """Return a visit of two dossiers, paid by one receipt, that both ended."""
    visit = await a_visit(yard.office, 2)
    taken = await visit.pay(visit.parts(50_000, 50_000), payer=PAYER)
    assert taken.status_code == 201, taken.text
    for one in visit.tills:
        await yard.office.act(one.dossier, "refusal", RECEIVER, reason="Sai", legal_basis="NĐ 118/2025")
    return visit, str(taken.json()["receipt"]["receipt_id"])


async def destroy(yard: Yard, dossier_id: str) -> None:
    """Destroy one dossier; nothing else is over that day."""
    pool = yard.service.runtime.pool
    over = (
        "UPDATE archive_records SET kept_through = CASE WHEN dossier_id = $1 THEN date '2040-01-01' END"
        " WHERE state <> 'DESTROYED'"
    )
    await pool.execute(over, dossier_id)
    await reseal(yard.service, "archive_records")
    with yard.years_later():
        found = await yard.destroyed()
    assert [one["outcome"] for one in found["lines"]] == ["DESTROYED"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["the first named first", "the last named first"])
async def test_a_receipt_of_a_visit_says_what_the_dossiers_left_need_and_then_nothing(
    yard: Yard, order: tuple[int, int]
) -> None:
    """Its own line goes with each dossier; payer and number stay for the other, the payer goes with it."""
    visit, receipt = await paid_and_refused(yard)
    pool = yard.service.runtime.pool
    gone, left = (visit.tills[place] for place in order)
    whole = await pool.fetchrow("SELECT * FROM receipts WHERE id = $1", receipt)
    assert str(whole["dossier_id"]) == visit.ids[0]
    await destroy(yard, gone.dossier["dossier_id"])
    half = await pool.fetchrow("SELECT * FROM receipts WHERE id = $1", receipt)
    assert {**half, "lines": "", "seals": ""} == {**whole, "lines": "", "seals": ""}
    assert gone.dossier["dossier_id"] not in str(half["lines"])
    assert gone.dossier["reference"] not in str(half["lines"])
    (shown,) = (await left.read(CASHIER))["receipts"]
    assert [(one["name"], one["amount"]) for one in shown["lines"]] == [("Lệ phí", 50_000)]
    await destroy(yard, left.dossier["dossier_id"])
    row = await pool.fetchrow("SELECT * FROM receipts WHERE id = $1", receipt)
    assert (row["lines"], row["amount"], row["number"]) == ([], 100_000, whole["number"])
    assert row["payer_sealed"] != whole["payer_sealed"]
    assert await verify_history(yard.service.runtime, ()) == 0


async def test_no_receipt_of_a_visit_is_shortened_without_a_list(yard: Yard) -> None:
    _, receipt = await paid_and_refused(yard)
    with pytest.raises(asyncpg.RestrictViolationError):
        await yard.service.runtime.pool.execute("UPDATE receipts SET lines = '[]' WHERE id = $1", receipt)
