"""What is told of a dossier's money: the account as it stands, and what has just happened to it."""

from datetime import datetime
from typing import Any

from kernel.core.caller import Caller, CallerKind
from kernel.core.event import Event
from services.dossier.domain.codes import masked_name
from services.dossier.domain.definitions import Agency
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import moment
from services.dossier.domain.payments.account import Account, Entry, EntryKind


def payment_event(
    name: str,
    dossier: Dossier,
    account: Account,
    last: Entry,
    *,
    by: Caller | None,
    link: str | None = None,
    receipt: dict[str, Any] | None = None,
    request: dict[str, Any] | None = None,
) -> Event:
    """Return `payment.<name>.v1`; its sequence is the account's last entry; `link` is sealed."""
    return Event(
        type=f"payment.{name}.v1",
        key=str(dossier.id),
        sequence=last.sequence,
        occurred_at=last.at,
        data={
            "payment": _account(dossier, account),
            "change": {
                "at": moment(last.at),
                "actor": _actor(by),
                "agency": _named(_counter(dossier, by)),
                "amount": last.amount,
                "method": last.method.value if last.method else None,
                "reason": str(last.data.get("reason") or ""),
                "item": _item(account, last),
                "receipt": receipt,
                "request": request,
            },
            "link": link,
        },
    )


def _account(dossier: Dossier, account: Account) -> dict[str, Any]:
    return {
        "dossier_id": str(dossier.id),
        "reference": dossier.reference,
        "dossier_code": dossier.dossier_code,
        "portal_code": dossier.portal_code,
        "channel": dossier.channel,
        "procedure": {
            "code": dossier.procedure_code,
            "name": dossier.procedure_name,
            "sector": dossier.sector,
        },
        "receiving_agency": _named(dossier.receiving_agency),
        "continuing_agency": _continuing(dossier),
        "owed": account.owed,
        "paid": account.paid,
        "outstanding": account.outstanding,
        "credit": account.credit,
        "paid_through": paid_through(account),
        "owner_subject": dossier.owner_subject,
        "submitter_subject": dossier.submitter_subject,
        "contact": dossier.contact_sealed,
        "version": account.version,
    }


def _continuing(dossier: Dossier) -> dict[str, str] | None:
    """Return who goes on for the receiving agency after it ended."""
    now = dossier.standing_at(dossier.receiving_agency)
    return None if now.code == dossier.receiving_agency.code else _named(now)


def _counter(dossier: Dossier, by: Caller | None) -> Agency:
    """Return whose counter it was, as it is called now: where who did it works, else where it is received."""
    receiving = dossier.standing_at(dossier.receiving_agency)
    helping = dossier.standing_at(dossier.helping_agency)
    is_helped = by is not None and by.agency in {dossier.helping_agency.code, helping.code}
    is_received = by is None or by.agency in {dossier.receiving_agency.code, receiving.code}
    return helping if is_helped and not is_received else receiving


def _named(agency: Agency) -> dict[str, str]:
    return {"code": agency.code, "name": agency.name}


def paid_through(account: Account) -> str | None:
    """Return PORTAL or PROVINCE where money came that way (Decision 766 counts it), COUNTER otherwise."""
    ways = [one.method.value for one in account.entries if one.kind == "PAID" and one.method]
    if not ways or account.paid <= 0:
        return None
    return next((way for way in ("PORTAL", "PROVINCE") if way in ways), "COUNTER")


def _item(account: Account, last: Entry) -> dict[str, Any] | None:
    item_id = last.id if last.kind is EntryKind.OWED else last.item
    found = account.item(item_id) if item_id else None
    if found is None:
        return None
    return {
        "kind": found.kind.value,
        "code": found.code,
        "name": found.name,
        "notice_number": found.data.get("notice_number"),
    }


def _actor(by: Caller | None) -> dict[str, str]:
    if by is None or by.kind is CallerKind.SERVICE:
        return {"kind": "system", "name": by.subject if by else ""}
    if by.kind is CallerKind.PERSON:
        return {"kind": "person", "name": masked_name(by.name) if by.name else ""}
    return {"kind": "staff", "name": by.name, "agency": by.agency}


def entry_day(at: datetime) -> str:
    """Return an instant as references carry it."""
    return (moment(at) or "")[:19].replace("-", "").replace(":", "").replace("T", "")
