"""Questions people ask an agency on the portal, and what agencies write themselves (section 14)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from html import unescape
from typing import Any

from kernel.core.clock import VIETNAM
from services.gateway.domain.folding import folded
from services.gateway.domain.portal.exchange.petitions import beside, cut
from services.gateway.domain.portal.wire.lists import lines_of, member, text_told, whole_number

Json = dict[str, Any]

ASKED_ON_PORTAL = "LayDanhSachHoiDapGuiTuDVCQG"
WRITTEN_BY_AGENCIES = "LayDanhSachHoiDapBoCoQuan"
ANSWERS_OF_ONE = "LayNoiDungTraLoiTheoCauHoi"
TELL_ANSWERS = "DongBoKetQuaHoiDapGuiTuDVCQG"
TELL_OWN = "DongBoHoiDap"
_SKIPPED = 0
_NAME_LIMIT = 200
_TEXT_LIMIT = 20_000
MORE = "[Cổng Dịch vụ công quốc gia ghi thêm]"
AGAIN = "[Cổng Dịch vụ công quốc gia còn ghi, cùng số]"
_APPROVAL = re.compile(r"\bduyet\b|xuat ban|cong khai|approv|review|publish|moderat")
_READ_MEMBERS = frozenset(
    {"hoidapid", "trangthai", "madonvi", "tendonvi", "malinhvuc", "matthcdp", "noidung", "hovaten", "diachi"}
    | {"thudientu", "sodienthoai", "traloiid", "noidungtraloi"}
)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


class Origin(StrEnum):
    """Who wrote a question."""

    PORTAL = "PORTAL"
    """A citizen, on the portal."""
    AGENCY = "AGENCY"
    """An agency: a question often asked, with its answer."""


class QuestionState(StrEnum):
    """Where a question is."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    """Answered here; the portal has not confirmed it yet."""
    TOLD = "TOLD"
    REFUSED = "REFUSED"
    """The portal declined the answer."""
    CLOSED = "CLOSED"
    """Answered on the portal by somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is kept; `number` is the portal's for what was asked there, ours otherwise."""

    origin: Origin
    number: int
    agency: str
    agency_name: str
    subject: str
    """Code of the sector, or of the procedure where the portal gives no sector."""
    text: str
    asker: Mapping[str, str]
    """Name, address, mail and telephone of whoever asked; empty for an agency's own."""
    answer: str = ""
    portal_agency: str = ""
    """How the portal itself named the agency (`MADONVI`), which an answer gives back."""

    def at(self, agency: str) -> "Question":
        """Return the question as one of this agency of ours; what the portal called it is kept."""
        return replace(self, agency=agency, portal_agency=self.agency)

    def told_by(self, agencies: Mapping[str, str], subjects: Mapping[str, str]) -> "Question":
        """Return it in the portal's codes: its own of the agency, else what people mapped ours to (11.5)."""
        return replace(
            self,
            agency=self.portal_agency or agencies.get(self.agency, self.agency),
            subject=subjects.get(self.subject, self.subject),
        )


def read_questions(result: Any) -> tuple[list[Question], int]:
    """Return what the portal lists and how many lines nobody can read; raise `NoLines` for no list.

    Numbers that are not above 0 and lines marked to be skipped are left out, as the contract says.
    """
    lines = lines_of(result)
    found: dict[int, Question] = {}
    unread = lines.unread
    for line in lines.items:
        number = whole_number(member(line, "HOIDAPID"))
        if number is None:
            unread += 1
        elif number > 0 and whole_number(member(line, "TRANGTHAI")) != _SKIPPED:
            question = _read(line, number)
            first = found.get(number)
            if first is not None:
                found[number] = _with_more(first, question)
            elif question.text:
                found[number] = question
            else:
                unread += 1
    return list(found.values()), unread


def _with_more(first: Question, more: Question) -> Question:
    """Return a question with what another line of its number says: it is more of the same."""
    answer = first.answer or more.answer
    if not more.text or more.text in first.text:
        return replace(first, answer=answer)
    return replace(first, answer=answer, text=cut(f"{first.text}\n\n{AGAIN}\n{more.text}", _TEXT_LIMIT))


def _read(line: Mapping[str, Any], number: int) -> Question:
    return Question(
        origin=Origin.PORTAL,
        number=number,
        agency=_text(line, "MADONVI", 40),
        agency_name=_text(line, "TENDONVI", _NAME_LIMIT),
        subject=_text(line, "MALINHVUC", 60) or _text(line, "MATTHCDP", 60),
        text=_said(line),
        asker={
            "name": _text(line, "HOVATEN", _NAME_LIMIT),
            "address": _text(line, "DIACHI", 500),
            "email": _text(line, "THUDIENTU", 200),
            "phone": _text(line, "SODIENTHOAI", 40),
        },
        answer=_text(line, "NOIDUNGTRALOI", _TEXT_LIMIT),
    )


def _said(line: Mapping[str, Any]) -> str:
    """Return the question, files and other members told of below it; blank where it asks nothing."""
    text = text_told(line, "NOIDUNG")
    more = beside(line, _READ_MEMBERS) if text else []
    return cut("\n".join((text, "", MORE, *more)) if more else text, _TEXT_LIMIT)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """Who answered, as what, when and with which words."""

    name: str
    position: str
    at: datetime
    text: str


def answer_message(question: Question, given: GivenAnswer) -> Json:
    """Return one element of `DongBoKetQuaHoiDapGuiTuDVCQG`; the day is dd/MM/yyyy (5.2)."""
    return {
        "HOIDAPID": str(question.number),
        "MADONVI": question.agency,
        "NGUOITRALOI": given.name,
        "CHUCVUNGUOITRALOI": given.position,
        "NGAYTRALOI": given.at.astimezone(VIETNAM).strftime("%d/%m/%Y"),
        "NOIDUNGTRALOI": given.text,
    }


def own_message(question: Question, given: GivenAnswer | None) -> Json:
    """Return one element of `DongBoHoiDap`; `MaLinhVuc` is spelled in mixed case here and nowhere else."""
    message = {
        "HOIDAPID": str(question.number),
        "MaLinhVuc": question.subject,
        "NOIDUNG": question.text,
        "MADONVI": question.agency,
        "TENDONVI": question.agency_name,
    }
    if given is None:
        return message
    return {**message, "TRALOIID": str(question.number), "NOIDUNGTRALOI": given.text}


def _text(line: Mapping[str, Any], name: str, limit: int) -> str:
    return text_told(line, name)[:limit]


def waits_for_approval(words: str) -> bool:
    """Tell whether the portal took an answer and shows it once somebody approved it (section 16)."""
    return _APPROVAL.search(folded(words)) is not None


def are_same_words(one: str, other: str) -> bool:
    """Tell whether two texts say the same: a portal may keep one as a page has it, with tags and `&amp;`.

    Blanks and breaks of lines count for nothing. One that was cut is another: it may be an earlier one.
    """
    return not _readings(one).isdisjoint(_readings(other))


def _readings(text: str) -> set[str]:
    """Return the words as written, and as a page shows them that was written in one once, or twice over."""
    shown = unescape(_TAG.sub(" ", text))
    found = (text, shown, unescape(_TAG.sub(" ", shown)))
    return {"".join(unicodedata.normalize("NFC", one).split()) for one in found} - {""}
