"""What the portal means by an answer: words are known, most codes are not (sections 4, 5 and 22)."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from services.gateway.domain.folding import unmarked
from services.gateway.domain.portal_answers import PortalAnswer, PortalBusy, PortalSession
from services.gateway.domain.portal_phrases import (
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
        if answer.code == 0:
            is_ended = is_over or (is_named and says_ended(text) and not names_content(text))
            return Session.ENDED if is_ended and not answer.says_done else Session.GOOD
        if is_over:
            return Session.ENDED
        if is_named or answer.code in _SESSION_CODES:
            return Session.DOUBTED if names_content(text) else Session.ENDED
        return Session.DOUBTED if self.doubt.search(text) else Session.GOOD

    def judged(self, answer: PortalAnswer) -> PortalAnswer:
        """Return the answer; raise `PortalBusy` where it tells of the portal's own bad moment only.

        A fault it finds in what was told counts before a code, and before being asked to try again later.
        """
        if answer.code == 0 or answer.says_done:
            return answer
        text = own_words(answer.words)
        if says_busy(text, self.busy) or (answer.code in _BUSY_CODES and not finds_fault(text)):
            raise PortalBusy(f"Cổng báo chưa nhận được: {answer.code} {answer.message[:200]}".strip())
        return answer

    def heard(self, answer: PortalAnswer) -> PortalAnswer:
        """Return the answer, as `judged`; raise `PortalSession` where there is no session to be had."""
        if self.session_of(answer) is Session.ENDED:
            raise PortalSession(f"phiên bị từ chối: {answer.message[:200]}")
        return self.judged(answer)
