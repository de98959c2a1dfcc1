"""Dossiers that others hang on: what is told of them there."""

from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from services.dossier.domain.situation import LinkedDossier
from services.dossier.domain.states import State

LINKED_JSON = (
    "json_build_object('id', x.id, 'reference', x.reference, 'dossier_code', x.dossier_code,"
    " 'state', x.state, 'outcome', coalesce(x.work #>> '{result,outcome}', ''))"
)
"""A dossier another hangs on, the table being `x`; `linked_of` reads it."""
LINKED = Statement(
    "SELECT x.id, x.reference, x.dossier_code, x.state,"
    " coalesce(x.work #>> '{result,outcome}', '') AS outcome"
    " FROM unnest(:ids::uuid[]) WITH ORDINALITY AS asked(id, place) JOIN dossiers x ON x.id = asked.id"
    " ORDER BY asked.place"
)


def linked_of(row: Any) -> LinkedDossier:
    """Return what another dossier hangs on, of a row or of `LINKED_JSON`."""
    return LinkedDossier(
        dossier_id=UUID(str(row["id"])),
        reference=row["reference"],
        dossier_code=row["dossier_code"],
        state=State(row["state"]),
        outcome=row["outcome"],
    )
