"""Turns a document into items: each read by the rules of its kind, every code used once."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from services.catalog.domain.calendars.reading import read_calendar
from services.catalog.domain.errors import NotADocument
from services.catalog.domain.forms.form import read_form
from services.catalog.domain.identifiers import agency_code
from services.catalog.domain.interlinked import read_group
from services.catalog.domain.items import Item, ItemKind, Source
from services.catalog.domain.pages.page import read_page
from services.catalog.domain.procedure import read_procedure
from services.catalog.domain.process import read_process
from services.catalog.domain.public_record import read_public_record
from services.catalog.domain.reading import Reader
from services.catalog.domain.registers import read_agency, read_sector, read_staff

PUBLIC = "public_procedures"
MAX_ITEMS = 20_000
UNNAMED_AGENCY = "H00"
"""Publishes what a document says that names no province; no province has this number."""
_PARTS: dict[str, tuple[ItemKind, Callable[[Reader], None]]] = {
    "sectors": (ItemKind.SECTOR, read_sector),
    "agencies": (ItemKind.AGENCY, read_agency),
    "calendars": (ItemKind.CALENDAR, read_calendar),
    "staff": (ItemKind.STAFF, read_staff),
    "processes": (ItemKind.PROCESS, read_process),
    "procedures": (ItemKind.PROCEDURE, read_procedure),
    "interlinked_groups": (ItemKind.INTERLINKED_GROUP, read_group),
    "forms": (ItemKind.FORM, read_form),
    "pages": (ItemKind.PAGE, read_page),
}
_NOT_OURS = frozenset({"province", "people", "legal_documents", "administrative_units"})
"""Parts of the province's document that belong to others or are repeated inside its items."""


def is_document(value: object) -> bool:
    """Tell whether a JSON value is a document of this catalogue, whole or in part."""
    return isinstance(value, Mapping) and bool(value.keys() & (_PARTS.keys() | {PUBLIC}))


def read_document(document: object) -> tuple[Source, list[Item]]:
    """Return who speaks and every item with its reasons; raise `NotADocument` for another form."""
    if not isinstance(document, Mapping) or not document:
        raise NotADocument("Cần một đối tượng JSON")
    keys = set(document)
    if keys == {PUBLIC}:
        return Source.NATIONAL, _once(_public(_entries(document, PUBLIC)))
    if not keys <= _PARTS.keys() | _NOT_OURS:
        raise NotADocument("Có phần không thuộc tài liệu danh mục")
    items = [
        _read(kind, read, entry, f"{part}[{index}]")
        for part, (kind, read) in _PARTS.items()
        for index, entry in enumerate(_entries(document, part))
    ]
    return Source.LOCAL, _once(items)


def publishing_agency(document: object) -> str:
    """Return the agency that publishes what a document says: the province it is of."""
    province = document.get("province") if isinstance(document, Mapping) else None
    code = province.get("code") if isinstance(province, Mapping) else None
    return (agency_code(code) if isinstance(code, str) else None) or UNNAMED_AGENCY


def _entries(document: Mapping[str, Any], part: str) -> list[Any]:
    entries = document.get(part)
    if entries is None:
        return []
    if not isinstance(entries, list) or len(entries) > MAX_ITEMS:
        raise NotADocument(f"Mỗi phần phải là một danh sách không quá {MAX_ITEMS} mục")
    return entries


def _public(entries: list[Any]) -> list[Item]:
    items = []
    for index, entry in enumerate(entries):
        item = _read(ItemKind.PROCEDURE, read_public_record, entry, f"{PUBLIC}[{index}]")
        item.raw = entry if isinstance(entry, Mapping) else None
        items.append(item)
    return items


def _read(kind: ItemKind, read: Callable[[Reader], None], entry: object, place: str) -> Item:
    if not isinstance(entry, Mapping):
        return Item(kind, place, {}, ["phải là một đối tượng"])
    reader = Reader(entry)
    read(reader)
    return Item(kind, _code(kind, reader.data) or place, reader.data, reader.reasons)


def _code(kind: ItemKind, data: Mapping[str, Any]) -> str:
    """Return the key of the item's event; empty when the item does not have one."""
    if kind is ItemKind.CALENDAR:
        return f"{data.get('code')}:{data.get('year')}" if data.get("code") and data.get("year") else ""
    value = data.get("subject" if kind is ItemKind.STAFF else "code")
    return value if isinstance(value, str) and len(value) <= 100 else ""  # noqa: PLR2004 - see Reader.code.


def _once(items: list[Item]) -> list[Item]:
    times = Counter((item.kind, item.code) for item in items)
    for item in items:
        if times[item.kind, item.code] > 1:
            item.reasons.append("mã được khai nhiều lần trong tài liệu")
    return items
