"""How the portal's answers are read: codes come as numbers or texts, and silence is no answer at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from kernel.core.errors import Unavailable
from services.gateway.domain.folding import letters
from services.gateway.domain.portal.answers import phrases as portal_phrases
from services.gateway.domain.portal.answers.beside import Ours, beside
from services.gateway.domain.portal.answers.phrases import Says
from services.gateway.domain.portal.wire.lists import member, said, whole_number

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
    beside: Says = Says.NOTHING
    """What stands beside the message says, where that was judged."""
    rest: str = ""
    """The words without our own in them, judged where nobody can be asked."""
    told: Any = field(default=None, compare=False, repr=False)
    """The answer whole."""

    @property
    def words(self) -> str:
        """As much of the message as is judged: an answer may be of any length."""
        return self.message[:_JUDGED]

    @property
    def says(self) -> Says:
        """How much it tells of success, its words and what stands beside them together."""
        return max(portal_phrases.says(self.message), self.beside)

    @property
    def is_success(self) -> bool:
        """Tell whether it answers what was asked: 0, and no word against it."""
        return self.code == 0 and not self.denies and not self.is_of_session

    @property
    def claims_success(self) -> bool:
        """Tell whether a word of success stands in it, beside nothing that is known to be something else."""
        return self.says <= Says.UNSURE and portal_phrases.names_success(self.words)

    @property
    def denies(self) -> bool:
        """Tell whether it says 0 and something against it, also beside a word of success."""
        return self.code == 0 and self.says is Says.NOT_DONE

    @property
    def is_doubtful(self) -> bool:
        """Tell whether what the portal has must be asked after: its code and its words are not one thing.

        0 beside anything but success; another code beside words of success.
        """
        return self.says > Says.DONE or self.is_of_session if self.code == 0 else self.claims_success

    @property
    def says_already_there(self) -> bool:
        """Tell whether a create found the dossier there; the code is not settled, the words are."""
        is_done = self.code == 0 and self.says is Says.DONE
        return not is_done and portal_phrases.says_already_there(self.words)

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
        """Tell whether what nobody can be asked after is taken: by 0, or words of success under no fault.

        Whoever tells entries judges by "thành công" alone (section 8). Words nobody knows are believed here;
        a queue, none, another call and a failure are not.
        """
        apart = replace(self, message=self.rest, rest="") if self.rest else self
        heard = apart if apart.claims_success else self
        return heard.may_be_taken and heard.says <= Says.UNSURE and not self.is_of_session

    @property
    def may_be_taken(self) -> bool:
        """Tell whether it may have been taken, for later too: no code of a fault, and no word against it."""
        is_told = self.code == 0 or (0 < self.code < _FIRST_HTTP_FAULT and self.claims_success)
        return is_told and self.says < Says.NOT_DONE

    def of_one(self, told: Any = None) -> "PortalAnswer":
        """Return the answer as it is of the one thing told: whatever stands beside its message counts too."""
        if self.code != 0 and not self.claims_success:
            return self
        found = beside({"result": self.result} if self.told is None else self.told, told)
        rest = Ours.of(told).left_of(self.message) if told is not None and self.says > Says.UNSURE else ""
        heard = replace(self, beside=found.says, rest=rest)
        if found.says <= max(Says.UNSURE, portal_phrases.says(self.message)):
            return heard
        return replace(heard, code=self.code or found.code, message=_text(found.words), rest="")


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


def _spelled(value: Any, name: str) -> list[Any]:
    """Return all that members of these letters say, however they are spelled."""
    named = value.items() if isinstance(value, Mapping) else ()
    return [one for other, one in named if letters(other) == name and one is not None]


def _text(value: Any) -> str:
    return "".join(one if one.isprintable() else " " for one in str(value or ""))
