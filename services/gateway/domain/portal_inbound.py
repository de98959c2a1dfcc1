"""What the portal sent down, and what becomes of it: kept, handed on, parked for people or refused (17.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

Json = dict[str, Any]

ACCEPTED = 0
DUPLICATE = 1
FAILED = -1

_NO_PLACE = frozenset({"process-missing", "procedure-closed"})
_MAPPED_FIELDS = (
    "procedure_code",
    "agency",
    "receiving_agency",
    "competent_agency",
    "attachments",
    "components",
)


class InboxState(StrEnum):
    """Where a message is: PARKED waits for people or for a mapping."""

    RECEIVED = "RECEIVED"
    DONE = "DONE"
    PARKED = "PARKED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message as it came."""

    id: UUID
    path: str
    body: bytes
    sha256: bytes
    received_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of a message and what the portal is answered."""

    state: InboxState
    error_code: int
    message: str
    reason: str = ""
    portal_code: str = ""
    dossier_id: str = ""
    is_retried: bool = False
    """It goes on by itself when what it waits for is there."""

    @property
    def answer(self) -> Json:
        """The answer, exactly two members (17.2)."""
        return {"error_code": self.error_code, "message": self.message}


def ruling_of_refusal(code: str, status: int, problem: str, title: str, fields: Sequence[str]) -> Ruling:
    """Rule on what the dossier service declined: a gap of ours is parked, a fault of theirs is told."""
    is_gap = problem in _NO_PLACE or any(name.startswith(_MAPPED_FIELDS) for name in fields)
    if is_gap:
        reason = problem if problem in _NO_PLACE else f"chưa ánh xạ: {', '.join(fields[:5])}"
        return parked(code, reason, is_retried=True)
    reason = f"{status} {problem}: {title}"
    text = " ".join([title or "không tiếp nhận được", *fields[:5]])
    return Ruling(InboxState.REFUSED, FAILED, f"{code}| {text}", reason, portal_code=code)


def waiting(code: str, reason: str) -> Ruling:
    """Rule on a message that is safe with us and goes on later by itself."""
    return Ruling(
        InboxState.RECEIVED, ACCEPTED, f"{code}| đã tiếp nhận", reason, portal_code=code, is_retried=True
    )


def parked(code: str, reason: str, *, is_retried: bool) -> Ruling:
    """Rule on a message that is safe with us and waits for people or for a mapping."""
    text = f"{code}| đã tiếp nhận, chờ xử lý"
    return Ruling(InboxState.PARKED, ACCEPTED, text, reason, portal_code=code, is_retried=is_retried)


def taken(code: str, dossier_id: str, *, is_first: bool) -> Ruling:
    """Rule on a message that reached its dossier; another message may have brought it before."""
    if is_first:
        return Ruling(InboxState.DONE, ACCEPTED, f"{code}| tiếp nhận thành công", "", code, dossier_id)
    return Ruling(InboxState.DONE, DUPLICATE, f"{code}| mã hồ sơ đã tồn tại", "duplicate", code, dossier_id)
