"""Takes a file in: what it really is, for which component, under its own digest."""

import hashlib
from dataclasses import replace
from datetime import datetime

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, Kind, Refusal
from kernel.core.ids import new_id
from services.dossier.domain.errors import FAULTS, AttachmentType
from services.dossier.domain.files import PDF, media_type_of, name_fits
from services.dossier.use_cases.files.quarantine import scanned
from services.dossier.use_cases.ports import Attachment, Work

_LONGEST_NAME = 200


class FileTooLarge(Refusal):
    """The file is larger than its component or this service takes (413)."""

    code = "too-large"
    kind = Kind.TOO_LARGE
    title = "Tệp quá lớn"


async def keep_attachment(
    content: bytes,
    *,
    file_name: str,
    component: str,
    procedure_code: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> Attachment:
    """Keep a file for its uploader until a dossier takes it; the content is durable before the commit."""
    if by.kind is CallerKind.SERVICE and not by.has_role("kiosk.intake"):
        raise Forbidden
    if procedure_code and component:
        rule = await work.catalogue.component(procedure_code, component, now.date())
        if rule is None:
            raise Invalid(fields=[("component", "Thủ tục không có thành phần này")])
        attachment = typed_file(content, file_name, component, by.subject, work, now)
        if attachment.media_type not in rule["allowed_types"]:
            raise AttachmentType
        if attachment.size > rule["max_bytes"]:
            raise FileTooLarge
        # The pool is everybody's: nobody's file is opened or stored while it holds a connection.
        await work.rest()
    else:
        attachment = typed_file(content, file_name, component, by.subject, work, now)
    attachment = await looked_through(content, attachment, work, now)
    await work.files.put(content)
    work.attachments.add([attachment])
    return attachment


async def looked_through(
    content: bytes, attachment: Attachment, work: Work, now: datetime, *, caller: str = ""
) -> Attachment:
    """Return the record with all that is known of a content before anybody gets it.

    Raise why a file is not taken: it does not open, needs a password, runs something by itself, or the
    scanner knows it. `caller` takes turns with others at the readers: the uploader unless another is given.
    """
    turn = caller or attachment.uploader
    fault = await work.inspector(content, attachment.media_type, caller=turn)
    if fault is not None:
        raise FAULTS[fault]
    attachment = await scanned(content, attachment, work)
    if attachment.media_type != PDF:
        return attachment
    return replace(attachment, signatures=tuple(await work.signatures(content, now=now, caller=turn)))


def typed_file(
    content: bytes, file_name: str, component: str, uploader: str, work: Work, now: datetime
) -> Attachment:
    """Return the record of a content; raise `AttachmentType` for what is not what its name says."""
    if not content:
        raise Invalid(fields=[("body", "Tệp rỗng")])
    if len(content) > work.policy.max_attachment_bytes:
        raise FileTooLarge
    name = file_name.replace("\\", "/").rpartition("/")[2].strip()[:_LONGEST_NAME] or "tep-dinh-kem"
    media_type = media_type_of(content)
    if media_type is None or not name_fits(name, media_type) or not name.isprintable():
        raise AttachmentType
    return Attachment(
        id=new_id(),
        uploader=uploader,
        component_code=component,
        file_name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        created_at=now,
    )
