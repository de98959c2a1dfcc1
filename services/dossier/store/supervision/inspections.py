"""Checks of one-stop units and their findings in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.keepers import Sight
from services.dossier.domain.supervision.inspections import Finding, FindingState, Inspection
from services.dossier.store.reaches import BOOKS, SEEN, seen_as

# `by` and `check` are words of SQL's own.
_NAMES = {"by": "opened_by", "by_name": "opened_by_name"}
_FIELDS = tuple(Inspection.__dataclass_fields__)
_COLUMNS = tuple(_NAMES.get(name, name) for name in _FIELDS)
_FINDING_FIELDS = tuple(Finding.__dataclass_fields__)
_FINDING = tuple("check_code" if name == "check" else name for name in _FINDING_FIELDS)
_ADD = Statement(
    f"INSERT INTO inspections ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
)
_SAVE = Statement(
    "UPDATE inspections SET version = :version, closed_at = :closed_at, conclusion = :conclusion"
    " WHERE id = :id AND version = :version - 1"
)
_LOAD = Statement(f"SELECT {', '.join(_COLUMNS)} FROM inspections WHERE id = :id")
_LISTED = Statement(
    f"""
    SELECT {", ".join(_COLUMNS)} FROM inspections
    WHERE id < :before AND {SEEN.format(agency="inspections.agency", procedure=BOOKS)}
    ORDER BY id DESC LIMIT :limit
    """
)
_FINDINGS = Statement(
    f"SELECT {', '.join(_FINDING)} FROM inspection_findings WHERE inspection_id = :id ORDER BY id"
)
_ONE = Statement(f"SELECT {', '.join(_FINDING)} FROM inspection_findings WHERE id = :id")
_ADD_FINDING = Statement(
    f"INSERT INTO inspection_findings ({', '.join(_FINDING)})"
    f" VALUES ({', '.join(f':{name}' for name in _FINDING)})"
)
_SAVE_FINDING = Statement(
    "UPDATE inspection_findings SET version = :version, state = :state, due_on = :due_on, course = :course"
    " WHERE id = :id AND version = :version - 1"
)


class PostgresInspections:
    """All checks."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def add(self, inspection: Inspection) -> None:
        """Keep a new check."""
        self._unit.write(_ADD, **{_NAMES.get(name, name): getattr(inspection, name) for name in _FIELDS})

    def save(self, inspection: Inspection) -> None:
        """Keep a changed check."""
        changing = ("id", "version", "closed_at", "conclusion")
        self._unit.write(_SAVE, **{name: getattr(inspection, name) for name in changing})

    async def load(self, inspection_id: UUID) -> tuple[Inspection, list[Finding]]:
        """Return a check and its findings; raise `NotFound`."""
        row = await self._unit.fetch_one(_LOAD, id=inspection_id)
        if row is None:
            raise NotFound
        findings = await self._unit.fetch(_FINDINGS, id=inspection_id)
        return _inspection(row), [_finding(one) for one in findings]

    async def listed(self, sight: Sight | None, *, before: UUID, limit: int) -> Sequence[Inspection]:
        """Return checks of the agencies seen, or of all, newest first."""
        rows = await self._unit.fetch(_LISTED, **seen_as(sight), before=before, limit=limit)
        return [_inspection(row) for row in rows]

    def add_finding(self, finding: Finding) -> None:
        """Keep a new finding."""
        self._unit.write(_ADD_FINDING, **_values(finding))

    def save_finding(self, finding: Finding) -> None:
        """Keep a changed finding."""
        values = _values(finding)
        changing = ("id", "version", "state", "due_on", "course")
        self._unit.write(_SAVE_FINDING, **{name: values[name] for name in changing})

    async def finding(self, finding_id: UUID) -> tuple[Finding, Inspection]:
        """Return a finding and its check; raise `NotFound`."""
        row = await self._unit.fetch_one(_ONE, id=finding_id)
        if row is None:
            raise NotFound
        finding = _finding(row)
        return finding, _inspection(await self._unit.fetch_one(_LOAD, id=finding.inspection_id))


def _inspection(row: Any) -> Inspection:
    return Inspection(**{name: row[_NAMES.get(name, name)] for name in _FIELDS})


def _values(finding: Finding) -> dict[str, Any]:
    values = {name: getattr(finding, name) for name in _FINDING_FIELDS if name != "check"}
    lists = {"evidence": list(finding.evidence), "course": list(finding.course)}
    return {**values, **lists, "check_code": finding.check, "state": finding.state.value}


def _finding(row: Any) -> Finding:
    values = {name: row[name] for name in _FINDING_FIELDS if name != "check"}
    return Finding(
        **{
            **values,
            "check": row["check_code"],
            "state": FindingState(row["state"]),
            "evidence": tuple(row["evidence"]),
            "course": tuple(row["course"]),
        }
    )
