"""The statements of the money's store that are more than a row in or out."""

from kernel.postgres.statement import Statement
from services.dossier.store.shown import SEALED_ON

HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
ENTRIES = Statement("SELECT * FROM payment_entries WHERE dossier_id = :dossier_id ORDER BY sequence")
HELD_ENTRIES = Statement(
    "SELECT e.*, (SELECT row_to_json(b) FROM row_heads b WHERE b.dossier_id = e.dossier_id) AS row_head"
    " FROM payment_entries e WHERE dossier_id = :dossier_id ORDER BY sequence"
)
"""Read when nobody else writes: the head as whoever was waited for left it."""
_ADD = """
    INSERT INTO payment_entries (dossier_id, sequence, id, kind, amount, at, item, method, source, receipt_id,
        by, by_name, data, seals)
    SELECT dossier_id, sequence, id, kind, amount, at, item, method, source, receipt_id, by, by_name, data,
        seals
    FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, sequence bigint, id uuid, kind text,
        amount bigint, at timestamptz, item uuid, method text, source text, receipt_id uuid, by text,
        by_name text, data json, seals jsonb)
    ON CONFLICT DO NOTHING
"""
_MOST_AT_ONCE = 101
# As many rows as were given, or nothing: a line another unit was faster with makes the commit stale.
ADD_ENTRIES = {count: Statement(_ADD, rows=count) for count in range(1, _MOST_AT_ONCE)}
DOSSIER_OF = Statement(
    "SELECT id FROM dossiers WHERE dossier_code = :code UNION ALL"
    " SELECT id FROM dossiers WHERE portal_code = :code UNION ALL"
    " SELECT id FROM dossiers WHERE reference = :code LIMIT 1"
)
MONEY = Statement(
    """
    SELECT (SELECT json_agg(e ORDER BY e.sequence) FROM payment_entries e
            WHERE e.dossier_id = :dossier_id::uuid) AS entries,
        (SELECT json_agg(r ORDER BY r.asked_at, r.reference) FROM payment_requests r
         WHERE r.dossier_id = :dossier_id::uuid) AS requests,
        (SELECT json_agg(b ORDER BY b.issued_at, b.id) FROM receipts b
         WHERE b.dossier_id = :dossier_id::uuid
            OR b.dossier_ids @> ARRAY[:dossier_id::uuid]) AS receipts,
        (SELECT json_agg(f ORDER BY f.asked_at, f.id) FROM refunds f
         WHERE f.dossier_id = :dossier_id::uuid) AS refunds
    """
)
REQUESTS_OF = Statement("SELECT * FROM payment_requests WHERE dossier_id = :dossier_id ORDER BY asked_at")
REQUESTS_TO_OPEN = Statement(
    "SELECT * FROM payment_requests WHERE look_at <= :now AND state = 'WAITING' ORDER BY look_at LIMIT :limit"
)
REQUESTS_TO_LOOK_UP = Statement(
    "SELECT * FROM payment_requests WHERE look_at <= :now AND state <> 'WAITING'"
    " ORDER BY look_at LIMIT :limit"
)
LOG_MESSAGE = Statement(
    "INSERT INTO payment_messages (at, reference, source, outcome, data)"
    " VALUES (:at, :reference, :source, :outcome, :data)"
)
NEXT_RECEIPT = Statement(
    "INSERT INTO receipt_counters (agency, serial, year, last) VALUES (:agency, :serial, :year, 1)"
    " ON CONFLICT (agency, serial, year) DO UPDATE SET last = receipt_counters.last + 1 RETURNING last"
)
# What a cashier took less what went back in cash. A cancelled receipt counts for nothing: its money
# went back over the same counter; one that replaces another has the day of the one it replaces.
DRAWER = Statement(
    """
    SELECT (SELECT json_object_agg(method, total) FROM (
            SELECT method, sum(amount)::bigint AS total FROM (
                SELECT method, amount FROM receipts
                WHERE agency = :agency AND cashier = :cashier AND day = :day::date AND state = 'VALID'
                UNION ALL
                SELECT method, -amount FROM refunds
                WHERE coalesce(drawer_agency, agency) = :agency AND coalesce(drawer, asked_by) = :cashier
                  AND method = 'CASH' AND state = 'APPROVED'
                  AND (decided_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date = :day::date) moved
            GROUP BY method) m) AS by_method,
        (SELECT row_to_json(c) FROM cash_closings c
         WHERE c.agency = :agency AND c.cashier = :cashier AND c.day = :day::date) AS closing
    """
)
# A day without a receipt and without cash given back needs no closing.
OPEN_DRAWERS = Statement(
    """
    SELECT agency, cashier, day, coalesce(sum(amount) FILTER (WHERE method = 'CASH'), 0)::bigint AS expected
    FROM (
        SELECT agency, cashier, day, method, amount FROM receipts
        WHERE agency = ANY(:agencies::text[]) AND state = 'VALID'
        UNION ALL
        SELECT coalesce(drawer_agency, agency), coalesce(drawer, asked_by),
            (decided_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, method, -amount FROM refunds
        WHERE coalesce(drawer_agency, agency) = ANY(:agencies::text[]) AND method = 'CASH'
          AND state = 'APPROVED') AS moved
    WHERE day < :today::date AND NOT EXISTS (SELECT FROM cash_closings c WHERE c.agency = moved.agency
        AND c.cashier = moved.cashier AND c.day = moved.day)
    GROUP BY agency, cashier, day ORDER BY day, agency, cashier LIMIT 200
    """
)
HAS_TAKEN = Statement("SELECT EXISTS (SELECT FROM receipts WHERE agency = :agency AND day <= :day::date)")
RECEIPTS_OF_ASKINGS = Statement(
    "SELECT * FROM receipts WHERE asking_id = ANY(:askings::uuid[]) AND state = 'VALID' ORDER BY id"
)
REFUNDED_OF_ASKING = Statement(
    "SELECT coalesce(sum(amount), 0) FROM refunds WHERE asking_id = :asking AND state <> 'DECLINED'"
)
COPY_RECEIPTS_BEFORE = Statement(
    "SELECT * FROM receipts WHERE asking_id IS NOT NULL AND day < :day::date AND payer_sealed <> ''"
    " AND look_at IS NULL ORDER BY day LIMIT :limit"
)
COPY_REFUNDS_BEFORE = Statement(
    "SELECT * FROM refunds WHERE asking_id IS NOT NULL AND payee_sealed <> ''"
    " AND decided_at < :day::date::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' LIMIT :limit"
)
FORGET_PAYER = Statement(
    f"UPDATE receipts SET payer_sealed = '', ended_reason = '', failure = '', {SEALED_ON} WHERE id = :id"
)
FORGET_PAYEE = Statement(
    f"UPDATE refunds SET payee_sealed = '', reason = '', note = '', {SEALED_ON} WHERE id = :id"
)
REFUNDS_ASKED = Statement(
    "SELECT coalesce(sum(amount), 0) FROM refunds WHERE dossier_id = :dossier_id AND state = 'ASKED'"
)
# A dossier's is decided where the dossier is; what is of no dossier is of certified copies.
REFUNDS_WAITING = Statement(
    """
    SELECT r.* FROM jsonb_to_recordset(:reaches::jsonb) AS kept(agency text, chosen text[], others text[])
    CROSS JOIN LATERAL (
        SELECT f.* FROM refunds f LEFT JOIN dossiers d ON d.id = f.dossier_id
        CROSS JOIN LATERAL (SELECT coalesce(d.procedure_code, :copies::text)) AS told(code)
        WHERE f.agency = kept.agency AND f.state = 'ASKED' AND f.id > :after
          AND (kept.chosen IS NULL OR told.code = ANY(kept.chosen))
          AND NOT told.code = ANY(kept.others)) AS r
    ORDER BY r.id LIMIT :limit::int
    """
)
# The first transaction of a request stands with it, each other one in the ledger only (source with a second
# colon): those of the day were booked on it or later, those of the references lie with their dossiers.
_AGAIN = (
    "SELECT split_part(e.source, ':', 2) AS reference, e.amount,"
    " (e.data->>'paid_at')::timestamptz AS paid_at, e.data->>'transaction' AS transaction"
    " FROM payment_entries e"
)
_BEGINS = ":day::date::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'"
_ENDS = "(:day::date + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'"
BOOKED = Statement(
    f"""
    SELECT reference, paid_amount AS amount, paid_at, transaction FROM payment_requests
    WHERE state = 'PAID' AND paid_at >= {_BEGINS} AND paid_at < {_ENDS}
    UNION
    SELECT reference, paid_amount, paid_at, transaction FROM payment_requests
    WHERE state = 'PAID' AND reference = ANY(:references::text[])
    UNION
    SELECT * FROM ({_AGAIN} WHERE e.source LIKE 'platform:%:%' AND e.at >= {_BEGINS}) again
    WHERE paid_at >= {_BEGINS} AND paid_at < {_ENDS}
    UNION
    {_AGAIN} JOIN payment_requests r ON r.dossier_id = e.dossier_id
    WHERE r.reference = ANY(:references::text[]) AND starts_with(e.source, 'platform:' || r.reference || ':')
    """
)
NAMED = Statement("SELECT * FROM payment_requests WHERE reference = ANY(:references::text[])")
LOOK_AGAIN = Statement(
    f"UPDATE payment_requests SET look_at = :at, state = :state, {SEALED_ON}"
    " WHERE reference = :reference AND state = :was",
    rows=None,
)
KEEP_RECONCILIATION = Statement(
    """
    INSERT INTO payment_reconciliations (day, at, listed, listed_amount, booked, booked_amount, named)
    VALUES (:day, :at, :listed, :listed_amount, :booked, :booked_amount, :named::jsonb)
    ON CONFLICT (day) DO UPDATE SET at = excluded.at, listed = excluded.listed,
        listed_amount = excluded.listed_amount, booked = excluded.booked,
        booked_amount = excluded.booked_amount, named = excluded.named
    """
)
# As far back as the platform's lists are asked for.
LISTED_ELSEWHERE = Statement(
    """
    SELECT one->>0 AS reference, one->>1 AS transaction
    FROM payment_reconciliations r, jsonb_array_elements(r.named) AS one
    WHERE r.day <> :day AND r.day BETWEEN :day::date - 15 AND :day::date + 15
      AND one->>0 = ANY(:references::text[])
    """
)
ADD_DIFFERENCES = Statement(
    """
    INSERT INTO payment_differences (id, day, kind, reference, transaction, state, note, settled_by, ours,
        theirs, found_at, version)
    SELECT id, :day::date, kind, reference, transaction, 'OPEN', '', '', ours, theirs, :at::timestamptz, 1
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, kind text, reference text, transaction text,
        ours bigint, theirs bigint)
    ON CONFLICT (day, reference, kind) DO UPDATE SET state = 'OPEN', note = '', settled_by = '',
        settled_at = NULL, ours = excluded.ours, theirs = excluded.theirs, transaction = excluded.transaction,
        found_at = excluded.found_at, version = payment_differences.version + 1
    WHERE payment_differences.state = 'SETTLED' AND payment_differences.settled_by = 'system'
    """,
    rows=None,
)
CLOSE_DIFFERENCES = Statement(
    """
    UPDATE payment_differences SET state = 'SETTLED', settled_by = 'system', settled_at = :at,
        note = 'Đã khớp khi đối soát lại', version = version + 1
    WHERE day = :day AND state = 'OPEN' AND NOT (reference || ' ' || kind = ANY(:still::text[]))
    """,
    rows=None,
)
# Whose a difference is, the request says; money nobody here asked for is nobody's.
_DIFFERENCE = (
    "SELECT d.*, coalesce(r.agency, '') AS agency FROM payment_differences d"
    " LEFT JOIN payment_requests r ON r.reference = d.reference"
)
DIFFERENCES = Statement(
    f"{_DIFFERENCE} WHERE d.state = :state AND d.id > :after"
    " AND (:agencies::text[] IS NULL OR r.agency = ANY(:agencies)) ORDER BY d.id LIMIT :limit"
)
LISTED_ONLY = Statement(
    "SELECT transaction FROM payment_differences WHERE reference = :reference AND state = 'OPEN'"
    " AND kind IN ('MISSING_HERE', 'AMOUNT')"
)
DIFFERENCE = Statement(f"{_DIFFERENCE} WHERE d.id = :id")
SETTLE_DIFFERENCE = Statement(
    "UPDATE payment_differences SET state = 'SETTLED', note = :note, settled_by = :by, settled_at = :at,"
    " version = version + 1 WHERE id = :id AND version = :seen AND state = 'OPEN'"
)
# Of those that are open by the index; a document changed by hand is met when the dossier is loaded, not here.
STANDING_OVER = Statement(
    """
    SELECT d.id FROM dossiers d
    WHERE d.state NOT IN ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED')
      AND d.id > :after
      AND (d.state IN ('SUPPLEMENT_REQUESTED', 'SUSPENDED', 'AWAITING_FINANCIAL')
           OR d.state = 'WITHDRAWAL_REQUESTED' AND d.prior_state = 'AWAITING_FINANCIAL')
      AND CASE WHEN pg_input_is_valid(d.work::text, 'jsonb') THEN
            d.state <> 'WITHDRAWAL_REQUESTED' AND d.work #>> '{stops,-1,over_at}' IS NOT NULL
            OR d.state NOT IN ('SUPPLEMENT_REQUESTED', 'SUSPENDED') AND NOT EXISTS (
            SELECT FROM jsonb_path_query(d.work::jsonb, 'lax $.obligations[*]') AS told
            WHERE told ->> 'cancelled_at' IS NULL
              AND (SELECT sum(amount::numeric)
                   FROM jsonb_path_query(told, 'lax $.amount ? (@.type() == "number")') AS amount)
                > (SELECT coalesce(sum(paid::numeric), 0)
                   FROM jsonb_path_query(told, 'lax $.payments[*].amount ? (@.type() == "number")') AS paid))
          ELSE true END
    ORDER BY d.id LIMIT :limit
    """
)
