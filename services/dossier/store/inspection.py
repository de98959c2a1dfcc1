"""Opens a file as its readers would, in a process of its own that knows no service and no secret.

It says `ready`, reads `<media type> <bytes>` lines, each with its content, and answers with one line:
`sound`, or what is wrong (`damaged`, `encrypted`, `active`, `too-complex`).
"""

import io
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from PIL import Image
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError

MOST_MEMORY = 1 << 30
MOST_PIXELS = 100_000_000
MOST_PAGES = 5_000
MOST_PARTS = 5_000
MOST_UNPACKED = 200_000_000

_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAIN_PARTS = {
    f"{_OFFICE}wordprocessingml.document": "/word/document.xml",
    f"{_OFFICE}spreadsheetml.sheet": "/xl/workbook.xml",
}
_ACTIVE_PART = re.compile(
    r"vbaproject|vbadata|activex|oleobject|macrosheets|\.(bin|exe|js|vbs)$", re.IGNORECASE
)
_ACTIVE_TYPE = re.compile(r"macroenabled|vbaproject|activex|oleobject|ms-office\.vba", re.IGNORECASE)
_ACTIVE_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/Rendition", "/RichMediaExecute"})


class Wrong(Exception):  # noqa: N818 - the fact is the name.
    """The file is not taken; the message is one word of the protocol."""


def inspect(media_type: str, content: bytes) -> str:
    """Return `sound` or what is wrong; never raises for whatever the content is."""
    look = {"application/pdf": _pdf, "image/jpeg": _jpeg, "image/png": _png}
    try:
        if media_type in _MAIN_PARTS:
            _office(content, media_type)
        else:
            look[media_type](content)
    except Wrong as wrong:
        return str(wrong)
    except FileNotDecryptedError:
        return "encrypted"
    except MemoryError:
        return "too-complex"
    except Exception:
        # Whatever a parser makes of a broken file, it is the file's fault.
        return "damaged"
    return "sound"


def _pdf(content: bytes) -> None:
    reader = PdfReader(io.BytesIO(content), strict=False)
    root = reader.root_object
    names = _resolved(root.get("/Names")) or {}
    if "/JavaScript" in names or _acts(root.get("/OpenAction")) or _acts_of(root.get("/AA")):
        raise Wrong("active")
    count = 0
    for page in _pages(root["/Pages"]):
        count += 1
        if _acts_of(page.get("/AA")):
            raise Wrong("active")
        for annotation in _resolved(page.get("/Annots")) or ():
            note = _resolved(annotation) or {}
            if _acts(note.get("/A")) or _acts_of(note.get("/AA")) or note.get("/Subtype") == "/RichMedia":
                raise Wrong("active")
    if not count:
        raise Wrong("damaged")


def _pages(pages: Any) -> Iterator[Any]:
    """Walk the page tree; a node that comes twice or a tree that never ends is refused."""
    waiting, seen = [pages], 0
    while waiting:
        node = _resolved(waiting.pop())
        seen += 1
        if seen > MOST_PAGES:
            raise Wrong("too-complex")
        if node["/Type"] == "/Page" or "/Kids" not in node:
            _resolved(node.get("/Contents"))
            yield node
        else:
            waiting.extend(reversed(_resolved(node["/Kids"])))


def _acts(action: Any) -> bool:
    """Tell whether an action, or one after it, runs something; a plain destination does not."""
    waiting, seen = [action], 0
    while waiting:
        found = _resolved(waiting.pop())
        seen += 1
        if seen > MOST_PAGES:
            raise Wrong("too-complex")
        if isinstance(found, dict):
            if found.get("/S") in _ACTIVE_ACTIONS or "/JS" in found:
                return True
            following = _resolved(found.get("/Next"))
            waiting.extend(following if isinstance(following, list) else [following] if following else [])
    return False


def _acts_of(actions: Any) -> bool:
    found = _resolved(actions)
    return isinstance(found, dict) and any(_acts(action) for action in found.values())


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _jpeg(content: bytes) -> None:
    with _bounded(content, "JPEG") as image:
        # Every coefficient is read, an eighth of the pixels is made.
        image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
        image.load()


def _png(content: bytes) -> None:
    with _bounded(content, "PNG") as image:
        image.load()


def _bounded(content: bytes, kind: str) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None
    image = Image.open(io.BytesIO(content), formats=[kind])
    if image.width * image.height > MOST_PIXELS:
        raise Wrong("too-complex")
    return image


def _office(content: bytes, media_type: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise Wrong("too-complex")
        if any(part.flag_bits & 1 for part in parts):
            raise Wrong("encrypted")
        names = [part.filename for part in parts]
        if len({name.lower() for name in names}) < len(names) or any(
            ".." in name.split("/") for name in names
        ):
            raise Wrong("damaged")
        if any(_ACTIVE_PART.search(name) for name in names if not _is_settings(name)):
            raise Wrong("active")
        if packed.testzip() is not None:
            raise Wrong("damaged")
        _check_types(_xml(packed.read("[Content_Types].xml")), media_type)
        _xml(packed.read(_MAIN_PARTS[media_type].removeprefix("/")))
        for name in names:
            if name.endswith(".rels"):
                _check_relations(_xml(packed.read(name)))


def _is_settings(name: str) -> bool:
    """Printer settings are binary and run nothing."""
    return "/printerSettings/" in name


def _xml(text: bytes) -> ET.Element:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\x00" in text:
        raise Wrong("damaged")
    return ET.fromstring(text)  # noqa: S314 - no document type, so no entities, in a process of its own.


def _check_types(types: ET.Element, media_type: str) -> None:
    told = {item.get("PartName", ""): item.get("ContentType", "") for item in types if item.get("PartName")}
    if any(_ACTIVE_TYPE.search(item.get("ContentType", "")) for item in types):
        raise Wrong("active")
    if told.get(_MAIN_PARTS[media_type]) != f"{media_type}.main+xml":
        raise Wrong("damaged")


def _check_relations(relations: ET.Element) -> None:
    """Refuse templates and objects fetched from elsewhere: they bring macros with them, a link does not."""
    for item in relations:
        kind = item.get("Type", "").rpartition("/")[2]
        if item.get("TargetMode") == "External" and kind not in {"hyperlink", "image"}:
            raise Wrong("active")


def serve() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(b"ready\n")
    answers.flush()
    while line := source.readline():
        media_type, size = line.decode().split()
        answers.write(inspect(media_type, source.read(int(size))).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    serve()
