"""What the one appointment is counted from, and why it moved."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from services.dossier.domain.interlinked.child import ChildStatus
from services.dossier.domain.interlinked.parent import Parent


def known_moments(parent: Parent, newly_late: Collection[str], now: datetime) -> Mapping[str, datetime]:
    """Return when each begun child ended, or is due by what was told; one not accepted yet has no moment.

    One that runs past its promise keeps it: nobody promises that moment again, and "now" is a moment past as
    soon as it is read. Only where others wait for it their time is counted from when its delay was noticed.
    """
    known = {}
    for child in parent.children.values():
        moment = child.told.ended_at or child.told.promised_at
        if moment is None or child.status is ChildStatus.WAITING:
            continue
        is_counted_on = child.procedure in newly_late and parent.waiting_after(child.procedure)
        known[child.procedure] = max(moment, now) if is_counted_on else moment
    return known


def is_told_already(parent: Parent, path: Sequence[str], newly_late: Collection[str], now: datetime) -> bool:
    """Tell whether the path waits for a delay the appointment was moved for already: once a promise."""
    late = (code for code in path if parent.children[code].is_late(now) and code not in newly_late)
    return any(parent.waiting_after(code) for code in late)


def cause_of(parent: Parent, path: Sequence[str], now: datetime) -> tuple[str, str]:
    """Return why the appointment moved, and the member it is because of.

    REAPPOINTED: its agency apologised and promised a new day; PAUSED: its clock stood for the applicant, an
    obligation or by law; LATE: neither, so the agencies are: first who passed its promise, ended or not.
    """
    for code in path:
        told = parent.children[code].told
        if told.reappointed_due_at and not told.ended_at:
            return "REAPPOINTED", code
    for code in path:
        told = parent.children[code].told
        if told.due_at and told.original_due_at and told.due_at > told.original_due_at:
            return "PAUSED", code
    late = [code for code in path if _passed_its_promise(parent, code, now)]
    running = [code for code in path if not parent.children[code].told.ended_at]
    return "LATE", next(iter((*late, *running, *path)), "")


def _passed_its_promise(parent: Parent, code: str, now: datetime) -> bool:
    child = parent.children[code]
    ended, promised = child.told.ended_at, child.told.promised_at
    return child.is_late(now) or (ended is not None and promised is not None and ended > promised)
