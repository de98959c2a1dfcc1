"""What the portal sent down, and what becomes of it: kept, handed on, parked for people or refused (17.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.gateway.domain.portal.wire.outline import Outline

Json = dict[str, Any]

ACCEPTED = 0
DUPLICATE = 1
FAILED = -1

UNREADABLE = "không mở được niêm phong: thiếu khóa cũ"
FAULTY = "lỗi khi xử lý"
"""How the reason of a message begins that failed by a fault of ours."""
_MOST_FAULTS = 6
_WRONG = frozenset({"invalid", "form-answers-invalid"})
_NO_PLACE = frozenset({"process-missing", "procedure-closed", "agency-ended", "agency-not-begun"})
_CAME_TOO_LATE = "answered-in-time"
_OF_A_FILE = frozenset(
    {
        "attachment-active-content",
        "attachment-damaged",
        "attachment-encrypted",
        "attachment-infected",
        "attachment-too-complex",
        "attachment-type",
        "too-large",
    }
)
_MAPPED_FIELDS = (
    "procedure_code",
    "agency",
    "receiving_agency",
    "competent_agency",
    "attachments",
    "components",
)


class InboxState(StrEnum):
    """Where a message is: PARKED waits for people or a mapping, SETTLED brought nothing and is no task."""

    RECEIVED = "RECEIVED"
    DONE = "DONE"
    SETTLED = "SETTLED"
    PARKED = "PARKED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message as it came, with what people corrected of it since."""

    id: UUID
    path: str
    body: bytes
    sha256: bytes
    received_at: datetime
    attempts: int = 0
    corrections: Mapping[str, str] = field(default_factory=dict)
    version: int = 1
    """Grows when people change it, not when it is tried again."""
    is_readable: bool = True
    """False when it was sealed with a key this service no longer has."""
    parts: int = 0
    """How many parts a long body is kept in; `body` is empty then."""
    outline: Outline | None = None
    """A long body without its long strings, as it was found while it came."""
    unread: Sequence[str] = ()
    """Where it says what nobody had read when it was last dealt with, by names of the contract."""
    is_new: bool = False
    """It came just now, and who sent it waits for the answer."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of a message and what the portal is answered."""

    state: InboxState
    error_code: int
    message: str
    reason: str = ""
    portal_code: str = ""
    dossier_id: str = ""
    tech_id: str = ""
    is_retried: bool = False
    """It goes on by itself when what it waits for is there."""
    other_codes: tuple[str, ...] = ()
    """Of a message about several dossiers: those of ours beside `portal_code`."""
    unread: tuple[str, ...] = ()
    """Where a message says what nobody read (`portal_net`), by names of the contract."""

    @property
    def answer(self) -> Json:
        """The answer, exactly two members (17.2)."""
        return {"error_code": self.error_code, "message": self.message}


def ruling_of_refusal(
    code: str, status: int, problem: str, title: str, fields: Sequence[tuple[str, str]]
) -> Ruling:
    """Rule on what the dossier service declined; `fields` are names of the portal's with their reasons.

    A gap of ours goes on by itself when it is closed. A field in a form the dossier service does not take, or
    a file that does not open, is for people to correct or leave out: whoever wrote it on the portal has the
    portal's receipt and cannot mend it there. So is what was answered in time and came when the dossier had
    ended. Anything else is told.
    """
    if problem in _OF_A_FILE and fields:
        named = "; ".join(f"{name} ({reason})" for name, reason in fields[:10])
        return parked(code, f"tệp không nhận được: {named}", is_retried=False)
    is_gap = problem in _NO_PLACE or any(name.startswith(_MAPPED_FIELDS) for name, _ in fields)
    if is_gap:
        names = ", ".join(name for name, _ in fields[:5])
        return parked(code, problem if problem in _NO_PLACE else f"chưa ánh xạ: {names}", is_retried=True)
    if problem in _WRONG and fields:
        wrong = "; ".join(f"{name} ({reason})" for name, reason in fields[:5])
        return parked(code, f"cần sửa: {wrong}", is_retried=False)
    if problem == _CAME_TOO_LATE:
        return parked(code, title, is_retried=False)
    told = title or "không tiếp nhận được"
    return Ruling(
        InboxState.REFUSED, FAILED, f"{code}| {told}", f"{status} {problem}: {title}", portal_code=code
    )


def waiting(code: str, reason: str) -> Ruling:
    """Rule on a message that is safe with us and goes on later by itself."""
    return Ruling(
        InboxState.RECEIVED, ACCEPTED, f"{code}| đã tiếp nhận", reason, portal_code=code, is_retried=True
    )


def repeated(code: str) -> Ruling:
    """Rule on a dossier created again while its first message is under way; it is read afterwards."""
    text, reason = f"{code}| mã hồ sơ đã tồn tại", "chờ bản tin trước của hồ sơ"
    return Ruling(InboxState.RECEIVED, DUPLICATE, text, reason, portal_code=code, is_retried=True)


def parked(code: str, reason: str, *, is_retried: bool) -> Ruling:
    """Rule on a message that is safe with us and waits for people or for a mapping."""
    text = f"{code}| đã tiếp nhận, chờ xử lý"
    return Ruling(InboxState.PARKED, ACCEPTED, text, reason, portal_code=code, is_retried=is_retried)


def told_again(ruling: Ruling, earlier: InboxState, dossier_id: str) -> Ruling:
    """Rule on the very message of one that waits for people, or of a create that went in since: no task."""
    if earlier is InboxState.DONE:
        return taken(ruling.portal_code, dossier_id, is_first=False)
    again = "gửi lại bản tin đang chờ xử lý"
    return replace(ruling, state=InboxState.SETTLED, reason=again, is_retried=False, unread=())


def faulty(code: str, fault: str, attempts: int) -> Ruling:
    """Rule on a message whose reading failed by a fault of ours, `attempts` times before.

    The database may have been away, so it is tried again; past `_MOST_FAULTS` it is for people and for who
    mends the program, and shows in the figures.
    """
    is_retried = attempts + 1 < _MOST_FAULTS
    again = "sẽ thử lại" if is_retried else f"đã thử {attempts + 1} lần, chuyển người xem"
    return parked(code, f"{FAULTY} ({fault}): {again}", is_retried=is_retried)


def told_otherwise(code: str) -> Ruling:
    """Rule on a dossier created again with other words: answered as a repeat, kept for people.

    Who says it is a change (`isUpdating`) has it handed in as one.
    """
    reason = "cần sửa: isUpdating (tạo lại với nội dung khác bản tin trước)"
    return Ruling(InboxState.PARKED, DUPLICATE, f"{code}| mã hồ sơ đã tồn tại", reason, portal_code=code)


def taken(code: str, dossier_id: str, *, is_first: bool) -> Ruling:
    """Rule on a message that reached its dossier; another message may have brought it before."""
    if is_first:
        return Ruling(InboxState.DONE, ACCEPTED, f"{code}| tiếp nhận thành công", "", code, dossier_id)
    return Ruling(InboxState.DONE, DUPLICATE, f"{code}| mã hồ sơ đã tồn tại", "duplicate", code, dossier_id)
