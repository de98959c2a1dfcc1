"""Whatever lives dossiers lead: cuts add up to totals and lists, a rebuild gives what was counted."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.dossier.commands.figures import _fold
from services.dossier.domain.figures.asked import Cut
from services.dossier.domain.figures.fact import SILENT, Fact, follow, told_by
from services.dossier.domain.figures.numbers import Number, belongs
from services.dossier.domain.figures.period import Period, end_of
from services.dossier.domain.figures.row import columns_of, fact_of
from services.dossier.store.figure_views import COLUMN
from tests.builders.dossier.figures import an_event_data, at

BEGIN = at("2026-03-02 08:00")
AGENCIES, SECTORS, CHANNELS = ("H99.201", "H99.202"), ("s1", "s2"), ("ONLINE", "DIRECT", "POSTAL")
TURNS = (
    *("supplement_requested", "resumed", "suspended", "due_recomputed", "step_completed", "corrected"),
    *("result_issued", "returned", "result_recalled", "stopped", "route"),
)
Life = list[dict[str, Any]]


@st.composite
def lives(draw: st.DrawFn, number: int) -> Life:
    """Make the events of a dossier: some waits, refused or accepted, then any turns of its life."""
    agency = {"code": draw(st.sampled_from(AGENCIES)), "name": "x"}
    now = BEGIN + timedelta(hours=draw(st.integers(0, 400)))
    due = now + timedelta(days=draw(st.integers(1, 9)))
    state: dict[str, Any] = {
        "competent_agency": agency,
        "procedure": {
            "code": "1.00487" + str(number % 3),
            "name": "x",
            "sector": draw(st.sampled_from(SECTORS)),
        },
        "channel": draw(st.sampled_from(CHANNELS)),
        "route": "PROVINCE",
        "accepted_at": now.isoformat(),
        "due_at": due.isoformat(),
        "stopped_at": None,
        "ended_at": None,
    }
    events: Life = []

    def tell(kind: str, name: str, **change: Any) -> None:
        data = an_event_data(UUID(int=number), name, **state, **{f"_{one}": by for one, by in change.items()})
        data["dossier"]["version"] = len(events) + 1
        events.append({"dossier_id": number, "type": f"dossier.{kind}.v1", "at": now, "data": data})

    if draw(st.integers(0, 9)) == 0:
        state |= {"accepted_at": None, "due_at": None, "ended_at": now.isoformat()}
        tell("intake_refused", "INTAKE_REFUSED")
        return events
    tell(
        "accepted",
        "ACCEPTED",
        counted=draw(st.sampled_from([None, {"components": 2, "digitised": 2, "reused": 1}])),
    )
    for turn in draw(st.lists(st.sampled_from(TURNS), max_size=9)):
        now += timedelta(hours=draw(st.integers(1, 90)))
        match turn:
            case "supplement_requested" | "suspended":
                state["stopped_at"] = state["stopped_at"] or now.isoformat()
                tell(turn, "SUPPLEMENT_REQUESTED", cause={"code": draw(st.sampled_from(["A", "B"]))})
            case "result_issued" | "stopped":
                state["ended_at"] = now.isoformat()
                tell(turn, "STOPPED" if turn == "stopped" else "RESULT_READY", result={"electronic": True})
            case "result_recalled" | "resumed":
                state |= {"ended_at": None, "stopped_at": None}
                tell(turn, "PROCESSING")
            case "route":
                state["route"] = "MINISTRY" if state["route"] == "PROVINCE" else "PROVINCE"
                tell("work_noted", "PROCESSING")
            case "due_recomputed":
                due += timedelta(days=1)
                state["due_at"] = due.isoformat()
                tell(turn, "PROCESSING")
            case _:
                tell(turn, "RETURNED" if state["ended_at"] else "PROCESSING")
    return events


def counted_live(life: Life) -> Fact | None:
    """Return the row as changes move it one by one, kept and read in between; silent ones write nothing."""
    fact: Fact | None = None
    for event in life:
        told = told_by(event["type"], event["data"])
        if event["type"].split(".")[1] in SILENT or told is None:
            continue
        fact = fact_of(columns_of(follow(fact, told, event["at"])))
    return fact


def periods() -> list[Period]:
    """Return a day, a week and a month, each judged at its end."""
    spans = ((10, 10), (9, 15), (1, 31))
    return [Period(date(2026, 3, a), date(2026, 3, b), end_of(date(2026, 3, b))) for a, b in spans]


@given(st.integers(1, 12).flatmap(lambda many: st.tuples(*(lives(number) for number in range(1, many + 1)))))
def test_sums_by_any_two_cuts_are_the_totals_and_the_lists(all_lives: tuple[Life, ...]) -> None:
    """Every number, every pair of cuts, one day as well as a month: nothing lost, nothing twice."""
    facts = [fact for life in all_lives if (fact := counted_live(life)) is not None]
    for period in periods():
        behind = {
            number: {one.dossier_id for one in facts if belongs(number, one, period)} for number in Number
        }
        for cuts in combinations(Cut, 2):
            table: Counter[tuple[Any, ...]] = Counter()
            for one in facts:
                key = tuple(getattr(one, COLUMN[cut]) for cut in cuts)
                table.update((number, *key) for number in Number if belongs(number, one, period))
            for number in Number:
                cells = {key: count for key, count in table.items() if key[0] == number}
                assert sum(cells.values()) == len(behind[number])
                for (_, *key), count in cells.items():
                    narrowed = [one for one in facts if [getattr(one, COLUMN[cut]) for cut in cuts] == key]
                    assert count == len([one for one in narrowed if one.dossier_id in behind[number]])
        total = {number: len(found) for number, found in behind.items()}
        assert (
            total[Number.CARRIED_OVER] + total[Number.RECEIVED]
            == total[Number.ENDED] + total[Number.IN_PROGRESS]
        )
        judged = (Number.EARLY, Number.ON_TIME, Number.LATE, Number.UNDETERMINED)
        assert total[Number.ENDED] == sum(total[number] for number in judged)
        looked = (Number.IN_TIME, Number.OVERDUE, Number.IN_PROGRESS_UNDETERMINED)
        assert total[Number.IN_PROGRESS] == sum(total[number] for number in looked)


@given(st.integers(1, 6).flatmap(lambda many: st.tuples(*(lives(number) for number in range(1, many + 1)))))
def test_a_rebuild_from_history_gives_the_rows_that_were_counted(all_lives: tuple[Life, ...]) -> None:
    """The fold of the command, over whole history and silent changes too; versions are of the last change."""
    history = [
        {**event, "data": orjson.dumps(event["data"]).decode()} for life in all_lives for event in life
    ]
    rebuilt = {fact.dossier_id: columns_of(fact) for fact in _fold(history)}
    live = {
        fact.dossier_id: columns_of(fact) for life in all_lives if (fact := counted_live(life)) is not None
    }
    for row in (*rebuilt.values(), *live.values()):
        del row["version"]
    assert rebuilt == live
