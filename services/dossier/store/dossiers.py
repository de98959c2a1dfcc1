"""Dossiers in PostgreSQL: a row, its history, its components."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from kernel.core.clock import Clock
from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.codes import code_begins
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.history import Entry
from services.dossier.domain.situation import LinkedDossier
from services.dossier.store.account import account_of
from services.dossier.store.code_lines import MOST_SECONDS, CodeLines
from services.dossier.store.components import ADD_COMPONENTS, component_of, rows_of
from services.dossier.store.definitions import PostgresCatalogue
from services.dossier.store.dossier_loading import COLUMNS, LOAD, LOAD_FOR_ACCEPTANCE, LOAD_PORTAL
from services.dossier.store.linked import LINKED, linked_of
from services.dossier.store.mapping import changing_columns, dossier_of, new_columns
from services.dossier.store.row_heads import RowHeads
from services.dossier.store.searching import PostgresSearching
from services.dossier.store.shown import sound_authority
from services.dossier.use_cases.ports import Grounds, SubmittedComponent
from services.dossier.use_cases.row_seals import ROW, components_hash, seal_next
from services.dossier.use_cases.sealed_rows import RowSeals

_NAMES = [name.strip() for name in COLUMNS.split(",")]
_ADD = Statement(f"INSERT INTO dossiers ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in _NAMES)})")
_CHANGING = (
    "dossier_code",
    "procedure_version",
    "procedure_name",
    "sector",
    "process_code",
    "process_version",
    "state",
    "prior_state",
    "accepted_at",
    "due_at",
    "original_due_at",
    "ended_at",
    "step",
    "secret_hash",
    "work",
    "task_role",
    "task_agency",
    "task_unit",
    "task_due_at",
    "task_holder",
    "asked_desks",
    "asked_due_at",
    "outside_key",
    "consulted_agencies",
    "continued_from",
    "history_hash",
    "head_seal",
    "watch_at",
    "given_files",
)
# Only a correction touches these; they are large, so no other change sends them again.
_CORRECTED = ("owner_name", "parties_sealed", "contact_sealed")


def _saving(names: Sequence[str]) -> Statement:
    return Statement(
        f"UPDATE dossiers SET version = :version, {', '.join(f'{name} = :{name}' for name in names)}"
        " WHERE id = :id AND version = :version - 1 AND owner_index IS NOT DISTINCT FROM :owner_index"
    )


_SAVE = _saving(_CHANGING)
_SAVE_CORRECTED = _saving((*_CHANGING, *_CORRECTED))
_SAVE_ANSWERED = _saving((*_CHANGING, "form_sealed"))
_DESTROYED = (*_CHANGING, *_CORRECTED, "owner_subject", "submitter_subject", "owner_index", "form_sealed")
_DESTROY = Statement(
    f"UPDATE dossiers SET version = :version, {', '.join(f'{name} = :{name}' for name in _DESTROYED)},"
    " destroyed_by = :destroyed_by WHERE id = :id AND version = :version - 1"
)
_REDUCE_HISTORY = Statement(
    "UPDATE history h SET data = given.data, actor = ''"
    " FROM jsonb_to_recordset(:rows::jsonb) AS given(version bigint, data json)"
    " WHERE h.dossier_id = :dossier_id AND h.version = given.version",
    rows=None,
)
_ENTRIES = Statement("SELECT version, data FROM history WHERE dossier_id = :id ORDER BY version")
_ADD_HISTORY = Statement(
    "INSERT INTO history (dossier_id, version, event_id, type, at, actor, data, previous_hash, hash,"
    " key_id) VALUES (:dossier_id, :version, :event_id, :type, :at, :actor, :data, :previous_hash, :hash,"
    " :key_id)"
)
# The portal's codes have the same form, and a code is all either side goes by: one it gave is passed over.
# Each candidate is looked up by itself, by the index; in small letters it is the same code.
_FREE = """
    (SELECT n FROM (SELECT generate_series({first}, {first} + 100000) AS n) AS s
     CROSS JOIN LATERAL (
         SELECT :begins::text || lpad(n::text, greatest(4, length(n::text)), '0') AS code OFFSET 0) AS c
     WHERE (SELECT count(*) FROM dossiers d WHERE d.portal_code IN (c.code, lower(c.code))) = 0
     LIMIT 1)
"""
_NEXT_NUMBER = Statement(
    f"INSERT INTO code_counters AS k (agency, day, last) VALUES (:agency, :day, {_FREE.format(first='1')})"
    f" ON CONFLICT (agency, day) DO UPDATE SET last = {_FREE.format(first='k.last + 1')} RETURNING last"
)
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class PostgresDossiers:
    """All dossiers."""

    def __init__(
        self,
        unit: UnitOfWork,
        catalogue: PostgresCatalogue,
        searching: PostgresSearching,
        rows: RowSeals,
        clock: Clock,
        lines: CodeLines,
        heads: RowHeads,
    ) -> None:
        self._unit = unit
        self._lines = lines
        self._heads = heads
        self._keys = rows.keys
        self._rows = rows
        self._clock = clock
        self._catalogue = catalogue
        self._searching = searching

    async def load(self, dossier_id: UUID) -> tuple[Dossier, Grounds]:
        """Return a dossier and what it stands on; raise `NotFound`."""
        row = await self._unit.fetch_one(LOAD, id=dossier_id, with_components=False)
        if row is None:
            raise NotFound
        return self._dossier(row), await self.grounds_of(row)

    async def linked(self, dossier_ids: Sequence[UUID]) -> list[LinkedDossier]:
        """Return those of the dossiers that are there, in the order given."""
        return [linked_of(row) for row in await self._unit.fetch(LINKED, ids=list(dossier_ids))]

    async def load_by_portal_code(self, portal_code: str) -> tuple[Dossier, Grounds]:
        """Return a portal-born dossier and what it stands on; raise `NotFound`."""
        row = await self._unit.fetch_one(LOAD_PORTAL, portal_code=portal_code, with_components=False)
        if row is None:
            raise NotFound
        return self._dossier(row), await self.grounds_of(row)

    async def load_for_acceptance(
        self, dossier_id: UUID, today: date
    ) -> tuple[Dossier, Grounds, list[SubmittedComponent]]:
        """Return a dossier, its components and what is in force today, in one statement; raise `NotFound`."""
        row = await self._unit.fetch_one(
            LOAD_FOR_ACCEPTANCE, id=dossier_id, with_components=True, today=today
        )
        if row is None:
            raise NotFound
        components = [component_of(item) for item in row["components"] or ()]
        return self._dossier(row), await self.grounds_of(row), components

    def _dossier(self, row: Any) -> Dossier:
        self._heads.know(row["id"], row["row_head"])
        return dossier_of(sound_authority(row, self._rows), self._clock.now())

    async def grounds_of(self, row: Any) -> Grounds:
        """Return what a dossier that was loaded stands on."""
        self._catalogue.require_choice(row)
        bound = row["work"]["pins"]["calendar_stamp"] if row["work"].get("pins") else ""
        self._catalogue.require_bound(bound, row["calendar_stamp"] or "")
        process = (row["q_code"], row["q_version"], row["q_stamp"]) if row["q_code"] else None
        calendar = (row["calendar"], row["calendar_stamp"]) if row["calendar"] else None
        procedure = (row["procedure_code"], row["pinned_version"], row["procedure_stamp"])
        grounds = await self._catalogue.grounds(procedure, process, calendar, row["newest_stamp"] or "")
        return replace(grounds, account=account_of(row["id"], row["money"])) if row["money"] else grounds

    def add(self, dossier: Dossier, entry: Entry, components: Sequence[SubmittedComponent]) -> None:
        """Keep a new dossier."""
        rows = rows_of(components)
        dossier.take(one for item in components for one in item.attachment_ids)
        columns = new_columns(dossier) | {
            "given_files": list(dict.fromkeys(dossier.given_files)),
            "components_hash": components_hash(rows),
        }
        self._unit.write(_ADD, **columns, head_seal=self._seal(dossier, columns | {"destroyed_by": None}))
        self._searching.put(dossier)
        self._add_history(entry)
        if rows:
            self._unit.write(ADD_COMPONENTS, dossier_id=dossier.id, rows=rows)
        self._heads.begin(dossier.id)

    def save(self, dossier: Dossier, entry: Entry) -> None:
        """Keep a changed dossier; the commit is stale when somebody was faster."""
        columns = changing_columns(dossier)
        statement = _SAVE
        if "parties_sealed" in dossier.sealed_before:
            statement = _SAVE_CORRECTED
            columns |= {name: getattr(dossier, name) for name in _CORRECTED}
        elif "form_sealed" in dossier.sealed_before:
            statement = _SAVE_ANSWERED
            columns["form_sealed"] = dossier.form_sealed
        seal = self._seal(dossier, columns)
        # The seal covers the index, which `reindex-identities` alone changes beside a version.
        columns["owner_index"] = dossier.owner_index
        self._unit.write(statement, **columns, head_seal=seal)
        if dossier.sealed_before.keys() - {"form_sealed"}:
            self._searching.put(dossier)
        self._add_history(entry)

    async def entries(self, dossier_id: UUID) -> dict[int, dict[str, Any]]:
        """Return what each entry of a dossier's history says, by version."""
        return {row["version"]: row["data"] for row in await self._unit.fetch(_ENTRIES, id=dossier_id)}

    def destroy(
        self, dossier: Dossier, entry: Entry, *, list_id: UUID, remains: Mapping[int, Mapping[str, Any]]
    ) -> None:
        """Keep what remains of a destroyed dossier; the database lets only an approved list do this."""
        emptied = {name: getattr(dossier, name) for name in _DESTROYED[len(_CHANGING) :]}
        columns = {**changing_columns(dossier), **emptied, "destroyed_by": list_id}
        self._unit.write(_DESTROY, **columns, head_seal=self._seal(dossier, columns))
        rows = [{"version": version, "data": data} for version, data in remains.items()]
        self._unit.write(_REDUCE_HISTORY, dossier_id=dossier.id, rows=rows)
        self._add_history(entry)

    def _seal(self, dossier: Dossier, changed: Mapping[str, Any]) -> str:
        """Return the seal of the row as it will be: what is written now, and what stays as it was kept."""
        before = dossier.kept
        stays = {} if before is None else {name: before[name] for name in ROW}
        return seal_next(before, {**stays, **changed}, self._keys)

    def _add_history(self, entry: Entry) -> None:
        self._unit.write(
            _ADD_HISTORY,
            dossier_id=entry.dossier_id,
            version=entry.version,
            event_id=entry.event_id,
            type=entry.type,
            at=entry.at,
            actor=entry.actor,
            data=entry.data,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
            key_id=entry.key_id,
        )

    async def next_number(self, agency: str, day: date) -> int:
        """Return the next number of an agency's day; the row stays locked until the unit ends.

        Who comes while another has it waits in line, in order, without a connection. `TimeoutError` (503)
        when the turn does not come within `MOST_SECONDS`.
        """
        await self._unit.stand_in(self._lines.of(agency, day), seconds=MOST_SECONDS)
        await self._unit.begin()
        number: int = await self._unit.fetch_value(
            _NEXT_NUMBER, agency=agency, day=day, begins=code_begins(agency, day)
        )
        return number

    async def hold(self, portal_code: str) -> None:
        """Let nobody else create a dossier of this portal code until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(_HOLD, name=f"portal:{portal_code}")
