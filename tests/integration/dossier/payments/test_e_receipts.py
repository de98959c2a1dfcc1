"""Electronic receipts: every receipt is issued once at the provider, cancelled and replaced there too."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from sandbox.outside.app import create_app
from services.dossier.clients.e_receipts import FolderReceipts, HttpReceipts
from services.dossier.jobs.issue_e_receipts import ISSUE_E_RECEIPTS
from tests.builders.dossier.office import Office
from tests.builders.dossier.till import Till, a_cashier, a_till
from tests.integration.dossier.test_outside_systems_that_lie import a_peer, in_a_trickle
from tests.integration.dossier.test_whole_rows import by_hand

CASHIER = a_cashier("bien-lai")


@pytest.fixture
async def provider() -> Any:
    app = create_app()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://bien-lai.example/bien-lai"
    ) as client:
        yield client


async def told(till: Office, provider: Any, times: int = 1) -> None:
    """Let the job run against this provider, time passing between; what other tests left comes first."""
    resources = till.service.runtime.resources
    before = resources.receipts
    object.__setattr__(resources, "receipts", provider)
    try:
        for _ in range(times + 3):
            await till.service.run_job(ISSUE_E_RECEIPTS)
            till.service.clock.advance(timedelta(minutes=1))
    finally:
        object.__setattr__(resources, "receipts", before)


async def receipts(money: Till) -> list[dict[str, Any]]:
    return list((await money.read())["receipts"])


async def test_a_receipt_is_issued_once_though_the_provider_is_down_and_loses_its_answer(
    till: Office, provider: httpx.AsyncClient
) -> None:
    await told(till, HttpReceipts(provider, str(provider.base_url), "khoa"), 2)
    money = await a_till(till, CASHIER)
    await money.take(50_000)
    await provider.put("/faults", json={"down": 1, "lose_answer": 1})
    await told(till, HttpReceipts(provider, str(provider.base_url), "khoa"), 3)
    (receipt,) = await receipts(money)
    issued = (await provider.get("/receipts")).json()
    ours = next(one for one in issued if one["receipt_id"] == receipt["receipt_id"])
    assert (receipt["electronic"], receipt["e_serial"]) == ("ISSUED", "1C26TMC")
    assert (receipt["e_number"], ours["times"]) == (f"{ours['number']:08d}", 2)


async def test_a_cancelled_and_a_replaced_receipt_end_at_the_provider(
    till: Office, provider: httpx.AsyncClient
) -> None:
    http = HttpReceipts(provider, str(provider.base_url), "khoa")
    await told(till, http, 2)
    money = await a_till(till, CASHIER)
    first = (await money.take(20_000)).json()["receipt"]
    body = {"reason": "Sai tên", "payer": {"full_name": "Nguyễn Văn Bình"}}
    path = f"/v1/receipts/{first['receipt_id']}"
    # Replaced before the provider heard of it: the old one is told first, a refusal mends itself.
    second = (await till.service.post(f"{path}/replacement", body, CASHIER, version=1)).json()
    await told(till, http, 3)
    path = f"/v1/receipts/{second['receipt_id']}"
    await till.service.post(f"{path}/cancellation", {"reason": "Trả tiền"}, CASHIER, version=1)
    await told(till, http, 2)
    states = {one["receipt_id"]: one["state"] for one in (await provider.get("/receipts")).json()}
    assert (states[first["receipt_id"]], states[second["receipt_id"]]) == ("replaced", "cancelled")
    assert [one["electronic"] for one in await receipts(money)] == ["ISSUED", "CANCELLED"]


async def test_a_folder_numbers_without_gaps_and_a_repeat_has_its_number(
    till: Office, tmp_path: Path
) -> None:
    folder = FolderReceipts(tmp_path, "BL")
    await told(till, folder, 2)
    money = await a_till(till, CASHIER)
    one = (await money.take(10_000)).json()["receipt"]
    two = (await money.take(10_000)).json()["receipt"]
    await told(till, folder, 2)
    pool = till.service.runtime.pool
    await pool.execute(
        "UPDATE receipts SET look_at = issued_at WHERE dossier_id = $1", UUID(money.dossier["dossier_id"])
    )
    await told(till, folder, 1)
    kept = [json.loads(file.read_bytes()) for file in files_of(tmp_path, "phat-hanh")]
    ours = [file["number"] for file in kept if file["receipt_id"] in {one["receipt_id"], two["receipt_id"]}]
    assert ours == [one["number"], two["number"]]
    assert [file.name[:7] for file in files_of(tmp_path, "phat-hanh")] == [
        f"{number:07d}" for number in range(1, len(kept) + 1)
    ]
    cancelled = await till.service.post(
        f"/v1/receipts/{one['receipt_id']}/cancellation", {"reason": "Sai"}, CASHIER, version=1
    )
    await told(till, folder, 2)
    assert cancelled.status_code == 200
    assert len(files_of(tmp_path, "huy")) == 1


def files_of(folder: Path, kind: str) -> list[Path]:
    """Return the provider's files of a kind, in the order of their numbers."""
    return sorted(folder.glob(f"*.{kind}.json"))


@pytest.mark.parametrize(("column", "wrong"), [("payer_sealed", "khac"), ("electronic", "X")])
async def test_a_receipt_that_cannot_be_read_holds_up_no_other(
    till: Office, provider: httpx.AsyncClient, column: str, wrong: str
) -> None:
    """It is named by the job that fails of it, and tried again."""
    http = HttpReceipts(provider, str(provider.base_url), "khoa")
    await told(till, http, 2)
    money = await a_till(till, CASHIER)
    for _ in range(2):
        await money.take(20_000)
    broken, sound = [one["receipt_id"] for one in await receipts(money)]
    kept = await till.service.runtime.pool.fetchval(f"SELECT {column} FROM receipts WHERE id = $1", broken)
    change = f"UPDATE receipts SET {column} = $2 WHERE id = $1"
    await by_hand(till, change, broken, wrong)
    with pytest.raises(ExceptionGroup, match="receipts") as failed:
        await told(till, http)
    assert [one.__notes__[-1][-36:] for one in failed.value.exceptions] == [broken]
    state = "SELECT electronic FROM receipts WHERE id = $1"
    assert await till.service.runtime.pool.fetchval(state, sound) == "ISSUED"
    await by_hand(till, change, broken, kept)
    await told(till, http)
    assert {one["electronic"] for one in await receipts(money)} == {"ISSUED"}


NO_NUMBERS = [None, {}, False, "  ", "a\x00b", "\ud800", "7" * 60, 1.5]


@pytest.mark.parametrize("number", NO_NUMBERS, ids=repr)
async def test_what_is_no_number_of_a_receipt_is_not_believed(till: Office, number: object) -> None:
    """A provider that queues names none yet: the receipt waits, each time longer, and says why."""
    money = await a_till(till, CASHIER)
    await told(till, answering({"serial": "C26T", "number": "00000009"}), 2)
    await money.take(50_000)
    await told(till, answering({"serial": "C26T", "number": number}), 1)
    (receipt,) = await receipts(money)
    assert (receipt["electronic"], receipt["e_number"]) == ("WAITING", "")
    found = await till.service.runtime.pool.fetchrow(
        "SELECT failure, attempts, look_at > $2 AS waits FROM receipts WHERE id = $1",
        UUID(receipt["receipt_id"]),
        till.service.clock.now() - timedelta(minutes=4),
    )
    assert found["failure"].startswith("the answer ")
    assert found["attempts"] >= 1
    assert found["waits"]


async def test_an_answer_without_end_is_not_read_to_its_end(till: Office) -> None:
    money = await a_till(till, CASHIER)
    await told(till, answering({"serial": "C26T", "number": "1"}), 2)
    await money.take(50_000)
    await told(till, answering({"serial": "C26T", "number": "1", "note": "dài" * 40_000}), 1)
    (receipt,) = await receipts(money)
    assert (receipt["electronic"], receipt["e_number"]) == ("WAITING", "")


async def test_an_answer_in_a_trickle_is_no_answer(till: Office) -> None:
    """One byte now and then kept every other receipt waiting as long as the provider liked."""
    money = await a_till(till, CASHIER)
    await told(till, answering({"serial": "C26T", "number": "1"}), 2)
    await money.take(50_000)
    async with a_peer() as peer, httpx.AsyncClient(timeout=10) as client, asyncio.timeout(20):
        peer.says = in_a_trickle
        await told(till, HttpReceipts(client, peer.url, "khoa", seconds=0.5), 1)
    (receipt,) = await receipts(money)
    assert (receipt["electronic"], receipt["e_number"]) == ("WAITING", "")


def answering(body: dict[str, Any]) -> HttpReceipts:
    """Return a provider that always says this."""
    content = json.dumps(body).encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(201, stream=httpx.ByteStream(content)))
    return HttpReceipts(httpx.AsyncClient(transport=transport), "http://p.example", "")
