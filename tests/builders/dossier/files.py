"""Files as people send them: sound ones, and those that only begin like one."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def a_pdf(*, password: str = "", script: bool = False, open_action: str = "", pages: int = 1) -> bytes:
    """Return a PDF of empty pages; with a password, with a script or with something done on opening."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if script:
        runs = {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
        named = ArrayObject([TextStringObject("chạy"), DictionaryObject(runs)])
        names = DictionaryObject({NameObject("/Names"): named})
        scripts = DictionaryObject({NameObject("/JavaScript"): names})
        writer.root_object[NameObject("/Names")] = scripts
    if open_action:
        action: dict[Any, Any] = {NameObject("/S"): NameObject(open_action)}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    return _written(writer)


def a_pdf_with_a_launching_link() -> bytes:
    """Return a PDF with a link on its page that starts a program."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    launch = {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    link = {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): DictionaryObject(launch)}
    page[NameObject("/Annots")] = ArrayObject([DictionaryObject(link)])
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def a_picture(kind: str = "PNG", width: int = 32, height: int = 32) -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 50).save(out, kind)
    return out.getvalue()


def a_pixel_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a small PNG that says it is huge."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def a_document(main_type: str = f"{WORD}.main+xml", **more: str) -> bytes:
    """Return a Word document; `more` adds parts, their names with `__` for `/` and a dot for the last `_`."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}">'
        f'<Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>',
        "word/document.xml": "<document><body/></document>",
    }
    for name, text in more.items():
        path, _, ending = name.replace("__", "/").rpartition("_")
        parts[f"{path}.{ending}"] = text
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in parts.items():
            packed.writestr(path, text)
    return out.getvalue()


def a_template_from(address: str) -> str:
    """Return relations that fetch a document's template from elsewhere."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    return (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{kind}" Target="{address}"'
        ' TargetMode="External"/></Relationships>'
    )
