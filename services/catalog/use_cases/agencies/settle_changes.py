"""After a decision about agencies: withdrawn before its day, and what it left open settled by somebody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from services.catalog.domain.agencies.changes import Record
from services.catalog.domain.agencies.errors import (
    AlreadyApplied,
    ChangeBuiltUpon,
    MayNotReorganise,
    NoSuchChange,
    NoSuchQuestion,
)
from services.catalog.domain.agencies.undoing import is_as_written, never_founded, taken_back
from services.catalog.use_cases.agencies.change_agencies import agency_event
from services.catalog.use_cases.agencies.ports import KeptChange, RowWrite
from services.catalog.use_cases.ports import Work


async def withdraw_change(
    change_id: UUID, reason: str, *, seen: int, by: Caller, work: Work, now: datetime
) -> KeptChange:
    """Take a pending change back: days, successors and competence are as before, and readers are told.

    Raises `AlreadyApplied` once its day has come, `ChangeBuiltUpon` where something rests on it already.
    """
    if not by.has_role("CATALOG_APPROVER"):
        raise MayNotReorganise
    change = await _seen(change_id, seen, work)
    if change.state != "PENDING" or change.effective_on <= now.astimezone(VIETNAM).date():
        raise AlreadyApplied
    undo = change.deferred.get("undo")
    if undo is None:
        raise ChangeBuiltUpon
    agencies = await work.agencies.agencies()
    touched = [*undo["agencies"], *undo["created"]]
    resting = {
        *(code for code, one in undo["agencies"].items() if not is_as_written(agencies[code][1], one)),
        *await work.agencies.resting_on(change_id, touched, undo["created"]),
    }
    if resting:
        raise ChangeBuiltUpon(extra={"agencies": sorted(resting)})
    writes = [
        _back(code, agencies, taken_back(agencies[code][1], one)) for code, one in undo["agencies"].items()
    ]
    writes += [_back(code, agencies, never_founded(agencies[code][1])) for code in undo["created"]]
    if writes:
        work.agencies.save_agencies(writes)
    work.agencies.take_back(undo["closed"], undo["opened"])
    for write in writes:
        work.record(agency_event(write, now))
    withdrawal = {"by": by.subject, "at": now.isoformat(), "reason": reason}
    ended = replace(change, state="WITHDRAWN", withdrawal=withdrawal)
    work.agencies.settle_change(ended)
    return replace(ended, version=change.version + 1)


def _back(code: str, agencies: Mapping[str, tuple[int, Record]], record: Record) -> RowWrite:
    return RowWrite(code, agencies[code][0], record)


async def close_question(
    change_id: UUID, about: str, code: str, outcome: str, *, seen: int, by: Caller, work: Work, now: datetime
) -> KeptChange:
    """Note how something a decision left open was settled, by whom and when; once."""
    if not by.has_role("CATALOG_EDITOR", "CATALOG_APPROVER"):
        raise MayNotReorganise
    change = await _seen(change_id, seen, work)
    open_ones = [
        place
        for place, one in enumerate(change.questions)
        if (one["about"], one["code"]) == (about, code) and not one.get("closed")
    ]
    if not open_ones:
        raise NoSuchQuestion
    closed = {"by": by.subject, "at": now.isoformat(), "outcome": outcome}
    questions = [
        {**one, "closed": closed} if place in open_ones else one for place, one in enumerate(change.questions)
    ]
    settled = replace(change, questions=questions)
    work.agencies.settle_change(settled)
    return replace(settled, version=change.version + 1)


async def _seen(change_id: UUID, seen: int, work: Work) -> KeptChange:
    change = await work.agencies.change(change_id)
    if change is None:
        raise NoSuchChange
    if change.version != seen:
        raise Stale
    return change
