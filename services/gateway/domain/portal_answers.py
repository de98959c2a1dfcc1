"""How the portal's answers are read: codes come as numbers or texts, and silence is no answer at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from kernel.core.errors import Unavailable
from services.gateway.domain import portal_phrases
from services.gateway.domain.portal_lists import member, said, whole_number

_CODES = ("error_code", "errorCode", "MaLoi")
_LOOSE_CODES = ("code", "status", "statusCode")
_FLAGS = ("success", "isSuccess", "succeeded", "thanhCong")
_FAILED = frozenset({"fail", "failed", "failure", "error", "rejected", "refused", "denied", "invalid"})
_FIRST_HTTP_FAULT = 400
_NOT_FOUND = 404
_DEEPEST = 4
_JUDGED = 2000


class PortalSilent(Unavailable):
    """No answer that can be believed: nothing is known of what was sent."""

    code = "portal-silent"
    title = "Cổng Dịch vụ công quốc gia không trả lời"
    is_said: ClassVar[bool] = False
    """Whether somebody answered in words, which are the portal's last on what was told."""


class PortalBusy(PortalSilent):
    """It answered, and what it says is of its own bad moment, or does not fit what it has."""

    code = "portal-busy"
    is_said = True


class PortalWithout(PortalSilent):
    """Nobody offers what was called (HTTP 404, 405, 501)."""

    code = "portal-without"


class PortalUnreached(PortalSilent):
    """Nobody answered and nothing was applied: there was no session, or no connection."""

    code = "portal-unreached"


class PortalSession(PortalUnreached):
    """No session is good, however new: nothing was applied."""

    code = "portal-session"
    is_said = True


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
    is_of_session: bool = False
    """0 beside words of a session, which tell nothing of what was asked with it."""

    @property
    def words(self) -> str:
        """As much of the message as is judged: an answer may be of any length."""
        return self.message[:_JUDGED]

    @property
    def is_success(self) -> bool:
        """Tell whether the portal took it: 0, and no word against it."""
        return self.code == 0 and not self.denies and not self.is_of_session

    @property
    def says_done(self) -> bool:
        """Tell whether its words tell of success, and nothing else."""
        return portal_phrases.says_done(self.words)

    @property
    def denies(self) -> bool:
        """Tell whether it says 0 and something against it, also beside a word of success."""
        return self.code == 0 and portal_phrases.says_not_done(self.words)

    @property
    def is_doubtful(self) -> bool:
        """Tell whether what the portal has must be asked after: its code and its words are not one thing.

        0 beside words against it, or beside words nobody knows; another code beside words of success.
        """
        if self.code != 0:
            return self.says_done
        return not (self.says_done or portal_phrases.says_nothing(self.words))

    @property
    def says_already_there(self) -> bool:
        """Tell whether a create found the dossier there; the code is not settled, the words are."""
        return portal_phrases.says_already_there(self.words)

    @property
    def says_absent(self) -> bool:
        """Tell whether the dossier asked after is not there: by words, under any code (section 17.5)."""
        if self.code == _NOT_FOUND and not portal_phrases.names_dossier(self.words):
            return False
        return portal_phrases.says_dossier_absent(self.words)

    def of_one(self) -> "PortalAnswer":
        """Return the answer as it is of the one dossier that was told: `result` may judge each (22.3)."""
        if self.code != 0:
            return self
        for line in _judged_lines(self.result, 0):
            code, message = _fault_in(line), _text(member(line, "message"))
            if code or PortalAnswer(0, message).denies:
                return PortalAnswer(code, message or self.message, self.result)
        return self


def _judged_lines(told: Any, deep: int) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a result, in whatever lists, containers and texts they stand."""
    told = said(told)
    if deep > _DEEPEST:
        return
    if isinstance(told, list):
        for one in told:
            yield from _judged_lines(one, deep + 1)
    elif isinstance(told, Mapping):
        yield told
        for inner in told.values():
            if isinstance(said(inner), Mapping | list):
                yield from _judged_lines(inner, deep + 1)


def _fault_in(line: Mapping[str, Any]) -> int:
    """Return the code a line denies with, 0 where it does not.

    Members of no contract count where they can mean nothing else: below 0, an HTTP fault, a word of failure.
    """
    for name in _CODES:
        code = whole_number(member(line, name))
        if code:
            return code
    for name in _LOOSE_CODES:
        value = member(line, name)
        code = whole_number(value)
        if code is not None and (code < 0 or code >= _FIRST_HTTP_FAULT):
            return code
        if isinstance(value, str) and value.strip().casefold() in _FAILED:
            return -1
    is_denied = any(str(member(line, name)).casefold() in {"false", "0"} for name in _FLAGS)
    return -1 if is_denied else 0


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
