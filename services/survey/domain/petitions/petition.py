"""A petition, and what may be done with it when: pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.survey.domain.petitions.errors import (
    NotPublishable,
    PetitionKeptSecret,
    PetitionState,
    PetitionWasThere,
)
from services.survey.domain.petitions.terms import due_after, terms_on
from worktime.calendar import WorkCalendar
from worktime.term import Stop

MOST_AGAIN = 2
"""How often a sender who is not satisfied may raise the same petition again."""


class PetitionKind(StrEnum):
    """What it is about; given by the officer who takes it."""

    CONDUCT = "CONDUCT"
    """Delay, harassment, wrong practice of officers."""
    REGULATION = "REGULATION"
    """A rule that does not fit, contradicts another or the law."""
    PROPOSAL = "PROPOSAL"


class PetitionStage(StrEnum):
    """Where it is."""

    RECEIVED = "RECEIVED"
    HANDLING = "HANDLING"
    NEEDS_INFO = "NEEDS_INFO"
    REJECTED = "REJECTED"
    ANSWERED = "ANSWERED"


class RejectReason(StrEnum):
    """Why it is not taken; the first three have their own law and are referred to it (NĐ 20/2008 Đ.1)."""

    COMPLAINT = "COMPLAINT"
    DENUNCIATION = "DENUNCIATION"
    LAWSUIT = "LAWSUIT"
    UNCLEAR = "UNCLEAR"
    NO_SENDER = "NO_SENDER"
    REPEATED = "REPEATED"
    NO_COMPETENCE = "NO_COMPETENCE"


@dataclass(frozen=True, slots=True)
class Office:
    """An agency with the name it had then."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """One petition. `words` is what people wrote and who they are, kept sealed; all else holds nobody."""

    id: UUID
    reference: str
    source: str
    portal_id: str | None
    kind: PetitionKind | None
    stage: PetitionStage
    office: Office
    been_at: tuple[str, ...]
    subject: str | None
    sender: bytes | None
    code_hash: bytes | None
    dossier_code: str
    received_at: datetime
    arrived_at: datetime
    due_at: datetime | None
    answer_due_at: datetime | None
    stops: tuple[Stop, ...] = ()
    closed_at: datetime | None = None
    is_late: bool = False
    reject_reason: RejectReason | None = None
    published_at: datetime | None = None
    published: Mapping[str, Any] | None = None
    is_satisfied: bool | None = None
    times_again: int = 0
    is_secret: bool = False
    """The sender asked that nothing of it be published."""
    ask_due_at: datetime | None = None
    """By when the sender may still be asked to complete it in time."""
    publish_due_at: datetime | None = None
    """By when an answer that is published is published in time."""
    published_words: str = ""
    """What was published, as searches compare it: small letters, no accents."""
    version: int = 1
    words: Mapping[str, Any] = field(default_factory=dict)

    def _at(self, *stages: PetitionStage) -> None:
        if self.stage not in stages:
            raise PetitionState

    def _said(self, what: str, text: str, by: str, now: datetime) -> dict[str, Any]:
        entry = {"what": what, "text": text, "by": by, "at": now.astimezone(VIETNAM).isoformat()}
        return {**self.words, "said": [*self.words.get("said", ()), entry]}

    def classified(self, kind: PetitionKind) -> "Petition":
        """Take it as one of this agency's own; the answer is due from its arrival."""
        self._at(PetitionStage.RECEIVED, PetitionStage.HANDLING)
        return replace(
            self,
            kind=kind,
            stage=PetitionStage.HANDLING,
            due_at=self.answer_due_at,
            version=self.version + 1,
        )

    def taken_on(self, by: Office) -> "Petition":
        """Go on at the agency that took the former one's work over; its terms run on."""
        return replace(self, office=by, been_at=(*self.been_at, by.code))

    def forwarded(
        self, to: Office, reason: str, *, by: str, calendar: WorkCalendar | None, now: datetime
    ) -> "Petition":
        """Send it to the agency it belongs to, where its terms begin."""
        self._at(PetitionStage.RECEIVED, PetitionStage.HANDLING)
        if to.code in self.been_at:
            raise PetitionWasThere
        moved = replace(
            self,
            office=to,
            been_at=(*self.been_at, to.code),
            words=self._said("FORWARDED", reason, by, now),
            is_late=self.is_late or self.is_overdue(now),
            version=self.version + 1,
        )
        return moved.arrived(calendar, now)

    def arrived(self, calendar: WorkCalendar | None, now: datetime) -> "Petition":
        """Begin its terms at the agency where it is now."""
        terms = terms_on(now.astimezone(VIETNAM).date())
        return replace(
            self,
            kind=None,
            stage=PetitionStage.RECEIVED,
            arrived_at=now,
            stops=(),
            closed_at=None,
            due_at=due_after(calendar, now, terms.route),
            answer_due_at=due_after(calendar, now, terms.answer),
            ask_due_at=due_after(calendar, now, terms.ask),
            publish_due_at=None,
        )

    def asked(self, question: str, *, by: str, now: datetime) -> "Petition":
        """Ask the sender to complete it; the clock stands meanwhile."""
        self._at(PetitionStage.RECEIVED, PetitionStage.HANDLING)
        return replace(
            self,
            is_late=self.is_late or self.is_late_for("ASKED", now),
            stage=PetitionStage.NEEDS_INFO,
            due_at=None,
            stops=(*self.stops, Stop(now)),
            words=self._said("ASKED", question, by, now),
            version=self.version + 1,
        )

    def informed(self, text: str, *, calendar: WorkCalendar | None, now: datetime) -> "Petition":
        """Take what the sender adds; the clock goes on."""
        self._at(PetitionStage.NEEDS_INFO)
        stops = (*self.stops[:-1], Stop(self.stops[-1].stopped_at, now))
        terms = terms_on(self.arrived_at.astimezone(VIETNAM).date())
        answer_due = due_after(calendar, self.arrived_at, terms.answer, stops)
        is_taken = self.kind is not None
        return replace(
            self,
            stage=PetitionStage.HANDLING if is_taken else PetitionStage.RECEIVED,
            stops=stops,
            answer_due_at=answer_due,
            due_at=answer_due if is_taken else due_after(calendar, self.arrived_at, terms.route, stops),
            words=self._said("INFORMED", text, "", now),
            version=self.version + 1,
        )

    def listed_again(
        self,
        title: str,
        text: str,
        sender: Mapping[str, str],
        *,
        calendar: WorkCalendar | None,
        now: datetime,
    ) -> "Petition | None":
        """Take what its sender said since on the portal, where it is listed under its number again.

        The answer where something was asked; else words beside it, whatever its stage: whoever works it, or
        answered it, reads them. What was said once, in whatever line, is not said anew: a number may have
        several. None where nothing is new, or its words have been forgotten.
        """
        heard = self._heard()
        listed = {"title": title, "text": text, **sender}
        new = {
            name: one
            for name, one in listed.items()
            if one and _one_line(one) not in {_one_line(before.get(name)) for before in heard}
        }
        if not self.words or not new:
            return None
        said = "\n".join(one if name == "text" else f"{_LISTED[name]}: {one}" for name, one in new.items())
        if self.stage is PetitionStage.NEEDS_INFO:
            told = self.informed(said, calendar=calendar, now=now)
        else:
            told = replace(self, words=self._said("INFORMED", said, "", now), version=self.version + 1)
        return replace(told, words={**told.words, "listed": [*heard[1:], new]})

    def beside(self, told: str) -> "Petition":
        """Return it with what the portal says besides its sender's words: no act, and no next version."""
        if not self.words or self.words.get("beside", "") == told:
            return self
        return replace(self, words={**self.words, "beside": told})

    def _heard(self) -> list[Mapping[str, Any]]:
        """Return what its sender said of title, text and themselves: at first, then each time anew."""
        first = {
            "title": self.words.get("title"),
            "text": self.words.get("text"),
            **self.words.get("sender", {}),
        }
        listed = self.words.get("listed", [])
        return [first, *([listed] if isinstance(listed, Mapping) else listed)]

    def rejected(self, reason: RejectReason, text: str, *, by: str, now: datetime) -> "Petition":
        """Do not take it, and say why and where it may go."""
        self._at(PetitionStage.RECEIVED, PetitionStage.HANDLING, PetitionStage.NEEDS_INFO)
        return replace(
            self,
            stage=PetitionStage.REJECTED,
            reject_reason=reason,
            words=self._said("REJECTED", text, by, now),
            is_late=self.is_late or self.is_overdue(now),
            due_at=None,
            closed_at=now,
            version=self.version + 1,
        )

    def answered(self, text: str, *, by: str, calendar: WorkCalendar | None, now: datetime) -> "Petition":
        """Give the agency's official answer; from now on the term of its publication runs."""
        self._at(PetitionStage.HANDLING)
        terms = terms_on(now.astimezone(VIETNAM).date())
        return replace(
            self,
            publish_due_at=None if self.is_secret else due_after(calendar, now, terms.publish),
            stage=PetitionStage.ANSWERED,
            words=self._said("ANSWERED", text, by, now),
            is_late=self.is_late or self.is_overdue(now),
            due_at=None,
            closed_at=now,
            version=self.version + 1,
        )

    def rated(
        self, *, is_satisfied: bool, again: str, calendar: WorkCalendar | None, now: datetime
    ) -> "Petition":
        """Keep whether the answer satisfied, once; who is not satisfied may raise it again with words."""
        self._at(PetitionStage.ANSWERED)
        if self.is_satisfied is not None or (again and (is_satisfied or self.times_again >= MOST_AGAIN)):
            raise PetitionState
        if not again:
            return replace(self, is_satisfied=is_satisfied, version=self.version + 1)
        raised = replace(
            self,
            is_satisfied=None,
            times_again=self.times_again + 1,
            words=self._said("RAISED_AGAIN", again, "", now),
            version=self.version + 1,
        )
        return raised.arrived(calendar, now)

    def publishing(self, texts: Mapping[str, str], now: datetime) -> "Petition":
        """Publish these texts, written for it; raise `NotPublishable` while they still name the sender."""
        self._at(PetitionStage.ANSWERED)
        if self.is_secret:
            raise PetitionKeptSecret
        if self.published_at is not None:
            raise PetitionState
        wrong = [
            (name, "Còn thông tin cá nhân của người gửi") for name, text in texts.items() if self._names(text)
        ]
        if wrong:
            raise NotPublishable(fields=wrong)
        shown = {**texts, "agency": {"code": self.office.code, "name": self.office.name}}
        words = plain_words(" ".join([*texts.values(), self.office.name]))
        return replace(
            self, published=shown, published_at=now, published_words=words, version=self.version + 1
        )

    def withdrawn(self) -> "Petition":
        """Take back what was published."""
        if self.published_at is None:
            raise PetitionState
        return replace(self, published=None, published_at=None, published_words="", version=self.version + 1)

    def due_for(self, action: str) -> datetime | None:
        """Return by when this act is to be done now; None for one no term is set for."""
        if action == "ASKED":
            return self.ask_due_at
        if action == "PUBLISHED":
            return self.publish_due_at
        return self.due_at if action in _TIMED else None

    def is_late_for(self, action: str, now: datetime) -> bool:
        """Tell whether this act comes after its term."""
        due = self.due_for(action)
        return due is not None and now > due

    def is_unpublished_late(self, now: datetime) -> bool:
        """Tell whether an answer is still unpublished past its term; one kept secret never is."""
        return self.published_at is None and self.is_late_for("PUBLISHED", now)

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether what is due now is late."""
        return self.due_at is not None and now > self.due_at

    def _names(self, text: str) -> bool:
        plain = _plain(text)
        senders = self._heard()
        known = [_plain(str(one.get(part) or "")) for one in senders for part in ("name", "address", "email")]
        digits = re.sub(r"[\s.\-()]", "", text)
        phones = [re.sub(r"\D", "", str(one.get("phone") or "")) for one in senders]
        return (
            any(len(one) > 3 and one in plain for one in known)  # noqa: PLR2004 - shorter is no name.
            or any(phone and phone[-9:] in digits for phone in phones)
            or bool(_NUMBER.search(digits) or _MAIL.search(text))
        )


_LISTED = {
    "title": "Tiêu đề",
    "name": "Họ và tên",
    "address": "Địa chỉ",
    "phone": "Số điện thoại",
    "email": "Thư điện tử",
}
_PORTALS = re.compile(r"\n\n\[Cổng Dịch vụ công quốc gia (?:ghi thêm|còn ghi, cùng số)\]\n")
"""Below it petitions kept before have what the portal said besides their sender's words."""
_NUMBER = re.compile(r"(?<!\d)(?:\d{9}|\d{12}|0\d{9}|\+84\d{9})(?!\d)")
"""Numbers of old and new identity cards and of telephones, whosever they are."""
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_HINTS = {
    "tố cáo": RejectReason.DENUNCIATION,
    "khiếu nại": RejectReason.COMPLAINT,
    "khởi kiện": RejectReason.LAWSUIT,
}


def hints_of(texts: Sequence[str]) -> list[RejectReason]:
    """Return what else this may be, for the officer to look at: what has a law of its own is referred."""
    joined = unicodedata.normalize("NFC", " ".join(texts)).casefold()
    return [reason for word, reason in _HINTS.items() if word in joined]


_TIMED = frozenset({"ANSWERED", "REJECTED", "FORWARDED"})


def _one_line(text: str | None) -> str:
    """Return words as two tellings of them are compared: what the portal laid below once is none of them."""
    return " ".join(unicodedata.normalize("NFC", _PORTALS.split(text or "")[0]).split())


def plain_words(text: str) -> str:
    """Return a text as searches compare it: small letters without accents, single spaces."""
    return _plain(text)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(one for one in apart if not unicodedata.combining(one))
    return " ".join(letters.split())
