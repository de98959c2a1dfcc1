"""Who may read what; every reading of papers and of another's personal data is logged."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.archive.record import lacking_at_the_end, lacking_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.files import PORTAL_READS
from services.dossier.domain.intake.asked import missing_now
from services.dossier.domain.mandates import Mandate, mandates_of
from services.dossier.domain.results.register import is_lifted
from services.dossier.domain.standing import (
    WORKING_ROLES,
    is_colleague,
    is_party,
    is_supervisor,
    require_sight,
)
from services.dossier.domain.states import State
from services.dossier.domain.ways import Standing, standing_of
from services.dossier.use_cases.files.quarantine import require_open
from services.dossier.use_cases.keeping import oversees, sight_over
from services.dossier.use_cases.open_dossier import situation_of
from services.dossier.use_cases.ports import Attachment, Detail, Work
from services.dossier.use_cases.receive_dossier import supplemented
from services.dossier.use_cases.secrets import identity_index

MOST_SHOWN = 1_000
"""How many dossiers one line of the log of readings names."""
NEWEST = UUID(int=2**128 - 1)
OLDEST = UUID(int=0)
# Named one by one: what an event tells more some day is not shown until somebody thought of it.
_SUPERVISED = frozenset(
    {
        "at",
        "actor",
        "from_state",
        "completed_step",
        "outcome",
        "noted",
        "step",
        "ended_agency",
        "resumed_agency",
        "continuing_agency",
        "stopped_at",
        "previous_due_at",
        "delivery",
    }
)
_RESULT = frozenset({"name", "number", "electronic", "outcome"})
_OFFICE_NOTES = frozenset({"handed_over", "step_completed", "work_noted"})


async def read_dossier(dossier_id: UUID, *, by: Caller, work: Work, now: datetime) -> tuple[Detail, bool]:
    """Return a dossier and whether the caller sees names and papers; a supervisor sees what happens only."""
    is_staff = by.kind is CallerKind.STAFF
    detail = await work.views.detail(dossier_id, by.subject if is_staff else "")
    dossier = detail.dossier
    if detail.entry and is_staff:
        detail = replace(detail, mandates=mandates_of(detail.entry, now.astimezone(VIETNAM).date()))
    is_own = is_party(dossier, by, identity_index(work.seals, by.identity_number))
    sees_all = is_own or is_colleague(dossier, by) or _stands_in(dossier, by, detail.mandates)
    if not sees_all and not await _supervises(dossier, by, work, now):
        raise NotFound
    if not is_own:
        await log_reading(work, by, "dossier", dossier_id, None, now)
    return detail, sees_all


def standing_now(detail: Detail, *, by: Caller, work: Work, now: datetime) -> Standing:
    """Return what the reader may do with a dossier as it was read, and what stands against the rest."""
    dossier, grounds = detail.dossier, detail.grounds
    if grounds is None:
        return Standing((), ())
    owed = max(dossier.owed, grounds.account.outstanding)
    lacking = lacking_of(dossier, owed=owed, unprinted=detail.unprinted)
    situation = situation_of(grounds, work.limits, now)
    situation = replace(
        situation,
        lacking=lacking_at_the_end(lacking, is_packed=detail.is_packed),
        ended_results=[
            {"component_code": one.component_code, "number": one.number, "state": one.state.value}
            for one in detail.used_results
            if not one.stands_on(situation.today) and not is_lifted(dossier, one.component_code)
        ],
        is_with_post=detail.is_with_post,
        last_correction=detail.corrections[-1] if detail.corrections else None,
    )
    index = identity_index(work.seals, by.identity_number)
    return standing_of(dossier, by, situation, identity_index=index, mandates=detail.mandates)


def missing_of(detail: Detail) -> list[dict[str, str]]:
    """Return what an acceptance now would name as missing; empty once a dossier was accepted."""
    is_open = detail.dossier.state in {State.SUBMITTED, State.INTAKE_SUPPLEMENT}
    if not is_open or detail.grounds is None:
        return []
    given = {one.component_code for one in detail.components} | supplemented(detail.attachments)
    return missing_now(detail.dossier, detail.grounds.procedure, given)


async def _supervises(dossier: Dossier, by: Caller, work: Work, now: datetime) -> bool:
    return await oversees(by, [(one, dossier.procedure_code) for one in dossier.agencies], work, now)


def _stands_in(dossier: Dossier, by: Caller, mandates: Sequence[Mandate]) -> bool:
    """Tell whether the caller sees the dossier in another's place, and note in whose."""
    for mandate in mandates:
        dossier.acting = mandate
        if is_colleague(dossier, by):
            return True
    dossier.acting = None
    return False


Row = TypeVar("Row")


def on_the_page(rows: Sequence[Row], limit: int) -> Sequence[Row]:
    """Return what a page shows of the rows asked for: the one past its end only tells that there is more."""
    return rows[: limit - 1]


async def log_reading(
    work: Work,
    by: Caller,
    what: str,
    dossier_id: UUID | None,
    object_id: UUID | None,
    now: datetime,
    *,
    person: bytes | None = None,
    shown: Iterable[UUID] = (),
) -> None:
    """Log who read what: `person` is the blind index of a number asked for, `shown` what a page named.

    A page names as many as it shows, at most `MOST_SHOWN`; whoever reads more logs portions.
    """
    await work.views.log_access(
        at=now,
        subject=by.subject,
        kind=by.kind.value,
        agency=by.agency,
        what=what,
        dossier_id=dossier_id,
        object_id=object_id,
        person=person,
        shown=[*islice(dict.fromkeys(shown), MOST_SHOWN)],
    )


async def list_dossiers(
    *,
    state: str,
    procedure: str,
    code: str,
    before: UUID | None,
    limit: int,
    by: Caller,
    work: Work,
    now: datetime,
) -> list[Any]:
    """Return the caller's own dossiers, or those of the officer's agency, newest first; names are logged.

    Who supervises and works none is shown, without names, what they may open.
    """
    if by.kind is CallerKind.PERSON:
        index = identity_index(work.seals, by.identity_number)
        return await work.views.own(by.subjects, index, state=state, before=before or NEWEST, limit=limit)
    asked: dict[str, Any] = {"state": state, "procedure": procedure, "code": code}
    asked |= {"before": before or NEWEST, "limit": limit}
    if by.kind is CallerKind.STAFF and by.has_role(*WORKING_ROLES):
        rows = await work.views.of_agency(by.agency, **asked)
        if rows:
            shown = (row["id"] for row in on_the_page(rows, limit))
            await log_reading(work, by, "list", None, None, now, shown=shown)
        return rows
    if not is_supervisor(by) or not by.agency:
        raise Forbidden
    return await work.views.supervised(await sight_over(by, work, now), **asked)


def sees_names(by: Caller) -> bool:
    """Tell whether lists give this caller full names: a supervisor who does not work dossiers gets masks."""
    return by.kind is not CallerKind.STAFF or by.has_role(*WORKING_ROLES)


async def read_history(dossier_id: UUID, *, by: Caller, work: Work, now: datetime) -> list[dict[str, Any]]:
    """Return what happened to a dossier; what colleagues wrote to each other stays in the office."""
    dossier, rows = await work.views.history(dossier_id)
    index = identity_index(work.seals, by.identity_number)
    is_of_the_dossier = is_party(dossier, by, index) or is_colleague(dossier, by)
    if not is_of_the_dossier and not await _supervises(dossier, by, work, now):
        raise NotFound
    if not is_party(dossier, by, index):
        await log_reading(work, by, "history", dossier_id, None, now)
    for row in rows:
        if not is_of_the_dossier:
            row["change"] = _without_people(row["change"])
        elif not is_colleague(dossier, by) and row["type"].split(".")[1] in _OFFICE_NOTES:
            row["change"] = {**row["change"], "note": ""}
    return rows


def _without_people(change: dict[str, Any]) -> dict[str, Any]:
    """Return what a supervisor sees of a change: what was done, when, by whom; nothing anybody wrote."""
    seen = {name: value for name, value in change.items() if name in _SUPERVISED}
    if "supplement" in change:
        seen["supplement"] = {**change["supplement"], "items": []}
    if "result" in change:
        seen["result"] = {name: value for name, value in change["result"].items() if name in _RESULT}
    return {**seen, "note": "", "papers": []}


async def read_attachment(
    attachment_id: UUID, *, by: Caller, work: Work, now: datetime
) -> tuple[Attachment, bytes]:
    """Return a file for its uploader or for whoever may see its dossier; logged."""
    attachment = await find_attachment(attachment_id, by=by, work=work)
    require_open(attachment)
    if attachment.dossier_id is not None:
        await log_reading(work, by, "attachment", attachment.dossier_id, attachment_id, now)
    return attachment, await work.files.get(attachment.sha256)


async def find_attachment(attachment_id: UUID, *, by: Caller, work: Work) -> Attachment:
    """Return a file's record for its uploader or for whoever may see its dossier; raise `NotFound`."""
    attachment = await work.attachments.find(attachment_id)
    if attachment is None:
        raise NotFound
    if attachment.dossier_id is None:
        if attachment.uploader not in by.subjects or by.kind is CallerKind.SERVICE:
            raise NotFound
    elif by.kind is CallerKind.SERVICE and by.has_role("portal.read"):
        # An address of one of the others may have been given out before they were told apart.
        if attachment.purpose not in PORTAL_READS:
            raise NotFound
    else:
        dossier, _ = await work.dossiers.load(attachment.dossier_id)
        require_sight(dossier, by, identity_index(work.seals, by.identity_number))
    return attachment
