"""Books of money, results and commands are added to; nobody with the service's own rights changes a line."""

import asyncpg
import pytest

from tests.builders.dossier.office import Office
from tests.builders.dossier.till import MANAGER, Till, a_cashier

LINES = {
    "receipts": "amount = amount + 1",
    "refunds": "amount = amount + 1",
    "cash_closings": "counted = 0",
    "payment_messages": "outcome = 'booked'",
}


async def test_a_line_of_a_book_is_neither_changed_nor_taken_out(empty_office: Office) -> None:
    """Also not all at once; what goes on by rule, a decision, an answer of the provider, still does."""
    office = await empty_office.open()
    pool = office.service.runtime.pool
    cashier = a_cashier("so")
    money = Till(office, await office.submitted(), cashier)
    given = {"kind": "FEE", "name": "Phí", "amount": 9_000, "legal_basis": "TT 1"}
    assessed = await money.post("", cashier, **given)
    assert assessed.status_code == 201, assessed.text
    assert (await money.take(9_000)).status_code == 201
    payee = {"method": "CASH", "reason": "Thừa", "payee": {"full_name": "Nguyễn Văn An"}}
    asked = (await money.post("/refunds", cashier, amount=1_000, **payee)).json()
    path = f"/v1/refunds/{asked['refund_id']}/decision"
    done = await office.service.post(path, {"approved": True, "note": "Đúng"}, MANAGER, version=1)
    assert done.status_code == 200, done.text
    day = office.service.clock.now().date().isoformat()
    closing = {"day": day, "counted": 8_000}
    assert (await office.service.post("/v1/cash-closings", closing, cashier)).status_code == 201
    await money.news("khong-co")
    for table, change in LINES.items():
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") > 0, table
        for deed in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await pool.execute(deed)


async def test_every_register_has_its_guards(empty_office: Office) -> None:
    """Those whose rows other tests make: the result register, late entries, commands."""
    rows = await empty_office.service.runtime.pool.fetch(
        "SELECT tgrelid::regclass::text AS on, count(*) FROM pg_trigger WHERE NOT tgisinternal"
        " AND tgrelid::regclass::text = ANY(ARRAY['result_register', 'late_entries', 'due_commands',"
        " 'certified_copies'])"
        " GROUP BY 1"
    )
    assert all(row["count"] >= 2 for row in rows)
    assert len(rows) == 4
