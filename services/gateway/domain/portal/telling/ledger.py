"""What the national portal must be told of a dossier, in which order, and when it is tried again.

A dossier born here is first told when it is accepted: as new (1), then as received (2). One born on the
portal is told from its first decision on, by status only. What happened before is nobody's news.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

NEW = 1
RECEIVED = 2
REFUSED_AT_INTAKE = 3
STATUS_UNKNOWN = "status-unknown"
"""Why a status born there is told again by people only, who looked: by itself it might stand there twice."""

STATUS_OF_STATE: Mapping[str, int] = {
    "SUBMITTED": 1,
    "ACCEPTED": 2,
    "INTAKE_REFUSED": 3,
    "PROCESSING": 4,
    "SUSPENDED": 4,
    "INTAKE_SUPPLEMENT": 5,
    "SUPPLEMENT_REQUESTED": 5,
    "AWAITING_FINANCIAL": 6,
    "CANCELLED": 7,
    "WITHDRAWAL_REQUESTED": 7,
    "STOPPED": 8,
    "RESULT_READY": 9,
    "RETURNED": 10,
    "ARCHIVED": 10,
}
"""domain.md 3.2; tells whether an event changed the status or only the work behind it."""

_NUMBERED = re.compile(r"[\w-]*\d[\w-]*")
_BORN_HERE = frozenset({"HERE", "COUNTER", "POST"})
_BORN_THERE = "PORTAL"
_ACCEPTED = "dossier.accepted.v1"
_RETOLD = frozenset(
    f"dossier.{name}.v1"
    for name in ("resumed", "reappointed", "due_recomputed", "corrected", "supplement_answered")
)
"""What changes what the portal holds of a dossier (its due moment, owner, papers) under the same status."""
_NOTED_ANEW = frozenset({"FEES_CHANGED", "AGENCY_CONTINUED", "AGENCY_RESUMED", "ATTACHMENT_REPLACED"})
"""The same of what is noted beside the work: other fees, another agency, another file."""
_AGENCY_CHANGED = frozenset({"AGENCY_CONTINUED", "AGENCY_RESUMED"})
_SETTLED = frozenset({"INTAKE_REFUSED", "CANCELLED", "STOPPED", "RETURNED", "ARCHIVED"})
"""Who keeps what has ended is nobody's news there: all that an agency ever did is handed on (ADR 0035)."""
_DRAFTS = frozenset(
    {
        *("APOLOGY_DRAFTED", "APOLOGY_DECLINED", "SUPPLEMENT_DRAFTED", "SUPPLEMENT_DRAFT_DECLINED"),
        *("CORRECTION_DRAFTED", "CORRECTION_DECLINED", "CORRECTION_ENDED"),
    }
)
"""What nobody signed yet is nobody's news."""
_SAID_THERE = frozenset(
    f"dossier.{name}.v1"
    for name in (
        *("suspended", "resumed", "reappointed", "due_recomputed", "corrected"),
        # Under its own status 10: the dossier that corrects the result is told under a code of its own.
        "correction_opened",
    )
)
"""Of a dossier born on the portal: what its applicant must read there although the status stays."""


class Kind(StrEnum):
    """Which message a row becomes."""

    HERE_CREATE = "HERE_CREATE"
    HERE_UPDATE = "HERE_UPDATE"
    HERE_PROGRESS = "HERE_PROGRESS"
    HERE_FEES = "HERE_FEES"
    """Money moved without a change of the dossier: it is told whole once more, with no word of progress."""
    PORTAL_STATUS = "PORTAL_STATUS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What a dossier's event says, as far as the ledger reads it."""

    type: str
    dossier_id: UUID
    version: int
    origin: str
    dossier_code: str | None
    portal_code: str | None
    procedure_code: str
    state: str
    from_state: str | None
    portal_status: int | None
    is_accepted: bool
    at: datetime
    tech_id: str = ""
    is_ours: bool = True
    """False while a ministry's or a vertical agency's system owns its status: theirs to tell."""
    noted: str | None = None
    """What was noted beside the work, where the event is such a note."""
    is_working_changed: bool = False
    """Whether such a note says that another agency works the dossier from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One message the portal must get; `(dossier_id, version, part)` is its place in the order."""

    dossier_id: UUID
    version: int
    part: int
    kind: Kind
    portal_status: int
    code: str
    procedure_code: str
    occurred_at: datetime
    tech_id: str = ""
    """The owner's account on the portal, where it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMoved:
    """What a payment's event says; `sequence` grows with each of a dossier's account."""

    dossier_id: UUID
    sequence: int
    at: datetime


def rows_of(happened: Happened) -> list[LedgerRow]:
    """Return what the portal must be told of this event; often nothing."""
    if happened.portal_status is None or not happened.is_ours or happened.noted in _DRAFTS:
        return []
    if happened.noted in _AGENCY_CHANGED and happened.state in _SETTLED:
        return []
    if happened.origin == _BORN_THERE:
        return _told_as_status(happened)
    if happened.origin in _BORN_HERE:
        return _told_whole(happened)
    return []


def _told_whole(happened: Happened) -> list[LedgerRow]:
    if not happened.is_accepted or not happened.dossier_code:
        return []
    if happened.type == _ACCEPTED:
        return [
            _row(happened, happened.dossier_code, 0, Kind.HERE_CREATE, NEW),
            _row(happened, happened.dossier_code, 1, Kind.HERE_UPDATE, RECEIVED),
        ]
    is_anew = happened.type in _RETOLD or happened.noted in _NOTED_ANEW
    is_whole = is_anew or _status_changed(happened)
    kind = Kind.HERE_UPDATE if is_whole else Kind.HERE_PROGRESS
    return [_row(happened, happened.dossier_code, 0, kind, happened.portal_status or 0)]


def _told_as_status(happened: Happened) -> list[LedgerRow]:
    status = happened.portal_status or 0
    if not happened.portal_code or happened.from_state is None:
        return []
    is_elsewhere = happened.is_working_changed and happened.noted in _AGENCY_CHANGED
    is_said = happened.is_accepted and (happened.type in _SAID_THERE or is_elsewhere)
    if not is_said and not _status_changed(happened):
        return []
    return [_row(happened, happened.portal_code, 0, Kind.PORTAL_STATUS, status)]


def _status_changed(happened: Happened) -> bool:
    if happened.from_state is None:
        return True
    return STATUS_OF_STATE.get(happened.from_state) != happened.portal_status


def _row(happened: Happened, code: str, part: int, kind: Kind, status: int) -> LedgerRow:
    return LedgerRow(
        dossier_id=happened.dossier_id,
        version=happened.version,
        part=part,
        kind=kind,
        portal_status=status,
        code=code,
        procedure_code=happened.procedure_code,
        occurred_at=happened.at,
        tech_id=happened.tech_id,
    )


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in somebody's hands until its lease ends.

    `is_uncertain`: an earlier attempt may have been applied without our hearing of it. `is_told`: the status
    is confirmed, only the progress entry is still to be sent.
    """

    row: LedgerRow
    lease_id: UUID
    attempts: int
    is_uncertain: bool
    is_told: bool
    mapped_procedure: str | None
    mapped_sector: str | None = None
    sector_name: str = ""
    last_words: str = ""
    """What came of the attempt before this one."""
    own_silences: int = 0
    is_anothers: bool = False
    """Whether another dossier has this code, which is all the portal goes by."""

    def own_silences_with(self, words: str) -> int:
        """Return how often in a row the same was said, with these words once more; numbers in them differ."""
        return self.own_silences + 1 if _plain(words) == _plain(self.last_words) else 1


def _plain(words: str) -> str:
    return _NUMBERED.sub("#", words)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after silence: doubling from `first_seconds`, never longer than `longest_seconds`."""

    first_seconds: float = 1.0
    longest_seconds: float = 300.0

    def wait(self, attempts: int, spread: float) -> timedelta:
        """Return the wait after so many attempts; `spread` 0 to 1 keeps senders apart."""
        seconds = min(self.longest_seconds, self.first_seconds * 2 ** min(max(attempts - 1, 0), 30))
        return timedelta(seconds=seconds * (0.75 + spread / 4))


def event_data(row: LedgerRow, attempts: int, **more: Any) -> dict[str, Any]:
    """Return the data of `portal_sync.*` events."""
    return {
        "dossier_id": str(row.dossier_id),
        "version": row.version,
        "part": row.part,
        "portal_status": row.portal_status,
        "kind": (Kind.HERE_UPDATE if row.kind is Kind.HERE_FEES else row.kind).value,
        "portal_code": row.code,
        "attempts": attempts,
        "occurred_at": row.occurred_at.isoformat(),
        **more,
    }
