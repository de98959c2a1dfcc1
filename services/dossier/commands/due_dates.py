"""What an operator runs after a calendar changed: see which due moments would move, then move them."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from kernel.core.ids import new_id
from kernel.runtime import Runtime
from kernel.service import JobTick
from services.dossier.use_cases.ports.due_commands import DueCommand
from services.dossier.use_cases.recompute_due import FIRST, go_on

_OPERATOR = "operator"


async def recompute_due_dates(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Preview (`CALENDAR REASON LEGAL_BASIS`) or `apply COMMAND_ID`; both are logged as commands.

    Prints a line a dossier: code, from, to, what became of it. 2 for arguments that say neither.
    """
    if len(arguments) == 3:  # noqa: PLR2004 - calendar, reason, legal basis.
        command_id = await _ask(runtime, *arguments)
    elif len(arguments) == 2 and arguments[0] == "apply":  # noqa: PLR2004 - the word and the command.
        command_id = UUID(arguments[1])
        if not await _approve(runtime, command_id):
            sys.stdout.write("no such command, or it is not previewed\n")
            return 1
    else:
        sys.stdout.write("recompute-due CALENDAR REASON LEGAL_BASIS | apply COMMAND_ID\n")
        return 2
    tick = _tick(runtime)
    await go_on(tick.open_work, tick.now)
    await _print(runtime, command_id)
    return 0


def _tick(runtime: Runtime) -> JobTick:
    return JobTick(runtime, runtime.clock.now())


async def _ask(runtime: Runtime, calendar: str, reason: str, legal_basis: str) -> UUID:
    async with _tick(runtime).open_work() as work:
        command = DueCommand(
            id=new_id(),
            version=1,
            calendar=calendar,
            agency="",
            reason=reason,
            legal_basis=legal_basis,
            state="ASKED",
            asked_by=_OPERATOR,
            asked_by_name=_OPERATOR,
            asked_at=runtime.clock.now(),
            reached=FIRST,
        )
        work.due_commands.add(command)
    return command.id


async def _approve(runtime: Runtime, command_id: UUID) -> bool:
    async with _tick(runtime).open_work() as work:
        command = await work.due_commands.find(command_id)
        if command is None or command.state != "PREVIEWED":
            return False
        approved = replace(
            command,
            version=command.version + 1,
            state="APPROVED",
            approved_by=_OPERATOR,
            approved_by_name=_OPERATOR,
            approved_at=runtime.clock.now(),
        )
        work.due_commands.save(approved)
    return True


async def _print(runtime: Runtime, command_id: UUID) -> None:
    after = FIRST
    async with _tick(runtime).open_work() as work:
        while moves := await work.due_commands.moves(command_id, "", after, 500):
            after = moves[-1].dossier_id
            for move in moves:
                dates = f"{move.previous_due_at.isoformat()} -> {move.due_at.isoformat()}"
                sys.stdout.write(f"{move.dossier_code}: {dates} {move.outcome}\n")
    sys.stdout.write(f"command {command_id}\n")
