"""A legal document's number, however it was written, in one form by which it is found again."""

import re
import unicodedata
from dataclasses import dataclass

_KINDS = {
    "HP": "HIEN_PHAP",
    "QH": "LUAT",
    "UBTVQH": "PHAP_LENH",
    "PL": "PHAP_LENH",
    "NQLT": "NGHI_QUYET_LIEN_TICH",
    "ND": "NGHI_DINH",
    "TT": "THONG_TU",
    "TTLT": "THONG_TU_LIEN_TICH",
    "QD": "QUYET_DINH",
    "NQ": "NGHI_QUYET",
    "CT": "CHI_THI",
    "VBHN": "VAN_BAN_HOP_NHAT",
    "TB": "THONG_BAO",
    "KH": "KE_HOACH",
}
_ISSUERS = {
    "CP": "Chính phủ",
    "TTG": "Thủ tướng Chính phủ",
    "QH": "Quốc hội",
    "UBTVQH": "Ủy ban Thường vụ Quốc hội",
    "BCA": "Bộ Công an",
    "BQP": "Bộ Quốc phòng",
    "BTC": "Bộ Tài chính",
    "BTP": "Bộ Tư pháp",
    "BXD": "Bộ Xây dựng",
    "BGTVT": "Bộ Giao thông vận tải",
    "BCT": "Bộ Công Thương",
    "BNV": "Bộ Nội vụ",
    "BNG": "Bộ Ngoại giao",
    "BYT": "Bộ Y tế",
    "BGDDT": "Bộ Giáo dục và Đào tạo",
    "BTNMT": "Bộ Tài nguyên và Môi trường",
    "BNNMT": "Bộ Nông nghiệp và Môi trường",
    "BNNPTNT": "Bộ Nông nghiệp và Phát triển nông thôn",
    "BKHCN": "Bộ Khoa học và Công nghệ",
    "BKHDT": "Bộ Kế hoạch và Đầu tư",
    "BLDTBXH": "Bộ Lao động - Thương binh và Xã hội",
    "BVHTTDL": "Bộ Văn hóa, Thể thao và Du lịch",
    "BTTTT": "Bộ Thông tin và Truyền thông",
    "NHNN": "Ngân hàng Nhà nước Việt Nam",
    "TANDTC": "Tòa án nhân dân tối cao",
    "VPCP": "Văn phòng Chính phủ",
    "BHXH": "Bảo hiểm xã hội Việt Nam",
}
_NUMBER = re.compile(
    r"(?P<serial>\d{1,5}[A-Z]?)(?:/(?P<year>(?:19|20)\d{2}))?(?:/(?P<tail>[A-Z][A-Z0-9&]*(?:[-/]+[A-Z0-9&]+)*))?"
)
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_SEPARATORS = re.compile(r"\s*([/-])\s*")
_COMPACT = re.compile(r"(?<=\d)(?=[A-Z]{2,}-)")
_TURNED = re.compile(r"\b([A-Z]{2,4})/(\d{1,5})-([A-Z&]+)")
"""`QĐ/0001-BCA`: the kind before the serial number."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class LegalNumber:
    """A number in one form: `key` finds it, `text` is for people, `doubts` say what is missing or odd."""

    key: str
    text: str
    kind: str
    issuer: str | None
    doubts: tuple[str, ...]


def folded(text: str) -> str:
    """Return capitals without diacritics, one kind of dash, no spaces around separators."""
    flat = unicodedata.normalize("NFD", _DASHES.sub("-", text).upper().replace("Đ", "D"))
    bare = "".join(char for char in flat if not unicodedata.combining(char))
    return _SEPARATORS.sub(r"\1", " ".join(bare.split()))


def read_number(written: str) -> LegalNumber | None:
    """Return the number found in what was written; None when there is none.

    `SỐ 64/QĐ-NHNN`, `3980 /QĐ-BQP`, `Thông tư số 07/2025/TT-BTC` and `7/2025/TT-BTC` are each found. A
    serial number is the same with and without leading zeros, Đ and D are the same, and so are `/` and `-`
    between letters.
    """
    text = _TURNED.sub(r"\2/\1-\3", _COMPACT.sub("/", folded(written[:_LONGEST])))
    found = max(
        _NUMBER.finditer(text),
        key=lambda match: (
            match["tail"] is not None,
            match["year"] is not None,
            len(match[0]),
            -match.start(),
        ),
        default=None,
    )
    if found is None:
        return None
    serial = re.sub(r"^0+(?=\d)", "", found["serial"])
    tail = "-".join(part for part in re.split(r"[/-]+", found["tail"] or "") if part)
    parts = [part for part in (serial, found["year"], tail) if part]
    return LegalNumber(
        "/".join(parts),
        _said(written, found, parts),
        _kind(tail),
        _issuer(tail),
        _doubts(found["year"], tail, found[0] != text),
    )


def _said(written: str, found: re.Match[str], parts: list[str]) -> str:
    """Return the number with the diacritics it was written with, where they can be told."""
    tight = _SEPARATORS.sub(r"\1", " ".join(_DASHES.sub("-", unicodedata.normalize("NFC", written)).split()))
    at = folded(tight).find(found[0])
    shown = (
        tight[at : at + len(found[0])] if at >= 0 and len(folded(tight)) == len(tight) else "/".join(parts)
    )
    return re.sub(r"\bTTG\b", "TTg", shown.upper())


def _kind(tail: str) -> str:
    head = tail.partition("-")[0]
    letters = re.match(r"[A-Z]+", head)
    return _KINDS.get(letters[0] if letters else "", "KHAC")


def _issuer(tail: str) -> str | None:
    parts = [re.sub(r"\d+$", "", part) for part in tail.split("-")]
    known = [_ISSUERS[part] for part in parts if part in _ISSUERS]
    return known[-1] if len(known) == 1 else None


def _doubts(year: str | None, tail: str, has_more: bool) -> tuple[str, ...]:
    found = []
    if not tail:
        found.append("NO_KIND")
    if year is None and _kind(tail) not in {
        "QUYET_DINH",
        "THONG_BAO",
        "KE_HOACH",
        "CHI_THI",
        "VAN_BAN_HOP_NHAT",
    }:
        found.append("NO_YEAR")
    if tail and _kind(tail) == "KHAC":
        found.append("UNKNOWN_KIND")
    if has_more:
        found.append("WORDS_AROUND")
    return tuple(found)
