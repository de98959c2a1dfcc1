"""From what is to be said to bytes, with the very prefixes that readers built on XmlSerializer insist on."""

import base64
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from kernel.core.clock import VIETNAM
from services.gateway.domain.documents.envelope import (
    Answered,
    Attachment,
    Envelope,
    Organ,
    Purpose,
    Staff,
    StatusNotice,
)
from services.gateway.domain.documents.organs import written_organ
from services.gateway.domain.documents.profile import Profile

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
_DAY, _MOMENT = "%Y/%m/%d", "%Y/%m/%d %H:%M:%S"
_LETTERS_OF = 3 * 65_536
"""Bytes whose letters are written at once: of threes, so that they follow one another."""
_ZIP_DAY = (2000, 1, 1, 0, 0, 0)


def write_envelope(envelope: Envelope, profile: Profile | None = None) -> bytes:
    """Return a document's bytes: the same envelope is always the same bytes."""
    pen = _Pen(profile or Profile())
    return pen.whole(pen.message(envelope), pen.body(envelope), pen.contents(envelope))


def write_status(notice: StatusNotice, profile: Profile | None = None) -> bytes:
    """Return an acknowledgement's bytes."""
    pen = _Pen(profile or Profile())
    return pen.whole(pen.status(notice), (), ())


class _Pen:
    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def whole(self, header: Iterable[str], body: Iterable[str], contents: Iterable[str]) -> bytes:
        """Return all of it, written as it comes: the files' letters are never all at hand beside it."""
        space, written = _escaped(self._profile.namespace), io.BytesIO()
        parts = (
            '<?xml version="1.0" encoding="UTF-8"?>\n',
            f'<edXML xmlns="{space}"><edXML:edXMLEnvelope xmlns:edXML="{space}">',
            "<edXML:edXMLHeader>",
            header,
            "</edXML:edXMLHeader>",
            body,
            "</edXML:edXMLEnvelope>",
            contents,
            "</edXML>\n",
        )
        for part in parts:
            for text in (part,) if isinstance(part, str) else part:
                written.write(text.encode())
        return written.getvalue()

    def message(self, one: Envelope) -> Iterator[str]:
        """Yield MessageHeader in the order the regulation numbers its parts, then TraceHeaderList."""
        yield "<edXML:MessageHeader>"
        yield from self._organ("From", one.sender)
        for receiver in one.receivers:
            yield from self._organ("To", receiver)
        yield _group(
            "Code", _text("CodeNumber", one.number.number), _text("CodeNotation", one.number.notation)
        )
        issued = _text("Place", one.place), _text("PromulgationDate", _day(one.promulgated_on))
        yield _group("PromulgationInfo", *issued)
        kind = _text("Type", str(one.type.code)), _text("TypeDetail", "0"), _text("TypeName", one.type.name)
        yield _group("DocumentType", *kind)
        yield _text("Subject", one.subject) + _text("Content", one.content or one.subject)
        yield _group(
            "SignerInfo",
            _text("Competence", one.signer.competence),
            _text("Position", one.signer.position),
            _text("FullName", one.signer.name),
        )
        if one.due_on:
            yield _text("DueDate", _day(one.due_on))
        yield _group("ToPlaces", *(_text("Place", place) for place in one.to_places))
        yield self._other(one)
        for answered in one.answers:
            yield self._answered(answered)
        yield _text("SteeringType", str(one.steering)) + _text("DocumentId", one.document_id)
        yield "</edXML:MessageHeader>"
        yield from self._traces(one)

    def status(self, one: StatusNotice) -> Iterator[str]:
        """Yield the status element."""
        name = self._profile.status_element
        yield f"<edXML:{name}>"
        yield self._answered(one.about)
        yield from self._organ("From", one.sender)
        yield _text("StatusCode", one.code) + _text("Description", one.description)
        yield _text("Timestamp", _moment(one.at))
        yield _staff(one.staff)
        yield f"</edXML:{name}>"

    def body(self, one: Envelope) -> Iterator[str]:
        """Yield the manifest."""
        yield '<edXML:edXMLBody><edXML:edXMLManifest version="1.0">'
        for attachment in one.attachments:
            yield _group(
                "Reference",
                _text("ContentId", f"cid:{attachment.content_id}"),
                _text("ContentType", self._media_type(attachment)),
                _text("Description", self._description(attachment)),
                _text("AttachmentName", attachment.name),
            )
        yield "</edXML:edXMLManifest></edXML:edXMLBody>"

    def contents(self, one: Envelope) -> Iterator[str]:
        """Yield the files, which stand outside the envelope."""
        if not one.attachments:
            return
        yield "<AttachmentEncoded>"
        for attachment in one.attachments:
            yield "<Attachment>"
            yield f"<ContentId>cid:{_escaped(attachment.content_id)}</ContentId>"
            yield f"<AttachmentName>{_escaped(attachment.name)}</AttachmentName>"
            yield f"<Description>{_escaped(self._description(attachment))}</Description>"
            yield f"<ContentType>{_escaped(self._media_type(attachment))}</ContentType>"
            space = _escaped(self._profile.namespace)
            yield f'<edXML:ContentTransferEncoded xmlns:edXML="{space}">'
            carried = memoryview(self._carried(attachment))
            for start in range(0, len(carried), _LETTERS_OF):
                yield base64.b64encode(carried[start : start + _LETTERS_OF]).decode("ascii")
            yield "</edXML:ContentTransferEncoded></Attachment>"
        yield "</AttachmentEncoded>"

    def _organ(self, name: str, organ: Organ) -> Iterator[str]:
        yield _group(
            name,
            _text("OrganId", self._id(organ.id)),
            _text("OrganizationInCharge", organ.in_charge or organ.name),
            _text("OrganName", organ.name),
            _text("OrganAdd", organ.address),
            _text("Email", organ.email),
            _text("Telephone", organ.telephone),
            _text("Fax", organ.fax),
            _text("Website", organ.website),
        )

    def _other(self, one: Envelope) -> str:
        return _group(
            "OtherInfo",
            _text("Priority", str(one.priority)),
            _text("SphereOfPromulgation", one.sphere),
            _text("TyperNotation", ""),
            _text("PromulgationAmount", str(one.copies)),
            _text("PageAmount", str(one.pages)),
            _group("Appendixes", *(_text("Appendix", text) for text in one.appendixes)),
        )

    def _answered(self, one: Answered) -> str:
        return _group(
            "ResponseFor",
            _text("OrganId", self._id(one.organ)),
            _text("Code", one.code),
            _text("PromulgationDate", _day(one.promulgated_on) if one.promulgated_on else ""),
            _text("DocumentId", one.document_id),
        )

    def _traces(self, one: Envelope) -> Iterator[str]:
        yield "<edXML:TraceHeaderList>"
        for trace in one.traces:
            yield _group(
                "TraceHeader", _text("OrganId", self._id(trace.organ)), _text("Timestamp", _moment(trace.at))
            )
        business = [
            _text("BussinessDocType", str(one.purpose.value)),
            _text("BussinessDocReason", one.purpose_reason),
        ]
        if one.about and one.purpose is not Purpose.REPLACE:
            business.append(_text("DocumentId", one.about))
        business += [_staff(one.staff), _text("Paper", "1" if one.on_paper_too else "0")]
        if one.about and one.purpose is Purpose.REPLACE:
            organs = _group("OrganIdList", *(_text("OrganId", self._id(organ.id)) for organ in one.receivers))
            replaced = _group("ReplacementInfo", _text("DocumentId", one.about), organs)
            business.append(_group("ReplacementInfoList", replaced))
        yield _group("Bussiness", *business)
        yield "</edXML:TraceHeaderList>"

    def _id(self, organ: str) -> str:
        return written_organ(organ, old_form=self._profile.old_identifiers)

    def _description(self, attachment: Attachment) -> str:
        if not self._profile.tells_digests:
            return attachment.description
        return f"{attachment.description} [SHA-256: {attachment.sha256}]".strip()

    def _media_type(self, attachment: Attachment) -> str:
        return "application/zip" if self._profile.zips_attachments else attachment.media_type

    def _carried(self, attachment: Attachment) -> bytes:
        if not self._profile.zips_attachments:
            return attachment.content
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            entry = zipfile.ZipInfo(attachment.name, _ZIP_DAY)
            archive.writestr(entry, attachment.content, zipfile.ZIP_DEFLATED)
        return packed.getvalue()


def _group(name: str, *parts: str) -> str:
    return f"<edXML:{name}>{''.join(parts)}</edXML:{name}>"


def _text(name: str, text: str) -> str:
    return f"<edXML:{name}>{_escaped(text)}</edXML:{name}>"


def _staff(one: Staff) -> str:
    return _group(
        "StaffInfo",
        _text("Department", one.department),
        _text("Staff", one.name),
        _text("Mobile", one.mobile),
        _text("Email", one.email),
    )


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


def _day(day: date) -> str:
    return f"{day.year:04d}/{day.month:02d}/{day.day:02d}"


def _moment(moment: datetime) -> str:
    here = moment.astimezone(VIETNAM)
    return f"{_day(here.date())} {here:%H:%M:%S}"
