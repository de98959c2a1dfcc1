"""A decision about calendars: drafted by one person, approved under its number by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from services.catalog.domain.calendars.composing import calendar_of, composed, differences
from services.catalog.domain.calendars.errors import (
    CalendarDecisionClosed,
    CalendarUnsound,
    MayNotApproveCalendars,
    MayNotEditCalendars,
    NothingDecided,
    OwnCalendarDecision,
    PastWithoutReason,
    SignedLater,
)
from services.catalog.domain.calendars.faults import Fault, day_of, days_of, faults_of, is_worked


class DecisionKind(StrEnum):
    """YEAR: a whole year anew. SWAP: days exchanged. CLOSURE: days off or short. HOURS: a season's hours.

    REOPENING takes earlier exceptions back.
    """

    YEAR = "YEAR"
    SWAP = "SWAP"
    CLOSURE = "CLOSURE"
    HOURS = "HOURS"
    REOPENING = "REOPENING"


class CalendarDecisionState(StrEnum):
    """Where a decision stands."""

    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    DISCARDED = "DISCARDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The decision that approves: its number, when and by whom signed."""

    number: str
    signed_on: date
    signer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDecision:
    """What is to change in one year of some calendars; `content` is {days, seasons} or {record} of a YEAR."""

    id: UUID
    kind: DecisionKind
    codes: tuple[str, ...]
    year: int
    content: Mapping[str, Any]
    reason: str
    past_reason: str = ""
    authors: tuple[str, ...]
    state: CalendarDecisionState = CalendarDecisionState.DRAFT
    signature: Signature | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    created_at: datetime
    changed_at: datetime
    version: int = 1
    history: tuple[Mapping[str, Any], ...] = ()

    def edited(
        self,
        *,
        codes: Sequence[str],
        content: Mapping[str, Any],
        reason: str,
        past_reason: str,
        by: Caller,
        now: datetime,
    ) -> "CalendarDecision":
        """Return the draft with other content."""
        self._open()
        return replace(
            _noted(self, "EDITED", by, now),
            codes=tuple(dict.fromkeys(codes)),
            content=content,
            reason=reason,
            past_reason=past_reason,
            authors=tuple(dict.fromkeys((*self.authors, by.subject))),
        )

    def discarded(self, *, by: Caller, now: datetime) -> "CalendarDecision":
        """Return the draft given up."""
        self._open()
        return replace(_noted(self, "DISCARDED", by, now), state=CalendarDecisionState.DISCARDED)

    def approved(self, signature: Signature, *, by: Caller, now: datetime) -> "CalendarDecision":
        """Return the draft decided; raises `OwnCalendarDecision`, `SignedLater`."""
        self._open()
        if by.subject in self.authors:
            raise OwnCalendarDecision
        if signature.signed_on > now.date():
            raise SignedLater
        return replace(
            _noted(self, "APPROVED", by, now),
            state=CalendarDecisionState.APPROVED,
            signature=signature,
            approved_by=by.subject,
            approved_at=now,
        )

    def _open(self) -> None:
        if self.state is not CalendarDecisionState.DRAFT:
            raise CalendarDecisionClosed

    def outcome(self, code: str, held: Mapping[str, Any] | None, today: date) -> dict[str, Any]:
        """Return the year of one calendar as the decision would leave it.

        Raises `CalendarUnsound`, `NothingDecided`, `PastWithoutReason`.
        """
        before = held or {}
        after = self._applied(code, before)
        changed = differences(before, after) if held else [{"field": "days[]"}]
        if not changed:
            raise NothingDecided
        if held and not self.past_reason and _touches_past(before, after, today):
            raise PastWithoutReason
        return after

    def _applied(self, code: str, before: Mapping[str, Any]) -> dict[str, Any]:
        earlier = list(before.get("decisions") or ())
        own = self._said()
        if self.kind is DecisionKind.YEAR:
            base = {**self.content["record"], "code": code, "year": self.year}
            base["status_of_source"] = "DECIDED" if self.signature else base.get("status_of_source")
            faults = faults_of(base)
            if faults:
                raise CalendarUnsound.because(faults)
            return composed(base, [*earlier, own])
        faults = _own_faults(self, before)
        if faults:
            raise CalendarUnsound.because(faults)
        after = composed(before, [own])
        after["decisions"] = [*earlier, own]
        faults = faults_of(after)
        if faults:
            raise CalendarUnsound.because(faults)
        return after

    def _said(self) -> dict[str, Any]:
        signed = self.signature
        return {
            "id": str(self.id),
            "kind": self.kind.value,
            "number": signed.number if signed else "",
            "signed_on": signed.signed_on.isoformat() if signed else None,
            "signer": signed.signer if signed else "",
            "reason": self.reason,
            "past_reason": self.past_reason,
            "days": list(self.content.get("days") or ()),
            "seasons": list(self.content.get("seasons") or ()),
        }


def _noted(decision: CalendarDecision, what: str, by: Caller, now: datetime) -> CalendarDecision:
    entry = {"at": now.isoformat(), "by": by.subject, "what": what}
    return replace(decision, changed_at=now, history=(*decision.history, entry))


def _own_faults(decision: CalendarDecision, held: Mapping[str, Any]) -> list[Fault]:
    days = decision.content.get("days") or ()
    found = [
        Fault("day-outside-year", f"days[{index}]", "có ngày ngoài năm của lịch")
        for index, one in enumerate(days)
        if (day_of(one["day"]) or date.min).year != decision.year
    ]
    found += _twice(days)
    return found or (_swap_faults(days, held) if decision.kind is DecisionKind.SWAP else [])


def _twice(days: Sequence[Mapping[str, Any]]) -> list[Fault]:
    seen = [str(one["day"]) for one in days]
    return [
        Fault("day-twice", f"days[{index}]", "có ngày khai hai lần")
        for index, day in enumerate(seen)
        if day in seen[:index]
    ]


def _swap_faults(days: Sequence[Mapping[str, Any]], held: Mapping[str, Any]) -> list[Fault]:
    """Return where the exchange does not balance: as many worked days given up as days off worked."""
    differing = {str(one["day"]): one for one in days_of(held)}
    given = {str(one["day"]): one for one in days}
    found = []
    for index, one in enumerate(days):
        day = day_of(one["day"])
        other = given.get(str(one.get("swap_with")))
        if (
            other is None
            or other.get("swap_with") != one["day"]
            or {one["status"], other["status"]} != {"OFF", "WORK"}
        ):
            found.append(Fault("swap-without-pair", f"days[{index}]", "ngày hoán đổi không có cặp"))
        elif day is not None and is_worked(day, differing) != (one["status"] == "OFF"):
            found.append(
                Fault("swap-unbalanced", f"days[{index}]", "ngày nghỉ phải đang làm việc, ngày bù đang nghỉ")
            )
    return found


def _touches_past(before: Mapping[str, Any], after: Mapping[str, Any], today: date) -> bool:
    old, new = calendar_of([before]), calendar_of([after])
    day = date(int(before["year"]), 1, 1)
    while old is not None and new is not None and day < today and day.year == int(before["year"]):
        if old.hours_on(day) != new.hours_on(day):
            return True
        day += timedelta(days=1)
    return False


def require_calendar_editor(caller: Caller) -> None:
    """Raise `MayNotEditCalendars` for anybody but an editor of the catalogue."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role("CATALOG_EDITOR"):
        raise MayNotEditCalendars


def require_calendar_approver(caller: Caller) -> None:
    """Raise `MayNotApproveCalendars` for anybody but an approver of the catalogue."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role("CATALOG_APPROVER"):
        raise MayNotApproveCalendars


def require_calendar_reader(caller: Caller) -> None:
    """Raise `MayNotEditCalendars` for whoever neither drafts nor approves."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role("CATALOG_EDITOR", "CATALOG_APPROVER"):
        raise MayNotEditCalendars
