"""Drafts of processes and groups, and their versions in time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.items import ItemKind, canonical, digest_of
from services.catalog.domain.workflows.drafts import Approval, Draft, WorkflowDraftState
from services.catalog.store.workflow_grounds import WorkflowGrounds
from services.catalog.use_cases.workflows.ports import Held

_TABLES = {
    ItemKind.PROCESS: ("processes", "process_versions"),
    ItemKind.INTERLINKED_GROUP: ("interlinked_groups", "interlinked_group_versions"),
    ItemKind.FORM: ("forms", "form_versions"),
    ItemKind.PAGE: ("pages", "page_versions"),
}
_STANDS = """
    SELECT given.code, h.version, h.data,
        greatest(
            (SELECT max(v.valid_from) FROM {versions} v WHERE v.code = given.code AND v.data ? 'approved_by'
                AND v.data->'approved_by' ? 'effective_on'),
            (SELECT max(d.effective_on) FROM workflow_drafts d
             WHERE d.kind = '{kind}' AND d.code = given.code AND d.state = 'APPROVED')) AS latest,
        EXISTS (SELECT 1 FROM workflow_drafts d WHERE d.kind = '{kind}' AND d.code = given.code
            AND d.state IN ('DRAFT', 'IN_REVIEW')) AS has_open_draft,
        EXISTS (SELECT 1 FROM workflow_drafts d WHERE d.kind = '{kind}' AND d.code = given.code
            AND d.state = 'APPROVED') AS has_approved
    FROM unnest(:codes::text[]) AS given(code)
    LEFT JOIN {heads} h ON h.code = given.code
"""
_OF_ONE = _STANDS.replace("unnest(:codes::text[]) AS given(code)", "(SELECT d.code) AS given")
_DRAFT = """
    SELECT d.*, s.version AS s_version, s.data AS s_data, s.latest AS s_latest, s.has_approved AS s_approved
    FROM workflow_drafts d
    LEFT JOIN LATERAL ({stands}) AS s ON true
    WHERE d.id = :id AND d.kind = '{kind}'
"""
_DRAFTS = Statement("""
SELECT * FROM workflow_drafts
WHERE kind = :kind AND (:state::text IS NULL OR state = :state) AND (:after::uuid IS NULL OR id < :after)
ORDER BY id DESC LIMIT :limit::int
""")
_ADD = Statement("""
INSERT INTO workflow_drafts (id, kind, code, base_version, state, data, authors, note, history, version,
    created_at, changed_at)
VALUES (:id, :kind, :code, :base_version, :state, :data, :authors, :note, :history, 1, :created_at,
    :changed_at)
ON CONFLICT DO NOTHING
""")
_SAVE = Statement("""
UPDATE workflow_drafts SET base_version = :base_version, state = :state, data = :data, authors = :authors,
    note = :note, approval = :approval::jsonb, effective_on = :effective_on::date,
    approved_by = :approved_by::text, approved_at = :approved_at::timestamptz,
    published_version = :published_version::bigint, history = :history, changed_at = :changed_at,
    version = version + 1
WHERE id = :id AND version = :version
""")
_HEAD = """
INSERT INTO {heads} AS held (code, data, digest, version)
VALUES (:code, :text::text::jsonb, :digest, :version)
ON CONFLICT (code) DO UPDATE SET data = excluded.data, digest = excluded.digest, version = excluded.version,
    changed_at = clock_timestamp()
WHERE held.version = excluded.version - 1
"""
_VERSION = """
INSERT INTO {versions} (code, version, data, valid_from)
VALUES (:code, :version, :text::text::jsonb, :valid_from)
"""
_DUE = Statement("""
SELECT d.*, coalesce(p.version, g.version, f.version, i.version, 0) AS in_force
FROM workflow_drafts d
LEFT JOIN processes p ON d.kind = 'process' AND p.code = d.code
LEFT JOIN interlinked_groups g ON d.kind = 'interlinked_group' AND g.code = d.code
LEFT JOIN forms f ON d.kind = 'form' AND f.code = d.code
LEFT JOIN pages i ON d.kind = 'page' AND i.code = d.code
WHERE d.state = 'APPROVED' AND d.effective_on <= :today::date
ORDER BY d.effective_on, d.approved_at, d.id LIMIT 1
""")
# An approved draft whose day is to come speaks for the days from then on; a version that came into force
# later than another of the same day has the higher number.
_ON = """
SELECT data FROM (
    SELECT d.code, d.data || jsonb_build_object('approved_by', d.approval, 'version', NULL,
        'valid_from', d.effective_on) AS data, d.effective_on AS first, d.approved_at AS at, 0 AS version
    FROM workflow_drafts d
    WHERE d.kind = '{kind}' AND d.code = ANY(:codes::text[]) AND d.state = 'APPROVED'
      AND d.effective_on > :today::date AND d.effective_on <= :day::date
    UNION ALL
    SELECT v.code, v.data || jsonb_build_object('version', v.version, 'valid_from', v.valid_from),
        NULL, NULL, v.version
    FROM {versions} v WHERE v.code = ANY(:codes::text[]) AND v.valid_from <= :day::date
) AS known
ORDER BY array_position(:codes::text[], code), first DESC NULLS LAST, at DESC, version DESC LIMIT 1
"""
_ALL = """
SELECT version, valid_from, lead(valid_from) OVER (ORDER BY place) - 1 AS valid_to, approved_by,
    approved_person, state
FROM (
    SELECT v.version, v.valid_from, v.data->'approved_by' AS approved_by, d.approved_by AS approved_person,
        'PUBLISHED' AS state, row_number() OVER (ORDER BY v.version) AS place
    FROM {versions} v
    LEFT JOIN workflow_drafts d ON d.kind = '{kind}' AND d.code = v.code AND d.published_version = v.version
    WHERE v.code = :code
    UNION ALL
    SELECT NULL, d.effective_on, d.approval, d.approved_by, 'APPROVED',
        1000000000 + row_number() OVER (ORDER BY d.effective_on, d.approved_at)
    FROM workflow_drafts d WHERE d.kind = '{kind}' AND d.code = :code AND d.state = 'APPROVED'
) AS known
ORDER BY place DESC
"""
_NUMBERED = "SELECT version, data FROM {versions} WHERE code = :code AND version = ANY(:numbers::bigint[])"


def _of_kinds(sql: str, *, rows: int | None = 1) -> dict[ItemKind, Statement]:
    return {
        kind: Statement(
            sql.replace(
                "{stands}",
                _STANDS.replace("unnest(:codes::text[]) AS given(code)", "(SELECT d.code) AS given"),
            )
            .replace("{heads}", heads)
            .replace("{versions}", versions)
            .replace("{kind}", kind.value),
            rows=rows,
        )
        for kind, (heads, versions) in _TABLES.items()
    }


_STANDS_OF, _DRAFT_OF, _HEAD_OF, _VERSION_OF, _ON_OF, _ALL_OF, _NUMBERED_OF = (
    _of_kinds(sql) for sql in (_STANDS, _DRAFT, _HEAD, _VERSION, _ON, _ALL, _NUMBERED)
)


class PostgresWorkflows(WorkflowGrounds):
    """Drafts and versions in the catalogue's own tables."""

    def __init__(self, unit: UnitOfWork) -> None:
        super().__init__(unit)
        self._unit = unit

    async def held(self, kind: ItemKind, codes: Sequence[str]) -> Mapping[str, Held]:
        """Return what stands of each code."""
        rows = await self._unit.fetch(_STANDS_OF[kind], codes=list(codes))
        return {
            row["code"]: Held(
                version=row["version"] or 0,
                data=row["data"],
                latest=row["latest"],
                has_open_draft=row["has_open_draft"],
                has_approved=row["has_approved"],
            )
            for row in rows
        }

    async def draft(self, kind: ItemKind, draft_id: UUID) -> tuple[Draft, Held] | None:
        """Return a draft with what stands of its code."""
        row = await self._unit.fetch_one(_DRAFT_OF[kind], id=draft_id)
        if row is None:
            return None
        held = Held(
            version=row["s_version"] or 0,
            data=row["s_data"],
            latest=row["s_latest"],
            has_approved=row["s_approved"],
        )
        return _draft(row), held

    async def drafts(
        self, kind: ItemKind, state: WorkflowDraftState | None, after: UUID | None, limit: int
    ) -> Sequence[Draft]:
        """Return drafts, newest first."""
        rows = await self._unit.fetch(_DRAFTS, kind=kind.value, state=state, after=after, limit=limit)
        return [_draft(row) for row in rows]

    def add(self, draft: Draft) -> None:
        """Queue a new draft."""
        self._unit.write(
            _ADD,
            id=draft.id,
            kind=draft.kind.value,
            code=draft.code,
            created_at=draft.created_at,
            **_content(draft),
        )

    def save(self, draft: Draft) -> None:
        """Queue a changed draft."""
        approval = draft.approval
        self._unit.write(
            _SAVE,
            id=draft.id,
            version=draft.version,
            approval=None if approval is None else _approval_data(approval),
            effective_on=approval.effective_on if approval else None,
            approved_by=draft.approved_by,
            approved_at=draft.approved_at,
            published_version=draft.published_version,
            **_content(draft),
        )

    def put_in_force(self, draft: Draft, version: int, data: Mapping[str, Any]) -> None:
        """Queue a version and make it the one in force."""
        text = canonical(data)
        self._unit.write(
            _HEAD_OF[draft.kind], code=draft.code, text=text, digest=digest_of(text), version=version
        )
        first = draft.approval.effective_on if draft.approval else None
        self._unit.write(
            _VERSION_OF[draft.kind], code=draft.code, version=version, text=text, valid_from=first
        )

    async def due(self, today: date) -> tuple[Draft, int] | None:
        """Return the approved draft whose day has come first, with the version in force of its code."""
        row = await self._unit.fetch_one(_DUE, today=today)
        return None if row is None else (_draft(row), row["in_force"])

    async def version(
        self, kind: ItemKind, codes: Sequence[str], on: date, today: date
    ) -> Mapping[str, Any] | None:
        """Return what applies on a day of the first code that has it."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(
            _ON_OF[kind], codes=list(codes), day=on, today=today
        )
        return found

    async def versions(self, kind: ItemKind, code: str) -> Sequence[Mapping[str, Any]]:
        """Return every version with its days and decision, newest first."""
        return [dict(row) for row in await self._unit.fetch(_ALL_OF[kind], code=code)]

    async def numbered(
        self, kind: ItemKind, code: str, numbers: Sequence[int]
    ) -> Mapping[int, Mapping[str, Any]]:
        """Return versions by number."""
        rows = await self._unit.fetch(_NUMBERED_OF[kind], code=code, numbers=list(numbers))
        return {row["version"]: row["data"] for row in rows}


def _content(draft: Draft) -> dict[str, Any]:
    return {
        "base_version": draft.base_version,
        "state": draft.state.value,
        "data": draft.data,
        "authors": list(draft.authors),
        "note": draft.note,
        "history": list(draft.history),
        "changed_at": draft.changed_at,
    }


def _approval_data(approval: Approval) -> dict[str, str]:
    return {
        "number": approval.number,
        "signed_on": approval.signed_on.isoformat(),
        "signer": approval.signer,
        "effective_on": approval.effective_on.isoformat(),
    }


def _draft(row: Mapping[str, Any]) -> Draft:
    said = row["approval"]
    return Draft(
        id=row["id"],
        kind=ItemKind(row["kind"]),
        code=row["code"],
        base_version=row["base_version"],
        data=row["data"],
        state=WorkflowDraftState(row["state"]),
        authors=tuple(row["authors"]),
        note=row["note"],
        approval=None
        if said is None
        else Approval(
            number=said["number"],
            signed_on=date.fromisoformat(said["signed_on"]),
            signer=said["signer"],
            effective_on=date.fromisoformat(said["effective_on"]),
        ),
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
        published_version=row["published_version"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        version=row["version"],
        history=tuple(row["history"]),
    )
