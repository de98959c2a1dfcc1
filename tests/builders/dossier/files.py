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
EXCEL = f"{OFFICE}spreadsheetml.sheet"
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


SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def a_pdf_written(catalog: str = "", *objects: str, page: str = "", pages: str = "") -> bytes:
    """Return a PDF of one page, written out; `objects` are numbered from 4."""
    told = (
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [3 0 R] /Count 1 {pages} >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} >>",
        *objects,
    )
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(told, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(told) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + f"trailer << /Size {len(told) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def a_stream(text: str, more: str = "") -> str:
    """Return a stream as it is written in a PDF."""
    return f"<< /Length {len(text)} {more} >>\nstream\n{text}\nendstream"


def a_pdf_that_carries(name: str) -> bytes:
    """Return a PDF with a file of this name in it."""
    file = f"<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F 4 0 R >> >>"
    named = f"/Names << /EmbeddedFiles << /Names [({name}) {file}] >> >>"
    return a_pdf_written(named, a_stream("<a/>", "/Type /EmbeddedFile"))


def a_pdf_of_long_chains(notes: int = 4000, actions: int = 4990) -> bytes:
    """Return a small PDF that makes an enormous amount of work for who follows each note's actions anew."""
    chain = [f"<< /S /URI /URI (x) /Next {5 + place + 1} 0 R >>" for place in range(actions - 1)]
    note = "<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /A 5 0 R >>"
    return a_pdf_written("", note, *chain, "<< /S /URI /URI (x) >>", page=f"/Annots [{' 4 0 R' * notes}]")


def a_package(media_type: str = WORD, main: str = "<document/>", **parts: str | bytes) -> bytes:
    """Return a document or workbook with these parts; `path` names them (`**{"word/a.xml": …}`)."""
    path = "word/document.xml" if media_type == WORD else "xl/workbook.xml"
    types = (
        f'<Types xmlns="{_TYPES}"><Override PartName="/{path}" ContentType="{media_type}.main+xml"/></Types>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in {"[Content_Types].xml": types, path: main, **parts}.items():
            packed.writestr(name, text)
    return out.getvalue()


def a_relation(kind: str, target: str, *, outside: bool = False) -> str:
    """Return relations with one of this kind."""
    mode = ' TargetMode="External"' if outside else ""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    return (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{kind}" Target="{target}"{mode}/>'
        "</Relationships>"
    )


def a_text_with_field(*runs: str) -> str:
    """Return a Word text with one field, its instruction cut into runs."""
    cut = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return f'<w:p xmlns:w="w">{mark.format("begin")}{cut}{mark.format("separate")}{mark.format("end")}</w:p>'
