"""What editors of laws look after, as SQL: what rests on law that ended, its tasks, what is unclear."""

from kernel.postgres.statement import Statement

_FLAGGED = """
    SELECT c.code, c.agency, c.key, c.is_draft, d.number, d.title, c.written,
        coalesce(CASE WHEN d.ended_on <= :on::date THEN d.ended_as END, 'PARTLY_REPEALED') AS reason,
        coalesce(CASE WHEN d.ended_on <= :on::date THEN d.ended_on END, p.from_on) AS since,
        coalesce(v.data->>'name', w.data->>'name') AS name, v.version
    FROM legal_citations c
    JOIN legal_documents d ON d.key = c.key
    LEFT JOIN (SELECT target, min(from_on) AS from_on FROM legal_relations
        WHERE kind = 'PARTLY_REPEALS' AND from_on <= :on::date GROUP BY target) p ON p.target = c.key
    LEFT JOIN procedure_versions v ON NOT c.is_draft AND v.code = c.code AND c.of = 'V' || v.version
        AND v.visibility = 'PUBLIC' AND v.valid_from <= :on::date
        AND (v.valid_to IS NULL OR v.valid_to >= :on::date)
    LEFT JOIN procedure_drafts w ON c.is_draft AND w.code = c.code AND c.of = 'D' || w.id
        AND w.state IN ('DRAFT', 'IN_REVIEW', 'APPROVED')
    WHERE (d.ended_on <= :on::date OR p.target IS NOT NULL) AND (v.code IS NOT NULL OR w.code IS NOT NULL)
"""


FLAGS = Statement(f"""
SELECT DISTINCT ON (code, agency, key, is_draft) * FROM ({_FLAGGED}) AS f
WHERE (:code::text = '' OR code = :code) AND (:key::text = '' OR key = :key)
ORDER BY code, agency, key, is_draft
""")


_STANDS = """
    SELECT 1 FROM law_tasks t
    WHERE (t.code, t.agency, t.key, t.is_draft) = (f.code, f.agency, f.key, f.is_draft)
"""


UNTOLD = Statement(f"""
SELECT f.key, f.number, f.reason, min(f.since) AS since, count(DISTINCT f.code) AS procedures
FROM ({_FLAGGED}) AS f
WHERE NOT EXISTS ({_STANDS} AND t.reason = f.reason)
GROUP BY f.key, f.number, f.reason ORDER BY f.key
""")


OPEN_TASKS = Statement(
    f"""
INSERT INTO law_tasks (id, code, agency, key, is_draft, reason, since, state, note, opened_at, history,
    version)
SELECT DISTINCT ON (f.code, f.agency, f.key, f.is_draft) gen_random_uuid(), f.code, f.agency, f.key,
    f.is_draft, f.reason, f.since, 'OPEN', '', :at::timestamptz, '[]'::jsonb, 1
FROM ({_FLAGGED}) AS f
WHERE NOT EXISTS ({_STANDS} AND (t.state = 'OPEN' OR (t.closed_as = 'NOTE' AND t.reason = f.reason)))
""",
    rows=None,
)


CLOSE_TASKS = Statement(
    f"""
UPDATE law_tasks AS k SET state = 'CLOSED', closed_as = 'NEW_VERSION', closed_at = :at::timestamptz,
    version = k.version + 1
WHERE k.state = 'OPEN' AND NOT EXISTS (SELECT 1 FROM ({_FLAGGED}) AS f
    WHERE (k.code, k.agency, k.key, k.is_draft) = (f.code, f.agency, f.key, f.is_draft))
""",
    rows=None,
)


TASK = Statement("SELECT * FROM law_tasks WHERE id = :id")


TASKS = Statement("""
SELECT t.*, d.number, d.title FROM law_tasks t LEFT JOIN legal_documents d ON d.key = t.key
WHERE (:state::text = '' OR t.state = :state) AND (:owner::text = '' OR t.owner = :owner)
  AND (:after::uuid IS NULL OR t.id > :after)
ORDER BY t.id LIMIT :limit::int
""")


SAVE_TASK = Statement("""
UPDATE law_tasks SET state = :state, owner = :owner::text, note = :note, closed_by = :closed_by::text,
    closed_as = :closed_as::text, closed_at = :closed_at::timestamptz, history = :history,
    version = version + 1
WHERE id = :id AND version = :seen::bigint
""")
DIRT = Statement("""
SELECT jsonb_build_object(
    'documents', (SELECT count(*) FROM legal_documents),
    'citations', (SELECT count(*) FROM legal_citations),
    'unverified', (SELECT count(*) FROM legal_documents WHERE NOT is_verified),
    'without_days', (SELECT count(*) FROM legal_documents WHERE effective_on IS NULL),
    'unread_lines', (SELECT coalesce(sum(jsonb_array_length(unread)), 0) FROM legal_readings),
    'unread', (SELECT coalesce(jsonb_agg(u), '[]') FROM (
        SELECT r.code, line AS written FROM legal_readings r, jsonb_array_elements_text(r.unread) AS line
        ORDER BY r.code LIMIT 200) AS u),
    'doubtful', (SELECT coalesce(jsonb_agg(u), '[]') FROM (
        SELECT key, number, doubts FROM legal_documents WHERE cardinality(doubts) > 0
        ORDER BY key LIMIT 200) AS u),
    'spelt_differently', (SELECT coalesce(jsonb_agg(u), '[]') FROM (
        SELECT d.key, d.number, array_agg(s ORDER BY s) AS written
        FROM legal_documents d, jsonb_object_keys(d.spellings) AS s
        GROUP BY d.key HAVING count(*) > 1 ORDER BY d.key LIMIT 200) AS u))
""")
