"""How the portal's answers are read: codes come as numbers or texts, and silence is no answer at all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.core.errors import Unavailable

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
    try:
        code = int(str(value["error_code"]).strip())
    except ValueError as error:
        raise PortalSilent("error_code không phải số") from error
    text = "".join(one if one.isprintable() else " " for one in str(value.get("message") or ""))
    return PortalAnswer(code, text, value.get("result"))


@dataclass(frozen=True, slots=True)
class HeldByPortal:
    """What the portal says it holds: `status` 0 when its answer does not tell."""

    is_there: bool
    status: int = 0


def read_look_up(answer: PortalAnswer) -> HeldByPortal:
    """Read `TraCuuHoSo`: an empty list is unknown; the status is read where it is told."""
    result = answer.result
    if not isinstance(result, Sequence) or isinstance(result, str) or not result:
        return HeldByPortal(is_there=False)
    first = result[0] if isinstance(result[0], Mapping) else {}
    text = str(first.get("MaTrangThai") or "")
    return HeldByPortal(is_there=True, status=int(text) if text.isdecimal() else 0)
