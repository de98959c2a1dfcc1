"""Hand-over lists in PostgreSQL; a dossier's papers lie where the last signed list brought them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.handovers import HandedPaper, HandOverList, PapersHeld
from services.dossier.domain.keepers import Reach
from services.dossier.store.reaches import reach_rows

_HEAD = (
    "id, version, from_agency, to_agency, given_by, given_by_name, given_at, received_by, received_by_name,"
    " received_at, note"
)
_NAMES = [name.strip() for name in _HEAD.split(",")]
_HELD = Statement(
    """
    SELECT d.id, d.procedure_code, d.helping_agency, d.receiving_agency, d.competent_agency,
        coalesce(last.to_agency, d.helping_agency) AS place FROM dossiers d
    LEFT JOIN LATERAL (
        SELECT coalesce(i.received_at_agency, l.to_agency) AS to_agency
        FROM handover_items i JOIN handover_lists l ON l.id = i.list_id
        WHERE i.dossier_id = d.id AND NOT i.is_open ORDER BY i.list_id DESC LIMIT 1) last ON true
    WHERE d.id = ANY(:ids::uuid[])
        AND NOT EXISTS (SELECT 1 FROM handover_items o WHERE o.dossier_id = d.id AND o.is_open)
    """
)
_CALLED = Statement("SELECT code, name FROM agencies WHERE code = ANY(:codes::text[])")
_ADD = Statement(f"INSERT INTO handover_lists ({_HEAD}) VALUES ({', '.join(f':{name}' for name in _NAMES)})")
_ADD_ITEMS = """
    INSERT INTO handover_items (list_id, dossier_id, sheets, remark, is_open)
    SELECT :list_id::uuid, dossier_id, sheets, '', true
    FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, sheets integer)
    ON CONFLICT (dossier_id) WHERE is_open DO NOTHING
"""
_FIND = (
    f"SELECT {_HEAD}, (SELECT json_agg(to_jsonb(i) || jsonb_build_object('procedure', d.procedure_code)"
    " ORDER BY i.dossier_id) FROM handover_items i LEFT JOIN dossiers d ON d.id = i.dossier_id"
    " WHERE i.list_id = l.id) AS items FROM handover_lists l"
)
_ONE = Statement(f"{_FIND} WHERE id = :id")
# Of an agency whose work was divided, only lists with dossiers that came here: by what these were about.
_KEPT = """
    (kept.chosen IS NULL AND kept.others = '{}' OR EXISTS (
        SELECT 1 FROM handover_items i JOIN dossiers d ON d.id = i.dossier_id
        WHERE i.list_id = l.id AND (kept.chosen IS NULL OR d.procedure_code = ANY(kept.chosen))
          AND NOT d.procedure_code = ANY(kept.others)))
"""
_OF = Statement(
    f"""
    SELECT * FROM (
        SELECT DISTINCT ON (l.id) l.*
        FROM jsonb_to_recordset(:reaches::jsonb) AS kept(agency text, chosen text[], others text[])
        CROSS JOIN LATERAL (
            ({_FIND} WHERE from_agency = kept.agency AND {_KEPT} ORDER BY id DESC LIMIT :limit)
            UNION ALL
            ({_FIND} WHERE to_agency = kept.agency AND {_KEPT} ORDER BY id DESC LIMIT :limit)) AS l) AS found
    ORDER BY received_at IS NOT NULL, id DESC LIMIT :limit
    """
)
_CONFIRM = Statement(
    "UPDATE handover_lists SET version = :version, received_by = :received_by,"
    " received_by_name = :received_by_name, received_at = :received_at, note = :note"
    " WHERE id = :id AND version = :version - 1"
)
_CLOSE_ITEMS = """
    UPDATE handover_items i SET received_sheets = g.received_sheets, remark = g.remark, is_open = false,
        received_by = :received_by, received_by_name = :received_by_name,
        received_at = :received_at::timestamptz, received_at_agency = :received_at_agency
    FROM jsonb_to_recordset(:rows::jsonb) AS g(dossier_id uuid, received_sheets integer, remark text)
    WHERE i.list_id = :list_id AND i.dossier_id = g.dossier_id AND i.is_open
"""


@lru_cache(maxsize=256)
def _touching(sql: str, rows: int) -> Statement:
    """Return a statement that must touch so many rows."""
    return Statement(sql, rows=rows)


class PostgresHandOvers:
    """Lists of paper files."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def held(self, dossier_ids: Sequence[UUID]) -> dict[UUID, PapersHeld]:
        """Return where the papers of those on no open list lie, and whose dossiers they are."""
        rows = await self._unit.fetch(_HELD, ids=list(dossier_ids))
        names = ("helping_agency", "receiving_agency", "competent_agency")
        return {
            row["id"]: PapersHeld(
                place=row["place"],
                procedure=row["procedure_code"],
                agencies=frozenset(row[name] for name in names),
            )
            for row in rows
        }

    async def names(self, agencies: Sequence[str]) -> dict[str, str]:
        """Return what agencies are called."""
        rows = await self._unit.fetch(_CALLED, codes=list(agencies))
        return {row["code"]: row["name"] for row in rows}

    def add(self, handed: HandOverList) -> None:
        """Keep a list; `Stale` at the commit when papers went on another list meanwhile."""
        self._unit.write(_ADD, **{name: getattr(handed, name) for name in _NAMES})
        rows = [{"dossier_id": item.dossier_id, "sheets": item.sheets} for item in handed.items]
        self._unit.write(_touching(_ADD_ITEMS, len(rows)), list_id=handed.id, rows=rows)

    async def find(self, list_id: UUID) -> HandOverList:
        """Return a list; raise `NotFound`."""
        row = await self._unit.fetch_one(_ONE, id=list_id)
        if row is None:
            raise NotFound
        return _list(row)

    async def of(self, reaches: Sequence[Reach], limit: int) -> list[HandOverList]:
        """Return lists of what an agency keeps, those on their way first, then the newest."""
        rows = await self._unit.fetch(_OF, reaches=reach_rows(reaches), limit=limit)
        return [_list(row) for row in rows]

    def confirm(self, handed: HandOverList, lines: Collection[UUID], agency: str) -> None:
        """Keep an agency's signature for these lines; their papers lie there from here on."""
        names = ("id", "version", "received_by", "received_by_name", "received_at", "note")
        self._unit.write(_CONFIRM, **{name: getattr(handed, name) for name in names})
        signed = [item for item in handed.items if item.dossier_id in lines]
        rows = [
            {"dossier_id": item.dossier_id, "received_sheets": item.received_sheets, "remark": item.remark}
            for item in signed
        ]
        self._unit.write(
            _touching(_CLOSE_ITEMS, len(rows)),
            list_id=handed.id,
            rows=rows,
            received_by=signed[0].received_by,
            received_by_name=signed[0].received_by_name,
            received_at=signed[0].received_at,
            received_at_agency=agency,
        )


def _list(row: Any) -> HandOverList:
    columns: dict[str, Any] = {name: row[name] for name in _NAMES}
    items = tuple(
        HandedPaper(
            dossier_id=UUID(str(item["dossier_id"])),
            sheets=item["sheets"],
            procedure=item["procedure"] or "",
            received_sheets=item["received_sheets"],
            remark=item["remark"],
            **_signature(item, row),
        )
        for item in row["items"] or ()
    )
    received_at: datetime | None = row["received_at"]
    return HandOverList(**{**columns, "id": UUID(int=row["id"].int), "received_at": received_at}, items=items)


def _signature(item: dict[str, Any], row: Any) -> dict[str, Any]:
    """Return who signed for a line: of one received before lines had signatures, who signed for the list."""
    if item["received_sheets"] is None:
        return {}
    names = ("received_by", "received_by_name", "received_at")
    if item["received_at"] is None:
        return {name: row[name] for name in names}
    return {
        **{name: item[name] for name in names},
        "received_at": datetime.fromisoformat(item["received_at"]),
    }
