"""Due moments counted again after a calendar changed: asked with a reason, previewed, approved by another.

Nothing moves by itself: what was promised stands until two people say otherwise, also over stops. A command
binds every dossier under way within its reach to the calendar as it is when it is applied: whose moment
moves, whose clock stands (it is counted when it runs again) and whom it makes no difference to yet. What
waits for a word of the office (a reply, a decision) moves with it, also where no clock runs. Whose moment
would leave the years that are decided is named and stays as promised, for a later command.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound, Refusal, Stale
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import CalendarMissing, CopyChanged, FourEyes, TermUnknown
from services.dossier.domain.events import Change, moment
from services.dossier.domain.moves import due_moments
from services.dossier.domain.states import State
from services.dossier.domain.waiting import waiting_decision
from services.dossier.use_cases.keeping import keepers_on
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.ports.due_commands import DueCommand, DueMove
from services.dossier.use_cases.record_change import record_change

FIRST = UUID(int=0)
AT_ONCE = 100
_UNCOUNTABLE = (CalendarMissing, TermUnknown)


class NotPreviewed(Refusal):
    """The command's preview is not made yet, or it was approved before (409)."""

    code = "due-command-not-previewed"
    title = "Lệnh tính lại thời hạn chưa có bản xem trước hoặc đã được duyệt"


async def ask_recomputation(
    *, calendar: str, reason: str, legal_basis: str, by: Caller, work: Work, now: datetime
) -> DueCommand:
    """Log the command; a job makes the preview. A one-stop manager asks for the own agency only.

    An administrator asks for all agencies of a calendar and decides none (no dossier decisions).
    """
    command = DueCommand(
        id=new_id(),
        version=1,
        calendar=calendar,
        agency=_reach(by),
        reason=reason,
        legal_basis=legal_basis,
        state="ASKED",
        asked_by=by.subject,
        asked_by_name=by.name,
        asked_at=now,
        reached=FIRST,
    )
    work.due_commands.add(command)
    return command


def _reach(by: Caller) -> str:
    """Return the agency whose dossiers a caller may have counted again; empty: all."""
    if by.kind is CallerKind.STAFF and by.has_role("ADMIN"):
        return ""
    if by.kind is CallerKind.STAFF and by.has_role("ONE_STOP_MANAGER") and by.agency:
        return by.agency
    raise Forbidden


async def find_command(command_id: UUID, *, by: Caller, work: Work) -> DueCommand:
    """Return a command for whoever may give it or decide it."""
    command = await work.due_commands.find(command_id)
    if command is None or not (_asks(by, command) or await _decides(by, command, work)):
        if by.kind is CallerKind.STAFF and any(by.has_role(role) for role in _ASKING | _DECIDING):
            raise NotFound
        raise Forbidden
    return command


_ASKING = frozenset({"ADMIN", "ONE_STOP_MANAGER"})
_DECIDING = frozenset({"SIGNER", "ONE_STOP_MANAGER"})


def _asks(by: Caller, command: DueCommand) -> bool:
    is_staff = by.kind is CallerKind.STAFF
    is_own = by.has_role("ONE_STOP_MANAGER") and bool(by.agency) and by.agency == command.agency
    return is_staff and (by.has_role("ADMIN") or is_own)


async def _decides(by: Caller, command: DueCommand, work: Work) -> bool:
    """Tell who answers for the promises: the agency's signer or manager; for all, the province's signer."""
    if by.kind is not CallerKind.STAFF or not by.agency:
        return False
    if command.agency:
        return by.agency == command.agency and any(by.has_role(role) for role in _DECIDING)
    return by.has_role("SIGNER") and await work.views.is_provincial(by.agency)


async def approve_recomputation(
    command_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> DueCommand:
    """Let a previewed command be applied; never by who asked for it, never by an administrator."""
    command = await find_command(command_id, by=by, work=work)
    if not await _decides(by, command, work):
        raise Forbidden
    if command.version != seen:
        raise Stale
    if command.state != "PREVIEWED":
        raise NotPreviewed
    if command.asked_by == by.subject:
        raise FourEyes
    approved = replace(
        command,
        version=command.version + 1,
        state="APPROVED",
        approved_by=by.subject,
        approved_by_name=by.name,
        approved_at=now,
    )
    work.due_commands.save(approved)
    return approved


async def preview_batch(command: DueCommand, *, apart: Apart, work: Work, now: datetime) -> DueCommand:
    """Look at the next dossiers and keep which would move, from when to when.

    An agency's are also those it goes on with for agencies that ended: their promises are its to keep. A
    dossier that cannot be read (`verify-history` names it) is told apart; what was promised stands.
    """
    reaches = (await keepers_on(work, now)).reaches(command.agency) if command.agency else None
    ids = await work.due_commands.running(command.calendar, reaches, command.reached, AT_ONCE)
    moves = []
    for dossier_id in ids:
        with apart.each(dossier_id, but=CopyChanged):
            dossier, grounds = await work.dossiers.load(dossier_id)
            move = _foreseen(dossier, grounds, work)
            if move is not None:
                moves.append(move)
    state = "ASKED" if len(ids) == AT_ONCE else "PREVIEWED"
    reached = ids[-1] if ids else command.reached
    looked = replace(command, version=command.version + 1, state=state, reached=reached)
    if moves:
        work.due_commands.add_moves(command.id, moves)
    work.due_commands.save(looked)
    return looked


def _foreseen(dossier: Dossier, grounds: Grounds, work: Work) -> DueMove | None:
    """Return what would become of a dossier's due moment; None when nothing would.

    One that leaves the years decided cannot be counted: it is named, and holds up no other.
    """
    code, previous, outcome = dossier.dossier_code or dossier.reference, _promised(dossier), "WAITING"
    if previous is None:
        return None
    try:
        if _count(dossier, grounds, work) is None:
            return None
    except _UNCOUNTABLE:
        outcome = "NOT_COUNTED"
    due = _promised(dossier) or previous
    return DueMove(
        dossier_id=dossier.id, dossier_code=code, previous_due_at=previous, due_at=due, outcome=outcome
    )


def _promised(dossier: Dossier) -> datetime | None:
    """Return a dossier's due moment; before it is accepted until when somebody says a word."""
    waiting = waiting_decision(dossier)
    return dossier.due_at or (waiting.until if waiting else dossier.reply_due_at)


def _count(dossier: Dossier, grounds: Grounds, work: Work) -> State | None:
    return due_moments.recompute(
        dossier,
        grounds.procedure,
        work.limits,
        before=grounds.calendar,
        after=grounds.calendar_in_force,
        stamp=grounds.stamp_in_force,
    )


async def apply_move(command: DueCommand, move: DueMove, *, work: Work, now: datetime) -> None:
    """Move one dossier's due moment, as the calendar says at this moment; what changed meanwhile counts."""
    dossier, grounds = await work.dossiers.load(move.dossier_id)
    previous, promised, waited = dossier.due_at, dossier.reappointed_due_at, _promised(dossier)
    try:
        left = _count(dossier, grounds, work)
    except _UNCOUNTABLE:
        work.due_commands.settle(command.id, move.dossier_id, "NOT_COUNTED", now)
        return
    if left is None:
        work.due_commands.settle(command.id, move.dossier_id, "UNCHANGED", now)
        return
    details = {
        "previous_due_at": moment(previous),
        "command_id": str(command.id),
        "legal_basis": command.legal_basis,
        "approved_by": command.approved_by_name,
    }
    is_promise_moved = (previous, promised) != (dossier.due_at, dossier.reappointed_due_at)
    is_moved = is_promise_moved or _promised(dossier) != waited
    if is_promise_moved:
        change = Change("due_recomputed", left, note=command.reason, details=details)
    else:
        change = Change(
            "work_noted", left, note=command.reason, details={"noted": "CALENDAR_BOUND", **details}
        )
    work.due_commands.settle(command.id, move.dossier_id, "MOVED" if is_moved else "BOUND", now)
    record_change(work, dossier, change, by=None, now=now)


async def finish(command: DueCommand, *, work: Work, now: datetime) -> None:
    """Close a command all of whose moves are settled."""
    done = replace(command, version=command.version + 1, state="DONE", done_at=now)
    work.due_commands.save(done)


OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


async def go_on(open_work: OpenWork, now: datetime) -> None:
    """Make previews and apply what is approved, a commit each; goes on where a killed run stopped.

    What one command fails of is told when all were tried: it holds up no other.
    """
    async with open_work() as work:
        asked = await work.due_commands.in_state("ASKED")
        approved = await work.due_commands.in_state("APPROVED")
    apart = Apart("recomputations of due moments")
    for command in [*asked, *approved]:
        with apart.each(command.id):
            if command.state == "ASKED":
                await _preview(open_work, command, apart, now)
            else:
                await _apply(open_work, command, apart, now)
    apart.tell()


async def _preview(open_work: OpenWork, command: DueCommand, apart: Apart, now: datetime) -> None:
    while command.state == "ASKED":
        async with open_work() as work:
            command = await preview_batch(command, apart=apart, work=work, now=now)


async def _apply(open_work: OpenWork, command: DueCommand, apart: Apart, now: datetime) -> None:
    """Move what waits; a dossier somebody is changing now is met again the next time."""
    after, is_clean = FIRST, True
    while True:
        async with open_work() as work:
            waiting = await work.due_commands.moves(command.id, "WAITING", after, AT_ONCE)
        for move in waiting:
            after = move.dossier_id
            is_settled = False
            with apart.each(move.dossier_id), suppress(Stale, CopyChanged):
                async with open_work() as work:
                    await apply_move(command, move, work=work, now=now)
                is_settled = True
            is_clean = is_clean and is_settled
        if len(waiting) < AT_ONCE:
            break
    if is_clean:
        async with open_work() as work:
            await finish(command, work=work, now=now)
