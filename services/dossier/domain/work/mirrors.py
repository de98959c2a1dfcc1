"""Mirrors: dossiers a ministry's or a vertical agency's system works, known here by its code.

What is worked elsewhere is told here and shown, and never worked, coded or pushed to the portal as ours: one
system owns a dossier's status at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from kernel.core.errors import Refusal
from services.dossier.domain.codes import masked_name
from services.dossier.domain.events import moment
from services.dossier.domain.states import VIETNAMESE, State

STATES = {
    1: State.SUBMITTED,
    2: State.ACCEPTED,
    3: State.INTAKE_REFUSED,
    4: State.PROCESSING,
    5: State.SUPPLEMENT_REQUESTED,
    6: State.AWAITING_FINANCIAL,
    7: State.WITHDRAWAL_REQUESTED,
    8: State.STOPPED,
    9: State.RESULT_READY,
    10: State.RETURNED,
}
"""What the national portal's statuses, which all systems speak, are here."""
ENDINGS = (9, 10, 8, 3)
"""Statuses that end, the one that says the moment first."""
_WITHDRAWAL = 7
_MOST_TOLD = 100
"""Statuses an event carries: as many of the longest texts as a bus takes. The mirror keeps every one."""


class WorkedHere(Refusal):
    """The code is of a dossier this system works: its status is ours to tell (409)."""

    code = "worked-here"
    title = "Hồ sơ mang mã này đang được giải quyết trên hệ thống của tỉnh"


@dataclass(frozen=True, slots=True)
class Status:
    """A status as its source told it, by the source's own clock."""

    status: int
    at: datetime
    text: str = ""
    received_at: datetime | None = None
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 0
    """Which version of the mirror it made: the order statuses came in."""
    is_sound: bool = True
    """Whether it is what came in; one changed by hand ends nothing of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A dossier worked elsewhere; `statuses` in the order of their own times, whatever order they came in."""

    id: UUID
    version: int
    source: str
    outside_code: str
    route: str
    procedure_code: str
    procedure_name: str
    sector: str
    agency: str
    agency_name: str
    owner_name: str
    submitted_at: datetime
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    secret_hash: str | None = None
    dossier_id: UUID | None = None
    counted_at: datetime | None = None
    """Since when statistics know it; never for one that was a dossier of ours from the beginning."""
    linked_at: datetime | None = None
    """When it turned out to be a dossier of ours; counted there from then on."""
    follows_since: datetime | None = None
    """Since when it is known as a member of an interlinked submission that is not its lead."""
    follow_at: datetime | None = None
    """When the dossier of ours is held against it next: at once, or when what it says lies ahead."""
    statuses: Sequence[Status] = ()
    is_sound: bool = True
    """Whether its own row is what was kept: it counts its statuses, and says whose dossier they end."""

    @property
    def present(self) -> Status:
        """The latest status; of two at one moment, the one further along."""
        return max(self.statuses, key=lambda one: (one.at, one.status))

    @property
    def ended_at(self) -> datetime | None:
        """When it ended: the moment of status 9 if present, else 10, else 8 or 3; None while it runs."""
        end = ended_by(in_order(self.statuses))
        return end.at if end else None

    @property
    def is_as_told(self) -> bool:
        """Tell whether it and its statuses are what came in: each one sound, none taken out."""
        versions = sorted(one.version for one in self.statuses)
        are_sound = self.is_sound and all(one.is_sound for one in self.statuses)
        return are_sound and versions == [*range(1, self.version + 1)]

    def has(self, status: Status) -> bool:
        """Tell whether this was told before."""
        return any((one.status, one.at) == (status.status, status.at) for one in self.statuses)


def ended_by(statuses: Sequence[Status]) -> Status | None:
    """Return the status that says when it ended, of those in order; an end that was taken back is none."""
    tail = list(takewhile(lambda one: one.status in ENDINGS, reversed(statuses)))
    first = {one.status: one for one in tail}
    return next((first[ending] for ending in ENDINGS if ending in first), None)


def withdrew(statuses: Sequence[Status]) -> bool:
    """Tell whether what was last said before the end was that the applicant asks for it back."""
    ran = [one for one in statuses if one.status not in ENDINGS]
    return bool(ran) and ran[-1].status == _WITHDRAWAL


def told_last(statuses: Sequence[Status], name: str) -> datetime | None:
    """Return a moment as the last status that tells it has it; silence afterwards takes nothing back."""
    told = [moment for one in in_order(statuses) if (moment := getattr(one, name)) is not None]
    return told[-1] if told else None


def in_order(statuses: Sequence[Status]) -> list[Status]:
    """Return statuses in the order of their own times."""
    return sorted(statuses, key=lambda one: (one.at, one.status))


def told_of(mirror: Mirror) -> list[Status]:
    """Return the latest statuses in order, and the one told last wherever it stands: readers merge."""
    ordered = in_order(mirror.statuses)
    earlier = [one for one in ordered[:-_MOST_TOLD] if one.version == mirror.version]
    return earlier + ordered[-_MOST_TOLD:]


def mirror_data(mirror: Mirror) -> dict[str, Any]:
    """Return the event's data: the present state and the latest statuses, the owner masked."""
    present = mirror.present
    return {
        "mirror_id": str(mirror.id),
        "source": mirror.source,
        "outside_code": mirror.outside_code,
        "route": mirror.route,
        "procedure": {"code": mirror.procedure_code, "name": mirror.procedure_name, "sector": mirror.sector},
        "agency": {"code": mirror.agency, "name": mirror.agency_name},
        "owner_masked": masked_name(mirror.owner_name),
        "submitted_at": moment(mirror.submitted_at),
        "accepted_at": moment(mirror.accepted_at),
        "due_at": moment(mirror.due_at),
        "ended_at": moment(mirror.ended_at),
        "status": present.status,
        "state": STATES[present.status].value,
        "status_text": present.text or VIETNAMESE[STATES[present.status]],
        "status_at": moment(present.at),
        "statuses": [
            {"status": one.status, "state": STATES[one.status].value, "at": moment(one.at)}
            | {"text": one.text or VIETNAMESE[STATES[one.status]]}
            for one in told_of(mirror)
        ],
        "secret_hash": mirror.secret_hash,
        "dossier_id": str(mirror.dossier_id) if mirror.dossier_id else None,
        "version": mirror.version,
    }


def status_of(told: Mapping[str, Any]) -> Status:
    """Return a status of flat values, its moments as texts."""
    names = ("at", "received_at", "accepted_at", "due_at")
    moments = {name: datetime.fromisoformat(told[name]) if told[name] else None for name in names}
    return Status(status=told["status"], text=told["text"], version=told["version"], **moments)  # type: ignore[arg-type]  # `at` is never null
