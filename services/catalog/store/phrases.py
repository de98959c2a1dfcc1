"""What editors changed of how people speak, and how often procedures are asked for."""

from collections.abc import Mapping, Sequence

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.speech import Kind
from services.catalog.use_cases.finding.ports import PhraseChange

_CHANGES = Statement("""
SELECT s.phrases, y.kind, y.phrase, y.meaning, y.is_removed, y.changed_by, y.changed_at
FROM search_state s LEFT JOIN synonyms y ON true ORDER BY y.changed_at
""")
_SAVE = Statement("""
INSERT INTO synonyms (kind, phrase, meaning, is_removed, changed_by, changed_at)
VALUES (:kind, :phrase, :meaning, :is_removed, :changed_by, :changed_at)
ON CONFLICT (kind, phrase, meaning) DO UPDATE SET is_removed = excluded.is_removed,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
""")
_USES = Statement(
    """
INSERT INTO procedure_uses (code, uses, set_by) SELECT g.code, g.uses, :by::text
FROM unnest(:codes::text[], :uses::bigint[]) AS g(code, uses)
ON CONFLICT (code) DO UPDATE SET uses = excluded.uses, set_by = excluded.set_by, set_at = clock_timestamp()
""",
    rows=None,
)
_USES_SHOWN = Statement(
    """
UPDATE procedure_search s SET uses = greatest(g.uses, u.demand)
FROM unnest(:codes::text[], :uses::bigint[]) AS g(code, uses) LEFT JOIN procedure_uses u ON u.code = g.code
WHERE s.code = g.code AND s.uses <> greatest(g.uses, u.demand)
""",
    rows=None,
)


class PostgresPhrases:
    """A row for every phrase somebody added or took away."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def changes(self) -> tuple[int, Sequence[PhraseChange]]:
        """Return how often there were changes, and what they come to."""
        rows = await self._unit.fetch(_CHANGES)
        found = [
            PhraseChange(
                Kind(row["kind"]),
                row["phrase"],
                row["meaning"],
                row["is_removed"],
                row["changed_by"],
                row["changed_at"],
            )
            for row in rows
            if row["kind"] is not None
        ]
        return rows[0]["phrases"], found

    def save(self, change: PhraseChange) -> None:
        """Queue a change; the next search hears it."""
        self._unit.write(
            _SAVE,
            kind=change.kind.value,
            phrase=change.phrase,
            meaning=change.meaning,
            is_removed=change.is_removed,
            changed_by=change.changed_by,
            changed_at=change.changed_at,
        )

    def set_uses(self, uses: Mapping[str, int], by: str) -> None:
        """Queue how often procedures are asked for; others keep theirs."""
        columns = {"codes": list(uses), "uses": list(uses.values())}
        self._unit.write(_USES, **columns, by=by)
        self._unit.write(_USES_SHOWN, **columns)
