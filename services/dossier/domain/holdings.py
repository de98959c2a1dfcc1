"""What a dossier holds: steps, requests for papers, results, opinions, pins; values without behaviour."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.dossier.domain.course import (
    PAPERS_MISSING,
    Cause,
)
from services.dossier.domain.work.holding import Holder, Transfer


@dataclass(frozen=True, slots=True)
class Step:
    """Where in the internal process the dossier is; `agency`, `role` and `unit` say who works it."""

    code: str
    name: str
    kind: str
    role: str
    unit: str
    agency: str
    began_at: datetime
    due_at: datetime
    issues_result: bool = False
    system: str = ""
    request_id: UUID | None = None
    holder: Holder | None = None
    transfer: Transfer | None = None
    way: str = ""
    """How an outside step is asked for: by the connector, or DOCUMENT: by one on the national axis."""
    tells: tuple[str, ...] = ()
    """What of the dossier such a document tells; the approved process names it."""


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A step that was left: who, in which role, when, how."""

    code: str
    name: str
    role: str
    by: str
    by_name: str
    unit: str
    agency: str
    at: datetime
    due_at: datetime
    outcome: str
    note: str
    cause: str = ""
    belongs_to: str = ""
    decision: str = ""
    """What a signer decided, GRANTED or REFUSED; empty for every other step."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A supplement request a specialist wrote and a lead has still to decide on."""

    items: tuple[dict[str, Any], ...]
    reason: str
    by: str
    by_name: str
    at: datetime
    answer_days: int
    basis: str = "GENERAL"
    legal_basis: str = ""
    cause: Cause = PAPERS_MISSING


@dataclass(frozen=True, slots=True)
class Result:
    """What was decided, as issued."""

    name: str
    number: str
    outcome: str
    signed_by: str
    issued_at: datetime
    attachment_ids: tuple[UUID, ...]
    reason: str = ""
    code: str = ""
    is_signed_digitally: bool | None = None
    """Whether a file carries an intact signature or seal; None for those issued before that was looked at."""

    @property
    def is_electronic(self) -> bool:
        """Tell whether the file itself is the result; the scan of a paper signed by hand is not."""
        return bool(self.attachment_ids) if self.is_signed_digitally is None else self.is_signed_digitally


@dataclass(frozen=True, slots=True)
class Consultation:
    """An opinion asked of another unit beside the main step, which waits for it only where `waits` is set."""

    code: str
    name: str
    role: str
    unit: str
    agency: str
    due_at: datetime
    state: str = "OPEN"
    answered_by: str = ""
    answered_at: datetime | None = None
    note: str = ""
    waits: bool = False
    question: str = ""
    asked_by: str = ""
    asked_at: datetime | None = None
    """None in rows from before it was kept."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What a step left last was like; it may be taken back while the dossier is at `version`."""

    version: int
    by: str
    step: Step
    consultations: tuple[Consultation, ...]
    facts: dict[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What the dossier was held against: the form at submission, the calendar at acceptance.

    `submitted_version` is the procedure's version at submission; the dossier's own `procedure_version` is
    the one in force at acceptance, which decides process, fee and term.
    """

    submitted_version: int = 0
    form: int | None = None
    calendar: str = ""
    calendar_stamp: str = ""
