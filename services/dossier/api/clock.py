"""Shows what stopped the clock, what is owed and which promise was moved; drafts stay in the office."""

from typing import Any

from services.dossier.api.moments import local
from services.dossier.domain.dossier import Dossier
from services.dossier.use_cases.work_steps import delay_data


def clock_of(dossier: Dossier, *, sees_office: bool) -> dict[str, Any]:
    """Return the part of a dossier's screen that explains its dates."""
    draft, proposal = dossier.apology_draft, dossier.proposal
    return {
        "stops": [
            {
                "state": stop.state,
                "stopped_at": local(stop.stopped_at),
                "resumed_at": local(stop.resumed_at),
                "cause": stop.cause,
                "belongs_to": stop.belongs_to,
                "legal_basis": stop.legal_basis,
                "until": local(stop.until),
            }
            for stop in dossier.stretches
        ],
        "obligations": [
            {
                "obligation_id": str(item.id),
                "name": item.name,
                "amount": item.amount,
                "owed": item.owed,
                "pay_by": local(item.pay_by),
                "legal_basis": item.legal_basis,
            }
            for item in dossier.obligations
        ],
        "apologies": [
            {
                "cause": item.cause.code,
                "belongs_to": item.cause.belongs_to,
                "previous_due_at": local(item.previous_due_at),
                "new_due_at": local(item.new_due_at),
                "at": local(item.at),
                "is_late": item.is_late,
            }
            for item in dossier.apologies
        ],
        "apology_draft": {
            "reason": draft.reason,
            "cause": draft.cause.code,
            "new_due_at": local(draft.new_due_at),
            "by": draft.by_name,
        }
        if draft and sees_office
        else None,
        "proposal": {"kind": proposal.kind, "at": local(proposal.at), "answer_by": local(proposal.answer_by)}
        if proposal
        else None,
        "delay": delay_data(dossier.delay),
    }
