"""Supplements as the portal is told of them: asked, answered with which files, confirmed, the new date."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.dossier.domain.states import State
from services.dossier.use_cases.ports import Attachment

ANSWERED = ("supplement_answered", "intake_supplement_answered")
_BROUGHT = "SUPPLEMENT"


def told_supplements(
    history: Sequence[Mapping[str, Any]],
    files: Iterable[Attachment],
    shown: Sequence[Mapping[str, Any]],
    answered_with: Sequence[Sequence[UUID] | None] = (),
) -> list[dict[str, Any]]:
    """Return one entry a request, oldest first, as far as `history` goes; `shown` are the files as told.

    `answered_with` are the files recorded with each request's answer, also with those that came later.

    What is not recorded stays None: a request nobody answered has no answer, one before acceptance no due
    moments, one nobody confirmed no officer.
    """
    found: list[dict[str, Any]] = []
    for item in history:
        change = item["data"]["change"]
        kind = str(item["type"]).split(".")[1]
        if "supplement" in change:
            found.append(_asked(change, is_intake=kind.startswith("intake")))
        elif found and kind in ANSWERED:
            found[-1] |= _answered(change)
        elif found and _confirms(kind, change, found[-1]):
            found[-1] |= _confirmed(change, item["data"]["dossier"]["due_at"])
    _give_files(found, answered_with, files, shown)
    return found


def _asked(change: Mapping[str, Any], *, is_intake: bool) -> dict[str, Any]:
    return {
        "asked_at": change["at"],
        "by": change["actor"]["name"],
        **change["supplement"],
        "reason": change["note"],
        "is_intake": is_intake,
        "answered_at": None,
        "answer_note": "",
        "confirmed_at": None,
        "confirmed_by": None,
        "due_before": None,
        "due_after": None,
        "files": [],
    }


def _answered(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer; the officer who took it over the counter confirms that it came."""
    actor = change["actor"]
    by = actor["name"] if actor["kind"] == "staff" else None
    return {"answered_at": change["at"], "answer_note": change["note"], "confirmed_by": by}


def _confirms(kind: str, change: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    """Tell whether the office took an answer for complete: accepted, or let the clock run again; T2, T10."""
    if last["answered_at"] is None or last["confirmed_at"] is not None:
        return False
    if last["is_intake"]:
        return kind == "accepted"
    return kind == "resumed" and change["from_state"] == State.SUPPLEMENT_REQUESTED


def _confirmed(change: Mapping[str, Any], due_at: str | None) -> dict[str, Any]:
    told = {"confirmed_at": change["at"], "confirmed_by": change["actor"]["name"]}
    before = change.get("previous_due_at")
    return {**told, "due_before": before, "due_after": due_at} if before else told


def _give_files(
    found: Sequence[dict[str, Any]],
    recorded: Sequence[Sequence[UUID] | None],
    files: Iterable[Attachment],
    shown: Sequence[Mapping[str, Any]],
) -> None:
    """Put each file brought to the answer it was handed in with, in its newest version.

    Where that was not recorded yet it is the first such answer that is not older than the file: of one who
    uploads for a second request before answering the first, nothing better is known.
    """
    known = {item.id: item for item in files}
    by_id = {one["attachment_id"]: one for one in shown}
    answers = [
        (datetime.fromisoformat(one["answered_at"]), one, recorded[place] if place < len(recorded) else None)
        for place, one in enumerate(found)
        if one["answered_at"]
    ]
    # A file recorded with an answer that is not in this version was not handed in yet.
    placed = {file for one in recorded for file in one or ()}
    for item in known.values():
        before = known.get(item.replaces) if item.replaces else None
        if item.purpose != _BROUGHT or (before is not None and before.purpose == _BROUGHT):
            continue
        if item.id in placed:
            into = next((one for _, one, with_it in answers if item.id in (with_it or ())), None)
        else:
            into = next((one for at, one, held in answers if held is None and item.created_at <= at), None)
        told = by_id.get(_newest(item.id, known))
        if into is not None and told is not None:
            into["files"].append(dict(told))


def _newest(one: UUID, known: Mapping[UUID, Attachment]) -> UUID:
    while (held := known.get(one)) is not None and held.replaced_by is not None:
        one = held.replaced_by
    return one
