"""Telling use to those who answer for it: a calendar month, one cut at a time, small cells hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from services.gateway.domain.usage.kinds import Kind
from services.gateway.domain.usage.telling import Told, tell, tell_apart, tell_running

WHOLE_READERS = ("SUPERVISOR", "ADMIN")
"""Roles that see the province."""
OWN_READERS = ("ONE_STOP_MANAGER", "SIGNER")
"""Roles that see their own agency."""
SETTLING = timedelta(days=1)
"""So long after its end a month still takes what was under way."""


class Cut(StrEnum):
    """What a table's cells are."""

    KIND = "kind"
    DAY = "day"
    CHANNEL = "channel"
    PROCEDURE = "procedure"
    AGENCY = "agency"


class UsageTables(Protocol):
    """Counts, added up."""

    async def table(
        self, *, cut: Cut, kind: Kind | None, first: date, last: date, agency: str | None
    ) -> Mapping[str, int]:
        """Return the sum of each cell of a cut, of all kinds or one, of one agency or the province."""


@dataclass(frozen=True, slots=True)
class UsageTold:
    """A table as it is told."""

    first: date
    last: date
    agency: str | None
    is_running: bool
    smallest: int
    table: Told


async def read_usage(
    month: str,
    *,
    cut: Cut,
    kind: Kind | None,
    by: Caller,
    tables: UsageTables,
    smallest: int,
    now: datetime,
) -> UsageTold:
    """Return a month's table; raise `Forbidden`, or `Invalid` for a cut that is not told.

    Only whole months and one cut at a time: overlapping periods or crossed cuts could be subtracted from
    each other. A month that runs is told in rounded numbers, without its present day.
    """
    agency = _sees(by)
    if (kind is None) != (cut is Cut.KIND):
        raise Invalid(fields=[("kind", "Cần một loại, trừ khi xem theo loại")])
    if agency is not None and cut is Cut.AGENCY:
        raise Invalid(fields=[("by", "Chỉ xem được cơ quan của mình")])
    first = date.fromisoformat(f"{month}-01")
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    today = now.astimezone(VIETNAM).date()
    is_running = (now - SETTLING).astimezone(VIETNAM).date() < following
    last = min(following, today) - timedelta(days=1)
    counts = await tables.table(cut=cut, kind=kind, first=first, last=last, agency=agency)
    # Kinds are of different things: nothing is summed, so nothing can be worked out of a sum.
    how = tell_apart if cut is Cut.KIND else tell
    told = (tell_running if is_running else how)(counts, smallest)
    if cut is Cut.KIND:
        told = replace(told, total=None)
    return UsageTold(first, last, agency, is_running, smallest, told)


def _sees(by: Caller) -> str | None:
    if by.has_role(*WHOLE_READERS):
        return None
    if by.agency and by.has_role(*OWN_READERS):
        return by.agency
    raise Forbidden
