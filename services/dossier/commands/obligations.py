"""What an operator runs to have dossiers and ledgers say the same of what is owed by notice."""

import sys
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from kernel.core.errors import Refusal
from kernel.runtime import Runtime
from kernel.service import JobTick
from services.dossier.domain.payments.obligations import Moved
from services.dossier.domain.states import CLOSED
from services.dossier.use_cases.pause_dossier import hold_against_ledger

_OWING = (
    "SELECT d.id FROM dossiers d WHERE NOT d.state = ANY($1::text[]) AND EXISTS ("
    "SELECT FROM payment_entries e WHERE e.dossier_id = d.id AND e.kind = 'OWED'"
    " AND e.data->>'fee_kind' = 'OBLIGATION') UNION "
    "SELECT d.id FROM dossiers d JOIN payment_entries e ON e.dossier_id = d.id"
    " WHERE d.state = ANY($1::text[]) GROUP BY d.id HAVING sum(CASE"
    " WHEN e.kind IN ('OWED', 'CORRECTED', 'REVERSED', 'REFUNDED') THEN e.amount"
    " WHEN e.kind = 'PAID' THEN -e.amount ELSE 0 END) > 0 ORDER BY id"
)


async def hold_obligations(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Tell each running dossier what its ledger owes by notice, a commit each; one that ended owes nothing.

    With `--check` they are only named. 1 where that finds any, or where one could not be told (somebody is
    changing it): run it again.
    """
    is_check = "--check" in arguments
    # A connection of its own: the pool's end long statements.
    connection = await asyncpg.connect(runtime.settings.database_url.get_secret_value())
    try:
        rows = await connection.fetch(_OWING, [one.value for one in CLOSED])
    finally:
        await connection.close()
    told = left = 0
    for row in rows:
        dossier_id = UUID(int=row["id"].int)
        try:
            moved = await _hold(runtime, dossier_id, is_check=is_check)
        except Refusal as refused:
            left += 1
            sys.stdout.write(f"{dossier_id}: {refused.code}\n")
            continue
        told += bool(moved)
        for one in moved:
            sys.stdout.write(f"{dossier_id}: {one.obligation_id} is of {one.amount}, {one.paid:+} came in\n")
    sys.stdout.write(f"{len(rows)} held, {told} {'differ' if is_check else 'told'}, {left} left\n")
    return int(left > 0 or (is_check and told > 0))


async def _hold(runtime: Runtime, dossier_id: UUID, *, is_check: bool) -> list[Moved]:
    if not is_check:
        async with JobTick(runtime, runtime.clock.now()).open_work() as work:
            return await hold_against_ledger(dossier_id, work=work, now=runtime.clock.now())
    async with runtime.unit_of_work() as unit:
        # Tried and not committed: what it would be told, by the same rule.
        return await hold_against_ledger(dossier_id, work=runtime.open_work(unit), now=runtime.clock.now())
