"""Which accounts are one person's: listed, proposed, linked and ended in a unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.assurance import VERIFIED
from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.account import EQUAL_NUMBER
from services.gateway.store.accounts import LINK, TIED
from services.gateway.store.one_person import KEEP, LOCK, lock_name, one_number

_SHOWN = (
    "id, issuer, linked_issuer, how, linked_at, linked_by = ANY(:subjects::text[]) AS is_mine, revoked_at,"
    " CASE WHEN revoked_at IS NULL THEN 1 ELSE 2 END AS version"
)
_OWN = "(subject = ANY(:subjects::text[]) OR linked_subject = ANY(:subjects::text[]))"
_LISTED = Statement(
    f"SELECT {_SHOWN} FROM account_links WHERE {_OWN} ORDER BY revoked_at IS NOT NULL, id DESC LIMIT 100"
)
_ONE = Statement(f"SELECT {_SHOWN} FROM account_links WHERE id = :id AND {_OWN}")
_PROPOSED = Statement(
    """
    SELECT o.id, o.issuer, o.issuer_subject, o.subject, o.number_index, m.issuer AS own_issuer,
        m.issuer_subject AS own_issuer_subject, m.subject AS own_subject
    FROM accounts m JOIN accounts o ON o.number_index = m.number_index AND o.kind = m.kind
    WHERE m.subject = :subject AND m.level >= :verified AND o.level >= :verified
      AND NOT o.subject = ANY(:subjects::text[]) AND (:id::uuid IS NULL OR o.id = :id)
      AND NOT EXISTS (SELECT 1 FROM account_links l WHERE l.revoked_at IS NULL
        AND (l.linked_subject = o.subject OR l.subject = o.subject))
    ORDER BY o.id LIMIT 20
    """
)
_REVOKE = Statement(
    "UPDATE account_links SET revoked_by = :by, revoked_at = :now WHERE id = :id AND revoked_at IS NULL"
)


class PostgresAccountLinks:
    """Links of one unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def listed(self, subjects: Sequence[str]) -> list[dict[str, Any]]:
        """Return links of these subjects, those that hold first, the newest of them first."""
        return [dict(row) for row in await self._unit.fetch(_LISTED, subjects=list(subjects))]

    async def one(self, link_id: UUID, subjects: Sequence[str]) -> dict[str, Any] | None:
        """Return a link of these subjects."""
        row = await self._unit.fetch_one(_ONE, id=link_id, subjects=list(subjects))
        return dict(row) if row else None

    async def proposed(
        self, subject: str, subjects: Sequence[str], account_id: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Return accounts of nobody's link that tell the number of one's own, both of them checked."""
        rows = await self._unit.fetch(
            _PROPOSED, subject=subject, subjects=list(subjects), verified=VERIFIED, id=account_id
        )
        return [dict(row) for row in rows]

    async def is_tied(self, found: dict[str, Any]) -> bool:
        """Tell whether either account is linked otherwise; from here on nobody else links them.

        Raise `TwoPeople` where another number was told of who is linked to them already.
        """
        await self._unit.begin()
        for what in sorted({found["own_subject"], found["subject"]}):
            await self._unit.fetch_value(LOCK, what=lock_name(what))
        tied = await self._unit.fetch_value(
            TIED,
            subjects=[found["own_subject"], found["subject"]],
            other=found["subject"],
            issuer=found["issuer"],
            issuer_subject=found["issuer_subject"],
        )

        async def told(statement: Statement, subjects: list[str]) -> Any:
            return await self._unit.fetch(statement, subjects=subjects)

        if tied is None:
            await one_number(told, [found["own_subject"], found["subject"]], bytes(found["number_index"]))
        return tied is not None

    def link(self, found: dict[str, Any], now: datetime) -> UUID:
        """Queue a link of an account proposed."""
        link_id = new_id()
        self._unit.write(
            LINK,
            id=link_id,
            subject=found["own_subject"],
            issuer=found["own_issuer"],
            issuer_subject=found["own_issuer_subject"],
            linked_subject=found["subject"],
            linked_issuer=found["issuer"],
            linked_issuer_subject=found["issuer_subject"],
            number=found["number_index"],
            how=EQUAL_NUMBER,
            now=now,
        )
        self._unit.write(KEEP, subject=found["own_subject"], number=found["number_index"])
        return link_id

    def revoke(self, link_id: UUID, *, by: str, now: datetime) -> None:
        """Queue the end of a link; of one that has ended meanwhile the commit fails as stale."""
        self._unit.write(_REVOKE, id=link_id, by=by, now=now)
