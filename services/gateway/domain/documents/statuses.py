"""What the receiver of a document may say of it, and what many such words together mean.

Codes as public implementations use them (docs/edxml.md): 01 to 06 how far it is, 13, 15, 16 the taking back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

ARRIVED, REFUSED, RECEIVED, ASSIGNED, PROCESSING, DONE = "01", "02", "03", "04", "05", "06"
TAKE_BACK, TAKEN_BACK, KEPT = "13", "15", "16"
TEXTS = {
    ARRIVED: "Đã đến",
    REFUSED: "Từ chối tiếp nhận",
    RECEIVED: "Đã tiếp nhận",
    ASSIGNED: "Phân công xử lý",
    PROCESSING: "Đang xử lý",
    DONE: "Hoàn thành",
    TAKE_BACK: "Yêu cầu lấy lại",
    TAKEN_BACK: "Đồng ý cho lấy lại",
    KEPT: "Từ chối cho lấy lại",
}
_PROGRESS = (ARRIVED, RECEIVED, ASSIGNED, PROCESSING, DONE)
_NEXT = {
    "": (ARRIVED, REFUSED, RECEIVED),
    ARRIVED: (REFUSED, RECEIVED, ASSIGNED, PROCESSING, DONE),
    RECEIVED: (ASSIGNED, PROCESSING, DONE),
    ASSIGNED: (PROCESSING, DONE),
    PROCESSING: (DONE,),
    # People take in what was refused all the same; a refusal holds only until progress is said.
    REFUSED: (RECEIVED,),
}


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """One status and when it was said."""

    at: datetime
    code: str


def normal_code(text: str) -> str:
    """Return a code with two digits, as `1` and `01` are the same; empty when it is none of them."""
    digits = text.strip()
    code = digits.zfill(2) if digits.isdigit() and digits.isascii() else ""
    return code if code in TEXTS else ""


def standing(said: Iterable[Said]) -> str:
    """Return where a document stands at a receiver, whatever the order in which the words came in.

    Taken back ends it. A refusal holds against everything said no later. Progress never goes back.
    """
    heard = sorted(said)
    codes = {one.code for one in heard}
    if TAKEN_BACK in codes:
        return TAKEN_BACK
    progress = [one for one in heard if one.code in _PROGRESS]
    refusals = [one for one in heard if one.code == REFUSED]
    if refusals and not any(one.at > refusals[-1].at and one.code != ARRIVED for one in progress):
        return REFUSED
    return max((one.code for one in progress), key=_PROGRESS.index, default="")


def may_follow(now: str, code: str, *, is_asked_back: bool) -> bool:
    """Tell whether we may say this next of a document we received."""
    if code in {TAKEN_BACK, KEPT}:
        return is_asked_back and now not in {TAKEN_BACK, REFUSED}
    return code in _NEXT.get(now, ())
