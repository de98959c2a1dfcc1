"""A row changed by hand is not shown: its seal does not fit, and the log says which."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import structlog

from services.dossier.use_cases.sealed_rows import RowSeals, is_shown
from services.dossier.use_cases.sealed_tables import SEALED

_log = structlog.get_logger()
SEALED_ON = "seals = CASE WHEN seals = '{}' THEN seals ELSE seals || :seals::jsonb END"
"""For statements that do not know what they meet: a row of before is left to `seal-rows` as a whole."""
_ALWAYS = "0001-01-01T00:00:00Z"
_REVOKED = {"valid_until": "0001-01-01", "revoked_at": _ALWAYS}
_MOMENTS = ("revoked_at",)
_DAYS = ("valid_from", "valid_until")


def shown(table: str, row: Mapping[str, Any], rows: RowSeals, *groups: str) -> bool:
    """Tell whether a row may be relied on; one of before may, until `seal-rows` has marked its table."""
    if is_shown(table, row, rows.keys, groups, is_marked=rows.marks.has(table)):
        return True
    key = "/".join(str(row[name]) for name in SEALED[table].key)
    _log.error("a row was changed by hand", table=table, row=key)
    return False


def sound_authority(row: Any, rows: RowSeals) -> Any:
    """Return a row whose recorded authorisation, changed or taken out, counts as revoked from the first."""
    told = row.get("authority")
    if told is None:
        if not _names_authority(row.get("work")):
            return row
        _log.error("a recorded authorisation is missing", row=str(row["id"]))
        return {**dict(row), "authority": _REVOKED}
    read = {
        **told,
        **{name: told[name] and datetime.fromisoformat(told[name]) for name in _MOMENTS},
        **{name: date.fromisoformat(told[name]) for name in _DAYS},
    }
    if shown("authorizations", read, rows, "term", "ended"):
        return row
    return {**dict(row), "authority": {**told, "revoked_at": _ALWAYS}}


def _names_authority(work: Any) -> bool:
    """Tell whether what was handed in names an authorisation; it goes only with the last that does."""
    brought = work.get("brought") if isinstance(work, Mapping) else None
    return isinstance(brought, Mapping) and bool(brought.get("authorization_id"))
