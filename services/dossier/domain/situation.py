"""What beside a dossier decides whether something can be done with it now; read with it, in its statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.dossier.domain.definitions import Procedure, Process
from services.dossier.domain.limits import Limits
from services.dossier.domain.payments.account import EMPTY, Account
from services.dossier.domain.states import State
from worktime.calendar import WorkCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedDossier:
    """Another dossier as far as this one hangs on it: `outcome` empty while it has no result."""

    dossier_id: UUID
    reference: str
    dossier_code: str | None
    state: State
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What beside the dossier decides whether something can be done now.

    `lacking` names what the record has to get before it is archived, `ended_results` the results handed in
    that hold no more; both are empty where nobody asked for them, as is whether the post has the result.
    """

    now: datetime
    limits: Limits
    procedure: Procedure
    process: Process | None
    calendar: WorkCalendar | None
    account: Account = EMPTY
    lacking: Sequence[str] = ()
    ended_results: Sequence[Mapping[str, Any]] = ()
    is_with_post: bool = False
    last_correction: LinkedDossier | None = None
    """The dossier opened last to correct this one's result, as it is now."""

    @property
    def today(self) -> date:
        """The day in Viet Nam."""
        return self.now.astimezone(VIETNAM).date()
