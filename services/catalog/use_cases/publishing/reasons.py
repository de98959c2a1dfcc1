"""The library of standard reasons: so that nobody asks for more papers by typing into an empty box."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from kernel.core.caller import Caller
from kernel.core.errors import Stale
from services.catalog.domain.publishing.drafts import require_editor
from services.catalog.domain.publishing.errors import CodeTaken, NoSuchReason
from services.catalog.domain.publishing.fields import average_cut, completeness, shortening
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.publishing.ports import StandardReason


async def list_reasons(kind: str, sector: str, *, work: Work) -> Sequence[StandardReason]:
    """Return the reasons of a kind that fit a sector."""
    return await work.publishing.reasons(kind, sector)


async def add_reason(reason: StandardReason, *, by: Caller, work: Work, now: datetime) -> StandardReason:
    """Add a reason to the library; raises `CodeTaken`."""
    require_editor(by)
    if await work.publishing.reason(reason.code):
        raise CodeTaken
    work.publishing.keep_reason(reason, by=by.subject, now=now)
    return reason


async def change_reason(
    reason: StandardReason, *, seen: int, by: Caller, work: Work, now: datetime
) -> StandardReason:
    """Change a reason or retire it; dossiers keep the words they were given."""
    require_editor(by)
    held = await work.publishing.reason(reason.code)
    if held is None:
        raise NoSuchReason
    if held.version != seen:
        raise Stale
    changed = replace(reason, version=seen + 1)
    work.publishing.keep_reason(changed, by=by.subject, now=now)
    return changed


async def figures(day: date, *, work: Work) -> dict[str, Any]:
    """Return how complete the procedures worked here are, and how much shorter times are than the law's."""
    records = await work.publishing.in_force(day)
    missing = [record["code"] for record in records if completeness(record)]
    return {
        "on": day,
        "times": average_cut([shortening(record) for record in records]),
        "complete": len(records) - len(missing),
        "incomplete": sorted(missing)[:1000],
    }
