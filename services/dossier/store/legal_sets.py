"""Reads the shipped sets of forms; a set that does not fit stops the service at its start."""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from services.dossier.domain.legal_sets import LegalSet, LegalSets
from services.dossier.store.shipped import DATA, read_yaml

_FILE = DATA / "legal_sets.yaml"
_SETS = TypeAdapter(list[LegalSet])


@cache
def read_legal_sets(file: Path = _FILE) -> LegalSets:
    """Return what the file says, read once a process."""
    content = read_yaml(file)
    return LegalSets(_SETS.validate_python(content["sets"]))
