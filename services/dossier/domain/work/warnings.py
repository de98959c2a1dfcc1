"""Warnings before and after a deadline passes: whom they go to, once a threshold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.dossier.domain.events import moment
from services.dossier.domain.heirs import Continuing, Heirs

WORKING_DAY_MINUTES = 8 * 60
"""What a working day counts in office minutes (domain.md R2)."""


class Threshold(StrEnum):
    """What has come to pass."""

    STEP_LATE = "STEP_LATE"
    DUE_SOON = "DUE_SOON"
    OVERDUE = "OVERDUE"
    REPLY_NEAR = "REPLY_NEAR"
    REPLY_LATE = "REPLY_LATE"
    HANDOVER_LATE = "HANDOVER_LATE"
    APOLOGY_NEAR = "APOLOGY_NEAR"
    PAYMENT_LATE = "PAYMENT_LATE"
    CONFIRM_NEAR = "CONFIRM_NEAR"
    CONFIRM_LATE = "CONFIRM_LATE"
    WITHDRAWAL_NEAR = "WITHDRAWAL_NEAR"
    WITHDRAWAL_LATE = "WITHDRAWAL_LATE"
    PROPOSAL_NEAR = "PROPOSAL_NEAR"
    PROPOSAL_LATE = "PROPOSAL_LATE"
    CORRECTION_NEAR = "CORRECTION_NEAR"
    CORRECTION_LATE = "CORRECTION_LATE"
    SUSPENSION_NEAR = "SUSPENSION_NEAR"
    SUSPENSION_LATE = "SUSPENSION_LATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A dossier at a threshold; `about` is the deadline it is measured by, so that a new one warns anew.

    `continuing`: who goes on for agencies of it that ended, by their codes, as its row has it.
    """

    dossier_id: UUID
    reference: str
    dossier_code: str | None
    procedure_code: str
    procedure_name: str
    competent_agency: str
    due_at: datetime
    about: datetime
    threshold: Threshold
    step: dict[str, Any] | None
    task_role: str | None
    task_agency: str | None
    task_unit: str | None
    task_holder: str | None
    continuing: Mapping[str, Any] = field(default_factory=dict)

    @property
    def agency(self) -> str:
        """Whose it is to act; while nobody of the province has to, who works for the competent agency now."""
        heirs = {ended: Continuing(heir["code"], heir["name"]) for ended, heir in self.continuing.items()}
        return self.task_agency or Heirs(heirs).now(self.competent_agency)


def desks_of(warned: Warned) -> list[dict[str, str]]:
    """Return the desks told: whose task it is where nobody holds it, and the lead once something is late."""
    agency, unit = warned.agency, warned.task_unit or ""
    desks = []
    if warned.task_role and warned.task_holder is None:
        desks.append({"agency": agency, "unit": unit, "role": warned.task_role})
    lead = {"agency": agency, "unit": unit, "role": "TEAM_LEAD"}
    if (warned.threshold is not Threshold.DUE_SOON or not desks) and lead not in desks:
        desks.append(lead)
    return desks


def warning_data(warned: Warned, *, at: datetime) -> dict[str, Any]:
    """Return the event's data."""
    step = warned.step
    return {
        "threshold": warned.threshold.value,
        "dossier_id": str(warned.dossier_id),
        "reference": warned.reference,
        "dossier_code": warned.dossier_code,
        "procedure": {"code": warned.procedure_code, "name": warned.procedure_name},
        "agency": warned.agency,
        "due_at": moment(warned.due_at),
        "about": moment(warned.about),
        "step": {"code": step["code"], "name": step["name"], "due_at": step["due_at"]} if step else None,
        "desks": desks_of(warned),
        "people": [warned.task_holder] if warned.task_holder else [],
        "raised_at": moment(at),
    }
