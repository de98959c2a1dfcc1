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
from services.dossier.domain.states import State
from services.dossier.store.account import account_of
from services.dossier.store.code_lines import MOST_SECONDS, CodeLines
from services.dossier.store.copies import CHOICE, STAMP
from services.dossier.store.definitions import AGENCY_ROW, PostgresCatalogue, choices, decided, in_force
from services.dossier.store.mapping import changing_columns, dossier_of, new_columns
from services.dossier.store.row_heads import HEAD, RowHeads
from services.dossier.store.searching import PostgresSearching
from services.dossier.store.shown import sound_authority
from services.dossier.use_cases.ports import Grounds, SubmittedComponent
from services.dossier.use_cases.row_seals import ROW, components_hash, seal_next
from services.dossier.use_cases.sealed_rows import RowSeals

COLUMNS = (
    "id, version, reference, dossier_code, portal_code, origin, channel, procedure_code, procedure_name,"
    " sector, procedure_version, process_code, process_version, helping_agency, receiving_agency,"
    " competent_agency, agencies, state, prior_state, submitted_at, accepted_at, due_at, original_due_at,"
    " ended_at, step, owner_name, owner_subject, submitter_subject, owner_index, parties_sealed,"
    " contact_sealed, form_sealed, secret_hash, result_delivery, work, task_role, task_agency, task_unit,"
    " task_due_at, task_holder, asked_desks, asked_due_at, outside_key, consulted_agencies, continued_from,"
    " history_hash, head_seal, watch_at, given_files, components_hash"
)
AUTHORITY = (
    "(SELECT json_build_object('id', o.id, 'version', o.version, 'valid_from', o.valid_from,"
    " 'valid_until', o.valid_until, 'revoked_at', o.revoked_at, 'revoked_by', o.revoked_by,"
    " 'revoke_reason', o.revoke_reason, 'seals', o.seals)"
    " FROM authorizations o WHERE o.id = (d.work #>> '{brought,authorization_id}')::uuid) AS authority"
)
"""What a recorded authorisation says now, beside a dossier `d` that was handed in under it."""
_NAMES = [name.strip() for name in COLUMNS.split(",")]
# Paper received while the network was down is bound by what was decided by then.
_DECIDED = decided("k.code", "d.accepted_at IS NULL AND d.work #>> '{{brought,received_at}}' IS NOT NULL")
# The text below is formatted once more.
_AUTHORITY = AUTHORITY.replace("{", "{{").replace("}", "}}")
_LOADING = f"""
    SELECT {{more}} d.*, {_AUTHORITY}, {HEAD}, p.version AS pinned_version, p.stamp AS procedure_stamp,
        q.code AS q_code, q.version AS q_version,
        q.stamp AS q_stamp, k.code AS calendar, k.stamp AS calendar_stamp,
        k.newest AS newest_stamp, k.years, {{choices}} AS choices,
        CASE WHEN a.code IS NOT NULL AND (d.accepted_at IS NULL OR k.is_of_agency)
            THEN {AGENCY_ROW.format("a")} END AS calendar_agency,
        {_DECIDED} AS decided,
        CASE WHEN :with_components::boolean THEN
            (SELECT json_agg(c ORDER BY position) FROM components c WHERE c.dossier_id = d.id)
        END AS components,
        (SELECT json_agg(e ORDER BY e.sequence) FROM payment_entries e WHERE e.dossier_id = d.id) AS money
    FROM (SELECT {COLUMNS}, destroyed_by FROM dossiers WHERE {{key}}) d
    LEFT JOIN {{procedure}} p ON true
    LEFT JOIN LATERAL (
        SELECT code, version, {STAMP} AS stamp FROM processes
        WHERE code = ANY(CASE WHEN d.process_code IS NULL
                THEN ARRAY[p.process || '@' || d.competent_agency, p.process]
                ELSE ARRAY[d.process_code] END)
          AND (d.process_version IS NULL OR version = d.process_version)
        -- An agency's own variant of a process comes before the common one (catalog: workflows).
        ORDER BY length(code) DESC, version DESC LIMIT 1) q ON true
    LEFT JOIN agencies a ON a.code = d.competent_agency
    LEFT JOIN LATERAL (
        SELECT y.code, bool_or(y.is_of_agency) AS is_of_agency,
            string_agg(y.year || ':' || y.sequence, ',' ORDER BY y.year) AS newest,
            string_agg(y.year || ':' || coalesce(y.bound, y.sequence), ',' ORDER BY y.year) AS stamp,
            json_agg(json_build_object('code', y.code, 'year', y.year, 'sequence', y.sequence,
                'seals', {CHOICE.format("y")}) ORDER BY y.year) AS years
        FROM (
            SELECT c.code, c.year, c.sequence, c.seals, pin.is_of_agency, (
                SELECT v.sequence FROM calendar_versions v
                WHERE v.code = c.code AND v.year = c.year AND v.sequence >= CASE
                    WHEN d.accepted_at IS NULL AND pin.received_at IS NULL THEN NULL
                    WHEN d.accepted_at IS NULL THEN (
                        SELECT coalesce(max(n.sequence) FILTER (
                            WHERE coalesce(n.decided_at <= pin.received_at, true)), 0)
                        FROM calendar_versions n WHERE n.code = c.code AND n.year = c.year)
                    WHEN pin.stamp = '' THEN 0
                    ELSE substring(',' || pin.stamp FROM ',' || c.year || '[:]([0-9]+)')::bigint END
                ORDER BY v.sequence LIMIT 1) AS bound
            FROM (SELECT coalesce(d.work #>> '{{{{pins,calendar_stamp}}}}', '') AS stamp,
                    coalesce(nullif(d.work #>> '{{{{pins,calendar}}}}', ''), a.calendar) AS code,
                    nullif(d.work #>> '{{{{pins,calendar}}}}', '') IS NULL AS is_of_agency,
                    (d.work #>> '{{{{brought,received_at}}}}')::timestamptz AS received_at
                  OFFSET 0) pin
            JOIN calendars c ON c.code = pin.code) y
        GROUP BY y.code) k ON true
"""
# The calendar a dossier is bound to: of each year the version named at its acceptance. Of a year decided
# since, the one in force (it is bound when it is first counted with); of a dossier from before stamps were
# kept, and of a version that was overwritten before versions were, the oldest known that is not older; where
# seals are marked `grounds_of` refuses that one: there it is a version taken out.
# Paper received while the network was down and not accepted yet: the version decided by then, the oldest
# kept where it came in before any was.
_PINNED = (
    f"LATERAL (SELECT version, {STAMP} AS stamp, process FROM procedures"
    " WHERE code = d.procedure_code AND version = d.procedure_version)"
)
# Until acceptance a dossier follows the version in force; where that one takes nothing new here any more
# (abolished, or worked by a central system), what was handed in before goes on under its own.
_IN_FORCE = f"""
    LATERAL (
        SELECT f.version, f.stamp, f.process FROM (
            SELECT n.version, n.stamp, n.process, 0 AS turn
            FROM ({
    in_force("d.procedure_code", ":today::date", "ARRAY[d.receiving_agency, d.competent_agency]")
}) n
            JOIN procedures v ON v.code = d.procedure_code AND v.version = n.version
            WHERE d.accepted_at IS NULL AND coalesce(v.takes_new,
                (v.data ->> 'open')::boolean AND v.data ->> 'route' = 'PROVINCE')
            UNION ALL
            SELECT version, {STAMP} AS stamp, process, 1 AS turn FROM procedures
            WHERE code = d.procedure_code AND version = d.procedure_version) f
        ORDER BY f.turn LIMIT 1)
"""
# Who was accepted stands on a version by its number: nothing is chosen any more, but by it perhaps a process.
_NONE = f"CASE WHEN d.process_code IS NULL THEN {choices('d.procedure_code', 'd.procedure_version')} END"
_CHOICES = f"CASE WHEN d.accepted_at IS NULL OR d.process_code IS NULL THEN {choices('d.procedure_code')} END"
_LOAD = Statement(_LOADING.format(key="id = :id", procedure=_PINNED, choices=_NONE, more=""))
_LOAD_FOR_ACCEPTANCE = Statement(
    _LOADING.format(key="id = :id", procedure=_IN_FORCE, choices=_CHOICES, more="")
)
_LOAD_PORTAL = Statement(
    _LOADING.format(key="portal_code = :portal_code", procedure=_PINNED, choices=_NONE, more="")
)


def loading(more: str) -> Statement:
    """Return the statement that loads a dossier for a decision, with columns more of `d` before the rest."""
    return Statement(_LOADING.format(key="id = :id", procedure=_IN_FORCE, choices=_CHOICES, more=more))


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
_ADD_COMPONENTS = Statement(
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
LINKED_JSON = (
    "json_build_object('id', x.id, 'reference', x.reference, 'dossier_code', x.dossier_code,"
    " 'state', x.state, 'outcome', coalesce(x.work #>> '{result,outcome}', ''))"
)
"""A dossier another hangs on, the table being `x`; `linked_of` reads it."""
_LINKED = Statement(
    "SELECT x.id, x.reference, x.dossier_code, x.state,"
    " coalesce(x.work #>> '{result,outcome}', '') AS outcome"
    " FROM unnest(:ids::uuid[]) WITH ORDINALITY AS asked(id, place) JOIN dossiers x ON x.id = asked.id"
    " ORDER BY asked.place"
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


def linked_of(row: Any) -> LinkedDossier:
    """Return what another dossier hangs on, of a row or of `LINKED_JSON`."""
    return LinkedDossier(
        dossier_id=UUID(str(row["id"])),
        reference=row["reference"],
        dossier_code=row["dossier_code"],
        state=State(row["state"]),
        outcome=row["outcome"],
    )


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
        row = await self._unit.fetch_one(_LOAD, id=dossier_id, with_components=False)
        if row is None:
            raise NotFound
        return self._dossier(row), await self.grounds_of(row)

    async def linked(self, dossier_ids: Sequence[UUID]) -> list[LinkedDossier]:
        """Return those of the dossiers that are there, in the order given."""
        return [linked_of(row) for row in await self._unit.fetch(_LINKED, ids=list(dossier_ids))]

    async def load_by_portal_code(self, portal_code: str) -> tuple[Dossier, Grounds]:
        """Return a portal-born dossier and what it stands on; raise `NotFound`."""
        row = await self._unit.fetch_one(_LOAD_PORTAL, portal_code=portal_code, with_components=False)
        if row is None:
            raise NotFound
        return self._dossier(row), await self.grounds_of(row)

    async def load_for_acceptance(
        self, dossier_id: UUID, today: date
    ) -> tuple[Dossier, Grounds, list[SubmittedComponent]]:
        """Return a dossier, its components and what is in force today, in one statement; raise `NotFound`."""
        row = await self._unit.fetch_one(
            _LOAD_FOR_ACCEPTANCE, id=dossier_id, with_components=True, today=today
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
            self._unit.write(_ADD_COMPONENTS, dossier_id=dossier.id, rows=rows)
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
