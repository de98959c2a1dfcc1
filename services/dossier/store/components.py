"""What was handed in for each component of a dossier, as its rows have it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from services.dossier.use_cases.ports import SubmittedComponent

ADD_COMPONENTS = Statement(
    """
    INSERT INTO components (dossier_id, position, component_code, name, form, attachment_ids, is_digitised,
                            reuse, is_from_personal_store)
    SELECT :dossier_id::uuid, position, component_code, name, form, attachment_ids, is_digitised, reuse,
           is_from_personal_store
    FROM jsonb_to_recordset(:rows::jsonb) AS given(position smallint, component_code text, name text,
        form text, attachment_ids json, is_digitised boolean, reuse smallint, is_from_personal_store boolean)
    """,
    rows=None,
)


def rows_of(components: Sequence[SubmittedComponent]) -> list[dict[str, Any]]:
    """Return components as their table has them."""
    return [
        {
            "position": place,
            "component_code": item.component_code,
            "name": item.name,
            "form": item.form,
            "attachment_ids": item.attachment_ids,
            "is_digitised": item.is_digitised,
            "reuse": item.reuse,
            "is_from_personal_store": item.is_from_personal_store,
        }
        for place, item in enumerate(components)
    ]


def component_of(row: Any) -> SubmittedComponent:
    """Return a component of a row."""
    return SubmittedComponent(
        component_code=row["component_code"],
        name=row["name"],
        form=row["form"],
        attachment_ids=tuple(UUID(one) for one in row["attachment_ids"]),
        is_digitised=row["is_digitised"],
        reuse=row["reuse"],
        is_from_personal_store=row["is_from_personal_store"],
    )
