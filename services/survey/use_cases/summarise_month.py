"""How a month's questions were answered by agency and procedure, for whoever tells the national portal."""

from collections.abc import Mapping
from datetime import date, timedelta

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden
from services.survey.use_cases.ports import Place, ProcedureTally, Work

SCOPE = "survey.summaries"
_MORE_THAN_A_MONTH = timedelta(days=31)

Texts = Mapping[tuple[str, int, str], str]
"""The words of a question by questionnaire, version and code."""


async def summarise_month(
    *, by: Caller, first: date, after: Place | None, limit: int, work: Work
) -> tuple[list[ProcedureTally], Texts]:
    """Return tallies from a place on, with the words of their questions; machines with the scope only."""
    if by.kind is not CallerKind.SERVICE or not by.has_role(SCOPE):
        raise Forbidden
    last = (first + _MORE_THAN_A_MONTH).replace(day=1) - timedelta(days=1)
    tallies = await work.responses.by_procedure(first=first, last=last, after=after, limit=limit)
    editions = {(one.questionnaire, one.version) for one in tallies}
    found = [one for code, version in editions if (one := work.questionnaires.find(code, version))]
    texts = {(one.code, one.version, asked.code): asked.text for one in found for asked in one.questions}
    return tallies, texts
