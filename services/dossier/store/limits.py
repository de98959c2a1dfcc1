"""Reads the shipped limits and causes once; a row that does not fit stops the service at its start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from services.dossier.domain.limits import (
    CauseRule,
    Limits,
    NumberRule,
    SupplementRule,
    TimeRule,
    WarningRule,
)

_DATA = Path(__file__).parents[1] / "data"
_SUPPLEMENTS = TypeAdapter(list[SupplementRule])
_NUMBERS = TypeAdapter(list[NumberRule])
_TIMES = TypeAdapter(list[TimeRule])
_WARNINGS = TypeAdapter(list[WarningRule])
_CAUSES = TypeAdapter(list[CauseRule])


def read_limits(folder: Path = _DATA) -> Limits:
    """Return what the files of a folder say."""
    limits = _rows(folder / "limits.yaml")
    return Limits(
        supplement_requests=_SUPPLEMENTS.validate_python(limits["supplement_requests"]),
        supplement_totals=_NUMBERS.validate_python(limits["supplement_totals"]),
        reply=_NUMBERS.validate_python(limits["reply_hours"]),
        confirm=_NUMBERS.validate_python(limits["confirm_hours"]),
        cutoffs=_TIMES.validate_python(limits["cutoff"]),
        early=_NUMBERS.validate_python(limits["early_hours"]),
        reappointments=_NUMBERS.validate_python(limits["reappointments"]),
        apologies=_NUMBERS.validate_python(limits["apology_working_days_before"]),
        warnings=_WARNINGS.validate_python(limits["warnings"]),
        causes=_CAUSES.validate_python(_rows(folder / "causes.yaml")["causes"]),
    )


def _rows(file: Path) -> Mapping[str, Any]:
    rows: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return rows
