"""The SQL of agencies: every list travels as arrays, so a change is few statements whatever its size."""

from kernel.postgres.statement import Statement

AGENCIES = "SELECT code, version, data FROM agencies"
HELD = Statement("""
SELECT jsonb_build_object(
    'staff', (SELECT jsonb_agg(data || jsonb_build_object('version', version) ORDER BY code) FROM staff
        WHERE agency = ANY(:ended::text[])),
    'points', (SELECT jsonb_agg(data ORDER BY code) FROM one_stop_points WHERE agency = ANY(:ended::text[])),
    'offerings', (SELECT jsonb_agg(to_jsonb(o) - 'decision' - 'made_by' - 'made_at') FROM offerings o
        WHERE o.valid_to IS NULL OR o.valid_to >= :day::date),
    'performers', (SELECT jsonb_agg(DISTINCT jsonb_build_array(p.procedure, p.agency)) FROM (
        SELECT v.code AS procedure, named.agency FROM procedure_versions v CROSS JOIN LATERAL
            jsonb_array_elements_text(CASE WHEN jsonb_typeof(v.data->'performing_agencies') = 'array'
                THEN v.data->'performing_agencies' ELSE '[]' END) AS named(agency)
        WHERE cardinality(:ended::text[]) > 0 AND v.visibility = 'PUBLIC' AND v.valid_from <= :day::date
          AND (v.valid_to IS NULL OR v.valid_to >= :day::date)
        UNION ALL
        SELECT code, 'ALL_COMMUNES' FROM procedure_versions v
        WHERE cardinality(:ended::text[]) > 0 AND v.visibility = 'PUBLIC' AND v.valid_from <= :day::date
          AND (v.valid_to IS NULL OR v.valid_to >= :day::date)
          AND v.data->>'performing_agencies' = 'ALL_COMMUNES'
        UNION ALL
        SELECT procedure, agency FROM offerings
        WHERE valid_from <= :day::date AND (valid_to IS NULL OR valid_to >= :day::date)
    ) AS p),
    'levels', (SELECT jsonb_agg(l) FROM administrative_levels l)
) AS held
""")
ROWS = Statement("""
SELECT 'agency' AS kind, code, version, data FROM agencies WHERE code = ANY(:agencies::text[])
UNION ALL SELECT 'staff', code, version, data FROM staff WHERE code = ANY(:staff::text[])
UNION ALL SELECT 'point', code, version, data FROM one_stop_points WHERE code = ANY(:points::text[])
""")
NEW_AGENCIES = """
INSERT INTO agencies (code, legacy_code, level, parent, valid_from, valid_to, data, digest, version)
SELECT g.d->>'code', g.d->>'legacy_code', g.d->>'level', g.d->>'parent', (g.d->>'valid_from')::date,
    (g.d->>'valid_to')::date, g.d, g.digest, 1
FROM (SELECT u.d::jsonb AS d, u.digest FROM unnest(:texts::text[], :digests::text[]) AS u(d, digest)) AS g
"""
_GIVEN = """
(SELECT u.code, u.seen, u.d::jsonb AS d
 FROM unnest(:codes::text[], :seen::bigint[], :texts::text[]) AS u(code, seen, d)) AS g
"""
SAVE_AGENCIES = f"""
UPDATE agencies AS held SET data = g.d, level = g.d->>'level', parent = g.d->>'parent',
    valid_from = (g.d->>'valid_from')::date,
    valid_to = (g.d->>'valid_to')::date, version = held.version + 1, changed_at = clock_timestamp()
FROM {_GIVEN} WHERE held.code = g.code AND held.version = g.seen
"""
SAVE_STAFF = f"""
UPDATE staff AS held SET data = g.d, agency = g.d->>'agency', version = held.version + 1,
    changed_at = clock_timestamp()
FROM {_GIVEN} WHERE held.code = g.code AND held.version = g.seen
"""
SAVE_POINTS = f"""
INSERT INTO one_stop_points AS held (code, agency, valid_from, valid_to, data, version)
SELECT g.code, g.d->>'agency', (g.d->>'valid_from')::date, (g.d->>'valid_to')::date, g.d, g.seen + 1
FROM {_GIVEN}
ON CONFLICT (code) DO UPDATE SET agency = excluded.agency, valid_from = excluded.valid_from,
    valid_to = excluded.valid_to, data = excluded.data, version = excluded.version,
    changed_at = clock_timestamp()
WHERE held.version = excluded.version - 1
"""
# A competence that would have begun after the agency's end has no day of its own and goes.
CLOSE_OFFERINGS = """
UPDATE offerings AS held SET valid_to = :effective_on::date - 1
FROM unnest(:agencies::text[], :procedures::text[], :starts::date[]) AS g(agency, procedure, valid_from)
WHERE held.agency = g.agency AND held.procedure = g.procedure AND held.valid_from = g.valid_from
"""
DROP_OFFERINGS = """
DELETE FROM offerings AS held
USING unnest(:agencies::text[], :procedures::text[], :starts::date[]) AS g(agency, procedure, valid_from)
WHERE held.agency = g.agency AND held.procedure = g.procedure AND held.valid_from = g.valid_from
"""
OPEN_OFFERINGS = """
INSERT INTO offerings (agency, procedure, valid_from, valid_to, decision, made_by)
SELECT g.agency, g.procedure, g.valid_from, g.valid_to, :decision::jsonb, :by::text
FROM unnest(:agencies::text[], :procedures::text[], :starts::date[], :ends::date[])
    AS g(agency, procedure, valid_from, valid_to)
"""
ADD_OFFERING = Statement("""
INSERT INTO offerings (agency, procedure, valid_from, valid_to, decision, made_by)
VALUES (:agency, :procedure, :valid_from, :valid_to, :decision, :by)
""")
END_OFFERING = Statement("""
UPDATE offerings SET valid_to = :last_day
WHERE agency = :agency AND procedure = :procedure AND valid_from = :valid_from
""")
OFFERINGS = Statement("""
SELECT to_jsonb(o) - 'made_at' AS data FROM offerings o
WHERE agency = :agency
  AND (:on::date IS NULL OR (valid_from <= :on AND (valid_to IS NULL OR valid_to >= :on)))
ORDER BY procedure, valid_from
""")
KEEP_CHANGE = Statement("""
INSERT INTO agency_changes (id, kind, number, signed_on, effective_on, state, summary, deferred, questions,
    made_by, made_at, applied_at, version)
VALUES (:id, :kind, :number, :signed_on, :effective_on, :state, :summary, :deferred, :questions,
    :made_by, :made_at, :applied_at, 1)
""")
MARK_APPLIED = Statement(
    "UPDATE agency_changes SET state = 'APPLIED', applied_at = :at, version = version + 1"
    " WHERE id = :id AND state = 'PENDING'"
)
SETTLE_CHANGE = Statement("""
UPDATE agency_changes SET state = :state, questions = :questions, withdrawal = :withdrawal,
    version = version + 1
WHERE id = :id AND version = :version
""")
REOPEN_OFFERINGS = """
UPDATE offerings AS held SET valid_to = g.valid_to
FROM jsonb_to_recordset(:rows::jsonb) AS g(agency text, procedure text, valid_from date, valid_to date)
WHERE held.agency = g.agency AND held.procedure = g.procedure AND held.valid_from = g.valid_from
"""
UNOPEN_OFFERINGS = """
DELETE FROM offerings AS held
USING jsonb_to_recordset(:opened::jsonb) AS g(agency text, procedure text, valid_from date)
WHERE held.agency = g.agency AND held.procedure = g.procedure AND held.valid_from = g.valid_from
"""
# A later decision is known by its id, which grows with time.
RESTING_ON = Statement("""
SELECT u.code FROM unnest(:codes::text[]) AS u(code) WHERE EXISTS (
    SELECT FROM agency_changes c WHERE c.id > :id::uuid AND c.state <> 'WITHDRAWN'
      AND position('"' || u.code || '"' IN c.summary::text || c.deferred::text) > 0)
UNION
SELECT n.code FROM unnest(:created::text[]) AS n(code) WHERE
    EXISTS (SELECT FROM staff s WHERE s.agency = n.code)
    OR EXISTS (SELECT FROM one_stop_points p WHERE p.agency = n.code)
    OR EXISTS (SELECT FROM agencies a WHERE a.parent = n.code)
    OR EXISTS (SELECT FROM procedure_versions v WHERE v.visibility <> 'SUPERSEDED'
        AND jsonb_typeof(v.data->'performing_agencies') = 'array' AND v.data->'performing_agencies' ? n.code)
""")
_CHANGE = (
    "SELECT id, kind, number, signed_on, effective_on, state, summary, deferred, questions, made_by, made_at,"
    " applied_at, withdrawal, version FROM agency_changes"
)
DUE_CHANGES = Statement(
    f"{_CHANGE} WHERE state = 'PENDING' AND effective_on <= :today ORDER BY effective_on, id"
)
CHANGES = Statement(f"{_CHANGE} WHERE id < :before::uuid ORDER BY id DESC LIMIT :limit::int")
CHANGE = Statement(f"{_CHANGE} WHERE id = :id")
COMING = Statement("""
SELECT a.code, a.members FROM agency_changes c CROSS JOIN LATERAL jsonb_each(c.deferred->'agencies')
    AS a(code, members)
WHERE c.state = 'PENDING' AND c.effective_on <= :day::date AND a.members <> '{}'
ORDER BY c.effective_on, c.id
""")
STRAYS = Statement("""
WITH gone AS (
    SELECT a.code, EXISTS (SELECT FROM agency_changes c WHERE c.kind = 'DISSOLVE'
        AND c.summary->'ended'->0->>'code' = a.code) AS is_dissolved
    FROM agencies a WHERE a.valid_to < :today::date AND jsonb_array_length(a.data->'successors') = 1
)
SELECT 'agency' AS kind, x.code, x.version, x.data, g.code AS under, g.is_dissolved
FROM gone g JOIN agencies x ON x.parent = g.code WHERE x.valid_to IS NULL OR x.valid_to >= :today
UNION ALL
SELECT 'staff', x.code, x.version, x.data, g.code, g.is_dissolved
FROM gone g JOIN staff x ON x.agency = g.code
UNION ALL
SELECT 'point', x.code, x.version, x.data, g.code, g.is_dissolved
FROM gone g JOIN one_stop_points x ON x.agency = g.code WHERE x.valid_to IS NULL OR x.valid_to >= :today
LIMIT 5000
""")
LINE = Statement("""
WITH RECURSIVE line AS (
    SELECT code, version, data FROM agencies WHERE code = :code::text
    UNION
    SELECT a.code, a.version, a.data FROM line l
    CROSS JOIN LATERAL jsonb_array_elements_text(l.data->'successors') AS s(code)
    JOIN agencies a ON a.code = s.code
)
SELECT jsonb_build_object(
    'line', (SELECT jsonb_agg(line) FROM line),
    'coming', (SELECT jsonb_agg(jsonb_build_object('day', c.effective_on,
        'members', c.deferred->'agencies'->(:code::text))) FROM agency_changes c
        WHERE c.state = 'PENDING' AND c.deferred->'agencies' ? :code::text)
)
""")
LISTED = Statement("""
SELECT (data - 'decided') || jsonb_build_object('version', version) AS data FROM agencies
WHERE code > :after AND NOT data ? 'withdrawn' AND (:level::text = '' OR level = :level)
  AND (:parent::text = '' OR parent = :parent)
  AND (:on::date IS NULL OR (valid_from <= :on AND (valid_to IS NULL OR valid_to >= :on)))
ORDER BY code LIMIT :limit::int
""")
LEVELS = Statement("SELECT code, name, valid_from, valid_to FROM administrative_levels ORDER BY code")
