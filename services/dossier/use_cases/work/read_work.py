"""Who may read how work is shared out: inboxes, the steps of absent colleagues, hand-overs, search."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound
from services.dossier.domain.intake.identifiers import plain_number
from services.dossier.domain.standing import WORKING_ROLES
from services.dossier.domain.work.search import sought
from services.dossier.domain.work.urgency import Lines
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import NEWEST, OLDEST, log_reading, on_the_page, read_dossier
from services.dossier.use_cases.secrets import identity_index
from services.dossier.use_cases.work.ports import InboxPage, InboxQuery

_LONG_AGO = timedelta(days=36_500)
_LEADS = ("TEAM_LEAD", "SIGNER", "ONE_STOP_MANAGER")


async def read_slip(dossier_id: UUID, *, by: Caller, work: Work, now: datetime) -> Sequence[dict[str, Any]]:
    """Return the hand-overs of a dossier to officers who see all of it; the reading is logged."""
    _, sees_all = await read_dossier(dossier_id, by=by, work=work, now=now)
    if by.kind is not CallerKind.STAFF or not sees_all:
        raise NotFound
    return await work.slips.rows(dossier_id)


async def read_inbox(
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
    state: str = "",
    urgency: str = "",
    procedure: str = "",
    whose: str = "",
    by: Caller,
    work: Work,
    now: datetime,
) -> InboxPage:
    """Return what waits for the officer, the most pressing first; names are logged.

    `whose` is empty for everything of the caller's roles, `mine` for what they hold, `unclaimed` for what
    nobody holds, `unit` for every role's work of their unit, which leads may see.
    """
    roles = sorted(by.roles & set(WORKING_ROLES))
    if by.kind is not CallerKind.STAFF or not roles:
        raise Forbidden
    if whose == "unit":
        if not by.has_role(*_LEADS):
            raise Forbidden
        roles, whose = sorted(WORKING_ROLES), ""
    query = replace(
        _query(by, roles, after, limit, now),
        state=state,
        urgency=urgency,
        procedure=procedure,
        whose=whose,
        with_counts=after is None,
    )
    found = await work.inbox.page(query)
    if found.rows:
        shown = (row["id"] for row in on_the_page(found.rows, limit))
        await log_reading(work, by, "inbox", None, None, now, shown=shown)
    return found


async def read_reassignments(
    *, after: tuple[datetime, UUID] | None, limit: int, by: Caller, work: Work, now: datetime
) -> Sequence[Any]:
    """Return the steps of a lead's unit whose holders are on leave; a signer sees the whole agency's."""
    if by.kind is not CallerKind.STAFF or not by.has_role(*_LEADS):
        raise Forbidden
    query = _query(by, sorted(WORKING_ROLES), after, limit, now)
    if by.has_role("SIGNER"):
        query = replace(query, unit="")
    rows = await work.inbox.of_absent(query)
    if rows:
        shown = (row["id"] for row in on_the_page(rows, limit))
        await log_reading(work, by, "inbox", None, None, now, shown=shown)
    return rows


async def search_dossiers(
    text: str, *, before: UUID | None, limit: int, by: Caller, work: Work, now: datetime
) -> Sequence[Any]:
    """Return the agency's dossiers by code, name, identity number or phone; the reading is logged."""
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES):
        raise Forbidden
    what = sought(text, identity=work.searching.identity, phone=work.searching.phone)
    if not what.words and not what.numbers:
        raise Invalid(fields=[("q", "Chưa có gì để tìm")])
    rows = await work.searching.find(what, by.agency, before=before or NEWEST, limit=limit)
    person = identity_index(work.seals, plain_number(text)) if what.numbers else None
    if rows or person:
        shown = (row["id"] for row in on_the_page(rows, limit))
        await log_reading(work, by, "search", None, None, now, person=person, shown=shown)
    return rows


def _query(
    by: Caller, roles: list[str], after: tuple[datetime, UUID] | None, limit: int, now: datetime
) -> InboxQuery:
    return InboxQuery(
        subject=by.subject,
        agency=by.agency,
        unit=by.unit,
        roles=roles,
        today=now.astimezone(VIETNAM).date(),
        lines=Lines.at(now),
        after=after or (now - _LONG_AGO, OLDEST),
        limit=limit,
    )
