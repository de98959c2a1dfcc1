"""Reads the dated discounts and exemptions that ship with the service, once at start."""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from services.dossier.domain.payments.copy_fees import CopyFee
from services.dossier.domain.payments.fees import FeeRules, Relief
from services.dossier.store.shipped import DATA, day_of, read_yaml

_SHIPPED = DATA / "fee_reliefs.yaml"
_COPIES = TypeAdapter(list[CopyFee])


@cache
def read_fee_rules(file: Path = _SHIPPED) -> FeeRules:
    """Return the rules; a row that lacks its source or legal basis is a defect of the file."""
    document = read_yaml(file)
    known = read_yaml(DATA / "copy_fees.yaml")
    copies = tuple(_COPIES.validate_python(known["copies"]))
    reliefs = tuple(_relief(row) for row in document["reliefs"])
    return FeeRules(reliefs, copies, int(known["receipts_kept"]["years"]), str(known["procedure"]))


def _relief(row: dict[str, Any]) -> Relief:
    percent = int(row["percent"])
    if not 0 < percent <= 100 or not row["source"] or not row["legal_basis"]:  # noqa: PLR2004 - a percentage.
        message = f"{row['code']}: percent, source and legal basis are needed"
        raise ValueError(message)
    return Relief(
        code=row["code"],
        name=row["name"],
        percent=percent,
        legal_basis=row["legal_basis"],
        source=row["source"],
        valid_from=day_of(row["valid_from"]),
        valid_to=day_of(row["valid_to"]) if row.get("valid_to") else None,
        is_exemption=bool(row["exemption"]),
        needs_evidence=bool(row.get("evidence")),
        fee_codes=frozenset(row.get("fee_codes") or ()),
        kinds=frozenset(row.get("kinds") or ()),
        sectors=frozenset(row.get("sectors") or ()),
        channels=frozenset(row.get("channels") or ()),
    )
