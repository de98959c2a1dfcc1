"""How many rows of its books a dossier has, sealed: a row taken out is missed.

Counts go with the rows in one commit, all of a unit's dossiers in one write. A dossier of before heads were
kept has none until `seal-rows`: nobody here knows how many rows it should have.
"""

from collections import defaultdict
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.sealed_rows import is_group_sound, seals_of
from services.dossier.use_cases.sealed_tables import BOOKS

HEAD = "(SELECT row_to_json(b) FROM row_heads b WHERE b.dossier_id = d.id) AS row_head"
"""A dossier's head inside a query, the dossier being `d`."""
# Who counts on from another number than the head has by now lost a race: the whole commit is stale.
_KEPT_OR_NEW = ", ".join(
    f"{book} = CASE WHEN NOT excluded.seals ? '{book}' THEN h.{book}"
    f" ELSE excluded.{book} + kernel_expect_rows(h.{book}, (excluded.seals ->> '{book}/was')::bigint) END"
    for book in BOOKS
)
_WAS = ", ".join(f"'{book}/was'" for book in BOOKS)
_PUT = Statement(
    f"""
    INSERT INTO row_heads AS h (dossier_id, {", ".join(BOOKS)}, last_slip, seals)
    SELECT dossier_id, {", ".join(f"coalesce({book}, 0)" for book in BOOKS)}, last_slip, seals
    FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, last_slip uuid, seals jsonb,
        {", ".join(f"{book} bigint" for book in BOOKS)})
    ON CONFLICT (dossier_id) DO UPDATE SET seals = (h.seals || excluded.seals) - ARRAY[{_WAS}],
        last_slip = CASE WHEN excluded.seals ? 'slips' THEN excluded.last_slip ELSE h.last_slip END,
        {_KEPT_OR_NEW}
    """,
    rows=None,
)
_HOLD = Statement("SELECT * FROM row_heads WHERE dossier_id = :dossier_id FOR UPDATE")


class RowHeads:
    """The heads one unit of work knows and writes."""

    def __init__(self, unit: UnitOfWork, keys: HistoryKeys) -> None:
        self._unit = unit
        self._keys = keys
        self._known: dict[UUID, dict[str, int]] = {}
        self._waiting: dict[UUID, dict[str, int]] = defaultdict(dict)
        self._rows: list[dict[str, Any]] = []
        self._flushes = -1
        self._counted: set[tuple[UUID, str]] = set()
        self._last_slip: dict[UUID, UUID] = {}

    def know(self, dossier_id: UUID, head: Any) -> None:
        """Remember the head of a dossier that was loaded; a count changed by hand is not gone on with."""
        one = UUID(int=dossier_id.int)
        if head is None or one in self._known:
            return
        row = {**dict(head), "dossier_id": one}
        self._known[one] = {
            book: row[book] for book in BOOKS if is_group_sound("row_heads", book, row, self._keys)
        }
        if "slips" in self._known[one] and row.get("last_slip"):
            self._last_slip[one] = UUID(str(row["last_slip"]))

    def know_anew(self, dossier_id: UUID, head: Any, book: str) -> None:
        """Take a count again that was read under the lock of its book, unless it was added to here."""
        one = UUID(int=dossier_id.int)
        known = self._known.get(one)
        if head is None or known is None or (one, book) in self._counted:
            return
        row = {**dict(head), "dossier_id": one}
        known.pop(book, None)
        if is_group_sound("row_heads", book, row, self._keys):
            known[book] = row[book]

    def begin(self, dossier_id: UUID) -> None:
        """Start the head of a new dossier, with what was counted of it already."""
        self._known[dossier_id] = dict.fromkeys(BOOKS, 0)
        more = self._waiting.pop(dossier_id, {})
        self._put(dossier_id, {book: more.get(book, 0) for book in BOOKS}, is_new=True)

    def last_slip(self, dossier_id: UUID) -> UUID | None:
        """Return the last row of a loaded dossier's control slip; None where no head tells."""
        return self._last_slip.get(dossier_id)

    def slip_added(self, dossier_id: UUID, slip_id: UUID) -> None:
        """Count a row of the control slip, the last one from here on."""
        self._last_slip[dossier_id] = slip_id
        self.more(dossier_id, "slips", 1)

    def counts(self, dossier_id: UUID) -> bool:
        """Tell whether this unit of work has counted anything of a dossier."""
        return dossier_id in self._waiting or dossier_id in self._known

    def more(self, dossier_id: UUID, book: str, count: int) -> None:
        """Count rows added."""
        if dossier_id not in self._known:
            waiting = self._waiting[dossier_id]
            waiting[book] = waiting.get(book, 0) + count
        elif book in (known := self._known[dossier_id]):
            self._put(dossier_id, {book: known[book] + count})

    async def hold(self, dossier_id: UUID) -> None:
        """Read a head for rows that are added beside the dossier; nobody else counts until the unit ends."""
        await self._unit.begin()
        self._known.pop(dossier_id, None)
        self.know(dossier_id, await self._unit.fetch_one(_HOLD, dossier_id=dossier_id))

    def _put(self, dossier_id: UUID, counts: dict[str, int], *, is_new: bool = False) -> None:
        was = {} if is_new else {book: self._known[dossier_id][book] for book in counts}
        self._known[dossier_id] |= counts
        self._counted |= {(dossier_id, book) for book in counts}
        if self._flushes != self._unit.flushes:
            # What was flushed is written; what comes now goes with the next statement, in one list again.
            self._rows, self._flushes = [], self._unit.flushes
            self._unit.write(_PUT, rows=self._rows)
        row = next((one for one in self._rows if one["dossier_id"] == dossier_id), None)
        if row is None:
            self._rows.append(row := {"dossier_id": dossier_id, "seals": {}})
        # Counted again before it was written: what it was before the first time is what it must be.
        row["seals"] |= {f"{book}/was": count for book, count in was.items() if book not in row}
        row |= counts
        if "slips" in counts:
            row["last_slip"] = self._last_slip.get(dossier_id)
        row["seals"] |= seals_of("row_heads", row, self._keys, list(counts))
