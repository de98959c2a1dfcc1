"""Agencies in PostgreSQL: as they are, what was decided about them, what they are competent for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.agencies.changes import ChangePlan, Held, Offering, Record
from services.catalog.domain.agencies.in_time import who_works
from services.catalog.domain.items import canonical, digest_of
from services.catalog.domain.procedure import ALL_COMMUNES
from services.catalog.store.agency_statements import (
    ADD_OFFERING,
    AGENCIES,
    CHANGE,
    CHANGES,
    CLOSE_OFFERINGS,
    COMING,
    DROP_OFFERINGS,
    DUE_CHANGES,
    END_OFFERING,
    HELD,
    KEEP_CHANGE,
    LEVELS,
    LINE,
    LISTED,
    MARK_APPLIED,
    NEW_AGENCIES,
    OFFERINGS,
    OPEN_OFFERINGS,
    REOPEN_OFFERINGS,
    RESTING_ON,
    ROWS,
    SAVE_AGENCIES,
    SAVE_POINTS,
    SAVE_STAFF,
    SETTLE_CHANGE,
    STRAYS,
    UNOPEN_OFFERINGS,
)
from services.catalog.use_cases.agencies.ports import KeptChange, Rows, RowWrite, Stray


class PostgresAgencies:
    """All agencies."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def agencies(self) -> Mapping[str, tuple[int, Record]]:
        """Return every agency with its version."""
        rows = await self._unit.fetch(Statement(AGENCIES))
        return {row["code"]: (row["version"], row["data"]) for row in rows}

    async def held(self, agencies: Mapping[str, Record], ended: Sequence[str], day: date) -> Held:
        """Return what hangs on agencies that end; who is competent is told as of the day before."""
        row = await self._unit.fetch_one(HELD, ended=list(ended), day=day)
        found = row["held"]  # type: ignore[index]  # one row always
        performers: dict[str, set[str]] = {}
        for procedure, agency in found["performers"] or ():
            last = date.fromordinal(day.toordinal() - 1)
            found_ones = {agency} if agency == ALL_COMMUNES else who_works(procedure, agency, agencies, last)
            performers.setdefault(procedure, set()).update(found_ones)
        return Held(
            agencies=agencies,
            staff=found["staff"] or (),
            points=found["points"] or (),
            offerings=[_offering(item) for item in found["offerings"] or ()],
            performers={procedure: frozenset(codes) for procedure, codes in performers.items()},
            levels={
                item["code"]: (date.fromisoformat(item["valid_from"]), _day(item["valid_to"]))
                for item in found["levels"]
            },
        )

    async def rows(self, agencies: Sequence[str], staff: Sequence[str], points: Sequence[str]) -> Rows:
        """Return rows as they are now."""
        rows = await self._unit.fetch(ROWS, agencies=list(agencies), staff=list(staff), points=list(points))
        found: dict[str, dict[str, tuple[int, Record]]] = {"agency": {}, "staff": {}, "point": {}}
        for row in rows:
            found[row["kind"]][row["code"]] = (row["version"], row["data"])
        return Rows(agencies=found["agency"], staff=found["staff"], points=found["point"])

    def save_agencies(self, writes: Sequence[RowWrite]) -> None:
        """Queue agencies, new ones and changed ones apart.

        The digest of a changed one stays that of the document it came with: the same document again is no
        change, and another one does not undo what was decided (see `decided` in an import's plan).
        """
        new = [write for write in writes if not write.seen]
        old = [write for write in writes if write.seen]
        if new:
            texts = [canonical(write.data) for write in new]
            digests = [digest_of(text) for text in texts]
            self._unit.write(Statement(NEW_AGENCIES, rows=len(new)), texts=texts, digests=digests)
        if old:
            self._unit.write(Statement(SAVE_AGENCIES, rows=len(old)), **_columns(old))

    def save_staff(self, writes: Sequence[RowWrite]) -> None:
        """Queue members of staff."""
        self._unit.write(Statement(SAVE_STAFF, rows=len(writes)), **_columns(writes))

    def save_points(self, writes: Sequence[RowWrite]) -> None:
        """Queue one-stop points, new ones and changed ones."""
        self._unit.write(Statement(SAVE_POINTS, rows=len(writes)), **_columns(writes))

    def remap(self, plan: ChangePlan, by: str) -> None:
        """Queue the competence that ends and begins; what never began for the ended agency goes."""
        day = plan.request.effective_on
        closed = [row for row in plan.closed if row.valid_from < day]
        dropped = [row for row in plan.closed if row.valid_from >= day]
        if closed:
            statement = Statement(CLOSE_OFFERINGS, rows=len(closed))
            self._unit.write(statement, **_keys(closed), effective_on=day)
        if dropped:
            self._unit.write(Statement(DROP_OFFERINGS, rows=len(dropped)), **_keys(dropped))
        if plan.opened:
            self._unit.write(
                Statement(OPEN_OFFERINGS, rows=len(plan.opened)),
                **_keys(plan.opened),
                ends=[row.valid_to for row in plan.opened],
                decision=plan.request.decision.data(),
                by=by,
            )

    def keep_change(self, change: KeptChange) -> None:
        """Queue a new change."""
        self._unit.write(
            KEEP_CHANGE,
            id=change.id,
            kind=change.kind,
            number=change.number,
            signed_on=change.signed_on,
            effective_on=change.effective_on,
            state=change.state,
            summary=dict(change.summary),
            deferred=dict(change.deferred),
            questions=list(change.questions),
            made_by=change.made_by,
            made_at=change.made_at,
            applied_at=change.applied_at,
        )

    def mark_applied(self, change_id: UUID, at: datetime) -> None:
        """Queue that a pending change has taken effect."""
        self._unit.write(MARK_APPLIED, id=change_id, at=at)

    def settle_change(self, change: KeptChange) -> None:
        """Queue a change's state, questions and withdrawal."""
        self._unit.write(
            SETTLE_CHANGE,
            id=change.id,
            state=change.state,
            questions=list(change.questions),
            withdrawal=dict(change.withdrawal) if change.withdrawal else None,
            version=change.version,
        )

    def take_back(self, closed: Sequence[Record], opened: Sequence[Record]) -> None:
        """Queue competence as it was before a change."""
        if closed:
            self._unit.write(Statement(REOPEN_OFFERINGS, rows=len(closed)), rows=list(closed))
        if opened:
            self._unit.write(Statement(UNOPEN_OFFERINGS, rows=len(opened)), opened=list(opened))

    async def resting_on(
        self, change_id: UUID, codes: Sequence[str], created: Sequence[str]
    ) -> Sequence[str]:
        """Return agencies that something rests on."""
        rows = await self._unit.fetch(RESTING_ON, id=change_id, codes=list(codes), created=list(created))
        return [row["code"] for row in rows]

    async def coming(self, day: date) -> Mapping[str, Sequence[Record]]:
        """Return what pending changes until that day make of agencies."""
        found: dict[str, list[Record]] = {}
        for row in await self._unit.fetch(COMING, day=day):
            found.setdefault(row["code"], []).append(row["members"])
        return found

    async def strays(self, today: date) -> Sequence[Stray]:
        """Return what stands under ended agencies."""
        return [Stray(**dict(row)) for row in await self._unit.fetch(STRAYS, today=today)]

    async def due_changes(self, today: date) -> Sequence[KeptChange]:
        """Return pending changes whose day has come."""
        return [_change(row) for row in await self._unit.fetch(DUE_CHANGES, today=today)]

    async def changes(self, before: UUID | None, limit: int) -> Sequence[KeptChange]:
        """Return the register of changes, newest first."""
        last = before or UUID(int=2**128 - 1)
        return [_change(row) for row in await self._unit.fetch(CHANGES, before=last, limit=limit)]

    async def change(self, change_id: UUID) -> KeptChange | None:
        """Return one change."""
        row = await self._unit.fetch_one(CHANGE, id=change_id)
        return None if row is None else _change(row)

    async def line(self, code: str) -> tuple[Mapping[str, tuple[int, Record]], Sequence[tuple[date, Record]]]:
        """Return an agency with all who carry on after it, and what is decided but not yet in effect."""
        found = await self._unit.fetch_value(LINE, code=code)
        line = {item["code"]: (item["version"], item["data"]) for item in found["line"] or ()}
        coming = [(date.fromisoformat(item["day"]), item["members"]) for item in found["coming"] or ()]
        return line, coming

    async def listed(
        self, *, after: str, limit: int, on: date | None, level: str, parent: str
    ) -> Sequence[Mapping[str, Any]]:
        """Return agencies in the order of their codes."""
        rows = await self._unit.fetch(LISTED, after=after, limit=limit, on=on, level=level, parent=parent)
        return [row["data"] for row in rows]

    async def offerings(self, agency: str, on: date | None) -> Sequence[Offering]:
        """Return what an agency is competent for."""
        rows = await self._unit.fetch(OFFERINGS, agency=agency, on=on)
        return [_offering(row["data"]) for row in rows]

    def add_offering(self, offering: Offering, decision: Mapping[str, str], by: str) -> None:
        """Queue a competence."""
        self._unit.write(
            ADD_OFFERING,
            agency=offering.agency,
            procedure=offering.procedure,
            valid_from=offering.valid_from,
            valid_to=offering.valid_to,
            decision=dict(decision),
            by=by,
        )

    def end_offering(self, offering: Offering, last_day: date) -> None:
        """Queue its end."""
        self._unit.write(
            END_OFFERING,
            agency=offering.agency,
            procedure=offering.procedure,
            valid_from=offering.valid_from,
            last_day=last_day,
        )

    async def levels(self) -> Mapping[str, tuple[str, date, date | None]]:
        """Return the administrative levels with name and days."""
        rows = await self._unit.fetch(LEVELS)
        return {row["code"]: (row["name"], row["valid_from"], row["valid_to"]) for row in rows}


def _keys(rows: Sequence[Offering]) -> dict[str, Any]:
    return {
        "agencies": [row.agency for row in rows],
        "procedures": [row.procedure for row in rows],
        "starts": [row.valid_from for row in rows],
    }


def _columns(writes: Sequence[RowWrite]) -> dict[str, Any]:
    return {
        "codes": [write.code for write in writes],
        "seen": [write.seen for write in writes],
        "texts": [orjson.dumps(write.data).decode() for write in writes],
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _offering(item: Mapping[str, Any]) -> Offering:
    return Offering(
        agency=item["agency"],
        procedure=item["procedure"],
        valid_from=date.fromisoformat(item["valid_from"]),
        valid_to=_day(item["valid_to"]),
    )


def _change(row: Any) -> KeptChange:
    return KeptChange(**{name: row[name] for name in KeptChange.__dataclass_fields__})
