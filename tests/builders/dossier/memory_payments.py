"""The ledger in memory, as far as a dossier's own moves read and write it; the rest is SQL's to show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from kernel.core.errors import Stale
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.payments.account import Account, Entry

if TYPE_CHECKING:
    from tests.builders.dossier.memory import MemoryDatabase, MemoryWork


class MemoryPayments:
    """Entries of every dossier."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    async def hold(self, dossier_id: UUID) -> Account:
        return Account(dossier_id, tuple(self._work.database.entries.get(dossier_id, ())))

    def add_entries(self, entries: Sequence[Entry]) -> None:
        def write(database: "MemoryDatabase") -> None:
            for entry in entries:
                kept = database.entries.setdefault(entry.dossier_id, [])
                if entry.sequence in {one.sequence for one in kept}:
                    raise Stale
                kept.append(entry)

        if entries:
            self._work.writes.append(write)


class MemoryDues:
    """What the ledger says is still to be paid."""

    def __init__(self, work: "MemoryWork") -> None:
        self._work = work

    async def owed(self, dossier: Dossier) -> int:
        return (await self._work.payments.hold(dossier.id)).outstanding
