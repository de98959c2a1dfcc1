"""Results on their way by post: lists handed over under two signatures, items the operator reports on."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden
from services.dossier.domain.desk.errors import ListSigned, TrackingMissing


class ItemState(StrEnum):
    """Where a result is."""

    LISTED = "LISTED"
    SENT = "SENT"
    FAILED = "FAILED"
    """An attempt failed; the operator may try again."""
    DELIVERED = "DELIVERED"
    BACK = "BACK"
    """At the counter again: the applicant fetches it, or it goes on another list."""


OPEN = (ItemState.LISTED, ItemState.SENT, ItemState.FAILED)


class PostStatus(StrEnum):
    """What the operator reports."""

    ACCEPTED = "ACCEPTED"
    IN_TRANSIT = "IN_TRANSIT"
    ATTEMPT_FAILED = "ATTEMPT_FAILED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"


_FINAL = {PostStatus.DELIVERED: ItemState.DELIVERED, PostStatus.RETURNED: ItemState.BACK}


@dataclass(slots=True, kw_only=True)
class PostItem:
    """One dossier's result on a list; `receiver_sealed` is name, address and telephone for the operator."""

    id: UUID
    version: int
    list_id: UUID
    place: int
    operator: str
    agency: str
    dossier_id: UUID
    dossier_code: str
    state: ItemState
    tracking_number: str
    receiver_sealed: str
    contact_sealed: str
    owner_subject: str | None
    attempts: int = 0
    last_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        """Tell whether the operator has it."""
        return self.state in {ItemState.SENT, ItemState.FAILED}

    def name_tracking(self, number: str) -> None:
        """Write down the operator's number, until the operator has signed for the item."""
        if self.state is not ItemState.LISTED:
            raise ListSigned
        self.tracking_number = number
        self.version += 1

    def send(self, at: datetime) -> None:
        """Record that the post took it."""
        self.state, self.last_at = ItemState.SENT, at
        self.version += 1

    def report(self, status: PostStatus, at: datetime) -> bool:
        """Take the operator's word; False where it changes nothing.

        Messages come in any order: an end is final whenever it comes, and of what is no end only the latest
        counts. An attempt is counted even when it is told late, as long as the item is under way.
        """
        if not self.is_under_way:
            return False
        is_latest = self.last_at is None or at >= self.last_at
        if status in _FINAL:
            self.state, self.ended_at = _FINAL[status], at
        elif status is PostStatus.ATTEMPT_FAILED:
            self.attempts += 1
            self.state = ItemState.FAILED
        elif not is_latest:
            return False
        self.last_at = max(at, self.last_at or at)
        self.version += 1
        return True


@dataclass(slots=True, kw_only=True)
class PostList:
    """What one agency hands to one operator at once."""

    id: UUID
    version: int
    number: str
    agency: str
    operator: str
    day: date
    made_by: str
    made_by_name: str
    made_at: datetime
    signatures: tuple[dict[str, Any], ...] = ()
    handed_at: datetime | None = None

    @property
    def state(self) -> str:
        """DRAFT until the first signature, HALF_SIGNED until the second, then HANDED_OVER."""
        return ("DRAFT", "HALF_SIGNED", "HANDED_OVER")[len(self.signatures)]

    def sign(self, items: Sequence[PostItem], by: Caller, at: datetime) -> bool:
        """Sign as the office or as the post, the office first; True when both have.

        Both sign one content: its digest stands beside each name, and nothing can change between.
        """
        side = self._side_of(by)
        if self.state == "HANDED_OVER" or (side == "OFFICE") is not (self.state == "DRAFT"):
            raise ListSigned
        if side == "POST" and any(not item.tracking_number for item in items):
            raise TrackingMissing
        signature = {"side": side, "subject": by.subject, "name": by.name, "at": at.isoformat()}
        self.signatures = (*self.signatures, {**signature, "digest": digest_of(self, items)})
        self.version += 1
        if side == "POST":
            self.handed_at = at
        return side == "POST"

    def _side_of(self, by: Caller) -> str:
        is_staff = by.kind is CallerKind.STAFF
        has_signed = any(by.subject == one["subject"] for one in self.signatures)
        if is_staff and by.has_role("POSTAL_AGENT") and not has_signed:
            return "POST"
        if is_staff and by.has_role("ONE_STOP_OFFICER") and by.agency == self.agency:
            return "OFFICE"
        raise Forbidden


def digest_of(post_list: PostList, items: Sequence[PostItem]) -> str:
    """Return the SHA-256 of what is handed over: number and operator, each item's place, code, dossier."""
    content = [post_list.number, post_list.operator]
    rows = sorted((item.place, item.dossier_code, str(item.dossier_id)) for item in items)
    return hashlib.sha256(json.dumps([content, rows]).encode()).hexdigest()
