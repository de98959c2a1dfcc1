"""What a person or an officer reads, and what staff see of what was sent."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from services.notify.domain.notices import desk_keys, person_key
from services.notify.use_cases.ports import InboxItem, Place, SentMessage, Work

OVERSEERS = ("SUPERVISOR", "ADMIN")
"""Roles that see whether people were told in every agency."""


def inbox_keys(caller: Caller) -> list[str]:
    """Return every inbox this caller reads."""
    own = [person_key(one) for one in caller.subjects]
    if caller.kind is CallerKind.STAFF:
        own += desk_keys(caller.agency, caller.unit, sorted(caller.roles))
    return own


async def read_inbox(
    caller: Caller, *, unread_only: bool, before: Place | None, limit: int, work: Work
) -> Sequence[InboxItem]:
    """Return one page of the caller's messages, newest first."""
    return await work.inboxes.page(
        inbox_keys(caller), subjects=caller.subjects, unread_only=unread_only, before=before, limit=limit
    )


async def mark_read(message_id: UUID, *, by: Caller, work: Work, now: datetime) -> None:
    """Note that the caller has read a message; raise `NotFound` unless it is in the caller's inbox."""
    if not await work.inboxes.holds(message_id, inbox_keys(by)):
        raise NotFound
    work.inboxes.mark_read(message_id, subject=by.subject, now=now)


async def messages_about(dossier_id: UUID, *, by: Caller, work: Work) -> Sequence[SentMessage]:
    """Return what was sent about a dossier, to staff of an agency that has a part in it."""
    if by.kind is not CallerKind.STAFF:
        raise Forbidden
    agency = None if by.has_role(*OVERSEERS) else by.agency
    return await work.sent.about(dossier_id, agency=agency)
