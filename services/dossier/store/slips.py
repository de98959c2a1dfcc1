"""Control slips in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.work.slip import Party, SlipRow
from services.dossier.store.row_heads import RowHeads
from services.dossier.use_cases.sealed_rows import RowSeals

_PARTY = ("agency", "unit", "role", "subject", "name")
_COLUMNS = (
    "id, dossier_id, version, kind, step, giver_agency, giver_unit, giver_role, giver_subject, giver_name,"
    " given_at, receiver_agency, receiver_unit, receiver_role, receiver_subject, receiver_name, received_at,"
    " due_at, punctuality, note"
)


def _named(side: str) -> str:
    """Return what a side's agency and unit are called now; their codes where the catalogue told no name."""
    of = side[0]
    return (
        f"coalesce({of}.name, s.{side}_agency) AS {side}_agency_name,"
        f" coalesce({of}.unit_names ->> s.{side}_unit, s.{side}_unit) AS {side}_unit_name"
    )


_ADD = Statement(
    f"INSERT INTO control_slip ({_COLUMNS}, seals)"
    f" VALUES ({', '.join(':' + name.strip() for name in _COLUMNS.split(','))}, :seals)"
)
# What waits is the last row, as a rule: its seals are its own. Any other that waits is sealed by the dossier.
_SEALED_ON = (
    "seals = CASE WHEN seals = '{}' THEN seals WHEN id = :last::uuid THEN seals || :own_seals::jsonb"
    " ELSE seals || :seals::jsonb END"
)
_CONFIRM = Statement(
    "UPDATE control_slip SET received_at = :at, receiver_subject = :subject, receiver_name = :name,"
    f" {_SEALED_ON}"
    " WHERE dossier_id = :dossier_id AND received_at IS NULL AND taken_back_at IS NULL",
    rows=None,
)
_TAKE_BACK = Statement(
    f"UPDATE control_slip SET taken_back_at = :at, {_SEALED_ON}"
    " WHERE dossier_id = :dossier_id AND received_at IS NULL AND taken_back_at IS NULL",
    rows=None,
)
_ROWS = Statement(
    f"SELECT s.*, {', '.join(_named(side) for side in ('giver', 'receiver'))}"
    f" FROM (SELECT {_COLUMNS}, taken_back_at FROM control_slip WHERE dossier_id = :dossier_id) s"
    " LEFT JOIN agencies g ON g.code = s.giver_agency LEFT JOIN agencies r ON r.code = s.receiver_agency"
    " ORDER BY s.version, s.id"
)


class PostgresSlips:
    """Rows are added; the database lets a row be confirmed or taken back once and changes nothing else."""

    def __init__(self, unit: UnitOfWork, seals: RowSeals, heads: RowHeads) -> None:
        self._unit = unit
        self._seals = seals
        self._heads = heads

    def add(self, row: SlipRow, *, received_at: datetime | None = None) -> None:
        """Keep a hand-over."""
        columns: dict[str, Any] = {
            "id": row.id,
            "dossier_id": row.dossier_id,
            "version": row.version,
            "kind": row.kind,
            "step": row.step,
            "given_at": row.given_at,
            "received_at": received_at,
            "due_at": row.due_at,
            "punctuality": row.punctuality,
            "note": row.note,
            **_party("giver", row.giver),
            **_party("receiver", row.receiver),
        }
        seals = self._seals.made("control_slip", columns | {"taken_back_at": None})
        self._unit.write(_ADD, **columns, seals=seals)
        self._heads.slip_added(row.dossier_id, row.id)

    def confirm(self, dossier_id: UUID, *, subject: str, name: str, at: datetime) -> None:
        """Let the receiver confirm whatever row of the dossier still waits."""
        told = {"dossier_id": dossier_id, "received_at": at, "taken_back_at": None}
        told |= {"receiver_subject": subject, "receiver_name": name}
        sealed = self._sealed(told, "course", "receiver")
        self._unit.write(_CONFIRM, dossier_id=dossier_id, subject=subject, name=name, at=at, **sealed)

    def take_back(self, dossier_id: UUID, *, at: datetime) -> None:
        """Mark whatever row still waits as taken back."""
        told = {"dossier_id": dossier_id, "received_at": None, "taken_back_at": at}
        self._unit.write(_TAKE_BACK, dossier_id=dossier_id, at=at, **self._sealed(told, "course"))

    def _sealed(self, told: Mapping[str, Any], *groups: str) -> dict[str, Any]:
        last = self._heads.last_slip(told["dossier_id"])
        own = self._seals.made("control_slip", {**told, "id": last}, *groups) if last else {}
        by_dossier = self._seals.made_by_dossier("control_slip", told, *groups)
        return {"last": last, "own_seals": own, "seals": by_dossier}

    async def rows(self, dossier_id: UUID) -> Sequence[dict[str, Any]]:
        """Return a dossier's rows, oldest first, agencies and units by name too."""
        return [dict(row) for row in await self._unit.fetch(_ROWS, dossier_id=dossier_id)]


def _party(side: str, party: Party) -> dict[str, str]:
    return {f"{side}_{name}": getattr(party, name) for name in _PARTY}
