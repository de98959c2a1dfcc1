"""The log of readings in PostgreSQL: asked by dossier and person, sealed batch by batch."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.keepers import Sight
from services.dossier.domain.readings.seals import LINE, SEAL, Seal, seal_of
from services.dossier.store.reaches import BOOKS, SEEN, seen_as
from services.dossier.use_cases.readings.ports import Reading

_OF = "l.id, l.at, l.subject, l.kind, l.agency, l.what"
# Whose a reading is goes by the dossier read: its procedure may have gone elsewhere than the reader's agency.
_PROCEDURE = "coalesce((SELECT procedure_code FROM dossiers d WHERE d.id = {id}), '')"
_OF_BOOKS = SEEN.format(agency="l.agency", procedure=BOOKS)
_OF_ONE = SEEN.format(agency="l.agency", procedure=_PROCEDURE.format(id="l.dossier_id"))
_OF_ANY = (
    "EXISTS (SELECT FROM unnest(:dossiers) AS asked(id) WHERE asked.id = ANY(l.shown) AND "
    + SEEN.format(agency="l.agency", procedure=_PROCEDURE.format(id="asked.id"))
    + ")"
)
_PAGE = "l.id < :before AND {seen} ORDER BY l.id DESC LIMIT :limit"
# Each way by its own index, put together and cut once more. What the two arrays of ids find is gathered
# first: planned without values, a walk back through all readings would look cheaper.
_READ = Statement(
    f"""
    WITH read AS MATERIALIZED (SELECT * FROM access_log WHERE dossier_id = ANY(:dossiers::uuid[])),
    named AS MATERIALIZED (SELECT * FROM access_log WHERE shown && :dossiers AND shown IS NOT NULL)
    SELECT DISTINCT ON (id) * FROM (
        (SELECT {_OF}, 'DOSSIER' AS via, 1 AS turn, ARRAY[l.dossier_id] AS dossiers
         FROM read l WHERE {_PAGE.format(seen=_OF_ONE)})
        UNION ALL
        (SELECT {_OF}, 'LOOK_UP', 2, ARRAY[]::uuid[] FROM access_log l
         WHERE l.person_index = :person::bytea AND l.person_index IS NOT NULL
           AND {_PAGE.format(seen=_OF_BOOKS)})
        UNION ALL
        (SELECT {_OF}, 'PAGE', 3, ARRAY(SELECT unnest(l.shown) INTERSECT SELECT unnest(:dossiers))
         FROM named l WHERE {_PAGE.format(seen=_OF_ANY)})
    ) AS found ORDER BY id DESC, turn LIMIT :limit
    """
)
_ABOUT = Statement(
    """
    (SELECT id FROM dossiers WHERE owner_index = :person::bytea ORDER BY id DESC LIMIT 1000)
    UNION ALL
    (SELECT id FROM certified_copies WHERE requester_index = :person AND requester_index IS NOT NULL
     LIMIT 500)
    """
)
_LAST = Statement(f"SELECT {', '.join(SEAL)} FROM access_seals ORDER BY number DESC LIMIT 1")
_ONE_AT_A_TIME = Statement("SELECT pg_advisory_xact_lock(hashtextextended('seals of readings', 0))")
_HORIZON = Statement("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_LINE = ", ".join(LINE)
_OLDER = Statement(
    f"SELECT {_LINE} FROM access_log WHERE txid IS NULL AND id > :after ORDER BY id LIMIT :limit"
)
_BETWEEN = Statement(
    f"SELECT {_LINE} FROM access_log WHERE txid >= :first AND txid < :end ORDER BY txid, id LIMIT :limit"
)
_KEEP = Statement(
    f"INSERT INTO access_seals ({', '.join(SEAL)}) VALUES ({', '.join(f':{name}' for name in SEAL)})"
)


class PostgresReadings:
    """Lines are only added; seals stand on each other."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def of_dossiers(
        self,
        dossiers: Sequence[UUID],
        person: bytes | None,
        *,
        readers: Sight | None,
        before: int,
        limit: int,
    ) -> Sequence[Reading]:
        """Return who read any of these, or asked for this person, newest first."""
        rows = await self._unit.fetch(
            _READ, dossiers=list(dossiers), person=person, **seen_as(readers), before=before, limit=limit
        )
        names = ("id", "at", "subject", "kind", "agency", "what", "via")
        return [Reading(**{name: row[name] for name in names}, dossier_ids=row["dossiers"]) for row in rows]

    async def about(self, person: bytes) -> Sequence[UUID]:
        """Return what lines name a person by: their newest dossiers and copies, so many."""
        return [UUID(int=row["id"].int) for row in await self._unit.fetch(_ABOUT, person=person)]

    async def last_seal(self) -> Seal | None:
        """Return the last seal, held until the unit ends: one seals at a time."""
        await self._unit.begin()
        await self._unit.fetch(_ONE_AT_A_TIME)
        row = await self._unit.fetch_one(_LAST)
        return None if row is None else seal_of(row)

    async def horizon(self) -> int:
        """Return the transaction below which every one has ended."""
        found: int = await self._unit.fetch_value(_HORIZON)
        return found

    async def older(self, after_id: int, limit: int) -> Sequence[Any]:
        """Return lines without a transaction after an id, by id."""
        return await self._unit.fetch(_OLDER, after=after_id, limit=limit)

    async def between(self, first_txid: int, end_txid: int, limit: int) -> Sequence[Any]:
        """Return lines of these transactions, by transaction and id."""
        return await self._unit.fetch(_BETWEEN, first=first_txid, end=end_txid, limit=limit)

    def keep(self, seal: Seal) -> None:
        """Keep a seal."""
        self._unit.write(_KEEP, **{name: getattr(seal, name) for name in SEAL})
