"""An information page: headings, paragraphs, lists and links as data, never as markup."""

import re
from urllib.parse import urlsplit

from services.catalog.domain.identifiers import national_code
from services.catalog.domain.reading import Reader

KINDS = ("HEADING", "TEXT", "LIST", "LINK")
_MEMBERS = ("code", "title", "summary", "procedures", "blocks", "approved_by")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_TEXT = 20_000
_MOST_BLOCKS = 300


def read_page(item: Reader) -> None:
    """Read a page; it is known by the last part of its address."""
    for name in item.data.keys() - {*_MEMBERS, "version", "valid_from"}:
        item.refuse(str(name)[:100], "trang không có mục này")
    item.data = {name: item.data.get(name) for name in _MEMBERS}
    item.code("code", _SLUG)
    item.text("title", longest=500)
    item.text("summary", longest=1_000)
    given = item.texts("procedures")
    codes = [national_code(code) for code in given]
    if None in codes:
        item.refuse("procedures", "có mã không phải mã thủ tục hành chính")
    item.data["procedures"] = [code for code in dict.fromkeys(codes) if code]
    if len(item.items("blocks", _read_block, required=True)) > _MOST_BLOCKS:
        item.refuse("blocks", f"có quá {_MOST_BLOCKS} đoạn")


def _read_block(block: Reader) -> None:
    kind = block.choice("kind", KINDS)
    for name in block.data.keys() - {"kind", "text", "items", "href"}:
        block.refuse(str(name)[:100], "đoạn không có mục này")
    block.long_text("text")
    text = block.data.get("text")
    if not isinstance(text, str | None) or len(text or "") > _LONGEST_TEXT:
        block.refuse("text", f"phải là văn bản không quá {_LONGEST_TEXT} ký tự")
    elif kind and kind != "LIST" and not text:
        block.refuse("text", "thiếu")
    items = block.texts("items")
    if (kind == "LIST") is not bool(items):
        block.refuse("items", "danh sách phải có dòng, đoạn khác thì không")
    if any(len(one) > _LONGEST_TEXT for one in items):
        block.refuse("items", "có dòng quá dài")
    href = block.text("href", required=kind == "LINK", longest=2_000)
    if href and (kind != "LINK" or not _is_web(href)):
        block.refuse("href", "phải là địa chỉ http hoặc https của một liên kết")


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
