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
from services.dossier.domain.desk.errors import ListSigned, ListWithdrawn, TrackingMissing


class ItemState(StrEnum):
    """Where a result is."""

    LISTED = "LISTED"
    SENT = "SENT"
    FAILED = "FAILED"
    """An attempt failed; the operator may try again."""
    DELIVERED = "DELIVERED"
    BACK = "BACK"
    """At the counter again: the applicant fetches it, or it goes on another list."""
    REMOVED = "REMOVED"
    """Taken off before the post signed for it: it never left the office."""


OPEN = (ItemState.LISTED, ItemState.SENT, ItemState.FAILED)


class PostStatus(StrEnum):
    """What the operator reports."""

    ACCEPTED = "ACCEPTED"
    IN_TRANSIT = "IN_TRANSIT"
    ATTEMPT_FAILED = "ATTEMPT_FAILED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"


_LEFT_MEANWHILE = "Khi ký danh sách, kết quả không còn chờ gửi"
"""Why a line falls off that was listed while its result left another way."""
_FINAL = {PostStatus.DELIVERED: ItemState.DELIVERED, PostStatus.RETURNED: ItemState.BACK}


@dataclass(slots=True, kw_only=True)
class PostItem:
    """One dossier's result on a list; `receiver_sealed` is name, address and telephone for the operator.

    `result_version` says which of the dossier's results the letter carries; 0 where nobody knows.
    """

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
    result_version: int
    attempts: int = 0
    last_at: datetime | None = None
    ended_at: datetime | None = None
    ended_reason: str = ""
    ended_by: str = ""
    """Why and by whom it was taken off."""

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

    def take_off(self, reason: str, *, by: str, at: datetime) -> None:
        """Take it off before the post signed; its number names nothing any more and may be used again."""
        if self.state is not ItemState.LISTED:
            raise ListSigned
        self.state, self.tracking_number = ItemState.REMOVED, ""
        self.ended_at, self.ended_reason, self.ended_by = at, reason, by
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
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""

    @property
    def state(self) -> str:
        """DRAFT until the first signature, HALF_SIGNED until the second, then HANDED_OVER; or WITHDRAWN."""
        if self.withdrawn_at is not None:
            return "WITHDRAWN"
        return ("DRAFT", "HALF_SIGNED", "HANDED_OVER")[len(self.signatures)]

    def sign(
        self, items: Sequence[PostItem], by: Caller, at: datetime, *, gone: Sequence[PostItem] = ()
    ) -> bool:
        """Sign as the office or as the post, the office first; True when both have.

        Both sign one content: its digest stands beside each name; what was signed falls with any change. What
        is gone by now falls off as the office signs; a list of nothing else is withdrawn instead.
        """
        side = self._side_of(by)
        self.require_open()
        if (side == "OFFICE") is not (self.state == "DRAFT"):
            raise ListSigned
        if side == "POST" and any(not item.tracking_number for item in listed(items)):
            raise TrackingMissing
        for item in gone if side == "OFFICE" else ():
            item.take_off(_LEFT_MEANWHILE, by=by.name, at=at)
        if not listed(items):
            self.withdraw(by=by.name, at=at)
            self.version += 1
            return False
        signature = {"side": side, "subject": by.subject, "name": by.name, "at": at.isoformat()}
        self.signatures = (*self.signatures, {**signature, "digest": digest_of(self, items)})
        self.version += 1
        if side == "POST":
            self.handed_at = at
        return side == "POST"

    def take_off(self, items: Sequence[PostItem], reason: str, *, by: str, at: datetime) -> None:
        """Take some of its items off; the office signs again over what is left, nothing left withdraws it.

        Raises `ListSigned` once the post has signed.
        """
        self.require_open()
        for item in items:
            item.take_off(reason, by=by, at=at)
        self.signatures = ()
        self.version += 1

    def withdraw(self, *, by: str, at: datetime) -> None:
        """Give it up: nothing of it is handed over."""
        self.withdrawn_at, self.withdrawn_by = at, by

    def require_open(self) -> None:
        """Raise `ListWithdrawn` or `ListSigned` where nothing of it changes any more."""
        if self.withdrawn_at is not None:
            raise ListWithdrawn
        if self.handed_at is not None:
            raise ListSigned

    def is_of_office(self, by: Caller) -> bool:
        """Tell whether somebody of the agency's one-stop unit asks."""
        is_office = by.kind is CallerKind.STAFF and by.has_role("ONE_STOP_OFFICER", "ONE_STOP_MANAGER")
        return is_office and by.agency == self.agency

    def is_of_post(self, by: Caller) -> bool:
        """Tell whether it is an agent of this operator, who serves this agency.

        The staff directory says both: an agent's unit is the operator, the agency is whom the agent serves
        with all that is beneath it.
        """
        is_agent = by.kind is CallerKind.STAFF and by.has_role("POSTAL_AGENT") and by.unit == self.operator
        return is_agent and serves(by.agency, self.agency)

    def _side_of(self, by: Caller) -> str:
        has_signed = any(by.subject == one["subject"] for one in self.signatures)
        if self.is_of_post(by) and not has_signed:
            return "POST"
        if self.is_of_office(by) and by.has_role("ONE_STOP_OFFICER"):
            return "OFFICE"
        raise Forbidden


def serves(agents: str, agency: str) -> bool:
    """Tell whether agents who sit at one agency serve another: itself, or one beneath it by its code."""
    return bool(agents) and (agency == agents or agency.startswith(f"{agents}."))


def listed(items: Sequence[PostItem]) -> list[PostItem]:
    """Return what is still on a list: without what was taken off."""
    return [item for item in items if item.state is not ItemState.REMOVED]


def digest_of(post_list: PostList, items: Sequence[PostItem]) -> str:
    """Return the SHA-256 of what is handed over: number, operator, each item's place, dossier and result."""
    content = [post_list.number, post_list.operator]
    rows = sorted(
        (item.place, item.dossier_code, str(item.dossier_id), item.result_version) for item in listed(items)
    )
    return hashlib.sha256(json.dumps([content, rows]).encode()).hexdigest()
