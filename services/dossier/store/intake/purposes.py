"""Reads the dated purposes of look-ups that ship with the service, once."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.dossier.domain.intake.look_ups import Database, Purpose, Purposes

_SHIPPED = Path(__file__).parents[2] / "data" / "look_up_purposes.yaml"


@cache
def read_purposes(file: Path = _SHIPPED) -> Purposes:
    """Return the purposes; a row without its legal basis or source is a defect of the file."""
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Purposes(tuple(_purpose(row) for row in document["purposes"]))


def _purpose(row: dict[str, Any]) -> Purpose:
    if not row["legal_basis"] or not row["source"]:
        message = f"{row['code']}: legal basis and source are needed"
        raise ValueError(message)
    return Purpose(
        code=row["code"],
        name=row["name"],
        legal_basis=row["legal_basis"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]) if row.get("valid_to") else None,
        needs_consent=bool(row.get("consent")),
        identification_level=row.get("identification_level"),
        fields={Database(name): tuple(fields) for name, fields in row["databases"].items()},
    )


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
