"""What the one appointment is counted from, and why it moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.dossier.domain.interlinked.child import ChildStatus
from services.dossier.domain.interlinked.parent import Parent


def known_moments(parent: Parent, now: datetime) -> Mapping[str, datetime]:
    """Return when each begun child ended, or is due by what was told; one past its promise: not before now.

    One not accepted yet has no due moment of its own and is counted from now.
    """
    known = {}
    for child in parent.children.values():
        moment = child.told.ended_at or child.told.promised_at
        if moment is None or child.status is ChildStatus.WAITING:
            continue
        known[child.procedure] = max(moment, now) if child.is_late(now) else moment
    return known


def cause_of(parent: Parent, path: Sequence[str]) -> tuple[str, str]:
    """Return why the appointment moved, and the member it is because of.

    REAPPOINTED: its agency apologised and promised a new day; PAUSED: its clock stood for the applicant, an
    obligation or by law; LATE: neither, so the agencies are.
    """
    for code in path:
        told = parent.children[code].told
        if told.reappointed_due_at and not told.ended_at:
            return "REAPPOINTED", code
    for code in path:
        told = parent.children[code].told
        if told.due_at and told.original_due_at and told.due_at > told.original_due_at:
            return "PAUSED", code
    return "LATE", path[0] if path else ""
