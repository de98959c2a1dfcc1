"""Results as the portal is told of them: which stands at a version, and which were recalled by then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.dossier.domain.holdings import Result


def told_results(
    result: Result | None, recalled: Sequence[Result], history: Sequence[Mapping[str, Any]]
) -> tuple[list[Result], list[tuple[Result, str]]]:
    """Return the result that stands by the end of `history`, and those recalled with when, oldest first.

    One that was recalled later is not told of a version of before: who is told late must not be handed a
    wrong result as right. One issued later does not stand yet.
    """
    issued, ended = _times(history, "result_issued"), _times(history, "result_recalled")
    stands = result is not None and any(datetime.fromisoformat(at) >= result.issued_at for at in issued)
    gone: list[tuple[Result, str]] = []
    for one in recalled:
        while ended and datetime.fromisoformat(ended[0]) < one.issued_at:
            ended.pop(0)
        if ended:
            gone.append((one, ended.pop(0)))
    return ([result] if result is not None and stands else []), gone


def _times(history: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    changes = (item["data"]["change"] for item in history if str(item["type"]).split(".")[1] == name)
    return [str(change["at"]) for change in changes]
