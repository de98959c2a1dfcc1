"""Who goes on for whom: running dossiers of agencies that ended, and officers acting in others' places."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import Stale
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.definitions import Agency
from services.dossier.domain.ends import UNSURE, Ends, Move, Word
from services.dossier.domain.keepers import Ended, Keepers
from services.dossier.domain.mandates import Mandate, mandates_of
from services.dossier.store.copies import Copies

_SETTLED = "('INTAKE_REFUSED', 'CANCELLED', 'STOPPED', 'RETURNED', 'ARCHIVED')"
# What is told of ends comes as rows that were proved before: who cannot be relied on takes nobody's place.
ENDS = "jsonb_to_recordset(:ends::jsonb) AS a(code text, heir text, by_procedure jsonb, is_open boolean)"
_HEIR = "coalesce(a.by_procedure ->> procedure_code, a.heir)"
_OF_OTHERS = (
    f"state NOT IN {_SETTLED} AND NOT id = ANY(:past::uuid[])"
    f" AND NOT continued_from @> ARRAY[a.code] AND {_HEIR} NOT IN ('', '{UNSURE}')"
)
# In an order that only the index of an agency's running dossiers has: where few agencies hold many dossiers,
# the planner would rather walk the whole table (by its key, where only `id` is asked for) than that index,
# hoping to meet enough soon, and at an agency that ended there are none to meet.
_RUNNING = f"{_OF_OTHERS} ORDER BY state, id LIMIT :limit"
_WAITING = f"{_OF_OTHERS} ORDER BY task_role, task_due_at, id LIMIT :limit"
# Each way a dossier hangs on an agency walks its own index. What waits at an ended agency, and what it is
# asked its opinion of, is always looked for, since a process may name it long after; the rest only until an
# agency is known to have none left.
_TO_CONTINUE = Statement(
    f"""
    SELECT DISTINCT ON (found.id) found.id, a.code AS agency,
        coalesce(a.by_procedure ->> found.procedure_code, a.heir) AS heir
    FROM {ENDS}
    CROSS JOIN LATERAL (
        (SELECT id, procedure_code FROM dossiers WHERE task_agency = a.code AND task_role IS NOT NULL
         AND {_WAITING})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE receiving_agency = a.code AND a.is_open
         AND {_RUNNING})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE competent_agency = a.code
         AND competent_agency <> receiving_agency AND a.is_open AND {_RUNNING})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE helping_agency = a.code
         AND helping_agency <> receiving_agency AND a.is_open AND {_RUNNING})
        UNION ALL
        (SELECT id, procedure_code FROM dossiers WHERE consulted_agencies @> ARRAY[a.code]
         AND consulted_agencies <> '{{}}' AND {_RUNNING})
    ) AS found
    ORDER BY found.id, a.code LIMIT :limit
    """
)
# Of agencies whose end was told anew: what still goes on as was told before, where it hangs on the agency.
_OTHERWISE = f"""
    state NOT IN {_SETTLED} AND NOT id = ANY(:past::uuid[])
    AND continued_from @> ARRAY[a.code]
    AND {_HEIR} NOT IN ('{UNSURE}', coalesce(work -> 'continuing' -> a.code ->> 'code', ''))
    ORDER BY state, id LIMIT :limit
"""
_HANGING = f"""
    (SELECT id, procedure_code FROM dossiers WHERE receiving_agency = a.code AND {_OTHERWISE})
    UNION ALL
    (SELECT id, procedure_code FROM dossiers WHERE competent_agency = a.code
     AND competent_agency <> receiving_agency AND {_OTHERWISE})
    UNION ALL
    (SELECT id, procedure_code FROM dossiers WHERE helping_agency = a.code
     AND helping_agency <> receiving_agency AND {_OTHERWISE})
    UNION ALL
    (SELECT id, procedure_code FROM dossiers WHERE consulted_agencies @> ARRAY[a.code]
     AND consulted_agencies <> '{{}}' AND {_OTHERWISE})
"""
_TO_REALIGN = Statement(
    f"""
    SELECT DISTINCT ON (found.id) found.id, a.code AS agency,
        coalesce(a.by_procedure ->> found.procedure_code, a.heir) AS heir
    FROM {ENDS} CROSS JOIN LATERAL ({_HANGING}) AS found
    ORDER BY found.id, a.code LIMIT :limit
    """
)
# What had ended says at once who goes on in the end, through every merger. What nobody was named for yet
# has indexes of its own, so that asking every few seconds costs nothing once it is done; what goes on
# otherwise is looked through only where a word on the way is new. Newest first: those are asked about. By
# the day of submission, an order which only those indexes have (the table's key has that of `id`, and the
# planner would walk it from end to end).
_HAD_ENDED = f"state IN {_SETTLED} AND destroyed_by IS NULL"
_COLUMNS = {
    "receiving_agency": "",
    "competent_agency": " AND competent_agency <> receiving_agency",
    "helping_agency": " AND helping_agency <> receiving_agency",
}


def _had_ended(condition: str) -> str:
    """Return the query of ended dossiers of an agency that say otherwise than is so who goes on for it."""
    rest = f"{_HAD_ENDED} AND NOT id = ANY(:past::uuid[]) AND {_HEIR} <> '{UNSURE}' AND {condition}"
    newest = "ORDER BY submitted_at DESC, id DESC LIMIT :limit"
    told = f"a.is_anew AND {_HEIR} <> coalesce(work -> 'continuing' -> a.code ->> 'code', '')"
    found = []
    for column, only in _COLUMNS.items():
        of_it = f"SELECT id, procedure_code FROM dossiers WHERE {column} = a.code{only} AND {rest}"
        found += [
            f"({of_it} AND NOT continued_from @> ARRAY[{column}] AND {_HEIR} <> '' {newest})",
            f"({of_it} AND continued_from @> ARRAY[{column}] AND {told} {newest})",
        ]
    return " UNION ALL ".join(found)


_KEPT = "jsonb_to_recordset(:ends::jsonb) AS a(code text, heir text, by_procedure jsonb, is_anew boolean)"
# What the archive was given is answered for in the version it was given in: it is handed on after that.
_NOT_GIVEN = (
    "NOT EXISTS (SELECT FROM archive_records r WHERE r.dossier_id = dossiers.id AND r.state = 'SUBMITTED')"
)
_TO_HAND_ON = Statement(
    f"""
    SELECT DISTINCT ON (found.id) found.id, a.code AS agency,
        coalesce(a.by_procedure ->> found.procedure_code, a.heir) AS heir
    FROM {_KEPT} CROSS JOIN LATERAL ({_had_ended(_NOT_GIVEN)}) AS found
    ORDER BY found.id DESC, a.code LIMIT :limit
    """
)
_NOT_HANDED_ON = Statement(f"SELECT a.code FROM {_KEPT} WHERE EXISTS ({_had_ended('true')})")
_LEFT = Statement(f"SELECT a.code FROM {ENDS} WHERE EXISTS ({_HANGING})")
_KNOWN = Statement(
    "SELECT EXISTS (SELECT FROM agencies WHERE valid_to < :today::date OR continued_by <> '{}')"
)
# All of them: one that did not end is proved as well as one that did.
_AGENCIES = Statement("SELECT * FROM agencies ORDER BY code")
_SETTLE = Statement(
    "UPDATE agencies SET continued_by = '{}' WHERE code = :code AND heard_at = :heard_at", rows=None
)
_CLOSE = Statement(
    "UPDATE agencies SET continued_at = :at WHERE code = ANY(:codes::text[])"
    " AND continued_at IS NULL AND heard_at < :heard_before",
    rows=None,
)
_REOPEN = Statement(
    "UPDATE agencies SET continued_at = NULL WHERE code = ANY(:codes::text[]) AND continued_at IS NOT NULL",
    rows=None,
)
# For update and not shared: of two who move to one agency that ended, both would open it again.
_HOLD = Statement(
    "SELECT code, sequence FROM agencies WHERE code = ANY(:codes::text[]) ORDER BY code FOR UPDATE"
)
_ENTRY = Statement("SELECT * FROM staff WHERE subject = :subject")


class Continuations:
    """The part of the catalogue's copies that says who goes on."""

    def __init__(self, unit: UnitOfWork, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies

    async def mandates(self, subject: str, day: date) -> Sequence[Mandate]:
        """Return what an officer holds in others' places on a day."""
        row = await self._unit.fetch_one(_ENTRY, subject=subject)
        if row is None:
            return []
        self._copies.require("staff", [row])
        return mandates_of(row["data"], day)

    async def ends(self, today: date) -> Ends:
        """Return who goes on for whom today, as far as it can be relied on."""
        if not await self._unit.fetch_value(_KNOWN, today=today):
            return Ends(words={}, keepers=Keepers([]))
        rows = await self._unit.fetch(_AGENCIES)
        sound = [row for row in rows if self._copies.is_sound("agencies", row)]
        known = {row["code"] for row in rows}
        words = {row["code"]: _word(row, today) for row in sound}
        return Ends(
            words=words,
            keepers=Keepers([ended_of(row, known) for row in sound if words[row["code"]].names]),
            doubted=frozenset(known - words.keys()),
        )

    async def to_continue(self, ends: Ends, *, past: Collection[UUID], limit: int) -> Sequence[Move]:
        """Return running dossiers of agencies that ended and who goes on, but for some."""
        return await self._moves(_TO_CONTINUE, ends, ends.going_on, past, limit)

    async def to_realign(self, ends: Ends, *, past: Collection[UUID], limit: int) -> Sequence[Move]:
        """Return running dossiers that go on as told before, and who goes on now (empty: itself)."""
        return await self._moves(_TO_REALIGN, ends, ends.told_anew, past, limit)

    async def _moves(
        self, statement: Statement, ends: Ends, asked: Sequence[str], past: Collection[UUID], limit: int
    ) -> Sequence[Move]:
        if not asked:
            return ()
        rows = await self._unit.fetch(
            statement, ends=end_rows(ends, asked, ends.heir), past=list(past), limit=limit
        )
        return [Move(UUID(int=row["id"].int), row["agency"], row["heir"]) for row in rows]

    async def left(self, ends: Ends) -> Collection[str]:
        """Return the agencies of which a running dossier still goes on as told before."""
        asked = end_rows(ends, ends.told_anew, ends.heir)
        return {row["code"] for row in await self._unit.fetch(_LEFT, ends=asked, past=[], limit=1)}

    async def to_hand_on(self, ends: Ends, *, past: Collection[UUID], limit: int) -> Sequence[Move]:
        """Return dossiers that had ended, and who keeps them now (empty: itself), the newest first."""
        if not (asked := _kept_rows(ends)):
            return ()
        rows = await self._unit.fetch(_TO_HAND_ON, ends=asked, past=list(past), limit=limit)
        return [Move(UUID(int=row["id"].int), row["agency"], row["heir"]) for row in rows]

    async def not_handed_on(self, ends: Ends) -> Collection[str]:
        """Return the agencies a word of which says otherwise than an ended dossier does who keeps it."""
        if not (asked := _kept_rows(ends)):
            return set()
        rows = await self._unit.fetch(_NOT_HANDED_ON, ends=asked, past=[], limit=1)
        return {one for row in rows for one in ends.on_the_way(row["code"])}

    async def hold_words(self, ends: Ends, agencies: Collection[str]) -> None:
        """Let no new word of these agencies be heard until the unit ends; raise `Stale` where one was."""
        await self._unit.begin()
        rows = await self._unit.fetch(_HOLD, codes=sorted(agencies))
        if any(ends.words[row["code"]].sequence != row["sequence"] for row in rows):
            raise Stale

    def settle(self, agency: str, heard_at: datetime) -> None:
        """Queue that nothing goes on as was told before this word; a later one is looked at anew."""
        self._unit.write(_SETTLE, code=agency, heard_at=heard_at)

    async def hold_to_close(self, agencies: Collection[str]) -> None:
        """Let nobody move anything to these agencies until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(_HOLD, codes=sorted(agencies))

    def close_continued(self, agencies: Collection[str], at: datetime, *, heard_before: datetime) -> None:
        """Queue that of these agencies nothing is left to continue, unless another word was heard since."""
        self._unit.write(_CLOSE, codes=sorted(agencies), at=at, heard_before=heard_before)

    def reopen(self, agencies: Collection[str]) -> None:
        """Queue that running dossiers of these agencies are looked for again."""
        self._unit.write(_REOPEN, codes=sorted(agencies))


def _kept_rows(ends: Ends) -> list[dict[str, Any]]:
    """Return who keeps what an agency left, of those some word of which is new."""
    rows = []
    for code, is_anew in ends.to_hand_on.items():
        kept = {one: ends.keeper(code, one) for one in ("", *ends.keepers.apart(code))}
        heirs = {one: "" if keeper == code else keeper for one, keeper in kept.items()}
        usual = heirs.pop("")
        rows.append({"code": code, "heir": usual, "by_procedure": heirs, "is_anew": is_anew})
    return rows


def end_rows(ends: Ends, asked: Iterable[str], answer: Callable[[str, str], str]) -> list[dict[str, Any]]:
    """Return what is answered for agencies, and for single procedures where it is another, for statements."""
    rows = []
    for code in asked:
        usual = answer(code, "")
        apart = {one: answer(code, one) for one in ends.keepers.apart(code)}
        rows.append(
            {
                "code": code,
                "heir": usual,
                "by_procedure": {one: told for one, told in apart.items() if told != usual},
                "is_open": ends.words[code].is_open,
            }
        )
    return rows


def _word(row: Any, today: date) -> Word:
    has_ended = row["valid_to"] is not None and row["valid_to"] < today
    return Word(
        agency=Agency(**{name: row[name] for name in Agency.__dataclass_fields__}),
        units=tuple(row["units"]),
        sequence=row["sequence"],
        heard_at=row["heard_at"],
        names=frozenset({row["continuing"], *_by_procedure(row).values()} if has_ended else ()),
        is_open=row["continued_at"] is None,
        is_told_anew=bool(row["continued_by"]),
    )


def ended_of(row: Any, known: Collection[str]) -> Ended:
    """Return an end as far as its heirs are known here; work whose heir is not stays with the agency."""
    heirs = _by_procedure(row).items()
    return Ended(
        code=row["code"],
        continuing=row["continuing"] if row["continuing"] in known else "",
        by_procedure={procedure: heir if heir in known else row["code"] for procedure, heir in heirs},
    )


def _by_procedure(row: Any) -> dict[str, str]:
    """Return the heirs of single procedures; a row from before rows were sealed may hold anything."""
    told = row["continuing_by"]
    return told if isinstance(told, dict) else {}
