"""A dossier is destroyed: who it is about and what anybody wrote is forgotten."""

from dataclasses import MISSING, replace
from typing import Any

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TransitionRefused
from services.dossier.domain.states import State

_GONE_BY = frozenset({State.ARCHIVED, State.STOPPED, State.INTAKE_REFUSED, State.CANCELLED})
"""States a dossier may be destroyed in."""
_PERSONAL = ("owner_name", "parties_sealed", "contact_sealed", "form_sealed")
_OF_PEOPLE = ("owner_subject", "submitter_subject", "owner_index")
_FORGOTTEN = (
    *("step", "secret_hash", "facts", "supplements", "draft", "done", "consultations", "obligations"),
    *("proposal", "apology_draft", "apologies", "settlement", "delay", "result", "recalled", "delivery"),
    *("undo", "brought", "watch_at", "given_files", "correction_draft", "corrections"),
)
"""What people wrote or did, back to what it was before anything happened."""


def destroy(dossier: Dossier) -> State:
    """Forget who it is about and what anybody wrote; the code, the course and the agencies stay.

    Only for what has ended; the state stays what it was.
    """
    if dossier.state not in _GONE_BY and not dossier.is_closed:
        raise TransitionRefused.in_state(dossier.state)
    empty: dict[str, Any] = dict.fromkeys(_PERSONAL, "") | dict.fromkeys(_OF_PEOPLE)
    for name, value in empty.items():
        dossier.sealed_before.setdefault(name, getattr(dossier, name))
        setattr(dossier, name, value)
    for name in _FORGOTTEN:
        setattr(dossier, name, _as_new(name))
    if dossier.elsewhere is not None:
        # Who owned its status stays, as its course does; the ground is somebody's own words.
        end = replace(dossier.elsewhere.end, step=None) if dossier.elsewhere.end else None
        dossier.elsewhere = replace(dossier.elsewhere, reason="", end=end)
    # When it stood and whose time that was stays; on what ground is somebody's own words.
    dossier.stops = dossier.stops.without_grounds()
    dossier.version += 1
    return dossier.state


def _as_new(name: str) -> Any:
    """Return what a field of a new dossier is."""
    told = Dossier.__dataclass_fields__[name]
    return told.default if told.default_factory is MISSING else told.default_factory()
