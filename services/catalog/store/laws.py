"""The register of legal documents, what procedures cite, and the work that comes of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.laws.citations import Bases, FoundDocument
from services.catalog.domain.laws.validity import Relation, RelationKind
from services.catalog.store.law_task_statements import (
    CLOSE_TASKS,
    DIRT,
    FLAGS,
    OPEN_TASKS,
    SAVE_TASK,
    TASK,
    TASKS,
    UNTOLD,
)
from services.catalog.use_cases.laws.ports import Row, Unread

_UNREAD = Statement("""
SELECT * FROM (
    SELECT v.code, v.agency, 'V' || v.version AS of, v.version AS stamp, false AS is_draft,
        v.data->'legal_bases' AS bases
    FROM procedure_versions v
    WHERE v.visibility <> 'SUPERSEDED'
      AND NOT EXISTS (SELECT 1 FROM legal_readings r WHERE r.code = v.code AND r.of = 'V' || v.version)
    UNION ALL
    SELECT d.code, d.agency, 'D' || d.id, d.version, true, d.data->'legal_bases'
    FROM procedure_drafts d
    WHERE d.state IN ('DRAFT', 'IN_REVIEW', 'APPROVED')
      AND NOT EXISTS (SELECT 1 FROM legal_readings r
        WHERE r.code = d.code AND r.of = 'D' || d.id AND r.stamp >= d.version)
) AS u ORDER BY code, of LIMIT :limit::int
""")
_READINGS = Statement(
    """
INSERT INTO legal_readings AS held (code, of, stamp, unread)
SELECT g.code, g.of, g.stamp, g.unread::jsonb
FROM unnest(:codes::text[], :ofs::text[], :stamps::bigint[], :unread::text[]) AS g(code, of, stamp, unread)
ON CONFLICT (code, of) DO UPDATE SET stamp = excluded.stamp, unread = excluded.unread
""",
    rows=None,
)
_DROP = Statement(
    """
DELETE FROM legal_citations c USING unnest(:codes::text[], :ofs::text[]) AS g(code, of)
WHERE c.is_draft AND c.code = g.code AND c.of = g.of
  AND NOT EXISTS (SELECT 1 FROM unnest(:cited_codes::text[], :cited_ofs::text[], :keys::text[])
      AS k(code, of, key) WHERE (k.code, k.of, k.key) = (c.code, c.of, c.key))
""",
    rows=None,
)
_CITE = Statement(
    """
INSERT INTO legal_citations (code, agency, of, key, written, is_draft)
SELECT * FROM unnest(:codes::text[], :agencies::text[], :ofs::text[], :keys::text[], :written::text[],
    :drafts::boolean[])
ON CONFLICT (code, of, key) DO NOTHING
""",
    rows=None,
)
# What an editor or the file has said stands; a citation only fills what nobody knows yet.
_FOUND = Statement(
    """
INSERT INTO legal_documents AS held (key, number, kind, title, issuer, issued_on, effective_on, source,
    is_verified, spellings, doubts, history, version, changed_at)
SELECT g.key, g.number, g.kind, g.title, g.issuer, g.issued_on, g.effective_on, 'CITED', false,
    g.spellings::jsonb, string_to_array(g.doubts, ','), '[]', 1, :at::timestamptz
FROM unnest(:keys::text[], :numbers::text[], :kinds::text[], :titles::text[], :issuers::text[],
    :issued::date[], :effective::date[], :spellings::text[], :doubts::text[])
    AS g(key, number, kind, title, issuer, issued_on, effective_on, spellings, doubts)
ON CONFLICT (key) DO UPDATE SET spellings = held.spellings || excluded.spellings,
    title = coalesce(held.title, excluded.title), issuer = coalesce(held.issuer, excluded.issuer),
    issued_on = CASE WHEN held.issued_on IS NULL AND held.effective_on IS NULL
        THEN excluded.issued_on ELSE held.issued_on END,
    effective_on = CASE WHEN held.issued_on IS NULL AND held.effective_on IS NULL AND held.ended_on IS NULL
        THEN excluded.effective_on ELSE held.effective_on END,
    changed_at = excluded.changed_at
""",
    rows=None,
)
_DOCUMENT = """
    jsonb_build_object('key', d.key, 'number', d.number, 'kind', d.kind, 'title', d.title, 'issuer', d.issuer,
        'issued_on', d.issued_on, 'effective_on', d.effective_on, 'expires_on', d.expires_on,
        'ended_on', d.ended_on, 'ended_as', d.ended_as, 'source', d.source, 'is_verified', d.is_verified,
        'doubts', d.doubts, 'spellings', d.spellings, 'history', d.history, 'version', d.version)
"""
_RELATED = """
    (SELECT coalesce(jsonb_agg(jsonb_build_array(r.actor, r.kind, r.target, r.from_on, r.provisions)
        ORDER BY r.from_on, r.actor, r.target), '[]')
     FROM legal_relations r WHERE r.actor = d.key OR r.target = d.key)
"""
_FIND = Statement(
    f"SELECT {_DOCUMENT} AS data, {_RELATED} AS related FROM legal_documents d WHERE d.key = :key"
)
_SEARCH = Statement(f"""
SELECT {_DOCUMENT} - 'history' - 'spellings' || jsonb_build_object('cited_by',
    (SELECT count(DISTINCT c.code) FROM legal_citations c WHERE c.key = d.key AND NOT c.is_draft)) AS data
FROM legal_documents d
WHERE d.key > :after
  AND (:key::text = '' OR d.key = :key OR d.key LIKE :key || '/%'
       OR (:words::text <> '' AND d.title_folded LIKE '%' || :words || '%'))
  AND (:words::text = '' OR :key::text <> '' OR d.title_folded LIKE '%' || :words || '%')
  AND (:ended::boolean IS NULL OR (d.ended_on IS NOT NULL AND d.ended_on <= :on::date) = :ended)
ORDER BY d.key LIMIT :limit::int
""")
_RELATIONS = Statement("SELECT actor, kind, target, from_on FROM legal_relations")
_SAVE = Statement("""
INSERT INTO legal_documents AS held (key, number, kind, title, issuer, issued_on, effective_on, expires_on,
    ended_on, ended_as, source, is_verified, spellings, doubts, history, version, changed_at)
VALUES (:key, :number, :kind, :title::text, :issuer::text, :issued_on::date, :effective_on::date,
    :expires_on::date, :ended_on::date, :ended_as::text, :source, :is_verified, '{}', :doubts, :history,
    :seen::bigint + 1, :at::timestamptz)
ON CONFLICT (key) DO UPDATE SET number = excluded.number, kind = excluded.kind, title = excluded.title,
    issuer = excluded.issuer, issued_on = excluded.issued_on, effective_on = excluded.effective_on,
    expires_on = excluded.expires_on, ended_on = excluded.ended_on, ended_as = excluded.ended_as,
    source = excluded.source, is_verified = excluded.is_verified, doubts = excluded.doubts,
    history = excluded.history, version = excluded.version, changed_at = excluded.changed_at
WHERE held.version = excluded.version - 1
""")
_FILE = Statement(
    """
INSERT INTO legal_documents AS held (key, number, kind, title, issuer, issued_on, effective_on, expires_on,
    ended_on, ended_as, source, is_verified, spellings, doubts, history, version, changed_at)
SELECT g.*, 'FILE', true, '{}', '{}', '[]', 1, :at::timestamptz
FROM unnest(:keys::text[], :numbers::text[], :kinds::text[], :titles::text[], :issuers::text[],
    :issued::date[], :effective::date[], :expires::date[], :ended::date[], :ended_as::text[]) AS g
ON CONFLICT (key) DO UPDATE SET number = excluded.number, kind = excluded.kind, title = excluded.title,
    issuer = excluded.issuer, issued_on = excluded.issued_on, effective_on = excluded.effective_on,
    expires_on = excluded.expires_on, ended_on = excluded.ended_on, ended_as = excluded.ended_as,
    source = 'FILE', is_verified = true, doubts = '{}', version = held.version + 1,
    changed_at = excluded.changed_at
WHERE held.source <> 'EDITOR' AND (held.source, held.number, held.title, held.issuer, held.issued_on,
    held.effective_on, held.expires_on, held.ended_on) IS DISTINCT FROM ('FILE', excluded.number,
    excluded.title, excluded.issuer, excluded.issued_on, excluded.effective_on, excluded.expires_on,
    excluded.ended_on)
""",
    rows=None,
)
_RELATE = Statement("""
INSERT INTO legal_relations (actor, kind, target, from_on, provisions, made_by, made_at)
VALUES (:actor, :kind, :target, :from_on, :provisions, :by, :at) ON CONFLICT DO NOTHING
""")
_UNRELATE = Statement(
    "DELETE FROM legal_relations WHERE (actor, kind, target) = (:actor::text, :kind::text, :target::text)"
)


class PostgresLaws:
    """Laws in the catalogue's own tables."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def unread(self, limit: int) -> Sequence[Unread]:
        """Return versions and open drafts not read yet."""
        return [Unread(**dict(row)) for row in await self._unit.fetch(_UNREAD, limit=limit)]

    def keep_readings(
        self,
        read: Sequence[tuple[Unread, Bases]],
        documents: Mapping[str, FoundDocument],
        at: datetime,
    ) -> None:
        """Queue citations and documents in four set-based writes."""
        codes, ofs = [one.code for one, _ in read], [one.of for one, _ in read]
        cited = [(one, citation) for one, bases in read for citation in bases.citations]
        cited_codes, cited_ofs = [one.code for one, _ in cited], [one.of for one, _ in cited]
        keys = [citation.number.key for _, citation in cited]
        self._unit.write(
            _READINGS,
            codes=codes,
            ofs=ofs,
            stamps=[one.stamp for one, _ in read],
            unread=[json.dumps(bases.unread, ensure_ascii=False) for _, bases in read],
        )
        self._unit.write(_DROP, codes=codes, ofs=ofs, cited_codes=cited_codes, cited_ofs=cited_ofs, keys=keys)
        self._unit.write(
            _CITE,
            codes=cited_codes,
            agencies=[one.agency for one, _ in cited],
            ofs=cited_ofs,
            keys=keys,
            written=[citation.written for _, citation in cited],
            drafts=[one.is_draft for one, _ in cited],
        )
        found = [documents[key] for key in sorted(documents)]
        self._unit.write(
            _FOUND,
            keys=[one.number.key for one in found],
            numbers=[one.number.text for one in found],
            kinds=[one.number.kind for one in found],
            titles=[one.title for one in found],
            issuers=[one.issuer for one in found],
            issued=[one.issued_on for one in found],
            effective=[one.effective_on for one in found],
            spellings=[json.dumps(one.spellings, ensure_ascii=False) for one in found],
            doubts=[",".join(one.number.doubts) for one in found],
            at=at,
        )

    async def find(self, key: str) -> tuple[Row, Sequence[Relation]] | None:
        """Return a document with every relation it stands in."""
        row = await self._unit.fetch_one(_FIND, key=key)
        if row is None:
            return None
        related = [
            Relation(actor, RelationKind(kind), target, date.fromisoformat(from_on))
            for actor, kind, target, from_on, _ in row["related"]
        ]
        return row["data"], related

    async def search(
        self, key: str, words: str, ended: bool | None, on: date, after: str, limit: int
    ) -> Sequence[Row]:
        """Return documents in the order of their keys."""
        rows = await self._unit.fetch(
            _SEARCH, key=key, words=words, ended=ended, on=on, after=after, limit=limit
        )
        return [row["data"] for row in rows]

    async def relations(self) -> Sequence[Relation]:
        """Return every relation there is."""
        rows = await self._unit.fetch(_RELATIONS)
        return [
            Relation(row["actor"], RelationKind(row["kind"]), row["target"], row["from_on"]) for row in rows
        ]

    def save(self, row: Row, seen: int) -> None:
        """Queue a document."""
        self._unit.write(_SAVE, seen=seen, **row)

    def file(self, rows: Sequence[Row], at: datetime) -> None:
        """Queue the shipped register."""
        columns = {
            "keys": "key",
            "numbers": "number",
            "kinds": "kind",
            "titles": "title",
            "issuers": "issuer",
            "issued": "issued_on",
            "effective": "effective_on",
            "expires": "expires_on",
            "ended": "ended_on",
            "ended_as": "ended_as",
        }
        self._unit.write(_FILE, at=at, **{name: [row[of] for row in rows] for name, of in columns.items()})

    def relate(self, relation: Relation, provisions: str, by: str, at: datetime) -> None:
        """Queue a relation."""
        self._unit.write(
            _RELATE,
            actor=relation.actor,
            kind=relation.kind.value,
            target=relation.target,
            from_on=relation.from_on,
            provisions=provisions,
            by=by,
            at=at,
        )

    def unrelate(self, relation: Relation) -> None:
        """Queue a relation's removal."""
        self._unit.write(_UNRELATE, actor=relation.actor, kind=relation.kind.value, target=relation.target)

    async def flags(self, on: date, code: str, key: str) -> Sequence[Row]:
        """Return what is flagged on a day."""
        return [dict(row) for row in await self._unit.fetch(FLAGS, on=on, code=code, key=key)]

    async def dirt(self) -> Row:
        """Return counts and samples of what is in doubt."""
        found: dict[str, Any] = await self._unit.fetch_value(DIRT)
        return found

    async def untold(self, on: date) -> Sequence[Row]:
        """Return documents whose flags have no task yet."""
        return [dict(row) for row in await self._unit.fetch(UNTOLD, on=on)]

    def sync_tasks(self, on: date, at: datetime) -> None:
        """Queue tasks opened and closed; no row is touched by both."""
        self._unit.write(OPEN_TASKS, on=on, at=at)
        self._unit.write(CLOSE_TASKS, on=on, at=at)

    async def task(self, task_id: UUID) -> Row | None:
        """Return a task."""
        row = await self._unit.fetch_one(TASK, id=task_id)
        return None if row is None else dict(row)

    async def tasks(self, state: str, owner: str, after: UUID | None, limit: int) -> Sequence[Row]:
        """Return tasks with their documents."""
        rows = await self._unit.fetch(TASKS, state=state, owner=owner, after=after, limit=limit)
        return [dict(row) for row in rows]

    def save_task(self, row: Row, seen: int) -> None:
        """Queue a changed task."""
        names = ("id", "state", "owner", "note", "closed_by", "closed_as", "closed_at", "history")
        self._unit.write(SAVE_TASK, seen=seen, **{name: row[name] for name in names})
