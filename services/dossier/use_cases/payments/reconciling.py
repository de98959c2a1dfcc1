"""Every day the platform's list is held against our books; what differs is somebody's task."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound, Stale
from services.dossier.domain.payments.reconciliation import Difference, Listed, compared
from services.dossier.use_cases.keeping import books_of
from services.dossier.use_cases.payments.platform import SCOPE
from services.dossier.use_cases.payments.ports import SettledDifference
from services.dossier.use_cases.ports import Work


async def reconcile(
    day: date, listed: Sequence[Listed], *, by: Caller, work: Work, now: datetime
) -> list[Difference]:
    """Compare a day and return what differs now; a difference that is gone is settled by itself.

    A payment the platform lists and we do not have is looked up at once: lost news is the usual reason, also
    of one paid a second time. The list is the whole province's: whoever hands it in settles and opens
    differences of every agency, so no office's own manager may.
    """
    is_machine = by.kind is CallerKind.SERVICE and by.has_role(SCOPE)
    is_administrator = by.kind is CallerKind.STAFF and by.has_role("ADMIN")
    if not is_machine and not is_administrator:
        raise Forbidden
    booked = await work.reconciliations.booked(day, [one.reference for one in listed])
    elsewhere = await work.reconciliations.listed_elsewhere(day, [one.reference for one in booked])
    sides = compared(day, listed, booked, elsewhere)
    found = list(sides.differences)
    work.reconciliations.keep_reconciliation(
        day=day,
        at=now,
        listed=sides.theirs,
        booked=[one.amount for one in sides.ours],
    )
    short = [one.reference for one in found if (one.ours or 0) < (one.theirs or 0)]
    await work.reconciliations.look_again(short, now)
    # No row is touched twice: what is still found is not settled, what is new is added.
    work.reconciliations.close_differences(day, found, now)
    work.reconciliations.add_differences(day, found, now)
    return found


_OVERSEERS = ("SUPERVISOR", "ADMIN")


async def list_differences(
    *, state: str, after: UUID, limit: int, by: Caller, work: Work, now: datetime
) -> list[SettledDifference]:
    """Return the work list: what is theirs to an agency's managers and cashiers, all to who oversees."""
    if by.has_role(*_OVERSEERS):
        return await work.reconciliations.differences(state, after, limit, agencies=None)
    if not by.has_role("ONE_STOP_MANAGER", "CASHIER"):
        raise Forbidden
    return await work.reconciliations.differences(state, after, limit, agencies=await books_of(by, work, now))


async def settle_difference(
    difference_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> SettledDifference:
    """Mark a difference as settled, saying how; it moves no money.

    The manager of the agency that asked for the money, or an administrator: also of money nobody asked for.
    """
    if not by.has_role("ONE_STOP_MANAGER", "ADMIN"):
        raise Forbidden
    found = await work.reconciliations.difference(difference_id)
    is_theirs = found is not None and found.agency in await books_of(by, work, now)
    if found is None or not (by.has_role("ADMIN") or is_theirs):
        raise NotFound
    if found.version != seen or found.state != "OPEN":
        raise Stale
    work.reconciliations.settle_difference(difference_id, seen, note=note, by=by.subject, at=now)
    return found
