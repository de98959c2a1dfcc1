"""What the portal means by an answer: words are known, most codes are not (sections 4, 5 and 22)."""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from services.gateway.domain.folding import unmarked
from services.gateway.domain.portal.answers.answer import PortalAnswer, PortalBusy, PortalSession
from services.gateway.domain.portal.answers.phrases import (
    Says,
    finds_fault,
    names_content,
    own_words,
    says_busy,
    says_ended,
    says_session_over,
)

_SESSION_CODES = frozenset({401, 403})
_BUSY_CODES = frozenset({408, 429, 500, 502, 503, 504})


class Session(Enum):
    """What an answer says of the session it was asked with."""

    GOOD = auto()
    DOUBTED = auto()
    """Refused for want of rights, or in words of a session: the session's, or of something in the message."""
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """Patterns over texts without marks and in small letters."""

    session: re.Pattern[str]
    doubt: re.Pattern[str]
    busy: re.Pattern[str]

    @classmethod
    def of(cls, *, session: str, doubt: str, busy: str) -> "AnswerWords":
        """Return the patterns of settings, which may be written with marks."""
        return cls(*(re.compile(unmarked(one), re.IGNORECASE) for one in (session, doubt, busy)))

    def session_of(self, answer: PortalAnswer) -> Session:
        """Return what the answer says of the session; no code for it is known, so the words count.

        Words of a session beside something of the message (a market day is "phiên" too) are doubted only.
        """
        text = own_words(answer.words)
        is_over = says_session_over(text)
        is_named = self.session.search(text) is not None
        is_doubted = self.doubt.search(text) is not None
        if answer.code == 0 and answer.claims_success:
            return Session.GOOD
        if is_over:
            return Session.ENDED
        is_of_content = names_content(text)
        is_named = is_named or answer.code in _SESSION_CODES
        if is_named and not is_of_content and (answer.code != 0 or says_ended(text)):
            return Session.ENDED
        is_doubtful = answer.code != 0 or answer.denies or not is_of_content
        return Session.DOUBTED if is_doubtful and (is_named or is_doubted) else Session.GOOD

    def applied_nothing(self, answer: PortalAnswer) -> bool:
        """Tell whether a call answered so may be repeated at once: it says that nothing was done."""
        return answer.code != 0 or answer.denies or self.session_of(answer) is Session.ENDED

    def judged(self, answer: PortalAnswer) -> PortalAnswer:
        """Return the answer; raise `PortalBusy` where it tells of the portal's own bad moment only.

        A fault it finds in what was told counts before a code, and before being asked to try again later.
        """
        if (answer.code == 0 and answer.beside < Says.UNDONE) or answer.claims_success:
            return answer
        text = own_words(answer.words)
        if says_busy(text, self.busy) or (answer.code in _BUSY_CODES and not finds_fault(text)):
            raise PortalBusy(f"Cổng báo chưa nhận được: {answer.code} {answer.message[:200]}".strip())
        return answer

    def heard(self, answer: PortalAnswer) -> PortalAnswer:
        """Return the answer, as `judged`; raise `PortalSession` where there is no session to be had.

        0 beside words of a session, and none of success, is no success.
        """
        session = self.session_of(answer)
        if session is Session.ENDED:
            raise PortalSession(f"phiên bị từ chối: {answer.message[:200]}")
        is_of_session = answer.code == 0 and session is Session.DOUBTED
        return self.judged(replace(answer, is_of_session=True) if is_of_session else answer)
