"""Prints an issued paper once, after the commit that issued it, and serves the same file for ever."""

import asyncio
import hashlib
from datetime import datetime
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.caller import Caller
from kernel.core.errors import NotFound
from services.dossier.domain.papers import PaperKind
from services.dossier.domain.signing.verification import Thing
from services.dossier.domain.standing import require_sight
from services.dossier.use_cases.files.verify_paper import address_of
from services.dossier.use_cases.interlinked.read import require_slip_sight
from services.dossier.use_cases.ports import IssuedPaper, Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.secrets import identity_index

FIRST = UUID(int=0)
AT_ONCE = 50


async def read_paper(paper_id: UUID, *, by: Caller, work: Work, now: datetime) -> tuple[IssuedPaper, bytes]:
    """Return a paper's PDF for whoever may see what it is of; printed now if the job was slower."""
    paper = await work.papers.find(paper_id)
    if paper is None:
        raise NotFound
    if paper.kind is PaperKind.GROUP_RECEIPT:
        await require_slip_sight(paper.dossier_id, by=by, work=work, now=now)
    else:
        dossier, _ = await work.dossiers.load(paper.dossier_id)
        require_sight(dossier, by, identity_index(work.seals, by.identity_number))
    await log_reading(work, by, "paper", paper.dossier_id, paper_id, now)
    if paper.sha256 is None:
        paper = await print_paper(paper, work=work, now=now)
    return paper, await work.files.get(paper.sha256 or b"")


async def print_paper(paper: IssuedPaper, *, work: Work, now: datetime) -> IssuedPaper:
    """Print outside any transaction, keep the file durably, then name it; the first to name it wins.

    Two processes may print at the same time; only one file is ever issued.
    """
    content = work.seals.open(paper.content_sealed, purpose="paper")
    told = {**content} if isinstance(content, dict) else {}
    # Derived, not kept: the content stays what it was when the paper was issued.
    told["verification"] = address_of(Thing.PAPER, paper.id, work)
    printed = await asyncio.to_thread(
        work.press.paper,
        paper.kind,
        told,
        work.legal_sets.named(paper.legal_set),
    )
    digest = hashlib.sha256(printed).digest()
    await work.files.put(printed)
    await work.papers.keep_printed(paper.id, sha256=digest, size=len(printed), at=now)
    kept = await work.papers.find(paper.id)
    if kept is None:
        raise NotFound
    return kept


async def print_waiting(*, work: Work, now: datetime) -> None:
    """Print papers nobody has asked for yet; one that does not print holds up no other.

    Raises an `ExceptionGroup` of those when all the others are printed; they are tried again the next time.
    """
    apart, after = Apart("papers that do not print"), FIRST
    while waiting := await work.papers.unprinted(after, AT_ONCE):
        for paper_id in waiting:
            with apart.each(paper_id):
                paper = await work.papers.find(paper_id)
                if paper is not None and paper.sha256 is None:
                    await print_paper(paper, work=work, now=now)
        after = waiting[-1]
    apart.tell()
