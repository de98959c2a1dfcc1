"""The portal's own list of dossiers, as people download it, held against what it was told.

How the portal names its columns is not in the contract: several spellings are known here, more are a setting.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.gateway.domain.portal.answers.held import HeldByPortal
from services.gateway.domain.portal.telling.ledger import Kind
from services.gateway.domain.portal.telling.messages import STATUS_TEXTS, status_on_portal

CODE_COLUMNS = ("Mã hồ sơ", "MaHoSo", "Mã số hồ sơ", "Số hồ sơ")
STATUS_COLUMNS = ("Trạng thái", "Trạng thái hồ sơ", "TrangThaiHoSo", "TrangThai", "Tình trạng")
_HEAD_LINES = 20
"""A downloaded list has a title and filters above its head."""


class HeadMissing(ValueError):  # noqa: N818 - the fact is the name.
    """No line of the list's beginning names a column of codes and one of statuses."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A dossier as the portal's list has it."""

    code: str
    status: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a list says: its dossiers, and the numbers of lines that could not be read."""

    listed: Sequence[Listed]
    unread: Sequence[int]


def read_sheet(lines: Iterable[tuple[int, Sequence[str]]]) -> Sheet:
    """Read numbered lines of texts; a code that stands twice counts by its last line."""
    rows = iter(lines)
    code_at, status_at = _head(rows)
    found: dict[str, Listed] = {}
    unread = []
    for number, texts in rows:
        code = _at(texts, code_at)
        status = status_of(_at(texts, status_at))
        if code and status:
            found[code] = Listed(code, status)
        elif any(texts):
            unread.append(number)
    return Sheet(list(found.values()), unread)


def status_of(text: str) -> int:
    """Return the number of a status written as a number or in the portal's words (section 12); 0 for none."""
    if text.isdecimal() and int(text) in STATUS_TEXTS:
        return int(text)
    return _BY_WORDS.get(_folded(text), 0)


def _head(rows: Iterable[tuple[int, Sequence[str]]]) -> tuple[int, int]:
    codes, statuses = ({_folded(one) for one in names} for names in (CODE_COLUMNS, STATUS_COLUMNS))
    for _, (_number, texts) in zip(range(_HEAD_LINES), rows, strict=False):
        names = [_folded(text) for text in texts]
        code_at = next((place for place, name in enumerate(names) if name in codes), None)
        status_at = next((place for place, name in enumerate(names) if name in statuses), None)
        if code_at is not None and status_at is not None:
            return code_at, status_at
    raise HeadMissing


def _at(texts: Sequence[str], place: int) -> str:
    return texts[place].strip() if place < len(texts) else ""


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


_BY_WORDS: Mapping[str, int] = {_folded(text): status for status, text in STATUS_TEXTS.items()}


class Verdict(StrEnum):
    """What a line of the portal's list means."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    WAITING = "WAITING"
    """Our newest word is still on its way: of course the portal does not have it."""
    ELSEWHERE = "ELSEWHERE"
    """Another system owns the dossier's status now."""
    UNKNOWN = "UNKNOWN"
    """No dossier of this code was ever told by us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWord:
    """The last status the portal was told of a dossier, or is to be told."""

    dossier_id: UUID
    version: int
    part: int
    kind: Kind
    code: str
    portal_status: int
    is_confirmed: bool
    is_ours: bool


def verdict(listed: Listed, last: LastWord | None, *, refusal_status: int) -> Verdict:
    """Hold one line against the ledger."""
    if last is None:
        return Verdict.UNKNOWN
    if not last.is_ours:
        return Verdict.ELSEWHERE
    if not last.is_confirmed:
        return Verdict.WAITING
    is_portal_born = last.kind is Kind.PORTAL_STATUS
    told = status_on_portal(last.portal_status, is_portal_born=is_portal_born, refusal_status=refusal_status)
    held = HeldByPortal(is_there=True, status=listed.status)
    return Verdict.SAME if held.has(told, is_portal_born=is_portal_born) else Verdict.DIFFERENT
