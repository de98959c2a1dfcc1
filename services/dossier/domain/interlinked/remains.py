"""What remains of a destroyed submission's history: what happened when and where; no name, no written word.

Named one by one, as of a dossier (`domain/archive/remains.py`): what events tell more some day is destroyed
until somebody thought of it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

_STATE = (
    "interlinked_dossier_id",
    "reference",
    "group",
    "lead_agency",
    "continuing_agency",
    "origin",
    "channel",
    "state",
    "outcome",
    "is_withdrawn",
    "submitted_at",
    "expected_at",
    "due_at",
    "original_due_at",
    "ended_at",
    "questions",
    "version",
)
_GONE = {
    "owner_masked": "",
    "owner_subject": None,
    "submitter_subject": None,
    "secret_hash": "",
    "contact": "",
}
_MEMBER = (
    "procedure",
    "after",
    "agency",
    "continuing_agency",
    "route",
    "status",
    "dossier_id",
    "dossier_code",
    "state",
    "opened_at",
    "due_at",
    "ended_at",
    "is_lead",
)
_CHANGE = (
    "at",
    "changed",
    "late",
    "opened",
    "revived",
    "previous_due_at",
    "cause",
    "because_of",
    "cancelled",
    "withdrawal_requested",
    "continued",
    "resumed",
)
_DECISION = ("procedure", "choice")


def remains_of(data: Mapping[str, Any], list_id: UUID) -> dict[str, Any]:
    """Return what is left of an entry, marked with the list."""
    state, change = data["interlinked_dossier"], data["change"]
    members = [_only(_MEMBER, one) | {"reason": ""} for one in state["members"]]
    kept = _only(_CHANGE, change)
    if "decision" in change:
        kept["decision"] = _only(_DECISION, change["decision"]) | {"reason": ""}
    actor = {"kind": (change.get("actor") or {}).get("kind", "system"), "name": ""}
    return {
        "destroyed_by": str(list_id),
        "interlinked_dossier": _only(_STATE, state) | _GONE | {"members": members},
        "change": kept | {"actor": actor},
    }


def _only(names: tuple[str, ...], data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in names if name in data}
