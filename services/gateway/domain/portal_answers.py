"""How the portal's answers are read: codes come as numbers or texts, and silence is no answer at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from kernel.core.errors import Unavailable
from services.gateway.domain import portal_phrases
from services.gateway.domain.portal_faults import fault_in, is_too_long, letters_of
from services.gateway.domain.portal_harmless import is_harmless
from services.gateway.domain.portal_lists import member, said, whole_number
from services.gateway.domain.portal_success import says_nothing_done, says_whole

_FIRST_HTTP_FAULT = 400
_NOT_FOUND = 404
_JUDGED = 2000
_DEEPEST = 8


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
    is_unsure: bool = False
    """What stands beside the message may be against it: nobody knows its name."""
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

        0 beside anything but success said whole and what is harmless; another code beside words of success.
        """
        if self.code != 0:
            return self.says_done
        is_whole = says_whole(self.words) or portal_phrases.says_nothing(self.words)
        return self.denies or self.is_unsure or not is_whole

    @property
    def is_strange(self) -> bool:
        """Tell whether a reading's 0 has words against it, or none of success: nothing was to be done."""
        is_plain = self.says_done or portal_phrases.says_nothing(self.words)
        return self.denies or self.is_of_session or not is_plain

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
        is_taken = self.is_success or (is_told and not self.is_of_session)
        return is_taken and not says_nothing_done(self.words)

    def apart_from(self, ours: Iterable[str], *, is_history: bool = False) -> "PortalAnswer":
        """Return the answer judged without what we said ourselves; unchanged unless success is left."""
        ours = list(ours)
        if self.is_denied and self.told is not None and not is_too_long(self.told):
            own = _without(self.told, ours, is_history=is_history)
            if fault_in(own) is not None:
                return self
            # Only what we said stood against it: the message counts.
            message = _text(member(said(self.told), "message"))
            return replace(self, message=message, is_denied=False).apart_from(ours, is_history=is_history)
        rest = portal_phrases.without_ours(self.words, ours, is_history=is_history)
        is_clear = not self.is_denied and portal_phrases.says_done(rest)
        return replace(self, rest=rest) if is_clear else self

    def of_one(self) -> "PortalAnswer":
        """Return the answer as it is of the one thing told: whatever stands beside its message counts too."""
        if self.code != 0 and not self.says_done:
            return self
        told = {"result": self.result} if self.told is None else self.told
        fault = fault_in(told)
        if fault is None:
            return self if is_harmless(told) else replace(self, is_unsure=True)
        words = _text(fault.text) or self.message
        return replace(self, code=self.code or fault.code, message=words, is_denied=True)


def read_answer(value: Any) -> PortalAnswer:
    """Read a decoded answer; raise `PortalUnreadable` for anything that is none.

    It may stand in a JSON text or alone in a list, its members in other letters, the code as a text.
    """
    value = said(value)
    if isinstance(value, list) and len(value) == 1:
        value = said(value[0])
    codes = _spelled(value, "errorcode")
    if not codes:
        raise PortalUnreadable("câu trả lời không có error_code")
    numbers = [number for one in codes if (number := whole_number(one)) is not None]
    if not numbers:
        raise PortalUnreadable("error_code không phải số")
    # Said twice, in one spelling or two, what is against it counts.
    code = next((number for number in numbers if number), 0)
    messages = list(dict.fromkeys(text for one in _spelled(value, "message") if (text := _text(one))))
    result = member(value, "result")
    return PortalAnswer(
        code,
        ". ".join(messages),
        member(value, "data") if result is None else result,
        told=value,
    )


def _spelled(value: Any, letters: str) -> list[Any]:
    """Return all that members of these letters say, however they are spelled."""
    named = value.items() if isinstance(value, Mapping) else ()
    return [one for name, one in named if letters_of(str(name)) == letters and one is not None]


def _without(told: Any, ours: list[str], *, is_history: bool, deep: int = 0) -> Any:
    """Return an answer whose texts lack what we said ourselves; a text of nothing else is none."""
    told = said(told)
    if isinstance(told, Mapping) and deep < _DEEPEST:
        return {name: _without(one, ours, is_history=is_history, deep=deep + 1) for name, one in told.items()}
    if isinstance(told, list) and deep < _DEEPEST:
        return [_without(one, ours, is_history=is_history, deep=deep + 1) for one in told]
    if not isinstance(told, str) or len(told) > _JUDGED:
        return told
    rest = portal_phrases.without_ours(told, ours, is_history=is_history)
    return "" if not rest.replace(" x ", "").strip(" .,;-") else rest


def _text(value: Any) -> str:
    return "".join(one if one.isprintable() else " " for one in str(value or ""))
