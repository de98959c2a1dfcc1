"""Finds procedures: one statement a question, whatever it asks."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.search_terms import Question, base_of
from services.catalog.use_cases.finding.ports import Search

# What a term gains is its weight by its rarity (BM25 without term frequency: a name says a word once). Words
# the catalogue does not know are taken for the words most like them, the word being typed for what it begins.
# Rare terms choose the rows, up to some thousands; the best of those are then judged by every term, also by
# common ones and those with their marks. What scores under three tenths of the best is no answer. Filters
# narrow what is shown, never how rare a word is.
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
found AS MATERIALIZED (
    -- One look-up a term: left to itself the planner expects many terms and reads the whole table.
    SELECT d.doc, sum(g.gain) AS gain FROM gains g
    CROSS JOIN LATERAL (SELECT t.docs FROM search_terms t WHERE t.term = g.term OFFSET 0) AS said
    CROSS JOIN LATERAL unnest(said.docs) AS d(doc)
    WHERE g.reach <= 4000 OR g.rank <= 2 GROUP BY d.doc
),
likely AS MATERIALIZED (
    -- No length of a name makes up for a fifth of the gain: those could not reach three tenths of the best.
    SELECT doc, gain FROM found WHERE gain >= 0.2 * (SELECT max(gain) FROM found)
),
rough AS MATERIALIZED (
    SELECT p.doc, f.gain * p.factor AS score FROM likely f JOIN procedure_search p ON p.doc = f.doc
    WHERE p.valid_from <= :today::date AND (p.valid_to IS NULL OR p.valid_to >= :today::date)
    UNION ALL
    SELECT p.doc, word_similarity(:text::text, p.name_folded) FROM procedure_search p
    WHERE :text <> '' AND NOT EXISTS (SELECT 1 FROM found) AND :text::text <% p.name_folded
      AND p.valid_from <= :today::date AND (p.valid_to IS NULL OR p.valid_to >= :today::date)
),
weighed AS MATERIALIZED (
    -- A term with its marks is as rare as without them; refused pairs count against.
    SELECT a.term, a.weight * coalesce(g.rarity, 4) AS gain FROM asked a LEFT JOIN gains g ON g.term = a.base
    WHERE g.term IS NOT NULL OR a.weight < 0
    UNION ALL
    SELECT g.term, g.gain FROM gains g WHERE NOT EXISTS (SELECT 1 FROM asked a WHERE a.term = g.term)
),
judged AS MATERIALIZED (
    SELECT t.doc, p.factor * (
        SELECT sum(w.gain) FROM unnest(p.terms) AS x(term) JOIN weighed w ON w.term = x.term) AS score
    FROM (SELECT doc FROM rough ORDER BY score DESC, doc LIMIT 30) AS t
    JOIN procedure_search p ON p.doc = t.doc
),
scored AS MATERIALIZED (
    SELECT r.doc, greatest(coalesce(j.score, r.score), 0) AS score
    FROM rough r LEFT JOIN judged j ON j.doc = r.doc
)
"""
_BEST = f"""
{_MEANT},
best AS MATERIALIZED (
    SELECT doc, score FROM scored WHERE score > 0 AND score >= 0.3 * (SELECT max(score) FROM scored)
)
"""
# Nothing asked, or the beginning of a code: everything in force, what is asked for most first.
_ALL = """
best AS MATERIALIZED (
    SELECT doc, CASE WHEN :prefix::text = '' THEN factor ELSE 1 END AS score FROM procedure_search
    WHERE valid_from <= :today::date AND (valid_to IS NULL OR valid_to >= :today::date)
)
"""
# A procedure that names an agency of old is found under who carries it on, and still under the old code.
_SHOWN = """
carriers AS MATERIALIZED (
    SELECT named, agency, procedures, excepted FROM agency_carriers() WHERE days @> :today::date
),
matched AS MATERIALIZED (
    SELECT p.doc, p.code, p.sector, p.sector_name, p.levels, p.applicants, p.online_level,
        CASE WHEN p.agencies && (SELECT array_agg(named) FROM carriers) THEN ARRAY(
            SELECT DISTINCT coalesce(c.agency, n.code) FROM unnest(p.agencies) AS n(code)
            LEFT JOIN carriers c ON c.named = n.code AND NOT c.excepted ? p.code
                AND (c.procedures IS NULL OR c.procedures ? p.code)
        ) ELSE p.agencies END AS agencies,
        round(s.score::numeric, 4)::float8 AS score
    FROM best s JOIN procedure_search p ON p.doc = s.doc
    WHERE (:prefix::text = '' OR p.code LIKE :prefix || '%')
      AND (:sector::text = '' OR p.sector = :sector)
      AND (:level::text = '' OR p.levels @> ARRAY[:level])
      AND (:audience::text = '' OR p.applicants @> ARRAY[:audience])
      AND (:online_level::text = '' OR p.online_level = :online_level)
      AND (:agency::text = '' OR p.agencies @> ARRAY[:agency] OR EXISTS (
               SELECT FROM carriers c WHERE c.agency = :agency AND c.named = ANY (p.agencies)
                 AND NOT c.excepted ? p.code AND (c.procedures IS NULL OR c.procedures ? p.code)
           ) OR (p.agencies @> ARRAY['ALL_COMMUNES']
           AND EXISTS (SELECT 1 FROM agencies a WHERE a.code = :agency AND a.level = 'COMMUNE')))
),
page AS MATERIALIZED (
    SELECT doc, code, score FROM matched
    WHERE :after_code::text = '' OR score < :after_score::float8 OR (score = :after_score
        AND code > :after_code)
    ORDER BY score DESC, code LIMIT :limit::int
)
SELECT jsonb_build_object(
    'phrases', (SELECT phrases FROM search_state),
    'total', (SELECT count(*) FROM matched),
    'items', (SELECT coalesce(jsonb_agg(jsonb_build_object('code', p.code, 'name', p.name, 'sector', p.sector,
        'sector_name', p.sector_name, 'levels', p.levels, 'online_level', p.online_level, 'route', p.route,
        'submit_here', p.submit_here, 'version', p.version, 'score', page.score)
        ORDER BY page.score DESC, p.code), '[]') FROM page JOIN procedure_search p ON p.doc = page.doc),
    'facets', jsonb_build_object(
        'sector', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT sector AS value, max(sector_name) AS name, count(*) FROM matched GROUP BY sector) AS f),
        'level', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT value, NULL::text AS name, count(*) FROM matched, unnest(levels) AS value
            GROUP BY value) AS f),
        'audience', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT value, NULL::text AS name, count(*) FROM matched, unnest(applicants) AS value
            GROUP BY value) AS f),
        'online_level', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT online_level AS value, NULL::text AS name, count(*) FROM matched
            GROUP BY online_level) AS f),
        'agency', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT m.value, a.data->>'name' AS name, m.count FROM (
                SELECT value, count(*) FROM matched, unnest(matched.agencies) AS value GROUP BY value) AS m
            LEFT JOIN agencies a ON a.code = m.value) AS f)
    )
)
"""
_SEARCH = Statement(f"WITH {_BEST}, {_SHOWN}")
_BROWSE = Statement(f"WITH {_ALL}, {_SHOWN}")
_SUGGEST = Statement(f"""
WITH {_MEANT}
SELECT jsonb_build_object('phrases', (SELECT phrases FROM search_state), 'items',
    coalesce(jsonb_agg(jsonb_build_object('code', b.code, 'name', b.name, 'sector_name', b.sector_name)
        ORDER BY b.score DESC, b.code), '[]'))
FROM (
    SELECT p.code, p.name, p.sector_name, s.score FROM scored s JOIN procedure_search p ON p.doc = s.doc
    WHERE s.score > 0 ORDER BY s.score DESC, p.code LIMIT :limit::int
) AS b
""")
_BY_CODE = Statement("""
SELECT jsonb_build_object('phrases', (SELECT phrases FROM search_state), 'items',
    coalesce(jsonb_agg(jsonb_build_object('code', b.code, 'name', b.name, 'sector_name', b.sector_name)
        ORDER BY b.code), '[]'))
FROM (
    SELECT code, name, sector_name FROM procedure_search WHERE code LIKE :prefix || '%'
      AND valid_from <= :today::date AND (valid_to IS NULL OR valid_to >= :today::date)
    ORDER BY code LIMIT :limit::int
) AS b
""")


class PostgresFinder:
    """Searches and suggests."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def search(self, question: Question, asked: Search, today: date) -> Mapping[str, Any]:
        """Return {items, total, facets, phrases}; one item more than `limit` when there is a next page."""
        score, code = asked.after or (0.0, "")
        wanted = {"today": today} if asked.browse else {**_terms(question, today), "beginnings": []}
        found: Mapping[str, Any] = await self._unit.fetch_value(
            _BROWSE if asked.browse else _SEARCH,
            **wanted,
            prefix=asked.code_prefix,
            sector=asked.sector,
            agency=asked.agency,
            level=asked.level,
            audience=asked.audience,
            online_level=asked.online_level,
            after_score=score,
            after_code=code,
            limit=asked.limit + 1,
        )
        return found

    async def suggest(
        self, question: Question, beginnings: Sequence[str], limit: int, today: date
    ) -> Mapping[str, Any]:
        """Return {items, phrases}: procedures that fit what has been typed, the last word unfinished."""
        found: Mapping[str, Any] = await self._unit.fetch_value(
            _SUGGEST, **_terms(question, today), beginnings=list(beginnings), limit=limit
        )
        return found

    async def suggest_codes(self, prefix: str, limit: int, today: date) -> Mapping[str, Any]:
        """Return {items, phrases}: procedures whose code begins so."""
        found: Mapping[str, Any] = await self._unit.fetch_value(
            _BY_CODE, prefix=prefix, limit=limit, today=today
        )
        return found


def _terms(question: Question, today: date) -> dict[str, Any]:
    terms = list(question.terms)
    return {
        "terms": terms,
        "bases": [base_of(term) for term in terms],
        "weights": list(question.terms.values()),
        "text": question.text,
        "today": today,
    }
