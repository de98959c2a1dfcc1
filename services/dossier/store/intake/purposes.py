"""Reads the dated purposes of look-ups that ship with the service, once."""

from functools import cache
from pathlib import Path
from typing import Any

from services.dossier.domain.intake.look_ups import Database, Purpose, Purposes
from services.dossier.store.shipped import DATA, day_of, read_yaml

_SHIPPED = DATA / "look_up_purposes.yaml"


@cache
def read_purposes(file: Path = _SHIPPED) -> Purposes:
    """Return the purposes; a row without its legal basis or source is a defect of the file."""
    document = read_yaml(file)
    return Purposes(tuple(_purpose(row) for row in document["purposes"]))


def _purpose(row: dict[str, Any]) -> Purpose:
    if not row["legal_basis"] or not row["source"]:
        message = f"{row['code']}: legal basis and source are needed"
        raise ValueError(message)
    return Purpose(
        code=row["code"],
        name=row["name"],
        legal_basis=row["legal_basis"],
        valid_from=day_of(row["valid_from"]),
        valid_to=day_of(row["valid_to"]) if row.get("valid_to") else None,
        needs_consent=bool(row.get("consent")),
        identification_level=row.get("identification_level"),
        fields={Database(name): tuple(fields) for name, fields in row["databases"].items()},
    )
