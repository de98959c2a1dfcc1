"""Writes the control slip beside a move: whoever leaves a step has received it, the next has yet to."""

from datetime import datetime

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Step
from services.dossier.domain.work.slip import Party, slip_row
from services.dossier.use_cases.ports import Work


def hand_on(
    work: Work, dossier: Dossier, kind: str, *, giver: Party, left: Step | None, note: str, now: datetime
) -> None:
    """Queue the row of a dossier that has just come to its present step; who left one had it."""
    if left is not None:
        work.slips.confirm(dossier.id, subject=giver.subject, name=giver.name, at=now)
    row = slip_row(dossier, kind, giver=giver, at=now, left=left, note=note)
    if row is not None:
        work.slips.add(row)
