"""Who acts for whom: delegations and leave, each told to every reader of the directory at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.catalog.domain.agencies.changes import Decision, Record, changed
from services.catalog.domain.agencies.errors import MayNotDelegate, MissingPart, NoSuchEntry
from services.catalog.domain.agencies.mandates import (
    Absence,
    Delegation,
    as_given,
    as_leave,
    as_stood_in,
    check_absence,
    check_delegation,
    check_period,
)
from services.catalog.use_cases.agencies.change_agencies import staff_event
from services.catalog.use_cases.agencies.ports import RowWrite
from services.catalog.use_cases.ports import Work

Members = Mapping[str, tuple[int, Record]]


async def delegate(
    giver: str,
    *,
    taker: str,
    roles: Sequence[str],
    procedures: Sequence[str],
    first: date,
    last: date,
    decision: Decision,
    by: Caller,
    work: Work,
    now: datetime,
) -> Delegation:
    """Give some of one's roles to another for some days, under a decision; scope: these procedures or all."""
    _may(giver, by)
    check_period(first, last, _today(now))
    members, delegations, absences = await work.directory.members([giver, taker])
    _present(members, giver, taker)
    new = Delegation(
        id=new_id(),
        giver=giver,
        taker=taker,
        roles=tuple(dict.fromkeys(roles)),
        procedures=tuple(dict.fromkeys(procedures)),
        valid_from=first,
        valid_to=last,
        decision=decision.data(),
    )
    check_delegation(new, members[giver][1], members[taker][1], delegations)
    work.directory.add_delegation(new, by.subject)
    _tell(work, members, [*delegations, new], absences, [taker], now)
    return new


async def end_delegation(entry: UUID, *, on: date, by: Caller, work: Work, now: datetime) -> Delegation:
    """Take a delegation back: `on` is the first day without it, today at the earliest."""
    found = await work.directory.delegation(entry)
    if found is None:
        raise NoSuchEntry
    _may(found.giver, by)
    last = _last_day(on, found.valid_from, found.valid_to, _today(now))
    members, delegations, absences = await work.directory.members([found.giver, found.taker])
    ended = replace(found, valid_to=last)
    work.directory.end_delegation(entry, last)
    rest = [item for item in delegations if item.id != entry]
    _tell(work, members, [*rest, ended], absences, [found.taker], now)
    return ended


async def register_absence(
    subject: str,
    *,
    first: date,
    last: date,
    stand_in: str,
    reason: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> Absence:
    """Register leave; own roles rest in these days and the stand-in holds the working ones."""
    _may(subject, by)
    check_period(first, last, _today(now))
    if stand_in == subject:
        raise MissingPart(fields=[("stand_in", "Không thể tự thay mình")])
    names = [subject, stand_in] if stand_in else [subject]
    members, delegations, absences = await work.directory.members(names)
    _present(members, *names)
    new = Absence(
        id=new_id(), subject=subject, valid_from=first, valid_to=last, stand_in=stand_in, reason=reason
    )
    check_absence(new, members[subject][1], members[stand_in][1] if stand_in else None, absences)
    work.directory.add_absence(new, by.subject)
    _tell(work, members, delegations, [*absences, new], names, now)
    return new


async def end_absence(entry: UUID, *, on: date, by: Caller, work: Work, now: datetime) -> Absence:
    """Come back: `on` is the first day at work again."""
    found = await work.directory.absence(entry)
    if found is None:
        raise NoSuchEntry
    _may(found.subject, by)
    last = _last_day(on, found.valid_from, found.valid_to, _today(now))
    names = [name for name in (found.subject, found.stand_in) if name]
    members, delegations, absences = await work.directory.members(names)
    ended = replace(found, valid_to=last)
    work.directory.end_absence(entry, last)
    rest = [item for item in absences if item.id != entry]
    _tell(work, members, delegations, [*rest, ended], names, now)
    return ended


def _may(subject: str, by: Caller) -> None:
    is_own = by.kind is CallerKind.STAFF and by.subject == subject
    if not is_own and not by.has_role("CATALOG_EDITOR"):
        raise MayNotDelegate


def _present(members: Members, *subjects: str) -> None:
    if any(subject not in members for subject in subjects):
        raise NoSuchEntry
    if len(set(subjects)) < len(subjects):
        raise MissingPart(fields=[("to", "Không thể ủy quyền cho chính mình")])


def _last_day(on: date, first: date, last: date, today: date) -> date:
    """Return the new last day; what was exercised stays so, and an end never makes it longer."""
    if on < today or on > last:
        raise MissingPart(fields=[("on", "Phải từ hôm nay đến ngày cuối đã ghi")])
    return max(on - timedelta(days=1), first - timedelta(days=1))


def _tell(
    work: Work,
    members: Members,
    delegations: Sequence[Delegation],
    absences: Sequence[Absence],
    changing: Sequence[str],
    now: datetime,
) -> None:
    """Write what the entries of these people now carry, and say so."""
    writes = []
    for subject in dict.fromkeys(changing):
        seen, member = members[subject]
        mine = changed(member, _carried(subject, member, members, delegations, absences))
        writes.append(RowWrite(subject, seen, mine))
    work.agencies.save_staff(writes)
    for write in writes:
        work.record(staff_event(write, now))


def _carried(
    subject: str,
    member: Record,
    members: Members,
    delegations: Sequence[Delegation],
    absences: Sequence[Absence],
) -> dict[str, Any]:
    """Return delegations and leaves of an entry; of givers not at hand what it carries already stays."""
    known = {item["id"]: item for item in member.get("delegations") or ()}
    given = [
        as_given(item, members[item.giver][1])
        if item.giver in members
        else {**known[str(item.id)], "valid_to": item.valid_to.isoformat()}
        for item in delegations
        if item.taker == subject and item.valid_from <= item.valid_to
    ]
    stood_in = [
        as_stood_in(item, members[item.subject][1]) if item.subject in members else known[str(item.id)]
        for item in absences
        if item.stand_in == subject and item.valid_from <= item.valid_to
    ]
    leaves = [
        as_leave(item) for item in absences if item.subject == subject and item.valid_from <= item.valid_to
    ]
    return {"delegations": [*given, *stood_in], "leaves": leaves}


def _today(now: datetime) -> date:
    return now.astimezone(VIETNAM).date()
