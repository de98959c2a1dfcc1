"""Drafts in PostgreSQL: content sealed, gone with the draft."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.intake.drafts import DraftState, SubmissionDraft
from services.dossier.store.shown import SEALED_ON, shown
from services.dossier.use_cases.ports import Seals
from services.dossier.use_cases.sealed_rows import RowSeals

_COLUMNS = (
    "id, version, subject, procedure_code, group_code, content_sealed, state, created_at, changed_at,"
    " expires_at, noticed_at, dossier_id, seals"
)
_ADD = Statement(
    f"INSERT INTO drafts ({_COLUMNS}) VALUES"
    f" ({', '.join(f':{name.strip()}' for name in _COLUMNS.split(','))})"
)
_HOLD = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_COUNT = Statement("SELECT count(*) FROM drafts WHERE subject = :subject AND state = 'OPEN'")
_FIND = Statement(f"SELECT {_COLUMNS} FROM drafts WHERE id = :id AND subject = ANY(:subjects::text[])")
_OF = Statement(
    f"SELECT {_COLUMNS} FROM drafts WHERE subject = ANY(:subjects::text[]) AND state = 'OPEN'"
    " ORDER BY changed_at DESC LIMIT 200"
)
_SAVE = Statement(
    "UPDATE drafts SET version = :version, content_sealed = :content_sealed, state = :state,"
    " changed_at = :changed_at, expires_at = :expires_at, noticed_at = :noticed_at, dossier_id = :dossier_id,"
    f" {SEALED_ON} WHERE id = :id AND version = :version - 1"
)
# What was written down goes at once; that there was a draft stays for a month to answer who asks.
_OVER = Statement(
    "SELECT id FROM drafts WHERE state = 'OPEN' AND expires_at <= :now ORDER BY expires_at LIMIT :limit"
    " FOR UPDATE SKIP LOCKED"
)
_EXPIRE = Statement(
    """
    UPDATE drafts d SET version = version + 1, state = 'EXPIRED', content_sealed = '', changed_at = :now,
        seals = CASE WHEN d.seals = '{}' THEN d.seals ELSE d.seals || given.seals END
    FROM jsonb_to_recordset(:rows::jsonb) AS given(id uuid, seals jsonb) WHERE d.id = given.id
    """,
    rows=None,
)
_NOTICE = Statement(
    "UPDATE drafts SET noticed_at = :now WHERE id IN (SELECT id FROM drafts WHERE state = 'OPEN'"
    " AND noticed_at IS NULL AND expires_at <= :until AND expires_at > :now ORDER BY expires_at LIMIT :limit"
    f" FOR UPDATE SKIP LOCKED) RETURNING {_COLUMNS}, (SELECT p.data ->> 'name' FROM procedures p"
    " WHERE p.code = drafts.procedure_code ORDER BY p.version DESC LIMIT 1) AS procedure_name,"
    " (SELECT g.data ->> 'name' FROM interlinked_groups g WHERE g.code = drafts.group_code) AS group_name"
)


class PostgresDrafts:
    """What people have not handed in yet."""

    def __init__(self, unit: UnitOfWork, seals: Seals, rows: RowSeals) -> None:
        self._unit = unit
        self._seals = seals
        self._rows = rows

    async def count_open(self, subject: str) -> int:
        """Return how many a person keeps; the person's next addition waits until the unit ends."""
        await self._unit.begin()
        await self._unit.fetch(_HOLD, name=f"drafts:{subject}")
        return int(await self._unit.fetch_value(_COUNT, subject=subject))

    def add(self, draft: SubmissionDraft) -> None:
        """Keep a new draft."""
        whose = {
            "subject": draft.subject,
            "procedure_code": draft.procedure_code,
            "group_code": draft.group_code,
            "created_at": draft.created_at,
        }
        columns = {**self._changing(draft), **whose}
        self._unit.write(_ADD, **columns, seals=self._rows.made("drafts", columns))

    async def find(self, draft_id: UUID, subjects: Sequence[str]) -> SubmissionDraft:
        """Return a person's own draft; raise `NotFound`."""
        row = await self._unit.fetch_one(_FIND, id=draft_id, subjects=list(subjects))
        if row is None or not self._is_sound(row):
            raise NotFound
        return self._draft(row)

    async def of(self, subjects: Sequence[str]) -> list[SubmissionDraft]:
        """Return a person's open drafts, the last changed first; one changed by hand is nobody's."""
        rows = await self._unit.fetch(_OF, subjects=list(subjects))
        return [self._draft(row) for row in rows if self._is_sound(row)]

    def _is_sound(self, row: Any) -> bool:
        self._rows.see("drafts", row)
        return shown("drafts", row, self._rows)

    def save(self, draft: SubmissionDraft) -> None:
        """Keep a changed draft; `Stale` at the commit when somebody was faster."""
        columns = self._changing(draft)
        self._unit.write(_SAVE, **columns, seals=self._rows.made("drafts", columns, "content"))

    async def expire(self, now: datetime, limit: int) -> int:
        """Forget drafts whose time is over, at once; return how many."""
        await self._unit.begin()
        over = [row["id"] for row in await self._unit.fetch(_OVER, now=now, limit=limit)]
        if over:
            emptied = [{"id": one, "content_sealed": ""} for one in over]
            seals = [self._rows.made("drafts", row, "content") for row in emptied]
            rows = [{"id": one, "seals": made} for one, made in zip(over, seals, strict=True)]
            self._unit.write(_EXPIRE, now=now, rows=rows)
        return len(over)

    async def to_notice(
        self, now: datetime, until: datetime, limit: int
    ) -> list[tuple[SubmissionDraft, str, str]]:
        """Mark and return open drafts that expire before a moment, with the names of procedure and group."""
        await self._unit.begin()
        rows = await self._unit.fetch(_NOTICE, now=now, until=until, limit=limit)
        return [
            (self._draft(row), row["procedure_name"] or "", row["group_name"] or "")
            for row in rows
            if self._is_sound(row)
        ]

    def _changing(self, draft: SubmissionDraft) -> dict[str, Any]:
        content = dict(draft.content)
        return {
            "id": draft.id,
            "version": draft.version,
            "content_sealed": self._seals.seal(content, purpose="draft") if content else "",
            "state": draft.state.value,
            "changed_at": draft.changed_at,
            "expires_at": draft.expires_at,
            "noticed_at": draft.noticed_at,
            "dossier_id": draft.dossier_id,
        }

    def _draft(self, row: Any) -> SubmissionDraft:
        sealed = row["content_sealed"]
        content = self._seals.open(sealed, purpose="draft") if sealed else {}
        return SubmissionDraft(
            **{name: row[name] for name in ("version", "subject", "procedure_code", "group_code")},
            **{name: row[name] for name in ("created_at", "changed_at", "expires_at", "noticed_at")},
            id=UUID(int=row["id"].int),
            dossier_id=UUID(int=row["dossier_id"].int) if row["dossier_id"] else None,
            state=DraftState(row["state"]),
            content=content if isinstance(content, dict) else {},
        )
