"""Replies that come in on the axis: what each says of an outside step, and what is left for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class ReplyState(StrEnum):
    """WAITING is to be told to the dossier service, LISTED waits for people."""

    WAITING = "WAITING"
    TOLD = "TOLD"
    LISTED = "LISTED"
    SETTLED = "SETTLED"


class Why(StrEnum):
    """Why a reply ended no step, or a question was not asked, and is on the work list."""

    UNKNOWN_REFERENCE = "unknown-reference"
    WRONG_SENDER = "wrong-sender"
    SECOND_REPLY = "second-reply"
    STEP_MOVED = "step-moved"
    STEP_OVER = "step-over"
    LATE = "late"
    REFUSED = "refused"
    REPLY_SUPERSEDED = "reply-superseded"
    REPLY_REVOKED = "reply-revoked"
    QUESTION_NOT_SENT = "question-not-sent"
    QUESTION_REFUSED = "question-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A document that came as the answer to one of ours; `asked` is ours, None when there is no such one."""

    id: UUID
    document: UUID
    agency: str
    asked: UUID | None = None
    request_id: UUID | None = None
    dossier_id: UUID | None = None
    dossier_code: str = ""
    state: ReplyState
    why: str = ""
    outcome: str = ""
    attempts: int = 0
    created_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One of our documents as a reply is judged against: whom it went to, who may have answered it before."""

    document: UUID
    receivers: Sequence[str]
    request_id: UUID | None = None
    is_answered: bool = False


def ruling(asked: Asked | None, sender: str) -> tuple[ReplyState, str] | None:
    """Return what a reply is to do; None: it answers a plain question and there is nothing to end.

    Only who was asked answers, and only once: whatever else comes changes nothing and waits for people.
    """
    if asked is None:
        return ReplyState.LISTED, Why.UNKNOWN_REFERENCE
    if sender not in asked.receivers:
        return ReplyState.LISTED, Why.WRONG_SENDER
    if asked.request_id is None:
        return None
    if asked.is_answered:
        return ReplyState.LISTED, Why.SECOND_REPLY
    return ReplyState.WAITING, ""


_OUTCOMES = {
    "accepted": (ReplyState.TOLD, ""),
    # The dossier stands: it is taken there once it goes on.
    "kept": (ReplyState.TOLD, ""),
    "repeated": (ReplyState.LISTED, Why.STEP_OVER),
    "late": (ReplyState.LISTED, Why.LATE),
}
_NOT_FOUND, _CONFLICT, _PROBLEMS_FROM = 404, 409, 400


def judged(status: int, body: Mapping[str, Any]) -> tuple[ReplyState, str, str]:
    """Return state, why and outcome of what the dossier service answered."""
    if status < _PROBLEMS_FROM:
        outcome = str(body.get("outcome") or "")
        state, why = _OUTCOMES.get(outcome, (ReplyState.LISTED, Why.REFUSED))
        return state, why, outcome
    if status in {_NOT_FOUND, _CONFLICT}:
        return ReplyState.LISTED, Why.STEP_MOVED, str(body.get("code") or "")
    return ReplyState.LISTED, Why.REFUSED, str(body.get("code") or "")
