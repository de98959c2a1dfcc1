"""How the portal's answers are read: codes come as numbers or texts, and silence is no answer at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.core.errors import Unavailable
from services.gateway.domain.folding import folded
from services.gateway.domain.portal_lists import NoLines, lines_of, member, said, whole_number

_ALREADY_THERE = "da ton tai"
_DONE = re.compile("(?<!khong )(?<!chua )thanh cong")
_DENIED = re.compile("that bai|khong thanh cong|chua thanh cong|khong hop le|khong ton tai|het han|\\bloi\\b")


class PortalSilent(Unavailable):
    """No answer that can be believed: nothing is known of what was sent."""

    code = "portal-silent"
    title = "Cổng Dịch vụ công quốc gia không trả lời"


class PortalUnreached(PortalSilent):
    """Nobody answered and nothing was applied: there was no session, or no connection."""

    code = "portal-unreached"


class PortalUnreadable(PortalSilent):
    """Something answered that is no answer: a page, half a text, no code."""

    code = "portal-unreadable"


class PortalShut(PortalUnreached):
    """Whoever answered did not let the call in (HTTP 401, 403, a redirect): nothing was applied."""

    code = "portal-shut"


@dataclass(frozen=True, slots=True)
class PortalAnswer:
    """An answer of the portal."""

    code: int
    message: str
    result: Any = None

    @property
    def is_success(self) -> bool:
        """Tell whether the portal took it: 0, and no word against it."""
        return self.code == 0 and not self.denies

    @property
    def says_done(self) -> bool:
        """Tell whether its words tell of success."""
        return _DONE.search(folded(self.message)) is not None

    @property
    def denies(self) -> bool:
        """Tell whether it says 0 and, in words, that nothing was done."""
        return self.code == 0 and not self.says_done and _DENIED.search(folded(self.message)) is not None

    @property
    def says_already_there(self) -> bool:
        """Tell whether a create found the dossier there; the code is not settled, the words are."""
        return _ALREADY_THERE in folded(self.message)

    def of_one(self) -> "PortalAnswer":
        """Return the answer as it is of the one dossier that was told: `result` may judge each (22.3)."""
        told = said(self.result)
        for line in told if isinstance(told, list) else [told]:
            code = whole_number(member(line, "error_code")) if isinstance(line, Mapping) else None
            if self.code == 0 and code:
                return PortalAnswer(code, _text(member(line, "message")) or self.message, self.result)
        return self


def read_answer(value: Any) -> PortalAnswer:
    """Read a decoded answer; raise `PortalUnreadable` for anything that is none.

    It may stand in a JSON text or alone in a list, its members in other letters, the code as a text.
    """
    value = said(value)
    if isinstance(value, list) and len(value) == 1:
        value = said(value[0])
    told = member(value, "error_code") if isinstance(value, Mapping) else None
    if told is None and isinstance(value, Mapping):
        told = member(value, "errorCode")
    if told is None:
        raise PortalUnreadable("câu trả lời không có error_code")
    code = whole_number(told)
    if code is None:
        raise PortalUnreadable("error_code không phải số")
    result = member(value, "result")
    return PortalAnswer(
        code, _text(member(value, "message")), member(value, "data") if result is None else result
    )


def _text(value: Any) -> str:
    return "".join(one if one.isprintable() else " " for one in str(value or ""))


@dataclass(frozen=True, slots=True)
class HeldByPortal:
    """What the portal says it holds: `status` 0 when its answer does not tell."""

    is_there: bool
    status: int = 0


def read_look_up(answer: PortalAnswer) -> HeldByPortal:
    """Read `TraCuuHoSo`: an empty list is unknown; the status is read where it is told.

    Raises `PortalSilent` for what is no list: a dossier that is there must not be taken for one that is not.
    """
    try:
        lines = lines_of(answer.result)
    except NoLines as error:
        raise PortalSilent(f"TraCuuHoSo: {error}") from error
    first = lines.first
    if first is None:
        return HeldByPortal(is_there=bool(lines.unread))
    return HeldByPortal(is_there=True, status=max(0, whole_number(member(first, "MaTrangThai")) or 0))
