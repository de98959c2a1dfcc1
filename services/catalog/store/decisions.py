"""Drafts, publication decisions, standard reasons: rows, and how they are written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.items import ItemKind, Known, Source
from services.catalog.domain.parts import Publication
from services.catalog.domain.publishing.decisions import Decision, DecisionItem, PublicationDecisionState
from services.catalog.domain.publishing.drafts import Draft, ProcedureDraftState
from services.catalog.store import decision_reads as reads
from services.catalog.store.publishing import known_procedure, save_publication
from services.catalog.use_cases.publishing.ports import StandardReason

_DRAFT = "SELECT * FROM procedure_drafts WHERE id = ANY(:ids::uuid[])"
_ADD_DRAFT = Statement("""
INSERT INTO procedure_drafts (id, code, agency, part, base, data, state, authors, approved_by, decision_id,
    history, version, changed_at)
VALUES (:id, :code, :agency, :part, :base, :data, :state, :authors, :approved_by, :decision_id, :history,
    :version, :changed_at)
ON CONFLICT (code, agency, part) WHERE state IN ('DRAFT', 'IN_REVIEW', 'APPROVED') DO NOTHING
""")
_KEEP_DRAFTS = """
UPDATE procedure_drafts t SET base = g.base, data = coalesce(g.data::jsonb, t.data), state = g.state,
    authors = string_to_array(g.authors, E'\\n'), approved_by = g.approved_by, decision_id = g.decision,
    history = g.history::jsonb, version = g.version, changed_at = g.changed_at
FROM jsonb_to_recordset(:rows::jsonb) AS g(id uuid, base int, data jsonb, state text, authors text,
    approved_by text, decision uuid, history jsonb, version bigint, changed_at timestamptz)
WHERE t.id = g.id AND t.version = g.version - 1
"""
_DECISION = Statement("SELECT * FROM publication_decisions WHERE id = :id")
_NUMBER = Statement(
    "SELECT id FROM publication_decisions"
    " WHERE agency = :agency AND number = :number AND state <> 'WITHDRAWN'"
)
_ADD_DECISION = Statement("""
INSERT INTO publication_decisions (id, number, agency, signed_on, effective_on, level, act, is_short,
    note, items, state, deadlines, publish_by_calendar_days, publish_by_working_days, made_by, authors,
    made_at, version)
VALUES (:id, :number, :agency, :signed_on, :effective_on, :level, :act, :is_short, :note, :items, :state,
    :deadlines, :calendar_days, :working_days, :made_by, :authors, :made_at, 1)
ON CONFLICT (agency, number) WHERE state <> 'WITHDRAWN' DO NOTHING
""")
_KEEP_DECISION = Statement("""
UPDATE publication_decisions SET number = :number, signed_on = :signed_on, effective_on = :effective_on,
    level = :level, act = :act, is_short = :is_short, note = :note, items = :items, state = :state,
    deadlines = :deadlines, publish_by_calendar_days = :calendar_days,
    publish_by_working_days = :working_days, authors = :authors,
    published_by = :published_by, published_at = :published_at, version = :version
WHERE id = :id AND version = :version - 1
""")
_ADD_REASON = Statement("""
INSERT INTO standard_reasons (code, kind, text, hint, sectors, is_active, version, changed_by, changed_at)
VALUES (:code, :kind, :text, :hint, :sectors, :is_active, :version, :by, :at)
ON CONFLICT (code) DO NOTHING
""")
_KEEP_REASON = Statement("""
UPDATE standard_reasons SET kind = :kind, text = :text, hint = :hint, sectors = :sectors,
    is_active = :is_active, version = :version, changed_by = :by, changed_at = :at
WHERE code = :code AND version = :version - 1
""")


class PostgresPublishing:
    """The desk of editors and approvers, on PostgreSQL."""

    def __init__(self, unit: UnitOfWork, brief: Callable[[Mapping[str, Any]], str]) -> None:
        self._unit = unit
        self._brief = brief

    async def known(self, codes: Sequence[str]) -> Mapping[tuple[ItemKind, str], Known]:
        """Return everything held, of these procedures every part with its data."""
        rows = await self._unit.fetch(reads.KNOWN, own="", codes=list(codes))
        return {
            (ItemKind(row["kind"]), row["code"]): Known(
                version=row["version"],
                data=row["data"],
                procedure=known_procedure(row) if row["kind"] == "procedure" else None,
            )
            for row in rows
        }

    async def calendar_years(self, code: str) -> Sequence[Mapping[str, Any]]:
        """Return the loaded years of a calendar."""
        return [row["data"] for row in await self._unit.fetch(reads.CALENDAR, code=code)]

    async def draft(self, draft_id: UUID) -> Draft | None:
        """Return a draft."""
        return (await self.drafts([draft_id])).get(draft_id)

    async def drafts(self, ids: Sequence[UUID]) -> Mapping[UUID, Draft]:
        """Return drafts by id."""
        rows = await self._unit.fetch(Statement(_DRAFT), ids=list(ids)) if ids else []
        return {row["id"]: _draft(row) for row in rows}

    async def open_draft(self, code: str, agency: str, part: str) -> UUID | None:
        """Return the draft that is being written on this part, if any."""
        found: UUID | None = await self._unit.fetch_value(
            reads.OPEN_DRAFT, code=code, agency=agency, part=part
        )
        return found

    async def draft_page(
        self, *, state: str, code: str, after: UUID | None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Return drafts without their data, newest first."""
        rows = await self._unit.fetch(reads.DRAFTS, state=state, code=code, after=after, limit=limit)
        return [dict(row) for row in rows]

    def add_draft(self, draft: Draft) -> None:
        """Queue a new draft."""
        columns = asdict(draft)
        columns["part"], columns["state"] = draft.part.value, draft.state.value
        columns["authors"], columns["history"] = list(draft.authors), list(draft.history)
        self._unit.write(_ADD_DRAFT, **columns)

    def keep_drafts(self, drafts: Sequence[Draft]) -> None:
        """Queue changed drafts."""
        if not drafts:
            return
        rows = [
            {
                "id": str(draft.id),
                "base": draft.base,
                "data": draft.data,
                "state": draft.state.value,
                "authors": "\n".join(draft.authors),
                "approved_by": draft.approved_by,
                "decision": str(draft.decision_id) if draft.decision_id else None,
                "history": list(draft.history),
                "version": draft.version,
                "changed_at": draft.changed_at.isoformat(),
            }
            for draft in drafts
        ]
        self._unit.write(Statement(_KEEP_DRAFTS, rows=len(rows)), rows=rows)

    async def decision(self, decision_id: UUID) -> Decision | None:
        """Return a decision."""
        row = await self._unit.fetch_one(_DECISION, id=decision_id)
        return _decision(row) if row else None

    async def number_used(self, agency: str, number: str) -> UUID | None:
        """Return the decision that has this number already."""
        found: UUID | None = await self._unit.fetch_value(_NUMBER, agency=agency, number=number)
        return found

    async def decision_page(self, *, state: str, after: UUID | None, limit: int) -> Sequence[Decision]:
        """Return decisions, newest first."""
        rows = await self._unit.fetch(reads.DECISIONS, state=state, after=after, limit=limit)
        return [_decision(row) for row in rows]

    def add_decision(self, decision: Decision, now: datetime) -> None:
        """Queue a new decision."""
        self._unit.write(
            _ADD_DECISION,
            **_columns(decision),
            agency=decision.agency,
            made_by=decision.made_by,
            made_at=now,
        )

    def keep_decision(self, decision: Decision) -> None:
        """Queue a changed decision."""
        self._unit.write(
            _KEEP_DECISION,
            **_columns(decision),
            published_by=decision.published_by,
            published_at=decision.published_at,
            version=decision.version,
        )

    def save(self, publication: Publication) -> None:
        """Queue everything a publication writes."""
        save_publication(self._unit, publication, self._brief)

    async def reasons(self, kind: str, sector: str) -> Sequence[StandardReason]:
        """Return the library's reasons."""
        rows = await self._unit.fetch(reads.REASONS, kind=kind, sector=sector)
        return [StandardReason(**row) for row in rows]

    async def reason(self, code: str) -> StandardReason | None:
        """Return one reason."""
        row = await self._unit.fetch_one(reads.REASON, code=code)
        return StandardReason(**row) if row else None

    def keep_reason(self, reason: StandardReason, *, by: str, now: datetime) -> None:
        """Queue a reason."""
        columns = {**asdict(reason), "sectors": list(reason.sectors), "by": by, "at": now}
        self._unit.write(_ADD_REASON if reason.version == 1 else _KEEP_REASON, **columns)

    async def versions(self, code: str, agency: str) -> Sequence[Mapping[str, Any]]:
        """Return the days of every version that kept a day."""
        rows = await self._unit.fetch(reads.VERSIONS, code=code, agency=agency)
        return [dict(row) for row in rows]

    async def version(self, code: str, version: int) -> Mapping[str, Any] | None:
        """Return one version's record with its days."""
        found: Mapping[str, Any] | None = await self._unit.fetch_value(
            reads.VERSION, code=code, version=version
        )
        return found

    async def offerings(self, code: str, agency: str, on: date | None) -> Sequence[Mapping[str, Any]]:
        """Return who performs it when."""
        rows = await self._unit.fetch(reads.OFFERINGS, code=code, agency=agency, day=on)
        return [dict(row) for row in rows]

    async def in_force(self, day: date) -> Sequence[Mapping[str, Any]]:
        """Return the records worked here and in force on a day."""
        return [row["data"] for row in await self._unit.fetch(reads.IN_FORCE, day=day)]


def _columns(decision: Decision) -> dict[str, Any]:
    days = {
        name: date.fromisoformat(decision.deadlines[f"by_{name}"])
        if decision.deadlines.get(f"by_{name}")
        else None
        for name in ("calendar_days", "working_days")
    }
    return {
        "id": decision.id,
        "number": decision.number,
        "signed_on": decision.signed_on,
        "effective_on": decision.effective_on,
        "level": decision.level,
        "act": dict(decision.act) if decision.act else None,
        "is_short": decision.is_short,
        "note": decision.note,
        "items": [
            {
                "code": item.code,
                "part": item.part.value,
                "kind": item.kind,
                "draft_id": str(item.draft_id) if item.draft_id else None,
                "successors": list(item.successors),
            }
            for item in decision.items
        ],
        "state": decision.state.value,
        "deadlines": dict(decision.deadlines),
        "authors": list(decision.authors),
        **days,
    }


def _draft(row: Mapping[str, Any]) -> Draft:
    columns = dict(row)
    columns["part"], columns["state"] = Source(row["part"]), ProcedureDraftState(row["state"])
    return Draft(**columns)


def _decision(row: Mapping[str, Any]) -> Decision:
    names = ("id", "number", "agency", "signed_on", "effective_on", "level", "act", "is_short", "note")
    return Decision(
        **{name: row[name] for name in names},
        items=[
            DecisionItem(
                code=item["code"],
                part=Source(item["part"]),
                kind=item["kind"],
                draft_id=UUID(item["draft_id"]) if item["draft_id"] else None,
                successors=item["successors"],
            )
            for item in row["items"]
        ],
        state=PublicationDecisionState(row["state"]),
        deadlines=row["deadlines"],
        made_by=row["made_by"],
        authors=tuple(row["authors"]),
        published_by=row["published_by"],
        published_at=row["published_at"],
        version=row["version"],
    )
