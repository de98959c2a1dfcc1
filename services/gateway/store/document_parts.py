"""Long values of the exchange in sealed parts: nobody holds one whole to keep it or to send it.

Each part is sealed for its value, its place and whether it is the last, so that none can be swapped, left
out, cut off at the end or taken from another value. What an earlier version kept stands whole in its own row
until the job moves it.
"""

from collections.abc import Collection
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from kernel.sealing import SealBroken
from services.gateway.domain.documents.ledger import Piece
from services.gateway.store.document_seals import DocumentSeals

PART_BYTES = 262_144
_PARTS_AT_ONCE = 16
FILES, MESSAGES, ARRIVALS = (
    ("document_files", "content"),
    ("document_messages", "body"),
    ("document_arrivals", "body"),
)
MOVED = (FILES, ARRIVALS)
"""Messages kept whole are on their way: they are not read again once they are gone."""

_ADD = Statement(
    "INSERT INTO document_parts (owner, place, is_last, body) SELECT :owner::uuid, p.place, p.is_last, p.body"
    " FROM unnest(:places::int[], :lasts::boolean[], :bodies::bytea[]) AS p(place, is_last, body)",
    rows=None,
)
_PIECE = {
    table: Statement(
        f"SELECT o.{column} AS whole, p.is_last, p.body FROM {table} o"
        " LEFT JOIN document_parts p ON p.owner = o.id AND p.place = :place WHERE o.id = :owner"
    )
    for table, column in (FILES, MESSAGES, ARRIVALS)
}
# The longest first: they are what a reader's memory is spent on until then.
_WHOLE = {
    table: Statement(
        f"SELECT id, {column} AS whole FROM {table} WHERE {column} <> '' AND id <> ALL(:past::uuid[])"
        " ORDER BY size DESC LIMIT 1 FOR UPDATE"
    )
    for table, column in MOVED
}
_MOVED = {
    table: Statement(f"UPDATE {table} SET {column} = NULL WHERE id = :id AND {column} <> ''")
    for table, column in MOVED
}


class DocumentParts:
    """Parts of one unit of work; what is kept goes to the server at once and stands with its commit."""

    def __init__(self, unit: UnitOfWork, seals: DocumentSeals) -> None:
        self._unit = unit
        self._seals = seals

    async def keep(self, owner: UUID, content: bytes) -> None:
        """Keep a value; an empty one is one empty part."""
        whole = memoryview(content)
        last = max(0, len(whole) - 1) // PART_BYTES
        for first in range(0, last + 1, _PARTS_AT_ONCE):
            places = range(first, min(first + _PARTS_AT_ONCE, last + 1))
            bodies = [
                self._seals.seal_part(
                    bytes(whole[place * PART_BYTES : (place + 1) * PART_BYTES]),
                    owner,
                    place,
                    is_last=place == last,
                )
                for place in places
            ]
            lasts = [place == last for place in places]
            self._unit.write(_ADD, owner=owner, places=list(places), lasts=lasts, bodies=bodies)
            await self._unit.flush()

    async def piece(self, of: tuple[str, str], owner: UUID, place: int) -> Piece | None:
        """Return a part of a value, None where nobody keeps the value any more.

        Raises `SealBroken` for a part that is not there or is not what was kept there.
        """
        row = await self._unit.fetch_one(_PIECE[of[0]], owner=owner, place=place)
        if row is None or row["whole"] == b"":
            return None
        if row["whole"] is not None:
            return Piece(self._seals.open(row["whole"], owner), is_last=True)
        if row["body"] is None:
            raise SealBroken
        return Piece(
            self._seals.open_part(row["body"], owner, place, is_last=row["is_last"]), is_last=row["is_last"]
        )

    async def whole(self, of: tuple[str, str], owner: UUID) -> bytes | None:
        """Return a value put together, None where nobody keeps it any more."""
        found = await self.piece(of, owner, 0)
        if found is None or found.is_last:
            return found.content if found else None
        put_together = bytearray(found.content)
        place = 0
        while not found.is_last:
            place += 1
            found = await self.piece(of, owner, place)
            if found is None:
                return None
            put_together += found.content
        return bytes(put_together)

    async def move(self, past: Collection[UUID]) -> tuple[UUID, bool] | None:
        """Put the longest value that stands whole into parts, `past` left out; None when none is left.

        Returns whose it is, and whether it could be: one of a lost key stays as it is.
        """
        await self._unit.begin()
        for table, _ in MOVED:
            row = await self._unit.fetch_one(_WHOLE[table], past=list(past))
            if row is None:
                continue
            try:
                content = self._seals.open(row["whole"], row["id"])
            except SealBroken:
                return row["id"], False
            await self.keep(row["id"], content)
            self._unit.write(_MOVED[table], id=row["id"])
            return row["id"], True
        return None
