"""The platform's books against ours, in PostgreSQL, and the work list of what differs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pydantic import TypeAdapter

from kernel.core.ids import new_id
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.payments.reconciliation import Booked, Difference, Listed
from services.dossier.domain.payments.requests import PaymentRequest, RequestState
from services.dossier.store.account import plain
from services.dossier.store.payment_sql import (
    ADD_DIFFERENCES,
    BOOKED,
    CLOSE_DIFFERENCES,
    DIFFERENCE,
    DIFFERENCES,
    KEEP_RECONCILIATION,
    LISTED_ELSEWHERE,
    LISTED_ONLY,
    LOOK_AGAIN,
    NAMED,
    SETTLE_DIFFERENCE,
)
from services.dossier.store.sealed_records import SealedRecords, columns_of
from services.dossier.use_cases.payments.ports import SettledDifference
from services.dossier.use_cases.sealed_rows import RowSeals

_REQUESTS = TypeAdapter(PaymentRequest)
_DIFFERENT = TypeAdapter(SettledDifference)


class PostgresReconciliations:
    """Every day and every difference."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals) -> None:
        self._unit = unit
        self._rows = SealedRecords(unit, seals)

    async def booked(self, day: date, references: Sequence[str]) -> list[Booked]:
        """Return each transaction paid through the platform on a day, and all these references name."""
        return [Booked(**row) for row in await self._unit.fetch(BOOKED, day=day, references=list(references))]

    async def look_again(self, references: Sequence[str], at: datetime) -> None:
        """Have these requests looked up now, if they are ours."""
        for row in await self._unit.fetch(NAMED, references=list(references)) if references else ():
            request = _REQUESTS.validate_python(self._rows.seen("payment_requests", row))
            was, is_waiting = request.state, request.state is RequestState.WAITING
            found = replace(request, look_at=at, state=RequestState.OPEN if is_waiting else was)
            seals = self._rows.seals("payment_requests", columns_of(found), "course")
            told = {"reference": found.reference, "state": found.state, "was": was}
            self._unit.write(LOOK_AGAIN, **told, at=at, seals=seals)

    def keep_reconciliation(
        self, *, day: date, at: datetime, listed: Sequence[Listed], booked: Sequence[int]
    ) -> None:
        """Keep the figures of both sides of a day, and which transactions were listed."""
        self._unit.write(
            KEEP_RECONCILIATION,
            day=day,
            at=at,
            listed=len(listed),
            listed_amount=sum(one.amount for one in listed),
            named=[[one.reference, one.transaction] for one in listed],
            booked=len(booked),
            booked_amount=sum(booked),
        )

    async def listed_elsewhere(self, day: date, references: Sequence[str]) -> list[tuple[str, str]]:
        """Return reference and transaction of what lists of other days named, a fortnight round the day."""
        rows = await self._unit.fetch(LISTED_ELSEWHERE, day=day, references=list(references))
        return [(row["reference"], row["transaction"]) for row in rows]

    def add_differences(self, day: date, found: Sequence[Difference], at: datetime) -> None:
        """Put differences on the work list; one there stays as people left it, one gone and back is open."""
        rows = [
            {
                "id": str(new_id()),
                "kind": one.kind.value,
                "reference": one.reference,
                "transaction": one.transaction,
                "ours": one.ours,
                "theirs": one.theirs,
            }
            for one in found
        ]
        if rows:
            self._unit.write(ADD_DIFFERENCES, day=day, rows=rows, at=at)

    def close_differences(self, day: date, still: Sequence[Difference], at: datetime) -> None:
        """Settle the day's open differences that are not among those still found."""
        kinds = [f"{one.reference} {one.kind.value}" for one in still]
        self._unit.write(CLOSE_DIFFERENCES, day=day, still=kinds, at=at)

    async def differences(
        self, state: str, after: UUID, limit: int, *, agencies: Sequence[str] | None
    ) -> list[SettledDifference]:
        """Return differences of a state, oldest first, of some agencies' requests or all."""
        wanted = None if agencies is None else list(agencies)
        rows = await self._unit.fetch(DIFFERENCES, state=state, after=after, limit=limit, agencies=wanted)
        return [_DIFFERENT.validate_python(plain(row)) for row in rows]

    async def listed_only(self, reference: str) -> list[str]:
        """Return transactions of a request that a day's list has and our books lack, as far as is open."""
        return [row["transaction"] for row in await self._unit.fetch(LISTED_ONLY, reference=reference)]

    async def difference(self, difference_id: UUID) -> SettledDifference | None:
        """Return a difference."""
        row = await self._unit.fetch_one(DIFFERENCE, id=difference_id)
        return _DIFFERENT.validate_python(plain(row)) if row else None

    def settle_difference(self, difference_id: UUID, seen: int, *, note: str, by: str, at: datetime) -> None:
        """Mark a difference as settled by a person."""
        self._unit.write(SETTLE_DIFFERENCE, id=difference_id, seen=seen, note=note, by=by, at=at)
