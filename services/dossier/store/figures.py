"""Figures in PostgreSQL: a row a dossier, moved in the commit that moves the dossier.

The row is the only thing written: no counters, so no two dossiers wait for each other and nothing drifts.
Steps and hand-overs write nothing; stops touch no indexed column (a HOT update).
"""

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.figures.fact import SILENT, follow, told_by
from services.dossier.domain.figures.mirrored import fact_of_mirror
from services.dossier.domain.figures.row import COLUMNS, columns_of
from services.dossier.domain.history import Entry
from services.dossier.domain.work.mirrors import Mirror

NAMES = ", ".join(COLUMNS)
_AS_TOLD = (
    "competent_agency",
    "receiving_agency",
    "helping_agency",
    "sector",
    "procedure_code",
    "channel",
    "route",
    "received_at",
    "due_at",
    "stopped_at",
    "ended_at",
    "received_on",
    "ended_on",
    "punctuality",
)
# The same as `follow` in domain/figures/fact.py, which a test holds it against.
_AGAIN = "f.ended_at IS NOT NULL AND EXCLUDED.ended_at = f.ended_at AND NOT :is_said_anew::boolean"
_ENDING = f"CASE WHEN {_AGAIN} THEN f.ending ELSE EXCLUDED.ending END"
_ELECTRONIC = f"CASE WHEN {_AGAIN} THEN f.is_electronic ELSE EXCLUDED.is_electronic END"
_CAUSE = "CASE WHEN EXCLUDED.cause = '' THEN f.cause ELSE EXCLUDED.cause END"
_COUNTS = ("components", "digitised", "reused")
_IS_AMENDED = f"""
    (f.ended_at IS NOT NULL AND (EXCLUDED.ended_at, {_ENDING}, EXCLUDED.punctuality, {_CAUSE}, {_ELECTRONIC})
        IS DISTINCT FROM (f.ended_at, f.ending, f.punctuality, f.cause, f.is_electronic))
    OR (f.ended_on IS NULL AND EXCLUDED.ended_on
        <> (:at::timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
    OR EXCLUDED.received_at IS DISTINCT FROM f.received_at
    OR (:is_counted AND (EXCLUDED.components, EXCLUDED.digitised, EXCLUDED.reused)
        IS DISTINCT FROM (f.components, f.digitised, f.reused))
"""
_IS_TURNED = "(EXCLUDED.due_at, EXCLUDED.stopped_at) IS DISTINCT FROM (f.due_at, f.stopped_at)"
_SET = ",\n".join(
    [f"{name} = EXCLUDED.{name}" for name in ("version", *_AS_TOLD)]
    + [f"cause = {_CAUSE}", f"ending = {_ENDING}", f"is_electronic = {_ELECTRONIC}"]
    + ["supplements = f.supplements + EXCLUDED.supplements", "asked_at = f.asked_at || EXCLUDED.asked_at"]
    + [f"{name} = CASE WHEN :is_counted::boolean THEN EXCLUDED.{name} ELSE f.{name} END" for name in _COUNTS]
    + [
        f"{name} = CASE WHEN {_IS_TURNED} THEN f.{name} || {value} ELSE f.{name} END"
        for name, value in (
            ("was_until", ":at::timestamptz"),
            ("was_due", "f.due_at"),
            ("was_stopped", "f.stopped_at"),
        )
    ]
    + [f"amended_at = CASE WHEN {_IS_AMENDED} THEN :at::timestamptz ELSE f.amended_at END"]
)
_CHANGED = Statement(
    f"INSERT INTO figure_rows AS f ({NAMES}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
    f" ON CONFLICT (dossier_id) DO UPDATE SET {_SET}"
)

_MIRRORED = Statement(
    f"INSERT INTO figure_rows AS f ({NAMES}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
    f" ON CONFLICT (dossier_id) DO UPDATE SET"
    f" {', '.join(f'{name} = EXCLUDED.{name}' for name in COLUMNS[1:])}"
)


class PostgresFigures:
    """Rows that statistics are read from."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def changed(self, entry: Entry) -> None:
        """Queue the row's change for what a history entry tells; nothing for one that moves no figure."""
        if entry.type.split(".")[1] in SILENT:
            return
        told = told_by(entry.type, entry.data)
        if told is not None:
            columns = columns_of(follow(None, told, entry.at))
            self._unit.write(
                _CHANGED,
                **columns,
                is_counted=told.counted is not None,
                is_said_anew=told.is_said_anew,
                at=entry.at,
            )

    def mirrored(self, mirror: Mirror) -> None:
        """Queue the row of a dossier another system works, as its whole record gives it."""
        fact = fact_of_mirror(mirror)
        if fact is not None:
            self._unit.write(_MIRRORED, **columns_of(fact))
