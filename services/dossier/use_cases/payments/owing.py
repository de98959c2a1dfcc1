"""What a dossier owes: by its fee rows, by hand, by a notice of another agency; and exemptions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from kernel.core.ids import new_id
from services.dossier.domain.correcting import CorrectionIsFree, corrects_of
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.payments.account import EMPTY, Account, Entry, EntryKind, ItemKind
from services.dossier.domain.payments.claims import claim_data, open_claim
from services.dossier.domain.payments.counter import approves, assesses
from services.dossier.domain.payments.errors import (
    AccountEnded,
    EvidenceMissing,
    ExemptionUndecided,
    NoSuchExemption,
    NoticeCancelled,
)
from services.dossier.domain.payments.fees import dues_of, needs_assessing
from services.dossier.domain.payments.refeeing import BY_ROWS
from services.dossier.use_cases.payments.claiming import claimed_relief, settle_claim
from services.dossier.use_cases.payments.fee_rows import rows_of
from services.dossier.use_cases.payments.granting import grant
from services.dossier.use_cases.payments.ledger import Ledger, open_ledger
from services.dossier.use_cases.payments.taking import tell_dossier
from services.dossier.use_cases.ports import Grounds, Intake, Work
from services.dossier.use_cases.submission import ExemptionClaim


def owe_fees(
    dossier: Dossier,
    procedure: Procedure,
    intake: Intake,
    form_data: Mapping[str, Any] | None,
    *,
    applicant_type: str,
    by: Caller | None,
    work: Work,
    now: datetime,
    claim: ExemptionClaim | None = None,
) -> Account:
    """Queue what a new dossier owes by its version and the exemption claimed: one write, none where free."""
    channel = procedure.channel(dossier.channel)
    if channel is None:
        return EMPTY
    lines = intake.form.fee(form_data) if intake.form and form_data else None
    rows = rows_of(channel.fees, lines)
    dues = dues_of(
        rows,
        channel=dossier.channel,
        sector=dossier.sector,
        applicant_type=applicant_type,
        day=now.astimezone(VIETNAM).date(),
        rules=work.fee_rules,
    )
    entries = [
        Entry(
            id=new_id(),
            dossier_id=dossier.id,
            sequence=number,
            kind=EntryKind.OWED,
            amount=due.amount,
            at=now,
            by=by.subject if by else "",
            by_name=by.name if by else "",
            data={**due.data(procedure.version, dossier.channel), "by": "FORM" if lines else BY_ROWS},
        )
        for number, due in enumerate(dues, 1)
    ]
    if claim is not None:
        is_assessable = any(needs_assessing(row) for row in rows)
        relief = claimed_relief(claim, dossier, dues, is_assessable=is_assessable, work=work, now=now)
        entries.append(
            Entry(
                id=new_id(),
                dossier_id=dossier.id,
                sequence=len(entries) + 1,
                kind=EntryKind.EXEMPTION_CLAIMED,
                amount=0,
                at=now,
                by=by.subject if by else "",
                by_name=by.name if by else "",
                data=claim_data(relief, claim.attachment_id, claim.paper),
            )
        )
    account = Account(dossier.id, tuple(entries))
    if claim is not None and claim.verdict is not None and by is not None:
        ledger = Ledger(dossier, Grounds(procedure, None, None, account=account), account, work, by, now)
        settle_claim(ledger, claim.verdict)
        account = ledger.account
    work.payments.add_entries(account.entries)
    return account


async def assess(
    dossier_id: UUID,
    *,
    kind: ItemKind,
    code: str,
    name: str,
    amount: int,
    is_before: bool,
    legal_basis: str,
    notice_number: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Ledger:
    """Add what no fee row says: a fee only a regulation is named for, an obligation by notice."""
    ledger = await open_ledger(dossier_id, by=by, work=work, now=now, seen=seen)
    if not assesses(ledger.dossier, by):
        raise Forbidden
    _require_open(ledger)
    if kind is not ItemKind.OBLIGATION and corrects_of(ledger.dossier.brought) is not None:
        raise CorrectionIsFree
    owe(
        ledger,
        kind=kind,
        code=code,
        name=name,
        amount=amount,
        is_before=is_before,
        legal_basis=legal_basis,
        notice_number=notice_number,
    )
    await tell_dossier(ledger, seen, f"assessed:{ledger.account.entries[-1].id}")
    return ledger


def _require_open(ledger: Ledger) -> None:
    """Raise on a dossier that has ended: it owes nothing more."""
    if ledger.has_ended:
        raise AccountEnded


def owe(
    ledger: Ledger,
    *,
    kind: ItemKind,
    code: str,
    name: str,
    amount: int,
    is_before: bool = False,
    legal_basis: str = "",
    notice_number: str = "",
    entry_id: UUID | None = None,
) -> Entry:
    """Add one item to a held account; an obligation is named by its notice, once."""
    if kind is ItemKind.OBLIGATION:
        if not notice_number:
            raise Invalid(fields=[("notice_number", "Nghĩa vụ tài chính phải có số thông báo")])
        known = {one.data.get("notice_number") for one in ledger.account.items}
        if notice_number in known:
            raise Invalid(fields=[("notice_number", "Thông báo này đã được ghi nhận")])
    elif not legal_basis:
        raise Invalid(fields=[("legal_basis", "Phải nêu căn cứ thu")])
    if is_before and ledger.dossier.accepted_at is not None:
        raise Invalid(fields=[("is_before", "Hồ sơ đã được tiếp nhận")])
    since = ledger.account.version
    entry = ledger.add(
        EntryKind.OWED,
        amount,
        entry_id=entry_id,
        fee_kind=kind.value,
        code=code,
        name=name,
        is_before=is_before,
        base=amount,
        legal_basis=legal_basis,
        notice_number=notice_number or None,
    )
    ledger.write("owed", since)
    return entry


async def exempt(
    dossier_id: UUID,
    *,
    category: str,
    items: list[UUID],
    evidence: dict[str, Any],
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Ledger:
    """Grant an exemption on evidence, with its legal basis; on all items it fits or those named."""
    ledger = await open_ledger(dossier_id, by=by, work=work, now=now, seen=seen)
    if not assesses(ledger.dossier, by):
        raise Forbidden
    _require_open(ledger)
    relief = work.fee_rules.exemption(category, now.astimezone(VIETNAM).date())
    if relief is None:
        raise NoSuchExemption(fields=[("category", "Không có diện này")])
    if relief.needs_evidence and not (evidence.get("attachment_id") or evidence.get("paper")):
        raise EvidenceMissing(fields=[("evidence", "Nêu giấy tờ chứng minh")])
    if evidence.get("attachment_id"):
        attachment = await work.attachments.find(UUID(str(evidence["attachment_id"])))
        if attachment is None or attachment.dossier_id != dossier_id:
            raise Invalid(fields=[("evidence.attachment_id", "Không phải tệp của hồ sơ này")])
    if open_claim(ledger.account) is not None:
        raise ExemptionUndecided
    since = ledger.account.version
    grant(ledger, relief, items, evidence)
    ledger.write("corrected", since)
    await tell_dossier(ledger, since, f"exempted:{ledger.account.entries[-1].id}")
    return ledger


async def correct(
    dossier_id: UUID,
    *,
    item: UUID,
    amount: int,
    reason: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Ledger:
    """Set right what is owed of an item, with the reason; a manager's doing; never below 0.

    A notice that was taken back asks for nothing any more: what is owed after all is told by a new one.
    """
    ledger = await open_ledger(dossier_id, by=by, work=work, now=now, seen=seen)
    if not approves(ledger.dossier.now_at(ledger.dossier.receiving_agency.code), by):
        raise Forbidden
    found = ledger.account.item(item)
    if found is None:
        raise Invalid(fields=[("item", "Không có khoản này")])
    if amount == 0 or found.owed + amount < 0:
        raise Invalid(fields=[("amount", "Số điều chỉnh không hợp lệ")])
    if amount > 0:
        _require_open(ledger)
        if any(one.id == item and one.cancelled_at is not None for one in ledger.dossier.obligations):
            raise NoticeCancelled
    since = ledger.account.version
    entry = ledger.add(EntryKind.CORRECTED, amount, item=item, reason=reason)
    ledger.write("corrected", since)
    await tell_dossier(ledger, since, f"corrected:{entry.id}")
    return ledger
