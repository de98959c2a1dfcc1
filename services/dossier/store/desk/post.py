"""Hand-over lists and their items in PostgreSQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.desk.post import OPEN, ItemState, PostItem, PostList
from services.dossier.store.copies import Copies

_LIST = tuple(PostList.__dataclass_fields__)
_ITEM = tuple(PostItem.__dataclass_fields__)
_OPEN = ", ".join(f"'{state}'" for state in OPEN)
_ADD_LIST = Statement(
    f"INSERT INTO post_lists ({', '.join(_LIST)}) VALUES ({', '.join(f':{name}' for name in _LIST)})"
)
# Somebody who listed the dossier in the same moment came first: then this list is stale.
_ADD_ITEM = Statement(
    f"INSERT INTO post_items ({', '.join(_ITEM)}) VALUES ({', '.join(f':{name}' for name in _ITEM)})"
    " ON CONFLICT DO NOTHING"
)
_SAVE_LIST = Statement(
    "UPDATE post_lists SET version = :version, signatures = :signatures, handed_at = :handed_at,"
    " withdrawn_at = :withdrawn_at, withdrawn_by = :withdrawn_by"
    " WHERE id = :id AND version = :version - 1"
)
_SAVE_ITEM = Statement(
    "UPDATE post_items SET version = :version, state = :state, tracking_number = :tracking_number,"
    " attempts = :attempts, last_at = :last_at, ended_at = :ended_at, ended_reason = :ended_reason,"
    " ended_by = :ended_by"
    " WHERE id = :id AND version = :version - 1"
)
_LOAD = Statement(f"SELECT {', '.join(_LIST)} FROM post_lists WHERE id = :id")
_LISTS = Statement(
    f"SELECT {', '.join(_LIST)} FROM post_lists WHERE agency = ANY(:agencies::text[]) AND id < :before"
    " ORDER BY id DESC LIMIT :limit"
)
_LISTS_OF_POST = Statement(
    f"SELECT {', '.join(_LIST)} FROM post_lists WHERE operator = :operator AND id < :before"
    " AND (agency = :served OR starts_with(agency, :served || '.')) AND withdrawn_at IS NULL"
    " ORDER BY id DESC LIMIT :limit"
)
# The directory says who carries for whom: a postal agent's unit is the operator, the agency whom they serve.
_OPERATORS = Statement(
    "SELECT *, data ->> 'unit' AS operator FROM staff"
    " WHERE agency <> '' AND (agency = :agency OR starts_with(:agency, agency || '.'))"
    " AND data ->> 'unit' <> '' AND EXISTS (SELECT 1 FROM json_array_elements_text(data -> 'roles') AS held"
    " WHERE held = 'POSTAL_AGENT') ORDER BY subject"
)
_ITEMS = Statement(f"SELECT {', '.join(_ITEM)} FROM post_items WHERE list_id = :list_id ORDER BY place")
_ONE = Statement(f"SELECT {', '.join(_ITEM)} FROM post_items WHERE id = :id")
_OPEN_ITEM = Statement(
    f"SELECT {', '.join(_ITEM)} FROM post_items WHERE dossier_id = :dossier_id AND state IN ({_OPEN})"
)
_ARE_LISTED = Statement(
    f"SELECT EXISTS (SELECT 1 FROM post_items WHERE dossier_id = ANY(:ids::uuid[]) AND state IN ({_OPEN}))"
)
_NUMBER = Statement(
    "INSERT INTO post_counters (agency, day, last) VALUES (:agency, :day, 1)"
    " ON CONFLICT (agency, day) DO UPDATE SET last = post_counters.last + 1 RETURNING last"
)
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_OF_TRACKING = Statement(
    "SELECT id FROM post_items WHERE operator = :operator AND tracking_number = :number"
    " AND tracking_number <> ''"
)
_DIGEST = Statement("SELECT digest FROM post_statuses WHERE operator = :operator AND event_id = :event_id")
_KEEP = Statement(
    "INSERT INTO post_statuses (operator, event_id, item_id, status, at, digest, received_at)"
    " VALUES (:operator, :event_id, :item_id, :status, :at, :digest, :now)"
)


class PostgresPost:
    """Everything on its way by post."""

    def __init__(self, unit: UnitOfWork, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies

    def add(self, made: PostList, items: Sequence[PostItem]) -> None:
        """Keep a new list; the commit is stale where one of its dossiers is under way already."""
        values = {name: getattr(made, name) for name in _LIST}
        self._unit.write(_ADD_LIST, **{**values, "signatures": list(made.signatures)})
        for item in items:
            self._unit.write(_ADD_ITEM, **_item_values(item))

    def save_list(self, found: PostList) -> None:
        """Keep a signed list."""
        self._unit.write(
            _SAVE_LIST,
            id=found.id,
            version=found.version,
            signatures=list(found.signatures),
            handed_at=found.handed_at,
            withdrawn_at=found.withdrawn_at,
            withdrawn_by=found.withdrawn_by,
        )

    def save_item(self, item: PostItem) -> None:
        """Keep a changed item."""
        values = _item_values(item)
        changing = ("id", "version", "state", "tracking_number", "attempts", "last_at")
        ending = ("ended_at", "ended_reason", "ended_by")
        self._unit.write(_SAVE_ITEM, **{name: values[name] for name in (*changing, *ending)})

    async def load(self, list_id: UUID) -> tuple[PostList, list[PostItem]]:
        """Return a list and its items; raise `NotFound`."""
        row = await self._unit.fetch_one(_LOAD, id=list_id)
        if row is None:
            raise NotFound
        return _list(row), [_item(one) for one in await self._unit.fetch(_ITEMS, list_id=list_id)]

    async def lists(self, agencies: Sequence[str], before: UUID, limit: int) -> Sequence[PostList]:
        """Return these agencies' lists, newest first."""
        rows = await self._unit.fetch(_LISTS, agencies=list(agencies), before=before, limit=limit)
        return [_list(row) for row in rows]

    async def lists_of_post(self, operator: str, served: str, before: UUID, limit: int) -> Sequence[PostList]:
        """Return an operator's lists of an agency and those beneath it, newest first, without withdrawn."""
        rows = await self._unit.fetch(
            _LISTS_OF_POST, operator=operator, served=served, before=before, limit=limit
        )
        return [_list(row) for row in rows]

    async def operators(self, agency: str) -> Sequence[str]:
        """Return the operators whose agents serve an agency, as the staff directory has them."""
        rows = await self._unit.fetch(_OPERATORS, agency=agency)
        self._copies.require("staff", rows)
        return sorted({row["operator"] for row in rows})

    async def item(self, item_id: UUID) -> PostItem:
        """Return an item; raise `NotFound`."""
        row = await self._unit.fetch_one(_ONE, id=item_id)
        if row is None:
            raise NotFound
        return _item(row)

    async def open_item(self, dossier_id: UUID) -> PostItem | None:
        """Return the item of a dossier that is on a list or with the post."""
        row = await self._unit.fetch_one(_OPEN_ITEM, dossier_id=dossier_id)
        return None if row is None else _item(row)

    async def are_listed(self, dossier_ids: Sequence[UUID]) -> bool:
        """Tell whether any of these is on a list or under way."""
        return bool(await self._unit.fetch_value(_ARE_LISTED, ids=list(dossier_ids)))

    async def next_number(self, agency: str, day: date) -> int:
        """Return the next list's number of an agency's day."""
        await self._unit.begin()
        return int(await self._unit.fetch_value(_NUMBER, agency=agency, day=day))

    async def hold_tracking(self, operator: str, number: str) -> UUID | None:
        """Let nobody else use this number until the unit ends; return the item it names."""
        await self._unit.begin()
        await self._unit.fetch(_HOLD, name=f"post:{operator}/{number}")
        found: UUID | None = await self._unit.fetch_value(_OF_TRACKING, operator=operator, number=number)
        return found

    async def status_digest(self, operator: str, event_id: str) -> bytes | None:
        """Return the digest of a report kept before."""
        found = await self._unit.fetch_value(_DIGEST, operator=operator, event_id=event_id)
        return None if found is None else bytes(found)

    def keep_status(
        self,
        *,
        operator: str,
        event_id: str,
        item_id: UUID,
        status: str,
        at: datetime,
        digest: bytes,
        now: datetime,
    ) -> None:
        """Keep a report."""
        self._unit.write(
            _KEEP,
            operator=operator,
            event_id=event_id,
            item_id=item_id,
            status=str(status),
            at=at,
            digest=digest,
            now=now,
        )


def _item_values(item: PostItem) -> dict[str, Any]:
    return {**{name: getattr(item, name) for name in _ITEM}, "state": item.state.value}


def _list(row: Any) -> PostList:
    values = {name: row[name] for name in _LIST}
    return PostList(**{**values, "signatures": tuple(row["signatures"])})


def _item(row: Any) -> PostItem:
    values = {name: row[name] for name in _ITEM}
    # The driver's UUID is a subclass that the JSON encoder does not take.
    return PostItem(
        **{**values, "state": ItemState(row["state"]), "dossier_id": UUID(int=row["dossier_id"].int)}
    )
