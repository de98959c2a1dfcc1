"""Counts the one appointment of a submission by the calendars of all its agencies."""

from collections.abc import Collection
from datetime import datetime

from kernel.core.clock import VIETNAM
from kernel.core.errors import Refusal
from services.dossier.domain.deadlines import dossier_due, term_for
from services.dossier.domain.interlinked.appointment import cause_of, is_told_already, known_moments
from services.dossier.domain.interlinked.child import Child, ChildStatus
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.interlinked.path import DueOf, latest
from services.dossier.use_cases.ports import Grounds, Work


async def appoint(
    parent: Parent, newly_late: Collection[str], *, work: Work, now: datetime
) -> dict[str, str | None] | None:
    """Set the appointment; return what it was, why it moved and because of whom, None where it did not.

    Before the lead agency has accepted nothing is promised: `expected_at` says how it looks. Where a calendar
    or a term is not known nothing is promised either.
    """
    left_out = frozenset(child.procedure for child in parent.of_status(ChildStatus.SKIPPED))
    known = known_moments(parent, newly_late, now)
    grounds = {
        child.procedure: await _grounds(child, work=work, now=now)
        for child in parent.children.values()
        if child.procedure not in known and child.procedure not in left_out
    }
    ended = frozenset(child.procedure for child in parent.children.values() if child.told.ended_at)
    due_of = _due_of(parent, grounds, work)
    found = latest(parent.group.after, known, due_of, start=now, left_out=left_out, ended=ended)
    if found is None:
        return None
    if parent.lead.told.accepted_at is None:
        parent.expected_at = found.due_at
        return None
    if is_told_already(parent, found.path, newly_late, now):
        return None
    first = parent.due_at is None
    before = parent.appoint(found.due_at)
    if before is None:
        return None
    if first:
        return {"previous_due_at": None, "cause": None, "because_of": None}
    cause, member = cause_of(parent, found.path, now)
    return {"previous_due_at": before.astimezone(VIETNAM).isoformat(), "cause": cause, "because_of": member}


async def _grounds(child: Child, *, work: Work, now: datetime) -> Grounds | None:
    code = child.agency.code
    intake = await work.catalogue.intake(
        child.procedure, [code], [], today=now.astimezone(VIETNAM).date(), calendar_of=code
    )
    return intake.grounds


def _due_of(parent: Parent, grounds: dict[str, Grounds | None], work: Work) -> DueOf:
    def due_of(procedure: str, begins: datetime) -> datetime | None:
        found = grounds.get(procedure)
        if found is None or not found.procedure.channels:
            return None
        try:
            term = term_for(found.procedure, parent.channel, work.limits, begins.astimezone(VIETNAM).date())
            return dossier_due(found.procedure, term, found.calendar, begins)
        except Refusal:
            # A term or calendar nobody has set yet: there is no promise, and nobody is refused for it.
            return None

    return due_of
