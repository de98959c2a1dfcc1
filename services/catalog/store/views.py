"""What the screens read, each with one statement."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.items import ItemKind
from services.catalog.domain.search_terms import Question
from services.catalog.use_cases.ports import Search

# Scores are BM25 without term frequency: a name says a word once. Words the catalogue does not know are taken
# for the words most like them (slips of the keyboard). A hit counts less in a long name, and what scores
# under three tenths of the best is no answer. Filters narrow what is shown, never how rare a word is.
_SEARCH = Statement("""
WITH in_force AS NOT MATERIALIZED (
    SELECT * FROM procedure_search
    WHERE valid_from <= :today::date AND (valid_to IS NULL OR valid_to >= :today::date)
),
asked AS MATERIALIZED (
    SELECT a.term, a.weight,
        a.term LIKE '=%' OR EXISTS (SELECT 1 FROM search_terms t WHERE t.term = a.term) AS is_known
    FROM unnest(:terms::text[], :weights::float8[]) AS a(term, weight)
),
slips AS MATERIALIZED (
    -- Two known words that never stand together are a slip only in a short question; in a long one,
    -- just speech.
    SELECT a.term, a.weight FROM asked a
    WHERE NOT a.is_known AND length(a.term) >= 4
      AND ((SELECT count(*) FROM asked WHERE term NOT LIKE '=%') <= 7 OR EXISTS (
          SELECT 1 FROM unnest(string_to_array(a.term, ' ')) AS word JOIN asked b ON b.term = word
          AND NOT b.is_known))
),
meant AS MATERIALIZED (
    SELECT term, max(weight) AS weight FROM (
        SELECT term, weight FROM asked WHERE is_known
        UNION ALL
        SELECT near.term, a.weight * near.likeness * 0.8
        FROM slips a CROSS JOIN LATERAL (
            SELECT t.term, similarity(t.term, a.term) AS likeness FROM search_terms t
            WHERE t.term % a.term AND similarity(t.term, a.term) >= 0.42
            ORDER BY likeness DESC, t.term LIMIT 3
        ) AS near
    ) AS words GROUP BY term
),
measure AS MATERIALIZED (SELECT count(*)::float8 AS n, greatest(avg(least(size, 60)), 1)::float8 AS mean
    FROM in_force),
hits AS MATERIALIZED (
    -- OFFSET 0: one look into the index a word; joined freely, the planner reads every row for every word.
    SELECT p.code, p.size, m.term, m.weight FROM meant m CROSS JOIN LATERAL (
        SELECT i.code, i.size FROM in_force i WHERE i.terms @> ARRAY[m.term] OFFSET 0
    ) AS p
),
rarity AS MATERIALIZED (
    SELECT term, ln(1 + (n - count(*) + 0.5::float8) / (count(*) + 0.5::float8)) AS idf FROM hits, measure
        GROUP BY term, n
),
scored AS MATERIALIZED (
    SELECT h.code, sum(h.weight * r.idf) /
        sqrt(0.4::float8 + 0.6::float8 * least(h.size, 60) / measure.mean) AS score
    FROM hits h JOIN rarity r ON r.term = h.term CROSS JOIN measure GROUP BY h.code, h.size, measure.mean
    UNION ALL
    SELECT p.code, word_similarity(:text::text, p.name_folded) FROM in_force p
    WHERE :text <> '' AND NOT EXISTS (SELECT 1 FROM hits) AND :text::text <% p.name_folded
),
best AS MATERIALIZED (
    SELECT code, score FROM scored WHERE score > 0 AND score >= 0.3 * (SELECT max(score) FROM scored)
    UNION ALL
    SELECT code, submit_here::int::float8 FROM in_force WHERE :browse::boolean
),
matched AS MATERIALIZED (
    SELECT p.*,
        round((CASE WHEN p.route = 'PROVINCE' THEN 1.05 ELSE 1 END * s.score)::numeric, 4)::float8 AS score
    FROM best s JOIN in_force p ON p.code = s.code
    WHERE (:prefix::text = '' OR p.code LIKE :prefix || '%')
      AND (:sector::text = '' OR p.sector = :sector)
      AND (:level::text = '' OR p.levels @> ARRAY[:level])
      AND (:online_level::text = '' OR p.online_level = :online_level)
      AND (:agency::text = '' OR p.agencies @> ARRAY[:agency] OR (p.agencies @> ARRAY['ALL_COMMUNES']
           AND EXISTS (SELECT 1 FROM agencies a WHERE a.code = :agency AND a.level = 'COMMUNE')))
),
page AS (
    SELECT * FROM matched
    WHERE :after_code::text = '' OR score < :after_score::float8 OR (score = :after_score
        AND code > :after_code)
    ORDER BY score DESC, code LIMIT :limit::int
)
SELECT jsonb_build_object(
    'total', (SELECT count(*) FROM matched),
    'items', (SELECT coalesce(jsonb_agg(jsonb_build_object('code', code, 'name', name, 'sector', sector,
        'sector_name', sector_name, 'levels', levels, 'online_level', online_level, 'route', route,
        'submit_here', submit_here, 'version', version, 'score', score) ORDER BY score DESC, code), '[]')
        FROM page),
    'facets', jsonb_build_object(
        'sector', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT sector AS value, max(sector_name) AS name, count(*) FROM matched GROUP BY sector) AS f),
        'level', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT value, NULL::text AS name, count(*) FROM matched, unnest(levels) AS value
            GROUP BY value) AS f),
        'online_level', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT online_level AS value, NULL::text AS name, count(*) FROM matched
            GROUP BY online_level) AS f),
        'agency', (SELECT coalesce(jsonb_agg(f ORDER BY f.count DESC, f.value), '[]') FROM (
            SELECT value, max(a.data->>'name') AS name, count(*) FROM matched,
            unnest(matched.agencies) AS value
            LEFT JOIN agencies a ON a.code = value GROUP BY value) AS f)
    )
)
""")
_PROCEDURE = Statement("""
SELECT v.data || jsonb_build_object('version', v.version, 'agency', v.agency, 'valid_from', v.valid_from,
    'valid_to', v.valid_to, 'visibility', v.visibility) AS data
FROM procedure_versions v
WHERE v.code = :code AND v.visibility <> 'SUPERSEDED' AND (:agency::text = '' OR v.agency = :agency)
  AND v.valid_from <= :day::date AND (v.valid_to IS NULL OR v.valid_to >= :day::date)
ORDER BY v.visibility = 'ABOLISHED', v.agency = 'QG', v.agency LIMIT 1
""")
_TABLES = {
    ItemKind.SECTOR: "sectors",
    ItemKind.AGENCY: "agencies",
    ItemKind.STAFF: "staff",
    ItemKind.CALENDAR: "calendars",
    ItemKind.PROCESS: "processes",
    ItemKind.INTERLINKED_GROUP: "interlinked_groups",
}
_ENTRY = {
    kind: Statement(
        f"SELECT (data - 'decided') || jsonb_build_object('version', version) AS data FROM {table}"
        " WHERE code = :code"
    )
    for kind, table in _TABLES.items()
}
_ENTRIES = {
    kind: Statement(
        f"SELECT (data - 'decided') || jsonb_build_object('version', version) AS data FROM {table}"
        " WHERE code > :after ORDER BY code LIMIT :limit::int"
    )
    for kind, table in _TABLES.items()
}


class PostgresViews:
    """One statement a screen."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def search(self, question: Question, asked: Search, today: date) -> Mapping[str, Any]:
        """Return {items, total, facets}; one item more than `limit` when there is a next page."""
        score, code = asked.after or (0.0, "")
        found: Mapping[str, Any] = await self._unit.fetch_value(
            _SEARCH,
            today=today,
            terms=list(question.terms),
            weights=list(question.terms.values()),
            text=question.text,
            browse=question.is_empty,
            prefix=asked.code_prefix,
            sector=asked.sector,
            agency=asked.agency,
            level=asked.level,
            online_level=asked.online_level,
            after_score=score,
            after_code=code,
            limit=asked.limit + 1,
        )
        return found

    async def procedure(self, code: str, on: date, agency: str = "") -> Mapping[str, Any] | None:
        """Return the version in force on that day, of one publishing agency or of the first there is."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(
            _PROCEDURE, code=code, day=on, agency=agency
        )
        return found

    async def entry(self, kind: ItemKind, code: str) -> Mapping[str, Any] | None:
        """Return an entry."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(_ENTRY[kind], code=code)
        return found

    async def entries(self, kind: ItemKind, after: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return entries in the order of their codes."""
        rows = await self._unit.fetch(_ENTRIES[kind], after=after, limit=limit)
        return [row["data"] for row in rows]
