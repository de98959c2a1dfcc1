"""The parent, one submission over several dossiers: what a child's end means, who begins next, the end.

The parent is no dossier: it has no state of the law's table, no clock and no code of its own. It follows what
its children's own histories tell, and decides only which child begins.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.dossier.domain.definitions import Agency
from services.dossier.domain.intake.authority import Authority
from services.dossier.domain.interlinked.child import (
    RUNNING,
    WITHOUT_RESULT,
    Child,
    ChildStatus,
    Choice,
    Decision,
    Question,
    QuestionKind,
    Told,
)
from services.dossier.domain.interlinked.errors import NothingToDecide, NotOutside, ParentEnded
from services.dossier.domain.interlinked.graph import followers, ready
from services.dossier.domain.interlinked.groups import Group, OnDelay, OnRefusal
from services.dossier.domain.interlinked.standing import Outcome, ParentState
from services.dossier.domain.states import CLOSED, TRANSITIONS, Move


@dataclass(slots=True, kw_only=True)
class Parent:
    """One interlinked submission; `version` grows with every change and is its event's sequence."""

    id: UUID
    version: int = 0
    reference: str
    group: Group
    lead_agency: Agency
    """Who received the whole; it stays when the agency ends."""
    heir: Agency | None = None
    """Who goes on for the lead agency since that ended."""
    origin: str
    channel: str
    state: ParentState = ParentState.RUNNING
    outcome: Outcome = Outcome.NONE
    owner_name: str
    owner_subject: str | None = None
    submitter_subject: str | None = None
    owner_index: bytes | None = None
    parties_sealed: str
    contact_sealed: str
    form_sealed: str
    secret_hash: str
    submitted_at: datetime
    expected_at: datetime | None = None
    """The latest path as it looks now."""
    due_at: datetime | None = None
    """The one appointment; it is never made earlier, and later only with word to the citizen."""
    original_due_at: datetime | None = None
    ended_at: datetime | None = None
    look_at: datetime | None = None
    is_withdrawn: bool = False
    children: dict[str, Child] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    decisions: tuple[Decision, ...] = ()
    brought: dict[str, Any] = field(default_factory=dict)
    """What children opened later need: components a member, delivery, whether the account was verified."""
    slips: tuple[UUID, ...] = ()
    """Its own forms 01, oldest first; the last one counts."""
    authority: Authority | None = None
    """What the recorded authorisation says now that this was handed in under; never kept here."""

    @property
    def lead(self) -> Child:
        """The child the whole group is named after."""
        return self.children[self.group.lead_procedure]

    @property
    def agencies(self) -> frozenset[str]:
        """Every agency that has a part in it now."""
        return frozenset({self.lead_now.code} | {child.agency_now.code for child in self.children.values()})

    @property
    def lead_now(self) -> Agency:
        """Who answers for the whole now."""
        return self.heir or self.lead_agency

    @property
    def correcting(self) -> list[Child]:
        """Return the members whose own office can put the owner right, as far as their histories told."""
        sources = TRANSITIONS[Move.CORRECT_OWNER].sources
        return [
            child
            for child in self.children.values()
            if child.route == "PROVINCE" and child.opened_at is not None and child.told.state in sources
        ]

    def of_status(self, *wanted: ChildStatus) -> list[Child]:
        """Return the children in these places, in order."""
        return [child for child in self.children.values() if child.status in wanted]

    def hear(self, now: datetime) -> list[str]:
        """Take in what children's histories told; return the members whose place changed."""
        changed = []
        for child in self.children.values():
            if not child.has_news:
                continue
            child.looked = child.told.version
            status = ChildStatus(child.told.outcome) if child.told.ended_at else ChildStatus.OPEN
            if child.route != "PROVINCE" and status is ChildStatus.OPEN:
                status = ChildStatus.OUTSIDE
            if status is child.status or {status, child.status} <= WITHOUT_RESULT:
                continue
            child.status = status
            self._answer(child)
            changed.append(child.procedure)
            self._follow_end(child, now)
        return changed

    def _follow_end(self, child: Child, now: datetime) -> None:
        # Whatever it ended with before does not count any more, also where both were heard of at once.
        child.is_passed = False
        self._reopen()
        self._revive_after(child, now)
        if child.status is ChildStatus.GRANTED:
            self._pass(child)
        elif child.status in WITHOUT_RESULT:
            self._follow_rule(child, now)

    def _follow_rule(self, child: Child, now: datetime) -> None:
        rule = self.group.member(child.procedure).on_refused
        if rule is OnRefusal.STOP:
            self._skip_after(child, f"{child.name}: kết thúc không có kết quả", for_its_end=True)
        elif not self.waiting_after(child.procedure):
            return
        elif rule is OnRefusal.GO_ON:
            self._pass(child)
        else:
            self._ask(child, QuestionKind.ENDED_WITHOUT_RESULT, now)

    def _revive_after(self, child: Child, now: datetime) -> None:
        """Let wait again whoever was skipped for this member's end and for nobody else's.

        What was handed in for them is gone once that end was final (`forget`): then they stay skipped.
        """
        revived = set()
        for one in self.of_status(ChildStatus.SKIPPED):
            if one.skipped_for.pop(child.procedure, None) is None:
                continue
            if one.skipped_for:
                one.reason = next(iter(one.skipped_for.values()))
            elif self.parties_sealed:
                one.status, one.reason, one.is_passed = ChildStatus.WAITING, "", False
                revived.add(one.procedure)
        asked = {question.procedure for question in self.questions}
        for other in self.of_status(*WITHOUT_RESULT):
            if other is child or other.is_passed or other.procedure in asked:
                continue
            # While nobody waited after it, its end had nothing to decide.
            if self._after(other.procedure) & revived:
                self._follow_rule(other, now)

    def notice_delays(self, now: datetime) -> list[str]:
        """Follow the path of children past their promise, once a promise; return them."""
        late = []
        for child in self.children.values():
            promised = child.told.promised_at
            if not child.is_late(now) or child.late_for == promised:
                continue
            child.late_for = promised
            late.append(child.procedure)
            rule = self.group.member(child.procedure).on_late
            if child.is_passed or not self.waiting_after(child.procedure):
                continue
            if rule is OnDelay.GO_ON:
                self._pass(child)
            elif rule is OnDelay.ASK:
                self._ask(child, QuestionKind.LATE, now)
        return late

    def next_ready(self) -> list[Child]:
        """Return the children whose turn has come and about whom nothing is asked."""
        if self.is_withdrawn:
            return []
        waiting = {child.procedure for child in self.of_status(ChildStatus.WAITING)}
        asked = {question.procedure for question in self.questions}
        passed = {child.procedure for child in self.children.values() if child.is_passed}
        return [self.children[code] for code in ready(self.group.after, waiting - asked, passed)]

    def begin(self, child: Child, told: Told, now: datetime) -> None:
        """Note that a child's dossier was opened, or that another system's turn has come."""
        child.status = ChildStatus.OPEN if child.route == "PROVINCE" else ChildStatus.OUTSIDE
        child.opened_at, child.told, child.looked, child.reason = now, told, told.version, ""

    def could_not_begin(self, child: Child, reason: str, now: datetime) -> None:
        """Note that a child's turn came and its dossier could not be opened: somebody has to decide."""
        child.reason = reason
        self._ask(child, QuestionKind.NOT_OPENED, now, reason)

    def decide(
        self, procedure: str, choice: Choice, *, reason: str, by: str, by_name: str, at: datetime
    ) -> None:
        """Take an officer's decision; raise `NothingToDecide` where nothing of this member is asked."""
        question = next((item for item in self.questions if item.procedure == procedure), None)
        if question is None or (choice is Choice.WAIT and question.kind is not QuestionKind.LATE):
            raise NothingToDecide
        child = self.children[procedure]
        self.questions = tuple(item for item in self.questions if item is not question)
        decision = Decision(procedure, question.kind, choice, reason, by, by_name, at)
        self.decisions = (*self.decisions, decision)
        if choice is Choice.STOP:
            is_end = question.kind is QuestionKind.ENDED_WITHOUT_RESULT
            self._skip_after(child, reason, for_its_end=is_end)
            if question.kind is QuestionKind.NOT_OPENED:
                self._skip(child, reason)
        elif choice is Choice.GO_ON and question.kind is not QuestionKind.NOT_OPENED:
            self._pass(child)
        self._settle_state()

    def withdraw(self, reason: str) -> None:
        """Begin nothing more; children that run are withdrawn by themselves, each decided at its agency."""
        if self.state is ParentState.ENDED or self.is_withdrawn:
            raise ParentEnded
        self.is_withdrawn = True
        self.questions = ()
        for child in self.of_status(ChildStatus.WAITING):
            self._skip(child, reason)
        for child in self.of_status(ChildStatus.SKIPPED):
            child.skipped_for.clear()
        self._settle_state()

    def note_outside(
        self, procedure: str, *, source: str, outside_code: str, told: Told, reason: str
    ) -> None:
        """Keep how another system's part stands; raise `NotOutside` for a child worked here or not begun."""
        child = self.children.get(procedure)
        if (
            child is None
            or child.route == "PROVINCE"
            or child.status in {ChildStatus.WAITING, ChildStatus.SKIPPED}
        ):
            raise NotOutside
        child.source, child.outside_code, child.reason = source, outside_code, reason
        child.told = replace(told, version=child.told.version + 1)

    def settle(self, now: datetime) -> bool:
        """End the submission when nobody runs, waits or is asked about; tell whether it ended now."""
        self._settle_state()
        running = self.of_status(*RUNNING, ChildStatus.WAITING)
        if running or self.questions or self.state is ParentState.ENDED:
            return False
        self.state, self.ended_at, self.look_at = ParentState.ENDED, now, None
        granted = len(self.of_status(ChildStatus.GRANTED))
        if granted == len(self.children):
            self.outcome = Outcome.GRANTED
        elif granted:
            self.outcome = Outcome.PARTLY
        else:
            self.outcome = Outcome.WITHDRAWN if self.is_withdrawn else Outcome.REFUSED
        return True

    def forget(self) -> None:
        """Keep nothing sealed for children to come once there are none: each has its own part then.

        One skipped for an end that may be taken back (T22, before the return) may still come.
        """
        skipped = self.of_status(ChildStatus.SKIPPED)
        may_come = any(not self._is_over(code) for child in skipped for code in child.skipped_for)
        if not may_come and not self.of_status(ChildStatus.WAITING):
            self.parties_sealed = self.form_sealed = ""

    def destroy(self, now: datetime) -> None:
        """Forget who it is about and what anybody wrote; reference, course and agencies stay.

        One that never ended ends: no dossier of it is kept that could still go on.
        """
        self.owner_name = self.secret_hash = ""
        self.owner_subject = self.submitter_subject = self.owner_index = self.look_at = None
        self.parties_sealed = self.form_sealed = self.contact_sealed = ""
        self.questions, self.decisions, self.brought, self.slips = (), (), {}, ()
        for child in self.children.values():
            child.reason = ""
            child.skipped_for.clear()
            if child.status is ChildStatus.WAITING:
                self._skip(child, "")
        if self.ended_at is None:
            self.state, self.ended_at = ParentState.ENDED, now

    def appoint(self, due_at: datetime) -> datetime | None:
        """Promise this moment unless it is no later than the last promise; return the promise before it."""
        self.expected_at = due_at
        if self.due_at is not None and due_at <= self.due_at:
            return None
        before, self.due_at = self.due_at, due_at
        if self.original_due_at is None:
            self.original_due_at = due_at
        return before or due_at

    def watch(self, now: datetime) -> None:
        """Set when delays are looked at next: the first promise that is still to pass."""
        due = [child.told.promised_at for child in self.of_status(*RUNNING) if child.told.stopped_at is None]
        self.look_at = min((at for at in due if at is not None and at > now), default=None)

    def _is_over(self, procedure: str) -> bool:
        """Tell whether a member's end can no longer be taken back."""
        return self.children[procedure].told.state in CLOSED

    def _after(self, procedure: str) -> set[str]:
        return followers(self.group.after, procedure)

    def waiting_after(self, procedure: str) -> list[Child]:
        """Return the children whose turn has not come and that come after this one."""
        after = self._after(procedure)
        return [child for child in self.of_status(ChildStatus.WAITING) if child.procedure in after]

    def _pass(self, child: Child) -> None:
        child.is_passed = True
        self._answer(child)

    def _answer(self, child: Child) -> None:
        """Forget what was asked about a child: it went on meanwhile."""
        self.questions = tuple(item for item in self.questions if item.procedure != child.procedure)

    def _ask(self, child: Child, kind: QuestionKind, now: datetime, reason: str = "") -> None:
        self._answer(child)
        self.questions = (*self.questions, Question(child.procedure, kind, now, reason))
        self._settle_state()

    def _skip(self, child: Child, reason: str) -> None:
        child.status, child.reason, child.is_passed = ChildStatus.SKIPPED, reason, True
        self._answer(child)

    def _skip_after(self, cause: Child, reason: str, *, for_its_end: bool) -> None:
        """Skip who comes after a member: until its end is taken back, or for good."""
        after = self._after(cause.procedure)
        for child in self.of_status(ChildStatus.WAITING, ChildStatus.SKIPPED):
            if child.procedure not in after:
                continue
            is_for_good = child.status is ChildStatus.SKIPPED and not child.skipped_for
            if child.status is ChildStatus.WAITING:
                self._skip(child, reason)
            if not for_its_end:
                child.skipped_for.clear()
            elif not is_for_good:
                child.skipped_for[cause.procedure] = reason
        # Where nobody waits any more there is nothing to decide.
        self.questions = tuple(
            item
            for item in self.questions
            if item.kind is QuestionKind.NOT_OPENED or self.waiting_after(item.procedure)
        )

    def _reopen(self) -> None:
        if self.state is ParentState.ENDED:
            self.state, self.outcome, self.ended_at = ParentState.RUNNING, Outcome.NONE, None

    def _settle_state(self) -> None:
        if self.state is not ParentState.ENDED:
            self.state = ParentState.DECISION_NEEDED if self.questions else ParentState.RUNNING
