"""Copies are paid for in the call that asks; what is refused goes back by two people; names go in time."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.dossier.clients.e_receipts import FolderReceipts
from services.dossier.commands.history import verify_history
from services.dossier.jobs.forget_copy_payers import FORGET_COPY_PAYERS
from tests.builders.dossier.busy import busy_for
from tests.builders.dossier.office import RECEIVER, SIGNER, Office, an_officer
from tests.builders.dossier.till import MANAGER, a_cashier
from tests.integration.dossier.payments.test_e_receipts import told
from tests.integration.dossier.test_books import COUNTER, HELPER, LEADERS, confirmed, copies

CASHIER = a_cashier("ban-sao")
EXEMPT = {"method": "EXEMPT", "reason": "Vay vốn sản xuất nông nghiệp"}
DAY = "2026-03-02"


@pytest.fixture
async def desk(office: Office) -> Office:
    await office.service.receive(*LEADERS)
    return office


async def asked(office: Office, *names: str, by: Any = COUNTER, **changed: Any) -> dict[str, Any]:
    """Ask in one call, 12.000 đồng a document; `payment=None` leaves the money to a cashier."""
    answer = await office.service.post("/v1/certified-copies", copies(*(names or ("Bằng",)), **changed), by)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def ids(asking: dict[str, Any], *places: int) -> list[str]:
    """Return an asking's requests."""
    found = [one["request_id"] for one in asking["items"]]
    return [found[place] for place in places] if places else found


async def refused(office: Office, request_ids: list[str], by: Any = SIGNER) -> Any:
    """Give requests back."""
    body = {"request_ids": request_ids, "reason": "Bản chính mờ"}
    return await office.service.post("/v1/copy-rejections", body, by)


async def paid_later(office: Office, asking: dict[str, Any], by: Any = CASHIER, **body: Any) -> Any:
    """Take the money after the asking."""
    told = {"asking_id": asking["asking_id"], "method": "CASH", **body}
    return await office.service.post("/v1/copy-payments", told, by)


async def in_the_drawer(office: Office, by: Any = COUNTER) -> dict[str, int]:
    """Return what a cashier's day adds up to."""
    day = office.service.clock.now().date().isoformat()
    return dict((await office.service.get(f"/v1/cash-drawer?day={day}", by)).json()["by_method"])


async def cancelled(office: Office, receipt: dict[str, Any], by: Any = COUNTER) -> Any:
    """Cancel a receipt."""
    path = f"/v1/receipts/{receipt['receipt_id']}/cancellation"
    return await office.service.post(path, {"reason": "Nhầm"}, by, version=receipt["version"])


async def paid_back(office: Office, refund: dict[str, Any], by: Any, approved: bool = True) -> Any:
    """Decide a refund."""
    path = f"/v1/refunds/{refund['refund_id']}/decision"
    return await office.service.post(path, {"approved": approved}, by, version=refund["version"])


def kept_in(folder: Path) -> str:
    """Return what the provider's folder holds."""
    return "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())


async def test_one_call_asks_and_takes_the_money_and_one_of_the_signers_certifies(
    desk: Office, tmp_path: Path
) -> None:
    """The receipt is numbered, in the drawer, told to the provider, and names no document."""
    asking = await asked(desk, "Bằng tốt nghiệp", "Học bạ")
    receipt = asking["receipt"]
    assert (receipt["number"], receipt["amount"], receipt["method"]) == ("0000001", 24_000, "CASH")
    assert receipt["asking_id"] == asking["asking_id"]
    assert [line["amount"] for line in receipt["lines"]] == [12_000, 12_000]
    assert "Học bạ" not in orjson.dumps(receipt["lines"]).decode()
    assert [one["is_settled"] for one in asking["items"]] == [True, True]
    assert await in_the_drawer(desk) == {"CASH": 24_000}
    done = await confirmed(desk, ids(asking))
    assert [one["fee"] for one in done.json()["items"]] == [12_000, 12_000]
    await told(desk, FolderReceipts(tmp_path, "1C26TMC"))
    path = f"/v1/receipts/{receipt['receipt_id']}"
    shown = (await desk.service.get(path, SIGNER)).json()
    assert (shown["electronic"], shown["e_number"]) == ("ISSUED", "0000001")
    assert "Nguyễn Văn An" in kept_in(tmp_path)
    for stranger in (HELPER, an_officer("SPECIALIST", subject="thu-ly")):
        assert (await desk.service.get(path, stranger)).status_code == 404
    assert await verify_history(desk.service.runtime, ()) == 0


@pytest.mark.parametrize(
    ("payment", "by", "status", "code"),
    [
        ({"method": "CASH"}, RECEIVER, 403, "not-a-cashier"),
        ({"method": "CARD"}, COUNTER, 422, "invalid"),
        ({"method": "CARD", "amount": 11_999}, COUNTER, 422, "invalid"),
        ({"method": "CASH", "amount": 12_001}, COUNTER, 422, "invalid"),
        ({"method": "PORTAL", "amount": 12_000}, COUNTER, 422, "invalid"),
        ({"method": "EXEMPT"}, COUNTER, 422, "invalid"),
        ({"method": "EXEMPT", "reason": "", "amount": 1}, COUNTER, 422, "invalid"),
    ],
)
async def test_a_payment_that_is_not_right_leaves_nothing(
    desk: Office, payment: dict[str, Any], by: Any, status: int, code: str
) -> None:
    """Neither request nor number: the whole call is one commit."""
    answer = await desk.service.post("/v1/certified-copies", copies("Bằng", payment=payment), by)
    assert (answer.status_code, answer.json()["code"].removesuffix("-request")) == (status, code), answer.text
    for table in ("copy_requests", "receipts", "receipt_counters"):
        assert await desk.service.count(table) == 0


async def test_what_nobody_paid_for_is_not_signed(desk: Office) -> None:
    """A cashier of the agency takes the money once, of how many at once; then it is signed."""
    asking = await asked(desk, by=RECEIVER, payment=None)
    assert asking["receipt"] is None
    unpaid = await confirmed(desk, ids(asking))
    assert (unpaid.status_code, unpaid.json()["code"]) == (409, "copies-unpaid")
    assert await desk.service.count("book_counters") == 0
    assert (await paid_later(desk, asking, HELPER)).status_code == 404
    assert (await paid_later(desk, asking, RECEIVER)).json()["code"] == "not-a-cashier"
    assert (await paid_later(desk, asking, method="CARD", amount=1)).status_code == 422
    answers = await asyncio.gather(
        *(paid_later(desk, asking, a_cashier(f"{place}")) for place in range(5)),
    )
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"nothing-to-pay"}
    waiting = (await desk.service.get("/v1/copy-requests", SIGNER)).json()["items"]
    assert [one["is_settled"] for one in waiting] == [True]
    assert (await confirmed(desk, ids(asking))).status_code == 201


async def test_an_exemption_says_why_to_the_signer_and_in_the_book(desk: Office) -> None:
    """No receipt; what was not charged is counted apart."""
    asking = await asked(desk, by=RECEIVER, payment=EXEMPT)
    (waiting,) = (await desk.service.get("/v1/copy-requests", SIGNER)).json()["items"]
    assert (waiting["exempt_reason"], waiting["is_settled"]) == (EXEMPT["reason"], True)
    body = {"request_ids": ids(asking), "signer_title": "Phó Chủ tịch", "note": "Bản song ngữ"}
    done = (await desk.service.post("/v1/copy-confirmations", body, SIGNER)).json()["items"][0]
    assert (done["fee"], done["signer_title"]) == (0, "Phó Chủ tịch")
    assert done["note"] == f"Miễn phí: {EXEMPT['reason']}; Bản song ngữ"
    assert await desk.service.count("receipts") == 0
    assert (await paid_later(desk, asking)).json()["code"] == "nothing-to-pay"
    query = f"/v1/statistics/certified-copies?from={DAY}&to=2026-03-31"
    (told,) = (await desk.service.get(query, SIGNER)).json()["items"]
    assert (told["fees"], told["exempted"], told["collected"]) == (0, 12_000, 0)


async def test_money_of_refused_copies_goes_back_by_a_second_person(desk: Office) -> None:
    """Proposed with the refusal; never declined; cash leaves the drawer of who hands it out."""
    asking = await asked(desk, "A", "B", "C")
    back = await refused(desk, ids(asking, 1, 2))
    (refund,) = back.json()["refunds"]
    assert (refund["amount"], refund["method"], refund["reason"]) == (24_000, "CASH", "Bản chính mờ")
    assert (await cancelled(desk, asking["receipt"])).json()["code"] == "receipt-refunded"
    listed = (await desk.service.get("/v1/refunds", CASHIER)).json()["items"]
    assert [one["refund_id"] for one in listed] == [refund["refund_id"]]
    assert (await paid_back(desk, refund, SIGNER)).json()["code"] == "second-person-required"
    assert (await paid_back(desk, refund, RECEIVER)).status_code == 403
    assert (await paid_back(desk, refund, HELPER)).status_code == 404
    assert (await paid_back(desk, refund, CASHIER, approved=False)).status_code == 422
    done = await paid_back(desk, refund, CASHIER)
    assert (done.status_code, done.json()["state"]) == (200, "APPROVED"), done.text
    assert await in_the_drawer(desk) == {"CASH": 36_000}
    assert await in_the_drawer(desk, CASHIER) == {"CASH": -24_000}
    assert (await confirmed(desk, ids(asking, 0))).status_code == 201
    query = f"/v1/statistics/certified-copies?from={DAY}&to=2026-03-31"
    (told,) = (await desk.service.get(query, SIGNER)).json()["items"]
    assert (told["fees"], told["collected"], told["refunded"]) == (12_000, 36_000, 24_000)
    assert await verify_history(desk.service.runtime, ()) == 0


async def test_a_manager_pays_back_out_of_the_drawer_that_took_it(desk: Office) -> None:
    """Who entered takes back; a card's money is in nobody's drawer; a closed day pays nothing out."""
    card = await asked(desk, payment={"method": "CARD", "amount": 12_000})
    (refund,) = (await refused(desk, ids(card), COUNTER)).json()["refunds"]
    assert (await paid_back(desk, refund, COUNTER)).json()["code"] == "second-person-required"
    assert (await paid_back(desk, refund, MANAGER)).status_code == 200
    assert await in_the_drawer(desk) == {"CARD": 12_000}
    cash = await asked(desk)
    (refund,) = (await refused(desk, ids(cash))).json()["refunds"]
    assert (await paid_back(desk, refund, MANAGER)).status_code == 200
    assert await in_the_drawer(desk) == {"CARD": 12_000, "CASH": 0}
    again = await asked(desk)
    (refund,) = (await refused(desk, ids(again))).json()["refunds"]
    day = desk.service.clock.now().date().isoformat()
    closed = await desk.service.post("/v1/cash-closings", {"day": day, "counted": 12_000}, COUNTER)
    assert (closed.status_code, closed.json()["expected"]) == (201, 12_000)
    assert (await paid_back(desk, refund, MANAGER)).json()["code"] == "cash-day-closed"
    late = await desk.service.post("/v1/certified-copies", copies("Muộn"), COUNTER)
    assert (late.status_code, late.json()["code"]) == (409, "cash-day-closed")
    assert await desk.service.count("copy_requests") == 3


async def test_a_receipt_is_cancelled_before_and_never_after_the_signature(desk: Office) -> None:
    """Cancelled it pays for nothing; a wrong payer is replaced, and the new one pays."""
    asking = await asked(desk)
    assert (await cancelled(desk, asking["receipt"])).status_code == 200
    assert await in_the_drawer(desk) == {}
    assert (await confirmed(desk, ids(asking))).json()["code"] == "copies-unpaid"
    anew = await paid_later(desk, asking, COUNTER)
    path = f"/v1/receipts/{anew.json()['receipt_id']}/replacement"
    body = {"reason": "Sai tên", "payer": {"full_name": "Trần Thị Bình"}}
    new = await desk.service.post(path, body, COUNTER, version=anew.json()["version"])
    assert (new.status_code, new.json()["number"]) == (201, "0000003"), new.text
    assert (await confirmed(desk, ids(asking))).status_code == 201
    assert (await cancelled(desk, new.json())).json()["code"] == "receipt-relied-on"
    assert await in_the_drawer(desk) == {"CASH": 12_000}
    assert await verify_history(desk.service.runtime, ()) == 0


async def test_of_a_cancellation_and_a_signature_at_once_one_happens(desk: Office) -> None:
    """Nothing is certified whose money went back over the counter."""
    for _ in range(6):
        asking = await asked(desk)
        answers = await asyncio.gather(confirmed(desk, ids(asking)), cancelled(desk, asking["receipt"]))
        assert sorted(one.is_success for one in answers) == [False, True], [one.text for one in answers]
    assert await verify_history(desk.service.runtime, ()) == 0


async def test_receipts_of_copies_have_no_gap(desk: Office) -> None:
    """Of sixteen calls at once the database refuses some: their numbers are nobody's."""
    await busy_for(desk.service.runtime.pool, "copy_requests", "NEW.document_name = 'hỏng'")
    bodies = [copies("hỏng" if place % 4 == 0 else "Bằng") for place in range(16)]
    answers = await asyncio.gather(
        *(
            desk.service.post(
                "/v1/certified-copies",
                body,
                an_officer("ONE_STOP_OFFICER", "CASHIER", unit="mot-cua", subject=f"quay-{place % 4}"),
            )
            for place, body in enumerate(bodies)
        )
    )
    assert sorted(one.status_code for one in answers) == [201] * 12 + [503] * 4
    rows = await desk.service.runtime.pool.fetch("SELECT number FROM receipts ORDER BY number")
    assert [row["number"] for row in rows] == list(range(1, 13))


NAMES = (
    "SELECT count(*) FROM receipts WHERE payer_sealed <> '' OR ended_reason <> ''",
    "SELECT count(*) FROM refunds WHERE payee_sealed <> '' OR reason <> '' OR note <> ''",
    "SELECT count(*) FROM copy_requests WHERE state <> 'CERTIFIED' AND (requester_sealed <> ''"
    " OR document_name <> '' OR reason <> '' OR exempt_reason IS NOT NULL OR requester_index IS NOT NULL)",
)


async def test_who_paid_for_copies_is_forgotten_when_receipts_are_old_enough(desk: Office) -> None:
    """Ten years after the year's end, not a day before; numbers, sums and the book itself stay, and fit."""
    made = await asked(desk, "A", "B")
    (refund,) = (await refused(desk, ids(made, 1))).json()["refunds"]
    assert (await paid_back(desk, refund, CASHIER)).status_code == 200
    assert (await confirmed(desk, ids(made, 0))).status_code == 201
    free = await asked(desk, "C", payment=EXEMPT)
    assert (await refused(desk, ids(free))).json()["refunds"] == []
    mistaken = await asked(desk, "D")
    assert (await cancelled(desk, mistaken["receipt"])).status_code == 200
    pool, clock = desk.service.runtime.pool, desk.service.clock
    # What the provider of e-receipts still has to be told is not forgotten before.
    await pool.execute("UPDATE receipts SET look_at = NULL")
    found = []
    for day in ("2036-12-31T08:00:00+07:00", "2037-01-01T08:00:00+07:00"):
        clock.set(datetime.fromisoformat(day))
        await desk.service.run_job(FORGET_COPY_PAYERS)
        found.append([await pool.fetchval(query) for query in NAMES])
    assert found == [[2, 1, 3], [0, 0, 0]]
    rows = await pool.fetch("SELECT number, amount FROM receipts ORDER BY number")
    assert [tuple(row) for row in rows] == [(1, 24_000), (2, 12_000)]
    (line,) = (await desk.service.get("/v1/certified-copies?year=2026", RECEIVER)).json()["items"]
    assert line["requester"] == "Nguyễn Văn An"
    assert await verify_history(desk.service.runtime, ()) == 0


async def test_a_receipt_of_copies_says_the_same_for_good(desk: Office) -> None:
    """Of nobody, of both, with other lines, given to another asking: the database refuses each."""
    await asked(desk)
    pool = desk.service.runtime.pool
    for change in (
        "asking_id = NULL",
        "dossier_id = gen_random_uuid()",
        "asking_id = gen_random_uuid()",
        "lines = '[]'::json",
        "amount = 1",
    ):
        with pytest.raises(Exception, match=r"only added to|of_one|approved list only"):
            await pool.execute(f"UPDATE receipts SET {change}")


async def test_verification_names_copies_nobody_paid_for(desk: Office, capsys: Any) -> None:
    """Who owns the tables takes a receipt away, or the refusal of what was paid back."""
    asking = await asked(desk, "A", "B")
    await confirmed(desk, ids(asking, 0))
    await refused(desk, ids(asking, 1))
    pool = desk.service.runtime.pool
    for table, words in (("receipts", "neither paid for nor exempt"), ("refunds", "paid for otherwise")):
        async with pool.acquire() as connection:
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            await connection.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
            await connection.execute(f"DELETE FROM {table}")
            capsys.readouterr()
            assert await verify_history(desk.service.runtime, ()) == 1
            assert words in capsys.readouterr().out
            await connection.execute(f"INSERT INTO {table} SELECT * FROM kept")
            await connection.execute("DROP TABLE kept")
    assert await verify_history(desk.service.runtime, ()) == 0
