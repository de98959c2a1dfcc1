"""What the portal says it holds of a dossier: `TraCuuHoSo`, whose fields are in no contract (9 and 22.6).

The answer is read as a tree: every object in it that tells something is a line, of the dossier asked for
unless it names another. A line of nothing but blanks is none (ADR 0033).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from services.gateway.domain.folding import folded, letters
from services.gateway.domain.portal.answers.answer import PortalAnswer, PortalUnreadable
from services.gateway.domain.portal.answers.phrases import names_success, says_dossier_absent
from services.gateway.domain.portal.telling.ledger import REFUSED_AT_INTAKE
from services.gateway.domain.portal.telling.messages import STATUS_TEXTS
from services.gateway.domain.portal.wire.lists import member, said, whole_number

_NAMES = frozenset({"mahoso", "mahosodonvi", "masohoso", "sohoso"})
_STATUS_NAMES = (
    *("matrangthaihoso", "matrangthai", "trangthaihoso", "tentrangthai", "matrangthaixuly", "trangthaixuly"),
    *("trangthai", "tinhtrang", "status"),
)
"""The sister service's first (section 9), then section 7's own, then what may be of something else."""
_SURE = 2
_OF_STATUS = re.compile("trangthai|tinhtrang|status")
_OF_THE_ANSWER = frozenset({"total", "count", "tongso", "page", "size", "message", "thongbao", "errorcode"})
_NOTHING = frozenset({"", "none", "null", "nil", "false", "0"})
_A_CODE = re.compile(r"(?:\D*\d){6}")
_LEADING = re.compile(r"0*(\d{1,2})(?:\.0*)?(?![\w.]|[/-]\d)")
_REFUSED_ON_PORTAL = 11
_DEEPEST, _MOST = 16, 2000


@dataclass(frozen=True, slots=True)
class HeldByPortal:
    """What the portal says it holds: `status` 0 when its answer does not tell one."""

    is_there: bool
    status: int = 0
    is_known: bool = True
    """False where it does not say: the look-up itself is refused."""
    words: str = field(default="", compare=False)
    """What it says instead."""
    is_named: bool = field(default=True, compare=False)
    """Whether it names the dossier or tells its status: who tells neither may mean that there is none."""
    seen: frozenset[int] = field(default=frozenset(), compare=False)
    """Statuses at either end of a history (which is the newest nobody says), or of names nobody knows."""
    is_history: bool = field(default=False, compare=False)
    """Whether these are of a history of its own."""
    said: Mapping[str, Sequence[str]] = field(default_factory=dict, compare=False)
    """What it says of the dossier, by the letters of its members."""

    def has(self, told: int, *, is_portal_born: bool) -> bool:
        """Tell whether it holds this status; a refusal of a dossier born there is 3 or 11 (section 10).

        Of a dossier born there one among several is enough: told again, it would stand there twice.
        """
        refusals = {REFUSED_AT_INTAKE, _REFUSED_ON_PORTAL}
        wanted = refusals if is_portal_born and told in refusals else {told}
        held = {self.status, *self.seen} if is_portal_born else {self.status}
        return self.is_there and not wanted.isdisjoint(held)

    @property
    def is_status_told(self) -> bool:
        """Tell whether what it holds can be seen: a status, several, or no dossier at all."""
        return self.is_known and (not self.is_there or self.status != 0 or self.is_history)


NOT_TOLD = HeldByPortal(is_there=False, is_known=False)


def read_look_up(answer: PortalAnswer, code: str) -> HeldByPortal:
    """Read `TraCuuHoSo` of a code: nothing at all is unknown; the status is read where it is told.

    Words that something is not there may be of a paper or a fee: a line with a status outweighs them.

    A search may list others whose codes are like it: lines that name others only are none of this dossier.

    Who has nothing may say so by nothing or, under any code, in words; other words tell nothing of it.
    Raises `PortalUnreadable` for what is no line and not nothing: a dossier that is there must not be taken
    for one that is not.
    """
    if _is_refused(answer.result):
        raise PortalUnreadable(f"TraCuuHoSo: {str(answer.result)[:100]}")
    found = list(islice(_lines(answer.result, code.strip().casefold(), 0), _MOST))
    if len(found) == _MOST:
        raise PortalUnreadable("TraCuuHoSo: quá nhiều dòng")
    lines = [line for line in found if line.tells]
    held = _held(lines)
    if held.is_there and (held.status or held.seen or not answer.says_absent):
        return held
    if answer.says_absent or (lines and not held.is_there):
        return HeldByPortal(is_there=False)
    is_answered = answer.is_success and (not answer.is_doubtful or names_success(answer.words))
    return HeldByPortal(is_there=False) if is_answered else replace(NOT_TOLD, words=answer.words)


@dataclass(frozen=True, slots=True)
class _Line:
    """What one object tells, where it stands, and whether it names the dossier (None: another one)."""

    deep: int
    is_named: bool | None
    status: tuple[int, tuple[int, ...]] | None = None
    """The rank of the name that tells it, and what it tells."""
    others: tuple[int, ...] = ()
    tells: bool = True
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)


def _held(lines: list[_Line]) -> HeldByPortal:
    own = [line for line in lines if line.is_named is not None]
    told = [(_place(line), line.status[1]) for line in own if line.status]
    first = min((place for place, _ in told), default=None)
    history = [status for place, statuses in told if place == first for status in statuses]
    ends = frozenset(history[:1] + history[-1:])
    return HeldByPortal(
        bool(own),
        history[0] if len(ends) == 1 else 0,
        is_named=bool(told) or any(line.is_named for line in own),
        seen=ends or frozenset(one for line in own for one in line.others),
        is_history=len(ends) > 1,
        said=_said_by(own),
    )


def _said_by(lines: Sequence[_Line]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        for name, texts in line.said.items():
            found.setdefault(name, []).extend(texts)
    return found


def _place(line: _Line) -> tuple[int, int, int]:
    """Return what counts first: the outermost line that names the dossier, else the surest name."""
    rank = line.status[0] if line.status else 0
    return (0, line.deep, 0) if line.is_named else (1, rank, line.deep)


def _lines(told: Any, code: str, deep: int, *, is_named: bool = False) -> Iterator[_Line]:
    told = said(told)
    if deep > _DEEPEST:
        raise PortalUnreadable("TraCuuHoSo: danh sách lồng nhau quá sâu")
    if isinstance(told, list):
        for one in told:
            yield from _lines(one, code, deep + 1, is_named=is_named)
    elif isinstance(told, Mapping):
        yield from _of_object(told, code, deep, is_named=is_named)
    elif deep:
        yield _Line(deep, _plain(told) == code, tells=_tells(told))
    elif _plain(told) not in {"", "none"} and not says_dossier_absent(_plain(told)):
        raise PortalUnreadable(f"TraCuuHoSo: không phải danh sách: {str(told)[:100]}")


def _of_object(told: Mapping[str, Any], code: str, deep: int, *, is_named: bool) -> Iterator[_Line]:
    held = {letters(name): value for name, value in told.items() if not name.startswith("@")}
    named = {_plain(text) for name in _NAMES for text in _texts(held.get(name))} - {""}
    if named and code not in named:
        yield _Line(deep, None)
        return
    texts = {name: list(_texts(value)) for name, value in held.items()}
    known = ((rank, _statuses(texts[name], rank)) for rank, name in enumerate(_STATUS_NAMES) if name in texts)
    status = next(((rank, found) for rank, found in known if found), None)
    others = tuple(
        status
        for name, found in texts.items()
        if _OF_STATUS.search(name)
        for status in _statuses(found, len(_STATUS_NAMES))
    )
    single = {name: value for name, value in held.items() if not isinstance(said(value), Mapping | list)}
    tells = any(name not in _OF_THE_ANSWER and _tells(value) for name, value in single.items())
    tells = tells or bool(named or status)
    yield _Line(deep, is_named or bool(named), status, others, tells=tells, said=texts)
    for name, value in told.items():
        if isinstance(said(value), Mapping | list) and not _OF_STATUS.search(letters(name)):
            is_keyed = name.strip().casefold() == code
            if is_keyed or not _A_CODE.match(name):
                yield from _lines(value, code, deep + 1, is_named=is_keyed)
            else:
                yield _Line(deep + 1, None)


def _is_refused(told: Any) -> bool:
    """Tell whether the answer inside an answer is a refusal that does not say the dossier is not there."""
    told = said(told)
    number = whole_number(member(told, "error_code")) if isinstance(told, Mapping) else 0
    return bool(number) and not says_dossier_absent(str(member(told, "message") or ""))


def _statuses(texts: list[str], rank: int) -> tuple[int, ...]:
    """Return the statuses texts tell, each by its leading number or its words."""
    return tuple(status for text in texts if (status := _by_number(text, rank) or _by_words(text)))


def _by_number(text: str, rank: int) -> int:
    number = whole_number(text)
    if number is not None and rank < _SURE:
        # A number of no table is a status nobody told: it is not what was told, and not nothing.
        return max(0, number)
    found = _LEADING.match(text)
    return int(found[1]) if found and int(found[1]) in STATUS_TEXTS else 0


def _by_words(text: str) -> int:
    """Return the status whose words begin or end a text: of several the longest."""
    words = " ".join(folded(text).replace("_", " ").split())
    fit = (one for one in _WORDS if words.startswith(one) or words.endswith(one))
    return _WORDS.get(max(fit, key=len, default=""), 0)


_WORDS: Mapping[str, int] = {" ".join(folded(text).split()): status for status, text in STATUS_TEXTS.items()}


def _texts(value: Any) -> Iterator[str]:
    """Yield the single values of a member as texts; XML bridges wrap each."""
    value = said(value)
    if isinstance(value, Mapping):
        for name, one in value.items():
            if not name.startswith("@"):
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif not isinstance(value, bool) and value is not None:
        yield str(value).strip()


def _tells(value: Any) -> bool:
    return _plain(value) not in _NOTHING and not says_dossier_absent(_plain(value))


def _plain(value: Any) -> str:
    return "" if value is None else str(value).strip().casefold()
