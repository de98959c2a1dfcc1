"""Lists of records to destroy: prepared, reviewed, approved; carried out by a job, a commit a line."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.archive.destruction import (
    Decision,
    DestructionList,
    Line,
    ListState,
    Outcome,
    Review,
    line_of,
    outcome_of,
    require_approver,
    require_reviewer,
)
from services.dossier.domain.archive.errors import HoldsNotAsTold, NothingToDestroy, RecordDestroyed
from services.dossier.domain.archive.packages import require_archivist
from services.dossier.domain.archive.retention import RecordState
from services.dossier.use_cases.destroy_dossier import destroy_by_list
from services.dossier.use_cases.interlinked.forget import forget_with_last
from services.dossier.use_cases.keeping import books_of, kept_by, standing
from services.dossier.use_cases.ports import Work

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
BOOK = "DMH"
REMOVED_AFTER = timedelta(minutes=15)
"""How long contents outlive their rows: who was just reading one, or bringing the same, is done."""
_AT_ONCE = 500


async def prepare_list(*, most: int, by: Caller, work: Work, now: datetime) -> DestructionList:
    """Begin a list of what the own agency keeps: over, held by nothing, on no other list."""
    require_archivist(by.agency, by)
    await _require_holds_told(work)
    today = now.astimezone(VIETNAM).date()
    records = await work.archive.records.over(
        await kept_by(by, work, now),
        today=today,
        handed_over=work.archive.rules.handed_over(today),
        limit=most,
    )
    if not records:
        raise NothingToDestroy
    found = DestructionList(
        id=new_id(),
        version=1,
        agency=by.agency,
        agency_name=await work.archive.packages.agency_name(by.agency),
        number=await work.archive.packages.next_number(by.agency, today.year, BOOK),
        year=today.year,
        state=ListState.PREPARED,
        prepared_by=by.subject,
        prepared_by_name=by.name,
        prepared_at=now,
    )
    work.archive.destruction.add(found, [line_of(found.id, record) for record in records])
    return found


async def read_list(
    list_id: UUID, *, by: Caller, work: Work, now: datetime
) -> tuple[DestructionList, list[Line]]:
    """Return a list and its lines to the agency; raise `NotFound` to others."""
    found, lines = await work.archive.destruction.load(list_id)
    require_reviewer(found.agency, await standing(by, found.agency, work, now))
    return found, list(lines)


async def list_lists(
    *, before: UUID, limit: int, by: Caller, work: Work, now: datetime
) -> list[DestructionList]:
    """Return the lists of the own agency and of those it goes on for, newest first."""
    if not by.agency:
        raise Forbidden
    require_reviewer(by.agency, by)
    books = await books_of(by, work, now)
    return list(await work.archive.destruction.listed(books, before=before, limit=limit))


async def review_lines(
    list_id: UUID, said: Sequence[Review], *, by: Caller, seen: int, work: Work, now: datetime
) -> DestructionList:
    """Say of lines whether they go; keeping one needs its reason."""
    found, lines = await _seen(list_id, seen, work)
    require_reviewer(found.agency, await standing(by, found.agency, work, now))
    reviewed = found.review({line.dossier_id: line for line in lines}, said, by=by, now=now)
    work.archive.destruction.save(found)
    work.archive.destruction.save_reviews(reviewed)
    return found


async def approve_list(
    list_id: UUID, decision: Decision, *, by: Caller, seen: int, work: Work, now: datetime
) -> DestructionList:
    """Approve by a decision with its document; the job carries it out from now on."""
    found, lines = await _seen(list_id, seen, work)
    require_approver(found.agency, await standing(by, found.agency, work, now))
    await _require_holds_told(work)
    found.approve(lines, decision, by=by, now=now.astimezone(VIETNAM))
    if not await work.attachments.unbound([decision.document_id], by.subjects):
        raise Invalid(fields=[("document_id", "Không có tệp này")])
    work.attachments.bind([decision.document_id], found.id, uploaders=by.subjects, purpose="DESTRUCTION")
    work.archive.destruction.save(found)
    return found


async def reject_list(
    list_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> DestructionList:
    """Give a list up; its records may go on another."""
    found, _ = await _seen(list_id, seen, work)
    require_approver(found.agency, await standing(by, found.agency, work, now))
    found.reject(reason, by=by, now=now)
    work.archive.destruction.save(found)
    return found


async def _seen(list_id: UUID, seen: int, work: Work) -> tuple[DestructionList, list[Line]]:
    found, lines = await work.archive.destruction.load(list_id)
    if found.version != seen:
        raise Stale
    return found, list(lines)


async def _require_holds_told(work: Work) -> None:
    """Raise while a hold is not as it was told: nobody knows then which records it kept."""
    if not await work.archive.holds.are_as_told():
        raise HoldsNotAsTold


async def carry_out(open_work: OpenWork, now: Callable[[], datetime], apart: Apart) -> None:
    """Carry out approved lists, a commit a line."""
    async with open_work() as work:
        approved = await work.archive.destruction.approved()
    for list_id in approved:
        with apart.each(list_id):
            await _carry_out(list_id, open_work, now, apart)


async def _carry_out(list_id: UUID, open_work: OpenWork, now: Callable[[], datetime], apart: Apart) -> None:
    async with open_work() as work:
        _, lines = await work.archive.destruction.load(list_id)
        # Approved before somebody laid hands on a hold: it waits until the hold is back.
        if not await work.archive.holds.are_as_told():
            return
    for line in lines:
        if line.outcome is Outcome.OPEN:
            with apart.each(line.dossier_id):
                await _carry_out_line(list_id, line, open_work, now())
    async with open_work() as work:
        found, lines = await work.archive.destruction.load(list_id)
        if found.state is ListState.APPROVED and all(one.outcome is not Outcome.OPEN for one in lines):
            found.finish(lines, now())
            work.archive.destruction.save(found)


async def _carry_out_line(list_id: UUID, line: Line, open_work: OpenWork, now: datetime) -> None:
    async with open_work() as work:
        found, _ = await work.archive.destruction.load(list_id)
        today = now.astimezone(VIETNAM).date()
        # From here on a hold waits for this commit, or this commit saw it.
        record = await work.archive.records.lock(line.dossier_id)
        outcome = outcome_of(
            line,
            record,
            today,
            handed_over=work.archive.rules.handed_over(today),
        )
        if outcome is Outcome.DESTROYED and await work.archive.records.stands(line.dossier_id, today):
            outcome = Outcome.HELD
        head = None
        if outcome is Outcome.DESTROYED:
            try:
                head = await destroy_by_list(
                    line.dossier_id, list_id=list_id, number=found.written_number, work=work, now=now
                )
            except (NotFound, RecordDestroyed):
                outcome = Outcome.NOT_DUE
            else:
                await work.archive.destruction.destroy(line.dossier_id, list_id, now)
                await forget_with_last(
                    line.dossier_id, list_id=list_id, number=found.written_number, work=work, now=now
                )
                work.archive.records.move([line.dossier_id], RecordState.DESTROYED)
        settled = replace(line, outcome=outcome, done_at=now, history_head=head)
        work.archive.destruction.save_outcome(settled)


async def remove_contents(open_work: OpenWork, now: datetime) -> int:
    """Remove contents of destroyed dossiers that nothing else refers to; return how many went.

    A file is removed before its row says so: killed in between, it is removed again, which changes nothing.
    """
    gone = 0
    while True:
        async with open_work() as work:
            due = await work.archive.destruction.to_remove(now - REMOVED_AFTER, _AT_ONCE)
            files = work.files
        for sha256, is_needed in due.items():
            if not is_needed:
                await files.remove(sha256)
                gone += 1
        if due:
            async with open_work() as work:
                work.archive.destruction.removed(list(due), now)
        if len(due) < _AT_ONCE:
            return gone
