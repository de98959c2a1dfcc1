"""Short-lived links: made by who may open the file, opened by who holds it, logged in the maker's name."""

from datetime import datetime, timedelta
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from kernel.core.ids import new_id
from services.dossier.domain.file_links import FileLink, LinkDead, is_mark, read_token, token_of
from services.dossier.use_cases.files.quarantine import require_open
from services.dossier.use_cases.ports import Attachment, Work
from services.dossier.use_cases.read_dossiers import find_attachment


async def link_to_file(
    attachment_id: UUID, *, seconds: int, is_once: bool, by: Caller, work: Work, now: datetime
) -> tuple[FileLink, str]:
    """Return a link to a file the caller may open now, and its token."""
    if by.kind is CallerKind.SERVICE:
        raise Forbidden
    attachment = await find_attachment(attachment_id, by=by, work=work)
    require_open(attachment)
    link = FileLink(
        id=new_id(),
        attachment_id=attachment.id,
        subject=by.subject,
        kind=by.kind.value,
        agency=by.agency,
        created_at=now,
        # Whole seconds: what the mark is made of and what the row keeps must agree.
        expires_at=now.replace(microsecond=0) + timedelta(seconds=seconds),
        is_once=is_once,
    )
    work.links.add(link)
    return link, token_of(link.id, _mark(link, work))


async def open_link(token: str, *, work: Work, now: datetime) -> tuple[Attachment, bytes]:
    """Return the file behind a token; a link for one time is used up before the content is fetched."""
    link_id, mark = read_token(token)
    link = await work.links.find(link_id)
    if link is None or not is_mark(mark, _mark(link, work)) or not link.is_good(now):
        raise LinkDead
    attachment = await work.attachments.find(link.attachment_id)
    if attachment is None:
        raise LinkDead
    require_open(attachment)
    if not await work.links.use_up(link.id, now):
        raise LinkDead
    await work.views.log_access(
        at=now,
        subject=link.subject,
        kind=link.kind,
        agency=link.agency,
        what="attachment-link",
        dossier_id=attachment.dossier_id,
        object_id=attachment.id,
    )
    await work.rest()
    return attachment, await work.files.get(attachment.sha256)


async def revoke_link(link_id: UUID, *, by: Caller, work: Work, now: datetime) -> None:
    """Take a link back: its maker, or an administrator who was told of a leak."""
    link = await work.links.find(link_id)
    is_own = link is not None and link.subject == by.subject and link.kind == by.kind.value
    if link is None or not (is_own or (by.kind is CallerKind.STAFF and by.has_role("ADMIN"))):
        raise NotFound
    if link.revoked_at is None:
        work.links.revoke(link.id, now)


def _mark(link: FileLink, work: Work) -> bytes:
    return work.seals.blind_index(link.bound_to, purpose="file link")
