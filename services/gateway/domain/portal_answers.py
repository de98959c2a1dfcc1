"""How the portal's answers are read: codes come as numbers or texts, and silence is no answer at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from kernel.core.errors import Unavailable
from services.gateway.domain import portal_phrases
from services.gateway.domain.portal_faults import fault_in
from services.gateway.domain.portal_lists import member, said, whole_number

_FIRST_HTTP_FAULT = 400
_NOT_FOUND = 404
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
    is_denied: bool = False
    """What stands beside the message is against it; the message is what was said there."""
    rest: str = ""
    """The words without our own in them, where success is what is left."""
    told: Any = field(default=None, compare=False, repr=False)
    """The answer whole."""

    @property
    def words(self) -> str:
        """As much of the message as is judged: an answer may be of any length."""
        return self.rest or self.message[:_JUDGED]

    @property
    def is_success(self) -> bool:
        """Tell whether the portal took it: 0, and no word against it."""
        return self.code == 0 and not self.denies and not self.is_of_session

    @property
    def says_done(self) -> bool:
        """Tell whether its words tell of success, and nothing else; what nobody judged may be anything."""
        return len(self.message) <= _JUDGED and portal_phrases.says_done(self.words)

    @property
    def denies(self) -> bool:
        """Tell whether it says 0 and something against it, also beside a word of success."""
        return self.code == 0 and (self.is_denied or portal_phrases.says_not_done(self.words))

    @property
    def is_doubtful(self) -> bool:
        """Tell whether what the portal has must be asked after: its code and its words are not one thing.

        0 beside words against it, or beside words nobody knows; another code beside words of success.
        """
        if self.code != 0:
            return self.says_done
        return self.denies or not (self.says_done or portal_phrases.says_nothing(self.words))

    @property
    def says_already_there(self) -> bool:
        """Tell whether a create found the dossier there; the code is not settled, the words are."""
        return portal_phrases.says_already_there(self.words)

    @property
    def says_only_there(self) -> bool:
        """Tell whether it is there, and nothing is said against it beside."""
        return portal_phrases.says_only_there(self.words)

    @property
    def names_progress(self) -> bool:
        """Tell whether it speaks of an entry of the history."""
        return portal_phrases.names_progress(self.words)

    @property
    def says_absent(self) -> bool:
        """Tell whether the dossier asked after is not there: by words, under any code (section 17.5)."""
        if self.code == _NOT_FOUND and not portal_phrases.names_dossier(self.words):
            return False
        return portal_phrases.says_dossier_absent(self.words)

    @property
    def is_done_there(self) -> bool:
        """Tell whether an entry nobody can be asked after is taken: 0, or words of success beside no fault.

        Whoever tells entries judges by "thành công" alone (section 8); a code of a failure is one.
        """
        is_told = 0 <= self.code < _FIRST_HTTP_FAULT and self.says_done and not self.is_denied
        return self.is_success or (is_told and not self.is_of_session)

    def apart_from(self, ours: Iterable[str], *, is_history: bool = False) -> "PortalAnswer":
        """Return the answer judged without what we said ourselves; unchanged unless success is left."""
        rest = portal_phrases.without_ours(self.words, ours, is_history=is_history)
        is_clear = not self.is_denied and portal_phrases.says_done(rest)
        return replace(self, rest=rest) if is_clear else self

    def of_one(self) -> "PortalAnswer":
        """Return the answer as it is of the one thing told: whatever stands beside its message counts too."""
        if self.code != 0 and not self.says_done:
            return self
        fault = fault_in({"result": self.result} if self.told is None else self.told)
        if fault is None:
            return self
        words = _text(fault.text) or self.message
        return replace(self, code=self.code or fault.code, message=words, is_denied=True)


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
        code,
        _text(member(value, "message")),
        member(value, "data") if result is None else result,
        told=value,
    )


def _text(value: Any) -> str:
    return "".join(one if one.isprintable() else " " for one in str(value or ""))
