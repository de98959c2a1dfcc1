"""A submission and its members as rows, there and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.dossier.domain.definitions import Agency
from services.dossier.domain.intake.authority import Authority
from services.dossier.domain.interlinked.child import Child, ChildStatus, Decision, Question, Told
from services.dossier.domain.interlinked.groups import Group
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.standing import Outcome, ParentState
from services.dossier.store.interlinked.statements import PLAIN


@dataclass(slots=True, kw_only=True)
class WorkDocument:
    """The JSON document of a parent."""

    questions: tuple[Question, ...] = ()
    decisions: tuple[Decision, ...] = ()
    brought: dict[str, Any] = field(default_factory=dict)
    heir: Agency | None = None
    slips: tuple[UUID, ...] = ()


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
    skipped_for: dict[str, str] = field(default_factory=dict)


_WORK, _CHILD = TypeAdapter(WorkDocument), TypeAdapter(_ChildData)
_TOLD_TYPE, _AGENCY = TypeAdapter(Told), TypeAdapter(Agency)
_AUTHORITY = TypeAdapter(Authority)


def parent_columns(parent: Parent) -> dict[str, Any]:
    """Return what a submission's row says, but for what never changes and is no field of its own."""
    return {
        **{name: getattr(parent, name) for name in PLAIN},
        "state": parent.state.value,
        "outcome": parent.outcome.value,
        "agencies": sorted(parent.agencies),
        "work": WorkDocument(
            questions=parent.questions,
            decisions=parent.decisions,
            brought=parent.brought,
            heir=parent.heir,
            slips=parent.slips,
        ),
    }


def child_columns(parent: Parent, child: Child) -> dict[str, Any]:
    """Return what whoever goes on with the parent writes of a child."""
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
            skipped_for=dict(child.skipped_for),
        ),
        "looked": child.looked,
    }


def told_columns(child: Child) -> dict[str, Any]:
    """Return what the commit that moves a child's dossier writes."""
    return {"told_version": child.told.version, "told": child.told}


def parent_of(row: Any) -> Parent:
    """Read a submission with its children."""
    work = _WORK.validate_python(row["work"])
    return Parent(
        **{name: row[name] for name in PLAIN if name != "id"},
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
        slips=work.slips,
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
        skipped_for=data.skipped_for,
        source=row["source"],
        outside_code=row["outside_code"],
        looked=row["looked"],
        told=_TOLD_TYPE.validate_python(row["told"]),
    )
