"""edXML as another e-office writes and reads it: written anew here, so that two readings meet."""

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET  # nosec - the province's own files, of a simulator.
from xml.sax.saxutils import escape

from kernel.core.clock import VIETNAM

SPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
_E = f"{{{SPACE}}}"
STATUS_TEXTS = {"01": "Đã đến", "02": "Từ chối", "03": "Đã tiếp nhận", "05": "Đang xử lý", "06": "Hoàn thành"}


@dataclass(frozen=True)
class Party:
    """An agency."""

    organ: str
    name: str


def read(raw: bytes) -> dict[str, Any]:
    """Return what a message of the province says, as plain values."""
    root = ET.fromstring(raw)  # noqa: S314 - see the import.
    header = root.find(f"{_E}edXMLEnvelope/{_E}edXMLHeader")
    if header is None:
        raise ValueError("no header")
    status = header.find(f"{_E}Status")
    if status is not None:
        return {
            "kind": "STATUS",
            "code": _of(status, "StatusCode"),
            "description": _of(status, "Description"),
            "document_id": _of(status, f"ResponseFor/{_E}DocumentId"),
            "sender": _of(status, f"From/{_E}OrganId"),
        }
    message = header.find(f"{_E}MessageHeader")
    if message is None:
        raise ValueError("no message")
    return {
        "kind": "DOCUMENT",
        "document_id": _of(message, "DocumentId"),
        "sender": _of(message, f"From/{_E}OrganId"),
        "sender_name": _of(message, f"From/{_E}OrganName"),
        "number": f"{_of(message, f'Code/{_E}CodeNumber')}/{_of(message, f'Code/{_E}CodeNotation')}",
        "promulgated_on": _of(message, f"PromulgationInfo/{_E}PromulgationDate"),
        "subject": _of(message, "Subject"),
        "purpose": int(_of(header, f"TraceHeaderList/{_E}Bussiness/{_E}BussinessDocType") or 0),
        "answers": [_of(one, "DocumentId") for one in message.findall(f"{_E}ResponseFor")],
        "files": [_file(one) for one in root.findall(f"{_E}AttachmentEncoded/{_E}Attachment")],
    }


def status(about: dict[str, Any], sender: Party, code: str, description: str, at: datetime) -> bytes:
    """Return an acknowledgement of a document."""
    fields = _answered(about) + _party("From", sender) + _text("StatusCode", code)
    fields += _text("Description", description) + _text("Timestamp", _moment(at))
    fields += "<edXML:StaffInfo><edXML:Staff>Văn thư</edXML:Staff></edXML:StaffInfo>"
    return _whole(f"<edXML:Status>{fields}</edXML:Status>", "", "")


def document(
    *,
    sender: Party,
    to: Party,
    number: str,
    subject: str,
    file: tuple[str, bytes],
    at: datetime,
    answers: dict[str, Any] | None = None,
    zips_files: bool = False,
) -> tuple[str, bytes]:
    """Return identifier and bytes of a new document with one file, ordered as the first client library."""
    day = at.astimezone(VIETNAM).strftime("%Y/%m/%d")
    first, _, notation = number.partition("/")
    document_id = f"{sender.organ},{day},{number}"
    name, content = file
    header = "<edXML:MessageHeader>" + _party("From", sender) + _party("To", to)
    header += _text("DocumentId", document_id)
    header += f"<edXML:Code>{_text('CodeNumber', first)}{_text('CodeNotation', notation)}</edXML:Code>"
    issued = _text("Place", "Tỉnh Mẫu") + _text("PromulgationDate", day)
    header += f"<edXML:PromulgationInfo>{issued}</edXML:PromulgationInfo>"
    kind = _text("Type", "1") + _text("TypeName", "Công văn")
    header += f"<edXML:DocumentType>{kind}</edXML:DocumentType>"
    header += _text("Subject", subject) + _text("Content", subject)
    header += _answered(answers) if answers else ""
    header += "</edXML:MessageHeader><edXML:TraceHeaderList><edXML:Bussiness>"
    header += (
        _text("BussinessDocType", "0") + _text("Paper", "0") + "</edXML:Bussiness></edXML:TraceHeaderList>"
    )
    media = "application/zip" if zips_files else "application/pdf"
    told = _text("ContentId", "cid:209") + _text("ContentType", media) + _text("AttachmentName", name)
    manifest = f"<edXML:Reference>{told}</edXML:Reference>"
    body = f'<edXML:edXMLManifest version="1.0">{manifest}</edXML:edXMLManifest>'
    body = f"<edXML:edXMLBody>{body}</edXML:edXMLBody>"
    carried = base64.b64encode(_zipped(name, content) if zips_files else content).decode()
    encoded = (
        "<AttachmentEncoded><Attachment><ContentId>cid:209</ContentId>"
        f"<AttachmentName>{escape(name)}</AttachmentName><ContentType>{media}</ContentType>"
        f'<edXML:ContentTransferEncoded xmlns:edXML="{SPACE}">{carried}</edXML:ContentTransferEncoded>'
        "</Attachment></AttachmentEncoded>"
    )
    return document_id, _whole(header, body, encoded)


def _whole(header: str, body: str, encoded: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<edXML xmlns="{SPACE}">'
        f'<edXML:edXMLEnvelope xmlns:edXML="{SPACE}"><edXML:edXMLHeader>{header}</edXML:edXMLHeader>{body}'
        f"</edXML:edXMLEnvelope>{encoded}</edXML>"
    ).encode()


def _file(one: ET.Element) -> dict[str, Any]:
    content = base64.b64decode(_of(one, "ContentTransferEncoded"))
    return {
        "name": _of(one, "AttachmentName"),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _answered(about: dict[str, Any]) -> str:
    fields = _text("OrganId", about["sender"]) + _text("Code", about["number"])
    fields += _text("PromulgationDate", about["promulgated_on"]) + _text("DocumentId", about["document_id"])
    return f"<edXML:ResponseFor>{fields}</edXML:ResponseFor>"


def _party(name: str, party: Party) -> str:
    return f"<edXML:{name}>{_text('OrganId', party.organ)}{_text('OrganName', party.name)}</edXML:{name}>"


def _text(name: str, text: str) -> str:
    return f"<edXML:{name}>{escape(text)}</edXML:{name}>"


def _of(element: ET.Element, path: str) -> str:
    return (element.findtext(f"{_E}{path}") or "").strip()


def _moment(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%Y/%m/%d %H:%M:%S")
