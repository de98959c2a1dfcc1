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
from services.gateway.domain.portal.wire.words import NO, NeedsPeople

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
_OTHERS = frozenset(
    f"{kind}{of}"
    for kind in ("trangthai", "matrangthai", "tentrangthai")
    for of in ("", "hoso", "hs", "xuly")
)
_WHY_WITHDRAWN = ("lydorut", "lydohuy")
_WITHDRAWAL = ("ruthoso", "huyhoso")
"""In the letters of a flag: whatever it says but no."""
_AGAIN = re.compile(r" \(\d{1,6}\)$")
_NUMBERED = re.compile(r"0*(\d{1,2})(?:\.0+)?(?:\s*[-–:.)/].*)?", re.DOTALL)
_WITHDRAWS = re.compile(
    r"\b(?:rut|huy)\b.*\b(?:ho so|hs)\b|\b(?:ho so|hs)\b.*\b(?:rut|huy)\b|^(?:da |xin |yeu cau )*(?:rut|huy)$"
)
_DEEPEST = 6


def status_members(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the members of a content that tell a status, or why it was withdrawn."""
    yield from (name for name, value in data.items() if not is_blank(value) and _tells(_letters(name)))


def require_going_on(data: Mapping[str, Any], *, is_change: bool) -> None:
    """Raise `NeedsPeople` where a message says its dossier has ended, or of a change what nobody can read."""
    for name in status_members(data):
        letters = _letters(name)
        found = [_status_of(text) for text in _texts(data[name], _DEEPEST)]
        ended = 7 if is_change and _is_withdrawal(letters, data[name]) else 0
        ended = ended or next((one for one in found if one in ENDED), 0)
        if ended:
            raise NeedsPeople(f"cần sửa: {name[:60]} (Cổng báo hồ sơ {ENDED[ended]})")
        if is_change and letters in _OWN and not any(found):
            raise NeedsPeople(f"cần sửa: {name[:60]} (không rõ trạng thái)")


def says_withdrawn(text: str) -> bool:
    """Tell whether words are of a dossier its applicant gives up; they may say that she does not."""
    return _WITHDRAWS.search(_plain(text)) is not None


def _is_withdrawal(letters: str, value: Any) -> bool:
    if letters.startswith(_WHY_WITHDRAWN):
        return True
    return any(one in letters for one in _WITHDRAWAL) and any(
        text.casefold() not in NO for text in _texts(value, _DEEPEST)
    )


def _plain(text: str) -> str:
    return " ".join(folded(text).replace("_", " ").replace("-", " ").split())


def _letters(name: str) -> str:
    return letters_of_name(_AGAIN.sub("", name))


def _tells(letters: str) -> bool:
    is_withdrawal = letters.startswith(_WHY_WITHDRAWN) or any(one in letters for one in _WITHDRAWAL)
    return letters in _OWN | _OTHERS or is_withdrawal


def _status_of(text: str) -> int:
    """Return the status a text tells by its number or its words, 0 for one that tells none."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered is not None and int(numbered[1]) in STATUS_TEXTS:
        return int(numbered[1])
    words = _plain(text)
    return _BY_WORDS.get(words, 7 if _WITHDRAWS.search(words) else 0)


def _texts(value: Any, deep: int) -> Iterator[str]:
    if isinstance(value, list | Mapping):
        for one in value.values() if isinstance(value, Mapping) else value:
            if deep:
                yield from _texts(one, deep - 1)
    elif not is_blank(value):
        yield str(value).strip()


_BY_WORDS = {_plain(text): status for told in (STATUS_TEXTS, ENDED) for status, text in told.items()}
