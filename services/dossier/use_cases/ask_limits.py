"""Asks the dated limits of the law for what a use case does today."""

from datetime import datetime

from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from services.dossier.domain.course import Cause
from services.dossier.domain.limits import SupplementRule
from services.dossier.use_cases.ports import Work


def cause_of(work: Work, code: str, default: str, use: str, now: datetime) -> Cause:
    """Return the cause named, else the usual one; raise `Invalid` for one nobody knows."""
    return work.limits.cause(code or default, use, now.astimezone(VIETNAM).date())


def rule_of(work: Work, stage: str, basis: str, legal_basis: str, now: datetime) -> SupplementRule:
    """Return how often and for how long papers may be asked for on this ground today."""
    rule = work.limits.supplement(stage, basis, now.astimezone(VIETNAM).date())
    if rule.needs_legal_basis and not legal_basis:
        raise Invalid(fields=[("legal_basis", "Căn cứ này phải nêu quy định của luật chuyên ngành")])
    return rule


def most_in_all(work: Work, now: datetime) -> int:
    """Return how often one dossier may be sent back in all, by the law of today."""
    return work.limits.most_supplements(now.astimezone(VIETNAM).date())


def days_to_answer(work: Work, rule: SupplementRule, asked: int | None) -> int:
    """Return within how many days to answer: what the officer says, the operator's number, the rule's."""
    days = asked or work.policy.supplement_days or rule.answer_days
    if days > rule.longest_days:
        raise Invalid(fields=[("answer_days", f"Không quá {rule.longest_days} ngày")])
    return days
