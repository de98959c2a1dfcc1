"""What the portal says it holds of a dossier: `TraCuuHoSo`, whose fields are in no contract (9 and 22.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.gateway.domain.folding import folded
from services.gateway.domain.portal_answers import PortalAnswer, PortalSilent
from services.gateway.domain.portal_ledger import REFUSED_AT_INTAKE
from services.gateway.domain.portal_lists import NoLines, lines_of, said, whole_number
from services.gateway.domain.portal_messages import STATUS_TEXTS

_NAMES = ("mahoso", "mahosodonvi", "masohoso", "sohoso")
_STATUS_NAMES = ("matrangthaihoso", "matrangthai", "trangthaihoso", "tentrangthai", "tinhtrang", "trangthai")
"""The sister service's first (section 9), then section 7's own, then what may be of something else."""
_TEXT_OF_AN_ELEMENT = ("#text", "$t", "_", "$", "#cdata-section", "value")
_REFUSED_ON_PORTAL = 11
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class HeldByPortal:
    """What the portal says it holds: `status` 0 when its answer does not tell."""

    is_there: bool
    status: int = 0
    is_known: bool = True
    """False where it does not say: the look-up itself is refused."""
    words: str = field(default="", compare=False)
    """What it says instead."""

    def has(self, told: int, *, is_portal_born: bool) -> bool:
        """Tell whether it holds this status; a refusal of a dossier born there is 3 or 11 (section 10)."""
        refusals = {REFUSED_AT_INTAKE, _REFUSED_ON_PORTAL}
        is_refusal = is_portal_born and told in refusals and self.status in refusals
        return self.is_there and (self.status == told or is_refusal)


NOT_TOLD = HeldByPortal(is_there=False, is_known=False)


def read_look_up(answer: PortalAnswer, code: str) -> HeldByPortal:
    """Read `TraCuuHoSo` of a code: an empty list is unknown; the status is read where it is told.

    Words that something is not there may be of a paper or a fee: a line with a status outweighs them.

    A search may list others whose codes are like it: lines that name others only are none of this dossier.

    Who has nothing may say so by a list of none or, under any code, in words; other words without a list say
    nothing of the dossier. Raises `PortalSilent` for what is no list: a dossier that is there must not be
    taken for one that is not.
    """
    try:
        lines = lines_of(answer.result)
    except NoLines as error:
        if answer.says_absent:
            return HeldByPortal(is_there=False)
        if answer.code != 0:
            return replace(NOT_TOLD, words=answer.words)
        raise PortalSilent(f"TraCuuHoSo: {error}") from error
    told = [_plainly(line) for line in lines.items]
    own = next((line for line in told if _is_of(line, code)), None)
    status = _status_in(own) if own else 0
    if own is not None and (status or not answer.says_absent):
        return HeldByPortal(is_there=True, status=status)
    if told or answer.says_absent:
        return HeldByPortal(is_there=False)
    if answer.code != 0 or answer.is_doubtful:
        return replace(NOT_TOLD, words=answer.words)
    return HeldByPortal(is_there=bool(lines.unread))


def _is_of(line: Mapping[str, str], code: str) -> bool:
    """Tell whether a line is of a dossier, by each of its names; one that names none is of what was asked."""
    named = {line.get(name, "").casefold() for name in _NAMES} - {""}
    return not named or code.strip().casefold() in named


def _status_in(line: Mapping[str, str]) -> int:
    """Return the status a line tells by the first name that tells one, as a number or in known words."""
    told = [line[name] for name in _STATUS_NAMES if name in line]
    known = (_number(text) or _BY_WORDS.get(_words(text), 0) for text in told)
    # A number of no table is a status nobody told: it is not what was told, and not nothing.
    strange = (max(0, whole_number(line.get(name)) or 0) for name in _STATUS_NAMES[:2])
    return next((status for status in (*known, *strange) if status), 0)


def _number(text: str) -> int:
    number = whole_number(text)
    return number if number is not None and number in STATUS_TEXTS else 0


def _words(text: str) -> str:
    return " ".join(folded(text).split())


_BY_WORDS: Mapping[str, int] = {_words(text): status for status, text in STATUS_TEXTS.items()}


def _plainly(line: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a line as texts, by their names' letters alone; XML bridges wrap each."""
    return {
        "".join(one for one in folded(name) if one.isalnum()): text
        for name, value in line.items()
        if (text := _text(value, 0))
    }


def _text(value: Any, deep: int) -> str:
    value = said(value)
    if deep < _DEEPEST and isinstance(value, list) and len(value) == 1:
        return _text(value[0], deep + 1)
    if deep < _DEEPEST and isinstance(value, Mapping):
        held = [value[name] for name in _TEXT_OF_AN_ELEMENT if name in value]
        return _text(held[0], deep + 1) if held else ""
    is_value = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).strip() if is_value else ""
