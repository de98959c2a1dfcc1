"""What is sent and shown of drafts."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.catalog.api.publishing.models.basics import (
    Body,
    Code,
    FieldFault,
    Line,
    ProcedureDifferenceAnswer,
)
from services.catalog.domain.items import Source
from services.catalog.domain.publishing.drafts import Draft, ProcedureDraftState
from services.catalog.use_cases.publishing.drafting import Verdict


class ProcedureDraftBody(Body):
    """A draft to begin: of a version (null: the last of its chain, or nothing), with what differs."""

    code: Code
    agency: Line = ""
    part: Source = Source.LOCAL
    from_version: Annotated[int, Field(strict=True, ge=1, le=2**53)] | None = None
    data: dict[str, Any] | None = None


class DraftChange(Body):
    """The whole content of a draft; `base` only to rebase it on the last version."""

    data: dict[str, Any]
    base: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] | None = None


class DraftSummary(BaseModel):
    """A draft without its content."""

    id: UUID
    code: str
    agency: str
    part: Source
    base: int
    name: str | None
    state: ProcedureDraftState
    authors: list[str]
    approved_by: str | None
    decision_id: UUID | None
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, draft: Draft) -> "DraftSummary":
        """Return a draft's summary."""
        return cls(
            id=draft.id,
            code=draft.code,
            agency=draft.agency,
            part=draft.part,
            base=draft.base,
            name=str(draft.data["name"]) if draft.data.get("name") else None,
            state=draft.state,
            authors=list(draft.authors),
            approved_by=draft.approved_by,
            decision_id=draft.decision_id,
            version=draft.version,
            changed_at=draft.changed_at,
        )


class ProcedureDraftAnswer(DraftSummary):
    """A draft with its content, its faults and what it changes."""

    data: dict[str, Any]
    history: list[dict[str, Any]]
    faults: list[FieldFault]
    missing: list[str]
    base_now: int
    base_moved: bool
    differences: list[ProcedureDifferenceAnswer]

    @classmethod
    def judged(cls, verdict: Verdict) -> "ProcedureDraftAnswer":
        """Return a draft as it stands."""
        return cls(
            **DraftSummary.of(verdict.draft).model_dump(),
            data=dict(verdict.draft.data),
            history=[dict(step) for step in verdict.draft.history],
            faults=[FieldFault(path=path, reason=reason) for path, reason in verdict.faults],
            missing=list(verdict.missing),
            base_now=verdict.base_now,
            base_moved=verdict.is_base_moved,
            differences=[ProcedureDifferenceAnswer(**one) for one in verdict.differences],
        )
