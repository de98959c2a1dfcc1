"""Whether books and ledgers are whole: each says what is missing, nothing for a sound one."""

import asyncpg

_WHOLE = {
    "payment ledger of dossier": (
        "SELECT dossier_id::text AS name FROM payment_entries GROUP BY dossier_id"
        " HAVING min(sequence) <> 1 OR max(sequence) <> count(*)"
    ),
    "control slip of dossier": (
        "SELECT DISTINCT s.dossier_id::text AS name FROM control_slip s WHERE NOT EXISTS ("
        "SELECT 1 FROM history h WHERE h.dossier_id = s.dossier_id AND h.version = s.version)"
    ),
    "book of certified copies": (
        "SELECT c.agency || '/' || c.year AS name FROM book_counters c LEFT JOIN certified_copies b"
        " ON b.agency = c.agency AND b.year = c.year WHERE c.book = 'CERTIFIED_COPIES'"
        " GROUP BY c.agency, c.year, c.last HAVING count(b.number) <> c.last"
    ),
    "receipts": (
        "SELECT c.agency || '/' || c.serial || '/' || c.year AS name FROM receipt_counters c"
        " LEFT JOIN receipts r ON r.agency = c.agency AND r.serial = c.serial AND r.year = c.year"
        " GROUP BY c.agency, c.serial, c.year, c.last HAVING count(r.number) <> c.last"
    ),
    "archive's book": (
        "SELECT n.agency || '/' || n.book || '/' || n.year AS name FROM archive_numbers n WHERE n.last <> ("
        " SELECT count(*) FROM archive_batches b WHERE n.book = 'BBGN' AND b.agency = n.agency"
        " AND b.year = n.year AND b.number IS NOT NULL) + (SELECT count(*) FROM destruction_lists l"
        " WHERE n.book = 'DMH' AND l.agency = n.agency AND l.year = n.year)"
    ),
}


async def broken_books(pool: asyncpg.Pool) -> list[str]:
    """Return what is not whole: lines missing between numbers, slips of versions nobody knows."""
    found = []
    for book, query in _WHOLE.items():
        found += [f"{book} {row['name']}: lines are missing" for row in await pool.fetch(query)]
    return found
