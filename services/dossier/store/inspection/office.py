"""A Word document or an Excel workbook: a sound package of known parts, none of which runs anything."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

from services.dossier.store.inspection.fields import runs_a_field
from services.dossier.store.inspection.wrong import DEEPEST_PACKAGE, MOST_PARTS, MOST_UNPACKED, Budget, Wrong

_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD = f"{_OFFICE}wordprocessingml.document"
_EXCEL = f"{_OFFICE}spreadsheetml.sheet"
MAIN_PARTS = {_WORD: "/word/document.xml", _EXCEL: "/xl/workbook.xml"}
_PACKAGES = {"docx": _WORD, "xlsx": _EXCEL}
_TEXTS = frozenset({"xml", "rels", "vml"})
# Pictures, fonts and seals. Anything else in a package is an object that another program opens.
_PICTURES = (
    "png",
    "jpg",
    "jpeg",
    "jpe",
    "jfif",
    "gif",
    "bmp",
    "tif",
    "tiff",
    "emf",
    "wmf",
    "svg",
    "wdp",
    "ico",
)
_PASSIVE = frozenset((*_PICTURES, "ttf", "otf", "odttf", "sigs", "psmdcp"))
_ACTIVE_PART = re.compile(r"vbaproject|vbadata|activex|oleobject|macrosheets", re.IGNORECASE)
_ACTIVE_TYPE = re.compile(r"macroenabled|vbaproject|activex|oleobject|ms-office\.vba", re.IGNORECASE)
_ACTIVE_RELATION = re.compile(
    r"vba|macro|activex|^control$|oleobject|afchunk|attachedtoolbars|keymapcustomizations", re.IGNORECASE
)
_ACTIVE_LINK = re.compile(rb"<(?:[\w.-]+:)?(?:ddeLink|oleLink)\b")
_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)")


def look_at_office(content: bytes, media_type: str) -> None:
    """Raise `Wrong` for a package that is not sound, is of another type, or runs or fetches something."""
    _look_at(content, media_type, 0, Budget(MOST_PARTS), Budget(MOST_UNPACKED))


def _look_at(content: bytes, media_type: str, depth: int, parts: Budget, unpacked: Budget) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        entries = packed.infolist()
        parts.spend(len(entries))
        unpacked.spend(sum(entry.file_size for entry in entries))
        names = [entry.filename for entry in entries]
        _check_names(names)
        if any(entry.flag_bits & 1 for entry in entries):
            raise Wrong("encrypted")
        told = {
            name: ending for name in names if not name.endswith("/") and (ending := _ending_of(name)) != "bin"
        }
        if packed.testzip() is not None:
            raise Wrong("damaged")
        _check_types(_xml(packed.read("[Content_Types].xml")), media_type)
        _xml(packed.read(MAIN_PARTS[media_type].removeprefix("/")))
        for name, ending in told.items():
            if ending in _TEXTS:
                _check_text(packed.read(name), ending, media_type)
            elif ending in _PACKAGES:
                if depth >= DEEPEST_PACKAGE:
                    raise Wrong("too-complex")
                _look_at(packed.read(name), _PACKAGES[ending], depth + 1, parts, unpacked)


def _check_names(names: list[str]) -> None:
    if len({name.lower() for name in names}) < len(names) or any(".." in name.split("/") for name in names):
        raise Wrong("damaged")


def _ending_of(name: str) -> str:
    """Return a part's ending; raise for a part that is no text, picture, font, seal or package."""
    ending = name.lower().rpartition(".")[2]
    # Printer settings are binary and run nothing.
    is_settings = ending == "bin" and "/printersettings/" in name.lower()
    is_known = ending in _TEXTS or ending in _PASSIVE or ending in _PACKAGES
    if not is_settings and (not is_known or _ACTIVE_PART.search(name)):
        raise Wrong("active")
    return ending


def _check_text(text: bytes, ending: str, media_type: str) -> None:
    """Refuse relations, fields and links that run or fetch something."""
    _require_readable(text)
    if ending == "rels":
        _check_relations(_xml(text))
        return
    # Names of elements cannot be escaped: a part without the word has no field.
    has_fields = media_type == _WORD and b"instr" in text
    if _ACTIVE_LINK.search(text) or (has_fields and runs_a_field(_xml(text))):
        raise Wrong("active")


def _require_readable(text: bytes) -> None:
    """Refuse what another reader would read with other letters than this one."""
    told = _ENCODING.match(text)
    is_plain = told is None or told[1].lower() in {b"utf-8", b"us-ascii", b"ascii"}
    if b"\x00" in text or not is_plain:
        raise Wrong("damaged")


def _xml(text: bytes) -> ET.Element:
    _require_readable(text)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Wrong("damaged")
    return ET.fromstring(text)  # noqa: S314 - no document type, so no entities, in a process of its own.


def _check_types(types: ET.Element, media_type: str) -> None:
    told = {item.get("PartName", ""): item.get("ContentType", "") for item in types if item.get("PartName")}
    if any(_ACTIVE_TYPE.search(item.get("ContentType", "")) for item in types):
        raise Wrong("active")
    if told.get(MAIN_PARTS[media_type]) != f"{media_type}.main+xml":
        raise Wrong("damaged")


def _check_relations(relations: ET.Element) -> None:
    """Refuse programs under any name, and templates and objects from elsewhere; a link is no program."""
    for item in relations.iter():
        kind = item.get("Type", "").strip().rpartition("/")[2].lower()
        is_outside = item.get("TargetMode", "").strip().lower() == "external"
        if _ACTIVE_RELATION.search(kind) or (is_outside and kind not in {"hyperlink", "image"}):
            raise Wrong("active")
