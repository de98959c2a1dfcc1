"""From bytes to what they say: strict in what makes a document that document, lenient in all else."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import NoReturn

from kernel.core.clock import VIETNAM
from services.gateway.domain.documents.beside import Beside
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
    document_id_of,
    plain,
)
from services.gateway.domain.documents.organs import same_organ
from services.gateway.domain.documents.profile import Bounds
from services.gateway.domain.documents.reading_files import read_files
from services.gateway.domain.documents.statuses import normal_code
from services.gateway.domain.documents.xml_tree import Node, NotReadable, read_tree
from services.gateway.domain.portal.wire.words import is_no_moment, moment_of

_DATES = ("%Y/%m/%d", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
_TIMES = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_SOME_ORGAN = re.compile(r"[0-9A-Z][0-9A-Z._-]{0,99}")
_MOST_PAGES = 1_000_000


def read_envelope(
    raw: bytes, bounds: Bounds | None = None, *, came_at: datetime | None = None
) -> Envelope | StatusNotice:
    """Return what the bytes say; raise `NotReadable` naming what is wrong, without repeating it.

    What is optional and not understood is left blank and told in `unread`; what is not as the document says
    is told in `faults`. A day or moment it does not tell is that of its identifier, else of `came_at`.
    """
    limits, beside = bounds or Bounds(), Beside()
    root = read_tree(raw, limits)
    envelope = root if root.name in {"edXMLEnvelope", "Envelope"} else root.first("edXMLEnvelope", "Envelope")
    header = envelope.first("edXMLHeader", "Header") if envelope else None
    if envelope is None or header is None:
        _wrong("not-edxml", "Không có edXMLEnvelope hoặc edXMLHeader")
    status = header.first("Status", "MessageStatus")
    if status is not None:
        return _status(status, came_at, beside)
    message = header.first("MessageHeader")
    if message is None:
        _wrong("not-edxml", "Không có MessageHeader")
    read = _Message(message, header, came_at, beside)
    said = read.envelope(read_files(root, envelope, limits, beside))
    return replace(said, unread=tuple(beside.unread), faults=tuple(beside.faults))


class _Message:
    """MessageHeader and what stands beside it in the header."""

    def __init__(self, message: Node, header: Node, came_at: datetime | None, beside: Beside) -> None:
        self._message, self._header = message, header
        self._came_at, self._beside = came_at, beside

    def envelope(self, attachments: tuple[Attachment, ...]) -> Envelope:
        """Return the document; raise `NotReadable` when nobody says it is theirs."""
        message, beside = self._message, self._beside
        traces = self._header.first("TraceHeaderList") or Node("")
        business = traces.first("Bussiness", "Business") or Node("")
        code, info = message.first("Code") or Node(""), message.first("OtherInfo") or Node("")
        issued = message.first("PromulgationInfo") or Node("")
        kind, signer = message.first("DocumentType") or Node(""), message.first("SignerInfo") or Node("")
        sender = _sender(message)
        number = Number(code.value("CodeNumber"), code.value("CodeNotation"))
        hops = tuple(hop for one in traces.all("TraceHeader") if (hop := _trace(one, beside)))
        day = self._promulgated(issued.value("PromulgationDate"), hops)
        receivers = (_organ(one) for one in message.all("To"))
        about = _about(business)
        return Envelope(
            sender=sender,
            receivers=tuple(one for one in receivers if one.id),
            number=number,
            place=issued.value("Place"),
            promulgated_on=day,
            type=DocumentType(_whole(kind.value("Type"), "Type", 0, beside), kind.value("TypeName")),
            subject=message.value("Subject"),
            content=message.value("Content"),
            signer=Signer(signer.value("FullName"), signer.value("Position"), signer.value("Competence")),
            due_on=_day(message.value("DueDate"), "DueDate", beside),
            to_places=tuple(one.text for one in (message.first("ToPlaces") or Node("")).all("Place")),
            priority=_whole(info.value("Priority"), "Priority", 0, beside),
            sphere=info.value("SphereOfPromulgation"),
            copies=_whole(info.value("PromulgationAmount"), "PromulgationAmount", 1, beside),
            pages=_whole(info.value("PageAmount"), "PageAmount", 1, beside),
            appendixes=tuple(one.text for one in (info.first("Appendixes") or Node("")).all("Appendix")),
            answers=tuple(
                answered
                for one in message.all("ResponseFor")
                if (answered := _answered(one, beside)).names_one
            ),
            steering=_whole(message.value("SteeringType"), "SteeringType", 0, beside),
            document_id=message.value("DocumentId")
            or (document_id_of(sender.id, day, number) if number.number else ""),
            traces=hops,
            purpose=_purpose(business.value("BussinessDocType", "BusinessDocType"), beside),
            purpose_reason=business.value("BussinessDocReason", "BusinessDocReason"),
            about=next(iter(about), ""),
            about_too=tuple(about[1:]),
            staff=_staff(business.first("StaffInfo")),
            on_paper_too=business.value("Paper") == "1",
            attachments=attachments,
            is_signed=self._header.first("Signature") is not None,
        )

    def _promulgated(self, text: str, hops: tuple[Trace, ...]) -> date:
        """Return the day told, else that of the identifier, of the last hop, or of when it came."""
        _, _, rest = self._message.value("DocumentId").partition(",")
        day = _day(text, "PromulgationDate", self._beside)
        day = day or _date(rest.partition(",")[0]) or (hops[-1].at.date() if hops else None)
        if day is None and self._came_at is not None:
            day = self._came_at.astimezone(VIETNAM).date()
            self._beside.told("PromulgationDate", text or "(trống: lấy ngày nhận được)")
        if day is None:
            _wrong("PromulgationDate", "Ngày giờ không đúng định dạng")
        return day


def _status(status: Node, came_at: datetime | None, beside: Beside) -> StatusNotice:
    about = status.first("ResponseFor")
    if about is None:
        _wrong("Status", "Thiếu ResponseFor của gói tin trạng thái")
    code = normal_code(status.value("StatusCode"))
    if not code:
        _wrong("StatusCode", "Mã trạng thái không có trong danh mục")
    at = _moment(status.value("Timestamp")) or came_at
    if at is None:
        _wrong("Timestamp", "Ngày giờ không đúng định dạng")
    return StatusNotice(
        about=_answered(about, beside),
        sender=_sender(status),
        code=code,
        description=status.value("Description"),
        at=at,
        staff=_staff(status.first("StaffInfo")),
    )


def _about(business: Node) -> list[str]:
    """Return what it changes: each ReplacementInfo, else the DocumentId of the business itself."""
    replaced = business.first("ReplacementInfoList") or Node("")
    named = [info.value("DocumentId") for info in replaced.all("ReplacementInfo")]
    return list(dict.fromkeys(one for one in (*named, business.value("DocumentId")) if one))


def _sender(node: Node) -> Organ:
    """Return who says it; `NotReadable` for nobody: it could be neither listed nor answered."""
    sender = node.first("From")
    if sender is None:
        _wrong("From", "Thiếu cơ quan gửi")
    found = _organ(sender)
    if not _SOME_ORGAN.fullmatch(found.id):
        _wrong("From", "Mã định danh cơ quan không đúng")
    return found


def _organ(node: Node) -> Organ:
    return Organ(
        same_organ(node.value("OrganId")),
        node.value("OrganName"),
        node.value("OrganizationInCharge"),
        node.value("OrganAdd"),
        node.value("Email"),
        node.value("Telephone"),
        node.value("Fax"),
        node.value("Website"),
    )


def _answered(node: Node, beside: Beside) -> Answered:
    return Answered(
        same_organ(node.value("OrganId")),
        node.value("Code"),
        _day(node.value("PromulgationDate"), "ResponseFor", beside),
        node.value("DocumentId"),
    )


def _trace(node: Node, beside: Beside) -> Trace | None:
    at = _moment(node.value("Timestamp"))
    if at is None:
        beside.told("TraceHeader", node.value("Timestamp"))
        return None
    return Trace(same_organ(node.value("OrganId")), at)


def _staff(node: Node | None) -> Staff:
    if node is None:
        return Staff()
    return Staff(node.value("Department"), node.value("Staff"), node.value("Mobile"), node.value("Email"))


def _purpose(text: str, beside: Beside) -> Purpose:
    """Return what it does to others; a kind nobody knows is no new document but a fault."""
    known = {str(int(one)): one for one in Purpose}
    found = known.get(text.strip() or "0")
    if found is None:
        beside.wrong("BussinessDocType", "Nghiệp vụ văn bản không có trong danh mục")
    return found or Purpose.NEW


def _whole(text: str, path: str, default: int, beside: Beside) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len(str(_MOST_PAGES)):
        return int(text)
    beside.told(path, text)
    return default


def _day(text: str, path: str, beside: Beside) -> date | None:
    found = _date(text)
    if found is None:
        beside.told(path, text)
    return found


def _date(text: str) -> date | None:
    found = _moment(text) or _moment(plain(text).partition("T")[0].partition(" ")[0])
    return found.date() if found else None


def _moment(text: str) -> datetime | None:
    """Return a moment in Vietnam's time, read as the portal's are; single digits as documents have them."""
    told = plain(text)
    if is_no_moment(told):
        return None
    return moment_of(told) or _as_one_of(told[:19], (*_TIMES, *_DATES))


def _as_one_of(text: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    return None


def _wrong(code: str, reason: str) -> NoReturn:
    raise NotReadable(code, reason)
