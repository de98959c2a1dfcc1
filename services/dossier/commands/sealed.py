"""What verification reads of sealed rows beside dossiers: seals, numbers, what else tells of them."""

from typing import Any

from services.dossier.commands.stood_on import STOOD_ON
from services.dossier.commands.told_rows import broken_told_rows
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.seal_marks import MARKED, is_mark_sound, object_of
from services.dossier.use_cases.sealed_rows import is_group_sound, is_unsealed
from services.dossier.use_cases.sealed_tables import SEALED, SealedTable

_AT_ONCE = 500
OLDER = "from before rows were sealed, or robbed of their seals: run seal-rows"
BOOK_OF = {
    "entries": "payment_entries",
    "evidence": "evidence",
    "slips": "control_slip",
    "results": "result_register",
}
"""Which table a head counts the rows of."""
_COUNTED = """
    SELECT h.dossier_id, h.{book} AS told, coalesce(f.found, 0) AS found FROM row_heads h
    JOIN dossiers d ON d.id = h.dossier_id
    LEFT JOIN (SELECT dossier_id, count(*) AS found FROM {table} GROUP BY 1) f ON f.dossier_id = h.dossier_id
    WHERE coalesce(f.found, 0) < h.{book} {kept} ORDER BY 1
"""
_MARKED = f"SELECT shown FROM access_log WHERE what = '{MARKED}' AND shown IS NOT NULL"
_HEADLESS = (
    "SELECT d.id FROM dossiers d WHERE NOT EXISTS (SELECT FROM row_heads h WHERE h.dossier_id = d.id)"
    " ORDER BY d.id"
)
# Which result history recalled: the row of the moment it was issued at, the same in order where two share it.
_RECALLED = """
    SELECT r.id::text AS name FROM (
        SELECT *, row_number() OVER (PARTITION BY dossier_id, issued_at ORDER BY id) AS place
        FROM result_register) r
    JOIN (
        SELECT i.dossier_id, i.at,
            row_number() OVER (PARTITION BY i.dossier_id, i.at ORDER BY i.version) AS place,
            (SELECT min(c.at) FROM history c WHERE c.dossier_id = i.dossier_id AND c.version > i.version
                AND c.type = 'dossier.result_recalled.v1') AS recalled_at
        FROM history i WHERE i.type = 'dossier.result_issued.v1'
            AND i.data #>> '{change,result,outcome}' = 'GRANTED') h
        ON h.dossier_id = r.dossier_id AND h.at = r.issued_at AND h.place = r.place
    WHERE CASE r.state WHEN 'VALID' THEN h.recalled_at IS NOT NULL
        WHEN 'RECALLED' THEN h.recalled_at IS DISTINCT FROM r.ended_at ELSE false END
    ORDER BY 1
"""
# Which result a correction took the place of: told by the entry that handed the corrected one out.
_SUPERSEDED = """
    SELECT coalesce(r.id::text, h.result_id) AS name
    FROM (SELECT id, replaced_by FROM result_register WHERE state = 'SUPERSEDED') r
    FULL JOIN (
        SELECT data #>> '{change,supersedes,result_id}' AS result_id,
            data #>> '{change,supersedes,replaced_by}' AS replaced_by
        FROM history WHERE type = 'dossier.returned.v1' AND data #>> '{change,supersedes,result_id}' <> '') h
        ON h.result_id = r.id::text AND h.replaced_by = r.replaced_by::text
    WHERE r.id IS NULL OR h.result_id IS NULL
    ORDER BY 1
"""
# What a row says of its end is told a second time, in a book that is sealed or chained by itself.
_TOLD_TWICE = {
    "receipt {name}: the ledger names it, it is missing": (
        "SELECT DISTINCT e.receipt_id::text AS name FROM payment_entries e WHERE e.receipt_id IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM receipts r WHERE r.id = e.receipt_id)"
    ),
    "receipt {name}: it is cancelled, or is not, against the ledger": (
        "SELECT r.id::text AS name FROM receipts r"
        " WHERE r.dossier_id IS NOT NULL AND (r.state = 'CANCELLED') <> EXISTS ("
        "SELECT FROM payment_entries e WHERE e.receipt_id = r.id AND e.kind = 'REVERSED'"
        " AND e.dossier_id = r.dossier_id)"
    ),
    "receipt {name}: another stands for it, or none does": (
        "SELECT r.id::text AS name FROM receipts r WHERE (r.state = 'REPLACED') <> EXISTS ("
        "SELECT FROM receipts n WHERE n.replaces = r.id)"
    ),
    "receipt {name}: it was given out, the ledger has no money for it": (
        "SELECT r.id::text AS name FROM receipts r WHERE r.dossier_id IS NOT NULL AND r.replaces IS NULL"
        " AND EXISTS (SELECT FROM unnest(r.dossier_id || r.dossier_ids) AS d(id) WHERE d.id IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM payment_entries e WHERE e.receipt_id = r.id AND e.kind = 'PAID'"
        " AND e.dossier_id = d.id))"
    ),
    "refund {name}: approved, or not, against the ledger": (
        "SELECT coalesce(f.id::text, e.source) AS name"
        " FROM (SELECT * FROM refunds WHERE state = 'APPROVED' AND dossier_id IS NOT NULL) f"
        " FULL JOIN (SELECT * FROM payment_entries WHERE kind = 'REFUNDED' AND source LIKE 'refund:%') e"
        " ON e.source = 'refund:' || f.id WHERE e.id IS NULL OR f.id IS NULL"
    ),
    "refunds of dossier {name}: fewer than the ledger says were asked for": (
        "SELECT e.dossier_id::text AS name FROM payment_entries e WHERE e.kind = 'REFUND_ASKED'"
        " GROUP BY e.dossier_id"
        " HAVING count(*) > (SELECT count(*) FROM refunds f WHERE f.dossier_id = e.dossier_id)"
    ),
    "copies asked for as {name}: certified, and neither paid for nor exempt": (
        "SELECT DISTINCT c.asking_id::text AS name FROM copy_requests c WHERE c.state = 'CERTIFIED'"
        " AND c.asking_id IS NOT NULL AND c.exempt_reason IS NULL AND c.fee > 0 AND NOT EXISTS ("
        "SELECT FROM receipts r WHERE r.asking_id = c.asking_id AND r.state = 'VALID')"
    ),
    "copies asked for as {name}: paid for otherwise than certified, waiting and given back": (
        "SELECT r.asking_id::text AS name FROM receipts r WHERE r.state = 'VALID' AND r.asking_id IS NOT NULL"
        " AND r.amount <> coalesce((SELECT sum(c.fee) FROM copy_requests c WHERE c.asking_id = r.asking_id"
        " AND c.state <> 'DECLINED'), 0) + coalesce((SELECT sum(f.amount) FROM refunds f"
        " WHERE f.asking_id = r.asking_id AND f.state <> 'DECLINED'), 0)"
    ),
    "payment request {name}: the ledger names it, it is missing": (
        "SELECT DISTINCT e.data ->> 'reference' AS name FROM payment_entries e WHERE e.kind = 'REQUESTED'"
        " AND NOT EXISTS (SELECT FROM payment_requests q WHERE q.reference = e.data ->> 'reference')"
        " AND e.data ->> 'reference' IS NOT NULL"
    ),
    "payment request {name}: paid, or not, against the ledger": (
        "SELECT coalesce(q.reference, e.source) AS name"
        " FROM (SELECT * FROM payment_requests WHERE state = 'PAID') q"
        " FULL JOIN (SELECT * FROM payment_entries WHERE kind = 'PAID' AND source LIKE 'platform:%'"
        " AND source NOT LIKE 'platform:%:%') e"
        " ON e.source = 'platform:' || q.reference WHERE e.id IS NULL OR q.reference IS NULL"
    ),
    "payment {name}: paid again of a request that is not paid": (
        "SELECT e.source AS name FROM payment_entries e WHERE e.source LIKE 'platform:%:%'"
        " AND NOT EXISTS (SELECT FROM payment_requests q WHERE q.state = 'PAID'"
        " AND q.reference = split_part(e.source, ':', 2))"
    ),
    "result {name}: it was recalled, or was not, against history": _RECALLED,
    "authorisation {name}: it was revoked, it counts": (
        "SELECT a.id::text AS name FROM authorizations a WHERE a.revoked_at IS NULL AND EXISTS ("
        "SELECT FROM access_log l WHERE l.what = 'authorization_revoked' AND l.object_id = a.id)"
    ),
    "result {name}: it was revoked, it counts": (
        "SELECT r.id::text AS name FROM result_register r WHERE r.state = 'VALID' AND EXISTS ("
        "SELECT FROM access_log l WHERE l.what = 'result_revoked' AND l.object_id = r.id)"
    ),
    "result {name}: a correction took its place, or did not, against history": _SUPERSEDED,
    "hold {name}: it was placed, it is missing": (
        "SELECT l.object_id::text AS name FROM access_log l WHERE l.what = 'hold_placed'"
        " AND NOT EXISTS (SELECT FROM archive_holds h WHERE h.id = l.object_id)"
    ),
    "hold {name}: it was released, or was not, against the log": (
        "SELECT h.id::text AS name FROM archive_holds h JOIN access_log p"
        " ON p.what = 'hold_placed' AND p.object_id = h.id WHERE (h.released_at IS NULL) = EXISTS ("
        "SELECT FROM access_log l WHERE l.what = 'hold_released' AND l.object_id = h.id)"
    ),
    "late entry {name}: it was decided, it waits": (
        "SELECT e.id::text AS name FROM late_entries e WHERE e.state = 'WAITING' AND EXISTS ("
        "SELECT FROM access_log l WHERE l.what = 'late_entry_decided' AND l.object_id = e.id)"
    ),
    "late entry {name}: decided more than once": (
        "SELECT l.object_id::text AS name FROM access_log l WHERE l.what = 'late_entry_decided'"
        " GROUP BY l.object_id HAVING count(*) > 1"
    ),
    "package {name}: accepted by no message of the archive": (
        "SELECT p.id::text AS name FROM archive_packages p WHERE p.state = 'ACCEPTED' AND NOT EXISTS ("
        "SELECT FROM archive_message_lines l JOIN archive_messages m ON m.id = l.message_id"
        " WHERE l.package_id = p.id AND l.judgement = 'ACCEPTED' AND m.batch_id = p.batch_id)"
    ),
    "authorisation {name}: a dossier was handed in under it, it is missing": (
        "SELECT DISTINCT d.work #>> '{brought,authorization_id}' AS name FROM dossiers d"
        " WHERE d.destroyed_by IS NULL AND d.work #>> '{brought,authorization_id}' IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM authorizations a"
        " WHERE a.id::text = d.work #>> '{brought,authorization_id}')"
    ),
    "mirror {name}: not every status it was told is there": (
        "SELECT m.id::text AS name FROM mirrors m WHERE m.version <> ("
        "SELECT count(*) FROM mirror_statuses s WHERE s.mirror_id = m.id)"
        " UNION SELECT s.mirror_id::text FROM mirror_statuses s"
        " WHERE NOT EXISTS (SELECT FROM mirrors m WHERE m.id = s.mirror_id)"
    ),
    "dossier {name}: another system ended it, its mirror is missing": (
        "SELECT d.id::text AS name FROM dossiers d WHERE d.work #>> '{elsewhere,end,status}' IS NOT NULL"
        " AND d.destroyed_by IS NULL AND NOT EXISTS (SELECT FROM mirrors m WHERE m.dossier_id = d.id)"
    ),
    "dossier {name}: the request its step waits for is missing": (
        "SELECT d.id::text AS name FROM dossiers d WHERE d.step ->> 'request_id' IS NOT NULL"
        " AND d.destroyed_by IS NULL AND NOT EXISTS ("
        "SELECT FROM outside_requests o WHERE o.dossier_id = d.id AND o.id::text = d.step ->> 'request_id')"
    ),
    "submission {name}: its dossiers name it, it is missing": (
        "SELECT DISTINCT d.work #>> '{brought,interlinked,parent_id}' AS name FROM dossiers d"
        " WHERE d.work #>> '{brought,interlinked,parent_id}' IS NOT NULL AND NOT EXISTS ("
        "SELECT FROM interlinked_parents p WHERE p.id::text = d.work #>> '{brought,interlinked,parent_id}')"
    ),
    "submission {name}: its members are not those of its group": (
        "SELECT coalesce(p.id, c.parent_id)::text AS name FROM interlinked_parents p"
        " FULL JOIN (SELECT parent_id, array_agg(procedure_code ORDER BY procedure_code) AS members"
        " FROM interlinked_children GROUP BY 1) c ON c.parent_id = p.id"
        " WHERE c.members IS DISTINCT FROM ARRAY(SELECT m #>> '{}'"
        " FROM jsonb_path_query(p.group_data::jsonb, 'lax $.members[*].procedure') m ORDER BY 1)"
    ),
    "submission {name}: its history is not whole": (
        "SELECT coalesce(p.id, h.parent_id)::text AS name FROM interlinked_parents p"
        " FULL JOIN (SELECT parent_id, count(*) AS found, max(version) AS last"
        " FROM interlinked_history GROUP BY 1) h ON h.parent_id = p.id"
        " WHERE (h.found, h.last) IS DISTINCT FROM (p.version, p.version)"
    ),
    "dossier {name}: results of the register stood for more of its components": (
        "SELECT d.id::text AS name FROM dossiers d WHERE d.destroyed_by IS NULL"
        " AND (SELECT count(*) FROM result_uses u WHERE u.dossier_id = d.id)"
        " < CASE jsonb_typeof(d.work::jsonb #> '{brought,reused_results}') WHEN 'number'"
        " THEN (d.work::jsonb #>> '{brought,reused_results}')::numeric ELSE 0 END"
    ),
    **STOOD_ON,
    "dossier {name}: it was destroyed, its record says otherwise": (
        "SELECT r.dossier_id::text AS name FROM archive_records r JOIN dossiers d ON d.id = r.dossier_id"
        " WHERE (r.state = 'DESTROYED') <> (d.destroyed_by IS NOT NULL)"
    ),
    # Those that ended before there were any get theirs from `fix-retention`.
    "dossier {name}: it ended, its retention record is missing": (
        "SELECT d.id::text AS name FROM dossiers d WHERE d.state IN ('RETURNED', 'ARCHIVED', 'STOPPED',"
        " 'INTAKE_REFUSED', 'CANCELLED') AND NOT EXISTS ("
        "SELECT FROM archive_records r WHERE r.dossier_id = d.id)"
    ),
    "hold {name}: its dossier's record is missing": (
        "SELECT h.id::text AS name FROM archive_holds h WHERE NOT EXISTS ("
        "SELECT FROM archive_records r WHERE r.dossier_id = h.dossier_id)"
    ),
}


async def broken_rows(pool: Any, keys: HistoryKeys) -> list[str]:
    """Return in words the rows whose seals do not fit, and those that are missing, as of one moment."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await broken_now(connection, keys)


async def broken_now(connection: Any, keys: HistoryKeys) -> list[str]:
    """Return the same as an open transaction sees it."""
    found: list[str] = []
    marked = await marks(connection, keys, found)
    for name, table in SEALED.items():
        found += await _broken_in(connection, name, table, keys, is_marked=name in marked)
    for book, name in BOOK_OF.items():
        # Evidence goes with a destroyed dossier; the other books stay.
        kept = "AND d.destroyed_by IS NULL" if book == "evidence" else ""
        for row in await connection.fetch(_COUNTED.format(book=book, table=name, kept=kept)):
            lines = f"{row['found']} of {row['told']} are there"
            found.append(f"{name} of dossier {row['dossier_id']}: {lines}")
    headless = await connection.fetch(_HEADLESS)
    if headless and "row_heads" not in marked:
        found.append(f"row_heads: {len(headless)} dossiers have none, {OLDER}")
    else:
        found += [f"row_heads {row['id']}: it is missing" for row in headless]
    for words, query in _TOLD_TWICE.items():
        found += [words.format(name=row["name"]) for row in await connection.fetch(query)]
    return found + await broken_told_rows(connection, keys)


async def marks(connection: Any, keys: HistoryKeys, found: list[str]) -> set[str]:
    """Return the tables that were sealed as a whole; what is wrong with a mark goes to `found`.

    The chained log tells of marks too: one that was taken out marks its table all the same.
    """
    marked: set[str] = set()
    for row in await connection.fetch("SELECT * FROM seal_marks ORDER BY name"):
        if is_mark_sound(row, keys):
            marked.add(row["name"])
        else:
            found.append(f"seal_marks {row['name']}: it was changed")
    told = {one for row in await connection.fetch(_MARKED) for one in row["shown"]}
    for name in SEALED:
        if name not in marked and object_of(name) in told:
            found.append(f"seal_marks {name}: it was set, it is missing")
            marked.add(name)
    return marked


async def _broken_in(
    connection: Any, name: str, table: SealedTable, keys: HistoryKeys, *, is_marked: bool
) -> list[str]:
    found: list[str] = []
    older, is_sealed = 0, False
    query = f"SELECT * FROM {name} ORDER BY {', '.join(table.key)}"
    async for row in connection.cursor(query, prefetch=_AT_ONCE):
        if is_unsealed(row) and not is_marked:
            older += 1
            continue
        is_sealed = True
        wrong = [group for group in table.groups if not is_group_sound(name, group, row, keys)]
        if wrong:
            key = "/".join(str(row[one]) for one in table.key)
            found.append(f"{name} {key}: {', '.join(wrong)} changed by hand")
    if older:
        found.append(f"{name}: {older} rows are {OLDER}")
    elif is_sealed and not is_marked:
        found.append(f"seal_marks {name}: it is missing, though rows are sealed: run seal-rows")
    return found
