"""An agency ends: each of its dossiers keeps where it was received and gains who goes on with it."""

from datetime import datetime

from kernel.core.clock import VIETNAM
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.ends import UNSURE, Ends, Move
from services.dossier.domain.errors import CopyChanged
from services.dossier.domain.events import Change
from services.dossier.domain.heirs import Continuing
from services.dossier.domain.moves import succession
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.record_change import record_change


async def move_dossier(move: Move, ends: Ends, *, work: Work, now: datetime) -> None:
    """Let the heir see and work the dossier, or the agency itself whose end was taken back.

    History says so; due moments, signed papers and what was done stay. Raises `Stale` where another word of
    the agency was heard since these ends were: whoever moves by an old one would move it for good.
    """
    await work.catalogue.hold_words(ends, [one for one in (move.agency, move.heir) if one])
    dossier, _ = await work.dossiers.load(move.dossier_id)
    before = dossier.continuing.get(move.agency)
    if move.heir and (before is None or before.code != move.heir):
        heir = ends.continuing(move.heir)
        if ends.words[move.heir].names:
            # It ended itself, perhaps long ago with nothing left: what comes to it now goes on from there.
            work.catalogue.reopen([move.heir])
        state = succession.continue_at(dossier, move.agency, heir)
        details = {"noted": "AGENCY_CONTINUED", "ended_agency": move.agency}
    elif before is not None and not move.heir:
        heir = before
        state = succession.resume_at(dossier, move.agency)
        details = {"noted": "AGENCY_RESUMED", "resumed_agency": move.agency}
    else:
        return
    if before is not None:
        await _take_from_strangers(dossier, work)
    work.searching.put(dossier)
    told = {**details, "continuing_agency": {"code": heir.code, "name": heir.name}}
    record_change(work, dossier, Change("work_noted", state, details=told), by=None, now=now)


async def name_heirs(dossier: Dossier, *, work: Work, now: datetime) -> None:
    """Name who goes on for the agencies of a dossier that has ended, of which the job hands on many.

    Raises `CopyChanged` where who goes on cannot be said.
    """
    ends = await work.catalogue.ends(now.astimezone(VIETNAM).date())
    heirs: dict[str, Continuing] = {}
    for agency in (dossier.helping_agency, dossier.receiving_agency, dossier.competent_agency):
        keeper = ends.keeper(agency.code, dossier.procedure_code)
        if keeper == UNSURE:
            raise CopyChanged
        if keeper != agency.code:
            heirs[agency.code] = ends.continuing(keeper)
    if heirs:
        succession.go_on_after_the_end(dossier, heirs)
        work.searching.put(dossier)


async def _take_from_strangers(dossier: Dossier, work: Work) -> None:
    """Take a held step from whom the directory does not know at the office that works it again.

    Who goes to an heir with the dossier keeps it; who held it there while that was the heir stays there.
    """
    step = dossier.step
    if step is None or step.holder is None:
        return
    holder = await work.colleagues.find(step.holder.subject)
    if holder is None or not holder.works(dossier, step):
        succession.let_go(dossier)
