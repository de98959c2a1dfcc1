"""What the portal says it holds of a dossier: `TraCuuHoSo`, whose fields are in no contract (9 and 22.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.gateway.domain.portal_answers import PortalAnswer, PortalSilent
from services.gateway.domain.portal_held_lines import held_lines
from services.gateway.domain.portal_ledger import REFUSED_AT_INTAKE
from services.gateway.domain.portal_lists import NoLines, lines_of, said

_REFUSED_ON_PORTAL = 11
_DEEPEST = 8
_MOST_LINES = 2000
"""Of one dossier nobody has more; among so many nobody looks for it."""


@dataclass(frozen=True, slots=True)
class HeldByPortal:
    """What the portal says it holds: `status` 0 when its answer does not tell."""

    is_there: bool
    status: int = 0
    is_known: bool = True
    """False where it does not say: the look-up itself is refused."""
    also: frozenset[int] = field(default=frozenset(), compare=False)
    """Statuses of its first and its last line: where each has one, which end is newer is not known."""
    is_named: bool = field(default=False, compare=False)
    """Whether a line names the dossier."""
    words: str = field(default="", compare=False)
    """What it says instead."""

    def has(self, told: int, *, is_portal_born: bool) -> bool:
        """Tell whether it holds this status; a refusal of a dossier born there is 3 or 11 (section 10)."""
        refusals = {REFUSED_AT_INTAKE, _REFUSED_ON_PORTAL}
        held = {self.status, *self.also}
        is_refusal = is_portal_born and told in refusals and bool(held & refusals)
        return self.is_there and (told in held or is_refusal)


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
    if len(lines.items) > _MOST_LINES:
        raise PortalSilent(f"TraCuuHoSo: {len(lines.items)} dòng")
    told = held_lines(answer.result)
    own = [line for line in told if not line.codes or code.strip().casefold() in line.codes]
    telling = [line.statuses for line in own if line.statuses]
    if own and (telling or not answer.says_absent):
        ends = telling[:1] + telling[-1:]
        return HeldByPortal(
            is_there=True,
            status=ends[0][0] if ends else 0,
            also=frozenset(status for one in ends for status in one),
            is_named=any(line.codes for line in own),
        )
    if told or answer.says_absent:
        return HeldByPortal(is_there=False)
    if answer.code != 0 or answer.is_strange:
        return replace(NOT_TOLD, words=answer.words)
    return HeldByPortal(is_there=bool(lines.unread and _has_values(answer.result)), is_named=True)


def _has_values(told: Any, deep: int = 0) -> bool:
    """Tell whether anything but empty lists and objects stands there."""
    told = said(told)
    if isinstance(told, list | Mapping) and deep < _DEEPEST:
        inner = told if isinstance(told, list) else told.values()
        return any(_has_values(one, deep + 1) for one in inner)
    return told not in (None, "", False)
