"""Brings a file in by parts: each part durable before it is told, a break costs one part at most."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound
from kernel.core.ids import new_id
from services.dossier.domain.uploads import (
    GRACE,
    KEPT_AFTER_DONE,
    LIFETIME,
    MOST_OPEN,
    MOST_OPEN_OF_A_SERVICE,
    TooManyUploads,
    Upload,
    UploadState,
    require_unharmed,
)
from services.dossier.use_cases.keep_attachment import FileTooLarge, keep_attachment
from services.dossier.use_cases.ports import Attachment, Work

_AT_ONCE = 100


async def begin_upload(
    *,
    length: int,
    file_name: str,
    component: str,
    procedure_code: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> Upload:
    """Make room for a file of this length; a caller's unfinished ones are counted."""
    if not _may_bring(by):
        raise Forbidden
    if length > work.policy.max_attachment_bytes:
        raise FileTooLarge
    if length < 1:
        raise Invalid(fields=[("Upload-Length", "Tệp rỗng")])
    most = MOST_OPEN if by.kind is not CallerKind.SERVICE else MOST_OPEN_OF_A_SERVICE
    if await work.uploads.open_of(by.subjects, now) >= most:
        raise TooManyUploads
    upload = Upload(
        id=new_id(),
        uploader=by.subject,
        file_name=file_name,
        component_code=component,
        procedure_code=procedure_code,
        length=length,
        received=0,
        state=UploadState.OPEN,
        attachment_id=None,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    work.uploads.add(upload)
    return upload


def _may_bring(by: Caller) -> bool:
    """Tell whether this caller brings files in parts: anybody with an account, and the portal's road."""
    return by.kind is not CallerKind.SERVICE or by.has_role("portal.intake")


async def find_upload(upload_id: UUID, *, by: Caller, work: Work) -> Upload:
    """Return the caller's own upload; another's does not exist for them."""
    upload = await work.uploads.find(upload_id)
    if upload is None or upload.uploader not in by.subjects or not _may_bring(by):
        raise NotFound
    return upload


async def take_part(
    upload_id: UUID, content: bytes, *, offset: int, checksum: str, by: Caller, work: Work, now: datetime
) -> Upload:
    """Keep the next part; of two at the same place one is kept, the other refused.

    The content is durable before its row, and the row is what counts: a process that dies in between has
    told nobody of the part, and the client sends it again from the offset it is told. No connection is held
    while the store works.
    """
    upload = await find_upload(upload_id, by=by, work=work)
    upload.require_next(offset, len(content), now)
    require_unharmed(content, checksum)
    if not content:
        return upload
    await work.rest()
    digest = await work.parts.put_part(upload.id, offset, content)
    held = await work.uploads.hold(upload.id)
    if held is None:
        raise NotFound
    held.require_next(offset, len(content), now)
    until = now + LIFETIME
    work.uploads.take_part(held, size=len(content), sha256=digest, expires_at=until)
    return replace(held, received=offset + len(content), expires_at=until)


async def finish_upload(upload_id: UUID, *, by: Caller, work: Work, now: datetime) -> Attachment:
    """Put the parts together and take the file as if it had come at once: same rules, same inspection."""
    if by.kind is CallerKind.SERVICE:
        # What a machine brings becomes an attachment with its message only.
        raise Forbidden
    upload, content = await read_upload(upload_id, by=by, work=work, now=now)
    attachment = await keep_attachment(
        content,
        file_name=upload.file_name,
        component=upload.component_code,
        procedure_code=upload.procedure_code,
        by=by,
        work=work,
        now=now,
    )
    work.uploads.finish(upload, attachment.id, now + KEPT_AFTER_DONE)
    return attachment


async def read_upload(upload_id: UUID, *, by: Caller, work: Work, now: datetime) -> tuple[Upload, bytes]:
    """Return an upload that is whole with its content; `UploadGone` or `UploadIncomplete` otherwise."""
    upload = await find_upload(upload_id, by=by, work=work)
    upload.require_whole(now)
    parts = await work.uploads.parts(upload.id)
    await work.rest()
    return upload, b"".join(
        [await work.parts.get_part(upload.id, start, digest) for start, _, digest in parts]
    )


async def give_up_upload(upload_id: UUID, *, by: Caller, work: Work, now: datetime) -> None:
    """End an upload; giving up what has ended changes nothing."""
    upload = await find_upload(upload_id, by=by, work=work)
    if upload.state is UploadState.OPEN:
        work.uploads.end([upload.id], now + GRACE)


async def end_expired(*, work: Work, now: datetime) -> list[UUID]:
    """Give up what is over and return the uploads whose parts may go: nobody can be writing them."""
    found = await work.uploads.expired(now, _AT_ONCE)
    over = [one.id for one in found if one.state is UploadState.OPEN]
    if over:
        work.uploads.end(over, now + GRACE)
    return [one.id for one in found if one.state is not UploadState.OPEN]


async def forget_upload(upload_id: UUID, *, work: Work) -> None:
    """Forget parts first and the row last: whatever dies in between, the next run goes on."""
    await work.parts.drop_parts(upload_id)
    work.uploads.forget(upload_id)
