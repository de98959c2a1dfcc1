"""Writes the control slip beside a move: whoever leaves a step has received it, the next has yet to."""

from datetime import datetime

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Step
from services.dossier.domain.work.slip import Party, row_out, slip_row
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


def hand_back(work: Work, dossier: Dossier, *, giver: Party, left: Step, now: datetime) -> None:
    """Queue the way of an issued result to the one-stop unit; who issued it had the file."""
    work.slips.confirm(dossier.id, subject=giver.subject, name=giver.name, at=now)
    receiver = Party(dossier.now_at(dossier.receiving_agency.code), "", "ONE_STOP_OFFICER")
    row = row_out(dossier, "RESULT_ISSUED", giver=giver, receiver=receiver, at=now, due_at=left.due_at)
    work.slips.add(row)


def hand_out(work: Work, dossier: Dossier, *, giver: Party, to: str, now: datetime) -> None:
    """Queue the last row: the one-stop unit had the result and gave it away; `to` names no person."""
    work.slips.confirm(dossier.id, subject=giver.subject, name=giver.name, at=now)
    row = row_out(dossier, "RESULT_RETURNED", giver=giver, receiver=Party("", "", to), at=now, due_at=None)
    work.slips.add(row, received_at=now)


def take_home(work: Work, dossier: Dossier, *, giver: Party, note: str, now: datetime) -> None:
    """Queue the way of a recalled result back to the step it is done again at."""
    work.slips.take_back(dossier.id, at=now)
    row = slip_row(dossier, "RECALLED", giver=giver, at=now, left=None, note=note)
    if row is not None:
        work.slips.add(row)
