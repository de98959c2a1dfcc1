"""What an import compares with, and the few statements that write it, whatever its size."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.items import ItemKind, Known, Source
from services.catalog.domain.plan import Change, NewVersion, Plan, SourceChange, agencies_of
from services.catalog.domain.search_terms import MARKED

_KNOWN = Statement("""
SELECT 'sector' AS kind, code, version, digest, data, NULL AS source_digest, NULL::jsonb AS other,
    NULL::date AS valid_from
FROM sectors
UNION ALL SELECT 'agency', code, version, digest, data, NULL, NULL, NULL FROM agencies
UNION ALL SELECT 'calendar', code, version, digest, data, NULL, NULL, NULL FROM calendars
UNION ALL SELECT 'staff', code, version, digest, '{}'::jsonb, NULL, NULL, NULL FROM staff
UNION ALL SELECT 'process', code, version, digest, data, NULL, NULL, NULL FROM processes
UNION ALL SELECT 'interlinked_group', code, version, digest, '{}'::jsonb, NULL, NULL, NULL
FROM interlinked_groups
UNION ALL
SELECT 'procedure', p.code, p.version, p.digest, '{}'::jsonb, mine.digest, other.data, v.valid_from
FROM procedures p
JOIN procedure_versions v ON v.code = p.code AND v.version = p.version
LEFT JOIN procedure_sources mine ON mine.code = p.code AND mine.source = :source
LEFT JOIN procedure_sources other
    ON other.code = p.code AND other.source <> :source AND p.code = ANY(:codes::text[])
""")

_GIVEN = """
    SELECT g.code, g.version, g.digest, g.data::jsonb AS data
    FROM unnest(:codes::text[], :versions::bigint[], :digests::text[], :texts::text[])
        AS g(code, version, digest, data)
"""
_UPSERT = """
INSERT INTO {table} AS held (code, {columns}data, digest, version)
SELECT code, {values}data, digest, version FROM ({given}) AS given
ON CONFLICT (code) DO UPDATE SET {updates}data = excluded.data, digest = excluded.digest,
    version = excluded.version, changed_at = clock_timestamp()
WHERE held.version = excluded.version - 1
"""
_TABLES: dict[ItemKind, tuple[str, dict[str, str]]] = {
    ItemKind.SECTOR: ("sectors", {"name": "data->>'name'"}),
    ItemKind.AGENCY: (
        "agencies",
        {
            "legacy_code": "data->>'legacy_code'",
            "level": "data->>'level'",
            "parent": "data->>'parent'",
            "valid_from": "(data->>'valid_from')::date",
            "valid_to": "(data->>'valid_to')::date",
        },
    ),
    ItemKind.STAFF: ("staff", {"agency": "data->>'agency'"}),
    ItemKind.CALENDAR: ("calendars", {}),
    ItemKind.PROCESS: ("processes", {}),
    ItemKind.INTERLINKED_GROUP: ("interlinked_groups", {}),
}


def _upsert(table: str, columns: Mapping[str, str]) -> str:
    return _UPSERT.format(
        table=table,
        given=_GIVEN,
        columns="".join(f"{name}, " for name in columns),
        values="".join(f"{value}, " for value in columns.values()),
        updates="".join(f"{name} = excluded.{name}, " for name in columns),
    )


_UPSERTS = {kind: _upsert(table, columns) for kind, (table, columns) in _TABLES.items()}
_PROCESS_VERSIONS = (
    f"INSERT INTO process_versions (code, version, data) SELECT code, version, data FROM ({_GIVEN}) AS given"
)
_SOURCES = """
INSERT INTO procedure_sources (code, source, data, raw, digest)
SELECT g.code, :source, g.data::jsonb, g.raw::jsonb, g.digest
FROM unnest(:codes::text[], :texts::text[], :raws::text[], :digests::text[]) AS g(code, data, raw, digest)
ON CONFLICT (code, source) DO UPDATE SET data = excluded.data, raw = excluded.raw, digest = excluded.digest,
    changed_at = clock_timestamp()
"""
_HEADS = """
INSERT INTO procedures AS held (code, digest, version)
SELECT * FROM unnest(:codes::text[], :digests::text[], :versions::bigint[])
ON CONFLICT (code) DO UPDATE SET digest = excluded.digest, version = excluded.version,
    changed_at = clock_timestamp()
WHERE held.version = excluded.version - 1
"""
_CLOSE = """
UPDATE procedure_versions v SET valid_to = e.closes_on,
    visibility = CASE WHEN e.closes_on IS NULL THEN 'SUPERSEDED' ELSE v.visibility END
FROM unnest(:codes::text[], :versions::bigint[], :closings::date[]) AS e(code, version, closes_on)
WHERE v.code = e.code AND v.version = e.version
"""
_OPEN = """
INSERT INTO procedure_versions (code, version, valid_from, visibility, data)
SELECT g.code, g.version, g.valid_from, g.visibility, g.data::jsonb
FROM unnest(:codes::text[], :versions::bigint[], :starts::date[], :visibilities::text[], :texts::text[])
    AS g(code, version, valid_from, visibility, data)
"""
_HIDE = """
DELETE FROM procedure_search s USING unnest(:codes::text[], :versions::bigint[]) AS e(code, version)
WHERE s.code = e.code AND s.version = e.version
"""
_END = """
UPDATE procedure_search s SET valid_to = e.closes_on
FROM unnest(:codes::text[], :versions::bigint[], :closings::date[]) AS e(code, version, closes_on)
WHERE s.code = e.code AND s.version = e.version
"""
_SHOW = """
INSERT INTO procedure_search (code, version, valid_from, sector, sector_name, levels, agencies,
    online_level, route, submit_here, name, terms, size)
SELECT g.code, g.version, g.valid_from, g.d->>'sector', coalesce(g.d->>'sector_name', ''),
    ARRAY(SELECT jsonb_array_elements_text(g.d->'levels')), string_to_array(g.agencies, E'\\n'),
    coalesce(g.d->>'online_level', 'UNKNOWN'), g.d->>'route', (g.d->>'submit_here')::boolean, g.d->>'name',
    string_to_array(g.terms, E'\\n'), g.size
FROM (
    SELECT u.code, u.version, u.valid_from, u.brief::jsonb AS d, u.agencies, u.terms, u.size
    FROM unnest(:codes::text[], :versions::bigint[], :starts::date[], :briefs::text[], :agencies::text[],
        :terms::text[], :sizes::int[]) AS u(code, version, valid_from, brief, agencies, terms, size)
) AS g
"""
_VOCABULARY = Statement(
    "INSERT INTO search_terms (term) SELECT DISTINCT unnest(:terms::text[]) ON CONFLICT DO NOTHING", rows=None
)


class PostgresImports:
    """Reads with one statement and queues a handful of set-based writes for the commit."""

    def __init__(self, unit: UnitOfWork, brief: Callable[[Mapping[str, Any]], str]) -> None:
        self._unit = unit
        self._brief = brief

    async def known(self, source: Source, procedures: Sequence[str]) -> Mapping[tuple[ItemKind, str], Known]:
        """Return everything held; the data of procedures and staff is not needed to compare, and not read."""
        rows = await self._unit.fetch(_KNOWN, source=source.value, codes=list(procedures))
        return {
            (ItemKind(row["kind"]), row["code"]): Known(
                version=row["version"],
                digest=row["digest"],
                data=row["data"],
                source_digest=row["source_digest"] or "",
                other=row["other"],
                valid_from=row["valid_from"],
            )
            for row in rows
        }

    def save(self, plan: Plan) -> None:
        """Queue every change; the guards on `version` make a concurrent import's commit `Stale`."""
        for kind in _UPSERTS:
            self._save_entries(kind, [change for change in plan.changes if change.kind is kind])
        if plan.sources:
            self._save_sources(plan.source, plan.sources)
        if plan.versions:
            self._save_versions(plan.versions)

    def _save_entries(self, kind: ItemKind, changes: Sequence[Change]) -> None:
        if not changes:
            return
        columns = {
            "codes": [change.code for change in changes],
            "versions": [change.version for change in changes],
            "digests": [change.digest for change in changes],
            "texts": [change.text for change in changes],
        }
        self._unit.write(Statement(_UPSERTS[kind], rows=len(changes)), **columns)
        if kind is ItemKind.PROCESS:
            self._unit.write(Statement(_PROCESS_VERSIONS, rows=len(changes)), **columns)

    def _save_sources(self, source: Source, changes: Sequence[SourceChange]) -> None:
        self._unit.write(
            Statement(_SOURCES, rows=len(changes)),
            source=source.value,
            codes=[change.code for change in changes],
            texts=[change.text for change in changes],
            raws=[change.raw for change in changes],
            digests=[change.digest for change in changes],
        )

    def _save_versions(self, versions: Sequence[NewVersion]) -> None:
        codes = [version.change.code for version in versions]
        numbers = [version.change.version for version in versions]
        starts = [version.valid_from for version in versions]
        self._unit.write(
            Statement(_HEADS, rows=len(versions)),
            codes=codes,
            digests=[version.change.digest for version in versions],
            versions=numbers,
        )
        self._unit.write(
            Statement(_OPEN, rows=len(versions)),
            codes=codes,
            versions=numbers,
            starts=starts,
            visibilities=["ABOLISHED" if version.is_abolished else "PUBLIC" for version in versions],
            texts=[version.change.text for version in versions],
        )
        self._end_earlier([version for version in versions if version.earlier])
        self._show([version for version in versions if not version.is_abolished])

    def _end_earlier(self, versions: Sequence[NewVersion]) -> None:
        if not versions:
            return
        self._unit.write(
            Statement(_CLOSE, rows=len(versions)), **_earlier(versions), closings=_closings(versions)
        )
        hidden = [version for version in versions if version.closes_on is None]
        ended = [version for version in versions if version.closes_on is not None]
        if hidden:
            self._unit.write(Statement(_HIDE, rows=None), **_earlier(hidden))
        if ended:
            self._unit.write(Statement(_END, rows=None), **_earlier(ended), closings=_closings(ended))

    def _show(self, versions: Sequence[NewVersion]) -> None:
        if not versions:
            return
        self._unit.write(
            Statement(_SHOW, rows=len(versions)),
            codes=[version.change.code for version in versions],
            versions=[version.change.version for version in versions],
            starts=[version.valid_from for version in versions],
            briefs=[self._brief(version.change.data) for version in versions],
            agencies=["\n".join(agencies_of(version.change.data)) for version in versions],
            terms=["\n".join(version.terms) for version in versions],
            sizes=[version.size for version in versions],
        )
        self._unit.write(_VOCABULARY, terms=list(_vocabulary(versions)))


def _earlier(versions: Sequence[NewVersion]) -> dict[str, Any]:
    return {
        "codes": [version.change.code for version in versions],
        "versions": [version.earlier for version in versions],
    }


def _closings(versions: Sequence[NewVersion]) -> list[Any]:
    return [version.closes_on for version in versions]


def _vocabulary(versions: Iterable[NewVersion]) -> set[str]:
    return {term for version in versions for term in version.terms if not term.startswith(MARKED)}
