"""What remains of a destroyed dossier's history: what was done when and where; no name, no written word.

Named one by one: what events tell more some day is destroyed until somebody thought of it. Statistics are
made anew from what remains.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

DESTROYED = "dossier.destroyed.v1"
"""The last entry of a destroyed dossier; its keyed hash proves where the chain had ended."""

_STATE = (
    "dossier_id",
    "reference",
    "dossier_code",
    "portal_code",
    "origin",
    "channel",
    "procedure",
    "procedure_version",
    "helping_agency",
    "receiving_agency",
    "competent_agency",
    "continuing_agency",
    "route",
    "state",
    "portal_status",
    "submitted_at",
    "accepted_at",
    "due_at",
    "original_due_at",
    "reappointed_due_at",
    "reply_due_at",
    "ended_at",
    "clock",
    "stopped_at",
    "step",
    "result_delivery",
    "corrects",
    "interlinked",
    "version",
)
_GONE = {
    "owner_masked": "",
    "owner_subject": None,
    "submitter_subject": None,
    "secret_hash": None,
    "contact": "",
}
_CHANGE = ("at", "from_state", "counted", "cause", "completed_step", "outcome", "supersedes")
_RESULT = ("electronic", "outcome")
_OUTSIDE = ("source", "status", "outcome", "at", "last_at", "heard_at", "previous_outcome")


def remains_of(data: Mapping[str, Any], list_id: UUID) -> dict[str, Any]:
    """Return what is left of an entry; marked, so that nobody takes it for what was chained."""
    state, change = data["dossier"], data["change"]
    kept = {name: change[name] for name in _CHANGE if name in change}
    if "result" in change:
        kept["result"] = {name: change["result"][name] for name in _RESULT if name in change["result"]}
    if "outside" in change:
        kept["outside"] = {name: change["outside"][name] for name in _OUTSIDE if name in change["outside"]}
    actor = {"kind": (change.get("actor") or {}).get("kind", "system"), "name": ""}
    return {
        "destroyed_by": str(list_id),
        "dossier": {name: state[name] for name in _STATE if name in state} | _GONE,
        "change": {**kept, "actor": actor, "note": "", "papers": []},
    }
