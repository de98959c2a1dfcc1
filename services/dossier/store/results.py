"""The register of results in PostgreSQL; the holder's name is sealed, the identity number a blind index."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.results.register import Numbering, Registered, ResultState, folded, year_of
from services.dossier.store.attachments import FILE_JSON, FREE, attachment_of
from services.dossier.store.row_heads import RowHeads
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.store.tables.results import FOLDED
from services.dossier.use_cases.ports import Attachment, Seals
from services.dossier.use_cases.results.ports import Superseded
from services.dossier.use_cases.sealed_rows import RowSeals
from services.dossier.use_cases.secrets import opened_or_nothing

_COLUMNS = (
    "id, dossier_id, dossier_code, procedure_code, type, name, number, holder_sealed, holder_index,"
    " holder_subject, agency, agency_name, signed_by, issued_at, valid_from, valid_to, attachment_ids, state,"
    " ended_at, reason, legal_basis, replaced_by, version"
)
_READ = f"{_COLUMNS}, ended_by, seals"
_OF_REGISTER = ", ".join(f"r.{name.strip()}" for name in _READ.split(","))
_ADD = Statement(
    "INSERT INTO result_register (id, dossier_id, dossier_code, procedure_code, type, name, number,"
    " holder_sealed, holder_index, holder_subject, agency, agency_name, signed_by, issued_at, valid_from,"
    " valid_to, attachment_ids, state, reason, legal_basis, ended_by, version, seals)"
    " VALUES (:id, :dossier_id, :dossier_code, :procedure_code, :type, :name, :number, :holder_sealed,"
    " :holder_index, :holder_subject, :agency, :agency_name, :signed_by, :issued_at, :valid_from, :valid_to,"
    " :attachment_ids, 'VALID', '', '', '', 1, :seals)",
    # A recall of before ends the old one in its own commit: one that holds was issued a moment ago.
    races=["uq_result_register_valid"],
)
_IN_FORCE = Statement(
    f"SELECT {_READ} FROM result_register WHERE dossier_id = :dossier_id AND state = 'VALID'"
)
_RECALL = Statement(
    "UPDATE result_register SET state = 'RECALLED', ended_at = :at, reason = :reason, version = 2,"
    f" {SEALED_ON}"
    " WHERE id = :id AND state = 'VALID'"
)
_REVOKE = Statement(
    "UPDATE result_register SET state = 'REVOKED', ended_at = :at, reason = :reason,"
    f" legal_basis = :legal_basis, ended_by = :by, version = version + 1, {SEALED_ON}"
    " WHERE id = :id AND version = :version AND state = 'VALID'"
)
_OF_BOTH = Statement(
    f"SELECT {_READ} FROM result_register WHERE dossier_id = ANY(:ids::uuid[]) AND state = 'VALID'"
)
_SUPERSEDE = Statement(
    "UPDATE result_register SET state = 'SUPERSEDED', ended_at = :at, reason = :reason,"
    f" replaced_by = :replaced_by, version = version + 1, {SEALED_ON}"
    " WHERE id = :id AND version = :version AND state = 'VALID'"
)
_FIND = Statement(f"SELECT {_READ} FROM result_register WHERE id = :id")
_OF_HOLDER = Statement(
    f"SELECT {_READ} FROM result_register"
    " WHERE (holder_subject = ANY(array_remove(:subjects::text[], '')) OR holder_index = :index::bytea)"
    " AND id < :before"
    " ORDER BY id DESC LIMIT :limit::int"
)
_NUMBERED = Statement(
    f"SELECT {_READ} FROM result_register WHERE {FOLDED} = :number ORDER BY id DESC LIMIT :limit::int"
)
# One row where nothing has the number, its entry empty: the files come either way.
_AT_ISSUE = Statement(
    f"SELECT given.files, {_OF_REGISTER}"
    f" FROM (SELECT json_agg({FILE_JSON}) AS files FROM attachments f WHERE f.id = ANY(:ids::uuid[])"
    f" AND {FREE}) AS given LEFT JOIN LATERAL (SELECT {_READ} FROM result_register"
    f" WHERE agency = :agency AND {FOLDED} = :number AND issued_at >= :first AND issued_at < :until"
    " AND dossier_id <> :dossier_id ORDER BY id DESC LIMIT :limit::int) AS r ON true"
)
_NAMED = Statement(f"SELECT {_READ} FROM result_register WHERE id = ANY(:ids::uuid[])")
_USE = Statement(
    "INSERT INTO result_uses (dossier_id, component_code, result_id, result_version, at, seals)"
    " VALUES (:dossier_id, :component_code, :result_id, :result_version, :at, :seals)"
)
_USED = Statement(
    f"SELECT u.component_code AS component_code, u.result_version AS result_version,"
    f" {_OF_REGISTER}"
    " FROM result_uses u JOIN result_register r ON r.id = u.result_id WHERE u.dossier_id = :dossier_id"
    " ORDER BY u.component_code"
)
_PURPOSE = "result"
_FIELDS = tuple(name.strip() for name in _COLUMNS.split(","))
_VALID = {"version": 1, "state": "VALID", "ended_at": None, "ended_by": "", "reason": "", "legal_basis": ""}
_VALID |= {"replaced_by": None}


class PostgresResults:
    """Entries are added and ended, never rewritten; one changed by hand is not shown, the log says so."""

    def __init__(self, unit: UnitOfWork, seals: Seals, rows: RowSeals, heads: RowHeads) -> None:
        self._unit = unit
        self._seals = seals
        self._rows = rows
        self._heads = heads

    def add(self, entry: Registered) -> None:
        """Queue an entry."""
        plain = (
            *("id", "dossier_id", "dossier_code", "procedure_code", "type", "name", "number"),
            *("holder_index", "holder_subject", "agency", "agency_name", "signed_by", "issued_at"),
            *("valid_from", "valid_to"),
        )
        columns: dict[str, Any] = {
            **{name: getattr(entry, name) for name in plain},
            "attachment_ids": list(entry.attachment_ids),
            "holder_sealed": self._seals.seal({"holder": entry.holder}, purpose=_PURPOSE),
        }
        seals = self._rows.made("result_register", columns | _VALID)
        self._unit.write(_ADD, **columns, seals=seals)
        self._heads.more(entry.dossier_id, "results", 1)

    async def recall(self, dossier_id: UUID, *, reason: str, at: datetime) -> None:
        """Queue that the result of a dossier was taken back; one that was refused is in no register."""
        row = await self._unit.fetch_one(_IN_FORCE, dossier_id=dossier_id)
        if row is None:
            return
        self._rows.see("result_register", row)
        told = _VALID | {"id": row["id"], "version": 2, "state": "RECALLED", "ended_at": at}
        seals = self._rows.made("result_register", told | {"reason": reason}, "course", "why")
        self._unit.write(_RECALL, id=row["id"], reason=reason, at=at, seals=seals)

    async def supersede(self, wrong: UUID, right: UUID, *, reason: str, at: datetime) -> Superseded | None:
        """Queue that one result takes another's place; what was revoked or taken back has none to take."""
        rows = {row["dossier_id"]: row for row in await self._unit.fetch(_OF_BOTH, ids=[wrong, right])}
        old, new = rows.get(wrong), rows.get(right)
        if old is None or new is None:
            return None
        self._rows.see("result_register", old)
        told = {"id": old["id"], "version": old["version"] + 1, "state": "SUPERSEDED", "ended_at": at}
        told |= {"ended_by": old["ended_by"], "reason": reason, "legal_basis": old["legal_basis"]}
        told |= {"replaced_by": new["id"]}
        self._unit.write(
            _SUPERSEDE,
            id=old["id"],
            version=old["version"],
            reason=reason,
            replaced_by=new["id"],
            at=at,
            seals=self._rows.made("result_register", told, "course", "why"),
        )
        return Superseded(UUID(int=old["id"].int), UUID(int=new["id"].int))

    def revoke(self, entry: Registered, *, reason: str, legal_basis: str, by: str, at: datetime) -> None:
        """Queue the end of an entry."""
        told = {"id": entry.id, "version": entry.version + 1, "state": "REVOKED", "ended_at": at}
        told |= {"ended_by": by, "reason": reason, "legal_basis": legal_basis, "replaced_by": None}
        self._unit.write(
            _REVOKE,
            id=entry.id,
            version=entry.version,
            reason=reason,
            legal_basis=legal_basis,
            by=by,
            at=at,
            seals=self._rows.made("result_register", told, "course", "why"),
        )

    async def named(self, result_ids: Sequence[UUID]) -> Sequence[Registered]:
        """Return those of the entries that are there."""
        rows = await self._unit.fetch(_NAMED, ids=list(result_ids))
        return [self._entry(row) for row in rows if self._is_sound(row)]

    def use(self, entry: Registered, dossier_id: UUID, component_code: str, at: datetime) -> None:
        """Queue that this version of an entry stands for a component of a dossier."""
        columns: dict[str, Any] = {
            "dossier_id": dossier_id,
            "component_code": component_code,
            "result_id": entry.id,
            "result_version": entry.version,
            "at": at,
        }
        self._unit.write(_USE, **columns, seals=self._rows.made("result_uses", columns))

    async def used_by(self, dossier_id: UUID) -> Sequence[tuple[str, int, Registered]]:
        """Return the entries a dossier uses, with component and version, as the entries are now."""
        found = []
        for row in await self._unit.fetch(_USED, dossier_id=dossier_id):
            values = dict(row)
            code, version = values.pop("component_code"), values.pop("result_version")
            found.append((code, version, self._entry(values)))
        return found

    async def find(self, result_id: UUID) -> Registered | None:
        """Return an entry."""
        row = await self._unit.fetch_one(_FIND, id=result_id)
        return self._entry(row) if row is not None and self._is_sound(row) else None

    async def of_holder(
        self, subjects: Sequence[str], index: bytes | None, *, before: UUID, limit: int
    ) -> Sequence[Registered]:
        """Return somebody's entries, newest first."""
        rows = await self._unit.fetch(
            _OF_HOLDER, subjects=list(subjects), index=index, before=before, limit=limit
        )
        return [self._entry(row) for row in rows if self._is_sound(row)]

    async def numbered(self, number: str, limit: int) -> Sequence[Registered]:
        """Return entries of a number however it is written, newest first."""
        rows = await self._unit.fetch(_NUMBERED, number=folded(number), limit=limit)
        return [self._entry(row) for row in rows if self._is_sound(row)]

    async def at_issue(
        self, given: Numbering, attachment_ids: Sequence[UUID], uploaders: Collection[str], *, limit: int
    ) -> tuple[dict[UUID, Attachment], Sequence[Registered]]:
        """Return the files that are free, and whose results have the number already, in one statement."""
        first, until = year_of(given.at)
        rows = await self._unit.fetch(
            _AT_ISSUE,
            ids=list(attachment_ids),
            uploaders=list(uploaders),
            number=folded(given.number),
            agency=given.agency,
            first=first,
            until=until,
            dossier_id=given.dossier_id,
            limit=limit,
        )
        files = [attachment_of(one) for one in rows[0]["files"] or ()]
        same = [self._entry(row) for row in rows if row["id"] is not None and self._is_sound(row)]
        return {one.id: one for one in files}, same

    def _is_sound(self, row: Any) -> bool:
        self._rows.see("result_register", row)
        return shown("result_register", row, self._rows)

    def _entry(self, row: Any) -> Registered:
        found = {name: row[name] for name in _FIELDS}
        opened = opened_or_nothing(self._seals, found.pop("holder_sealed"), purpose=_PURPOSE)
        return Registered(
            **{
                **found,
                "holder": opened["holder"] if isinstance(opened, dict) else "",
                "state": ResultState(found["state"]),
                "attachment_ids": tuple(found["attachment_ids"]),
            }
        )
