"""What an operator runs to have dossiers and ledgers say the same of what is owed by notice."""

import sys
from collections.abc import Sequence
from uuid import UUID

from kernel.core.errors import Refusal
from kernel.runtime import Runtime
from kernel.service import JobTick
from services.dossier.domain.payments.obligations import Moved
from services.dossier.domain.states import CLOSED
from services.dossier.use_cases.pause_dossier import hold_against_ledger

_OWING = (
    "SELECT d.id FROM dossiers d WHERE NOT d.state = ANY($1::text[]) AND EXISTS ("
    "SELECT FROM payment_entries e WHERE e.dossier_id = d.id AND e.kind = 'OWED'"
    " AND e.data->>'fee_kind' = 'OBLIGATION') ORDER BY d.id"
)


async def hold_obligations(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Tell each running dossier what its ledger owes by notice, a commit each; with `--check` only name them.

    1 where `--check` finds any, or where one could not be told (somebody is changing it): run it again.
    """
    is_check = "--check" in arguments
    async with runtime.pool.acquire() as connection:
        rows = await connection.fetch(_OWING, [one.value for one in CLOSED])
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
