"""From bytes to what they say: lenient in order and spelling of elements, strict in what must be there."""

import io
import re
import zipfile
from datetime import date, datetime
from typing import NoReturn

from kernel.core.clock import VIETNAM
from services.gateway.domain.documents.envelope import (
    Answered,
    Attachment,
    DocumentType,
    Envelope,
    Number,
    Organ,
    Purpose,
    Signer,
    Staff,
    StatusNotice,
    Trace,
    plain,
)
from services.gateway.domain.documents.organs import is_organ, same_organ
from services.gateway.domain.documents.profile import Bounds
from services.gateway.domain.documents.statuses import normal_code
from services.gateway.domain.documents.xml_tree import Node, NotReadable, read_tree

_DATES = ("%Y/%m/%d", "%Y-%m-%d", "%d/%m/%Y")
_TIMES = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_DIGEST = re.compile(r" ?\[SHA-256: ([0-9a-f]{64})\]$")
_MOST_PAGES = 1_000_000


def read_envelope(raw: bytes, bounds: Bounds | None = None) -> Envelope | StatusNotice:
    """Return what the bytes say; raise `NotReadable` naming what is wrong, without repeating it."""
    limits = bounds or Bounds()
    root = read_tree(raw, limits)
    envelope = root if root.name in {"edXMLEnvelope", "Envelope"} else root.first("edXMLEnvelope", "Envelope")
    header = envelope.first("edXMLHeader", "Header") if envelope else None
    if envelope is None or header is None:
        _wrong("not-edxml", "Không có edXMLEnvelope hoặc edXMLHeader")
    status = header.first("Status", "MessageStatus")
    if status is not None:
        return _status(status)
    message = header.first("MessageHeader")
    if message is None:
        _wrong("not-edxml", "Không có MessageHeader")
    return _message(message, header, _attachments(root, envelope, limits))


def _message(message: Node, header: Node, attachments: tuple[Attachment, ...]) -> Envelope:
    traces = header.first("TraceHeaderList") or Node("")
    business = traces.first("Bussiness", "Business") or Node("")
    code, info = message.first("Code") or Node(""), message.first("OtherInfo") or Node("")
    issued = message.first("PromulgationInfo") or Node("")
    kind, signer = message.first("DocumentType") or Node(""), message.first("SignerInfo") or Node("")
    sender = message.first("From")
    if sender is None:
        _wrong("From", "Thiếu cơ quan gửi")
    number = Number(code.value("CodeNumber"), code.value("CodeNotation"))
    return Envelope(
        sender=_organ(sender, "From"),
        receivers=tuple(_organ(one, "To") for one in message.all("To")),
        number=number,
        place=issued.value("Place"),
        promulgated_on=_day(issued.value("PromulgationDate"), "PromulgationDate"),
        type=DocumentType(_whole(kind.value("Type"), "Type", 0), kind.value("TypeName")),
        subject=message.value("Subject"),
        content=message.value("Content"),
        signer=Signer(signer.value("FullName"), signer.value("Position"), signer.value("Competence")),
        due_on=_day(message.value("DueDate"), "DueDate") if message.value("DueDate") else None,
        to_places=tuple(one.text for one in (message.first("ToPlaces") or Node("")).all("Place")),
        priority=_whole(info.value("Priority"), "Priority", 0),
        sphere=info.value("SphereOfPromulgation"),
        copies=_whole(info.value("PromulgationAmount"), "PromulgationAmount", 1),
        pages=_whole(info.value("PageAmount"), "PageAmount", 1),
        appendixes=tuple(one.text for one in (info.first("Appendixes") or Node("")).all("Appendix")),
        answers=tuple(_answered(one) for one in message.all("ResponseFor")),
        steering=_whole(message.value("SteeringType"), "SteeringType", 0),
        document_id=message.value("DocumentId"),
        traces=tuple(_trace(one) for one in traces.all("TraceHeader")),
        purpose=_purpose(business.value("BussinessDocType", "BusinessDocType")),
        purpose_reason=business.value("BussinessDocReason", "BusinessDocReason"),
        about=next(iter(_about(business)), ""),
        about_too=tuple(_about(business)[1:]),
        staff=_staff(business.first("StaffInfo")),
        on_paper_too=business.value("Paper") == "1",
        attachments=attachments,
        is_signed=header.first("Signature") is not None,
    )


def _status(status: Node) -> StatusNotice:
    about, sender = status.first("ResponseFor"), status.first("From")
    if about is None or sender is None:
        _wrong("Status", "Thiếu ResponseFor hoặc From của gói tin trạng thái")
    code = normal_code(status.value("StatusCode"))
    if not code:
        _wrong("StatusCode", "Mã trạng thái không có trong danh mục")
    return StatusNotice(
        about=_answered(about),
        sender=_organ(sender, "From"),
        code=code,
        description=status.value("Description"),
        at=_moment(status.value("Timestamp"), "Timestamp"),
        staff=_staff(status.first("StaffInfo")),
    )


def _about(business: Node) -> list[str]:
    """Return what it changes: each ReplacementInfo, else the DocumentId of the business itself."""
    replaced = business.first("ReplacementInfoList") or Node("")
    named = [info.value("DocumentId") for info in replaced.all("ReplacementInfo")]
    return list(dict.fromkeys(one for one in (*named, business.value("DocumentId")) if one))


def _attachments(root: Node, envelope: Node, bounds: Bounds) -> tuple[Attachment, ...]:
    """Join manifest and contents; each listed file must have come, each that came must be listed."""
    body = envelope.first("edXMLBody", "Body") or Node("")
    listed = [*(body.first("edXMLManifest", "Manifest") or Node("")).all("Reference")]
    encoded = root.first("AttachmentEncoded") or envelope.first("AttachmentEncoded") or Node("")
    came = {_content_id(one): one for one in encoded.all("Attachment")}
    if len(listed) > bounds.attachments or len(came) != len(encoded.all("Attachment")):
        _wrong("Attachment", "Quá nhiều tệp đính kèm, hoặc hai tệp trùng ContentId")
    if {_content_id(one) for one in listed} != set(came) or len(listed) != len(came):
        _wrong("Attachment", "Tệp đính kèm không khớp với danh mục (edXMLManifest)")
    left = bounds.unpacked
    found = []
    for reference in listed:
        one = _attachment(reference, came[_content_id(reference)], left)
        left -= len(one.content)
        found.append(one)
    return tuple(found)


def _attachment(reference: Node, encoded: Node, left: int) -> Attachment:
    part = encoded.first("ContentTransferEncoded")
    if part is None or part.content is None:
        _wrong("Attachment", "Tệp đính kèm không có nội dung")
    name = reference.value("AttachmentName") or encoded.value("AttachmentName")
    media_type = encoded.value("ContentType") or reference.value("ContentType")
    description = encoded.value("Description") or reference.value("Description")
    content = _unpacked(part.content, name, media_type, left)
    if len(content) > left:
        _wrong("too-large", "Tệp đính kèm quá lớn")
    told = _DIGEST.search(description)
    if content is not part.content:
        media_type = "application/pdf" if content.startswith(b"%PDF-") else "application/octet-stream"
    found = Attachment(_content_id(reference), name, media_type, content, _DIGEST.sub("", description))
    if told and told[1] != found.sha256:
        _wrong("attachment-digest", "Tệp đính kèm không đúng mã băm đã công bố")
    return found


def _unpacked(content: bytes, name: str, media_type: str, left: int) -> bytes:
    """Return the file inside where an implementation zips each file; a file that is a zip itself stays."""
    if media_type != "application/zip" or name.lower().endswith(".zip") or not content.startswith(b"PK"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (entry,) = archive.infolist()
            with archive.open(entry) as inside:
                return inside.read(left + 1)
    # All that a broken, locked or cut archive raises (RuntimeError: a password); it is refused by name.
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise NotReadable("attachment-zip", "Tệp đính kèm nén không đọc được") from error


def _content_id(node: Node) -> str:
    return node.value("ContentId").removeprefix("cid:")


def _organ(node: Node, path: str) -> Organ:
    organ = node.value("OrganId")
    if not is_organ(organ.upper()):
        _wrong(path, "Mã định danh cơ quan không đúng")
    return Organ(
        same_organ(organ),
        node.value("OrganName"),
        node.value("OrganizationInCharge"),
        node.value("OrganAdd"),
        node.value("Email"),
        node.value("Telephone"),
        node.value("Fax"),
        node.value("Website"),
    )


def _answered(node: Node) -> Answered:
    return Answered(
        same_organ(node.value("OrganId")),
        node.value("Code"),
        _day(node.value("PromulgationDate"), "ResponseFor"),
        node.value("DocumentId"),
    )


def _trace(node: Node) -> Trace:
    return Trace(same_organ(node.value("OrganId")), _moment(node.value("Timestamp"), "TraceHeader"))


def _staff(node: Node | None) -> Staff:
    if node is None:
        return Staff()
    return Staff(node.value("Department"), node.value("Staff"), node.value("Mobile"), node.value("Email"))


def _purpose(text: str) -> Purpose:
    try:
        return Purpose(_whole(text, "BussinessDocType", 0))
    except ValueError:
        _wrong("BussinessDocType", "Nghiệp vụ văn bản không có trong danh mục")


def _whole(text: str, path: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_MOST_PAGES)):
        _wrong(path, "Phải là số nguyên không âm")
    return int(text)


def _day(text: str, path: str) -> date:
    return _moment_as(text[:10], _DATES, path).date()


def _moment(text: str, path: str) -> datetime:
    return _moment_as(plain(text)[:19], (*_TIMES, *_DATES), path)


def _moment_as(text: str, forms: tuple[str, ...], path: str) -> datetime:
    for form in forms:
        try:
            return datetime.strptime(text, form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    raise NotReadable(path, "Ngày giờ không đúng định dạng")


def _wrong(code: str, reason: str) -> NoReturn:
    raise NotReadable(code, reason)
