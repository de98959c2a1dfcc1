"""An exemption claimed with the dossier: held against the rules, decided by the one-stop unit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TransitionRefused
from services.dossier.domain.events import Change
from services.dossier.domain.payments.account import Account, EntryKind
from services.dossier.domain.payments.claims import Claim, decides_claims, open_claim
from services.dossier.domain.payments.errors import NoOpenClaim, NoSuchExemption
from services.dossier.domain.payments.fees import Due, Relief
from services.dossier.domain.states import State
from services.dossier.use_cases.payments.granting import grant
from services.dossier.use_cases.payments.ledger import Ledger, hold_ledger, open_ledger
from services.dossier.use_cases.ports import Grounds, Work
from services.dossier.use_cases.record_change import record_change
from services.dossier.use_cases.submission import ExemptionClaim, Verdict

_AT_RECEPTION = frozenset({State.SUBMITTED, State.INTAKE_SUPPLEMENT})


def claimed_relief(
    claim: ExemptionClaim,
    dossier: Dossier,
    dues: Sequence[Due],
    *,
    is_assessable: bool,
    work: Work,
    now: datetime,
) -> Relief:
    """Return the category claimed; raise `NoSuchExemption` where it is not in force or lowers nothing."""
    relief = work.fee_rules.exemption(claim.category, now.astimezone(VIETNAM).date())
    if relief is None:
        raise NoSuchExemption(fields=[("exemption_claim.category", "Không có diện này")])
    terms = {"sector": dossier.sector, "channel": dossier.channel}
    if not is_assessable and not any(relief.fits(code=one.code, kind=one.kind, **terms) for one in dues):
        raise NoSuchExemption(
            fields=[("exemption_claim.category", "Hồ sơ không có khoản phải nộp thuộc diện này")]
        )
    return relief


async def decide_exemption_claim(
    dossier_id: UUID,
    *,
    confirmed: bool,
    reason: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Ledger:
    """Confirm the claim (what it lowers are lines of the ledger) or refuse it with a reason.

    Before acceptance only. Told in the dossier's history and to the applicant; a fee due
    first is asked for from then on.
    """
    ledger = await open_ledger(dossier_id, by=by, work=work, now=now, seen=seen)
    dossier = ledger.dossier
    if not decides_claims(dossier, by):
        raise Forbidden
    require_open(ledger.account)
    if dossier.state not in _AT_RECEPTION:
        raise TransitionRefused.in_state(dossier.state)
    since, verdict = ledger.account.version, Verdict(confirmed, reason)
    settle_claim(ledger, verdict)
    ledger.write(told_as(verdict), since)
    dossier.version += 1
    change = Change("work_noted", dossier.state, note=reason, details={"noted": noted_as(verdict)})
    record_change(work, dossier, change, by=by, now=now)
    return ledger


async def decide_at_acceptance(
    dossier: Dossier,
    grounds: Grounds,
    verdict: Verdict,
    *,
    is_held: bool,
    by: Caller,
    work: Work,
    now: datetime,
) -> Account:
    """Decide the claim in the accepting call; return the account acceptance is held against.

    Nothing is kept of a refusal that leaves a fee due first unpaid: acceptance is refused with it then.
    """
    if not decides_claims(dossier, by):
        raise Forbidden
    if is_held:
        ledger = Ledger(dossier, grounds, grounds.account, work, by, now)
    else:
        ledger = await hold_ledger(dossier, grounds, by=by, work=work, now=now)
    since = ledger.account.version
    settle_claim(ledger, verdict, path="exemption.")
    ledger.write(told_as(verdict), since)
    return ledger.account


def settle_claim(ledger: Ledger, verdict: Verdict, *, path: str = "") -> None:
    """Add the decision on the open claim and, where it is confirmed, what it lowers."""
    claim = require_open(ledger.account)
    confirmed, reason = verdict.confirmed, verdict.reason
    if not confirmed and not reason:
        raise Invalid(fields=[(f"{path}reason", "Nêu lý do từ chối")])
    ledger.add(EntryKind.EXEMPTION_DECIDED, 0, claim=str(claim.id), confirmed=confirmed, reason=reason)
    if confirmed:
        _grant_claimed(ledger, claim)


def require_open(account: Account) -> Claim:
    """Return the claim nobody decided; raise `NoOpenClaim`."""
    claim = open_claim(account)
    if claim is None:
        raise NoOpenClaim
    return claim


def told_as(verdict: Verdict) -> str:
    """Return the name of the money's event that tells of a decision."""
    return "corrected" if verdict.confirmed else "exemption_refused"


def noted_as(verdict: Verdict) -> str:
    """Return how the dossier's history names a decision."""
    return "EXEMPTION_CONFIRMED" if verdict.confirmed else "EXEMPTION_REFUSED"


def _grant_claimed(ledger: Ledger, claim: Claim) -> None:
    """Lower what the category as it stood on the day of the claim lowers."""
    relief = ledger.work.fee_rules.exemption(claim.category, claim.claimed_at.astimezone(VIETNAM).date())
    if relief is None:
        raise NoSuchExemption(fields=[("confirmed", "Không có diện này")])
    shown = {"attachment_id": str(claim.attachment_id)} if claim.attachment_id else {"paper": claim.paper}
    grant(ledger, relief, [], {**shown, "claim": str(claim.id)})
