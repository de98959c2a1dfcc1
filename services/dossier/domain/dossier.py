"""The dossier: what it holds and what each move makes of it. Who may move it stands in `actions`."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from services.dossier.domain.course import (
    Apology,
    ApologyDraft,
    Cause,
    ClockStop,
    CorrectedBy,
    CorrectionDraft,
    Delay,
    Obligation,
    Payment,
    Proposal,
    Settlement,
)
from services.dossier.domain.definitions import Agency, Procedure
from services.dossier.domain.errors import (
    NotAnswered,
    NothingAnswered,
    StillOwed,
    SupplementLimit,
    TransitionRefused,
    WorkedElsewhere,
)
from services.dossier.domain.holdings import (
    Consultation,
    Continuing,
    DoneStep,
    Draft,
    Pins,
    Result,
    Step,
    Supplement,
    Undo,
)
from services.dossier.domain.intake.authority import Authority
from services.dossier.domain.limits import ANSWER_INSUFFICIENT
from services.dossier.domain.mandates import Mandate
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
from services.dossier.domain.work.elsewhere import Elsewhere, EndElsewhere
from worktime.term import Stop

GONE_BY = frozenset({State.ARCHIVED, State.STOPPED, State.INTAKE_REFUSED, State.CANCELLED})
"""States a dossier may be destroyed in."""
_PERSONAL = ("owner_name", "parties_sealed", "contact_sealed", "form_sealed")
_OF_PEOPLE = ("owner_subject", "submitter_subject", "owner_index")
_FORGOTTEN = (
    *("step", "secret_hash", "facts", "supplements", "draft", "done", "consultations", "obligations"),
    *("proposal", "apology_draft", "apologies", "settlement", "delay", "result", "recalled", "delivery"),
    *("undo", "brought", "watch_at", "given_files", "correction_draft", "corrections"),
)
"""What people wrote or did, back to what it was before anything happened."""

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
    stops: tuple[ClockStop, ...] = ()
    supplements: tuple[Supplement, ...] = ()
    draft: Draft | None = None
    done: tuple[DoneStep, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    obligations: tuple[Obligation, ...] = ()
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
    continuing: dict[str, Continuing] = field(default_factory=dict)
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
    def agencies(self) -> frozenset[str]:
        """Every agency whose officers may see the dossier."""
        main = {self.helping_agency.code, self.receiving_agency.code, self.competent_agency.code}
        worked = {self.step.agency} if self.step else set()
        asked = {item.agency for item in self.consultations}
        found = main | worked | asked | {item.agency for item in self.done}
        return frozenset(found | {self.now_at(code) for code in found})

    def now_at(self, agency: str) -> str:
        """Return who works for an agency now: itself, or who continues it, through every merger since."""
        seen = {agency}
        while agency in self.continuing and self.continuing[agency].code not in seen:
            agency = self.continuing[agency].code
            seen.add(agency)
        return agency

    def standing_at(self, agency: Agency) -> Agency:
        """Return who works for an agency now, as papers are headed, dated and signed."""
        now = self.now_at(agency.code)
        if now == agency.code:
            return agency
        heir = next(item for item in self.continuing.values() if item.code == now)
        return heir.agency or Agency(heir.code, heir.name)

    def unit_at(self, unit: str, agency: str) -> str:
        """Return the unit as the agency that works now knows it; empty where it has no such unit."""
        now = self.now_at(agency)
        if now == agency or not unit:
            return unit
        heirs = (item for item in self.continuing.values() if item.code == now)
        return unit if any(unit in item.units for item in heirs) else ""

    @property
    def issuer(self) -> tuple[str, str]:
        """Return code and name of who issues its result now: the competent agency, or who goes on for it."""
        now = self.now_at(self.competent_agency.code)
        names = {heir.code: heir.name for heir in self.continuing.values()}
        return now, names.get(now, self.competent_agency.name)

    @property
    def continuing_agency(self) -> Continuing | None:
        """Who goes on for the competent agency, else for the receiving one; None while both work."""
        for code in (self.competent_agency.code, self.receiving_agency.code):
            now = self.now_at(code)
            if now != code:
                return next(item for item in self.continuing.values() if item.code == now)
        return None

    def continue_at(self, agency: str, heir: Continuing) -> State:
        """Let an agency go on for one that has ended; nothing else of the dossier changes."""
        self._go_on({**self.continuing, agency: heir})
        return self.state

    def resume_at(self, agency: str) -> State:
        """Let an agency work again whose end was taken back."""
        self._go_on({ended: heir for ended, heir in self.continuing.items() if ended != agency})
        return self.state

    def go_on_after_the_end(self, heirs: Mapping[str, Continuing]) -> None:
        """Name who goes on for agencies that ended since this dossier did, with the change that follows."""
        self._lead_on({**self.continuing, **heirs})

    def _go_on(self, continuing: dict[str, Continuing]) -> None:
        """Keep who goes on for whom as a change of its own."""
        self._lead_on(continuing)
        self.version += 1

    def _lead_on(self, continuing: dict[str, Continuing]) -> None:
        """Keep who goes on for whom, without heirs nobody leads to any more."""
        self.continuing = {}
        led_to, ahead = set(), list(self.agencies)
        while ahead:
            heir = continuing.get(code := ahead.pop())
            led_to.add(code)
            if heir is not None and heir.code not in led_to:
                ahead.append(heir.code)
        self.continuing = {ended: heir for ended, heir in continuing.items() if ended in led_to}

    def let_go(self) -> None:
        """Give a held step back to its role: whoever held it works elsewhere."""
        if self.step is not None:
            self.step = replace(self.step, holder=None, transfer=None)

    def take(self, files: Iterable[UUID]) -> None:
        """Name files as this dossier's own, for good: before the change is kept that brings them."""
        self.given_files += tuple(files)

    def note_work(self) -> State:
        """Make a new version for what is noted beside the state: a file was replaced."""
        self.version += 1
        return self.state

    def require_supplement(self, basis: str, *, is_intake: bool, limit: int, total: int) -> None:
        """Raise what stands against asking for papers (once more) on this ground.

        `SupplementLimit` when the stage's and ground's number is reached, or the law's in all;
        `NothingAnswered` where an answer is called insufficient that was never given.
        """
        here = sum(1 for item in self.supplements if (item.basis, item.is_intake) == (basis, is_intake))
        if here >= limit or len(self.supplements) >= total:
            raise SupplementLimit(extra={"asked": len(self.supplements), "most": total})
        if basis == ANSWER_INSUFFICIENT and not any(one.answered_at for one in self.supplements):
            raise NothingAnswered

    def require_answer(self) -> None:
        """Raise `NotAnswered` while the last request for papers waits for its answer."""
        if not self.supplements or self.supplements[-1].answered_at is None:
            raise NotAnswered

    @property
    def owed(self) -> int:
        """What is still to be paid of the amounts told of in writing (VND)."""
        return sum(item.owed for item in self.obligations)

    @property
    def pay_by(self) -> datetime | None:
        """Until when the first of what is owed by a notice is to be paid; None where no notice says."""
        return min((one.pay_by for one in self.obligations if one.owed and one.pay_by), default=None)

    @property
    def open_supplement(self) -> Supplement | None:
        """The request that waits for an answer."""
        waits = self.state in {State.INTAKE_SUPPLEMENT, State.SUPPLEMENT_REQUESTED}
        last = self.supplements[-1] if self.supplements else None
        return last if waits and last is not None and last.answered_at is None else None

    def has_lapsed(self, now: datetime) -> bool:
        """Tell whether the applicant's time to answer is over."""
        waiting = self.open_supplement
        return waiting is not None and now > waiting.answer_by

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

    def pin(self, procedure: Procedure, *, calendar: str, stamp: str) -> None:
        """Take the version in force and the calendar for good: term, fee and process are theirs."""
        changed = {
            "procedure_version": procedure.version,
            "procedure_name": procedure.name,
            "sector": procedure.sector,
        }
        for name, value in changed.items():
            if getattr(self, name) != value:
                self.sealed_before.setdefault(name, getattr(self, name))
                setattr(self, name, value)
        self.pins = replace(self.pins, calendar=calendar, calendar_stamp=stamp)

    def accept(self, *, code: str, at: datetime, due_at: datetime, fees: tuple[dict[str, Any], ...]) -> State:
        """T2: the dossier gets its legal code and its clock starts."""
        left = self.move(Move.ACCEPT)
        self.dossier_code, self.accepted_at, self.fees = code, at, fees
        self.due_at = self.original_due_at = due_at
        return left

    def submit(self) -> State:
        """T1: the draft becomes a dossier."""
        return self.move(Move.SUBMIT)

    def end(self, move: Move, *, at: datetime) -> State:
        """T5, T6, T11, T17: nothing more is worked, and no notice is owed any more."""
        left = self.move(move)
        for item in self.obligations:
            if item.owed:
                self._put(replace(item, cancelled_at=at))
        self.ended_at, self.step, self.prior_state = at, None, None
        self.draft = self.proposal = self.apology_draft = None
        return left

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing waits here for the applicant: ended for good, or by another system."""
        return self.state in CLOSED or (self.elsewhere is not None and self.elsewhere.end is not None)

    def end_elsewhere(self, end: EndElsewhere) -> State:
        """M1 to M3: another system ended it, or says otherwise how it had; nothing is worked or owed here.

        It ended when that system says, not when we heard; our own due moment stays what it is judged by.
        """
        left = self.move(OF_ANOTHER_SYSTEM[end.state])
        away = self._elsewhere
        step = self.step or (away.end.step if away.end else None)
        owed = [item for item in self.obligations if item.owed]
        for item in owed:
            self._put(replace(item, cancelled_at=end.heard_at))
        let_go = (*(away.end.let_go if away.end else ()), *(item.id for item in owed))
        self.elsewhere = replace(away, end=replace(end, step=_given_back(step), let_go=let_go))
        self.consultations = tuple(
            replace(one, state="LAPSED") if one.state == "OPEN" else one for one in self.consultations
        )
        self.ended_at, self.step, self.prior_state, self.undo = end.at, None, None, None
        self.draft = self.proposal = self.apology_draft = None
        return left

    def reopen_elsewhere(self) -> State:
        """M4: the other system took the end back; step and what is owed stand as they did before."""
        left = self.move(Move.REOPEN_ELSEWHERE)
        away = self._elsewhere
        for item in self.obligations:
            if away.end and item.id in away.end.let_go:
                self._put(replace(item, cancelled_at=None))
        self.step = away.end.step if away.end else None
        self.elsewhere, self.ended_at = replace(away, end=None), None
        return left

    @property
    def _elsewhere(self) -> Elsewhere:
        if self.elsewhere is None:
            raise TransitionRefused.in_state(self.state)
        return self.elsewhere

    def ask_intake_supplement(self, supplement: Supplement, *, limit: int, total: int) -> State:
        """T3: tell the applicant in one go what is missing before acceptance."""
        move = Move.REQUEST_INTAKE_SUPPLEMENT
        if self.can(move):
            self.require_supplement(supplement.basis, is_intake=True, limit=limit, total=total)
        left = self.move(move)
        self.supplements = (*self.supplements, supplement)
        return left

    def draft_supplement(self, draft: Draft, *, limit: int, total: int) -> State:
        """T9, first half: refused at once when the procedure allows no further request."""
        if self.can(Move.DRAFT_SUPPLEMENT):
            self.require_supplement(draft.basis, is_intake=False, limit=limit, total=total)
        left = self.move(Move.DRAFT_SUPPLEMENT)
        self.draft = draft
        return left

    def drop_draft(self) -> State:
        """Forget a drafted request the lead declined."""
        left = self.move(Move.DRAFT_SUPPLEMENT)
        self.draft = None
        return left

    def ask_supplement(self, supplement: Supplement, *, limit: int, total: int, cause: Cause) -> State:
        """T9: the request goes out and the clock stands."""
        if self.can(Move.REQUEST_SUPPLEMENT):
            self.require_supplement(supplement.basis, is_intake=False, limit=limit, total=total)
        left = self.move(Move.REQUEST_SUPPLEMENT)
        self.supplements = (*self.supplements, supplement)
        self._stand(cause, at=supplement.asked_at, legal_basis=supplement.legal_basis)
        return left

    def _stand(
        self, cause: Cause, *, at: datetime, legal_basis: str = "", until: datetime | None = None
    ) -> None:
        """Let the clock stand in the state that was just entered; what waited for a decision falls."""
        stop = ClockStop(at, None, self.state.value, cause.code, cause.belongs_to, legal_basis, until)
        self.stops = (*self.stops, stop)
        self.draft = None

    def answer_supplement(
        self,
        move: Move,
        *,
        at: datetime,
        office_by: datetime | None = None,
        files: Iterable[UUID] = (),
        given_at: datetime | None = None,
    ) -> State:
        """T4 and the applicant's half of T10, with the files that came; `given_at` where they came later.

        `office_by`: until when the office replies to what is submitted again, in the same time as the first
        time (domain.md 3.2), or says that the answer is complete.
        """
        left = self.move(move)
        answered = replace(
            self.supplements[-1], answered_at=at, answered_with=tuple(files), given_at=given_at
        )
        if self.state is State.SUBMITTED:
            self.reply_due_at = office_by
        else:
            answered = replace(answered, confirm_by=office_by)
        self.supplements = (*self.supplements[:-1], answered)
        self.proposal = None
        return left

    def propose(self, move: Move, proposal: Proposal) -> State:
        """T5, T11, the job's half: the time to answer is over, somebody has to decide."""
        left = self.move(move)
        self.proposal = proposal
        return left

    def resume(self, move: Move, run: "Running") -> State:
        """T10, T13, T15: the clock runs again, to a new due moment."""
        if move is Move.RESUME and self.can(move):
            self.require_answer()
        if move is Move.SETTLE_PAYMENT and self.can(move) and self.stood_for.owed:
            raise StillOwed
        left = self.move(move)
        self.run(run)
        return left

    def bind_calendar(self, stamp: str) -> None:
        """Take the versions of the calendar's years the due moment is counted by from now on."""
        self.pins = replace(self.pins, calendar_stamp=stamp)

    def run(self, run: "Running") -> None:
        """Take the due moments of a clock that runs again."""
        self.stops, self.due_at, self.reappointed_due_at = run.stops, run.due_at, run.reappointed_due_at
        self.apology_latest_at = run.apology_latest_at
        if self.step is not None and run.step_due_at is not None:
            self.step = replace(self.step, due_at=run.step_due_at)
        self._put_off(run.opinions_due)

    def ask_withdrawal(self, at: datetime, decide_by: datetime) -> State:
        """T16: the applicant takes it back; nothing is worked until a signer has decided."""
        left = self.move(Move.REQUEST_WITHDRAWAL)
        self.withdrawal_asked_at, self.withdrawal_decide_by = at, decide_by
        return left

    def decline_withdrawal(self, opinions_due: Mapping[str, datetime]) -> State:
        """T18: back to where it was; opinions that could not be given meanwhile are due later."""
        left = self.move(Move.DECLINE_WITHDRAWAL)
        self._put_off(opinions_due)
        return left

    def _put_off(self, opinions_due: Mapping[str, datetime]) -> None:
        self.consultations = tuple(
            replace(one, due_at=opinions_due.get(one.code, one.due_at)) if one.state == "OPEN" else one
            for one in self.consultations
        )

    @property
    def stopped_at(self) -> datetime | None:
        """Since when the clock stands; also of a dossier that ended while it did."""
        last = self.stops[-1] if self.stops else None
        return last.stopped_at if last is not None and last.lasts(self.ended_at) else None

    @property
    def stretches(self) -> tuple[ClockStop, ...]:
        """Return the stops by whose time they are: an answered supplement is the applicant's, then ours."""
        answers = {
            one.asked_at: (one.answered_at, one.given_at) for one in self.supplements if not one.is_intake
        }
        return tuple(
            part for stop in self.stops for part in stop.cut_at(*answers.get(stop.stopped_at, (None,)))
        )

    def stops_until(self, at: datetime) -> tuple[ClockStop, ...]:
        """Return the stops with the open one ended now."""
        return tuple(stop if stop.resumed_at else replace(stop, resumed_at=at) for stop in self.stops)

    def strike_stop(self, cause: Cause, *, since: datetime | None = None) -> None:
        """Let the open stop count for nothing: the clock should not have stood, and whose doing it was.

        `since`: what was before that moment counts as the stop it was.
        """
        last = self.stops[-1]
        begun = max(since or last.stopped_at, last.stopped_at)
        kept = (replace(last, resumed_at=begun),) if begun > last.stopped_at else ()
        struck = replace(
            last, stopped_at=begun, cause=cause.code, belongs_to=cause.belongs_to, is_counted=False
        )
        self.stops = (*self.stops[:-1], *kept, struck)

    @property
    def counted_stops(self) -> list[Stop]:
        """What the counting rules know of the stops."""
        return [stop.as_stop for stop in self.stops if stop.is_counted]

    def ask_payment(self, obligation: Obligation, cause: Cause) -> State:
        """T12: the applicant is told an amount in writing and the clock stands until it is paid.

        Where money of the dossier covers all of it they are told so, and nothing stands.
        """
        left = self.move(Move.ASK_PAYMENT)
        self.obligations = (*self.obligations, obligation)
        if not obligation.owed:
            self.state = left
            return left
        self._stand(cause, at=obligation.asked_at, legal_basis=obligation.legal_basis)
        return left

    def pay(self, obligation_id: UUID, payment: Payment) -> bool:
        """Count a confirmed payment once, by its receipt; False when it was counted before."""
        for item in self.obligations:
            if item.id == obligation_id:
                if any(one.receipt == payment.receipt for one in item.payments):
                    return False
                self._put(replace(item, payments=(*item.payments, payment)))
                return True
        raise NotFound

    def unpay(self, obligation_id: UUID, payment: Payment) -> None:
        """Count money of an obligation that went back: it is owed again; what had come in stays on record."""
        for item in self.obligations:
            if item.id == obligation_id:
                self._put(replace(item, payments=(*item.payments, replace(payment, amount=-payment.amount))))

    def owe_anew(self, obligation_id: UUID, amount: int) -> None:
        """Let an obligation be of another amount than the notice said: corrected, or an exemption fits."""
        for item in self.obligations:
            if item.id == obligation_id:
                self._put(replace(item, amount=amount))

    @property
    def stood_for(self) -> Obligation:
        """What the clock stands for after T12: the last notice's. One of before may be owed again too."""
        return self.obligations[-1]

    def cancel_notice(self, at: datetime) -> UUID:
        """Forget what the last notice asked for by mistake; it stays on record as cancelled."""
        self._put(replace(self.stood_for, cancelled_at=at))
        return self.stood_for.id

    def _put(self, changed: Obligation) -> None:
        self.obligations = tuple(changed if item.id == changed.id else item for item in self.obligations)

    def suspend(self, cause: Cause, *, at: datetime, legal_basis: str, until: datetime | None) -> State:
        """T14: stopped for a reason of law; the clock stands."""
        left = self.move(Move.SUSPEND)
        self._stand(cause, at=at, legal_basis=legal_basis, until=until)
        return left

    def draft_apology(self, draft: ApologyDraft | None) -> State:
        """Propose a new date to the head of the agency, or drop the proposal."""
        left = self.move(Move.DRAFT_APOLOGY)
        self.apology_draft = draft
        return left

    def reappoint(self, apology: Apology) -> State:
        """Promise a new date with an apology; what punctuality is measured on stays."""
        left = self.move(Move.REAPPOINT)
        self.apologies = (*self.apologies, apology)
        self.reappointed_due_at, self.apology_draft = apology.new_due_at, None
        return left

    def correct_owner(self, *, name: str, parties_sealed: str, contact_sealed: str) -> State:
        """Put right what form 01 says of the owner; the seal's earlier words are kept for the comparison."""
        left = self.move(Move.CORRECT_OWNER)
        self._put_right(name, parties_sealed, contact_sealed)
        return left

    @property
    def takes_correction(self) -> bool:
        """Tell whether what is put right for the whole submission is put right here: open, worked here."""
        return self.ended_at is None and self.elsewhere is None

    def carry_correction(self, *, name: str, parties_sealed: str, contact_sealed: str) -> State:
        """Take over what another dossier of the same submission had put right, whatever the state."""
        if not self.takes_correction:
            raise TransitionRefused.in_state(self.state)
        self.version += 1
        self._put_right(name, parties_sealed, contact_sealed)
        return self.state

    def _put_right(self, name: str, parties_sealed: str, contact_sealed: str) -> None:
        changed = {"owner_name": name, "parties_sealed": parties_sealed, "contact_sealed": contact_sealed}
        for column, value in changed.items():
            self.sealed_before.setdefault(column, getattr(self, column))
            setattr(self, column, value)

    def put_answers_right(self, form_sealed: str) -> None:
        """Take the form's answers as a supplement says they are, beside the move that brings it."""
        self.sealed_before.setdefault("form_sealed", self.form_sealed)
        self.form_sealed = form_sealed

    def recompute(
        self,
        due_at: datetime,
        apology_latest_at: datetime | None,
        *,
        reappointed_due_at: datetime | None,
        stamp: str,
    ) -> State:
        """Take the moments counted by a changed calendar; what was first promised stays on record."""
        left = self.move(Move.RECOMPUTE_DUE)
        self.due_at, self.apology_latest_at = due_at, apology_latest_at
        self.reappointed_due_at = reappointed_due_at
        self.bind_calendar(stamp)
        return left

    @property
    def is_under_way(self) -> bool:
        """Tell whether it is accepted and not ended, also while a withdrawal waits."""
        state = self.prior_state if self.state is State.WITHDRAWAL_REQUESTED else self.state
        return state in UNDER_WAY

    @property
    def result_version(self) -> int:
        """Which of its results this is: the first, or one more for each that was recalled."""
        return len(self.recalled) + 1

    def issue(self, result: Result, done: DoneStep) -> State:
        """T19: signed, numbered, issued; the clock ends."""
        left = self.move(Move.ISSUE_RESULT)
        self.result, self.ended_at, self.step = result, result.issued_at, None
        self.draft = self.apology_draft = None
        self.done = (*self.done, done)
        return left

    def hand_result(self, delivery: dict[str, Any]) -> State:
        """T20: the result reached the applicant."""
        left = self.move(Move.RETURN_RESULT)
        self.delivery = delivery
        return left

    def draft_correction(self, draft: CorrectionDraft | None) -> State:
        """Propose to the head of the agency to correct a result that was handed out, or drop the proposal."""
        left = self.move(Move.DRAFT_CORRECTION)
        self.correction_draft = draft
        return left

    def open_correction(self, opened: CorrectedBy) -> State:
        """Name the dossier that corrects this one's result; nothing of this one's course changes."""
        left = self.move(Move.OPEN_CORRECTION)
        self.corrections = (*self.corrections, opened)
        self.correction_draft = None
        return left

    def destroy(self) -> State:
        """Forget who it is about and what anybody wrote; the code, the course and the agencies stay.

        Only for what has ended; the state stays what it was.
        """
        if self.state not in GONE_BY and not self.is_closed:
            raise TransitionRefused.in_state(self.state)
        empty: dict[str, Any] = dict.fromkeys(_PERSONAL, "") | dict.fromkeys(_OF_PEOPLE)
        for name, value in empty.items():
            self.sealed_before.setdefault(name, getattr(self, name))
            setattr(self, name, value)
        for name in _FORGOTTEN:
            setattr(self, name, _as_new(name))
        if self.elsewhere is not None:
            # Who owned its status stays, as its course does; the ground is somebody's own words.
            end = replace(self.elsewhere.end, step=None) if self.elsewhere.end else None
            self.elsewhere = replace(self.elsewhere, reason="", end=end)
        # When it stood and whose time that was stays; on what ground is somebody's own words.
        self.stops = tuple(replace(stop, legal_basis="") for stop in self.stops)
        self.version += 1
        return self.state

    def archive(self) -> State:
        """T21: the record is complete and goes to the archive."""
        return self.move(Move.ARCHIVE)


@dataclass(frozen=True, slots=True)
class Running:
    """Due moments of a clock that runs again."""

    stops: tuple[ClockStop, ...]
    due_at: datetime
    apology_latest_at: datetime | None
    reappointed_due_at: datetime | None
    step_due_at: datetime | None
    opinions_due: Mapping[str, datetime] = field(default_factory=dict)
    """Of opinions asked for and not given, by code."""


def _given_back(step: Step | None) -> Step | None:
    return replace(step, holder=None, transfer=None) if step else None


def _as_new(name: str) -> Any:
    """Return what a field of a new dossier is."""
    told = Dossier.__dataclass_fields__[name]
    return told.default if told.default_factory is MISSING else told.default_factory()
