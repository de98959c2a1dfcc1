"""Reads the shipped sets of forms; a set that does not fit stops the service at its start."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from services.dossier.domain.legal_sets import LegalSet, LegalSets

_FILE = Path(__file__).parents[1] / "data" / "legal_sets.yaml"
_SETS = TypeAdapter(list[LegalSet])


@cache
def read_legal_sets(file: Path = _FILE) -> LegalSets:
    """Return what the file says, read once a process."""
    content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return LegalSets(_SETS.validate_python(content["sets"]))
