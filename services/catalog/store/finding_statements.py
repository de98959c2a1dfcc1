"""The statements of search: what words mean here, what they gain, who is shown, what is counted beside.

What a term gains is its weight by its rarity (BM25 without term frequency: a name says a word once). Words
the catalogue does not know are taken for the words most like them, the word being typed for what it begins.
Rare terms choose the rows, up to some thousands; the best of those are then judged by every term, also by
common ones and those with their marks. What scores under three tenths of the best is no answer. Filters
narrow what is shown, never how rare a word is.

Common words find thousands of rows, so what is done for each of them is little: it is scored from an index
that holds all scoring reads, and counted by its `facet_key`: rows of one key have the same facets.
"""

from kernel.postgres.statement import Statement

_MEANT = """
asked AS MATERIALIZED (
    SELECT a.term, a.base, a.weight FROM unnest(:terms::text[], :bases::text[], :weights::float8[])
        AS a(term, base, weight)
),
known AS MATERIALIZED (
    SELECT a.term, a.weight, t.df FROM asked a JOIN search_terms t ON t.term = a.term
    WHERE a.term = a.base AND t.df > 0
),
slips AS MATERIALIZED (
    -- Two known words that never stand together are a slip only in a short question; in a long one,
    -- just speech.
    SELECT a.term, a.weight FROM asked a
    WHERE a.term = a.base AND a.weight > 0.2 AND length(a.term) >= 4
      AND a.term NOT IN (SELECT term FROM known)
      AND ((SELECT count(*) FROM asked WHERE term = base) <= 7 OR EXISTS (
          SELECT 1 FROM unnest(string_to_array(a.term, ' ')) AS word
          WHERE word !~ '^[0-9.]+$' AND word NOT IN (SELECT term FROM known)))
    ORDER BY a.weight DESC, length(a.term) DESC LIMIT 3
),
meant AS MATERIALIZED (
    SELECT term, max(weight) AS weight, max(df) AS df FROM (
        SELECT term, weight, df FROM known
        UNION ALL
        SELECT near.term, a.weight * near.likeness * 0.8, near.df
        FROM slips a CROSS JOIN LATERAL (
            SELECT t.term, t.df, similarity(t.term, a.term) AS likeness FROM search_terms t
            WHERE t.term % a.term AND similarity(t.term, a.term) >= 0.42 AND t.df > 0
            ORDER BY likeness DESC, t.term LIMIT 3
        ) AS near
        UNION ALL
        SELECT begun.term, CASE WHEN b.beginning LIKE '% %' THEN 1.4 ELSE 0.5 END, begun.df
        FROM unnest(:beginnings::text[]) AS b(beginning) CROSS JOIN LATERAL (
            SELECT t.term, t.df FROM search_terms t
            WHERE t.term > b.beginning AND t.term < b.beginning || chr(65533)
              AND t.df > 0 ORDER BY t.df DESC LIMIT 8
        ) AS begun
    ) AS words GROUP BY term
),
gains AS MATERIALIZED (
    SELECT m.term, m.weight * r.rarity AS gain, r.rarity,
        sum(m.df) OVER (ORDER BY r.rarity DESC, m.term) AS reach,
        row_number() OVER (ORDER BY r.rarity DESC, m.term) AS rank
    FROM meant m CROSS JOIN search_state s CROSS JOIN LATERAL (
        SELECT ln(1 + (greatest(s.docs - m.df, 0) + 0.5::float8) / (m.df + 0.5::float8)) AS rarity
    ) AS r WHERE m.weight > 0
),
weighed AS MATERIALIZED (
    -- A term with its marks is as rare as without them; refused pairs count against.
    SELECT a.term, a.weight * coalesce(g.rarity, 4) AS gain FROM asked a LEFT JOIN gains g ON g.term = a.base
    WHERE g.term IS NOT NULL OR a.weight < 0
    UNION ALL
    SELECT g.term, g.gain FROM gains g WHERE NOT EXISTS (SELECT 1 FROM asked a WHERE a.term = g.term)
)
"""
_SCORED = """
found AS MATERIALIZED (
    -- One look-up a term: left to itself the planner expects many terms and reads the whole table.
    SELECT said.doc, sum(said.gain) AS gain FROM (
        SELECT unnest(t.docs) AS doc, g.gain FROM gains g
        CROSS JOIN LATERAL (SELECT docs FROM search_terms WHERE term = g.term OFFSET 0) AS t
        WHERE g.reach <= 4000 OR g.rank <= 2
    ) AS said GROUP BY said.doc
),
rough AS MATERIALIZED (
    -- No length of a name makes up for a fifth of the gain: those could not reach three tenths of the best.
    SELECT p.doc, p.code, p.facet_key, f.gain * p.factor AS score FROM found f
    JOIN procedure_search p ON p.doc = f.doc
    WHERE f.gain >= 0.2 * (SELECT max(gain) FROM found)
      AND p.valid_from <= :today::date AND (p.valid_to IS NULL OR p.valid_to >= :today::date)
    UNION ALL
    SELECT p.doc, p.code, p.facet_key, word_similarity(:text::text, p.name_folded) FROM procedure_search p
    WHERE :text <> '' AND NOT EXISTS (SELECT 1 FROM found) AND :text::text <% p.name_folded
      AND p.valid_from <= :today::date AND (p.valid_to IS NULL OR p.valid_to >= :today::date)
),
first AS MATERIALIZED (
    SELECT doc, code, facet_key, score, row_number() OVER (ORDER BY score DESC, doc) AS place
    FROM (SELECT doc, code, facet_key, score FROM rough ORDER BY score DESC, doc LIMIT 31) AS r
),
said AS (
    SELECT x.doc, x.factor * sum(w.gain) AS score FROM (
        SELECT f.doc, p.factor, unnest(p.terms) AS term FROM first f JOIN procedure_search p ON p.doc = f.doc
        WHERE f.place <= 30
    ) AS x JOIN weighed w ON w.term = x.term GROUP BY x.doc, x.factor
),
judged AS MATERIALIZED (
    SELECT f.doc, f.code, f.facet_key, greatest(coalesce(s.score, f.score), 0) AS score
    FROM first f LEFT JOIN said s ON s.doc = f.doc WHERE f.place <= 30
),
scored AS (
    SELECT doc, code, facet_key, score FROM judged
    UNION ALL
    SELECT doc, code, facet_key, score FROM rough WHERE doc NOT IN (SELECT doc FROM judged)
)
"""
# Of the rows that are not judged none scores more than the first of them.
_BEST = """
best AS MATERIALIZED (
    SELECT doc, code, facet_key, score FROM scored WHERE score > 0 AND score >= 0.3 * greatest(
        (SELECT max(score) FROM judged), (SELECT score FROM first WHERE place = 31))
)
"""
# Nothing asked, or the beginning of a code: everything in force, what is asked for most first.
_ALL = """
best AS MATERIALIZED (
    SELECT doc, code, facet_key, factor AS score FROM procedure_search
    WHERE valid_from <= :today::date AND (valid_to IS NULL OR valid_to >= :today::date)
)
"""
_OF_A_CODE = """
best AS MATERIALIZED (
    SELECT doc, code, facet_key, CASE WHEN :prefix::text = '' THEN factor ELSE 1 END AS score
    FROM procedure_search WHERE (:prefix::text = '' OR code LIKE :prefix || '%')
      AND valid_from <= :today::date AND (valid_to IS NULL OR valid_to >= :today::date)
)
"""
# A procedure that names an agency of old is found under who carries it on, and still under the old code.
_CARRIERS = """
carriers AS MATERIALIZED (
    SELECT named, agency, procedures, excepted FROM agency_carriers() WHERE days @> :today::date
)
"""
_MATCHED = """
matched AS MATERIALIZED (
    SELECT doc, code, facet_key, round(score * 10000) / 10000 AS score FROM best
)
"""
_NARROWED = """
matched AS MATERIALIZED (
    SELECT s.doc, s.code, s.facet_key, round(s.score * 10000) / 10000 AS score
    FROM best s JOIN procedure_search p ON p.doc = s.doc
    WHERE (:sector::text = '' OR p.sector = :sector)
      AND (:level::text = '' OR p.levels @> ARRAY[:level])
      AND (:audience::text = '' OR p.applicants @> ARRAY[:audience])
      AND (:online_level::text = '' OR p.online_level = :online_level)
      AND (:agency::text = '' OR p.agencies @> ARRAY[:agency] OR EXISTS (
               SELECT FROM carriers c WHERE c.agency = :agency AND c.named = ANY (p.agencies)
                 AND NOT c.excepted ? p.code AND (c.procedures IS NULL OR c.procedures ? p.code)
           ) OR (p.agencies @> ARRAY['ALL_COMMUNES']
           AND EXISTS (SELECT 1 FROM agencies a WHERE a.code = :agency AND a.level = 'COMMUNE')))
)
"""
_PAGED = """
page AS MATERIALIZED (
    SELECT doc, code, score, row_number() OVER (ORDER BY score DESC, code) AS place FROM (
        SELECT doc, code, score FROM matched
        WHERE :after_code::text = '' OR score < :after_score::float8 OR (score = :after_score
            AND code > :after_code)
        ORDER BY score DESC, code LIMIT :limit::int + 1
    ) AS m
),
shapes AS MATERIALIZED (
    SELECT g.facet_key, g.n, p.sector, p.sector_name, p.levels, p.applicants, p.online_level, p.agencies,
        coalesce(p.agencies && (SELECT array_agg(named) FROM carriers), false) AS is_carried_on
    FROM (SELECT facet_key, min(doc) AS doc, count(*) AS n FROM matched GROUP BY facet_key) AS g
    JOIN procedure_search p ON p.doc = g.doc
),
worked AS (
    SELECT unnest(agencies) AS agency, n FROM shapes WHERE NOT is_carried_on
    UNION ALL
    SELECT w.agency, 1 FROM shapes s JOIN matched m ON m.facet_key = s.facet_key CROSS JOIN LATERAL (
        SELECT DISTINCT coalesce(c.agency, n.code) AS agency FROM unnest(s.agencies) AS n(code)
        LEFT JOIN carriers c ON c.named = n.code AND NOT c.excepted ? m.code
            AND (c.procedures IS NULL OR c.procedures ? m.code)
    ) AS w WHERE s.is_carried_on
)
"""


def _listed(rows: str, order: str) -> str:
    """Return SQL that writes rows as a JSON list without a blank, as it goes to whoever asked."""
    texts = f"string_agg(row_to_json(r)::text, ',' ORDER BY {order})"
    return f"(SELECT '[' || coalesce({texts}, '') || ']' FROM ({rows}) AS r)"


def _counted(value: str, name: str, rows: str) -> str:
    return _listed(
        f"SELECT {value} AS value, {name} AS name, sum(n)::bigint AS count FROM {rows} GROUP BY 1",
        "r.count DESC, r.value",
    )


_ITEMS = _listed(
    """
    SELECT p.code, p.name, p.sector, p.sector_name, p.levels, p.online_level, p.route, p.submit_here,
        p.version, page.score
    FROM page JOIN procedure_search p ON p.doc = page.doc WHERE page.place <= :limit::int
    """,
    "r.score DESC, r.code",
)
_AGENCIES = _listed(
    """
    SELECT m.agency AS value, a.data->>'name' AS name, m.count
    FROM (SELECT agency, sum(n)::bigint AS count FROM worked GROUP BY agency) AS m
    LEFT JOIN agencies a ON a.code = m.agency
    """,
    "r.count DESC, r.value",
)
_SHOWN = f"""
SELECT (SELECT phrases FROM search_state) AS phrases,
    (SELECT coalesce(sum(n), 0)::bigint FROM shapes) AS total,
    {_ITEMS} AS items,
    {_counted("sector", "max(sector_name)", "shapes")} AS sector,
    {_counted("level", "NULL::text", "shapes, unnest(levels) AS level")} AS level,
    {_counted("audience", "NULL::text", "shapes, unnest(applicants) AS audience")} AS audience,
    {_counted("online_level", "NULL::text", "shapes")} AS online_level,
    {_AGENCIES} AS agency,
    last.score AS last_score, last.code AS last_code
FROM (SELECT 1) AS one LEFT JOIN page AS last
    ON last.place = :limit::int AND EXISTS (SELECT FROM page WHERE place > :limit::int)
"""


def _question(*steps: str) -> Statement:
    return Statement(f"WITH {', '.join((*steps, _PAGED))} {_SHOWN}")


SEARCH = _question(_MEANT, _SCORED, _BEST, _CARRIERS, _MATCHED)
SEARCH_NARROWED = _question(_MEANT, _SCORED, _BEST, _CARRIERS, _NARROWED)
BROWSE = _question(_ALL, _CARRIERS, _MATCHED)
BROWSE_NARROWED = _question(_OF_A_CODE, _CARRIERS, _NARROWED)
SUGGEST = Statement(f"""
WITH {_MEANT}, {_SCORED}
SELECT jsonb_build_object('phrases', (SELECT phrases FROM search_state), 'items',
    coalesce(jsonb_agg(jsonb_build_object('code', b.code, 'name', b.name, 'sector_name', b.sector_name)
        ORDER BY b.score DESC, b.code), '[]'))
FROM (
    SELECT p.code, p.name, p.sector_name, s.score
    FROM (SELECT doc, score FROM scored WHERE score > 0 ORDER BY score DESC, code LIMIT :limit::int) AS s
    JOIN procedure_search p ON p.doc = s.doc
) AS b
""")
SUGGEST_CODES = Statement("""
SELECT jsonb_build_object('phrases', (SELECT phrases FROM search_state), 'items',
    coalesce(jsonb_agg(jsonb_build_object('code', b.code, 'name', b.name, 'sector_name', b.sector_name)
        ORDER BY b.code), '[]'))
FROM (
    SELECT code, name, sector_name FROM procedure_search WHERE code LIKE :prefix || '%'
      AND valid_from <= :today::date AND (valid_to IS NULL OR valid_to >= :today::date)
    ORDER BY code LIMIT :limit::int
) AS b
""")
