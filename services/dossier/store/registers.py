"""The register: one statement a page, by day and in the order of the day's numbers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.keepers import Reach
from services.dossier.store.copies import Copies
from services.dossier.store.tables.heart import REGISTER_CODE, REGISTER_DAY

PAGE = Statement(f"""
SELECT d.id, d.dossier_code, d.procedure_code, d.procedure_name, d.parties_sealed, d.agencies, d.state,
    d.accepted_at, d.due_at, d.ended_at, d.result_delivery, d.work->'delivery' AS delivery,
    d.work->'elsewhere' AS elsewhere, d.work #>> '{{brought,corrects,dossier_code}}' AS corrects,
    d.work #>> '{{corrections,-1,reference}}' AS corrected_by,
    CASE WHEN d.state IN ('SUPPLEMENT_REQUESTED', 'AWAITING_FINANCIAL', 'SUSPENDED', 'WITHDRAWAL_REQUESTED',
        'STOPPED') THEN d.work #> '{{stops,-1}}' END AS last_stop,
    {REGISTER_DAY} AS day, {REGISTER_CODE} AS code
FROM dossiers d
WHERE d.receiving_agency = :agency AND d.accepted_at IS NOT NULL
    AND {REGISTER_DAY} BETWEEN :first::date AND :last::date
    AND ({REGISTER_DAY}, length({REGISTER_CODE}), {REGISTER_CODE})
        > (:after_day::date, length(:after_code::text), :after_code::text)
    AND (:chosen::text[] IS NULL OR d.procedure_code = ANY(:chosen))
    AND NOT d.procedure_code = ANY(:others::text[])
ORDER BY {REGISTER_DAY}, length({REGISTER_CODE}), {REGISTER_CODE} LIMIT :limit::int
""")
_NAMES = Statement("SELECT * FROM agencies WHERE code = ANY(:codes::text[])")
_NONE_YET = (date(1900, 1, 1), "")


class PostgresRegisters:
    """Reads the register of an agency that receives."""

    def __init__(self, unit: UnitOfWork, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies

    async def page(
        self, kept: Reach, first: date, last: date, after: tuple[date, str] | None, limit: int
    ) -> Sequence[Any]:
        """Return what is kept of what an agency accepted on these days, day by day, as it is numbered."""
        after_day, after_code = after or _NONE_YET
        return await self._unit.fetch(
            PAGE,
            agency=kept.agency,
            chosen=None if kept.only is None else list(kept.only),
            others=list(kept.without),
            first=first,
            last=last,
            after_day=after_day,
            after_code=after_code,
            limit=limit,
        )

    async def names(self, codes: Sequence[str]) -> dict[str, str]:
        """Return the names of agencies by code."""
        rows = await self._unit.fetch(_NAMES, codes=list(codes))
        self._copies.require("agencies", rows, "told")
        return {row["code"]: row["name"] for row in rows}
