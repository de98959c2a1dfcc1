"""What words of the portal's answers say: done and nothing else, nothing, not done, or something else.

No list of codes or sentences was ever given (national-portal.md 4, 5, 22). So nothing is believed for a word
in it (ADR 0033): a sentence tells of success where nothing is left of it once words of success, what they are
of, codes and fillers are taken away. Texts are read without marks, in small letters;
`tests/unit/gateway/test_portal_sentences.py` is what they are held against.
"""

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from services.gateway.domain.folding import folded

_KEPT = 1024
"""Answers are the same few sentences: each is judged once."""
_JUDGED = 2000


class Says(IntEnum):
    """How far words are from telling of success: up to `DONE` they are believed, beside 0, unasked."""

    NOTHING = 0
    """No words, or a code alone."""
    DONE = 1
    """Success, and not a word more."""
    UNSURE = 2
    """Words nobody knows, which may be anything."""
    UNDONE = 3
    """Queued, waiting, none, or of another call: perhaps later, not now."""
    NOT_DONE = 4


_FILE = re.compile(
    r"(?<!\S)\S{1,255}\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|gif|tiff?|bmp|zip|rar|7z|xml|txt|p7[sm]|rtf|html?)\b"
)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|‘[^’]*’|(?<!\w)'[^']*'(?!\w)|\[[^\]]*\]")
_FAULT = r"(?:loi|errors?|exceptions?|that bai|fail(?:ed|ures?)?|(?:khong|chua) thanh cong)"
_OF = r"(?: ho so| ban ghi| dong| tep| records?| rows?| items?)?"
_NO_FAULT = re.compile(
    rf"(?:(?<![\d.,/])0|\bno|\bwithout|\bzero|\bkhong(?: co| phat sinh| gap| xay ra)?|\bchua co)"
    rf"(?: bat ky| any| mot)?{_OF} {_FAULT}\b(?: nao)?"
    rf"|\b(?:ma |so )?{_FAULT}(?:[_ ]?(?:code|count|message))?{_OF}\s*[:=(]?\s*"
    r"(?:0+\b(?![.,]?\d|/)|(?:none|null|nil|khong(?: co)?)(?=\W*$|\s*[,.;|)])|\[\s*\]|(?<=[:=(])(?=\s*$"
    r"|\s*[,;|)]))"
)
"""What tells that there was no fault, in words of faults."""
_OF_WORK = re.compile(
    r"\bkhong phai (?:nop|dong|thu|tra)\b|\bnull (?:warnings?|errors?)\b"
    r"|\b(?:het|qua) han (?:xu ly|giai quyet|tra)\b"
)
"""What is said of a dossier's own course, in words of faults too."""
_OTHER_CALLS = (
    r"dang nhap|dang xuat|ket noi|xac thuc|tra cuu|truy van|tim kiem|goi (?:dich vu|api)|chuyen tiep|kiem tra"
    r"|xoa|thu hoi|log ?in|log ?out|connect\w*|authenticat\w*|ping|forward\w*"
    r"|delet\w*|validat\w*|quer(?:y|ied)"
)
_UNDONE = re.compile(
    r"\bchua\b|\bse\b|\bdang\b(?! ky)|\b(?:con|vui long|hay|xin) cho\b|\bcho (?:\w+ )?(?:phan hoi|ket qua)\b"
    r"|\bcho (?:kiem|duyet|xu ly|xac|phe|doi soat|cap phep|bo sung|dong bo|ky|trong)|hang doi|xep hang"
    r"|\bqueue|\bpending|\bprocessing\b|in progress|async|bat dong bo|\blater\b"
    r"|(?:tra|phan hoi|gui|xu ly) sau\b"
    r"|\b(?:luu|bang|ghi) (?:tam|nhap)\b|\bdraft|gia lap|thu nghiem|\btest\b|\bmock|simulat|dry.?run"
    r"|\b(?:none|nothing|empty|rong|no changes?|khong (?:co )?(?:gi|thay doi|du lieu))\b|giu nguyen"
    r"|\bno (?:rows?|records?|items?|data)\b|(?<![\w.,/-])0(?![\w.,/-]*\d)(?! ?%)"
    r"|\bmot phan\b|\bpartial|ignored|skipped|\bbo qua\b|\bda (?:bi |duoc )?(?:khoa|xoa|thu hoi|huy|loai)\b"
    rf"|\b(?:{_OTHER_CALLS})(?: \w+){{0,3}}? (?:thanh cong|success\w*|ok|done)\b"
)
"""What is of a queue, of a part, of none, or of another call than the one that was made."""
_OF_HISTORY = re.compile(
    r"\bly do (?:bo sung|tra lai|dung|tam dung|rut|gia han|xin loi)(?: ho so)?\s*:.*"
    r"|(?<=thanh cong )(?:(?:lich su|nhat ky) loi|ho so(?: bi)? tra lai|ho so\s*: tra lai do .*)"
)
"""What an entry of the history was about, said back; nobody can be asked after it."""
_NOT_DONE = re.compile(
    r"that bai|\b(?:thanh cong|success|da xu ly)\s*[:=]\s*(?:khong|ko|false|no?)\b"
    r"|\b(?:updated|success|inserted)\s*[:=]?\s*0\b(?![.,]?\d)"
    r"|\b(?:khong|ko|chua)(?: \w+){0,3} thanh cong"
    r"|thanh cong\s*[:=(]?\s*0\b(?![.,]?\d)|(?<![\d/])0 ?/ ?\d"
    r"|(?<![\d.,/])0 (?:ho so|ban ghi|dong|records?|rows?|items?|dossiers?)\b"
    r"|\bkhong co (?:ho so|ban ghi|dong) nao\b"
    r"|tu choi|bi (?:huy|chan|khoa|loai|tra lai|trung)\b|huy bo"
    r"|\bsai\b|\bkhong (?:dung|khop|hop le|ton tai|tim thay|thay|the|du|xac dinh|ho tro|cho phep|duoc"
    r"|phai)\b"
    r"|\bkhong co (?:quyen|trong|tren)\b|\bkhong \w+(?: \w+)? duoc\b|\b(?:khong|ko|chua) (?:luu|ghi"
    r"|nhan|cap nhat|dong bo)\b"
    r"|\bchua (?:duoc|ton tai|dang ky|khai bao|cap quyen|hop le)\b"
    r"|het han|het hieu luc|qua han muc|vuot qua|qua dai|qua lon|bat buoc|trung (?:lap|ma|khoa)"
    r"|(?<!gioi )(?<!toi )\bthieu\b(?! so| nien| nhi)"
    r"|(?<!tra )(?<!thuan )(?<!thuy )(?<!quyen )\bloi\b(?! ich| nhuan)"
    r"|\berr(?:ors?)?\b|\bnok\b|exception|\bfault"
    r"|\bfail|unsuccess|not success|\bunable\b|\bcan ?not\b|\bcan't\b"
    r"|\bcould ?n[o']t\b"
    r"|\binvalid|\bnot (?:found|exist|valid|allowed|permitted|authori[sz]ed|saved|updated|accepted"
    r"|processed)"
    r"|\b(?:does|did|was|were|is|are|has|have) ?n[o']t\b|\bmissing\b|\brequired\b|expired"
    r"|reject|refus|denied|declined|forbidden|unauthori[sz]ed|duplicate|\bnull\b|undefined|\babort"
    r"|\b(?:chua|khong|ko) dang nhap\b|\bdang nhap (?:lai|truoc)\b"
    r"|\b(?:vui long|hay|moi|can|phai|yeu cau) (?:ban )?(?:dang nhap|xac thuc)\b"
    r"|\bnot (?:yet )?(?:logged|signed|authenticated|log ?in|sign ?in)\b"
    r"|\b(?:log|sign)[ -]?in (?:again|first|needed)|please (?:re-?)?(?:log|sign)[ -]?in"
    r"|\bhet (?:thoi gian|luot) (?:truy cap|dang nhap|ket noi|su dung|lam viec)"
)
_DONE = re.compile(
    r"\bthanh cong\b|\bhoan (?:thanh|tat)\b"
    r"|\bda (?:duoc )?(?:tiep nhan|luu|cap nhat|dong bo|ghi nhan|ghi|them moi|them|tao moi|tao|xu ly)\b"
    r"|\b(?:ok|okay|success\w*|succeeded|done|completed?|accepted|saved|updated|created"
    r"|sync\w*ed|inserted)\b"
)
_OF_SUCCESS = re.compile(
    r"\b(?:ho so|du lieu|ban ghi|dong bo|dong|tien do|trang thai|qua trinh|thong tin|cap nhat|them moi|them"
    r"|tao moi|tao|luu|ghi nhan|ghi|tiep nhan|xu ly|giai quyet|thu tuc(?: hanh chinh)?|tthc|mot cua|buoc"
    r"|nhan|received?|giay to|tep|le phi|phi|don vi|ket qua|da ton tai"
    r"|entry|without|cau tra loi|tra loi|cau hoi|hoi dap|danh gia|cong dan|thao tac|thuc hien|tong so"
    r"|so luong|danh sach|phien ban|ma|so|he thong|cong(?: dich vu cong| dvc)?(?: quoc gia)?|dvcqg"
    r"|dossiers?|records?|rows?|items?|data|status|progress|update|create|insert|sync|save|processed|total"
    r"|count|results?|operation|code|message|http"
    r"|cua|cho|tu|den|len|vao|tren|tai|voi|va|la|luc|ngay|gio|nay|duoc|da|viec|tat ca|xong|the|an?|is|was|has"
    r"|have|been|with|of|in|to|all|at|and)\b"
)
"""What success is of, and words that change nothing: none of no, not yet, again or other."""
_CODE = re.compile(
    r"(?<![\w.\-|:/])(?:[a-z]{0,3}(?=(?:[.\-|:/]*\d){6})[\d.\-|:/][\w.\-|:/]*"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{1,2}:\d{2}(?::\d{2})?|(?P<all>[1-9]\d*)/(?P=all)"
    r"|(?!0+\b|[45]\d\d\b)\d+)(?![\w%/])"
)
"""A dossier's or a procedure's code, a moment, all of all, a number that is not 0 nor an HTTP fault."""
_COUNT = re.compile(r"(?<![\w.\-|:/])\d{1,3}(?![\w.\-|:/])")
_SIGNS = re.compile(r"[\s.,;:!()\[\]\-\u2013|/\"'+&*=>]*")
_ONE_CODE = re.compile(r"[\w.\-|:/]*\d[\w.\-|:/]*")
_ALREADY_THERE = re.compile(
    r"(?<!khong )(?<!chua )da ton tai|da co (?:tren|trong|o) |already (?:exist|there|present|synced)"
    r"|duplicate"
    r"|trung (?:lap |ma )*ho so|ho so (?:da )?bi trung|da duoc dong bo"
)
_ENTRY = re.compile(
    r"tien do|\bbuoc\b|\bban ghi\b|\bdong\b|lich su|qua trinh|progress|\bentry|\brecord|\bkey\b"
)
_ABSENT = re.compile(
    r"(?:khong|ko|chua) (?:tim thay|tim duoc|thay|ton tai|duoc tim thay)|\bkhong co (?:ho so|du lieu"
    r"|ban ghi|ket qua|thong tin)"
    r"|\bkhong co (?:tren|trong)|\bchua co (?:ho so|du lieu|ban ghi|tren|trong)"
    r"|\bho so(?: \S+){0,2} chua co\b"
    r"|\bchua (?:duoc )?(?:dong bo|tiep nhan|gui len)|not (?:been )?found|not exist|n't exist"
    r"|\bno (?:such )?(?:record|data|dossier|result|row|item)"
    r"|nothing found|unknown (?:dossier|code|record)|ket qua rong"
)
_DOSSIER = re.compile(r"ho ?so|dossier")
_DOOR = (
    r"(?:dich vu|service|phuong thuc|method|chuc nang|api|endpoint|url|don vi|tai khoan|account|user"
    r"|nguoi dung|quyen|phien|session|token|jwt|ticket|key|login|dang nhap|ma truy cap)"
)
_DOOR_ABSENT = re.compile(
    rf"(?:khong|ko|chua) (?:tim thay|tim duoc|thay|ton tai|co) {_DOOR}"
    rf"|\b{_DOOR}(?: \w+){{0,3}} (?:khong ton tai|not found|does not exist|chua)"
)
_SERVICE = re.compile(rf"\b{_DOOR}\b")
_NATIONAL = re.compile(r"cong dich vu cong(?: quoc gia)?|\bdvcqg\b|cong dvc\b")
_PLAIN_SESSION = re.compile(
    r"phien (?:lam viec|dang nhap|ket noi|truy cap|su dung|giao dich)(?: \w+){0,4}? (?:het|khong|chua"
    r"|bi|ket thuc)\b"
    r"|session(?: id| key| token)?(?: is| has| was| da| bi| been){0,3} (?:expired|invalid|timed? ?out"
    r"|not found|ended|closed|lost"
    r"|het han|het hieu luc|khong hop le|khong ton tai)"
    r"|\bsession ?(?:expired|timed? ?out)"
    r"|\b(?:invalid|expired|bad|wrong|missing|no) ?session(?! data)"
)
_ENDED = re.compile("het han|het hieu luc|khong hop le|khong ton tai|expired|invalid")
_CONTENT = re.compile(
    r"ho ?so\b|trich yeu|\btep\b|\bfiles?\b|thu tuc|tthc|\btruong\b|\bdata\b|du lieu|cong dan|giay to"
    r"|don vi|danh muc|dich vu"
    r"|dinh kem|linh vuc|noi dung|attachment|\bfields?\b|procedure|dossier|co quan|ngay \w+"
    r"|\bma[a-z]*ho ?so"
)
_FAULTY = re.compile(
    r"khong (?:hop le|ton tai|dung|tim thay|khop|duoc (?:de )?(?:trong|rong)|duoc phep)|\bsai\b"
    r"|\bthieu\b|bat buoc|invalid"
    r"|not (?:exist|found|valid|allowed)|n't exist|required|missing|vuot qua|qua dai|trung lap"
)
_LATER = re.compile(r"thu lai|try again|retry")
_CLAUSE = re.compile(r"[,;:!?\n]+|\.(?!\d)")


@lru_cache(_KEPT)
def without_files(message: str) -> str:
    """Return the words without names of files, which are ours and said back."""
    text = " ".join(folded(message).replace("_", " ").split())
    return " ".join(_FILE.sub(" ", text).split()) or text


@lru_cache(_KEPT)
def own_words(message: str) -> str:
    """Return the portal's own words: without names of files and what stands in quotes or brackets."""
    text = without_files(message)
    return _QUOTED.sub(" ", text).strip() or text


@lru_cache(_KEPT)
def says(message: str) -> Says:
    """Return what words say as a whole; of more than anybody judges they say nothing sure."""
    text = without_files(message[:_JUDGED])
    if not text or _ONE_CODE.fullmatch(text) is not None:
        return Says.NOTHING
    bare = _NO_FAULT.sub(" ", _OF_WORK.sub(" ", text))
    if len(message) <= _JUDGED and _is_whole(_NO_FAULT.sub(" ", text)):
        return Says.DONE
    if _NOT_DONE.search(bare) is not None:
        return Says.NOT_DONE
    return Says.UNDONE if _UNDONE.search(bare) is not None else Says.UNSURE


def _is_whole(text: str) -> bool:
    """Tell whether success is said, and nothing is left beside it; two counts are not all of all."""
    left = _CODE.sub(" ", _DONE.sub(" ", text))
    is_one = len(set(_COUNT.findall(text))) <= 1
    return is_one and names_success(text) and _SIGNS.fullmatch(_OF_SUCCESS.sub(" ", left)) is not None


def names_success(message: str) -> bool:
    """Tell whether a word of success is there, whatever stands beside it."""
    return _DONE.search(without_files(message)) is not None


def says_no_fault(message: str) -> bool:
    """Tell whether words where a fault would stand tell of none, or of success."""
    said = says(message)
    is_none = _NO_FAULT.search(without_files(message)) is not None
    return said is Says.DONE or (is_none and said < Says.NOT_DONE)


def without_ours(message: str, ours: Iterable[str]) -> str:
    """Return the words without what we said ourselves, which a portal says back."""
    text = folded(message)
    for one in sorted({one.strip(" .") for one in ours if " " in one}, key=len, reverse=True):
        # One word may be anybody's; a word stays in its place, so that "Lỗi:" before it is one.
        text = re.sub(rf"(?<!\bbi ){re.escape(one)}", " x ", text)
    return _OF_HISTORY.sub(" ", text)


@lru_cache(_KEPT)
def says_already_there(message: str) -> bool:
    """Tell whether what was told is there from before."""
    return _ALREADY_THERE.search(folded(message).replace("_", " ")) is not None


@lru_cache(_KEPT)
def says_only_there(message: str) -> bool:
    """Tell whether what was told is there from before, and nothing is said against it beside."""
    text = _ALREADY_THERE.sub(" ", _NO_FAULT.sub(" ", without_files(message)))
    return says_already_there(message) and _NOT_DONE.search(text) is None


@lru_cache(_KEPT)
def names_progress(message: str) -> bool:
    """Tell whether a step or an entry of the history is spoken of."""
    return _ENTRY.search(without_files(message)) is not None


@lru_cache(_KEPT)
def says_dossier_absent(message: str) -> bool:
    """Tell whether a dossier that was asked after is not there; a service or an account is no dossier."""
    text = _NATIONAL.sub(" ", without_files(message))
    if _ABSENT.search(text) is None or _DOOR_ABSENT.search(text) is not None:
        return False
    return _DOSSIER.search(text) is not None or _SERVICE.search(text) is None


def names_dossier(message: str) -> bool:
    """Tell whether a dossier is spoken of."""
    return _DOSSIER.search(_NATIONAL.sub(" ", without_files(message))) is not None


def says_session_over(text: str) -> bool:
    """Tell whether own words are of a session that ended, whatever else they name."""
    return _PLAIN_SESSION.search(text) is not None


def says_ended(text: str) -> bool:
    """Tell whether own words say of something that it is over or not good."""
    return _ENDED.search(text) is not None


def names_content(text: str) -> bool:
    """Tell whether own words name something of the message: the dossier, its procedure, a file, a field."""
    return _CONTENT.search(_NATIONAL.sub(" ", text)) is not None


def says_busy(text: str, busy: re.Pattern[str]) -> bool:
    """Tell whether own words are of the portal's bad moment, and of no fault in what was told.

    "Try again later" stands beside faults too; what else is busy counts where its own clause finds no fault.
    """
    for clause in _CLAUSE.split(text):
        if busy.search(clause) and not _LATER.search(clause) and not finds_fault(clause):
            return True
    return busy.search(text) is not None and not finds_fault(text)


def finds_fault(text: str) -> bool:
    """Tell whether own words name something of the message and a fault in it."""
    return _FAULTY.search(text) is not None and names_content(text)
