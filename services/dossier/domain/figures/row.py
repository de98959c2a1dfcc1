"""A fact as flat values, and back: what a row of statistics holds."""

from collections.abc import Mapping
from itertools import starmap
from typing import Any
from uuid import UUID

from services.dossier.domain.figures.fact import Counted, Earlier, Ending, Fact, Punctuality

COLUMNS = (
    "dossier_id",
    "version",
    "competent_agency",
    "receiving_agency",
    "helping_agency",
    "sector",
    "procedure_code",
    "channel",
    "route",
    "cause",
    "received_at",
    "due_at",
    "stopped_at",
    "ended_at",
    "amended_at",
    "received_on",
    "ended_on",
    "ending",
    "punctuality",
    "is_electronic",
    "is_follower",
    "is_correction",
    "is_mirror",
    "supplements",
    "asked_at",
    "components",
    "digitised",
    "reused",
    "was_until",
    "was_due",
    "was_stopped",
)


_EARLIER = ("was_until", "was_due", "was_stopped")


def columns_of(fact: Fact) -> dict[str, Any]:
    """Return the columns of a row."""
    counted = fact.counted or Counted()
    own = {"components", "digitised", "reused", "ending", "punctuality", "asked_at", *_EARLIER}
    return {
        **{name: getattr(fact, name) for name in COLUMNS if name not in own},
        "ending": fact.ending.value,
        "punctuality": fact.punctuality.value,
        "components": counted.components,
        "digitised": counted.digitised,
        "reused": counted.reused,
        "asked_at": list(fact.asked_at),
        "was_until": [one.until for one in fact.earlier],
        "was_due": [one.due_at for one in fact.earlier],
        "was_stopped": [one.stopped_at for one in fact.earlier],
    }


def fact_of(row: Mapping[str, Any], prefix: str = "") -> Fact:
    """Return what a row says; its columns may have a prefix."""
    told = {name: row[prefix + name] for name in COLUMNS}
    counted = ("components", "digitised", "reused")
    own = ("ending", "punctuality", "received_on", "ended_on", "asked_at", *counted, *_EARLIER)
    found = {name: told.pop(name) for name in own}
    return Fact(
        **{**told, "dossier_id": UUID(int=told["dossier_id"].int)},
        ending=Ending(found["ending"]),
        punctuality=Punctuality(found["punctuality"]),
        counted=Counted(found["components"], found["digitised"], found["reused"]),
        asked_at=tuple(found["asked_at"]),
        earlier=tuple(starmap(Earlier, zip(*(found[name] for name in _EARLIER), strict=True))),
    )
