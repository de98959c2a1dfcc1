"""What editors, approvers and the public read of drafts, decisions and versions, one statement a screen."""

from kernel.postgres.statement import Statement
from services.catalog.store.publishing import KNOWN_PROCEDURES

# Of the registers only what a record is judged by: which exist, how long processes take, when offices close.
KNOWN = Statement(
    """
SELECT 'sector' AS kind, code, version, jsonb_build_object('name', name) AS data, NULL::date AS recorded_on,
    NULL::jsonb AS parts, NULL::jsonb AS versions
FROM sectors
UNION ALL SELECT 'agency', code, version, '{}'::jsonb, NULL, NULL, NULL FROM agencies
UNION ALL SELECT 'calendar', code, version, jsonb_build_object('office_hours', data->'office_hours'),
    NULL, NULL, NULL FROM calendars
UNION ALL SELECT 'process', code, version, jsonb_build_object('critical_hours', data->'critical_hours'),
    NULL, NULL, NULL FROM processes
UNION ALL SELECT 'procedure', p.code, p.version, '{}'::jsonb, p.recorded_on, p.parts, p.versions
FROM ("""
    + KNOWN_PROCEDURES
    + ") AS p"
)
CALENDAR = Statement("SELECT data FROM calendars WHERE split_part(code, ':', 1) = :code")
OPEN_DRAFT = Statement("""
SELECT id FROM procedure_drafts
WHERE code = :code AND agency = :agency AND part = :part AND state IN ('DRAFT', 'IN_REVIEW', 'APPROVED')
""")
DRAFTS = Statement("""
SELECT id, code, agency, part, base, data->>'name' AS name, state, authors, approved_by, decision_id, version,
    changed_at
FROM procedure_drafts
WHERE (:state::text = '' OR state = :state) AND (:code::text = '' OR code = :code)
  AND (:after::uuid IS NULL OR id < :after)
ORDER BY id DESC LIMIT :limit::int
""")
DECISIONS = Statement("""
SELECT * FROM publication_decisions
WHERE (:state::text = '' OR state = :state) AND (:after::uuid IS NULL OR id < :after)
ORDER BY id DESC LIMIT :limit::int
""")
_REASON = "SELECT code, kind, text, hint, sectors, is_active, version FROM standard_reasons"
REASONS = Statement(f"""
{_REASON} WHERE (:kind::text = '' OR kind = :kind)
  AND (:sector::text = '' OR sectors = '{{}}' OR :sector = ANY(sectors))
ORDER BY kind, code
""")
REASON = Statement(f"{_REASON} WHERE code = :code")
VERSIONS = Statement("""
SELECT v.version, v.agency, v.valid_from, v.valid_to, v.visibility, v.national_number, v.local_number,
    v.data->>'name' AS name, v.data->'decision'->>'number' AS decision_number,
    coalesce(l.change_kind, n.change_kind) AS change_kind,
    coalesce(l.successors, n.successors, '{}') AS successors, v.created_at
FROM procedure_versions v
LEFT JOIN procedure_parts l ON l.code = v.code AND l.agency = v.agency AND l.part = 'LOCAL'
    AND l.number = v.local_number
LEFT JOIN procedure_parts n ON n.code = v.code AND n.agency = 'QG' AND n.part = 'NATIONAL'
    AND n.number = v.national_number
WHERE v.code = :code AND v.visibility <> 'SUPERSEDED' AND (:agency::text = '' OR v.agency = :agency)
ORDER BY v.valid_from, v.version LIMIT 1000
""")
VERSION = Statement("""
SELECT v.data || jsonb_build_object('version', v.version, 'agency', v.agency, 'valid_from', v.valid_from,
    'valid_to', v.valid_to, 'visibility', v.visibility) AS data
FROM procedure_versions v WHERE v.code = :code AND v.version = :version
""")
# Who performs a procedure follows from its versions: a row an agency and unbroken time. "All communes" are
# those that exist on the days; where an agency has ended, who carries the procedure on performs it from then;
# what a decision on competence says (table offerings) counts beside it.
OFFERINGS = Statement("""
WITH named AS (
    SELECT performer, daterange(v.valid_from, v.valid_to, '[]') AS days FROM procedure_versions v
    CROSS JOIN LATERAL jsonb_array_elements_text(CASE jsonb_typeof(v.data->'performing_agencies')
        WHEN 'array' THEN v.data->'performing_agencies' ELSE '[]' END) AS performer
    WHERE v.code = :code AND v.visibility = 'PUBLIC'
),
said AS (
    SELECT n.performer AS agency, n.days * daterange(NULL, a.valid_to, '[]') AS days
    FROM named n LEFT JOIN agencies a ON a.code = n.performer
    WHERE :agency::text = '' OR n.performer = :agency
    UNION ALL
    SELECT c.agency, n.days * c.days FROM named n JOIN agency_carriers() c ON c.named = n.performer
    WHERE NOT c.excepted ? :code AND (c.procedures IS NULL OR c.procedures ? :code)
      AND (:agency = '' OR c.agency = :agency)
    UNION ALL
    SELECT a.code, daterange(v.valid_from, v.valid_to, '[]') * daterange(a.valid_from, a.valid_to, '[]')
    FROM procedure_versions v JOIN agencies a ON a.level = 'COMMUNE'
        AND daterange(a.valid_from, a.valid_to, '[]') && daterange(v.valid_from, v.valid_to, '[]')
    WHERE v.code = :code AND v.visibility = 'PUBLIC' AND v.data->>'performing_agencies' = 'ALL_COMMUNES'
      AND (:agency = '' OR a.code = :agency)
    UNION ALL
    SELECT o.agency, daterange(o.valid_from, o.valid_to, '[]') FROM offerings o
    WHERE o.procedure = :code AND (:agency = '' OR o.agency = :agency)
)
SELECT agency, lower(days) AS valid_from, (upper(days) - 1) AS valid_to
FROM (
    SELECT agency, unnest(range_agg(days)) AS days FROM said WHERE NOT isempty(days) GROUP BY agency
) AS joined
WHERE :day::date IS NULL OR days @> :day
ORDER BY agency, valid_from LIMIT 10000
""")
IN_FORCE = Statement("""
SELECT jsonb_build_object('channels', v.data->'channels', 'statutory_time', v.data->'statutory_time',
    'name', v.data->'name', 'steps_text', v.data->'steps_text', 'components', v.data->'components',
    'applicant_types', v.data->'applicant_types', 'competent_agency', v.data->'competent_agency',
    'competent_agency_kind', v.data->'competent_agency_kind',
    'competent_agency_name', v.data->'competent_agency_name', 'code', v.code) AS data
FROM procedure_search s JOIN procedure_versions v ON v.code = s.code AND v.version = s.version
WHERE s.route = 'PROVINCE' AND s.valid_from <= :day::date AND (s.valid_to IS NULL OR s.valid_to >= :day)
""")
