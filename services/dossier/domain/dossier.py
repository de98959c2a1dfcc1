"""The dossier: what it holds and where it stands.

What each move makes of it stands in `moves`, who may make it in `actions`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.dossier.domain.course import (
    Apology,
    ApologyDraft,
    CorrectedBy,
    CorrectionDraft,
    Delay,
    Proposal,
    Settlement,
)
from services.dossier.domain.definitions import Agency
from services.dossier.domain.errors import TransitionRefused, WorkedElsewhere
from services.dossier.domain.heirs import Continuing, Heirs
from services.dossier.domain.holdings import Consultation, DoneStep, Draft, Pins, Result, Step, Undo
from services.dossier.domain.intake.authority import Authority
from services.dossier.domain.mandates import Mandate
from services.dossier.domain.obligations import Obligations
from services.dossier.domain.states import (
    CLOSED,
    OF_ANOTHER_SYSTEM,
    PORTAL_STATUS,
    TRANSITIONS,
    UNDER_WAY,
    Clock,
    Move,
    State,
    clock_in,
)
from services.dossier.domain.stops import ClockStop, ClockStops
from services.dossier.domain.supplements import Supplement, Supplements
from services.dossier.domain.work.elsewhere import Elsewhere

_SAID_ELSEWHERE = frozenset(OF_ANOTHER_SYSTEM.values())
_OWNED_ELSEWHERE = frozenset({Move.ARRANGE_STEP, Move.RECOMPUTE_DUE}) | _SAID_ELSEWHERE
"""What still happens while another system owns it: it comes back, our due moment is counted, it ends."""


@dataclass(slots=True, kw_only=True)
class Dossier:
    """One dossier; `version` grows by one with every change and is its event's sequence."""

    id: UUID
    version: int = 0
    reference: str
    dossier_code: str | None = None
    portal_code: str | None = None
    origin: str
    channel: str
    procedure_code: str
    procedure_name: str
    sector: str
    procedure_version: int
    process_code: str | None = None
    process_version: int | None = None
    helping_agency: Agency
    receiving_agency: Agency
    competent_agency: Agency
    state: State = State.SUBMITTED
    prior_state: State | None = None
    submitted_at: datetime
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    original_due_at: datetime | None = None
    reappointed_due_at: datetime | None = None
    """The date promised with an apology; `due_at` stays what punctuality is measured on."""
    apology_latest_at: datetime | None = None
    """Until when an apology for not keeping `due_at` has to be written; None for terms of hours."""
    withdrawal_asked_at: datetime | None = None
    """When the withdrawal was asked for that waits or was decided last; None in rows from before."""
    withdrawal_decide_by: datetime | None = None
    reply_due_at: datetime | None = None
    """Until when a submission is accepted, sent back or refused."""
    handover_due_at: datetime | None = None
    """Until when an accepted dossier's papers are at the competent unit."""
    ended_at: datetime | None = None
    step: Step | None = None
    owner_name: str
    owner_subject: str | None = None
    submitter_subject: str | None = None
    owner_index: bytes | None = None
    parties_sealed: str
    contact_sealed: str
    form_sealed: str
    secret_hash: str | None = None
    result_delivery: str = "COUNTER"
    is_verified: bool = False
    fees: tuple[dict[str, Any], ...] = ()
    facts: dict[str, bool] = field(default_factory=dict)
    stops: ClockStops = field(default_factory=ClockStops)
    supplements: Supplements = field(default_factory=Supplements)
    draft: Draft | None = None
    done: tuple[DoneStep, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    obligations: Obligations = field(default_factory=Obligations)
    proposal: Proposal | None = None
    apology_draft: ApologyDraft | None = None
    apologies: tuple[Apology, ...] = ()
    correction_draft: CorrectionDraft | None = None
    corrections: tuple[CorrectedBy, ...] = ()
    """The dossiers opened to correct its result, the newest last: at most one of them is open."""
    settlement: Settlement | None = None
    delay: Delay | None = None
    result: Result | None = None
    recalled: tuple[Result, ...] = ()
    delivery: dict[str, Any] | None = None
    pins: Pins = field(default_factory=Pins)
    undo: Undo | None = None
    elsewhere: Elsewhere | None = None
    """Where another system goes on with it; None while it is worked here."""
    outside_key: str | None = None
    """What another system that worked it calls it, for good: told twice, it is counted once."""
    brought: dict[str, Any] = field(default_factory=dict)
    """How it came: visit, tracking number and postmark, kiosk, authorisation, who helped (no names)."""
    history_hash: bytes = b""
    paper_numbers: dict[str, int] = field(default_factory=dict)
    """How many papers of a kind were issued: no two have the same number."""
    given_files: tuple[UUID, ...] = ()
    """Every file that was ever given to it, in the order they came; one that is missing was taken away."""
    watch_at: datetime | None = None
    """When a job looks at its timers next; the scheduler's own, no part of what history tells."""
    kept: Any = field(default=None, compare=False, repr=False)
    """The record it was read from, None for a new one: its seal is held against it when it is kept again."""
    sealed_before: dict[str, Any] = field(default_factory=dict, compare=False)
    """What sealed columns were before this change, where it touches one; compared, not kept."""
    warnings: list[dict[str, Any]] = field(default_factory=list, compare=False)
    """What whoever made this change should know though nothing was refused; answered, not kept."""
    issued: list[UUID] = field(default_factory=list, compare=False)
    """Papers issued with this change; answered, kept as papers."""
    continuing: Heirs = field(default_factory=Heirs)
    authority: Authority | None = None
    """By what the submitter acts for the owner; None for an owner's own, and where the law itself says so."""
    is_spoken_for: bool = True
    """Whether that authority held when this was loaded; without it the submitter is nobody's party."""
    acting: Mandate | None = None
    """In whose place this change is made; told with the change, not kept."""

    @property
    def route(self) -> str:
        """Who owns its status: PROVINCE, or since a change of route MINISTRY or SECTOR."""
        return self.elsewhere.route if self.elsewhere is not None else "PROVINCE"

    @property
    def clock(self) -> Clock:
        """What the processing clock does now."""
        return clock_in(self.state, self.prior_state)

    @property
    def portal_status(self) -> int:
        """The national portal's number for the state."""
        return PORTAL_STATUS[self.state]

    @property
    def own_agencies(self) -> frozenset[str]:
        """Every agency that takes part or took part, whoever goes on for it."""
        main = {self.helping_agency.code, self.receiving_agency.code, self.competent_agency.code}
        worked = {self.step.agency} if self.step else set()
        asked = {item.agency for item in self.consultations}
        return frozenset(main | worked | asked | {item.agency for item in self.done})

    @property
    def agencies(self) -> frozenset[str]:
        """Every agency whose officers may see the dossier."""
        own = self.own_agencies
        return own | {self.now_at(code) for code in own}

    def now_at(self, agency: str) -> str:
        """Return who works for an agency now: itself, or who continues it, through every merger since."""
        return self.continuing.now(agency)

    def standing_at(self, agency: Agency) -> Agency:
        """Return who works for an agency now, as papers are headed, dated and signed."""
        return self.continuing.standing_at(agency)

    def unit_at(self, unit: str, agency: str) -> str:
        """Return the unit as the agency that works now knows it; empty where it has no such unit."""
        return self.continuing.unit_at(unit, agency)

    @property
    def issuer(self) -> tuple[str, str]:
        """Return code and name of who issues its result now: the competent agency, or who goes on for it."""
        now = self.now_at(self.competent_agency.code)
        names = {heir.code: heir.name for heir in self.continuing.values()}
        return now, names.get(now, self.competent_agency.name)

    @property
    def continuing_agency(self) -> Continuing | None:
        """Who works it for the competent agency that ended; None while that one works itself."""
        return self.continuing.heir_of(self.competent_agency.code)

    @property
    def owed(self) -> int:
        """What is still to be paid of the amounts told of in writing (VND)."""
        return self.obligations.owed

    @property
    def pay_by(self) -> datetime | None:
        """Until when the first of what is owed by a notice is to be paid; None where no notice says."""
        return self.obligations.pay_by

    @property
    def open_supplement(self) -> Supplement | None:
        """The request that waits for an answer."""
        waits = self.state in {State.INTAKE_SUPPLEMENT, State.SUPPLEMENT_REQUESTED}
        return self.supplements.waiting if waits else None

    @property
    def stopped_at(self) -> datetime | None:
        """Since when the clock stands; also of a dossier that ended while it did."""
        return self.stops.stands_since(self.ended_at)

    @property
    def stretches(self) -> tuple[ClockStop, ...]:
        """Return the stops by whose time they are: an answered supplement is the applicant's, then ours."""
        return self.stops.by_whose_time(self.supplements.answers)

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing waits here for the applicant: ended for good, or by another system."""
        return self.state in CLOSED or (self.elsewhere is not None and self.elsewhere.end is not None)

    @property
    def is_under_way(self) -> bool:
        """Tell whether it is accepted and not ended, also while a withdrawal waits."""
        state = self.prior_state if self.state is State.WITHDRAWAL_REQUESTED else self.state
        return state in UNDER_WAY

    @property
    def reply_since(self) -> datetime:
        """Since when a submission waits for its reply: handed in, or again with what was asked for."""
        answered_at = self.supplements[-1].answered_at if self.supplements else None
        return answered_at or self.submitted_at

    @property
    def waits_at_counter_since(self) -> datetime | None:
        """Since when its result is there to be fetched: issued, and the day it was promised for has come.

        None for one that goes by post or electronically, or that another system issued. Asked for
        electronically and made on paper, it waits here.
        """
        is_here = self.state is State.RESULT_READY and self.elsewhere is None
        if not is_here or self.result is None or self.ended_at is None:
            return None
        if self.result_delivery == "POST" or (
            self.result_delivery == "ELECTRONIC" and self.result.is_electronic
        ):
            return None
        return max(self.ended_at, self.reappointed_due_at or self.due_at or self.ended_at)

    @property
    def result_version(self) -> int:
        """Which of its results this is: the first, or one more for each that was recalled."""
        return len(self.recalled) + 1

    def take(self, files: Iterable[UUID]) -> None:
        """Name files as this dossier's own, for good: before the change is kept that brings them."""
        self.given_files += tuple(files)

    def note_work(self) -> State:
        """Make a new version for what is noted beside the state: a file was replaced, an agency ended."""
        self.version += 1
        return self.state

    def can(self, move: Move) -> bool:
        """Tell whether the state allows the move."""
        return self.state in TRANSITIONS[move].sources

    def move(self, move: Move) -> State:
        """Change the state and return the one it left; raise `TransitionRefused` from any other state."""
        transition = TRANSITIONS[move]
        left = self.state
        if left not in transition.sources:
            raise TransitionRefused.in_state(left)
        if self.elsewhere is not None and left in UNDER_WAY and move not in _OWNED_ELSEWHERE:
            raise WorkedElsewhere
        if move in _SAID_ELSEWHERE and not self._is_theirs:
            raise TransitionRefused.in_state(left)
        if move is Move.REQUEST_WITHDRAWAL:
            self.prior_state = left
        if transition.target is not None:
            self.state = transition.target
        elif move is Move.DECLINE_WITHDRAWAL and self.prior_state is not None:
            self.state, self.prior_state = self.prior_state, None
        self.version += 1
        return left

    @property
    def _is_theirs(self) -> bool:
        """Tell whether another system may still say how it ended: it has it, and we did not end it."""
        return self.elsewhere is not None and (self.ended_at is None or self.elsewhere.end is not None)
