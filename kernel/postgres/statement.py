"""SQL with named parameters, translated once, and merged at commit into a single statement."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


class Statement:
    """SQL whose `:name` parameters become `$n`; `rows` is how many rows a write must touch (None: any).

    A write that touches another number of rows makes the whole commit fail as `Stale`. PostgreSQL cannot
    always guess the type of a parameter in a select list: write `:name::uuid` there.

    `races` names unique constraints that only another commit of the same thing can stand in the way of: all
    writes are one statement, so the constraint may speak before the row that guards the version does.
    """

    __slots__ = ("_pieces", "names", "races", "rows", "sql")

    def __init__(self, sql: str, *, rows: int | None = 1, races: Iterable[str] = ()) -> None:
        self.races = frozenset(races)
        parts = _PARAMETER.split(sql.strip().rstrip(";"))
        self._pieces: tuple[str, ...] = tuple(parts)
        self.names: tuple[str, ...] = tuple(dict.fromkeys(parts[1::2]))
        self.rows = rows
        self.sql = self.numbered(1)

    def numbered(self, first: int) -> str:
        """Return the SQL with its parameters numbered from `first`."""
        numbers = {name: f"${first + index}" for index, name in enumerate(self.names)}
        return "".join(
            piece if index % 2 == 0 else numbers[piece] for index, piece in enumerate(self._pieces)
        )

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the parameters in the order of their numbers; a missing or unknown name is a defect."""
        if len(parameters) != len(self.names):
            missing = sorted(set(self.names) ^ set(parameters))
            message = f"parameters do not fit the statement: {missing}"
            raise TypeError(message)
        return [parameters[name] for name in self.names]


@lru_cache(maxsize=256)
def merge(writes: tuple[Statement, ...], tail: Statement) -> str:
    """Return one CTE statement that runs every write, checks its row count, then runs `tail`.

    `tail` must start from the CTE `checked`, which depends on every write: so an outbox row exists only if
    each update found its row, and its identity value is taken after the row's lock. The writes run in no
    promised order and see one snapshot, so two of them must not touch the same row. Parameters are numbered
    through, in the order of the writes, those of `tail` last. A service commits in a few ways only, so the
    text of each is kept.
    """
    ctes: list[str] = []
    checks: list[str] = []
    first = 1
    for index, statement in enumerate(writes):
        body = statement.numbered(first)
        first += len(statement.names)
        if " returning " not in body.lower().replace("\n", " "):
            body += " RETURNING 1"
        ctes.append(f"w{index} AS ({body})")
        expected = "NULL" if statement.rows is None else str(statement.rows)
        checks.append(f"kernel_expect_rows((SELECT count(*) FROM w{index}), {expected})")
    ctes.append("checked AS MATERIALIZED (SELECT " + (" + ".join(checks) or "0") + " AS n)")
    return "WITH " + ",\n".join(ctes) + ",\n" + tail.numbered(first)
