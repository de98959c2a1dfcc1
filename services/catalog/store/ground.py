"""Administrative units in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.agencies.units import Unit
from services.catalog.domain.text import fold

_DIGESTS = Statement("SELECT key, digest, version FROM administrative_units")
_PUT = """
INSERT INTO administrative_units AS held (key, code, level, parent, name, valid_from, valid_to, successors,
    data, digest, version)
SELECT g.key, g.d->>'code', g.d->>'level', g.d->>'parent', g.d->>'name', (g.d->>'valid_from')::date,
    (g.d->>'valid_to')::date, ARRAY(SELECT jsonb_array_elements_text(g.d->'successors')), g.d, g.digest,
    g.version
FROM (SELECT u.key, u.digest, u.version, u.d::jsonb AS d
      FROM unnest(:keys::text[], :digests::text[], :versions::bigint[], :texts::text[])
          AS u(key, digest, version, d)) AS g
ON CONFLICT (key) DO UPDATE SET level = excluded.level, parent = excluded.parent, name = excluded.name,
    valid_from = excluded.valid_from, valid_to = excluded.valid_to, successors = excluded.successors,
    data = excluded.data, digest = excluded.digest, version = excluded.version,
    changed_at = clock_timestamp()
WHERE held.version = excluded.version - 1
"""
_END = "DELETE FROM administrative_units WHERE key = ANY(:keys::text[])"
# Who carries a unit on: through every later change, down to units of now.
_WITH_SUCCESSORS = """
    u.data || jsonb_build_object('successors', coalesce((
        WITH RECURSIVE heirs AS (
            SELECT unnest(u.successors) AS code
            UNION
            SELECT unnest(f.successors) FROM heirs h JOIN administrative_units f
                ON f.code = h.code AND f.valid_to > u.valid_to
        )
        SELECT jsonb_agg(jsonb_build_object('code', n.code, 'name', n.name, 'level', n.level) ORDER BY n.code)
        FROM heirs JOIN administrative_units n ON n.key = heirs.code), '[]'))
"""
_UNIT = Statement(f"""
SELECT {_WITH_SUCCESSORS} || jsonb_build_object('predecessors', CASE WHEN u.valid_to IS NULL THEN coalesce((
    SELECT jsonb_agg(jsonb_build_object('code', f.code, 'name', f.name, 'level', f.level,
        'valid_to', f.valid_to) ORDER BY f.level, f.code)
    FROM administrative_units f WHERE f.successors @> ARRAY[u.code]), '[]') ELSE '[]' END) AS data
FROM administrative_units u WHERE u.code = :code ORDER BY u.valid_to DESC NULLS FIRST
""")
_HAMLETS = Statement("""
SELECT jsonb_build_object(
    'commune', (SELECT data FROM administrative_units WHERE key = :commune::text),
    'hamlets', (SELECT jsonb_object_agg(code, data) FROM administrative_units
        WHERE parent = :commune::text AND level = 'HAMLET' AND valid_to IS NULL))
""")
_FOUND = Statement(f"""
SELECT u.key, s.score, {_WITH_SUCCESSORS} AS data
FROM (
    SELECT key, round((CASE WHEN :text::text = '' THEN 0 WHEN code = :text THEN 2
        WHEN name_folded = :text THEN 1.9 WHEN name_folded LIKE '% ' || :text THEN 1.8
        ELSE word_similarity(:text, name_folded) END)::numeric, 4)::float8 AS score
    FROM administrative_units
    WHERE (:text::text = '' OR code = :text OR name_folded LIKE '%' || :text || '%' OR :text <% name_folded)
      AND (:level::text = '' OR level = :level) AND (:parent::text = '' OR parent = :parent)
      AND (:is_former::boolean IS NULL OR (valid_to IS NOT NULL) = :is_former)
) AS s JOIN administrative_units u ON u.key = s.key
WHERE :after_key::text = '' OR s.score < :after_score::float8
   OR (s.score = :after_score AND u.key > :after_key)
ORDER BY s.score DESC, u.key LIMIT :limit::int
""")


class PostgresGround:
    """Administrative units."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def digests(self) -> Mapping[str, tuple[str, int]]:
        """Return digest and version of every unit by key."""
        rows = await self._unit.fetch(_DIGESTS)
        return {row["key"]: (row["digest"], row["version"]) for row in rows}

    def put(self, units: Sequence[Unit], versions: Sequence[int]) -> None:
        """Queue units with the versions they get."""
        self._unit.write(
            Statement(_PUT, rows=len(units)),
            keys=[unit.key for unit in units],
            digests=[unit.digest for unit in units],
            versions=list(versions),
            texts=[orjson.dumps(unit.data).decode() for unit in units],
        )

    def end(self, keys: Sequence[str]) -> None:
        """Queue that present units leave their key."""
        self._unit.write(Statement(_END, rows=len(keys)), keys=list(keys))

    async def unit(self, code: str) -> Sequence[Mapping[str, Any]]:
        """Return the present and former units of a code, each with its successors' names."""
        return [row["data"] for row in await self._unit.fetch(_UNIT, code=code)]

    async def hamlets(self, commune: str) -> tuple[Mapping[str, Any] | None, Mapping[str, Mapping[str, Any]]]:
        """Return a commune and its present hamlets by code."""
        found = await self._unit.fetch_value(_HAMLETS, commune=commune)
        return found["commune"], found["hamlets"] or {}

    async def found(
        self,
        *,
        text: str,
        level: str,
        parent: str,
        is_former: bool | None,
        after: tuple[float, str],
        limit: int,
    ) -> Sequence[Mapping[str, Any]]:
        """Return units by old or new name or code, the likest first."""
        return await self._unit.fetch(
            _FOUND,
            text=fold(text),
            level=level,
            parent=parent,
            is_former=is_former,
            after_score=after[0],
            after_key=after[1],
            limit=limit,
        )
