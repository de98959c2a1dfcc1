"""Records and holds in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.archive.holds import Hold, HoldKind
from services.dossier.domain.archive.retention import Ended as EndedDossier
from services.dossier.domain.archive.retention import Ending, Record, RecordState, Retention
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.keepers import Keepers, Reach, above_of
from services.dossier.store.archive.rows import Rows, inserting, touching
from services.dossier.store.continuations import ended_of
from services.dossier.store.copies import Copies
from services.dossier.store.definitions import AGENCY_ROW
from services.dossier.store.reaches import reach_rows
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.use_cases.sealed_rows import RowSeals

_COLUMNS = ", ".join(name for name in Record.__dataclass_fields__ if name != "holds")
_SAID_ANEW = (
    *("ending", "ended_on", "retention", "source", "is_checked", "counted_from", "kept_through"),
    "submit_by",
)
_FIX = Statement(
    f"INSERT INTO archive_records ({_COLUMNS}, seals) VALUES (:dossier_id, 1, :code, :procedure_code,"
    " :procedure_name, :agency, :ending, :ended_on, :retention, :source, :is_checked, :counted_from,"
    " :kept_through, :submit_by, 'KEPT', '', NULL, :seals)"
    " ON CONFLICT (dossier_id) DO UPDATE SET version = archive_records.version + 1,"
    f" {', '.join(f'{name} = EXCLUDED.{name}' for name in _SAID_ANEW)},"
    # One from before rows were sealed stays without; where the record is, its own seal says.
    " seals = CASE WHEN archive_records.state = 'KEPT' THEN EXCLUDED.seals"
    " WHEN archive_records.seals = '{}' THEN '{}' ELSE archive_records.seals || :terms::jsonb END"
    # Another system may say otherwise how it ended, as long as the archive did not answer for it.
    " WHERE archive_records.state IN ('KEPT', 'SUBMITTED')"
    " AND (archive_records.ending, archive_records.ended_on) <> (EXCLUDED.ending, EXCLUDED.ended_on)",
    rows=None,
)
# Another system took the end back: the record says how long it is kept once it has ended anew.
_GOES_ON = (
    "EXISTS (SELECT FROM dossiers g WHERE g.id = r.dossier_id"
    " AND g.state NOT IN ('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED')"
    " AND (g.state <> 'RESULT_READY' OR coalesce(g.work -> 'elsewhere' ->> 'end', '') = ''))"
)
# A dossier whose result was wrong is kept as long as who corrects it: the pair says together what was right.
_CORRECTED = """EXISTS (SELECT FROM dossiers w, json_array_elements(w.work -> 'corrections') AS of_it(one)
    JOIN dossiers c ON c.id = (one ->> 'dossier_id')::uuid AND c.destroyed_by IS NULL
    LEFT JOIN archive_records k ON k.dossier_id = c.id
    WHERE w.id = r.dossier_id AND (k.dossier_id IS NULL OR k.kept_through IS NULL
        OR k.kept_through >= :today::date))"""
_PROPOSED = (
    "EXISTS (SELECT FROM dossiers w WHERE w.id = r.dossier_id"
    " AND coalesce(w.work ->> 'correction_draft', '') <> '')"
)
_HOLDS = (
    "(SELECT count(*) FROM archive_holds h"
    " WHERE h.dossier_id = r.dossier_id AND h.released_at IS NULL) AS holds"
)
_FIND = Statement(f"SELECT {_COLUMNS}, {_HOLDS} FROM archive_records r WHERE dossier_id = :id")
# All of them: one that did not end is proved as well as one that did.
_AGENCIES = Statement(f"SELECT {AGENCY_ROW.format('a')} AS told FROM agencies a ORDER BY code")


def _kept(counted: str, condition: str, order: str) -> Statement:
    """Return records of what an agency keeps, each agency's by its own index."""
    return Statement(
        f"""
        SELECT r.* FROM jsonb_to_recordset(:reaches::jsonb) AS kept(agency text, chosen text[], others text[])
        CROSS JOIN LATERAL (
            SELECT {_COLUMNS}, {counted} FROM archive_records r
            WHERE r.agency = kept.agency AND (kept.chosen IS NULL OR r.procedure_code = ANY(kept.chosen))
              AND NOT r.procedure_code = ANY(kept.others) AND {condition} AND NOT {_GOES_ON}
            ORDER BY {order} LIMIT :limit::int) r
        ORDER BY {order} LIMIT :limit::int
        """
    )


_LISTED = _kept(
    _HOLDS,
    "state = :state AND (ended_on, dossier_id) > (:ended_on::date, :after::uuid)",
    "ended_on, dossier_id",
)
_TO_SUBMIT = _kept(
    "0 AS holds",
    "state = 'KEPT' AND ended_on <= :until AND ending = ANY(:handed_over::text[])",
    "ended_on, dossier_id",
)
_MOVE = """
    UPDATE archive_records r SET state = :state, archive_code = :archive_code, version = version + 1,
        seals = CASE WHEN r.seals = '{}' THEN r.seals ELSE r.seals || given.seals END
    FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, seals jsonb)
    WHERE r.dossier_id = given.dossier_id AND state <> 'DESTROYED' AND state <> :state
"""
_LOCK = Statement(
    f"SELECT {_COLUMNS}, {_HOLDS} FROM archive_records r WHERE dossier_id = :id FOR UPDATE OF r"
)
_STANDS = Statement(
    f"SELECT {_GOES_ON} OR {_CORRECTED} OR {_PROPOSED} FROM archive_records r WHERE dossier_id = :id"
)
# What had a result was handed over and acknowledged; what ended without one is destroyed where it lies.
_OVER = _kept(
    "0 AS holds",
    f"""kept_through < :today AND kept_through IS NOT NULL AND state <> 'DESTROYED'
      AND (state = 'ARCHIVED' OR (state = 'KEPT' AND NOT ending = ANY(:handed_over::text[])))
      AND NOT EXISTS (SELECT 1 FROM archive_holds h WHERE h.dossier_id = r.dossier_id
                      AND h.released_at IS NULL)
      AND NOT {_CORRECTED} AND NOT {_PROPOSED}
      AND NOT EXISTS (SELECT 1 FROM destruction_lines l JOIN destruction_lists d ON d.id = l.list_id
                      WHERE l.dossier_id = r.dossier_id AND d.state IN ('PREPARED', 'APPROVED'))""",
    "kept_through, dossier_id",
)
_MISSING = Statement(
    "SELECT d.id FROM dossiers d WHERE d.id > :after AND d.state IN ('RETURNED', 'ARCHIVED', 'STOPPED',"
    " 'INTAKE_REFUSED', 'CANCELLED')"
    " AND NOT EXISTS (SELECT 1 FROM archive_records r WHERE r.dossier_id = d.id)"
    " ORDER BY d.id LIMIT :limit::int"
)
_ADD_HOLD = inserting("archive_holds", Hold)
_SAVE_HOLD = Statement(
    "UPDATE archive_holds SET version = :version, released_by = :released_by, released_at = :released_at,"
    f" release_reason = :release_reason, {SEALED_ON}"
    " WHERE id = :id AND version = :version - 1"
)
_HOLD_COLUMNS = ", ".join(Hold.__dataclass_fields__)
_HOLD = Statement(f"SELECT {_HOLD_COLUMNS}, seals FROM archive_holds WHERE id = :id")
_HOLDS_OF = Statement(f"SELECT {_HOLD_COLUMNS} FROM archive_holds WHERE dossier_id = :id ORDER BY id")
_ALL_HOLDS = Statement(f"SELECT {_HOLD_COLUMNS}, seals FROM archive_holds")
# What the chained log of readings was told of holds, and the rows do not say.
_AGAINST_LOG = Statement(
    """
    SELECT EXISTS (SELECT FROM access_log l WHERE l.what = 'hold_placed'
            AND NOT EXISTS (SELECT FROM archive_holds h WHERE h.id = l.object_id))
        OR EXISTS (SELECT FROM archive_holds h JOIN access_log p
            ON p.what = 'hold_placed' AND p.object_id = h.id WHERE h.released_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM access_log l
                WHERE l.what = 'hold_released' AND l.object_id = h.id))
    """
)
_FIRST = (date.min, UUID(int=0))


class PostgresRecords:
    """Records of ended dossiers."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals, copies: Copies) -> None:
        self._unit = unit
        self._seals = seals
        self._copies = copies

    def fix(self, dossier: Dossier, told: EndedDossier, retention: Retention) -> None:
        """Queue a record; one that is there stays as it was fixed, unless it ended otherwise since."""
        columns: dict[str, Any] = {
            "dossier_id": dossier.id,
            "code": dossier.dossier_code or dossier.reference,
            "procedure_code": dossier.procedure_code,
            "procedure_name": dossier.procedure_name,
            "agency": told.agency,
            "ending": told.ending.value,
            "ended_on": told.ended_on,
            "retention": retention.retention,
            "source": retention.source,
            "is_checked": retention.is_checked,
            "counted_from": retention.counted_from,
            "kept_through": retention.kept_through,
            "submit_by": retention.submit_by,
        }
        first = {"state": "KEPT", "archive_code": "", "destroyed_by": None}
        self._unit.write(
            _FIX,
            **columns,
            seals=self._seals.made("archive_records", columns | first),
            terms=self._seals.made("archive_records", columns | first, "given"),
        )

    async def find(self, dossier_id: UUID) -> Record | None:
        """Return a record, with its holds counted."""
        row = await self._unit.fetch_one(_FIND, id=dossier_id)
        return None if row is None else record_of(row)

    async def keepers(self, today: date) -> Keepers:
        """Return who keeps the records of agencies that ended: themselves until their heir is known here."""
        rows = [row["told"] for row in await self._unit.fetch(_AGENCIES)]
        sound = [row for row in rows if self._copies.is_sound("agencies", row, "told")]
        known = {"", *(row["code"] for row in rows)}
        return Keepers(
            [
                ended_of(row, known)
                for row in sound
                if row["valid_to"] is not None and date.fromisoformat(row["valid_to"]) < today
            ],
            doubted=known - {"", *(row["code"] for row in sound)},
            above={row["code"]: row["parent"] or above_of(row["code"]) for row in sound},
        )

    async def listed(
        self, reaches: Sequence[Reach], *, state: str, after: tuple[date, UUID] | None, limit: int
    ) -> Sequence[Record]:
        """Return records in a state, the longest ended first."""
        ended_on, last = after or _FIRST
        rows = await self._unit.fetch(
            _LISTED, reaches=reach_rows(reaches), state=state, ended_on=ended_on, after=last, limit=limit
        )
        return [record_of(row) for row in rows]

    async def to_submit(
        self, reaches: Sequence[Reach], *, until: date, handed_over: Collection[Ending], limit: int
    ) -> Sequence[Record]:
        """Return records to hand over that no batch has, the longest ended first."""
        rows = await self._unit.fetch(
            _TO_SUBMIT, reaches=reach_rows(reaches), until=until, handed_over=list(handed_over), limit=limit
        )
        return [record_of(row) for row in rows]

    def move(self, dossier_ids: Sequence[UUID], state: str, *, archive_code: str = "") -> None:
        """Queue another state of records; `Stale` when one is not there or is there already."""
        moved: dict[str, Any] = {"state": str(state), "archive_code": archive_code}
        rows = [
            {"dossier_id": one, "seals": self._seals.made("archive_records", row, "course")}
            for one in dossier_ids
            if (row := moved | {"dossier_id": one})
        ]
        self._unit.write(touching(_MOVE, len(rows)), **moved, rows=rows)

    async def lock(self, dossier_id: UUID) -> Record | None:
        """Return a record with its holds; nobody else holds or moves it until the unit ends."""
        await self._unit.begin()
        # The row first: what holds it is then read as it is once nobody else is at it.
        await self._unit.fetch_one(_LOCK, id=dossier_id)
        return await self.find(dossier_id)

    async def stands(self, dossier_id: UUID, today: date) -> bool:
        """Tell whether it goes on, or its correction waits or is kept yet: the pair says what was right."""
        found = await self._unit.fetch_value(_STANDS, id=dossier_id, today=today)
        return bool(found)

    async def over(
        self, reaches: Sequence[Reach], *, today: date, handed_over: Collection[Ending], limit: int
    ) -> Sequence[Record]:
        """Return records that may be listed for destruction, the longest over first."""
        rows = await self._unit.fetch(
            _OVER, reaches=reach_rows(reaches), today=today, handed_over=list(handed_over), limit=limit
        )
        return [record_of(row) for row in rows]

    async def missing(self, after: UUID, limit: int) -> Sequence[UUID]:
        """Return ended dossiers without a record, by id."""
        return [UUID(int=row["id"].int) for row in await self._unit.fetch(_MISSING, after=after, limit=limit)]


def record_of(row: Any) -> Record:
    """Return the record of a row."""
    return Record(
        **{**dict(row), "ending": Ending(row["ending"]), "state": RecordState(row["state"])},
    )


class PostgresHolds(Rows[Hold]):
    """Holds; they are released, never deleted."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals) -> None:
        super().__init__(unit)
        self._seals = seals

    def add(self, hold: Hold) -> None:
        """Queue a hold."""
        columns = self.values(hold)
        self._unit.write(_ADD_HOLD, **columns, seals=self._seals.made("archive_holds", columns))

    def save(self, hold: Hold) -> None:
        """Queue a released hold."""
        columns = self.values(hold, _SAVE_HOLD)
        seals = self._seals.made("archive_holds", columns, "course", "why")
        self._unit.write(_SAVE_HOLD, **columns, seals=seals)

    async def find(self, hold_id: UUID) -> Hold | None:
        """Return a hold."""
        row = await self._unit.fetch_one(_HOLD, id=hold_id)
        if row is None:
            return None
        self._seals.see("archive_holds", row)
        return _hold_of({name: row[name] for name in Hold.__dataclass_fields__})

    async def are_as_told(self) -> bool:
        """Tell whether every hold is what was sealed, and none that the log tells of is gone or released."""
        if await self._unit.fetch_value(_AGAINST_LOG):
            return False
        rows = await self._unit.fetch(_ALL_HOLDS)
        return all(shown("archive_holds", row, self._seals) for row in rows)

    async def of(self, dossier_id: UUID) -> Sequence[Hold]:
        """Return the holds of a dossier, oldest first."""
        return [_hold_of(row) for row in await self._unit.fetch(_HOLDS_OF, id=dossier_id)]


def _hold_of(row: Any) -> Hold:
    return Hold(**{**dict(row), "kind": HoldKind(row["kind"])})
