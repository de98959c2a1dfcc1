"""Mirrors in PostgreSQL: what other systems tell of their dossiers, and every status they told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.work.elsewhere import outside_key
from services.dossier.domain.work.mirrors import Mirror, Status, in_order, status_of
from services.dossier.store.copies import Copies
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.use_cases.ports import Seals
from services.dossier.use_cases.sealed_rows import RowSeals
from services.dossier.use_cases.secrets import opened_or_nothing
from services.dossier.use_cases.work.ports import MirrorGround

_SAME = (
    "version",
    "source",
    "outside_code",
    "route",
    "procedure_code",
    "procedure_name",
    "sector",
    "agency",
    "agency_name",
    "submitted_at",
    "accepted_at",
    "due_at",
    "secret_hash",
    "dossier_id",
    "counted_at",
    "linked_at",
    "follows_since",
    "follow_at",
)
_STATUSES = (
    "(SELECT json_agg(json_build_object('status', s.status, 'at', s.at, 'text', s.text,"
    " 'received_at', s.received_at, 'accepted_at', s.accepted_at, 'due_at', s.due_at, 'version', s.version,"
    " 'seals', s.seals))"
    " FROM mirror_statuses s WHERE s.mirror_id = m.id) AS statuses"
)
_COLUMNS = f"m.id, m.owner_sealed, m.seals, {', '.join(f'm.{name}' for name in _SAME)}, {_STATUSES}"
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_KNOWN = Statement(
    f"SELECT {_COLUMNS} FROM mirrors m WHERE m.source = :source AND m.outside_code = :outside_code"
)
_GROUND = Statement(
    """
    SELECT (SELECT row_to_json(p) FROM procedures p WHERE p.code = :procedure
            ORDER BY p.version DESC LIMIT 1) AS procedure,
        (SELECT row_to_json(a) FROM agencies a WHERE a.code = :agency) AS agency,
        (SELECT d.id FROM dossiers d WHERE d.outside_key = :outside_key) AS dossier_id,
        EXISTS (SELECT 1 FROM dossiers d WHERE d.outside_key = :outside_key AND d.destroyed_by IS NOT NULL)
            AS is_destroyed,
        EXISTS (SELECT 1 FROM dossiers d
            WHERE (d.dossier_code = :outside_code OR d.portal_code = :outside_code)
              AND d.outside_key IS DISTINCT FROM :outside_key) AS is_worked_here,
        EXISTS (SELECT 1 FROM interlinked_children c JOIN interlinked_parents i ON i.id = c.parent_id
            WHERE c.source = :source AND c.outside_code = :outside_code AND c.outside_code <> ''
              AND c.procedure_code <> i.group_data ->> 'lead_procedure') AS is_follower,
        (SELECT row_to_json(c) FROM interlinked_children c
            WHERE c.source = :source AND c.outside_code = :outside_code AND c.outside_code <> '') AS member
    """
)
_FIND = Statement(f"SELECT {_COLUMNS} FROM mirrors m WHERE m.id = :id")
_OF_AGENCY = Statement(
    f"SELECT {_COLUMNS} FROM mirrors m WHERE m.agency = :agency AND m.id < :before ORDER BY m.id DESC"
    " LIMIT :limit"
)
_IS_TAKEN = Statement("SELECT EXISTS (SELECT 1 FROM dossiers WHERE outside_key = :outside_key AND id <> :id)")
_NAMES = ("id", "owner_sealed", *_SAME, "seals")
_ADD = Statement(
    f"INSERT INTO mirrors ({', '.join(_NAMES)}) VALUES ({', '.join(f':{name}' for name in _NAMES)})"
)
_CHANGING = [name for name in ("owner_sealed", *_SAME) if name not in {"source", "outside_code", "version"}]
_SAVE = Statement(
    f"UPDATE mirrors SET version = :version, {', '.join(f'{name} = :{name}' for name in _CHANGING)},"
    f" {SEALED_ON}"
    " WHERE id = :id AND source = :source AND outside_code = :outside_code AND version = :version - 1"
)
_ADD_STATUS = Statement(
    "INSERT INTO mirror_statuses (mirror_id, status, at, text, received_at, accepted_at, due_at, version,"
    " seals)"
    " VALUES (:mirror_id, :status, :at, :text, :received_at, :accepted_at, :due_at, :version, :seals)"
)
_LINK = Statement(
    "UPDATE mirrors SET dossier_id = :dossier_id, linked_at = :linked_at, follows_since = :follows_since,"
    f" follow_at = :follow_at, {SEALED_ON} WHERE id = :id"
)
_TO_FOLLOW = Statement(
    "SELECT id FROM mirrors WHERE follow_at <= :now AND id > :after ORDER BY id LIMIT :limit::int"
)


class PostgresMirrors:
    """Mirrors; owners are sealed, statuses only added."""

    def __init__(self, unit: UnitOfWork, seals: Seals, copies: Copies, rows: RowSeals) -> None:
        self._unit = unit
        self._seals = seals
        self._copies = copies
        self._rows = rows

    async def hold(self, source: str, outside_code: str) -> None:
        """Let nobody else write about this code until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(_HOLD, name=f"mirror:{outside_key(source, outside_code)}")

    async def ground(self, source: str, outside_code: str, procedure: str, agency: str) -> MirrorGround:
        """Return what is known of a code, its procedure and agency; after `hold`, nobody changes it."""
        row = await self._unit.fetch_one(_KNOWN, source=source, outside_code=outside_code)
        ground: Any = await self._unit.fetch_one(
            _GROUND,
            procedure=procedure,
            agency=agency,
            source=source,
            outside_code=outside_code,
            outside_key=outside_key(source, outside_code),
        )
        dossier_id, member = ground["dossier_id"], ground["member"]
        told, here = ground["procedure"], ground["agency"]
        self._copies.require("procedures", [told] if told else ())
        self._copies.require("agencies", [here] if here else (), "told")
        return MirrorGround(
            mirror=self._mirror(row) if row else None,
            procedure_name=told["data"]["name"] if told else None,
            sector=told["data"]["sector"] if told else None,
            agency_name=here["name"] if here else None,
            dossier_id=UUID(int=dossier_id.int) if dossier_id else None,
            is_worked_here=ground["is_worked_here"],
            is_follower=ground["is_follower"],
            member=(UUID(member["parent_id"]), member["procedure_code"]) if member else None,
            times_told=member["told_version"] if member else 0,
            is_destroyed=ground["is_destroyed"],
        )

    async def is_taken(self, source: str, outside_code: str, dossier_id: UUID) -> bool:
        """Tell whether another dossier's route leads to this code."""
        key = outside_key(source, outside_code)
        return bool(await self._unit.fetch_value(_IS_TAKEN, outside_key=key, id=dossier_id))

    def keep(self, mirror: Mirror, status: Status, *, is_new: bool) -> None:
        """Keep a mirror as it is now and the status that made it so."""
        owner = self._seals.seal({"full_name": mirror.owner_name}, purpose="mirror owner")
        row = {"id": mirror.id, "owner_sealed": owner, **{name: getattr(mirror, name) for name in _SAME}}
        self._unit.write(_ADD if is_new else _SAVE, **row, seals=self._rows.made("mirrors", row))
        told = _row_of(mirror.id, status)
        self._unit.write(_ADD_STATUS, **told, seals=self._rows.made("mirror_statuses", told))

    async def known(self, source: str, outside_code: str) -> Mirror | None:
        """Return the mirror of a code; after `hold`, nobody changes it."""
        row = await self._unit.fetch_one(_KNOWN, source=source, outside_code=outside_code)
        return self._mirror(row) if row else None

    def link(self, mirror: Mirror) -> None:
        """Keep whose mirror this is, so that it is not counted beside the dossier or the submission."""
        names = ("id", "dossier_id", "linked_at", "follows_since", "follow_at")
        row = {name: getattr(mirror, name) for name in names}
        self._unit.write(_LINK, **row, seals=self._rows.made("mirrors", row, "linked"))

    async def to_follow(self, now: datetime, after: UUID, limit: int) -> Sequence[UUID]:
        """Return mirrors past one, by id, that a dossier is to be held against by now."""
        rows = await self._unit.fetch(_TO_FOLLOW, now=now, after=after, limit=limit)
        return [UUID(int=row["id"].int) for row in rows]

    async def find(self, mirror_id: UUID) -> Mirror | None:
        """Return a mirror."""
        row = await self._unit.fetch_one(_FIND, id=mirror_id)
        return self._mirror(row) if row else None

    async def of_agency(self, agency: str, *, before: UUID, limit: int) -> Sequence[Mirror]:
        """Return an agency's mirrors, newest first."""
        rows = await self._unit.fetch(_OF_AGENCY, agency=agency, before=before, limit=limit)
        return [self._mirror(row) for row in rows]

    def _mirror(self, row: Any) -> Mirror:
        owner = opened_or_nothing(self._seals, row["owner_sealed"], purpose="mirror owner")
        same = {name: row[name] for name in _SAME}
        same["dossier_id"] = UUID(int=row["dossier_id"].int) if row["dossier_id"] else None
        mirror_id = UUID(int=row["id"].int)
        self._rows.see("mirrors", row)
        statuses = [self._held(mirror_id, one) for one in row["statuses"] or ()]
        return Mirror(
            id=mirror_id,
            owner_name=str(owner["full_name"]) if isinstance(owner, dict) else "",
            statuses=tuple(in_order(statuses)),
            is_sound=shown("mirrors", row, self._rows),
            **same,
        )

    def _held(self, mirror_id: UUID, told: Any) -> Status:
        status = status_of(told)
        row = {**_row_of(mirror_id, status), "seals": told["seals"]}
        return replace(status, is_sound=shown("mirror_statuses", row, self._rows))


def _row_of(mirror_id: UUID, status: Status) -> dict[str, Any]:
    names = ("status", "at", "text", "received_at", "accepted_at", "due_at", "version")
    return {"mirror_id": mirror_id, **{name: getattr(status, name) for name in names}}
