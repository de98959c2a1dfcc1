"""Feeds of changes: Atom (RFC 4287), paged (RFC 5005), written from what was published."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

_ATOM = "http://www.w3.org/2005/Atom"
_IDS = UUID("7d6f3b0a-2f0f-5a4e-8f43-9a1b6f0c2d11")
"""Namespace of feed and entry ids; another one would show every reader everything as new."""
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(2025, 1, 1, tzinfo=UTC)
CHANGES = {
    "NEW": "Ban hành mới",
    "AMENDED": "Sửa đổi, bổ sung",
    "REPLACED": "Thay thế",
    "ABOLISHED": "Bãi bỏ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One publication of one procedure."""

    id: int
    procedure: str
    version: int
    name: str
    sector: str
    change_kind: str
    decision: str
    valid_from: date
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed is of, where it is read, and one page of it, newest first."""

    subject: str
    title: str
    path: str
    entries: Sequence[Entry]
    before: int | None = None
    next_before: int | None = None


def write_feed(feed: Feed, public_url: str) -> bytes:
    """Return the page as XML; every text is escaped, and what XML cannot hold is left out."""
    here = public_url + feed.path
    root = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "vi"})
    _text(root, "id", id_of("feed", feed.subject))
    _text(root, "title", feed.title)
    newest = max((entry.published_at for entry in feed.entries), default=_NEVER)
    _text(root, "updated", _moment(newest))
    _text(ET.SubElement(root, f"{{{_ATOM}}}author"), "name", "Một Cửa")
    _link(root, "self", here + (f"?before={feed.before}" if feed.before else ""), "application/atom+xml")
    _link(root, "first", here, "application/atom+xml")
    if feed.next_before is not None:
        _link(root, "next", f"{here}?before={feed.next_before}", "application/atom+xml")
    for entry in feed.entries:
        _entry(root, entry, public_url)
    ET.register_namespace("", _ATOM)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def id_of(*names: str) -> str:
    """Return an id that is the same whenever and wherever it is written."""
    return f"urn:uuid:{uuid5(_IDS, chr(10).join(names))}"


def _entry(root: ET.Element, entry: Entry, public_url: str) -> None:
    node = ET.SubElement(root, f"{{{_ATOM}}}entry")
    what = CHANGES.get(entry.change_kind, CHANGES["AMENDED"])
    _text(node, "id", id_of("entry", entry.procedure, str(entry.version)))
    _text(node, "title", f"{what}: {entry.name}")
    _text(node, "updated", _moment(entry.published_at))
    _text(node, "published", _moment(entry.published_at))
    _link(node, "alternate", f"{public_url}/thu-tuc/{entry.procedure}", "text/html")
    ET.SubElement(node, f"{{{_ATOM}}}category", {"term": _plain(entry.change_kind), "label": what})
    ET.SubElement(node, f"{{{_ATOM}}}category", {"term": _plain(entry.sector)})
    told = f"Thủ tục {entry.procedure}: {what.lower()}, áp dụng từ {entry.valid_from:%d/%m/%Y}"
    _text(node, "summary", told + (f", theo Quyết định {entry.decision}." if entry.decision else "."))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = _plain(text)


def _link(parent: ET.Element, relation: str, address: str, media: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", {"rel": relation, "href": address, "type": media})


def _plain(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def entry_of(row: Mapping[str, object]) -> Entry:
    """Return an entry of a row that has its members."""
    return Entry(**{name: row[name] for name in Entry.__dataclass_fields__})  # type: ignore[arg-type]  # a row's columns
