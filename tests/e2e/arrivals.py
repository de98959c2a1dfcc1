"""What arrived at the providers, held against what was planned: nothing missing, nothing nobody planned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Arrivals:
    """What arrived more often than once under one id; each such id counted once."""

    mails: int
    mails_twice: int
    sms: int
    sms_asked_twice: int


def compare(planned: Iterable[Mapping[str, Any]], caught: Iterable[Mapping[str, Any]]) -> Arrivals:
    """Fold what was caught by the message's id and compare; an `AssertionError` names what differs.

    `planned` are rows of notify (`id`, `channel`, `attempts`), `caught` messages of the catcher. Every
    planned message must be there, every caught one planned, all copies of an id alike. A copy more than there
    were attempts is a defect of ours: no kill explains it.
    """
    attempts = {(row["channel"], str(row["id"])): row["attempts"] for row in planned}
    copies: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for one in caught:
        copies[_identity(one)].append(one)
    missing, unplanned = attempts.keys() - copies.keys(), copies.keys() - attempts.keys()
    assert not missing, f"{len(missing)} planned messages never arrived: {sorted(missing)[:5]}"
    assert not unplanned, f"{len(unplanned)} messages arrived that nobody planned: {sorted(unplanned)[:5]}"
    times = {identity: sum(one["count"] for one in some) for identity, some in copies.items()}
    for identity, some in copies.items():
        different = {(one["subject"], one["body"], *one["recipients"]) for one in some}
        assert len(different) == 1, f"{identity} came with different contents"
        assert times[identity] <= attempts[identity], (
            f"{identity} came {times[identity]} times, tried {attempts[identity]} times"
        )
    mails = [times[one] for one in times if one[0] == "EMAIL"]
    sms = [times[one] for one in times if one[0] == "SMS"]
    return Arrivals(len(mails), _repeated(mails), len(sms), _repeated(sms))


def _identity(caught: Mapping[str, Any]) -> tuple[str, str]:
    """Return channel and message id: a mail's before the @ of its Message-ID, an SMS's reference."""
    if caught["kind"] == "sms":
        return "SMS", str(caught["reference"])
    return "EMAIL", str(caught["message_id"]).strip("<>").partition("@")[0]


def _repeated(times: list[int]) -> int:
    return sum(1 for count in times if count > 1)
