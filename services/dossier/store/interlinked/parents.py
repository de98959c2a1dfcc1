"""Parents, children and their history in PostgreSQL.

A child's row has two writers that never meet: the commit that moves its dossier writes `told`, whoever goes
on with the parent writes the rest, guarded by the parent's version. News is `told_version > looked`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from kernel.core.errors import NotFound
from kernel.core.event import Event
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.definitions import Agency
from services.dossier.domain.intake.authority import Authority
from services.dossier.domain.interlinked.groups import Group
from services.dossier.domain.interlinked.parent import (
    Child,
    ChildStatus,
    Decision,
    Outcome,
    Parent,
    ParentState,
    Question,
    Told,
)
from services.dossier.domain.results.register import Registered
from services.dossier.store.attachments import FILE_JSON, attachment_of
from services.dossier.store.dossiers import AUTHORITY
from services.dossier.store.results import PostgresResults
from services.dossier.use_cases.ports.records import Attachment

_PLAIN = (
    "id",
    "version",
    "reference",
    "origin",
    "channel",
    "owner_name",
    "owner_subject",
    "submitter_subject",
    "owner_index",
    "parties_sealed",
    "contact_sealed",
    "form_sealed",
    "secret_hash",
    "submitted_at",
    "expected_at",
    "due_at",
    "original_due_at",
    "ended_at",
    "look_at",
    "is_withdrawn",
)
_ALL = (*_PLAIN, "state", "outcome", "lead_agency", "agencies", "group_data", "work")
_ADD = Statement(
    f"INSERT INTO interlinked_parents ({', '.join(_ALL)}) VALUES ({', '.join(f':{name}' for name in _ALL)})"
)
_CHANGING = (
    *("state", "outcome", "expected_at", "due_at", "original_due_at", "ended_at", "look_at", "is_withdrawn"),
    *("owner_name", "contact_sealed", "parties_sealed", "form_sealed"),
    "agencies",
    "work",
)
_SETTING = ", ".join(f"{name} = :{name}" for name in _CHANGING)
_SAVE = Statement(
    f"UPDATE interlinked_parents SET version = :version, {_SETTING} WHERE id = :id AND version = :version - 1"
)
# Locks the row, so that of two who looked at the same time one finds its version gone.
_MARK = Statement("UPDATE interlinked_parents SET look_at = :look_at WHERE id = :id AND version = :version")
_ADD_CHILD = Statement(
    "INSERT INTO interlinked_children (parent_id, procedure_code, position, dossier_id, status, source,"
    " outside_code, data, looked, told_version, told) VALUES (:parent_id, :procedure_code, :position,"
    " :dossier_id, :status, :source, :outside_code, :data, :looked, :told_version, :told)"
)
_SAVE_CHILD = Statement(
    "UPDATE interlinked_children SET status = :status, source = :source, outside_code = :outside_code,"
    " data = :data, looked = :looked WHERE parent_id = :parent_id AND procedure_code = :procedure_code"
)
_BEGIN_CHILD = Statement(
    "UPDATE interlinked_children SET status = :status, source = :source, outside_code = :outside_code,"
    " data = :data, looked = :looked, told_version = :told_version, told = :told"
    " WHERE parent_id = :parent_id AND procedure_code = :procedure_code"
)
_TOLD = Statement(
    "UPDATE interlinked_children SET told_version = :told_version, told = :told"
    " WHERE dossier_id = :dossier_id AND told_version < :told_version"
)
_OUTSIDE_TOLD = Statement(
    "UPDATE interlinked_children SET told_version = told_version + 1, told = jsonb_set(:told::jsonb,"
    " '{version}', to_jsonb(told_version + 1))::json"
    " WHERE source = :source AND outside_code = :outside_code AND outside_code <> ''",
    rows=None,
)
_HISTORY = Statement(
    "INSERT INTO interlinked_history (parent_id, version, event_id, type, at, actor, data)"
    " VALUES (:parent_id, :version, :event_id, :type, :at, :actor, :data)"
)
_FROM = f"""
    SELECT {", ".join(f"p.{name}" for name in _ALL)}, {AUTHORITY.replace("d.work", "p.work")},
        (SELECT json_agg(c ORDER BY c.position) FROM interlinked_children c
         WHERE c.parent_id = p.id) AS children
    FROM interlinked_parents p
"""
_HOLD = Statement("SELECT FROM interlinked_parents WHERE id = :id FOR UPDATE")
_LOAD = Statement(f"{_FROM} WHERE p.id = :id")
_OF_PARTY = Statement(
    f"{_FROM} WHERE p.id IN (SELECT q.id FROM interlinked_parents q"
    " WHERE (q.owner_subject = :subject OR q.owner_index = :index::bytea OR (q.submitter_subject = :subject"
    " AND coalesce((q.work #>> '{brought,authorized_until}')::date >= :today::date, true)"
    " AND NOT EXISTS (SELECT FROM authorizations o"
    " WHERE o.id = (q.work #>> '{brought,authorization_id}')::uuid"
    " AND (o.revoked_at IS NOT NULL OR o.valid_until < :today::date))))"
    " AND q.id < :before ORDER BY q.id DESC LIMIT :limit::int) ORDER BY p.id DESC"
)
_OF_AGENCY = Statement(
    f"{_FROM} WHERE p.agencies @> ARRAY[:agency::text] AND p.id < :before"
    " ORDER BY p.id DESC LIMIT :limit::int"
)
_TO_ADVANCE = Statement(
    "SELECT parent_id FROM interlinked_children WHERE told_version > looked"
    " UNION SELECT id FROM interlinked_parents WHERE look_at <= :now"
    " ORDER BY 1 LIMIT :limit::int"
)
_GROUP = Statement("SELECT data FROM interlinked_groups WHERE code = :code")
_PUT_GROUP = Statement(
    "INSERT INTO interlinked_groups (code, sequence, data) VALUES (:code, :sequence, :data)"
    " ON CONFLICT (code) DO UPDATE SET sequence = excluded.sequence, data = excluded.data"
    " WHERE interlinked_groups.sequence < excluded.sequence",
    rows=None,
)
_TAKEN = Statement(
    "SELECT EXISTS (SELECT FROM interlinked_children WHERE source = :source AND outside_code = :outside_code"
    " AND outside_code <> '' AND (parent_id, procedure_code) <> (:parent_id::uuid, :procedure::text))"
)
_RESULTS = Statement(
    f"""
    SELECT r.id, (SELECT json_agg({FILE_JSON}) FROM attachments f WHERE f.id = ANY(r.attachment_ids)) AS files
    FROM result_register r WHERE r.dossier_id = ANY(:ids::uuid[]) AND r.state = 'VALID'
    """
)
_HOLD_OF = Statement(
    "SELECT p.id FROM interlinked_parents p JOIN interlinked_children c ON c.parent_id = p.id"
    " WHERE c.dossier_id = :dossier_id FOR UPDATE OF p"
)
_IS_KEPT = Statement(
    "SELECT EXISTS (SELECT FROM interlinked_children s JOIN dossiers d ON d.id = s.dossier_id"
    " WHERE s.parent_id = :id AND s.dossier_id <> :dossier_id AND d.destroyed_by IS NULL)"
)
_EMPTY = Statement(
    "UPDATE interlinked_parents SET version = :version, state = :state, ended_at = :ended_at,"
    " look_at = NULL, owner_name = '', owner_subject = NULL, submitter_subject = NULL, owner_index = NULL,"
    " parties_sealed = '', contact_sealed = '', form_sealed = '', secret_hash = '', work = :work"
    " WHERE id = :id AND version = :version - 1"
)
_ENTRIES = Statement("SELECT version, data FROM interlinked_history WHERE parent_id = :id")
_REDUCE = Statement(
    "UPDATE interlinked_history h SET data = given.data, actor = ''"
    " FROM jsonb_to_recordset(:rows::jsonb) AS given(version bigint, data json)"
    " WHERE h.parent_id = :parent_id AND h.version = given.version",
    rows=None,
)
# An agency that nobody continues any more is not looked for: `continued_at`, as of dossiers.
_TO_CONTINUE = Statement(
    """
    SELECT DISTINCT p.id FROM agencies a CROSS JOIN LATERAL (
        SELECT id FROM interlinked_parents WHERE agencies @> ARRAY[a.code] AND state <> 'ENDED'
        ORDER BY id LIMIT :limit::int) p
    WHERE a.valid_to < :today::date AND a.continued_at IS NULL
      AND EXISTS (SELECT 1 FROM agencies t WHERE t.code = a.continuing)
    ORDER BY 1 LIMIT :limit::int
    """
)
_HEIRS = Statement(
    f"""
    SELECT a.code AS ended, m.procedure, {", ".join(f"t.{name}" for name in Agency.__dataclass_fields__)}
    FROM agencies a CROSS JOIN unnest(:procedures::text[]) AS m(procedure)
    JOIN agencies t ON t.code = coalesce(a.continuing_by->>m.procedure, a.continuing)
    WHERE a.code = ANY(:codes::text[]) AND a.valid_to < :today::date
    """
)
_OF_PARENT = Statement(
    "SELECT type, version, at, data FROM interlinked_history WHERE parent_id = :id ORDER BY version"
)


@dataclass(slots=True, kw_only=True)
class _Work:
    """The JSON document of a parent."""

    questions: tuple[Question, ...] = ()
    decisions: tuple[Decision, ...] = ()
    brought: dict[str, Any] = field(default_factory=dict)
    heir: Agency | None = None


@dataclass(slots=True, kw_only=True)
class _ChildData:
    """The JSON document of a child."""

    name: str
    agency: Agency
    route: str
    heir: Agency | None = None
    is_passed: bool = False
    late_for: datetime | None = None
    opened_at: datetime | None = None
    reason: str = ""


_WORK, _CHILD = TypeAdapter(_Work), TypeAdapter(_ChildData)
_TOLD_TYPE, _AGENCY = TypeAdapter(Told), TypeAdapter(Agency)
_AUTHORITY = TypeAdapter(Authority)


class PostgresInterlinked:
    """Submissions over several dossiers."""

    def __init__(self, unit: UnitOfWork, results: PostgresResults) -> None:
        self._unit = unit
        self._results = results
        self._loaded: dict[tuple[UUID, str], dict[str, Any]] = {}

    async def group(self, code: str) -> Mapping[str, Any] | None:
        """Return a group as the catalogue published it last."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(_GROUP, code=code)
        return found

    def put_group(self, data: Mapping[str, Any], sequence: int) -> None:
        """Keep a group unless a later event was kept."""
        self._unit.write(_PUT_GROUP, code=data["code"], sequence=sequence, data=dict(data))

    def add(self, parent: Parent, group: Mapping[str, Any], event: Event, actor: str) -> None:
        """Queue a new submission with its children and its first entry of history."""
        self._unit.write(
            _ADD,
            **{name: getattr(parent, name) for name in _PLAIN},
            **_changing(parent),
            lead_agency=parent.lead_agency,
            group_data=dict(group),
        )
        for position, child in enumerate(parent.children.values()):
            self._unit.write(
                _ADD_CHILD,
                **_child_columns(parent, child),
                **_told_columns(child),
                position=position,
                dossier_id=child.dossier_id,
            )
        self._add_history(parent, event, actor)

    def save(self, parent: Parent, event: Event, actor: str) -> None:
        """Queue a changed one, those of its children that changed, and its entry of history."""
        plain = {name: getattr(parent, name) for name in _CHANGING if name in _PLAIN}
        self._unit.write(_SAVE, id=parent.id, version=parent.version, **plain, **_changing(parent))
        self._save_children(parent)
        self._add_history(parent, event, actor)

    def mark(self, parent: Parent) -> None:
        """Queue that its children's news were looked at; nothing else changed."""
        self._unit.write(_MARK, id=parent.id, version=parent.version, look_at=parent.look_at)
        self._save_children(parent)

    def _save_children(self, parent: Parent) -> None:
        for child in parent.children.values():
            own, told = _child_columns(parent, child), _told_columns(child)
            before = self._loaded[parent.id, child.procedure]
            if told != {name: before[name] for name in told}:
                self._unit.write(_BEGIN_CHILD, **own, **told)
            elif own != {name: before[name] for name in own}:
                self._unit.write(_SAVE_CHILD, **own)

    def _add_history(self, parent: Parent, event: Event, actor: str) -> None:
        self._unit.write(
            _HISTORY,
            parent_id=parent.id,
            version=parent.version,
            event_id=event.id,
            type=event.type,
            at=event.occurred_at,
            actor=actor,
            data=event.data,
        )

    def child_told(self, dossier_id: UUID, told: Told) -> None:
        """Queue what a child's history says now."""
        self._unit.write(_TOLD, dossier_id=dossier_id, told_version=told.version, told=told)

    def outside_told(self, source: str, outside_code: str, told: Told) -> None:
        """Queue what another system said of a child it works."""
        self._unit.write(_OUTSIDE_TOLD, source=source, outside_code=outside_code, told=told)

    async def hold(self, parent_id: UUID) -> Parent:
        """Return a submission nobody else goes on with until the unit ends; raise `NotFound`.

        Held first and read then: what the one before wrote is seen.
        """
        await self._unit.begin()
        await self._unit.fetch(_HOLD, id=parent_id)
        return await self.load(parent_id)

    async def load(self, parent_id: UUID) -> Parent:
        """Return a submission with its children; raise `NotFound`."""
        row = await self._unit.fetch_one(_LOAD, id=parent_id)
        if row is None:
            raise NotFound
        parent = _parent_of(row)
        for child in parent.children.values():
            before = {**_child_columns(parent, child), **_told_columns(child)}
            self._loaded[parent.id, child.procedure] = before
        return parent

    async def to_advance(self, now: datetime, limit: int) -> list[UUID]:
        """Return submissions whose children have news, or whose look-at moment has come."""
        return [row["parent_id"] for row in await self._unit.fetch(_TO_ADVANCE, now=now, limit=limit)]

    async def is_taken(self, source: str, outside_code: str, parent_id: UUID, procedure: str) -> bool:
        """Tell whether another member has this outside code."""
        given = {"source": source, "outside_code": outside_code}
        return bool(await self._unit.fetch_value(_TAKEN, **given, parent_id=parent_id, procedure=procedure))

    async def results(self, dossier_ids: Sequence[UUID]) -> list[tuple[Registered, list[Attachment]]]:
        """Return the results in force of these dossiers, with their files."""
        rows = await self._unit.fetch(_RESULTS, ids=list(dossier_ids))
        found = []
        for row in rows:
            entry = await self._results.find(row["id"])
            if entry is not None:
                found.append((entry, [attachment_of(item) for item in row["files"] or ()]))
        return found

    async def listed(
        self, *, subject: str, index: bytes | None, agency: str, today: date, before: UUID, limit: int
    ) -> list[Parent]:
        """Return a party's submissions, or those an agency has a part in, newest first.

        One handed in for somebody else is its submitter's only while their authority holds today.
        """
        if agency:
            rows = await self._unit.fetch(_OF_AGENCY, agency=agency, before=before, limit=limit)
        else:
            asked = {"subject": subject, "index": index, "today": today}
            rows = await self._unit.fetch(_OF_PARTY, **asked, before=before, limit=limit)
        return [_parent_of(row) for row in rows]

    async def to_continue(self, today: date, limit: int) -> list[UUID]:
        """Return running submissions in which an agency that ended has a part."""
        found = await self._unit.fetch(_TO_CONTINUE, today=today, limit=limit)
        return [UUID(int=row["id"].int) for row in found]

    async def heirs(
        self, codes: Sequence[str], procedures: Sequence[str], today: date
    ) -> dict[tuple[str, str], Agency]:
        """Return who goes on for those that ended, by ended agency and procedure."""
        asked = {"codes": list(codes), "procedures": list(procedures), "today": today}
        return {
            (row["ended"], row["procedure"]): Agency(
                **{name: row[name] for name in Agency.__dataclass_fields__}
            )
            for row in await self._unit.fetch(_HEIRS, **asked)
        }

    async def hold_as_last(self, dossier_id: UUID) -> Parent | None:
        """Return the submission all of whose other dossiers are destroyed, held; None for any other.

        Held first and asked then: of two that go at once, the second finds itself the last.
        """
        await self._unit.begin()
        parent_id = await self._unit.fetch_value(_HOLD_OF, dossier_id=dossier_id)
        if parent_id is None or await self._unit.fetch_value(_IS_KEPT, id=parent_id, dossier_id=dossier_id):
            return None
        return await self.load(parent_id)

    async def entries(self, parent_id: UUID) -> dict[int, dict[str, Any]]:
        """Return what each entry of a submission's history says, by version."""
        return {row["version"]: row["data"] for row in await self._unit.fetch(_ENTRIES, id=parent_id)}

    def destroy(self, parent: Parent, event: Event, remains: Mapping[int, Mapping[str, Any]]) -> None:
        """Queue what remains of a destroyed one; the database lets only an approved list do this."""
        self._unit.write(
            _EMPTY,
            id=parent.id,
            version=parent.version,
            state=parent.state.value,
            ended_at=parent.ended_at,
            work=_Work(heir=parent.heir),
        )
        self._save_children(parent)
        rows = [{"version": version, "data": data} for version, data in remains.items()]
        self._unit.write(_REDUCE, parent_id=parent.id, rows=rows)
        self._add_history(parent, event, "")

    async def history(self, parent_id: UUID) -> list[dict[str, Any]]:
        """Return what happened to a submission, oldest first."""
        return [dict(row) for row in await self._unit.fetch(_OF_PARENT, id=parent_id)]


def _changing(parent: Parent) -> dict[str, Any]:
    return {
        "state": parent.state.value,
        "outcome": parent.outcome.value,
        "agencies": sorted(parent.agencies),
        "work": _Work(
            questions=parent.questions, decisions=parent.decisions, brought=parent.brought, heir=parent.heir
        ),
    }


def _child_columns(parent: Parent, child: Child) -> dict[str, Any]:
    return {
        "parent_id": parent.id,
        "procedure_code": child.procedure,
        "status": child.status.value,
        "source": child.source,
        "outside_code": child.outside_code,
        "data": _ChildData(
            name=child.name,
            agency=child.agency,
            route=child.route,
            heir=child.heir,
            is_passed=child.is_passed,
            late_for=child.late_for,
            opened_at=child.opened_at,
            reason=child.reason,
        ),
        "looked": child.looked,
    }


def _told_columns(child: Child) -> dict[str, Any]:
    return {"told_version": child.told.version, "told": child.told}


def _parent_of(row: Any) -> Parent:
    work = _WORK.validate_python(row["work"])
    return Parent(
        **{name: row[name] for name in _PLAIN if name != "id"},
        id=UUID(int=row["id"].int),
        state=ParentState(row["state"]),
        outcome=Outcome(row["outcome"]),
        lead_agency=_AGENCY.validate_python(row["lead_agency"]),
        group=Group.of(row["group_data"]),
        children={item["procedure_code"]: _child_of(item) for item in row["children"]},
        questions=work.questions,
        decisions=work.decisions,
        brought=work.brought,
        heir=work.heir,
        authority=_AUTHORITY.validate_python(row["authority"]) if row["authority"] else None,
    )


def _child_of(row: Mapping[str, Any]) -> Child:
    data = _CHILD.validate_python(row["data"])
    return Child(
        procedure=row["procedure_code"],
        name=data.name,
        dossier_id=UUID(row["dossier_id"]),
        agency=data.agency,
        route=data.route,
        heir=data.heir,
        status=ChildStatus(row["status"]),
        is_passed=data.is_passed,
        late_for=data.late_for,
        opened_at=data.opened_at,
        reason=data.reason,
        source=row["source"],
        outside_code=row["outside_code"],
        looked=row["looked"],
        told=_TOLD_TYPE.validate_python(row["told"]),
    )
