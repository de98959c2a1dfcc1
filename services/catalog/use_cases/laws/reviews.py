"""Reviews of procedures: findings and a proposal, another person's decision, what came of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Stale
from kernel.core.ids import new_id
from services.catalog.domain.laws.errors import (
    NoSuchTask,
    OwnReview,
    SignedLater,
    TaskClosed,
    UnknownProcedure,
    require_law_editor,
    require_review_decider,
)
from services.catalog.domain.laws.reviews import compared
from services.catalog.use_cases.ports import Work


async def propose_review(
    code: str, agency: str, said: Mapping[str, Any], *, by: Caller, work: Work, now: datetime
) -> dict[str, Any]:
    """Record findings by aspect, a proposal, and its cost against the present one."""
    require_law_editor(by)
    if not await work.reviews.is_known(code, agency, now.date()):
        raise UnknownProcedure
    cost = {**said["cost"], **compared(said["cost"]["present"], said["cost"]["proposed"])}
    row = {
        "id": new_id(),
        "code": code,
        "agency": agency,
        "state": "PROPOSED",
        "findings": {"aspects": said["aspects"], "proposal": said["proposal"]},
        "cost": cost,
        "saved": cost["saved"],
        "decision": None,
        "outcome": None,
        "authors": [by.subject],
        "decided_by": None,
        "proposed_on": now.date(),
        "decided_on": None,
        "done_on": None,
        "history": [_entry("PROPOSED", by, now)],
        "version": 1,
    }
    work.reviews.add(row)
    return row


async def decide_review(
    review_id: UUID,
    is_accepted: bool,
    decision: Mapping[str, Any],
    *,
    seen: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> dict[str, Any]:
    """Accept or reject a proposal; never one's own."""
    require_review_decider(by)
    row = await _found(review_id, seen, "PROPOSED", work)
    if by.subject in row["authors"]:
        raise OwnReview
    if decision["signed_on"] > now.date().isoformat():
        raise SignedLater
    state = "ACCEPTED" if is_accepted else "REJECTED"
    changed = {"state": state, "decision": decision, "decided_by": by.subject, "decided_on": now.date()}
    return _saved({**row, **changed}, state, seen, by, work, now)


async def finish_review(
    review_id: UUID, note: str, done_on: date, *, seen: int, by: Caller, work: Work, now: datetime
) -> dict[str, Any]:
    """Record what came of an accepted proposal."""
    require_law_editor(by)
    row = await _found(review_id, seen, "ACCEPTED", work)
    if not row["decided_on"] <= done_on <= now.date():
        raise TaskClosed
    changed = {"state": "DONE", "outcome": {"note": note, "by": by.subject}, "done_on": done_on}
    return _saved({**row, **changed}, "DONE", seen, by, work, now)


async def _found(review_id: UUID, seen: int, state: str, work: Work) -> Mapping[str, Any]:
    row = await work.reviews.find(review_id)
    if row is None:
        raise NoSuchTask
    if row["version"] != seen:
        raise Stale
    if row["state"] != state:
        raise TaskClosed
    return row


def _entry(what: str, by: Caller, now: datetime) -> dict[str, str]:
    return {"at": now.isoformat(), "by": by.subject, "what": what}


def _saved(
    row: Mapping[str, Any], what: str, seen: int, by: Caller, work: Work, now: datetime
) -> dict[str, Any]:
    changed = {**row, "history": [*row["history"], _entry(what, by, now)]}
    work.reviews.save(changed, seen)
    return {**changed, "version": seen + 1}
