"""A dossier is accepted: its version in force, its code, its clock; T2."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.states import Move, State


def pin(dossier: Dossier, procedure: Procedure, *, calendar: str, stamp: str) -> None:
    """Take the version in force and the calendar for good: term, fee and process are theirs."""
    changed = {
        "procedure_version": procedure.version,
        "procedure_name": procedure.name,
        "sector": procedure.sector,
    }
    for name, value in changed.items():
        if getattr(dossier, name) != value:
            dossier.sealed_before.setdefault(name, getattr(dossier, name))
            setattr(dossier, name, value)
    dossier.pins = replace(dossier.pins, calendar=calendar, calendar_stamp=stamp)


def accept(
    dossier: Dossier, *, code: str, at: datetime, due_at: datetime, fees: tuple[dict[str, Any], ...]
) -> State:
    """T2: the dossier gets its legal code and its clock starts."""
    left = dossier.move(Move.ACCEPT)
    dossier.dossier_code, dossier.accepted_at, dossier.fees = code, at, fees
    dossier.due_at = dossier.original_due_at = due_at
    return left
