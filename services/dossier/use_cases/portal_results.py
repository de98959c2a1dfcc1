"""Results as the portal is told of them: which stands at a version, and which were recalled by then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.dossier.domain.holdings import Result


@dataclass(frozen=True, slots=True)
class Happening:
    """A version in which a result was issued or recalled; several versions may share a moment."""

    version: int
    at: str

    @property
    def moment(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.at)


def told_results(
    result: Result | None, recalled: Sequence[Result], history: Sequence[Mapping[str, Any]]
) -> tuple[list[Result], list[tuple[Result, Happening]]]:
    """Return the result that stands by the end of `history`, and those recalled with when, oldest first.

    One that was recalled later is not told of a version of before: who is told late must not be handed a
    wrong result as right. One issued later does not stand yet.
    """
    issued, ended = _happened(history, "result_issued"), _happened(history, "result_recalled")
    stands = result is not None and any(one.moment >= result.issued_at for one in issued)
    gone: list[tuple[Result, Happening]] = []
    for one in recalled:
        while ended and ended[0].moment < one.issued_at:
            ended.pop(0)
        if ended:
            gone.append((one, ended.pop(0)))
    return ([result] if result is not None and stands else []), gone


def _happened(history: Sequence[Mapping[str, Any]], name: str) -> list[Happening]:
    return [
        Happening(item["version"], str(item["data"]["change"]["at"]))
        for item in history
        if str(item["type"]).split(".")[1] == name
    ]
