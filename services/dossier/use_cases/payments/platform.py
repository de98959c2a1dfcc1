"""Payments through the portal's platform: asked for here, carried by the gateway, believed once.

The gateway speaks the platform's language and checks its signatures; here is what is asked, what was said,
and what was made of it. Whatever order the news comes in, and however often, the same money is booked once.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound
from services.dossier.domain.payments.account import EntryKind, Method
from services.dossier.domain.payments.claims import demanded_item
from services.dossier.domain.payments.errors import ExemptionUndecided, NothingToPay, RequestOpen
from services.dossier.domain.payments.events import entry_day
from services.dossier.domain.payments.reconciliation import Difference, Wrong
from services.dossier.domain.payments.requests import (
    LIFETIME,
    LIVE,
    PaymentRequest,
    RequestState,
    Told,
    reference_of,
)
from services.dossier.domain.payments.transactions import one_spelling
from services.dossier.domain.standing import is_colleague, is_party
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.payments.ledger import Ledger, open_ledger
from services.dossier.use_cases.payments.taking import book, tell_dossier
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.secrets import identity_index, opened_or_nothing

SCOPE = "portal.payments"
_CLOCKS_DIFFER = timedelta(minutes=10)
LOOK_UP = "LOOK_UP"
"""The source of news that was asked for; what comes of itself is a callback."""


def require_platform(by: Caller) -> None:
    """Raise `Forbidden` for whoever is not the gateway's payment side."""
    if by.kind is not CallerKind.SERVICE or not by.has_role(SCOPE):
        raise Forbidden


async def ask_payment(
    dossier_id: UUID, *, item: UUID | None, by: Caller, work: Work, now: datetime
) -> PaymentRequest:
    """Ask for what is outstanding, of one item or of all; one request at a time asks for the same money."""
    ledger = await open_ledger(dossier_id, by=by, work=work, now=now)
    dossier = ledger.dossier
    is_own = is_party(dossier, by, identity_index(work.seals, by.identity_number))
    if not is_own and not is_colleague(dossier, by):
        raise Forbidden
    for one in await work.payments.requests_of(dossier_id):
        if one.state in LIVE and now < one.expires_at:
            raise RequestOpen(extra={"reference": one.reference})
    return _ask(ledger, item)


def _ask(ledger: Ledger, item: UUID | None) -> PaymentRequest:
    dossier, work, now = ledger.dossier, ledger.work, ledger.now
    item = demanded_item(ledger.account, item)
    amount = _asked(ledger, item)
    request = PaymentRequest(
        reference=reference_of(
            dossier.dossier_code or dossier.reference, entry_day(now), secrets.token_hex(2)
        ),
        dossier_id=dossier.id,
        agency=dossier.receiving_agency.code,
        amount=amount,
        item=item,
        state=RequestState.WAITING,
        asked_by=ledger.by.subject,
        asked_at=now,
        expires_at=now + LIFETIME,
        bill_sealed=work.seals.seal(_bill(ledger, item, amount, parties_of(dossier, work)), purpose="bill"),
        look_at=now,
    )
    asked = ledger.add(EntryKind.REQUESTED, amount, item=item, reference=request.reference)
    work.payments.add_entries([asked])
    work.payments.add_request(request)
    return request


def _asked(ledger: Ledger, item: UUID | None) -> int:
    amount = ledger.account.outstanding
    if item is not None:
        found = ledger.account.item(item)
        if found is None:
            raise Invalid(fields=[("item", "Không có khoản này")])
        amount = found.outstanding
    if amount == 0 or ledger.has_ended:
        raise NothingToPay
    return amount


def _bill(ledger: Ledger, item: UUID | None, amount: int, parties: Mapping[str, Any]) -> dict[str, Any]:
    """Return who pays for what, in neutral names: the gateway writes it the platform's way."""
    dossier, owner = ledger.dossier, parties["owner"]
    lines = [
        {
            "kind": one.kind.value,
            "code": one.code,
            "name": one.name,
            "amount": one.outstanding,
            "notice_number": one.data.get("notice_number"),
        }
        for one in ledger.account.items
        if one.outstanding and (item is None or one.id == item)
    ]
    return {
        "amount": amount,
        "lines": lines,
        "dossier_code": dossier.portal_code or dossier.dossier_code or dossier.reference,
        "procedure": {"code": dossier.procedure_code, "name": dossier.procedure_name},
        "agency": {"code": dossier.receiving_agency.code, "name": dossier.receiving_agency.name},
        "payer": {
            "full_name": owner.get("full_name", ""),
            "identity_number": owner.get("identity_number", ""),
            "address": owner.get("address", ""),
        },
    }


async def record_opening(
    reference: str, *, pay_url: str, failure: str, by: Caller, work: Work, now: datetime
) -> PaymentRequest:
    """Keep the address to pay at and tell the applicant, or why there is none yet."""
    require_platform(by)
    if not pay_url:
        return await _not_opened(reference, failure, work, now)
    ledger, request = await _open_request(reference, by=by, work=work, now=now)
    changed = request.opened(pay_url, now=now)
    if changed == request:
        return request
    work.payments.save_request(changed)
    since = ledger.account.version
    ledger.add(EntryKind.REQUESTED, request.amount, item=request.item, reference=reference, opened=True)
    told = {
        "reference": reference,
        "amount": request.amount,
        "expires_at": request.expires_at.isoformat(),
    }
    link = work.seals.seal(pay_url, purpose="contact")
    ledger.write("requested", since, request=told, link=link)
    return changed


async def _not_opened(reference: str, failure: str, work: Work, now: datetime) -> PaymentRequest:
    """Put a request off; its dossier, which may be what cannot be read, is not asked."""
    found = await work.payments.request(reference)
    if found is None:
        raise NotFound
    await work.payments.hold(found.dossier_id)
    request = await work.payments.request(reference) or found
    changed = request.not_opened(failure, now=now)
    if changed != request:
        work.payments.save_request(changed)
    return changed


async def _open_request(
    reference: str, *, by: Caller, work: Work, now: datetime
) -> tuple[Ledger, PaymentRequest]:
    """Return a request and its dossier's held account; the request is read again under the lock."""
    found = await work.payments.request(reference)
    if found is None:
        raise NotFound
    dossier, grounds = await work.dossiers.load(found.dossier_id)
    account = await work.payments.hold(found.dossier_id)
    request = await work.payments.request(reference) or found
    return Ledger(dossier, grounds, account, work, by, now), request


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformNews:
    """What the platform said, its signature checked by the gateway: `refused` says why not believed."""

    reference: str
    told: Told
    amount: int
    transaction: str
    paid_at: datetime
    source: str
    refused: str = ""
    raw: Mapping[str, Any]


async def receive_news(news: PlatformNews, *, by: Caller, work: Work, now: datetime) -> str:
    """Book each transaction once; return booked, repeated, noted, refused or unknown. Every message is kept.

    A second transaction of a request is money of the dossier too: it covers what is still owed, or is credit.
    One that only a look-up names is not booked: credit is paid out, and a look-up may answer for another. It
    is somebody's task until the platform tells it by itself or its day's list has it.
    """
    require_platform(by)

    def kept(outcome: str) -> str:
        work.payments.log_message(
            at=now, reference=news.reference, source=news.source, outcome=outcome, data=news.raw
        )
        return outcome

    if news.refused or (news.told is Told.PAID and news.amount <= 0):
        if news.source == LOOK_UP:
            await _put_off(news.reference, work, now)
        return kept("refused")
    if await work.payments.request(news.reference) is None:
        return kept("unknown")
    ledger, request = await _open_request(news.reference, by=by, work=work, now=now)
    if news.told is not Told.PAID:
        changed = request.looked(news.told, now=now)
        if changed != request:
            work.payments.save_request(changed)
        return kept("noted")
    source = request.source_of(news.transaction, ledger.account)
    if not source:
        # The same money told again; another amount for it is a difference that reconciliation lists.
        if request.look_at is not None:
            work.payments.save_request(request.looked(news.told, now=now))
        return kept("repeated")
    is_first = not request.paid_amount
    if not is_first and news.source == LOOK_UP and not await _is_listed(news, work):
        day = _believable(news.paid_at, now).astimezone(VIETNAM).date()
        found = Difference(Wrong.UNCONFIRMED, news.reference, None, news.amount, news.transaction)
        work.reconciliations.add_differences(day, [found], now)
        work.payments.save_request(request.looked(news.told, now=now))
        return kept("noted")
    paid_at = _believable(news.paid_at, now)
    paid = request.paid(transaction=news.transaction, amount=news.amount, at=paid_at)
    work.payments.save_request(paid if is_first else request.looked(news.told, now=now))
    since = ledger.account.version
    book(
        ledger,
        news.amount,
        method=Method.PORTAL,
        source=source,
        item=request.item if is_first else None,
        transaction=news.transaction,
        asked=request.amount if is_first else 0,
        paid_at=paid_at.isoformat(),
    )
    told = {"reference": request.reference, "amount": request.amount, "expires_at": None}
    ledger.write("received", since, request=told)
    await tell_dossier(ledger, since, source)
    return kept("booked")


def _believable(paid_at: datetime, now: datetime) -> datetime:
    """Return when it was paid: nothing is paid after it was told, but by another's clock that is ahead.

    A day that is to come could not be reconciled; the message keeps what was said.
    """
    return paid_at if paid_at <= now + _CLOCKS_DIFFER else now


async def _is_listed(news: PlatformNews, work: Work) -> bool:
    """Tell whether a day's list has this transaction, and our books lack it."""
    listed = await work.reconciliations.listed_only(news.reference)
    return one_spelling(news.transaction) in {one_spelling(one) for one in listed}


async def _put_off(reference: str, work: Work, now: datetime) -> None:
    """Look up others first: an answer nobody believes or could keep says nothing of this one, nor ends it."""
    found = await work.payments.request(reference)
    if found is not None and found.look_at is not None and found.look_at <= now:
        await work.reconciliations.look_again([reference], found.put_off(now=now))


async def requests_to_carry(
    what: str, *, limit: int, by: Caller, work: Work, now: datetime
) -> list[tuple[PaymentRequest, dict[str, Any]]]:
    """Return what the gateway has to tell (`open`) or ask (`look`) the platform, with each bill opened."""
    require_platform(by)
    state = RequestState.WAITING.value if what == "open" else ""
    found = await work.payments.requests_due(state, now, limit)
    for one in found:
        await log_reading(work, by, "payment-bill", one.dossier_id, None, now)
    bills = [(one, opened_or_nothing(work.seals, one.bill_sealed, purpose="bill")) for one in found]
    return [(one, bill) for one, bill in bills if isinstance(bill, dict)]


def _opened(work: Work, request: PaymentRequest) -> dict[str, Any]:
    bill = work.seals.open(request.bill_sealed, purpose="bill")
    return bill if isinstance(bill, dict) else {}


async def bill_of(
    code: str, *, by: Caller, work: Work, now: datetime
) -> tuple[PaymentRequest, dict[str, Any]]:
    """Return the open request for what a dossier owes, made when there is none: the portal asks by code."""
    require_platform(by)
    dossier_id = await work.payments.dossier_of(code)
    if dossier_id is None:
        raise NotFound
    dossier, grounds = await work.dossiers.load(dossier_id)
    ledger = Ledger(dossier, grounds, await work.payments.hold(dossier_id), work, by, now)
    await log_reading(work, by, "payment-bill", dossier_id, None, now)
    for one in await work.payments.requests_of(dossier_id):
        if one.state in LIVE and now < one.expires_at:
            return one, _opened(work, one)
    try:
        request = _ask(ledger, None)
    except ExemptionUndecided:
        # The portal asks what is to be paid today: nothing, until somebody decides the claim.
        raise NothingToPay from None
    return request, _opened(work, request)
