"""The life of a dossier: states, moves between them, what the portal and the clock make of each.

domain.md 3.2 with its numbers T1 to T22; a move from any other state is refused. Rows with a letter behind
the number are halves of one (drafted by one, decided by another); rows without a number change no state.
Rows M1 to M4 are what another system says of a dossier whose route was changed to it (ADR 0031): nobody makes
them but who hears that system.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a dossier is; overdue is derived from the due moment and is no state.

    DRAFT is kept elsewhere (the intake's drafts); a dossier begins where it leaves that state, by T1.
    """

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    INTAKE_SUPPLEMENT = "INTAKE_SUPPLEMENT"
    INTAKE_REFUSED = "INTAKE_REFUSED"
    CANCELLED = "CANCELLED"
    ACCEPTED = "ACCEPTED"
    PROCESSING = "PROCESSING"
    SUPPLEMENT_REQUESTED = "SUPPLEMENT_REQUESTED"
    AWAITING_FINANCIAL = "AWAITING_FINANCIAL"
    SUSPENDED = "SUSPENDED"
    WITHDRAWAL_REQUESTED = "WITHDRAWAL_REQUESTED"
    STOPPED = "STOPPED"
    RESULT_READY = "RESULT_READY"
    RETURNED = "RETURNED"
    ARCHIVED = "ARCHIVED"


class Clock(StrEnum):
    """What the processing clock does."""

    OFF = "OFF"
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
    ENDED = "ENDED"


VIETNAMESE = {
    State.DRAFT: "Bản nháp",
    State.SUBMITTED: "Chờ tiếp nhận",
    State.INTAKE_SUPPLEMENT: "Yêu cầu hoàn thiện trước tiếp nhận",
    State.INTAKE_REFUSED: "Từ chối tiếp nhận",
    State.CANCELLED: "Người nộp hủy trước tiếp nhận",
    State.ACCEPTED: "Đã tiếp nhận, chờ chuyển",
    State.PROCESSING: "Đang xử lý",
    State.SUPPLEMENT_REQUESTED: "Yêu cầu bổ sung",
    State.AWAITING_FINANCIAL: "Chờ thực hiện nghĩa vụ tài chính",
    State.SUSPENDED: "Tạm dừng có căn cứ pháp luật",
    State.WITHDRAWAL_REQUESTED: "Yêu cầu rút hồ sơ",
    State.STOPPED: "Dừng giải quyết",
    State.RESULT_READY: "Đã có kết quả, chờ trả",
    State.RETURNED: "Đã trả kết quả",
    State.ARCHIVED: "Đã lưu trữ",
}

PORTAL_STATUS: dict[State, int] = {
    State.SUBMITTED: 1,
    State.ACCEPTED: 2,
    State.INTAKE_REFUSED: 3,
    State.PROCESSING: 4,
    State.SUSPENDED: 4,
    State.INTAKE_SUPPLEMENT: 5,
    State.SUPPLEMENT_REQUESTED: 5,
    State.AWAITING_FINANCIAL: 6,
    State.CANCELLED: 7,
    State.WITHDRAWAL_REQUESTED: 7,
    State.STOPPED: 8,
    State.RESULT_READY: 9,
    State.RETURNED: 10,
    State.ARCHIVED: 10,
}
"""Status of the national portal (section 12 of its contract); it knows nothing of drafts."""

STANDING = frozenset({State.SUPPLEMENT_REQUESTED, State.AWAITING_FINANCIAL, State.SUSPENDED})
"""States in which the clock stands (domain.md 5: what is a stop)."""

UNDER_WAY = frozenset({State.ACCEPTED, State.PROCESSING}) | STANDING
"""Accepted and not yet ended."""

COUNTED = UNDER_WAY | {
    *(State.SUBMITTED, State.INTAKE_SUPPLEMENT, State.WITHDRAWAL_REQUESTED, State.RETURNED, State.ARCHIVED)
}
"""Where a changed calendar may move something: a due moment, or until when a word is to be said."""

CLOSED = frozenset({State.INTAKE_REFUSED, State.CANCELLED, State.STOPPED, State.RETURNED, State.ARCHIVED})
"""Nothing waits for the applicant any more; what was paid goes back only as a refund."""

HANDED_OUT = frozenset({State.RETURNED, State.ARCHIVED})
"""The result is in the applicant's hands: what is wrong with it is corrected by another dossier."""

_CLOCK = {
    State.DRAFT: Clock.OFF,
    State.SUBMITTED: Clock.OFF,
    State.INTAKE_SUPPLEMENT: Clock.OFF,
    State.ACCEPTED: Clock.RUNNING,
    State.PROCESSING: Clock.RUNNING,
    State.SUPPLEMENT_REQUESTED: Clock.STOPPED,
    State.AWAITING_FINANCIAL: Clock.STOPPED,
    State.SUSPENDED: Clock.STOPPED,
}


def clock_in(state: State, prior: State | None) -> Clock:
    """Return what the clock does; a withdrawal that is not decided leaves it as it was."""
    if state is State.WITHDRAWAL_REQUESTED and prior is not None:
        state = prior
    return _CLOCK.get(state, Clock.ENDED)


class Move(StrEnum):
    """What may happen to a dossier."""

    SUBMIT = "SUBMIT"
    ACCEPT = "ACCEPT"
    REQUEST_INTAKE_SUPPLEMENT = "REQUEST_INTAKE_SUPPLEMENT"
    ANSWER_INTAKE_SUPPLEMENT = "ANSWER_INTAKE_SUPPLEMENT"
    PROPOSE_REFUSAL = "PROPOSE_REFUSAL"
    REFUSE_INTAKE = "REFUSE_INTAKE"
    CANCEL = "CANCEL"
    HAND_OVER = "HAND_OVER"
    COMPLETE_STEP = "COMPLETE_STEP"
    ARRANGE_STEP = "ARRANGE_STEP"
    DRAFT_SUPPLEMENT = "DRAFT_SUPPLEMENT"
    REQUEST_SUPPLEMENT = "REQUEST_SUPPLEMENT"
    ANSWER_SUPPLEMENT = "ANSWER_SUPPLEMENT"
    RESUME = "RESUME"
    PROPOSE_STOP = "PROPOSE_STOP"
    STOP_LAPSED = "STOP_LAPSED"
    ASK_PAYMENT = "ASK_PAYMENT"
    SETTLE_PAYMENT = "SETTLE_PAYMENT"
    SUSPEND = "SUSPEND"
    END_SUSPENSION = "END_SUSPENSION"
    REQUEST_WITHDRAWAL = "REQUEST_WITHDRAWAL"
    APPROVE_WITHDRAWAL = "APPROVE_WITHDRAWAL"
    DECLINE_WITHDRAWAL = "DECLINE_WITHDRAWAL"
    ISSUE_RESULT = "ISSUE_RESULT"
    RETURN_RESULT = "RETURN_RESULT"
    RECALL_RESULT = "RECALL_RESULT"
    ARCHIVE = "ARCHIVE"
    DRAFT_APOLOGY = "DRAFT_APOLOGY"
    REAPPOINT = "REAPPOINT"
    CORRECT_OWNER = "CORRECT_OWNER"
    RECOMPUTE_DUE = "RECOMPUTE_DUE"
    ISSUE_ELSEWHERE = "ISSUE_ELSEWHERE"
    RETURN_ELSEWHERE = "RETURN_ELSEWHERE"
    STOP_ELSEWHERE = "STOP_ELSEWHERE"
    REOPEN_ELSEWHERE = "REOPEN_ELSEWHERE"
    DRAFT_CORRECTION = "DRAFT_CORRECTION"
    OPEN_CORRECTION = "OPEN_CORRECTION"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table; `target` None means that the state stays, or goes back to before a withdrawal."""

    number: str
    sources: frozenset[State]
    target: State | None


def _from(number: str, *sources: State, to: State | None = None) -> Transition:
    return Transition(number, frozenset(sources), to)


_RUNNING = (State.ACCEPTED, State.PROCESSING)
_ENDED_AWAY = (State.RESULT_READY, State.RETURNED, State.STOPPED)
# An end that was told may be told otherwise: what the other system says last holds.
_AWAY = (State.PROCESSING, State.WITHDRAWAL_REQUESTED, *_ENDED_AWAY)

TRANSITIONS: dict[Move, Transition] = {
    Move.SUBMIT: _from("T1", State.DRAFT, to=State.SUBMITTED),
    Move.ACCEPT: _from("T2", State.SUBMITTED, to=State.ACCEPTED),
    Move.REQUEST_INTAKE_SUPPLEMENT: _from("T3", State.SUBMITTED, to=State.INTAKE_SUPPLEMENT),
    Move.ANSWER_INTAKE_SUPPLEMENT: _from("T4", State.INTAKE_SUPPLEMENT, to=State.SUBMITTED),
    Move.PROPOSE_REFUSAL: _from("T5a", State.INTAKE_SUPPLEMENT),
    Move.REFUSE_INTAKE: _from("T5", State.SUBMITTED, State.INTAKE_SUPPLEMENT, to=State.INTAKE_REFUSED),
    Move.CANCEL: _from("T6", State.SUBMITTED, State.INTAKE_SUPPLEMENT, to=State.CANCELLED),
    Move.HAND_OVER: _from("T7", State.ACCEPTED, to=State.PROCESSING),
    Move.COMPLETE_STEP: _from("T8", State.PROCESSING),
    Move.ARRANGE_STEP: _from("T8", State.PROCESSING),
    Move.DRAFT_SUPPLEMENT: _from("T9a", State.PROCESSING),
    Move.REQUEST_SUPPLEMENT: _from("T9", State.PROCESSING, to=State.SUPPLEMENT_REQUESTED),
    Move.ANSWER_SUPPLEMENT: _from("T10a", State.SUPPLEMENT_REQUESTED),
    Move.RESUME: _from("T10", State.SUPPLEMENT_REQUESTED, to=State.PROCESSING),
    Move.PROPOSE_STOP: _from("T11a", State.SUPPLEMENT_REQUESTED),
    Move.STOP_LAPSED: _from("T11", State.SUPPLEMENT_REQUESTED, to=State.STOPPED),
    Move.ASK_PAYMENT: _from("T12", State.PROCESSING, to=State.AWAITING_FINANCIAL),
    Move.SETTLE_PAYMENT: _from("T13", State.AWAITING_FINANCIAL, to=State.PROCESSING),
    Move.SUSPEND: _from("T14", State.PROCESSING, to=State.SUSPENDED),
    Move.END_SUSPENSION: _from("T15", State.SUSPENDED, to=State.PROCESSING),
    Move.REQUEST_WITHDRAWAL: _from("T16", *_RUNNING, *STANDING, to=State.WITHDRAWAL_REQUESTED),
    Move.APPROVE_WITHDRAWAL: _from("T17", State.WITHDRAWAL_REQUESTED, to=State.STOPPED),
    Move.DECLINE_WITHDRAWAL: _from("T18", State.WITHDRAWAL_REQUESTED),
    Move.ISSUE_RESULT: _from("T19", State.PROCESSING, to=State.RESULT_READY),
    Move.RETURN_RESULT: _from("T20", State.RESULT_READY, to=State.RETURNED),
    Move.RECALL_RESULT: _from("T22", State.RESULT_READY, to=State.PROCESSING),
    Move.ARCHIVE: _from("T21", State.RETURNED, to=State.ARCHIVED),
    Move.DRAFT_APOLOGY: _from("", State.PROCESSING),
    Move.REAPPOINT: _from("", State.PROCESSING),
    Move.CORRECT_OWNER: _from("", *_RUNNING, *STANDING),
    Move.RECOMPUTE_DUE: _from("", *COUNTED),
    Move.ISSUE_ELSEWHERE: _from("M1", *_AWAY, to=State.RESULT_READY),
    Move.RETURN_ELSEWHERE: _from("M2", *_AWAY, to=State.RETURNED),
    Move.STOP_ELSEWHERE: _from("M3", *_AWAY, to=State.STOPPED),
    Move.REOPEN_ELSEWHERE: _from("M4", *_ENDED_AWAY, to=State.PROCESSING),
    # After the result was handed out an error is a new linked dossier; this one stays where it ended.
    Move.DRAFT_CORRECTION: _from("", *HANDED_OUT),
    Move.OPEN_CORRECTION: _from("", *HANDED_OUT),
}
OF_ANOTHER_SYSTEM = {
    State.RESULT_READY: Move.ISSUE_ELSEWHERE,
    State.RETURNED: Move.RETURN_ELSEWHERE,
    State.STOPPED: Move.STOP_ELSEWHERE,
    State.PROCESSING: Move.REOPEN_ELSEWHERE,
}
"""The moves only another system's word makes, by the state they lead to."""
