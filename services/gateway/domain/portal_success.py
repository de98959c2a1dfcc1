"""Whether a sentence says success and nothing else: what is left of it after words of success is asked after.

The other way round no list is ever whole: what a portal may add ("đang xử lý", "tới trục", "giả lập", another
call) nobody can foresee (national-portal.md 22). One look-up is the price of a word not known here.
"""

import re
from functools import lru_cache

from services.gateway.domain.folding import folded
from services.gateway.domain.portal_phrases import in_words_of_its_own, without_files

_KEPT = 512
_LONGEST = 400
"""A sentence of success is short; what is longer is asked after."""
_SUCCESS = (
    r"thanh cong",
    r"hoan (?:thanh|tat)",
    r"da (?:duoc )?(?:tiep nhan|luu|cap nhat|dong bo|ghi nhan|ghi|them moi|them|tao moi|tao|xu ly)",
    r"ok|okay|success(?:ful(?:ly)?)?|succeeded|done|completed?|accepted|saved|updated|created",
    r"sync(?:hroni[sz])?ed|inserted",
)
_WHAT = (
    r"cap nhat|dong bo|them moi|them|tao moi|tao|luu|ghi nhan|ghi|tiep nhan|nhan|xu ly|thuc hien|thao tac",
    r"update|create|save|sync|insert|add",
    r"ho so|du lieu|ban ghi|dong|tien do|trang thai|thong tin|qua trinh|ket qua|buoc|cau tra loi|tra loi",
    r"cau hoi|hoi dap|danh gia|giay to|tep|phien ban|danh sach|phi|le phi|cong dan|mot cua|dvcqg|dvc|tthc",
    r"thu tuc|don vi|he thong|dossiers?|records?|rows?|items?|data|status|progress|entry|entries|da ton tai",
)
_BETWEEN = (
    r"cho|cua|vao|tren|len|voi|va|cac|nhung|lan|luc|ngay|gio|ma|so|tong|da|duoc|xong|thanh|total|the|for|of",
    r"to|an?|has|have|been|was|were|is|are|with|and|at|on|all|without",
)
# Of two that begin alike the one of success is tried first.
_KNOWN = re.compile(rf"(?<!\w)(?:{'|'.join((*_SUCCESS, *_WHAT, *_BETWEEN))})(?!\w)")
_SAYS_IT = re.compile(rf"(?<!\w)(?:{'|'.join(_SUCCESS)})(?!\w)")
_NUMBERED = re.compile(r"[\w.\-|:/]*\d[\w.\-|:/]*")
_SHARE = re.compile(r"(\d{1,9})/(\d{1,9})")
_MARKS = re.compile(r"[\s.,;:!()\-–—=\[\]\"'/|_*]+")
_NOTHING_DONE = re.compile(
    r"(?<![\w.,/])0+(?![\w.,/%])|\bnothing\b|\bnone\b|\bno (?:rows?|records?|changes?|items?)\b|\brong\b"
    r"|\bkhong (?:co|thay doi)\b|\bgia lap\b|\bthu nghiem\b|\btest mode\b"
    r"|^(?:dang nhap|ket noi|xac thuc|tra cuu|truy van|goi dich vu|login|connect\w*|query)\b.*thanh cong"
)
"""Nothing of it, or another call's success: said of an entry nobody can be asked after, it is not there."""


@lru_cache(_KEPT)
def says_whole(message: str) -> bool:
    """Tell whether success is said, of what was told, and not a word beside."""
    if len(message) > _LONGEST:
        return False
    text = in_words_of_its_own(message)
    if _SAYS_IT.search(text) is None or "%" in text or "?" in text:
        return False
    text = _NUMBERED.sub(lambda found: " " if _is_good(found[0]) else found[0], text)
    return not _MARKS.sub("", _KNOWN.sub(" ", text))


def _is_good(token: str) -> bool:
    """Tell whether a number or code beside success says nothing against it: not 0, not 0 of 1."""
    plain = token.strip(".-|:/")
    share = _SHARE.fullmatch(plain)
    if share is not None:
        return int(share[1]) == int(share[2]) > 0
    return plain.strip("0") != ""


@lru_cache(_KEPT)
def says_nothing_done(message: str) -> bool:
    """Tell whether it says that nothing was done, or speaks of another call."""
    text = without_files(message)[:_LONGEST]
    return _NOTHING_DONE.search(in_words_of_its_own(text)) is not None and not says_whole(folded(text))
