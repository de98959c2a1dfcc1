"""Run once after kinds of identity numbers came to be told apart: rows of before are indexed anew."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel.runtime import Runtime
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.ports import Seals
from services.dossier.use_cases.row_seals import ROW, is_row_sealed, seal_row
from services.dossier.use_cases.sealed_rows import resealed
from services.dossier.use_cases.secrets import person_index

_BATCH = 200
_DOSSIERS = (
    f"SELECT head_seal, {', '.join(ROW)} FROM dossiers WHERE id > $1 AND owner_index IS NOT NULL"
    " ORDER BY id LIMIT $2 FOR UPDATE"
)
_SET_DOSSIER = "UPDATE dossiers SET owner_index = $2, head_seal = $3 WHERE id = $1"
_HELD = (
    "SELECT * FROM result_register WHERE dossier_id = $1"
    " AND holder_index IS NOT NULL AND holder_index IS DISTINCT FROM $2 FOR UPDATE"
)
_SET_HOLDER = "UPDATE result_register SET holder_index = $2, seals = $3 WHERE id = $1"
_PARENTS = (
    "SELECT * FROM interlinked_parents"
    " WHERE id > $1 AND owner_index IS NOT NULL ORDER BY id LIMIT $2 FOR UPDATE"
)
_SET_PARENT = "UPDATE interlinked_parents SET owner_index = $2, seals = $3 WHERE id = $1"
_AUTHORIZATIONS = "SELECT * FROM authorizations WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE"
_SET_AUTHORIZATION = (
    "UPDATE authorizations SET owner_index = $2, representative_index = $3, seals = $4 WHERE id = $1"
)


async def reindex_identities(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Index each party of before by kind and country of the number, a commit some hundreds.

    The sealed parties say what the number is; nothing is asked of anybody. Killed anywhere, begin again: a
    row that is right is passed over. A dossier whose seal does not fit stays as it is, is counted and named
    by `verify-history`: to seal it anew would vouch for what somebody changed by hand.
    """
    del arguments
    async with runtime.unit_of_work() as unit:
        work = runtime.open_work(unit)
        seals, keys = work.seals, work.history_keys
    done = left = 0
    for query, mend in ((_DOSSIERS, _dossier), (_PARENTS, _parent), (_AUTHORIZATIONS, _authorization)):
        after = UUID(int=0)
        while True:
            async with runtime.pool.acquire() as connection, connection.transaction():
                rows = await connection.fetch(query, after, _BATCH)
                for row in rows:
                    is_mended = await mend(connection, row, seals, keys)
                    done, left = done + (is_mended is True), left + (is_mended is None)
            if len(rows) < _BATCH:
                break
            after = rows[-1]["id"]
    sys.stdout.write(f"{done} rows indexed anew, {left} left as they are\n")
    return 1 if left else 0


async def _dossier(connection: Any, row: Mapping[str, Any], seals: Seals, keys: HistoryKeys) -> bool | None:
    """Index a dossier and its results; False where nothing was to do, None where its seal does not fit."""
    index = _index_of(seals, row["parties_sealed"], "parties", "owner")
    if index is None:
        return False
    held = await connection.fetch(_HELD, row["id"], index)
    for one in held:
        seals_then = resealed("result_register", "holder", one, {"holder_index": index}, keys)
        await connection.execute(_SET_HOLDER, one["id"], index, seals_then)
    if index == bytes(row["owner_index"]):
        return bool(held)
    if not is_row_sealed(row, keys):
        # One of before whole rows were sealed gets its seal from `seal-rows`, which is run first.
        return None
    whole = {**dict(row), "owner_index": index}
    await connection.execute(_SET_DOSSIER, row["id"], index, seal_row(whole, keys))
    return True


async def _parent(connection: Any, row: Mapping[str, Any], seals: Seals, keys: HistoryKeys) -> bool | None:
    index = _index_of(seals, row["parties_sealed"], "parties", "owner")
    if index is None or index == bytes(row["owner_index"]):
        return False
    told = resealed("interlinked_parents", "whose", row, {"owner_index": index}, keys)
    await connection.execute(_SET_PARENT, row["id"], index, told)
    return True


async def _authorization(
    connection: Any, row: Mapping[str, Any], seals: Seals, keys: HistoryKeys
) -> bool | None:
    owner, acting = (
        _index_of(seals, row["parties_sealed"], "authorization", party)
        for party in ("owner", "representative")
    )
    if (owner, acting) == (bytes(row["owner_index"]), bytes(row["representative_index"])):
        return False
    changed = {"owner_index": owner, "representative_index": acting}
    told = resealed("authorizations", "given", row, changed, keys)
    await connection.execute(_SET_AUTHORIZATION, row["id"], owner, acting, told)
    return True


def _index_of(seals: Seals, sealed: str, purpose: str, party: str) -> bytes | None:
    """Return the index of a sealed party; None where nothing is known of it any more."""
    opened = seals.open(sealed, purpose=purpose)
    person = opened.get(party) if isinstance(opened, dict) else None
    return person_index(seals, person) if isinstance(person, dict) else None
