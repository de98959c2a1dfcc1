"""What was found out of order, in PostgreSQL; and the history it is found in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.keepers import Sight
from services.dossier.domain.supervision.anomalies import Anomaly, HistoryEntry
from services.dossier.store.dossier_loading import PINNED, PROCESS
from services.dossier.store.reaches import SEEN, seen_as
from services.dossier.use_cases.supervision.ports import History, KeptAnomaly, Place

_COLUMNS = tuple(KeptAnomaly.__dataclass_fields__)
_PROCEDURE = "(SELECT procedure_code FROM dossiers d WHERE d.id = anomalies.dossier_id)"
_SEEN = Statement("SELECT seen_through FROM anomaly_readings WHERE name = 'history'")
_SEE = Statement(
    "INSERT INTO anomaly_readings (name, seen_through) VALUES ('history', :at)"
    " ON CONFLICT (name) DO UPDATE SET seen_through = excluded.seen_through"
)
# The partial index holds these types alone, so that submitting and accepting pay nothing for it.
_TO_READ = Statement(
    """
    SELECT at, dossier_id, version FROM history
    WHERE type IN ('dossier.supplement_requested.v1', 'dossier.intake_supplement_requested.v1',
        'dossier.step_completed.v1')
      AND (at, dossier_id, version) > (:at, :dossier_id, :version) AND at <= :now
    ORDER BY at, dossier_id, version LIMIT :limit
    """
)
# What decides nothing is read as it stands: a dossier in which something is found is loaded and verified.
_HISTORIES = Statement(
    f"""
    SELECT d.id, d.procedure_code, p.version AS pinned_version, p.stamp AS procedure_stamp,
        q.code AS q_code, q.version AS q_version, q.stamp AS q_stamp, h.*
    FROM dossiers d LEFT JOIN {PINNED} p ON true LEFT JOIN {PROCESS} q ON true
    CROSS JOIN LATERAL (
        SELECT array_agg(version ORDER BY version) AS versions, array_agg(type ORDER BY version) AS types,
            array_agg(at ORDER BY version) AS moments, array_agg(data ORDER BY version) AS told
        FROM history WHERE dossier_id = d.id) h
    WHERE d.id = ANY(:ids::uuid[])
    """
)
_ADD = Statement(
    """
    INSERT INTO anomalies (id, version, dossier_id, dossier_code, dossier_version, kind, about, agency, at,
        found_at, evidence, outcome, note, closed_by)
    SELECT id, 1, :dossier_id::uuid, :code::text, dossier_version, kind, about, agency, at, :now::timestamptz,
        evidence, '', '', ''
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, dossier_version bigint, kind text, about text,
        agency text, at timestamptz, evidence json)
    ON CONFLICT (dossier_id, dossier_version, kind, about) DO NOTHING
    """,
    rows=None,
)
_LOAD = Statement(f"SELECT {', '.join(_COLUMNS)}, {_PROCEDURE} AS procedure FROM anomalies WHERE id = :id")
_SAVE = Statement(
    "UPDATE anomalies SET version = :version, outcome = :outcome, note = :note, closed_by = :closed_by,"
    " closed_at = :closed_at WHERE id = :id AND version = :version - 1"
)
_LISTED = Statement(
    f"""
    SELECT {", ".join(_COLUMNS)} FROM anomalies
    WHERE id < :before AND (:kind::text = '' OR kind = :kind)
      AND (:is_open::boolean IS NULL OR (closed_at IS NULL) = :is_open)
      AND {SEEN.format(agency="anomalies.agency", procedure=_PROCEDURE)}
    ORDER BY id DESC LIMIT :limit
    """
)


class PostgresAnomalies:
    """All of them."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def seen_through(self) -> datetime | None:
        """Return until which moment the history was read."""
        found: datetime | None = await self._unit.fetch_value(_SEEN)
        return found

    def see_through(self, at: datetime) -> None:
        """Keep until which moment the history was read."""
        self._unit.write(_SEE, at=at)

    async def to_read(self, after: Place, now: datetime, limit: int) -> Sequence[Place]:
        """Return entries until now that may be out of order, in the order of their moments."""
        at, dossier_id, version = after
        rows = await self._unit.fetch(
            _TO_READ, at=at, dossier_id=dossier_id, version=version, now=now, limit=limit
        )
        return [(row["at"], row["dossier_id"], row["version"]) for row in rows]

    async def histories(self, dossier_ids: Sequence[UUID]) -> Sequence[History]:
        """Return the whole histories of these dossiers."""
        return [_history(row) for row in await self._unit.fetch(_HISTORIES, ids=list(dossier_ids))]

    def add(self, found: Sequence[Anomaly], code: str, now: datetime) -> None:
        """Keep what is new of these, all of one dossier."""
        rows = [
            {
                "id": new_id(),
                "dossier_version": one.version,
                "kind": one.kind.value,
                "about": one.about,
                "agency": one.agency,
                "at": one.at,
                "evidence": one.evidence,
            }
            for one in found
        ]
        self._unit.write(_ADD, dossier_id=found[0].dossier_id, code=code, now=now, rows=rows)

    async def load(self, anomaly_id: UUID) -> tuple[KeptAnomaly, str]:
        """Return an anomaly and the procedure of its dossier; raise `NotFound`."""
        row = await self._unit.fetch_one(_LOAD, id=anomaly_id)
        if row is None:
            raise NotFound
        return _kept(row), row["procedure"] or ""

    def save(self, anomaly: KeptAnomaly) -> None:
        """Keep a closed anomaly."""
        changing = ("id", "version", "outcome", "note", "closed_by", "closed_at")
        self._unit.write(_SAVE, **{name: getattr(anomaly, name) for name in changing})

    async def listed(
        self,
        sight: Sight | None,
        *,
        kind: str,
        is_open: bool | None,
        before: UUID,
        limit: int,
    ) -> Sequence[KeptAnomaly]:
        """Return anomalies of the agencies seen, or of all, newest first."""
        rows = await self._unit.fetch(
            _LISTED, **seen_as(sight), kind=kind, is_open=is_open, before=before, limit=limit
        )
        return [_kept(row) for row in rows]


def _history(row: Any) -> History:
    process = (row["q_code"], row["q_version"], row["q_stamp"]) if row["q_code"] else None
    entries = zip(row["versions"], row["types"], row["moments"], row["told"], strict=True)
    return History(
        row["id"],
        (row["procedure_code"], row["pinned_version"], row["procedure_stamp"]),
        process,
        [HistoryEntry(*entry) for entry in entries],
    )


def _kept(row: Any) -> KeptAnomaly:
    return KeptAnomaly(**{name: row[name] for name in _COLUMNS})
