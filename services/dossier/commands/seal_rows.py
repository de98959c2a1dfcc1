"""What an operator runs once after whole rows came to be sealed: rows of before get today's seals."""

import sys
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from kernel.runtime import Runtime
from services.dossier.commands.beside import Beside, is_scan_unsealed
from services.dossier.commands.history import of_history
from services.dossier.commands.seal_beside import seal_beside
from services.dossier.commands.vouching import vouch
from services.dossier.domain.history import Entry, HistoryKeys
from services.dossier.use_cases.row_seals import (
    BOUND,
    FILE,
    PAPER,
    PRINTED,
    ROW,
    SCAN,
    components_hash,
    fits,
    is_of_today,
    is_sealed_by_older,
    seal,
    seal_file,
    seal_row,
)

_BATCH = 100
_ROWS = f"SELECT head_seal, {', '.join(ROW)} FROM dossiers WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE"
_CHAINS = (
    f"SELECT {', '.join(Entry.__dataclass_fields__)} FROM history WHERE dossier_id = ANY($1::uuid[])"
    " ORDER BY dossier_id, version"
)
_SEAL_ROW = "UPDATE dossiers SET given_files = $2, components_hash = $3, head_seal = $4 WHERE id = $1"
_SEAL_FILE = "UPDATE attachments SET seal = $2, bound_seal = $3, scan_seal = $4 WHERE id = $1"
_SEAL_PAPER = "UPDATE papers SET seal = $2, printed_seal = $3 WHERE id = $1"
_UNSEALED_FILES = (
    f"SELECT {', '.join(dict.fromkeys((*FILE, *BOUND, *SCAN, 'taken')))}, seal, bound_seal FROM attachments"
    " WHERE (seal = '' OR scan_seal = '') AND id > $1 ORDER BY id LIMIT $2 FOR UPDATE"
)


async def seal_rows(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Seal rows of before, a commit some hundreds; killed anywhere, begin again: what is done is passed over.

    Whoever runs it vouches for what the older seal did not cover. A dossier whose older seal or history does
    not fit stays as it is, and `verify-history` names it; one of today's is not touched, whatever it says.
    With `--since` and `--reason` only what an older process wrote since is vouched for (`vouching.py`).
    """
    async with runtime.unit_of_work() as unit:
        keys: HistoryKeys = runtime.open_work(unit).history_keys
    if arguments:
        return await vouch(runtime, arguments, keys)
    sealed, left, after = 0, 0, UUID(int=0)
    while True:
        async with runtime.pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_ROWS, after, _BATCH)
            older = [row for row in rows if not is_of_today(row) and row["destroyed_by"] is None]
            done = await _seal_dossiers(connection, older, keys)
        sealed, left = sealed + done, left + len(older) - done
        if len(rows) < _BATCH:
            break
        after = rows[-1]["id"]
    files = await _seal_files(runtime.pool, keys)
    beside, robbed = await seal_beside(runtime.pool, keys, runtime.clock.now())
    left += robbed
    sys.stdout.write(f"{sealed} dossiers and {files} files sealed, {left} left as they are\n")
    sys.stdout.write(f"{beside} rows beside them sealed\n")
    return 1 if left else 0


async def _seal_dossiers(connection: Any, rows: Sequence[Any], keys: HistoryKeys) -> int:
    """Seal those whose history and older seal fit, with all that is theirs; return how many."""
    if not rows:
        return 0
    entries = await connection.fetch(_CHAINS, [row["id"] for row in rows])
    chains = {
        one: [Entry(**row) for row in group]
        for one, group in groupby(entries, key=lambda row: row["dossier_id"])
    }
    first = UUID(int=min(row["id"].int for row in rows) - 1)
    beside = await Beside.read(connection, first, rows[-1]["id"])
    done = 0
    for row in rows:
        chain = chains.get(row["id"])
        if not chain or of_history(row, chain, keys) or not is_sealed_by_older(row, keys):
            continue
        files = beside.of("files", row["id"])
        whole = {
            **dict(row),
            "given_files": [one["id"] for one in files],
            "components_hash": components_hash(beside.of("components", row["id"])),
        }
        told = (row["id"], whole["given_files"], whole["components_hash"], seal_row(whole, keys))
        await connection.execute(_SEAL_ROW, *told)
        for file in files:
            await _seal_file(connection, file, seal("bound", BOUND, file, keys), keys)
        for paper in beside.of("papers", row["id"]):
            printed = seal("printed", PRINTED, paper, keys) if paper["sha256"] is not None else ""
            await connection.execute(_SEAL_PAPER, paper["id"], seal("paper", PAPER, paper, keys), printed)
        done += 1
    return done


async def _seal_file(connection: Any, file: Any, bound: str, keys: HistoryKeys) -> None:
    scan = seal("scan", SCAN, file, keys)
    await connection.execute(_SEAL_FILE, file["id"], seal_file(file, keys), bound, scan)


async def _seal_files(pool: Any, keys: HistoryKeys) -> int:
    """Seal files of before that belong to no dossier yet, or were given to one under a seal since.

    Those sealed before their scan was get that too, as it stands; one of today's that lost its scan's seal
    does not.
    """
    done, after = 0, UUID(int=0)
    while True:
        async with pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_UNSEALED_FILES, after, _BATCH)
            for row in rows:
                is_ours = row["dossier_id"] is None or fits(row["bound_seal"], "bound", BOUND, row, keys)
                if is_ours and (not row["seal"] or is_scan_unsealed(row, keys)):
                    await _seal_file(connection, row, row["bound_seal"], keys)
                    done += 1
        if len(rows) < _BATCH:
            return done
        after = rows[-1]["id"]
