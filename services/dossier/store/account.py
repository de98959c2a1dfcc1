"""Between rows of the ledger and an account."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.dossier.domain.payments.account import Account, Entry

_ENTRIES = TypeAdapter(tuple[Entry, ...])


def account_of(dossier_id: UUID, rows: Sequence[Any] | None) -> Account:
    """Return the account of a dossier's rows, oldest first."""
    return Account(UUID(int=dossier_id.int), _ENTRIES.validate_python([plain(row) for row in rows or ()]))


def plain(row: Any) -> dict[str, Any]:
    """Return a row with the standard library's UUIDs: the driver's subclass is no JSON value."""
    return {
        name: UUID(int=value.int) if isinstance(value, UUID) else value for name, value in dict(row).items()
    }
