"""The register: one statement a page, in the order of acceptance."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.store.copies import Copies

_PAGE = Statement("""
SELECT d.id, d.dossier_code, d.procedure_code, d.procedure_name, d.parties_sealed, d.agencies, d.state,
    d.accepted_at, d.due_at, d.ended_at, d.result_delivery, d.work->'delivery' AS delivery,
    CASE WHEN d.state IN ('SUPPLEMENT_REQUESTED', 'AWAITING_FINANCIAL', 'SUSPENDED', 'WITHDRAWAL_REQUESTED',
        'STOPPED') THEN d.work #> '{stops,-1}' END AS last_stop
FROM dossiers d
WHERE d.receiving_agency = :agency
    AND d.accepted_at >= :first::date::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
    AND d.accepted_at < (:last::date + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
    AND (d.accepted_at, d.id) > (:after_at::timestamptz, :after_id::uuid)
ORDER BY d.accepted_at, d.id LIMIT :limit::int
""")
_NAMES = Statement("SELECT * FROM agencies WHERE code = ANY(:codes::text[])")
_NONE_YET = datetime.fromisoformat("1900-01-01T00:00:00+00:00")


class PostgresRegisters:
    """Reads the register of an agency that receives."""

    def __init__(self, unit: UnitOfWork, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies

    async def page(
        self, agency: str, first: date, last: date, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Any]:
        """Return dossiers an agency accepted on these days, the first accepted first."""
        after_at, after_id = after or (_NONE_YET, UUID(int=0))
        return await self._unit.fetch(
            _PAGE, agency=agency, first=first, last=last, after_at=after_at, after_id=after_id, limit=limit
        )

    async def names(self, codes: Sequence[str]) -> dict[str, str]:
        """Return the names of agencies by code."""
        rows = await self._unit.fetch(_NAMES, codes=list(codes))
        self._copies.require("agencies", rows, "told")
        return {row["code"]: row["name"] for row in rows}
