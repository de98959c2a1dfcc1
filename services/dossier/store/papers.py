"""Issued papers: sealed content first, the printed file once, then served from the store for ever."""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.errors import RowChanged
from services.dossier.domain.papers import Paper, PaperKind
from services.dossier.use_cases.ports import IssuedPaper, Seals
from services.dossier.use_cases.row_seals import PAPER, PRINTED, fits, seal
from services.dossier.use_cases.sealed_rows import RowSeals

_log = structlog.get_logger()

_ADD = Statement(
    "INSERT INTO papers (id, dossier_id, kind, number, legal_set, issued_at, issued_by, content_sealed,"
    " seal)"
    " VALUES (:id, :dossier_id, :kind, :number, :legal_set, :issued_at, :issued_by,"
    " :content_sealed, :seal)"
)
_TOLD = ("id", "dossier_id", "kind", "number", "legal_set", "content_sealed", "sha256", "issued_at")
SEALED_PAPER = ", ".join(f"p.{name}" for name in dict.fromkeys((*PAPER, *PRINTED, "seal", "printed_seal")))
"""What a paper's soundness is told by, the paper being `p`."""
_COLUMNS = f"{SEALED_PAPER}, p.superseded_by"
_FIND = Statement(f"SELECT {_COLUMNS} FROM papers p WHERE id = :id")
_IN_FORCE = Statement(
    f"SELECT {_COLUMNS} FROM papers p WHERE dossier_id = :dossier_id AND kind = :kind"
    " AND superseded_by IS NULL ORDER BY id DESC"
)
_SUPERSEDE = Statement(
    "UPDATE papers SET superseded_by = :by, superseded_at = :at WHERE id = :id AND superseded_by IS NULL"
)
_UNPRINTED_OF = Statement("SELECT count(*) FROM papers WHERE dossier_id = :dossier_id AND sha256 IS NULL")
_UNPRINTED = Statement("SELECT id FROM papers WHERE sha256 IS NULL AND id > :after ORDER BY id LIMIT :limit")
_PRINTED = Statement(
    "UPDATE papers SET sha256 = :sha256, size = :size, printed_at = :at, printed_seal = :seal"
    " WHERE id = :id AND sha256 IS NULL RETURNING id"
)


class PostgresPapers:
    """Papers of this service's database."""

    def __init__(self, unit: UnitOfWork, seals: Seals, rows: RowSeals) -> None:
        self._unit = unit
        self._seals = seals
        self._rows = rows
        self._keys = rows.keys

    def add(self, paper: Paper) -> None:
        """Keep a paper's content, sealed: it holds names and addresses."""
        row = {
            "id": paper.id,
            "dossier_id": paper.dossier_id,
            "kind": paper.kind.value,
            "number": paper.number,
            "legal_set": paper.legal_set,
            "issued_at": paper.issued_at,
            "issued_by": paper.issued_by,
            "content_sealed": self._seals.seal(paper.content, purpose="paper"),
        }
        self._unit.write(_ADD, **row, seal=seal("paper", PAPER, row, self._keys))

    async def find(self, paper_id: UUID) -> IssuedPaper | None:
        """Return a paper; raise `RowChanged` for one changed by hand, or put under another dossier."""
        row = await self._unit.fetch_one(_FIND, id=paper_id)
        if row is None:
            return None
        if not is_paper_shown(row, self._rows):
            raise RowChanged
        return _paper_of(row)

    async def in_force(self, dossier_id: UUID, kind: PaperKind) -> IssuedPaper | None:
        """Return the paper of a kind that counts: the last one no other took the place of."""
        rows = await self._unit.fetch(_IN_FORCE, dossier_id=dossier_id, kind=kind.value)
        return next((_paper_of(row) for row in rows if is_paper_shown(row, self._rows)), None)

    def supersede(self, paper_id: UUID, *, by: UUID, at: datetime) -> None:
        """Mark a paper as replaced by another; the commit is stale when another did so first."""
        self._unit.write(_SUPERSEDE, id=paper_id, by=by, at=at)

    async def unprinted_of(self, dossier_id: UUID) -> int:
        """Return how many of a dossier's papers have no file yet."""
        found: int = await self._unit.fetch_value(_UNPRINTED_OF, dossier_id=dossier_id)
        return found

    async def unprinted(self, after: UUID, limit: int) -> list[UUID]:
        """Return papers that have no file yet, in order of their ids."""
        rows = await self._unit.fetch(_UNPRINTED, after=after, limit=limit)
        return [UUID(int=row["id"].int) for row in rows]

    async def keep_printed(self, paper_id: UUID, *, sha256: bytes, size: int, at: datetime) -> bool:
        """Name the paper's file at once; False when another process was first, whose file then counts."""
        printed = {"id": paper_id, "sha256": sha256, "size": size, "printed_at": at}
        printed_seal = seal("printed", PRINTED, printed, self._keys)
        row = await self._unit.fetch_one(
            _PRINTED, id=paper_id, sha256=sha256, size=size, at=at, seal=printed_seal
        )
        return row is not None


def is_paper_shown(row: Any, rows: RowSeals) -> bool:
    """Tell whether a paper is what was issued to its dossier, and its file what was printed of it.

    One without a seal is from before only while `seal-rows` has not been through everything.
    """
    if not row["seal"] and not row["printed_seal"] and not rows.marks.is_complete:
        return True
    is_printed = row["sha256"] is not None
    if fits(row["seal"], "paper", PAPER, row, rows.keys) and (
        not is_printed or fits(row["printed_seal"], "printed", PRINTED, row, rows.keys)
    ):
        return True
    _log.error("a paper was changed by hand", paper=str(row["id"]))
    return False


def _paper_of(row: Any) -> IssuedPaper:
    told = {name: row[name] for name in (*_TOLD, "superseded_by")}
    return IssuedPaper(**{**told, "kind": PaperKind(row["kind"])})
