"""The fee in force at acceptance counts: what it changes of what was told at submission is told again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden
from services.dossier.domain.codes import code_day
from services.dossier.domain.correcting import corrects_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TransitionRefused
from services.dossier.domain.events import Change
from services.dossier.domain.payments.account import Account, EntryKind
from services.dossier.domain.payments.counter import assesses
from services.dossier.domain.payments.errors import FeesChanged
from services.dossier.domain.payments.fees import dues_of
from services.dossier.domain.payments.refeeing import BY_ROWS, Difference, differences
from services.dossier.domain.standing import require_sight
from services.dossier.domain.states import State
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.payments.ledger import Ledger, hold_ledger
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.secrets import identity_index

_OPEN = frozenset({State.SUBMITTED, State.INTAKE_SUPPLEMENT})


async def fees_at_acceptance(
    dossier: Dossier, grounds: Grounds, *, by: Caller, work: Work, now: datetime
) -> tuple[Account, dict[str, Any] | None]:
    """Return the account by the version in force and what it changed; raise `FeesChanged`.

    Less, or more that is due before the result, is written with the acceptance. More that must be paid first
    is told first (`reassess`): nobody is asked for money by a refusal alone.
    """
    found = _differing(dossier, grounds, grounds.account, work)
    if not found:
        return grounds.account, None
    ledger = await hold_ledger(dossier, grounds, by=by, work=work, now=now)
    found = _differing(dossier, grounds, ledger.account, work)
    if not found:
        return ledger.account, None
    missing = ledger.account.outstanding_before
    told = _write(ledger, found, grounds.procedure.version)
    await ledger.end_requests()
    if ledger.account.outstanding_before > missing:
        raise FeesChanged(extra={"outstanding": ledger.account.outstanding_before, **told})
    return ledger.account, told


async def reassess(dossier_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Ledger:
    """Tell what is owed by the version in force before acceptance, and the difference if there is one."""
    dossier, grounds, _ = await work.dossiers.load_for_acceptance(dossier_id, code_day(now))
    if "received_at" in dossier.brought:
        day = code_day(datetime.fromisoformat(dossier.brought["received_at"]))
        dossier, grounds, _ = await work.dossiers.load_for_acceptance(dossier_id, day)
    require_sight(dossier, by, identity_index(work.seals, by.identity_number))
    if not assesses(dossier, by):
        raise Forbidden
    if dossier.state not in _OPEN:
        raise TransitionRefused.in_state(dossier.state)
    ledger = await hold_ledger(dossier, grounds, by=by, work=work, now=now, seen=seen)
    found = _differing(dossier, grounds, ledger.account, work)
    if found:
        told = _write(ledger, found, grounds.procedure.version)
        await ledger.end_requests()
        dossier.version += 1
        details = {"noted": "FEES_CHANGED", "fees_changed": told}
        record_change(work, dossier, Change("work_noted", dossier.state, details=details), by=by, now=now)
    return ledger


def _differing(dossier: Dossier, grounds: Grounds, account: Account, work: Work) -> list[Difference]:
    """Return what differs; parties are opened only where the version is another. A correction is free."""
    procedure = grounds.procedure
    told_by = dossier.pins.submitted_version or dossier.procedure_version
    channel = procedure.channel(dossier.channel)
    if told_by == procedure.version or channel is None or corrects_of(dossier.brought) is not None:
        return []
    owner = parties_of(dossier, work).get("owner") or {}
    dues = dues_of(
        channel.fees,
        channel=dossier.channel,
        sector=dossier.sector,
        applicant_type=str(owner.get("applicant_type") or "CITIZEN"),
        day=dossier.submitted_at.astimezone(VIETNAM).date(),
        rules=work.fee_rules,
    )
    return differences(account, dues, told_by=told_by, version=procedure.version)


def _write(ledger: Ledger, found: Sequence[Difference], version: int) -> dict[str, Any]:
    """Add the lines and their event; return what history says of them."""
    since, reason = ledger.account.version, f"Biểu phí có hiệu lực khi tiếp nhận (phiên bản {version})"
    for one in found:
        if one.item is None and one.due is not None:
            data = {**one.due.data(version, ledger.dossier.channel), "by": BY_ROWS, "reason": reason}
            ledger.add(EntryKind.OWED, one.amount, **data)
        else:
            gross = (one.due.amount if one.due else 0) - one.gross
            ledger.add(
                EntryKind.CORRECTED,
                one.amount,
                item=one.item,
                reason=reason,
                procedure_version=version,
                gross=gross,
            )
    ledger.write("corrected", since)
    return {
        "procedure_version": version,
        "difference": sum(one.amount for one in found),
        "lines": [
            {"code": one.code, "name": one.name, "before": one.before, "after": one.after} for one in found
        ],
    }
