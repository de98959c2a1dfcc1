"""How the portal's answers are read: codes come as numbers or texts, and silence is no answer at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.core.errors import Unavailable
from services.gateway.domain.portal_lists import NoLines, lines_of, member, whole_number

_ALREADY_THERE = "đã tồn tại"


class PortalSilent(Unavailable):
    """No answer that can be believed: nothing is known of what was sent."""

    code = "portal-silent"
    title = "Cổng Dịch vụ công quốc gia không trả lời"


class PortalUnreached(PortalSilent):
    """Nobody answered and nothing was applied: there was no session, or no connection."""

    code = "portal-unreached"


@dataclass(frozen=True, slots=True)
class PortalAnswer:
    """An answer of the portal."""

    code: int
    message: str
    result: Any = None

    @property
    def is_success(self) -> bool:
        """Tell whether the portal took it."""
        return self.code == 0 and _ALREADY_THERE not in self.message.casefold()

    @property
    def says_already_there(self) -> bool:
        """Tell whether a create found the dossier there; the code is not settled, the words are."""
        return _ALREADY_THERE in self.message.casefold()

    def rejects_session(self, words: re.Pattern[str]) -> bool:
        """Tell whether the session was not good any more; no code for that is known."""
        return self.code != 0 and words.search(self.message) is not None


def read_answer(value: Any) -> PortalAnswer:
    """Read a decoded answer; raise `PortalSilent` for anything that is none."""
    if not isinstance(value, Mapping) or "error_code" not in value:
        raise PortalSilent("câu trả lời không có error_code")
    code = whole_number(value["error_code"])
    if code is None:
        raise PortalSilent("error_code không phải số")
    text = "".join(one if one.isprintable() else " " for one in str(value.get("message") or ""))
    return PortalAnswer(code, text, value["result"] if "result" in value else value.get("data"))


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
