"""What supervision needs of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.keepers import Sight
from services.dossier.domain.supervision.anomalies import Anomaly, HistoryEntry
from services.dossier.domain.supervision.inspections import Finding, Inspection
from services.dossier.domain.supervision.rules import SupervisionRules
from services.dossier.use_cases.readings.ports import Readings

Place = tuple[datetime, UUID, int]
"""Where a reader of the history is: moment, dossier, version."""


@dataclass(slots=True, kw_only=True)
class KeptAnomaly:
    """An anomaly with its life: found, then closed with an outcome."""

    id: UUID
    version: int
    dossier_id: UUID
    dossier_code: str
    dossier_version: int
    kind: str
    about: str
    agency: str
    at: datetime
    found_at: datetime
    evidence: Mapping[str, Any]
    outcome: str = ""
    note: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A dossier's whole history, oldest first, and what it was worked by: code, version and stamp of each."""

    dossier_id: UUID
    procedure: tuple[str, int, str]
    process: tuple[str, int, str] | None
    entries: Sequence[HistoryEntry]


class Inspections(Protocol):
    """Checks and their findings."""

    def add(self, inspection: Inspection) -> None:
        """Keep a new check."""

    def save(self, inspection: Inspection) -> None:
        """Keep a changed check."""

    async def load(self, inspection_id: UUID) -> tuple[Inspection, list[Finding]]:
        """Return a check and its findings; raise `NotFound`."""

    async def listed(self, sight: Sight | None, *, before: UUID, limit: int) -> Sequence[Inspection]:
        """Return checks of the agencies seen, or of all, newest first."""

    def add_finding(self, finding: Finding) -> None:
        """Keep a new finding."""

    def save_finding(self, finding: Finding) -> None:
        """Keep a changed finding."""

    async def finding(self, finding_id: UUID) -> tuple[Finding, Inspection]:
        """Return a finding and its check; raise `NotFound`."""


class Anomalies(Protocol):
    """What was found out of order."""

    async def seen_through(self) -> datetime | None:
        """Return until which moment the history was read."""

    def see_through(self, at: datetime) -> None:
        """Keep until which moment the history was read."""

    async def to_read(self, after: Place, now: datetime, limit: int) -> Sequence[Place]:
        """Return entries until now that may be out of order, in the order of their moments."""

    async def histories(self, dossier_ids: Sequence[UUID]) -> Sequence[History]:
        """Return the whole histories of these dossiers."""

    def add(self, found: Sequence[Anomaly], code: str, now: datetime) -> None:
        """Keep what is new of these."""

    async def load(self, anomaly_id: UUID) -> tuple[KeptAnomaly, str]:
        """Return an anomaly and the procedure of its dossier; raise `NotFound`."""

    def save(self, anomaly: KeptAnomaly) -> None:
        """Keep a closed anomaly."""

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


class Supervision(Protocol):
    """All of supervision."""

    inspections: Inspections
    anomalies: Anomalies
    readings: Readings
    rules: SupervisionRules
