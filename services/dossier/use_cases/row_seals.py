"""What keyed seals in rows cover: the whole of a dossier's row, its components, its files, its papers.

The keys are the history's: who may write rows cannot make a seal that fits what was written by hand.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from services.dossier.domain.history import AGENCIES, HistoryKeys, is_sealed, seal_head

ROW = (
    *("id", "version", "reference", "origin", "channel", "procedure_code", "procedure_name", "sector"),
    *("dossier_code", "portal_code", "process_code", "prior_state", "procedure_version", "process_version"),
    *("helping_agency", "receiving_agency", "competent_agency", "state", "agencies", "accepted_at", "due_at"),
    *("original_due_at", "ended_at", "submitted_at", "step", "owner_name", "owner_subject"),
    *("submitter_subject", "owner_index", "parties_sealed", "contact_sealed", "form_sealed", "secret_hash"),
    *("result_delivery", "work", "task_role", "task_agency", "task_unit", "task_due_at", "task_holder"),
    *("asked_desks", "asked_due_at", "outside_key", "consulted_agencies", "continued_from"),
    *("history_hash", "given_files", "components_hash", "destroyed_by"),
)
"""Every column of a dossier but those named next; a test compares both with the table."""
NOT_IN_ROW = {
    "head_seal": "the seal itself",
    "watch_at": "the scheduler's own: when a job looks next, moved without a change",
}
_RULE = "r1"
"""Names the columns a seal covers. Another list is another rule, and `seal-rows` brings rows to it."""
FILE = (
    *("id", "uploader", "component_code", "file_name", "media_type", "size", "sha256", "created_at"),
    *("signatures", "replaces"),
)
"""What a file is from the day it came."""
BOUND = ("id", "dossier_id", "purpose")
"""Where a file belongs."""
FILE_KIND = "ordered-file"
"""A file's seal says by its kind that its scan is sealed too, and that documents in it go by their names."""
TAKEN_FILE_KIND = "taken-file"
"""Of a file taken from the personal-paper store: that it was, and how, is sealed with it."""
OLDER_FILE_KIND = "file"
"""From before the scan was sealed."""
_SORTED = frozenset({FILE_KIND, TAKEN_FILE_KIND})
UNORDERED_FILE_KIND = "scanned-file"
"""From before documents in a seal were put in order: what was found of signatures, as it was written."""
_WRITTEN = (
    *("field", "kind", "signer", "organization", "issuer", "serial", "valid_from", "valid_to", "intact"),
    *("covers_whole_document", "changed_after", "changes_allowed", "digest", "signed_at", "time_source"),
    *("trusted", "trusted_when_signed", "own_seal", "revocation", "distrust", "timestamp"),
)
_WRITTEN_UNREAD = ("kind", "intact", "trusted", "covers_whole_document", "field", "problem")
SCAN = ("id", "sha256", "scan", "scanned_at", "threat")
"""What the scanner said of a file, or that it said nothing yet: sealed in the statement that writes it."""
PAPER = ("id", "dossier_id", "kind", "number", "legal_set", "issued_at", "issued_by", "content_sealed")
"""What a paper is from the day it was issued."""
PRINTED = ("id", "sha256", "size", "printed_at")
"""The file a paper was printed to."""
COMPONENT = (
    *("position", "component_code", "name", "form", "attachment_ids", "is_digitised", "reuse"),
    "is_from_personal_store",
)


def seal(what: str, names: Sequence[str], row: Mapping[str, Any], keys: HistoryKeys) -> str:
    """Return the seal of these columns, `key id:keyed hash`; `what` keeps kinds from passing as others."""
    digest = keys.digest(keys.current, _said(what, keys.current, names, row)) or b""
    return f"{keys.current}:{digest.hex()}"


def fits(told: str, what: str, names: Sequence[str], row: Mapping[str, Any], keys: HistoryKeys) -> bool:
    """Tell whether this is what was sealed, with one of our keys."""
    key_id, _, digest = told.rpartition(":")
    found = keys.digest(key_id, _said(what, key_id, names, row))
    return found is not None and hmac.compare_digest(found.hex(), digest)


def fits_unordered(told: str, what: str, file: Mapping[str, Any], keys: HistoryKeys) -> bool:
    """Tell whether a file is what was sealed before documents were put in order.

    The database gives their names back in an order of its own: both are tried.
    """
    written = [_as_written(one) for one in file["signatures"] or ()]
    return fits(told, what, FILE, file, keys) or fits(told, what, FILE, {**file, "signatures": written}, keys)


def _as_written(signature: Mapping[str, Any]) -> dict[str, Any]:
    names = _WRITTEN_UNREAD if "problem" in signature else _WRITTEN
    found = {name: signature[name] for name in names if name in signature}
    return {**found, **signature}


def seal_file(file: Mapping[str, Any], keys: HistoryKeys) -> str:
    """Return the seal of a file's record as it came."""
    return seal(*_kind_of(file), file, keys)


def is_file_sealed(told: str, file: Mapping[str, Any], keys: HistoryKeys) -> bool:
    """Tell whether a file's record is what was sealed, and whether it was taken or uploaded."""
    return fits(told, *_kind_of(file), file, keys)


def _kind_of(file: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    return (FILE_KIND, FILE) if file["taken"] is None else (TAKEN_FILE_KIND, (*FILE, "taken"))


def seal_row(row: Mapping[str, Any], keys: HistoryKeys) -> str:
    """Return the seal of a dossier's whole row: `rule:key id:keyed hash`."""
    return f"{_RULE}:{seal(_RULE, ROW, row, keys)}"


def is_of_today(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is sealed by the rule of today, rightly or not."""
    return str(row["head_seal"]).startswith(f"{_RULE}:")


def is_row_sealed(row: Mapping[str, Any], keys: HistoryKeys) -> bool:
    """Tell whether a dossier's row is what was sealed."""
    rule, _, told = str(row["head_seal"]).partition(":")
    return rule == _RULE and fits(told, _RULE, ROW, row, keys)


def is_sealed_by_older(row: Mapping[str, Any], keys: HistoryKeys) -> bool:
    """Tell whether a row is what was sealed before whole rows were: where history ends, whose it is."""
    agencies = {name: row["agencies"][name.removesuffix("_agency")]["code"] for name in AGENCIES}
    is_one = all(row[name] == code for name, code in agencies.items())
    return not is_of_today(row) and is_one and is_sealed(row["head_seal"], row, keys)


def seal_next(before: Mapping[str, Any] | None, after: Mapping[str, Any], keys: HistoryKeys) -> str:
    """Return the seal of a dossier's next row.

    What was changed by hand stays without: going on with it must not make it good. A row of before this
    rule goes on under the older one until `seal-rows`, run by a person, vouches for the rest of it.
    """
    if before is None or is_row_sealed(before, keys):
        return seal_row(after, keys)
    return seal_head(after, keys) if is_sealed_by_older(before, keys) else ""


def components_hash(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the hash of a dossier's components in their order; its row, which is sealed, keeps it."""
    said = [[row[name] for name in COMPONENT] for row in rows]
    return hashlib.sha256(orjson.dumps(said, default=_plain)).digest() if said else b""


def _said(what: str, key_id: str, names: Sequence[str], row: Mapping[str, Any]) -> bytes:
    said: list[Any] = [what, key_id]
    for name in names:
        value = row[name]
        said.append(value.astimezone(UTC) if isinstance(value, datetime) else value)
    return orjson.dumps(said, default=_plain, option=orjson.OPT_SORT_KEYS if what in _SORTED else None)


def _plain(value: Any) -> Any:
    # The driver's UUID is a subclass; enumerations and the like are kept as their text.
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return str(UUID(int=value.int)) if isinstance(value, UUID) else str(value)
