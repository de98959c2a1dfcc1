"""Certified copies: one call asks at the counter, one call of the signer's own certifies up to fifty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound
from kernel.core.ids import new_id
from services.dossier.domain.intake.copies import CertifiedCopy, CopyFigure, CopyRequest, book_year
from services.dossier.domain.intake.errors import CopyDecided, NotTheSigner, SelfApproval
from services.dossier.domain.intake.identifiers import identity_faults
from services.dossier.domain.mandates import mandates_of
from services.dossier.domain.payments.copy_money import CopyPayment
from services.dossier.domain.payments.counter import MoneyReceipt, Refund
from services.dossier.domain.standing import WORKING_ROLES
from services.dossier.domain.work.colleagues import signs_for
from services.dossier.domain.work.errors import NobodyOfThatName
from services.dossier.use_cases.intake.electronic_copies import require_scans
from services.dossier.use_cases.intake.reception import require_one_stop
from services.dossier.use_cases.keeping import books_of, keepers_on
from services.dossier.use_cases.payments.copies import give_back, require_settled, take_for_copies
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import OLDEST, log_reading
from services.dossier.use_cases.secrets import person_index


@dataclass(frozen=True, slots=True)
class Asking:
    """What was asked for in one call, and the receipt of its money; None where none was taken in it."""

    id: UUID
    requests: list[CopyRequest]
    receipt: MoneyReceipt | None


async def ask_for_copies(
    requester: Mapping[str, Any],
    documents: Sequence[Mapping[str, Any]],
    *,
    signer: str,
    payment: CopyPayment | None = None,
    by: Caller,
    work: Work,
    now: datetime,
) -> Asking:
    """Enter documents at the counter for a signer to confirm; nothing is in the book before that.

    Who enters is not who signs, and who signs is by the staff directory a leader of this agency today, or
    acts for one. The money is taken in the same commit, or left to a cashier (no `payment`).
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
    await require_scans(requester, documents, by=by, work=work)
    known = {name: str(value) for name, value in requester.items() if value is not None}
    sealed = work.seals.seal(known, purpose="copy")
    index = person_index(work.seals, requester)
    asking = new_id()
    is_exempt = payment is not None and payment.method is None
    requests = [
        CopyRequest(
            id=new_id(),
            agency=by.agency,
            document_name=document["document_name"],
            pages=document["pages"],
            copies=document["copies"],
            requester_sealed=sealed,
            requester_index=index,
            signer=signer,
            signer_name=found.name,
            entered_by=by.subject,
            entered_by_name=by.name,
            asked_at=now,
            fee=work.fee_rules.copies_cost(document["pages"], document["copies"], today),
            asking_id=asking,
            exempt_reason=payment.exempt_reason if payment and is_exempt else None,
            scan_id=document.get("scan_id"),
        )
        for document in documents
    ]
    work.ways_in.copies.ask(requests)
    if payment is None or is_exempt:
        return Asking(asking, requests, None)
    payer = {**payment.payer, "full_name": payment.payer.get("full_name") or known["full_name"]}
    paid = replace(payment, payer=payer)
    return Asking(asking, requests, await take_for_copies(asking, requests, paid, by=by, work=work, now=now))


async def confirm_copies(
    request_ids: Sequence[UUID], *, title: str = "", note: str = "", by: Caller, work: Work, now: datetime
) -> list[CertifiedCopy]:
    """Certify what was asked for, all or none, by the signer's own session; the numbers follow the commit.

    What owes a fee is certified once it has its receipt.

    The book's counter is locked last, so nothing slow waits behind it; of two who confirm the same at once
    one is answered 412 and the numbers go back.
    """
    requests = await _asked(request_ids, by=by, work=work, now=now)
    me = await work.colleagues.find(by.subject)
    today = now.astimezone(VIETNAM).date()
    places = {item.giver for item in mandates_of(me.entry, today) if "SIGNER" in item.roles} if me else set()
    is_signer = me is not None and signs_for(me, by.agency, today)
    if not is_signer or any(item.signer not in {by.subject, *places} for item in requests):
        raise NotTheSigner
    if any(item.entered_by == by.subject for item in requests):
        raise SelfApproval
    await require_settled(requests, work=work)
    first = await work.ways_in.copies.next_numbers(by.agency, book_year(now), len(requests))
    lines = []
    for place, item in enumerate(requests):
        decided = replace(item, state="CERTIFIED", decided_by=by.subject, decided_at=now)
        work.ways_in.copies.decide(decided)
        line = item.certified(
            first + place,
            agency=by.agency,
            by=by.subject,
            signed_by=by.name,
            at=now,
            title=title,
            note=note,
        )
        lines.append(line)
    work.ways_in.copies.add(lines)
    return lines


async def decline_copies(
    request_ids: Sequence[UUID], *, reason: str, by: Caller, work: Work, now: datetime
) -> tuple[list[CopyRequest], list[Refund]]:
    """Give requests back with the reason: the signer named, who entered them, or the unit's manager.

    No number is taken; money that was taken for them is proposed to go back in the same commit. The manager
    is for those whose signer has left.
    """
    requests = await _asked(request_ids, by=by, work=work, now=now)
    is_manager = by.has_role("ONE_STOP_MANAGER")
    if not is_manager and any(by.subject not in {item.signer, item.entered_by} for item in requests):
        raise NotTheSigner
    declined = [
        replace(item, state="DECLINED", decided_by=by.subject, decided_at=now, reason=reason)
        for item in requests
    ]
    for item in declined:
        work.ways_in.copies.decide(item)
    return declined, await give_back(declined, reason=reason, by=by, work=work, now=now)


async def _asked(request_ids: Sequence[UUID], *, by: Caller, work: Work, now: datetime) -> list[CopyRequest]:
    """Return what waits at the caller's agency, or at one it goes on for; raise `NotFound` for any other."""
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES):
        raise Forbidden
    wanted = list(dict.fromkeys(request_ids))
    found = await work.ways_in.copies.asked(
        wanted, await books_of(by, work, now, work.fee_rules.copies_procedure)
    )
    if len(found) != len(wanted):
        raise NotFound
    if any(item.state != "WAITING" for item in found):
        raise CopyDecided
    return found


async def read_requests(
    *, after: UUID | None, limit: int, by: Caller, work: Work, now: datetime
) -> list[CopyRequest]:
    """Return what waits for a signer at the caller's agency or one it goes on for; names are logged."""
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER", "ONE_STOP_MANAGER", "SIGNER"):
        raise Forbidden
    books = await books_of(by, work, now, work.fee_rules.copies_procedure)
    found = await work.ways_in.copies.waiting(books, after or OLDEST, limit)
    if found:
        shown = (item.id for item in found)
        await log_reading(work, by, "copy-requests", None, None, now, shown=shown)
    return found


async def paid_askings(requests: Sequence[CopyRequest], *, work: Work) -> set[UUID]:
    """Return the askings among these whose money has a receipt."""
    askings = {one.asking_id for one in requests if one.asking_id is not None}
    receipts = await work.till.receipts_of_askings(sorted(askings)) if askings else []
    return {one.asking_id for one in receipts if one.asking_id is not None}


async def count_copies(first: date, last: date, *, by: Caller, work: Work, now: datetime) -> list[CopyFigure]:
    """Return what was certified in a period by agency: one's own, for supervisors those below and all.

    Of agencies that ended it is told to who keeps their book.
    """
    if by.kind is not CallerKind.STAFF or not by.has_role(*WORKING_ROLES, "SUPERVISOR"):
        raise Forbidden
    if last < first:
        raise Invalid(fields=[("to", "Phải từ ngày đầu kỳ trở đi")])
    is_provincial = by.has_role("SUPERVISOR") and await work.views.is_provincial(by.agency)
    since = datetime.combine(first, time(0), VIETNAM)
    until = datetime.combine(last + timedelta(days=1), time(0), VIETNAM)
    if is_provincial:
        return await work.ways_in.copies.figures(since, until, None)
    keepers = await keepers_on(work, now)
    procedure = work.fee_rules.copies_procedure
    if by.has_role("SUPERVISOR"):
        agencies = keepers.sight(by.agency).books(procedure)
    else:
        agencies = [one.agency for one in keepers.reaches(by.agency) if one.has(procedure)]
    return await work.ways_in.copies.figures(since, until, agencies)


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
