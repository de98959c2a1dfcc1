"""How a message of the portal is read into the dossier service's words (section 17.3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.limits import MOST_FORM_ANSWERS
from services.gateway.domain.account import tech_id_of
from services.gateway.domain.portal.inbound.files import Listed, files_of, holds_file, last_round
from services.gateway.domain.portal.inbound.form import AS_IT_CAME, form_of
from services.gateway.domain.portal.inbound.going_on import require_going_on, says_withdrawn
from services.gateway.domain.portal.inbound.kept import kept_with_form
from services.gateway.domain.portal.inbound.owner import owner_of
from services.gateway.domain.portal.inbound.unread import require_read
from services.gateway.domain.portal.wire.envelope import content_of
from services.gateway.domain.portal.wire.profiles import (
    AS_ALL_BEGIN,
    OF_A_BARE_ONE,
    OF_NO_DOSSIER,
    PROFILES,
    SUPPLEMENTS,
    TOLD_BY_THE_DOSSIER,
)
from services.gateway.domain.portal.wire.spelling import names_of
from services.gateway.domain.portal.wire.twice import is_blank, lay_under
from services.gateway.domain.portal.wire.words import (
    Json,
    NeedsPeople,
    NotUnderstood,
    is_no_moment,
    moment_of,
    procedure_of,
    text_of,
)

UPDATING = "isUpdating"
"""Whether a message changes a dossier that is there."""
_SEVERAL = "Trường data có nhiều hồ sơ: mỗi bản tin một hồ sơ"
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-/]{0,59}")
_YES = frozenset({"1", "true"})
_CHANGES = _YES | {"y", "yes", "có", "co", "update", "updating", "edit", "cập nhật", "sửa"}
_CREATES = frozenset(
    {"", "0", "false", "n", "no", "không", "khong", "create", "insert", "add", "thêm", "thêm mới"}
)
_BEFORE_JSON = "\ufeff \t\r\n"
_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]*)(?![^<>]*/>)")
_VEILED = re.compile(r"(?:[A-Za-z0-9+/_=.%-]{20,}+\s*+)++[A-Za-z0-9+/_=.%-]*+")
_OTHER_ANSWERS = "Các trường khác"


@dataclass(frozen=True, slots=True)
class Handed:
    """A message in the dossier service's words."""

    portal_code: str
    is_supplement: bool
    body: Json
    tech_id: str = ""
    """The applicant's account on the portal."""
    missing: tuple[str, ...] = ()
    """Names of files the message lists without saying what is in them or where they are."""
    places: tuple[str, ...] = ()
    """Where in the message each file stands, by the portal's names."""
    deleted: tuple[str, ...] = ()
    """Names of files the message lists as deleted; `unused` is what stands in their places."""
    unused: frozenset[str] = frozenset()
    last_round: tuple[datetime, str] | None = None
    """When the newest of the rounds was all of whose papers it hands in and no other, and who says so."""


def handed_of(path: str, message: Any) -> Handed:
    """Return a message in the dossier service's words; raise `NotUnderstood` or `NeedsPeople`."""
    if path not in PROFILES:
        raise NeedsPeople("loại bản tin chưa được xử lý tự động")
    if not isinstance(message, Mapping):
        raise NotUnderstood("Nội dung yêu cầu phải là đối tượng JSON")
    profile, data = content_of(path, message)
    if profile is None or data is None:
        is_several = isinstance(message.get("data"), list) and len(message["data"]) > 1
        raise NotUnderstood(_SEVERAL if is_several else "Thiếu trường bắt buộc data")
    code = text_of(data, profile["code"])
    supplemented = text_of(data, profile["supplement_code"])
    if not _CODE.fullmatch(code or supplemented):
        raise NotUnderstood(f"Thiếu hoặc sai trường bắt buộc {profile['code']}")
    require_read(data, profile)
    listed = files_of(data, profile)
    # What changes a dossier names it either way; only a create is a repeated one (section 17.2).
    changed = supplemented or code if _is_change(message, data) else ""
    is_supplement = bool(changed) or not code
    require_going_on(data, is_change=is_supplement)
    if data is message:
        data = {name: value for name, value in data.items() if name not in OF_A_BARE_ONE}
    if is_supplement:
        _require_handed_in(data, profile, listed)
        known = changed or supplemented
        body = _supplement(data, profile, known, listed)
    else:
        known = code
        body = _dossier(data, profile, code, listed)
    return Handed(
        known,
        is_supplement=is_supplement,
        body=body,
        tech_id="" if is_supplement else tech_id_of(text_of(data, profile["account"])),
        missing=listed.missing,
        places=listed.places,
        deleted=listed.deleted,
        unused=listed.unused,
        last_round=last_round(data) if is_supplement and _is_of_rounds(listed) else None,
    )


def require_of_request(handed: Handed, asked_at: datetime) -> None:
    """Raise `NeedsPeople` where papers are of rounds before the request that is open: it stays unanswered.

    By the day, as the request's moment is the portal's in the one and ours in the other.
    """
    if handed.last_round is None:
        return
    at, name = handed.last_round
    if at.date() < asked_at.astimezone(at.tzinfo).date():
        raise NeedsPeople(f"cần sửa: {name} (giấy tờ của lần bổ sung trước yêu cầu đang chờ trả lời)")


def _is_of_rounds(listed: Listed) -> bool:
    return all(place.startswith(f"{SUPPLEMENTS}.") for place in listed.places)


def _require_handed_in(data: Mapping[str, Any], profile: Mapping[str, Any], listed: Listed) -> None:
    """Raise `NeedsPeople` for a change that hands nothing in and says nothing, or of giving the dossier up.

    Whatever its members are called: told on as papers handed in it makes the dossier go on.
    """
    answers = data.get(profile["form"]) if profile["form"] else beside_form(data, profile, is_change=True)
    if listed.files or listed.missing or listed.deleted or not is_blank(answers):
        return
    notes = {name: text for name in profile["note"] if (text := text_of(data, name))}
    withdrawn = next((name for name, text in notes.items() if says_withdrawn(text)), "")
    if withdrawn or not notes:
        why = "không kèm tệp, biểu mẫu: công dân bổ sung gì, hay rút hồ sơ"
        raise NeedsPeople(f"cần sửa: {withdrawn or profile['note'][0]} ({why})")


def _is_change(message: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Tell whether a message changes a dossier; raise `NeedsPeople` for what says neither.

    What stands in the content counts first: there people, and the address it came to, have it (section 3.2).
    """
    # A form whose every member is JSON has the word in quotes.
    said = (text_of(data, UPDATING) or text_of(message, UPDATING)).strip("\"' ").casefold()
    is_unread = not said and not is_blank(message.get(UPDATING))
    if is_unread or said not in _CHANGES | _CREATES:
        raise NeedsPeople(f"cần sửa: {UPDATING} (không rõ tạo mới hay cập nhật)")
    return said in _CHANGES


def is_change_said(text: str) -> bool:
    """Tell whether a word means a change."""
    return text.strip().casefold() in _CHANGES


def code_named(path: str, message: Any) -> str:
    """Return the dossier a message names, blank when it names none; for one that is read no further."""
    profile, data = content_of(path, message)
    names = (profile["code"], profile["supplement_code"]) if profile else ()
    named = (text_of(data, name) for name in names)
    return next((code for code in named if _CODE.fullmatch(code)), "") if data is not None else ""


_LIKELY = timedelta(days=400)


def require_likely(handed: Handed, received_at: datetime) -> None:
    """Raise `NeedsPeople` where a dossier says it was submitted on a day that cannot be."""
    said = handed.body.get("submitted_at")
    if not said:
        return
    at = datetime.fromisoformat(said)
    if abs(at - received_at) > _LIKELY:
        raise NeedsPeople("cần sửa: NgayNopHoSo (cách ngày nhận quá xa)")


def _dossier(data: Mapping[str, Any], profile: Mapping[str, Any], code: str, listed: Listed) -> Json:
    procedure = procedure_of(text_of(data, profile["procedure"]))
    if not procedure:
        raise NotUnderstood(f"Thiếu trường bắt buộc {profile['procedure']}")
    submitted_at = _moment(data, profile["submitted_at"])
    if submitted_at is None:
        # Whoever handed it in has the portal's receipt: people say when, it is not sent back.
        raise NeedsPeople(f"cần sửa: {profile['submitted_at']} (bản tin không nói ngày giờ nộp)")
    owner = owner_of(data, profile)
    return {
        "portal_code": code,
        "procedure_code": procedure,
        "agency": text_of(data, profile["agency"]),
        "submitted_at": submitted_at,
        "owner": owner,
        "form_data": _form(data, profile, owner, listed),
        "result_delivery": "POST" if text_of(data, profile["by_post"]).casefold() in _YES else "COUNTER",
        "is_vneid_verified": text_of(data, profile["verified"]).casefold() in _YES,
        "attachments": listed.files,
    }


def _form(
    data: Mapping[str, Any], profile: Mapping[str, Any], owner: Mapping[str, Any], listed: Listed
) -> Json:
    """Return the answers of the form, and what else the message says under its own names (section 17.3).

    What stands beside the form is the applicant's too: a promotion has nothing else. Only what the dossier
    itself says better, as the names of its procedure and agency, is left out. `owner` is blank for a change.
    """
    form = _answers(data, profile["form"])
    answers = {**form}
    beside = beside_form(data, profile, is_change=not owner)
    for told in (beside, kept_with_form(data, profile, owner), listed.remarks):
        for name, value in told.items():
            if name not in form or form[name] != value:
                # An answer stays as it was given; what was said of it again may stand beside it already.
                lay_under(answers, f"{name} (2)" if name in form else name, value)
    return answers


def _answers(data: Mapping[str, Any], name: str) -> Json:
    """Return the answers; a form in a writing of its own (XML, HTML) is one answer, read by the officer."""
    told = data.get(name) if name else None
    form = form_of(told)
    if form is not None:
        return form
    if not isinstance(told, str) or holds_file(told) or _is_broken_off(told) or _is_veiled(told):
        raise NeedsPeople(f"cần sửa: {name} (không đọc được biểu mẫu)")
    return {f"{name} {AS_IT_CAME}": told}


def _is_broken_off(text: str) -> bool:
    """Tell whether a text which is no JSON begins as JSON or XML does, and the rest of it did not come."""
    text = text.lstrip(_BEFORE_JSON)
    element = _ELEMENT.search(text) if text[:1] == "<" else None
    return text[:1] in {"{", "["} or (element is not None and f"</{element[1]}" not in text)


def _is_veiled(text: str) -> bool:
    """Tell whether a text is no words but base64, hex or a token of anything, which no officer can read."""
    return _VEILED.fullmatch(text.strip()) is not None


def beside_form(data: Mapping[str, Any], profile: Mapping[str, Any], *, is_change: bool) -> Json:
    """Return what the content says that no member of its kind is read for.

    What a dossier has by itself it has when it is made; said with a change it is news.
    """
    read = names_of(profile) | OF_NO_DOSSIER
    if not is_change:
        read |= TOLD_BY_THE_DOSSIER
        read |= {name for name, begins in AS_ALL_BEGIN.items() if text_of(data, name) in begins}
    return {name: value for name, value in data.items() if name not in read and not is_blank(value)}


def within_a_form(answers: Json) -> Json:
    """Return answers no dossier has too many of: what comes last stands together under one name."""
    if len(answers) <= MOST_FORM_ANSWERS:
        return answers
    names = list(answers)
    alone, others = names[: MOST_FORM_ANSWERS - 1], names[MOST_FORM_ANSWERS - 1 :]
    called = next(name for name in (_OTHER_ANSWERS, f"{_OTHER_ANSWERS} (2)") if name not in alone)
    return {name: answers[name] for name in alone} | {called: {name: answers[name] for name in others}}


def _supplement(data: Mapping[str, Any], profile: Mapping[str, Any], code: str, listed: Listed) -> Json:
    note = "\n".join(text for text in (text_of(data, name) for name in profile["note"]) if text)
    return {
        "portal_code": code,
        "note": note or "Công dân bổ sung hồ sơ trên Cổng Dịch vụ công quốc gia",
        "attachments": listed.files,
        "form_data": _form(data, profile, {}, listed),
        "submitted_at": _moment(data, profile["submitted_at"]),
    }


def _moment(data: Mapping[str, Any], field: str) -> str | None:
    if is_blank(data.get(field)) or is_no_moment(text_of(data, field)):
        return None
    found = moment_of(text_of(data, field))
    if found is None:
        raise NeedsPeople(f"cần sửa: {field} (không đọc được ngày giờ)")
    return found.isoformat()
