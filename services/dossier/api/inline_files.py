"""Files that come with a request: opened and kept durably before a word of them is written.

As base64 inside it, or in parts before it; of the latter one at a time is held.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, Kind, NotFound, Refusal
from kernel.core.ids import new_id
from services.dossier.domain.uploads import KEPT_AFTER_DONE, UploadIncomplete
from services.dossier.use_cases import ports
from services.dossier.use_cases.files.bring_in_parts import find_upload, read_upload
from services.dossier.use_cases.keep_attachment import looked_through, typed_file
from services.dossier.use_cases.ports import Attachment

_LATER = frozenset({Kind.UNAVAILABLE, Kind.TOO_MANY})
"""Refusals that say nothing of a file: it is to be sent again."""


class InlineFile(Protocol):
    """What such a file says of itself."""

    name: str
    component_code: str
    sha256: str | None

    @property
    def content_base64(self) -> str | None:
        """The content, where it is inside the request."""


async def kept_inline(
    items: Sequence[InlineFile],
    *,
    by: Caller,
    work: ports.Work,
    now: datetime,
    path: str = "attachments",
    uploads: Sequence[UUID | None] = (),
) -> list[Attachment]:
    """Keep the contents, all or none: a refused file leaves nothing behind.

    `uploads` name for each item the upload in parts that has its content, where it is not inside. The refusal
    is the first file's and names every file that is not taken, so that whoever sent them mends them at once.
    """
    brought = list(uploads) or [None] * len(items)
    kept: list[Attachment] = []
    refused: list[tuple[str, Refusal]] = []
    # A machine brings many people's dossiers: each message takes turns like a person.
    caller = f"{by.subject} {new_id()}"
    for place, (item, upload_id) in enumerate(zip(items, brought, strict=True)):
        content = await _content(f"{path}.{place}", item, upload_id, by=by, work=work, now=now)
        try:
            attachment = typed_file(content, item.name, item.component_code, by.subject, work, now)
            kept.append(await looked_through(content, attachment, work, now, caller=caller))
        except Refusal as fault:
            if fault.kind in _LATER:
                raise
            refused.append((f"{path}.{place}", fault))
    if refused:
        raise _together(refused)
    for place, (item, upload_id, attachment) in enumerate(zip(items, brought, kept, strict=True)):
        await work.files.put(await _content(f"{path}.{place}", item, upload_id, by=by, work=work, now=now))
        if upload_id is not None:
            upload = await find_upload(upload_id, by=by, work=work)
            work.uploads.finish(upload, attachment.id, now + KEPT_AFTER_DONE)
    return kept


def _together(refused: Sequence[tuple[str, Refusal]]) -> Refusal:
    """Return the first refusal with the place and the reason of each."""
    first = refused[0][1]
    named = [(place, fault.fields[0][1] if fault.fields else fault.title) for place, fault in refused]
    return type(first)(first.detail, fields=named)


async def _content(
    path: str, item: InlineFile, upload_id: UUID | None, *, by: Caller, work: ports.Work, now: datetime
) -> bytes:
    if upload_id is not None:
        try:
            _, content = await read_upload(upload_id, by=by, work=work, now=now)
        except (NotFound, UploadIncomplete) as error:
            raise Invalid(fields=[(f"{path}.upload_id", "Không có tệp tải lên này")]) from error
    else:
        try:
            content = base64.b64decode(item.content_base64 or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Invalid(fields=[(f"{path}.content_base64", "Không phải base64")]) from error
    if item.sha256 is not None and hashlib.sha256(content).hexdigest() != item.sha256:
        raise Invalid(fields=[(f"{path}.sha256", "Nội dung không khớp mã băm")])
    return content
