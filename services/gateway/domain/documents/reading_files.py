"""Files of a document that came: manifest and contents joined, names and media types made fit to be kept."""

import io
import re
import zipfile

from services.gateway.domain.documents.beside import Beside
from services.gateway.domain.documents.envelope import Attachment
from services.gateway.domain.documents.profile import Bounds
from services.gateway.domain.documents.xml_tree import Node, NotReadable
from services.gateway.domain.file_names import printable

_DIGEST = re.compile(r" ?\[SHA-256: ([0-9a-f]{64})\]$")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,80}/[a-z0-9.+-]{1,120}")
_NOT_OF_A_NAME = re.compile(r"[/\\:*?\"<>|]+")
_LONGEST_NAME = 255
_LONGEST_ENDING = 10
_PATH = "Attachment"


def read_files(root: Node, envelope: Node, bounds: Bounds, beside: Beside) -> tuple[Attachment, ...]:
    """Return every file that came; one that is not as the manifest says is a fault of the document.

    Raises `NotReadable` for more than may be unpacked.
    """
    body = envelope.first("edXMLBody", "Body") or Node("")
    listed = (body.first("edXMLManifest", "Manifest") or Node("")).all("Reference")
    encoded = root.first("AttachmentEncoded") or envelope.first("AttachmentEncoded") or Node("")
    came = encoded.all("Attachment")
    if max(len(listed), len(came)) > bounds.attachments:
        raise NotReadable(_PATH, "Quá nhiều tệp đính kèm")
    named = {_content_id(one): one for one in listed}
    ids = [_content_id(one) for one in came]
    if len(set(ids)) != len(ids) or set(named) != set(ids) or len(named) != len(listed):
        beside.wrong(_PATH, "Tệp đính kèm không khớp với danh mục (edXMLManifest)")
    left = bounds.unpacked
    found = []
    for number, one in enumerate(came, 1):
        file = _file(named.get(_content_id(one)) or Node(""), one, number, left, beside)
        left -= len(file.content)
        found.append(file)
    return tuple(found)


def _file(listed: Node, came: Node, number: int, left: int, beside: Beside) -> Attachment:
    part = came.first("ContentTransferEncoded")
    content = part.content if part is not None and part.content is not None else b""
    if not content:
        beside.wrong(_PATH, f"Tệp {number} không có nội dung đọc được")
    given = listed.value("AttachmentName") or came.value("AttachmentName")
    declared = came.value("ContentType") or listed.value("ContentType")
    description = came.value("Description") or listed.value("Description")
    whole, media_type = content, declared.partition(";")[0].strip().lower()
    content = _unpacked(whole, given, media_type, left, beside)
    if len(content) > left:
        raise NotReadable("too-large", "Tệp đính kèm quá lớn")
    if content is not whole or not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/pdf" if content.startswith(b"%PDF-") else "application/octet-stream"
        if content is whole:
            beside.told("ContentType", declared)
    told = _DIGEST.search(description)
    content_id = _content_id(came) or f"tep-{number}"
    name = _name(given, number, media_type)
    if name != given:
        beside.told("AttachmentName", given)
    found = Attachment(content_id, name, media_type, content, _DIGEST.sub("", description))
    if told and told[1] != found.sha256:
        beside.wrong(_PATH, f"Tệp {number} không đúng mã băm đã công bố")
    return found


def _name(given: str, number: int, media_type: str) -> str:
    """Return a name a file can have on any system: its own letters and its ending."""
    cleaned = _NOT_OF_A_NAME.sub("_", printable(given)).strip(" .")
    if not cleaned:
        return f"tep-{number}.pdf" if media_type == "application/pdf" else f"tep-{number}"
    if len(cleaned) <= _LONGEST_NAME:
        return cleaned
    stem, dot, ending = cleaned.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        return cleaned[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"


def _unpacked(content: bytes, name: str, media_type: str, left: int, beside: Beside) -> bytes:
    """Return the file inside where an implementation zips each file; a file that is a zip itself stays."""
    if media_type != "application/zip" or name.lower().endswith(".zip") or not content.startswith(b"PK"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (entry,) = archive.infolist()
            with archive.open(entry) as inside:
                return inside.read(left + 1)
    # All that a broken, locked or cut archive raises (RuntimeError: a password); it is kept as it came.
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError):
        beside.wrong(_PATH, "Tệp đính kèm nén không đọc được")
        return content


def _content_id(node: Node) -> str:
    return node.value("ContentId").removeprefix("cid:")
