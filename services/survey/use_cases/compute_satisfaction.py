"""The satisfaction index of an agency or of the province, for those who may see it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden
from services.survey.domain.errors import PeriodInvalid
from services.survey.domain.indices import Method, Satisfaction, satisfaction
from services.survey.domain.questionnaire import Questionnaire
from services.survey.use_cases.ports import Period, Work

OVERSEERS = ("SURVEY_ANALYST", "SUPERVISOR", "ADMIN")
"""Roles that see every agency's index."""
HEADS = ("ONE_STOP_MANAGER", "SIGNER")
"""Roles that see their own agency's; officers who are rated see no answers about themselves."""
LONGEST_PERIOD = timedelta(days=366 * 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionFigures:
    """An index with everything needed to compute it again."""

    agency: str | None
    period: Period
    method: Method
    questionnaire: Questionnaire
    responses: int
    result: Satisfaction


async def compute_satisfaction(
    *,
    by: Caller,
    agency: str | None,
    first: date,
    last: date,
    method: Method | None,
    work: Work,
    now: datetime,
) -> SatisfactionFigures:
    """Return the index of the responses received on these days; the method defaults to the edition's."""
    check_sight(by, agency)
    check_period(first, last)
    questionnaire = work.questionnaires.valid_on(min(last, now.astimezone(VIETNAM).date()))
    counted = await work.responses.tallies(questionnaire, agency=agency, first=first, last=last)
    factors = {
        factor.code: [one.code for one in questionnaire.questions if one.factor == factor.code]
        for factor in questionnaire.factors
    }
    chosen = method or questionnaire.method
    return SatisfactionFigures(
        agency=agency,
        period=Period(first, last, now),
        method=chosen,
        questionnaire=questionnaire,
        responses=counted.responses,
        result=satisfaction(counted.by_question, factors, chosen),
    )


def check_period(first: date, last: date) -> None:
    """Raise `PeriodInvalid` for days that go backwards, or too many of them."""
    if last < first or last - first > LONGEST_PERIOD:
        raise PeriodInvalid(fields=[("to", "Phải từ ngày bắt đầu đến không quá năm năm sau")])


def check_sight(by: Caller, agency: str | None) -> None:
    """Raise `Forbidden` for whoever may not see an agency's, or the province's, indices."""
    if by.kind is not CallerKind.STAFF:
        raise Forbidden
    is_head = agency is not None and agency == by.agency and by.has_role(*HEADS)
    if not by.has_role(*OVERSEERS) and not is_head:
        raise Forbidden
