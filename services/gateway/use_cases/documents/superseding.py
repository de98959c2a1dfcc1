"""A document that changes an earlier one: the earlier is kept and marked, and who used it is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.core.ids import new_id
from services.gateway.domain.documents.envelope import Purpose
from services.gateway.domain.documents.ledger import Document
from services.gateway.domain.documents.replies import Reply, ReplyState, Why
from services.gateway.domain.documents.telling import superseded_event

MACHINE = "gateway-documents"


async def supersede(earlier: Sequence[Document], by: Document, work: Any, now: datetime) -> None:
    """Mark what holds no more; what an outside step ended with, or somebody used, is told to people."""
    is_revoked = by.purpose is Purpose.REVOKE
    for old in earlier:
        if not old.holds:
            continue
        work.documents.supersede(old.id, by.id, now, is_revoked=is_revoked)
        replies: list[Reply] = await work.document_replies.of_document(old.id)
        for reply in replies:
            if reply.state in {ReplyState.TOLD, ReplyState.WAITING}:
                _list(reply, by, work, now, is_revoked=is_revoked)
        people = await _users(old, replies, work)
        if people or old.dossier_id:
            work.record(superseded_event(old, by, people=people, now=now))


async def _users(old: Document, replies: Sequence[Reply], work: Any) -> list[str]:
    """Return who read or worked it, and who had asked for it."""
    found = set(await work.documents.users(old.id))
    for reply in replies:
        asked: Document | None = await work.documents.find(reply.asked) if reply.asked else None
        if asked is not None:
            found.add(asked.created_by)
    return sorted(found - {MACHINE})


def _list(reply: Reply, by: Document, work: Any, now: datetime, *, is_revoked: bool) -> None:
    listed = replace(
        reply,
        id=new_id(),
        document=by.id,
        state=ReplyState.LISTED,
        why=Why.REPLY_REVOKED if is_revoked else Why.REPLY_SUPERSEDED,
        outcome="",
        attempts=0,
        created_at=now,
        settled_at=None,
        version=1,
    )
    work.document_replies.add(listed)
