"""Papers of the personal-paper store as a person may choose among them; what stands against one, and why."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.errors import Kind, Refusal, Unavailable
from services.gateway.domain.folding import folded
from services.gateway.domain.portal.wire.words import is_no_moment, moment_of

_BETWEEN = re.compile(r"[\s.\-]+")
_POINT_ZERO = re.compile(r"(?<=^\d{7})(\d*)\.0{1,2}$")

_WORD = re.compile(r"[a-z0-9]+")
_NOT = "".join(f"(?<!{words} )" for words in ("chua", "khong", "chua bi", "khong bi", "not"))
_YEAR_9999 = re.compile(r"9999(?:([-/]?)\d{2}\1\d{2}(?:[T ].*)?)?|\d{1,2}[-/.]\d{1,2}[-/.]9999(?: .*)?")
_SINCE_1970 = re.compile(r"(?:/Date\()?(?P<ms>\d{15})(?:[+-]\d{4})?(?:\)/)?")
_NEVER, _FROM_9999_MS = 9999, 253_370_764_800_000
"""The last year calendars have, and how .NET and JavaScript write where it begins."""
_NO_END = re.compile(r"(vo|khong|khong xac dinh|khong co) (thoi )?han|khong xac dinh|vinh vien|lau dai")

CHOICE_LASTS = timedelta(minutes=30)
"""How long a person may think about what was shown; afterwards it is looked at again."""
MOST_FILES = 10
"""Of one look: each is fetched, so that what is taken can be held against what was shown."""


class StoreAway(Unavailable):
    """The store did not answer as agreed; nothing was taken (503)."""

    code = "personal-store-away"
    title = "Kho dữ liệu cá nhân chưa trả lời, chưa có giấy tờ nào được lấy; hãy thử lại hoặc tải tệp lên"


class ChoiceOver(Refusal):
    """What was chosen was shown too long ago, to somebody else, or never (409)."""

    code = "personal-paper-choice-over"
    kind = Kind.CONFLICT
    title = "Lựa chọn đã quá hạn hoặc không phải của người đang đăng nhập; hãy xem lại kho dữ liệu"


class PaperGone(Refusal):
    """The store holds the paper, or its file, no more (409)."""

    code = "personal-paper-gone"
    kind = Kind.CONFLICT
    title = "Kho dữ liệu không còn giấy tờ này"


class PaperChanged(Refusal):
    """The file is another than the one that was shown (409)."""

    code = "personal-paper-changed"
    kind = Kind.CONFLICT
    title = "Tệp trong kho đã thay đổi kể từ khi xem; hãy xem lại trước khi chọn"


class PaperOfAnother(Refusal):
    """The store says the paper is somebody else's (409)."""

    code = "personal-paper-of-another"
    kind = Kind.CONFLICT
    title = "Giấy tờ này là của người khác"


class PaperRevoked(Refusal):
    """The store says the paper was revoked (409)."""

    code = "personal-paper-revoked"
    kind = Kind.CONFLICT
    title = "Giấy tờ này đã bị thu hồi hoặc hủy bỏ"


class PaperUnread(Refusal):
    """The store says of the paper whose it is, how it stands or until when in words nobody reads (409)."""

    code = "personal-paper-unread"
    kind = Kind.CONFLICT
    title = "Chưa đọc được giấy tờ này là của ai, còn hiệu lực hay không; hãy tải tệp lên"


class PaperExpired(Refusal):
    """The paper is over by its own last day (409)."""

    code = "personal-paper-expired"
    kind = Kind.CONFLICT
    title = "Giấy tờ này đã hết hạn hiệu lực"


def same_holder(told: str, number: str) -> bool:
    """Tell whether two writings are one identity number: blanks, dots, dashes and capitals apart.

    A store that keeps it as a number has lost the zeros it begins with (two of Hanoi's 001…) and may write
    a point; no two numbers people hold differ by such zeros alone.
    """
    return bool(number) and _bare(told) == _bare(number)


def _bare(number: str) -> str:
    whole = _POINT_ZERO.sub(r"\1", number.strip())
    bare = _BETWEEN.sub("", whole).casefold()
    return bare.lstrip("0") if bare.isdecimal() else bare


def is_among(state: str, states: Iterable[str]) -> bool:
    """Tell whether a state is one of these, however it is written: `Đã thu hồi`, `DA_THU_HOI`, `thu hoi`.

    "Chưa thu hồi" is not. A state in other words is none of them: section 20 does not list what there is.
    """
    told = _words(state)
    return any(
        _joined(told) == _joined(one) or re.search(rf"{_NOT}\b{re.escape(one)}\b", told)
        for one in map(_words, states)
        if one
    )


def is_good_state(texts: Sequence[str], states: Iterable[str]) -> bool:
    """Tell whether a state is told whole in words known as good; digits beside them are their code.

    A state nobody knows holds nobody's right: what there is is not listed in section 20.
    """
    known = {_joined(_words(one)) for one in states}
    told = [_joined(_words(one)) for one in texts]
    return any(one in known for one in told) and all(one in known or one.isdecimal() for one in told)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(folded(text)))


def _joined(words: str) -> str:
    return words.replace(" ", "")


def has_no_end(day: str) -> bool:
    """Tell whether what stands for a paper's last day says that there is none."""
    if is_no_moment(day) or _NO_END.fullmatch(_words(day)) or _YEAR_9999.fullmatch(day.strip()):
        return True
    since = _SINCE_1970.fullmatch(day.strip())
    if since is not None and int(since["ms"]) >= _FROM_9999_MS:
        return True
    found = moment_of(day)
    return found is not None and found.year == _NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPaper:
    """One entry of the store's list; `told` is all it said, for the snapshot."""

    code: str
    name: str
    number: str
    agency: str
    holders: Sequence[Sequence[str]] = ()
    """What each member says for whose it is: of each, one text is the number of each who may use it."""
    issued_on: date | None = None
    valid_to: date | None = None
    is_revoked: bool = False
    is_unread: bool = False
    """Whose it is, how it stands or until when is told, and could not be read: never as nothing told."""
    files: Sequence[tuple[str, str]] = ()
    """Each file's name and its place in the store."""
    told: Mapping[str, Any] = field(default_factory=dict)

    def against(self, number: str, today: date) -> Refusal | None:
        """Return what stands against this person's using it today; None for nothing."""
        if self.is_of_another(number):
            return PaperOfAnother()
        if self.is_revoked:
            return PaperRevoked()
        if self.valid_to is not None and self.valid_to < today:
            return PaperExpired(extra={"valid_to": self.valid_to.isoformat()})
        return PaperUnread() if self.is_unread else None

    def is_of_another(self, number: str) -> bool:
        """Tell whether the store names holders in any member, and this person is none of them there."""
        return any(not any(same_holder(one, number) for one in group) for group in self.holders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One file as it was shown to one person for one component; sealed, it is what the person hands back."""

    id: UUID
    """Names the file that comes of it: however often a choice is handed back, it is one."""
    subject: str
    procedure: str
    component: str
    code: str
    number: str
    agency: str
    file_name: str
    path: str
    sha256: str
    at: datetime

    def require_of(self, subjects: Sequence[str], now: datetime) -> None:
        """Raise `ChoiceOver` for another person, or past its time."""
        if self.subject not in subjects or now > self.at + CHOICE_LASTS:
            raise ChoiceOver

    def found_among(self, papers: Sequence[HeldPaper]) -> HeldPaper:
        """Return the paper as the store holds it now; raise `PaperGone`."""
        for one in papers:
            same = (one.code, one.number, one.agency) == (self.code, self.number, self.agency)
            if same and any(path == self.path for _, path in one.files):
                return one
        raise PaperGone
