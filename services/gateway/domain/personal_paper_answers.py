"""What the personal-paper store answers (section 20): good or not, its list, its file, however written.

Nothing here takes what it cannot read for "no papers" or "no such file": that is silence (`DatabaseSilent`).
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

from services.gateway.domain.folding import folded
from services.gateway.domain.personal_paper_members import (
    ends_in,
    holders_in,
    revocations_in,
    states_in,
)
from services.gateway.domain.personal_papers import HeldPaper, has_no_end, is_among, is_good_state
from services.gateway.domain.portal.wire.base64_text import NotBase64, base64_content
from services.gateway.domain.portal.wire.elements import letters_of_name, without_elements
from services.gateway.domain.portal.wire.envelope import without_controls
from services.gateway.domain.portal.wire.lists import is_deeper, lines_of, text_told, whole_number
from services.gateway.domain.portal.wire.spelling import elements_of
from services.gateway.domain.portal.wire.twice import is_blank
from services.gateway.domain.portal.wire.words import moment_of, said_by
from services.gateway.domain.shared_databases import DatabaseSilent, FileMissing, PaperFile, PapersAccount

_LONGEST = 300
_LIST, _FILES = "DanhSachGiayToKetQua", "DanhSachTepDinhKem"
_PAPER = ("MaKetQua", "TenGiayTo", "SoKyHieu", "CoQuanChuQuan", _FILES)
_FILE = ("TenTep", "DuongDan")
_DEEPEST = 4
_TWO = 2
_LEAST_FILE = 100
"""Letters of base64 a `message` has at least that is taken for a file: "Success" is base64 too."""


def good(said: Any, words: re.Pattern[str]) -> Mapping[str, Any] | str:
    """Return an answer that may be believed: an object, or the text of a file; raise `DatabaseSilent`.

    The code is `errorCode` here and `error_code` elsewhere at the portal; sessions end in either spelling,
    also under a good code, with nothing in the answer and a word of it in the message.
    """
    told = _shallow(said_by(said))
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    if isinstance(told, str):
        return told
    if not isinstance(told, Mapping):
        raise DatabaseSilent("câu trả lời của kho giấy tờ không đúng dạng")
    code, result = _named(told, "errorcode"), _content(told)
    if code is None and is_blank(result):
        raise DatabaseSilent("câu trả lời của kho giấy tờ không có mã")
    if code is not None and whole_number(code) != 0:
        raise DatabaseSilent(f"kho giấy tờ trả lời: mã {str(code)[:20]}")
    if is_blank(result) and speaks_of(text_told(told, "message"), words):
        raise DatabaseSilent("kho giấy tờ không nhận phiên")
    return told


def speaks_of(text: str, words: re.Pattern[str]) -> bool:
    """Tell whether a text has one of the words, written without marks and capitals."""
    return words.search(folded(text)) is not None


def session_of(said: Any) -> str:
    """Return the session a sign-in begins; blank when it was refused."""
    told = said_by(said)
    if not isinstance(told, Mapping):
        return ""
    code = _named(told, "errorcode")
    if code is not None and whole_number(code) != 0:
        return ""
    within = said_by(_content(told))
    places = [told, within] if isinstance(within, Mapping) else [told]
    names = ("session", "token")
    return next((one for place in places for name in names if (one := text_told(place, name))), "")


def papers_of(said: Mapping[str, Any] | str, account: PapersAccount) -> list[HeldPaper]:
    """Return the papers of a good answer; raise `DatabaseSilent` when something stands there that is none."""
    result = without_controls(_content(said)) if isinstance(said, Mapping) else None
    if isinstance(said, str) or (not is_blank(result) and not isinstance(result, list | Mapping)):
        raise DatabaseSilent("danh sách của kho giấy tờ không đúng dạng")
    listed = _named(result, _LIST.casefold()) if isinstance(result, Mapping) else None
    found = _elements(result if listed is None else listed, (*_PAPER, *account.names.values()))
    papers = [_paper(one, account) for one in found.items if _is_one(one, _PAPER)]
    if not papers and (found.items or found.unread):
        raise DatabaseSilent("danh sách của kho giấy tờ không đọc được")
    return papers


def file_of(name: str, said: Mapping[str, Any] | str, words: re.Pattern[str]) -> PaperFile:
    """Return the file of a good answer; raise `FileMissing` for none, `DatabaseSilent` for other words."""
    text = said if isinstance(said, str) else _file_text(said)
    try:
        content = base64_content(text)
    except NotBase64 as error:
        if speaks_of(text, words):
            raise DatabaseSilent("kho giấy tờ không nhận phiên") from error
        raise FileMissing("tệp của kho giấy tờ không phải base64") from error
    if not content:
        raise FileMissing("kho giấy tờ không trả tệp")
    return PaperFile(name[:200], hashlib.sha256(content).hexdigest(), base64.b64encode(content).decode())


def _file_text(said: Mapping[str, Any]) -> str:
    found = _content(said)
    if isinstance(found, str) and found:
        return found
    message = text_told(said, "message")
    return message if found is None and len(message) >= _LEAST_FILE else ""


def _content(told: Mapping[str, Any]) -> Any:
    """Return what an answer holds: its `result`, else its `data`, JSON texts in it read."""
    result = _named(told, "result")
    return _shallow(_decoded(_named(told, "data") if is_blank(result) else result, _DEEPEST))


def _shallow(told: Any) -> Any:
    """Return what is told, by a text in it too, unless it is too deep; raise `DatabaseSilent`."""
    if is_deeper(told):
        raise DatabaseSilent("câu trả lời của kho giấy tờ lồng nhau quá sâu")
    return told


def _named(told: Mapping[str, Any], letters: str) -> Any:
    return next((value for name, value in told.items() if letters_of_name(name) == letters), None)


def _decoded(value: Any, deep: int) -> Any:
    said = said_by(value)
    if deep and isinstance(said, Mapping):
        return {name: _decoded(one, deep - 1) for name, one in said.items()}
    if deep and isinstance(said, list):
        return [_decoded(one, deep - 1) for one in said]
    return said


def _elements(value: Any, names: tuple[str, ...]) -> Any:
    return lines_of(elements_of(value, {letters_of_name(name): name for name in names}, {}))


def _is_one(told: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return any(not is_blank(told.get(name)) for name in names)


def _paper(told: Mapping[str, Any], account: PapersAccount) -> HeldPaper:
    one = without_elements(told)
    names = account.names
    issued = moment_of(text_told(one, names.get("issued_on", "")))
    holders, whose = holders_in(one, names.get("holder", ""))
    states, state = states_in(one, names.get("state", ""))
    days, until = ends_in(one, names.get("valid_to", ""))
    is_revoked, revoking = revocations_in(one)
    is_revoked = is_revoked or any(
        is_among(text, account.revoked_states) for text in chain.from_iterable(states)
    )
    stands = all(is_good_state(texts, account.good_states) for texts in states)
    ends = {day: None if has_no_end(day) else moment_of(day) for day in days}
    last = {end.date() if end else None for end in ends.values()}
    is_over_known = len(last) < _TWO and all(end or has_no_end(day) for day, end in ends.items())
    files = [file for file in _elements(one.get(_FILES), _FILE).items if _is_one(file, _FILE)]
    return HeldPaper(
        code=text_told(one, "MaKetQua")[:_LONGEST],
        name=text_told(one, "TenGiayTo")[:_LONGEST],
        number=text_told(one, "SoKyHieu")[:_LONGEST],
        agency=text_told(one, "CoQuanChuQuan")[:_LONGEST],
        holders=holders,
        issued_on=issued.date() if issued else None,
        valid_to=max((day for day in last if day), default=None),
        is_revoked=is_revoked,
        is_unread=not (whose and state and stands and revoking and until and is_over_known),
        files=[(text_told(file, "TenTep")[:200], text_told(file, "DuongDan")) for file in files],
        told=one,
    )
