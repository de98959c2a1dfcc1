"""The way back after an older process wrote into sealed tables: somebody vouches for its rows, by name.

A rolling update or a rollback of a day leaves rows without any seal where none may be. Only those are sealed,
and only of the time that is named: a row whose seals do not fit is never vouched for. Copies of the catalogue
are not either: the publisher says them again.
"""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.runtime import Runtime
from services.dossier.commands.sealed import BOOK_OF, marks
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.row_names import key_of, object_of
from services.dossier.use_cases.sealed_rows import seals_of
from services.dossier.use_cases.sealed_tables import BOOKS, SEALED

VOUCHED = "rows_vouched"
"""How the chained log calls the deed; the reason stands where a reader's name does."""
WRITTEN_AT = {
    "authorizations": "recorded_at",
    "result_register": "issued_at",
    "result_uses": "at",
    "evidence": "at",
    "payment_entries": "at",
    "payment_requests": "asked_at",
    "receipts": "issued_at",
    "refunds": "asked_at",
    "cash_closings": "closed_at",
    "archive_records": "(ended_on::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' + interval '1 day')",
    "archive_holds": "placed_at",
    "destruction_lists": "prepared_at",
    "certified_copies": "certified_at",
    "copy_requests": "asked_at",
    "electronic_copies": "drafted_at",
    "control_slip": "given_at",
    "late_entries": "entered_at",
    "drafts": "created_at",
    "exports": "asked_at",
    "due_commands": "asked_at",
    "destruction_lines": "(SELECT l.prepared_at FROM destruction_lists l WHERE l.id = list_id)",
    "due_moves": "(SELECT c.asked_at FROM due_commands c WHERE c.id = command_id)",
    "archive_packages": "(SELECT b.prepared_at FROM archive_batches b WHERE b.id = batch_id)",
    "mirror_statuses": "received_at",
    "mirrors": "(SELECT min(s.received_at) FROM mirror_statuses s WHERE s.mirror_id = mirrors.id)",
    "outside_requests": "coalesce(answered_at, next_attempt_at)",
    "interlinked_parents": "submitted_at",
    "interlinked_children": "(SELECT p.submitted_at FROM interlinked_parents p WHERE p.id = parent_id)",
    "interlinked_history": "at",
    "row_heads": "(SELECT min(h.at) FROM history h WHERE h.dossier_id = row_heads.dossier_id)",
}
"""When a row was written, as it says itself, or what it belongs to; only copies have no such moment.

A head is written with its dossier: of one that began before, it was robbed.
"""
_HEADS = "row_heads"
_HEADLESS = """
    SELECT d.id FROM dossiers d WHERE NOT EXISTS (SELECT FROM row_heads h WHERE h.dossier_id = d.id)
        AND (SELECT min(h.at) FROM history h WHERE h.dossier_id = d.id) >= $1 ORDER BY d.id FOR UPDATE
"""
_LONGEST = 500
_TELL = (
    "INSERT INTO access_log (at, subject, kind, agency, what, shown) VALUES ($1, $2, 'system', '', $3, $4)"
)


def asked(arguments: Sequence[str]) -> tuple[datetime, str]:
    """Return since when and why: `--since MOMENT --reason WORDS`; raise `ValueError` for anything else."""
    match list(arguments):
        case ["--since", moment, "--reason", reason] if 0 < len(reason.strip()) <= _LONGEST:
            since = datetime.fromisoformat(moment)
            if since.tzinfo is not None:
                return since, reason.strip()
    message = "seal-rows --since 2026-03-01T00:00:00+07:00 --reason '…'"
    raise ValueError(message)


async def vouch(runtime: Runtime, arguments: Sequence[str], keys: HistoryKeys) -> int:
    """Seal rows without any seal written since a moment, a table a commit with its line of the log."""
    try:
        since, reason = asked(arguments)
    except ValueError as error:
        sys.stdout.write(f"{error}\n")
        return 2
    async with runtime.pool.acquire() as connection:
        marked = await marks(connection, keys, [])
    done = 0
    for table in sorted(marked & set(WRITTEN_AT)):
        async with runtime.pool.acquire() as connection, connection.transaction():
            if table == _HEADS:
                await _begin_heads(connection, since)
            rows = await connection.fetch(
                f"SELECT * FROM {table} WHERE seals = '{{}}' AND {WRITTEN_AT[table]} >= $1 FOR UPDATE", since
            )
            await _seal(connection, table, rows, keys)
            if rows:
                told = [object_of(table, row) for row in rows]
                await connection.execute(_TELL, runtime.clock.now(), reason, VOUCHED, told)
        sys.stdout.writelines(f"{table} {key_of(table, row)}: vouched for\n" for row in rows)
        done += len(rows)
    sys.stdout.write(f"{done} rows vouched for\n")
    return 0


async def _seal(connection: Any, table: str, rows: Sequence[Any], keys: HistoryKeys) -> None:
    key = SEALED[table].key
    given = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key, 2))
    await connection.executemany(
        f"UPDATE {table} SET seals = $1 WHERE {given}",
        [(seals_of(table, row, keys), *(row[name] for name in key)) for row in rows],
    )


async def _begin_heads(connection: Any, since: datetime) -> None:
    """Count what dossiers have that began since, where no head did or an unsealed one counted less.

    What such a head counted more stays: rows that are missing go on being missed.
    """
    headless = [row["id"] for row in await connection.fetch(_HEADLESS, since)]
    await connection.execute(
        f"INSERT INTO row_heads (dossier_id, {', '.join(BOOKS)}, seals)"
        f" SELECT id, {', '.join('0' for _ in BOOKS)}, '{{}}' FROM unnest($1::uuid[]) AS id",
        headless,
    )
    counted = ", ".join(
        f"{book} = greatest({book}, (SELECT count(*) FROM {BOOK_OF[book]} b"
        " WHERE b.dossier_id = row_heads.dossier_id))"
        for book in BOOKS
    )
    await connection.execute(
        f"UPDATE row_heads SET {counted} WHERE seals = '{{}}' AND {WRITTEN_AT[_HEADS]} >= $1", since
    )
