"""Takes and ends links between accounts of one person, for the API and for the page alike."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.assurance import VERIFIED, require_level
from kernel.core.caller import Caller
from kernel.core.errors import NotFound, Stale
from services.gateway.domain.account import EQUAL_NUMBER, LinkedAlready


async def list_proposals(by: Caller, *, work: Any) -> list[dict[str, Any]]:
    """Return accounts that could be linked; to who is identified too weakly, none."""
    if by.assurance_level < VERIFIED:
        return []
    found: list[dict[str, Any]] = await work.account_links.proposed(by.subject, by.subjects)
    return found


async def take_proposal(proposal_id: UUID, *, by: Caller, work: Any, now: datetime) -> dict[str, Any]:
    """Link an account that tells the caller's checked number; raise `NotFound`, `LinkedAlready`."""
    require_level(by, VERIFIED)
    found = await work.account_links.proposed(by.subject, by.subjects, proposal_id)
    if not found:
        raise NotFound
    if await work.account_links.is_tied(found[0]):
        raise LinkedAlready
    return {
        "id": work.account_links.link(found[0], now),
        "issuer": found[0]["own_issuer"],
        "linked_issuer": found[0]["issuer"],
        "how": EQUAL_NUMBER,
        "linked_at": now,
        "is_mine": True,
        "revoked_at": None,
        "version": 1,
    }


async def end_link(link_id: UUID, *, seen: int, by: Caller, work: Any, now: datetime) -> None:
    """End a link of the caller's accounts as it was seen; raise `NotFound`, `Stale`."""
    found = await work.account_links.one(link_id, by.subjects)
    if found is None:
        raise NotFound
    if found["version"] != seen or found["revoked_at"] is not None:
        raise Stale
    work.account_links.revoke(link_id, by=by.subject, now=now)
