"""What in a dossier's history is out of order: found by reading, judged by people.

Pure over the history's entries: the same history always gives the same anomalies, each named by the dossier,
the version it stands in and what it is about, so that reading again finds nothing new. Evidence names
entries, components, steps and offices; of what people wrote only how much they wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.dossier.domain.definitions import Process


class AnomalyKind(StrEnum):
    """What is out of order."""

    UNPUBLISHED_PAPER = "UNPUBLISHED_PAPER"
    """A paper was asked that the procedure's version does not publish (NĐ 63/2010 Đ.13, 18.6)."""
    STEP_OUT_OF_ORDER = "STEP_OUT_OF_ORDER"
    """A step was left for one the approved process does not lead to, or another than the one in work."""
    RETURN_WITHOUT_REASON = "RETURN_WITHOUT_REASON"
    """A step was sent back with a reason that says nothing."""
    SUPPLEMENT_TWICE = "SUPPLEMENT_TWICE"
    """A second supplement was asked after acceptance, or one component twice (NĐ 63/2010 Đ.20)."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry of a dossier's history, as it was published."""

    version: int
    type: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The event's own name: `step_completed`."""
        return self.type.split(".")[1]

    @property
    def change(self) -> Mapping[str, Any]:
        """What happened."""
        found: Mapping[str, Any] = self.data["change"]
        return found

    @property
    def step(self) -> str:
        """The step after the change; empty for none."""
        step = self.data["dossier"].get("step")
        return str(step["code"]) if step else ""

    @property
    def office(self) -> dict[str, str]:
        """Where it was done, without who did it."""
        actor = self.change.get("actor") or {}
        return {name: str(actor.get(name) or "") for name in ("agency", "unit")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something out of order; `about` tells two of one kind in one entry apart."""

    dossier_id: UUID
    version: int
    kind: AnomalyKind
    about: str
    agency: str
    at: datetime
    evidence: Mapping[str, Any] = field(default_factory=dict)


def anomalies_in(
    dossier_id: UUID,
    history: Sequence[HistoryEntry],
    *,
    published: AbstractSet[str],
    process: Process | None,
    least_letters: int,
) -> list[Anomaly]:
    """Return everything out of order in a dossier's whole history, oldest entry first."""
    found: list[Anomaly] = []
    before: HistoryEntry | None = None
    asked: dict[str, int] = {}
    supplements: list[int] = []
    for entry in history:
        told: list[tuple[AnomalyKind, str, dict[str, Any]]] = []
        if entry.name in {"supplement_requested", "intake_supplement_requested"}:
            told += _unpublished(entry, published)
            told += _asked_twice(entry, asked, supplements)
        elif entry.name == "step_completed":
            told += _out_of_order(entry, before, process)
            told += _sent_back_in_silence(entry, least_letters)
        for kind, about, evidence in told:
            agency = entry.office["agency"] or str(entry.data["dossier"]["competent_agency"]["code"])
            found.append(
                Anomaly(
                    dossier_id=dossier_id,
                    version=entry.version,
                    kind=kind,
                    about=about,
                    agency=agency,
                    at=entry.at,
                    evidence={**evidence, "entry": entry.version, **entry.office},
                )
            )
        before = entry
    return found


_Told = Iterator[tuple[AnomalyKind, str, dict[str, Any]]]


def _components(entry: HistoryEntry) -> list[str]:
    supplement = entry.change.get("supplement") or {}
    return [str(item.get("component_code") or "") for item in supplement.get("items", ())]


def _unpublished(entry: HistoryEntry, published: AbstractSet[str]) -> _Told:
    asked = {code or f"#{place}": (code, place) for place, code in enumerate(_components(entry))}
    for about, (code, place) in asked.items():
        if code not in published:
            evidence = {"component": code, "place": place, "published": sorted(published)}
            yield AnomalyKind.UNPUBLISHED_PAPER, about, evidence


def _asked_twice(entry: HistoryEntry, asked: dict[str, int], supplements: list[int]) -> _Told:
    if entry.name == "supplement_requested":
        if supplements:
            yield AnomalyKind.SUPPLEMENT_TWICE, "", {"earlier": list(supplements)}
        supplements.append(entry.version)
    for code in dict.fromkeys(_components(entry)):
        if code and code in asked:
            yield AnomalyKind.SUPPLEMENT_TWICE, code, {"component": code, "earlier": [asked[code]]}
        if code:
            asked[code] = entry.version


def _out_of_order(entry: HistoryEntry, before: HistoryEntry | None, process: Process | None) -> _Told:
    left = str(entry.change.get("completed_step") or "")
    if before is not None and before.step and before.step != left:
        yield AnomalyKind.STEP_OUT_OF_ORDER, left, {"left": left, "in_work": before.step}
    if process is None or left not in process.steps:
        if process is not None:
            yield AnomalyKind.STEP_OUT_OF_ORDER, f"{left}?", {"left": left, "unknown": True}
        return
    rule = process.steps[left]
    outcome = entry.change.get("outcome")
    if outcome == "RETURNED":
        ways = list(rule.can_return_to)
        if rule.kind != "OFFICE":
            # What an outside system sends back goes to an officer who worked it before.
            ways += [code for code, one in process.steps.items() if one.kind == "OFFICE"]
    elif outcome == "DONE":
        ways = [to for to, _ in rule.next]
    else:
        # What time decides (an outside system that did not answer) goes back by a rule of its own.
        return
    if entry.step and entry.step not in ways:
        evidence = {"left": left, "went_to": entry.step, "ways": sorted(ways), "outcome": outcome}
        yield AnomalyKind.STEP_OUT_OF_ORDER, f"{left}>{entry.step}", evidence


def _sent_back_in_silence(entry: HistoryEntry, least_letters: int) -> _Told:
    if entry.change.get("outcome") != "RETURNED":
        return
    letters = letters_of(str(entry.change.get("note") or ""))
    if letters < least_letters:
        evidence = {"left": entry.change.get("completed_step"), "letters": letters, "least": least_letters}
        yield AnomalyKind.RETURN_WITHOUT_REASON, "", evidence


def letters_of(text: str) -> int:
    """Return how much a reason says: its letters, a run of one letter counted once (`aaaa` says nothing)."""
    letters = [sign.lower() for sign in text if sign.isalpha()]
    return sum(1 for place, sign in enumerate(letters) if not place or letters[place - 1] != sign)
