"""The items of an import and what became of each."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from services.catalog.domain.parts import KnownProcedure


class ItemKind(StrEnum):
    """What the catalogue holds; the noun of the event it publishes."""

    SECTOR = "sector"
    AGENCY = "agency"
    CALENDAR = "calendar"
    STAFF = "staff"
    PROCESS = "process"
    PROCEDURE = "procedure"
    INTERLINKED_GROUP = "interlinked_group"
    FORM = "form"
    PAGE = "page"


class Source(StrEnum):
    """Who says it: the national catalogue or the province."""

    NATIONAL = "NATIONAL"
    LOCAL = "LOCAL"


class Outcome(StrEnum):
    """What an import did, or would do, with an item."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(slots=True)
class Item:
    """One entry of the document, read and judged; `raw` is what the source said, where it was rewritten."""

    kind: ItemKind
    code: str
    data: dict[str, Any]
    reasons: list[str] = field(default_factory=list)
    raw: Mapping[str, Any] | None = None
    outcome: Outcome = Outcome.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the catalogue holds of an item now; version 0: nothing.

    Of a procedure only its chains and versions are held, under `procedure`.
    """

    version: int = 0
    digest: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    procedure: "KnownProcedure | None" = None


NOTHING = Known()
_AS_EVER = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_SMALL = (b":0.0000", b":-0.0000", b",0.0000", b",-0.0000", b"[0.0000", b"[-0.0000")


def canonical(data: Mapping[str, Any]) -> str:
    """Return the one JSON text of these values, whatever order they came in.

    Digests of it are kept: it may never read otherwise. orjson writes the same text ten times as fast, but
    for numbers close to nought, and not every value.
    """
    try:
        written = orjson.dumps(data, option=_AS_EVER)
    except TypeError:
        return _written(data)
    return _written(data) if _may_have_small_number(written) else written.decode()


def _may_have_small_number(written: bytes) -> bool:
    """Tell whether a number between -0.0001 and 0.0001 may stand in a text of orjson's."""
    if any(begun in written for begun in _SMALL):
        return True
    place = written.find(b"e-")
    while place > 0:
        if written[place - 1 : place].isdigit():
            return True
        place = written.find(b"e-", place + 2)
    return False


def _written(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a canonical text, by which two records are known to be the same."""
    return hashlib.sha256(text.encode()).hexdigest()
