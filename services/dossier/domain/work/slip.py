"""Rows of the control slip (phiếu kiểm soát quá trình giải quyết): who gave the file to whom, and when.

TT 03/2025/TT-VPCP form 06 (form 05 of TT 01/2018): giver and receiver, hour and day, how the giver's step
stood to its deadline. Rows are only added; a receiver confirms once, a row taken back says so.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Step


@dataclass(frozen=True, slots=True)
class Party:
    """A desk, and the person at it where one is known."""

    agency: str
    unit: str
    role: str
    subject: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRow:
    """One hand-over; `kind` is HANDED_OVER, STEP_DONE, RETURNED, ASSIGNED, PASSED_ON or REROUTED.

    Of the result: RESULT_ISSUED to the one-stop unit, RESULT_RETURNED from it, RECALLED back to a step;
    ENDED_ELSEWHERE by the system its route was changed to.
    """

    id: UUID
    dossier_id: UUID
    version: int
    kind: str
    step: str
    giver: Party
    given_at: datetime
    receiver: Party
    due_at: datetime | None
    punctuality: str
    note: str


def punctuality(at: datetime, due_at: datetime | None) -> str:
    """Return EARLY before the due date, ON_TIME on it, LATE after the due moment; empty without one."""
    if due_at is None:
        return ""
    if at > due_at:
        return "LATE"
    is_early = at.astimezone(VIETNAM).date() < due_at.astimezone(VIETNAM).date()
    return "EARLY" if is_early else "ON_TIME"


def desk_of(dossier: Dossier, step: Step) -> Party:
    """Return who receives at a step: its holder where there is one, else everybody of its role.

    At an agency that has ended it is who goes on for it.
    """
    subject, name = (step.holder.subject, step.holder.name) if step.holder else ("", "")
    agency, unit = dossier.now_at(step.agency), dossier.unit_at(step.unit, step.agency)
    return Party(agency, unit, step.role or step.system, subject, name)


def person_of(by: Caller, role: str = "") -> Party:
    """Return who gives: an officer at their own place, or a system."""
    return Party(by.agency, by.unit, role or " ".join(sorted(by.roles)), by.subject, by.name)


def slip_row(
    dossier: Dossier, kind: str, *, giver: Party, at: datetime, left: Step | None, note: str
) -> SlipRow | None:
    """Return the row for a dossier that has just come to its present step; None where it is at none."""
    if dossier.step is None:
        return None
    due_at = left.due_at if left else dossier.due_at
    return SlipRow(
        id=new_id(),
        dossier_id=dossier.id,
        version=dossier.version,
        kind=kind,
        step=dossier.step.code,
        giver=giver,
        given_at=at,
        receiver=desk_of(dossier, dossier.step),
        due_at=due_at,
        punctuality=punctuality(at, due_at) if left else "",
        note=note,
    )


def row_out(
    dossier: Dossier, kind: str, *, giver: Party, receiver: Party, at: datetime, due_at: datetime | None
) -> SlipRow:
    """Return the row of a result that left its last step: to the one-stop unit, or from it."""
    return SlipRow(
        id=new_id(),
        dossier_id=dossier.id,
        version=dossier.version,
        kind=kind,
        step="",
        giver=giver,
        given_at=at,
        receiver=receiver,
        due_at=due_at,
        punctuality=punctuality(at, due_at),
        note="",
    )
