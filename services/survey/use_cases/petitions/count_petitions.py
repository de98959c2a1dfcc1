"""Indices 5.1 to 5.3 of an agency or of the province, and the petitions behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from services.survey.domain.petitions.indices import (
    SETS,
    Counted,
    DossierCounts,
    IndexSet,
    PetitionIndex,
    counted,
    handlings_of,
    indices,
    set_on,
)
from services.survey.use_cases.compute_satisfaction import check_period, check_sight
from services.survey.use_cases.petitions.ports import PetitionWork
from services.survey.use_cases.ports import Period

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionFigures:
    """The three indices with everything needed to count them again."""

    agency: str | None
    period: Period
    weighed: IndexSet
    petitions: Sequence[Counted]
    dossiers: DossierCounts
    found: tuple[PetitionIndex, PetitionIndex, PetitionIndex]


async def count_petitions(
    *,
    by: Caller,
    agency: str | None,
    first: date,
    last: date,
    set_code: str | None,
    work: PetitionWork,
    now: datetime,
) -> PetitionFigures:
    """Return the indices of these days, by the set of the period's last day or the one named.

    Nothing is kept of it: every reading folds the recorded acts anew, so there is nothing to rebuild.
    """
    petitions = await counted_petitions(by=by, agency=agency, first=first, last=last, work=work, now=now)
    dossiers = await work.ended_dossiers.counts(agency=agency, first=first, last=last)
    named = next((one for one in SETS if one.code == set_code), None)
    weighed = named or set_on(last)
    return PetitionFigures(
        agency=agency,
        period=Period(first, last, now),
        weighed=weighed,
        petitions=petitions,
        dossiers=dossiers,
        found=indices(petitions, dossiers, weighed),
    )


async def counted_petitions(
    *, by: Caller, agency: str | None, first: date, last: date, work: PetitionWork, now: datetime
) -> list[Counted]:
    """Return the petitions of these days as figures count them."""
    check_sight(by, agency)
    check_period(first, last)
    begin = datetime.combine(first, time.min, VIETNAM)
    end = datetime.combine(last + _DAY, time.min, VIETNAM)
    acts = await work.petitions.recorded(begin, end)
    handlings = handlings_of(acts, await work.offices.ended(now))
    return counted(handlings, agency=agency, first=first, last=last, cut_off=now)
