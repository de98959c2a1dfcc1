"""Whether a message lets its dossier go on, or says it has ended, or that the citizen wants it to (12).

The status is read under each of its names and in each shape: a withdrawal that is taken for papers handed in
makes a dossier go on that its applicant has given up.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.gateway.domain.folding import folded
from services.gateway.domain.portal.telling.messages import STATUS_TEXTS
from services.gateway.domain.portal.wire.elements import letters_of_name
from services.gateway.domain.portal.wire.twice import is_blank
from services.gateway.domain.portal.wire.words import NeedsPeople

ENDED: Mapping[int, str] = {
    3: "không được tiếp nhận",
    7: "công dân yêu cầu rút hồ sơ",
    8: "dừng xử lý",
    9: "đã xử lý xong",
    10: "đã trả kết quả",
    11: "bị từ chối",
}
"""Statuses nobody has who hands papers in: what the citizen wants is for people."""
_OWN = frozenset({"trangthaihoso", "matrangthaihoso"})
_OTHERS = frozenset({"matrangthai", "trangthai", "tentrangthai", "tentrangthaihoso"})
_WHY_WITHDRAWN = "lydorut"
_AGAIN = re.compile(r" \(\d{1,6}\)$")
_NUMBERED = re.compile(r"0*(\d{1,2})(?:\.0+)?(?:\s*[-–:.)/].*)?", re.DOTALL)
_WITHDRAWS = re.compile(r"\brut\b.*\bho so\b")
_DEEPEST = 6


def status_members(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the members of a content that tell a status, or why it was withdrawn."""
    yield from (name for name, value in data.items() if not is_blank(value) and _tells(_letters(name)))


def require_going_on(data: Mapping[str, Any], *, is_change: bool) -> None:
    """Raise `NeedsPeople` where a message says its dossier has ended, or of a change what nobody can read."""
    for name in status_members(data):
        letters = _letters(name)
        found = [_status_of(text) for text in _texts(data[name], _DEEPEST)]
        ended = 7 if is_change and letters.startswith(_WHY_WITHDRAWN) else 0
        ended = ended or next((one for one in found if one in ENDED), 0)
        if ended:
            raise NeedsPeople(f"cần sửa: {name[:60]} (Cổng báo hồ sơ {ENDED[ended]})")
        if is_change and letters in _OWN and not any(found):
            raise NeedsPeople(f"cần sửa: {name[:60]} (không rõ trạng thái)")


def _letters(name: str) -> str:
    return letters_of_name(_AGAIN.sub("", name))


def _tells(letters: str) -> bool:
    return letters in _OWN | _OTHERS or letters.startswith(_WHY_WITHDRAWN)


def _status_of(text: str) -> int:
    """Return the status a text tells by its number or its words, 0 for one that tells none."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered is not None and int(numbered[1]) in STATUS_TEXTS:
        return int(numbered[1])
    words = " ".join(folded(text).split())
    return _BY_WORDS.get(words, 7 if _WITHDRAWS.search(words) else 0)


def _texts(value: Any, deep: int) -> Iterator[str]:
    if isinstance(value, list | Mapping):
        for one in value.values() if isinstance(value, Mapping) else value:
            if deep:
                yield from _texts(one, deep - 1)
    elif not is_blank(value):
        yield str(value).strip()


_BY_WORDS = {
    " ".join(folded(text).split()): status for told in (STATUS_TEXTS, ENDED) for status, text in told.items()
}
