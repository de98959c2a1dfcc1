"""Takes back what a change of agencies wrote at its commit, as long as its day has not come."""

from collections.abc import Mapping
from typing import Any

from services.catalog.domain.agencies.changes import ChangePlan, Offering, Record

NEVER = "1900-01-01"
"""First and last day of an agency whose foundation was withdrawn: no day anybody works with."""


def undo_of(plan: ChangePlan, agencies: Mapping[str, Record]) -> dict[str, Any] | None:
    """Return what takes the change back; None where a competence would be lost that is kept nowhere else."""
    day = plan.request.effective_on
    if any(row.valid_from >= day for row in plan.closed):
        return None
    return {
        "agencies": {code: _before(agencies[code], members) for code, members in plan.now.items()},
        "created": sorted(plan.created),
        "closed": [_offering(row) for row in plan.closed],
        "opened": [_offering(row) for row in plan.opened],
    }


def _before(agency: Record, members: Record) -> dict[str, Any]:
    decided = agency.get("decided") or {}
    return {
        "wrote": dict(members),
        "before": {name: agency[name] for name in members if name in agency},
        "decided": {name: decided[name] for name in members if name in decided},
    }


def _offering(row: Offering) -> dict[str, Any]:
    return {
        "agency": row.agency,
        "procedure": row.procedure,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }


def is_as_written(agency: Record, undo: Record) -> bool:
    """Tell whether nobody has changed since what the change wrote."""
    return all(agency.get(name) == value for name, value in undo["wrote"].items())


def taken_back(agency: Record, undo: Record) -> dict[str, Any]:
    """Return the agency as it was before the change; what others wrote meanwhile stays."""
    wrote = undo["wrote"].keys()
    rest = {name: value for name, value in agency.items() if name not in wrote}
    decided = {name: value for name, value in (agency.get("decided") or {}).items() if name not in wrote}
    decided |= undo["decided"]
    rest.pop("decided", None)
    return {**rest, **undo["before"], **({"decided": decided} if decided else {})}


def never_founded(agency: Record) -> dict[str, Any]:
    """Return an agency that will not begin; its code is free for another decision."""
    kept = {name: value for name, value in agency.items() if name not in {"predecessors", "decided"}}
    return {**kept, "valid_from": NEVER, "valid_to": NEVER, "successors": [], "withdrawn": True}
