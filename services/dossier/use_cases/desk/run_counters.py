"""Counters are opened, rest and close; groups, counters, kiosks and the duty roster are set up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, Stale, VersionRequired
from kernel.core.ids import new_id
from services.dossier.domain.desk.errors import CounterTaken, TicketInHand
from services.dossier.domain.desk.points import Counter, Group
from services.dossier.domain.desk.sessions import CounterSession
from services.dossier.use_cases.desk.call_tickets import shown_of
from services.dossier.use_cases.ports import Work


async def open_counter(
    point_code: str, counter_code: str, *, by: Caller, work: Work, now: datetime
) -> CounterSession:
    """Sit down at a counter; raise `CounterTaken` when somebody does, or the officer sits elsewhere."""
    point = await work.desk.points.point(point_code)
    point.require_officer(by)
    counter = await work.desk.points.counter(point_code, counter_code)
    if await work.desk.sessions.hold_counter(point_code, counter_code, by.subject):
        raise CounterTaken
    session = CounterSession(
        id=new_id(),
        version=1,
        point=point_code,
        counter=counter.code,
        counter_name=counter.name,
        groups=counter.groups,
        officer=by.subject,
        officer_name=by.name,
        agency=by.agency,
        opened_at=now,
    )
    work.desk.sessions.add(session)
    return session


async def pause_counter(
    session_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> CounterSession:
    """Begin a break; whoever is being served is finished first."""
    session = await _own(session_id, by=by, seen=seen, work=work)
    await _require_free(session, work)
    session.pause(reason, now)
    work.desk.sessions.save(session)
    return session


async def resume_counter(
    session_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> CounterSession:
    """End the break."""
    session = await _own(session_id, by=by, seen=seen, work=work)
    session.go_on(now)
    work.desk.sessions.save(session)
    return session


async def close_counter(
    session_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> CounterSession:
    """Leave the counter; the point's manager may close one that was left open.

    Who was called there by somebody who left waits again at the same place: nobody else has them in hand.
    """
    session = await work.desk.sessions.load(session_id, hold=True)
    is_left = session.officer != by.subject
    if is_left:
        (await work.desk.points.point(session.point)).require_manager(by)
    if session.version != seen:
        raise Stale
    held = await work.desk.queues.in_hand_of(session.id)
    if held is not None:
        if not is_left:
            raise TicketInHand
        shown = shown_of(held, "LEFT", now)
        held.give_back()
        work.desk.queues.save(held, shown=shown)
    session.close(by.subject, now)
    work.desk.sessions.save(session)
    return session


async def close_left_counter(session_id: UUID, *, work: Work, now: datetime) -> None:
    """Close a session nobody closed on its day."""
    session = await work.desk.sessions.load(session_id, hold=True)
    session.close("", now)
    work.desk.sessions.save(session)


async def _own(session_id: UUID, *, by: Caller, seen: int, work: Work) -> CounterSession:
    session = await work.desk.sessions.load(session_id, hold=True)
    session.require_own(by.subject)
    if session.version != seen:
        raise Stale
    return session


async def _require_free(session: CounterSession, work: Work) -> None:
    if await work.desk.sessions.in_hand(session.id):
        raise TicketInHand


async def keep_group(group: Group, *, seen: int | None, by: Caller, work: Work) -> Group:
    """Set up a counter group or change it; two groups of a point never share a letter."""
    (await work.desk.points.point(group.point)).require_manager(by)
    others = {item.code: item for item in await work.desk.points.groups(group.point)}
    version = _next_version(others[group.code].version if group.code in others else 0, seen)
    if any(item.letter == group.letter for code, item in others.items() if code != group.code):
        raise Invalid(fields=[("letter", "Ký hiệu đã dùng cho nhóm quầy khác")])
    kept = replace(group, version=version)
    work.desk.points.save_group(kept)
    return kept


async def keep_counter(counter: Counter, *, seen: int | None, by: Caller, work: Work) -> Counter:
    """Set up a counter or change which groups it serves; open sessions keep theirs."""
    (await work.desk.points.point(counter.point)).require_manager(by)
    known = {item.code for item in await work.desk.points.groups(counter.point)}
    strange = [index for index, code in enumerate(counter.groups) if code not in known]
    if strange:
        raise Invalid(fields=[(f"groups.{index}", "Không có nhóm quầy này") for index in strange])
    held = next(
        (
            row["version"]
            for row in await work.desk.points.counters(counter.point)
            if row["code"] == counter.code
        ),
        0,
    )
    kept = replace(counter, version=_next_version(held, seen))
    work.desk.points.save_counter(kept)
    return kept


async def keep_kiosk(
    subject: str, point_code: str, name: str, *, is_active: bool, by: Caller, work: Work
) -> None:
    """Register a kiosk at a point, move it there or take it out of use."""
    (await work.desk.points.point(point_code)).require_manager(by)
    stands = await work.desk.points.kiosk_point(subject)
    if stands and stands != point_code:
        (await work.desk.points.point(stands)).require_manager(by)
    work.desk.points.save_kiosk(subject, point_code, name, is_active=is_active)


async def keep_roster(
    point_code: str,
    day: date,
    entries: Sequence[Mapping[str, Any]],
    *,
    seen: int | None,
    by: Caller,
    work: Work,
) -> int:
    """Keep who sits where on a day; nobody sits in two places at once. Return the new version."""
    (await work.desk.points.point(point_code)).require_manager(by)
    known = {row["code"] for row in await work.desk.points.counters(point_code)}
    wrong = [
        (f"entries.{index}.counter", "Không có quầy này")
        for index, entry in enumerate(entries)
        if entry["counter"] not in known
    ]
    wrong += _twice(entries, "counter", "Quầy đã có người trực trong buổi này")
    wrong += _twice(entries, "officer", "Người này đã trực ở quầy khác trong buổi này")
    if wrong:
        raise Invalid(fields=wrong)
    held, _ = await work.desk.points.roster(point_code, day)
    version = _next_version(held, seen)
    work.desk.points.save_roster(point_code, day, version, entries, by.subject)
    return version


_PARTS = {"MORNING": ("MORNING",), "AFTERNOON": ("AFTERNOON",), "DAY": ("MORNING", "AFTERNOON")}


def _twice(entries: Sequence[Mapping[str, Any]], what: str, reason: str) -> list[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    found = []
    for index, entry in enumerate(entries):
        places = {(entry[what], part) for part in _PARTS[entry["part"]]}
        if places & seen:
            found.append((f"entries.{index}.{what}", reason))
        seen |= places
    return found


def _next_version(held: int, seen: int | None) -> int:
    """Return the version to write; a thing that exists is changed only by who saw it as it is."""
    if held and seen is None:
        raise VersionRequired
    if held != (seen or 0):
        raise Stale
    return held + 1
