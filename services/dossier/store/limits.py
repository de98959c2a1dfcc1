"""Reads the shipped limits and causes once; a row that does not fit stops the service at its start."""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from services.dossier.domain.limits import (
    CauseRule,
    DecisionRule,
    Limits,
    NumberRule,
    SupplementRule,
    TimeRule,
    WarningRule,
)
from services.dossier.store.shipped import DATA, read_yaml

_SUPPLEMENTS = TypeAdapter(list[SupplementRule])
_NUMBERS = TypeAdapter(list[NumberRule])
_DECISIONS = TypeAdapter(list[DecisionRule])
_TIMES = TypeAdapter(list[TimeRule])
_WARNINGS = TypeAdapter(list[WarningRule])
_CAUSES = TypeAdapter(list[CauseRule])


@cache
def read_limits(folder: Path = DATA) -> Limits:
    """Return what the files of a folder say, read once a process."""
    limits = read_yaml(folder / "limits.yaml")
    return Limits(
        supplement_requests=_SUPPLEMENTS.validate_python(limits["supplement_requests"]),
        supplement_totals=_NUMBERS.validate_python(limits["supplement_totals"]),
        reply=_NUMBERS.validate_python(limits["reply_hours"]),
        decisions=_DECISIONS.validate_python(limits["decision_hours"]),
        cutoffs=_TIMES.validate_python(limits["cutoff"]),
        early=_NUMBERS.validate_python(limits["early_hours"]),
        reappointments=_NUMBERS.validate_python(limits["reappointments"]),
        apologies=_NUMBERS.validate_python(limits["apology_working_days_before"]),
        fetching=_NUMBERS.validate_python(limits["result_left_working_days"]),
        reviews=_NUMBERS.validate_python(limits["suspension_review_days"]),
        longest_suspensions=_NUMBERS.validate_python(limits["suspension_longest_days"]),
        warnings=_WARNINGS.validate_python(limits["warnings"]),
        causes=_CAUSES.validate_python(read_yaml(folder / "causes.yaml")["causes"]),
    )
