"""What must be true of a document before it leaves, and of one that came before it is shown as received."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from services.gateway.domain.documents.beside import Beside
from services.gateway.domain.documents.envelope import Attachment, Envelope, Purpose, StatusNotice
from services.gateway.domain.documents.organs import is_organ, same_organ
from services.gateway.domain.documents.statuses import TEXTS

MOST_RECEIVERS = 200
LONGEST = {"subject": 500, "content": 4_000, "place": 200, "document_id": 200, "purpose_reason": 1_000}
_LONGEST_OTHER = 500
_LONGEST_NAME = 255
_PRIORITIES = range(5)
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,80}/[a-z0-9.+-]{1,120}")
_NAME = re.compile(r"[^/\\:*?\"<>|]+")
_REQUIRED = ("subject", "place", "document_id")


def faults_of(one: Envelope | StatusNotice, *, is_ours: bool = True) -> list[tuple[str, str]]:
    """Return (path, reason) of everything wrong, nothing for a good one; reasons are Vietnamese.

    Of what others send (`is_ours` false) only what we cannot do without is asked for.
    """
    if isinstance(one, StatusNotice):
        return [*_letters(one, ""), *_status_faults(one)]
    if not is_ours:
        return [*one.faults, *_letters(one.document_id, "document_id"), *_missing(one)]
    return [*_letters(one, ""), *_needed(one), *_particular(one)]


def tidied(one: Any, told: Beside, path: str = "") -> Any:
    """Return what others wrote without signs nobody reads, no text longer than is kept; `told` has it.

    An identifier stays as it is: another one would be another document.
    """
    if isinstance(one, str):
        longest = max(_longest(path), _LONGEST_OTHER)
        kept = "".join(sign for sign in one if _is_written(sign))[:longest]
        if kept != one and path != "document_id":
            told.told(path, kept)
        return one if path == "document_id" else kept
    if isinstance(one, tuple):
        return tuple(tidied(item, told, f"{path}.{index}") for index, item in enumerate(one))
    if is_dataclass(one) and not isinstance(one, type):
        changed = {
            each.name: tidied(getattr(one, each.name), told, f"{path}.{each.name}".lstrip("."))
            for each in fields(one)
            if each.name != "faults"
        }
        return replace(one, **changed)
    return one


def _missing(one: Envelope) -> Iterator[tuple[str, str]]:
    """Find what makes a document of others none: it cannot be named, or nobody could tell what it is."""
    if not one.document_id:
        yield "document_id", "Bắt buộc"
    if not one.number.whole and not one.subject:
        yield "number", "Thiếu cả số, ký hiệu và trích yếu văn bản"
    if one.purpose is not Purpose.NEW and not one.about:
        yield "about", "Thiếu mã văn bản bị thu hồi, cập nhật hoặc thay thế"


def _needed(one: Envelope) -> Iterator[tuple[str, str]]:
    for name in _REQUIRED:
        if not getattr(one, name):
            yield name, "Bắt buộc"
    if not one.number.number and not one.number.notation:
        yield "number", "Thiếu số, ký hiệu văn bản"
    if not one.receivers:
        yield "receivers", "Thiếu nơi nhận"
    if len(one.receivers) > MOST_RECEIVERS:
        yield "receivers", f"Không quá {MOST_RECEIVERS} nơi nhận"
    if one.purpose is not Purpose.NEW and not one.about:
        yield "about", "Thiếu mã văn bản bị thu hồi, cập nhật hoặc thay thế"
    names: set[str] = set()
    for index, attachment in enumerate(one.attachments):
        yield from _attachment_faults(attachment, f"attachments.{index}")
        if attachment.content_id in names:
            yield f"attachments.{index}.content_id", "Trùng mã tệp"
        names.add(attachment.content_id)


def _particular(one: Envelope) -> Iterator[tuple[str, str]]:
    """Find what others might let pass and we do not."""
    for name, longest in LONGEST.items():
        if len(getattr(one, name)) > longest:
            yield name, f"Không quá {longest} ký tự"
    if not one.number.number:
        yield "number.number", "Bắt buộc"
    if one.priority not in _PRIORITIES:
        yield "priority", "Độ khẩn từ 0 đến 4"
    if one.purpose is Purpose.NEW and not one.attachments:
        yield "attachments", "Văn bản phải có ít nhất một tệp"
    if one.due_on and one.due_on < one.promulgated_on:
        yield "due_on", "Hạn xử lý trước ngày ban hành"
    yield from _party_faults(one)


def _party_faults(one: Envelope) -> Iterator[tuple[str, str]]:
    named = [("sender", one.sender), *((f"receivers.{n}", to) for n, to in enumerate(one.receivers))]
    for path, organ in named:
        if not is_organ(organ.id):
            yield f"{path}.id", "Mã định danh cơ quan không đúng"
        if not organ.name:
            yield f"{path}.name", "Thiếu tên cơ quan"
    ids = [same_organ(organ.id) for organ in one.receivers]
    if len(set(ids)) != len(ids):
        yield "receivers", "Hai nơi nhận trùng nhau"
    if same_organ(one.sender.id) in ids:
        yield "receivers", "Không gửi cho chính mình"


def _attachment_faults(one: Attachment, path: str) -> Iterator[tuple[str, str]]:
    if not one.content_id:
        yield f"{path}.content_id", "Thiếu mã tệp"
    if not one.name or len(one.name) > _LONGEST_NAME or not _NAME.fullmatch(one.name):
        yield f"{path}.name", "Tên tệp không hợp lệ"
    if not _MEDIA_TYPE.fullmatch(one.media_type):
        yield f"{path}.media_type", "Loại tệp không hợp lệ"
    if not one.content:
        yield f"{path}.content", "Tệp rỗng"


def _status_faults(one: StatusNotice) -> Iterator[tuple[str, str]]:
    if one.code not in TEXTS:
        yield "code", "Mã trạng thái không có trong danh mục"
    if not one.about.document_id and not one.about.code:
        yield "about", "Không nêu văn bản nào"
    if len(one.description) > LONGEST["content"]:
        yield "description", f"Không quá {LONGEST['content']} ký tự"


def _letters(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Find signs XML cannot carry, and texts too long to be what they claim."""
    if isinstance(value, str):
        if any(not _is_written(sign) for sign in value):
            yield path, "Có ký tự không được phép"
        elif len(value) > max(_longest(path), _LONGEST_OTHER):
            yield path, "Quá dài"
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _letters(item, f"{path}.{index}")
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _letters(getattr(value, one.name), f"{path}.{one.name}".lstrip("."))


def _longest(path: str) -> int:
    return LONGEST.get(path, LONGEST["content"] if path == "description" else _LONGEST_OTHER)


def _is_written(sign: str) -> bool:
    """Tell whether XML 1.0 has this sign and people read it: no control, no half of a pair, no override."""
    if sign in "\t\n\r":
        return True
    category = unicodedata.category(sign)
    return (
        category not in {"Cc", "Cs"} and sign not in "\ufffe\uffff\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
    )
