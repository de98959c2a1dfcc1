"""Copies certified in one express call: each document a line in the book, its number there at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from kernel.core.ids import new_id
from services.dossier.domain.actions import WORKING_ROLES
from services.dossier.domain.intake.copies import CertifiedCopy, book_year
from services.dossier.domain.intake.errors import SelfApproval
from services.dossier.domain.intake.identifiers import identity_faults
from services.dossier.domain.work.colleagues import signs_for
from services.dossier.domain.work.errors import NobodyOfThatName
from services.dossier.use_cases.intake.reception import require_one_stop
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading


async def certify_copies(
    requester: Mapping[str, Any],
    documents: Sequence[Mapping[str, Any]],
    *,
    signer: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> list[CertifiedCopy]:
    """Enter documents certified now; the numbers follow each other and the commit, without a gap.

    Who enters is not who signs, and who signs is by the staff directory a leader of this agency today, or
    acts for one. The book's counter is locked last, so nothing slow waits behind it.
    """
    require_one_stop(by)
    today = now.astimezone(VIETNAM).date()
    if signer == by.subject:
        raise SelfApproval
    found = await work.colleagues.find(signer)
    if found is None or not signs_for(found, by.agency, today):
        raise NobodyOfThatName(fields=[("signer", "Không phải người ký của cơ quan này hôm nay")])
    faults = identity_faults(requester, today, "requester")
    if faults:
        raise Invalid(fields=faults)
    sealed = work.seals.seal(
        {name: str(value) for name, value in requester.items() if value is not None}, purpose="copy"
    )
    year = book_year(now)
    first = await work.ways_in.copies.next_numbers(by.agency, year, len(documents))
    lines = [
        CertifiedCopy(
            id=new_id(),
            agency=by.agency,
            year=year,
            number=first + place,
            document_name=document["document_name"],
            pages=document["pages"],
            copies=document["copies"],
            requester_sealed=sealed,
            signed_by=found.name,
            entered_by=by.subject,
            entered_by_name=by.name,
            certified_at=now,
        )
        for place, document in enumerate(documents)
    ]
    work.ways_in.copies.add(lines)
    return lines


async def read_book(
    year: int, *, after: int, limit: int, by: Caller, work: Work, now: datetime
) -> list[CertifiedCopy]:
    """Return lines of the caller's agency's book; names are logged."""
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES):
        raise Forbidden
    lines = await work.ways_in.copies.page(by.agency, year, after, limit)
    if lines:
        await log_reading(work, by, "copy-book", None, None, now, shown=(line.id for line in lines))
    return lines
