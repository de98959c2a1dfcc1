"""What the portal means by an answer: words are known, most codes are not (sections 4, 5 and 22)."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from services.gateway.domain.folding import folded, unmarked
from services.gateway.domain.portal_answers import PortalAnswer, PortalSilent

_SESSION_CODES = frozenset({401, 403})
_BUSY_CODES = frozenset({408, 429, 500, 502, 503, 504})
_ENDED = re.compile("het han|het hieu luc|khong hop le|khong ton tai|expired|invalid")


class Session(Enum):
    """What an answer says of the session it was asked with."""

    GOOD = auto()
    DOUBTED = auto()
    """Refused for want of rights: of the session's, or of something in the message."""
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
        """Return what the answer says of the session; no code for it is known, so the words count."""
        text = folded(answer.message)
        if answer.code == 0:
            is_over = self.session.search(text) and _ENDED.search(text) and not answer.says_done
            return Session.ENDED if is_over else Session.GOOD
        if answer.code in _SESSION_CODES or self.session.search(text):
            return Session.ENDED
        return Session.DOUBTED if self.doubt.search(text) else Session.GOOD

    def judged(self, answer: PortalAnswer) -> PortalAnswer:
        """Return the answer; raise `PortalSilent` where it tells of the portal's own bad moment only."""
        is_busy = answer.code in _BUSY_CODES or self.busy.search(folded(answer.message))
        if answer.code != 0 and is_busy:
            raise PortalSilent(f"Cổng báo chưa nhận được: {answer.code} {answer.message[:200]}".strip())
        return answer
