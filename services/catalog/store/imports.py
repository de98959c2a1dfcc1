"""What an import compares with, and the few statements that write it, whatever its size."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.items import ItemKind, Known, Source
from services.catalog.domain.parts import NewVersion, Publication, Shown
from services.catalog.domain.plan import Change, Plan
from services.catalog.store.publishing import (
    KNOWN_PROCEDURES,
    known_procedure,
    save_versions,
    show_versions,
    shown_of,
)

_KNOWN = Statement(
    """
SELECT 'sector' AS kind, code, version, digest, data, NULL::date AS recorded_on, NULL::jsonb AS parts,
    NULL::jsonb AS versions
FROM sectors
UNION ALL SELECT 'agency', code, version, digest, data, NULL, NULL, NULL FROM agencies
UNION ALL SELECT 'calendar', code, version, digest, data, NULL, NULL, NULL FROM calendars
UNION ALL SELECT 'staff', code, version, digest, jsonb_build_object('decided', data->'decided'),
    NULL, NULL, NULL FROM staff
UNION ALL SELECT 'process', code, version, digest, data, NULL, NULL, NULL FROM processes
UNION ALL SELECT 'interlinked_group', code, version, digest, '{}'::jsonb, NULL, NULL, NULL
FROM interlinked_groups
UNION ALL SELECT 'form', code, version, digest, '{}'::jsonb, NULL, NULL, NULL FROM forms
UNION ALL SELECT 'page', code, version, digest, '{}'::jsonb, NULL, NULL, NULL FROM pages
UNION ALL SELECT 'procedure', p.code, p.version, '', '{}'::jsonb, p.recorded_on, p.parts, p.versions
FROM ("""
    + KNOWN_PROCEDURES
    + """) AS p
UNION ALL SELECT 'procedure', code, version, '', '{}'::jsonb, NULL, NULL, NULL FROM procedures
WHERE NOT code = ANY(:codes::text[])
"""
)

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
    ItemKind.FORM: ("forms", {}),
    ItemKind.PAGE: ("pages", {}),
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
# A document's first word on a process or group applies from the day its decision names, if that has come;
# every later one is a change of today.
_VERSIONS = {
    kind: f"""
        INSERT INTO {table} (code, version, data, valid_from)
        SELECT code, version, data, CASE version WHEN 1 THEN
            least((data->'approved_by'->>'effective_on')::date, (data->'approved_by'->>'signed_on')::date,
                :today::date) ELSE :today::date END
        FROM ({_GIVEN}) AS given
    """
    for kind, table in (
        (ItemKind.PROCESS, "process_versions"),
        (ItemKind.INTERLINKED_GROUP, "interlinked_group_versions"),
        (ItemKind.FORM, "form_versions"),
        (ItemKind.PAGE, "page_versions"),
    )
}


class PostgresImports:
    """Reads with one statement and queues a handful of set-based writes for the commit."""

    def __init__(self, unit: UnitOfWork, brief: Callable[[Mapping[str, Any]], str]) -> None:
        self._unit = unit
        self._brief = brief

    async def known(
        self, source: Source | None, procedures: Sequence[str]
    ) -> Mapping[tuple[ItemKind, str], Known]:
        """Return everything held; the data of procedures and staff is not needed to compare, and not read."""
        rows = await self._unit.fetch(_KNOWN, own=source.value if source else "", codes=list(procedures))
        return {
            (ItemKind(row["kind"]), row["code"]): Known(
                version=row["version"],
                digest=row["digest"],
                data=row["data"],
                procedure=known_procedure(row) if row["kind"] == "procedure" else None,
            )
            for row in rows
        }

    def save(self, plan: Plan) -> None:
        """Queue every entry; the guards on `version` make a concurrent import's commit `Stale`."""
        for kind in _UPSERTS:
            changes = [change for change in plan.changes if change.kind is kind]
            self._save_entries(kind, changes, plan.publication.at.date())

    def publish(self, portion: Publication) -> None:
        """Queue some procedures; the guards on their numbers make the commit `Stale` likewise."""
        save_versions(self._unit, portion)

    def shown(self, versions: Sequence[NewVersion]) -> Sequence[Shown]:
        """Return the rows search finds these versions by."""
        return shown_of(versions, self._brief)

    def show(self, shown: Sequence[Shown]) -> None:
        """Queue them."""
        show_versions(self._unit, shown)

    def _save_entries(self, kind: ItemKind, changes: Sequence[Change], today: date) -> None:
        if not changes:
            return
        columns = {
            "codes": [change.code for change in changes],
            "versions": [change.version for change in changes],
            "digests": [change.digest for change in changes],
            "texts": [change.text for change in changes],
        }
        self._unit.write(Statement(_UPSERTS[kind], rows=len(changes)), **columns)
        if kind in _VERSIONS:
            self._unit.write(Statement(_VERSIONS[kind], rows=len(changes)), **columns, today=today)
