"""Whatever graph somebody draws: a sound one ends on every way, an unsound one is told a true reason.

The oracle below knows nothing of the code under test: it walks every way step by step.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.domain.interlinked import read_group
from services.catalog.domain.process import judged, read_parts
from services.catalog.domain.reading import Reader
from services.catalog.domain.workflows.faults import faults
from services.catalog.domain.workflows.graph import Graph
from services.catalog.domain.workflows.simulation import all_ways, follow

CODES = [f"s{number}" for number in range(6)]
MEMBERS = [
    *("code", "name", "first", "steps", "facts", "next", "when", "to", "condition", "kind", "role", "hours"),
    *(
        "can_return_to",
        "consultation_of",
        "may_skip",
        "join",
        "agency",
        "approved_by",
        "members",
        "components",
    ),
]
WHENS = ["", "a", "b", "not a", "a and b"]
WORLDS = [dict(zip("ab", values, strict=True)) for values in product([False, True], repeat=2)]
TRUTH = {
    "": lambda _: True,
    "a": lambda world: world["a"],
    "b": lambda world: world["b"],
    "not a": lambda world: not world["a"],
    "a and b": lambda world: world["a"] and world["b"],
}


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a process of up to six steps; mostly forward, so that sound ones are not rare."""
    size = draw(st.integers(1, 6))
    codes = CODES[:size]
    steps = []
    for place, code in enumerate(codes):
        onward = codes[place + 1 :] or [codes[0]]
        pool = onward if draw(st.integers(0, 9)) else codes
        is_last = place == size - 1 and draw(st.integers(0, 9)) > 0
        targets = [] if is_last else draw(st.lists(st.sampled_from(pool), max_size=3, unique=True))
        whens = draw(st.lists(st.sampled_from(WHENS), min_size=len(targets), max_size=len(targets)))
        if targets and draw(st.integers(0, 4)):
            whens[-1] = ""
        steps.append(
            {
                "code": code,
                "name": code,
                "kind": "OFFICE",
                "role": draw(st.sampled_from(["SPECIALIST", "SPECIALIST", "TEAM_LEAD", "SIGNER", "CLERK"])),
                "unit": "phong",
                "hours": draw(st.integers(0, 20)),
                "next": [{"to": to, "when": when} for to, when in zip(targets, whens, strict=True)],
                "can_return_to": [],
                "consultation_of": [],
                "issues_result": not targets if draw(st.integers(0, 9)) else draw(st.booleans()),
            }
        )
    return {
        "code": "QT",
        "name": "QT",
        "first": draw(st.sampled_from([*codes[:1] * 9, *codes])),
        "steps": steps,
    }


def read(process: dict[str, Any]) -> dict[str, Any]:
    """Return the process read; the strategy writes nothing unreadable."""
    reader = Reader(process)
    read_parts(reader)
    assert reader.reasons == []
    return reader.data


def walks(process: dict[str, Any]) -> Iterator[list[str]]:
    """Yield every way from the first step, cut where it comes to a step a second time."""
    steps = {step["code"]: step for step in process["steps"]}
    waiting = [[process["first"]]]
    while waiting:
        way = waiting.pop()
        targets = {link["to"] for link in steps[way[-1]]["next"]}
        if not targets or way[-1] in way[:-1]:
            yield way
        else:
            waiting += [[*way, target] for target in targets]


def truth(process: dict[str, Any]) -> set[str]:
    """Return the defects an honest look finds."""
    steps = {step["code"]: step for step in process["steps"]}
    ways = list(walks(process))
    found = set()
    if set(steps) - {code for way in ways for code in way}:
        found.add("unreachable")
    if any(link["to"] == process["first"] for step in steps.values() for link in step["next"]):
        found.add("first-entered")
    for step in steps.values():
        found |= branches(step)
    if any(len(set(way)) < len(way) for way in ways):
        return found | {"cycle"}
    return found | endings(steps, ways)


def branches(step: dict[str, Any]) -> set[str]:
    """Return what is wrong with one step's ways on, tried in every world."""
    whens = [link["when"] for link in step["next"]]
    conditions = [when for when in whens if when]
    taken = {
        next((place for place, when in enumerate(conditions) if TRUTH[when](world)), None) for world in WORLDS
    }
    found = set()
    if whens and "" not in whens:
        found.add("default-missing")
    if whens.count("") > 1:
        found.add("default-twice")
    if set(range(len(conditions))) - taken:
        found.add("branch-never-taken")
    return found


def endings(steps: dict[str, Any], ways: list[list[str]]) -> set[str]:
    """Return what is wrong with where ways end and with who signs on them."""
    found = set()
    if any(not steps[way[-1]]["issues_result"] for way in ways):
        found.add("end-without-result")
    if any(step["issues_result"] and step["next"] for step in steps.values()):
        found.add("result-before-end")
    for way in ways:
        roles = [steps[code]["role"] for code in way]
        if "SIGNER" in roles and set(roles[: roles.index("SIGNER")]) == set():
            found.add("signer-drafts")
    return found


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_every_reason_is_true_and_none_is_missing(process: dict[str, Any]) -> None:
    """The faults found are exactly the defects an exhaustive walk sees."""
    expected = truth(process)
    assert {fault.code for fault in faults(read(process))} == expected


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_a_sound_process_ends_with_a_result_whatever_the_facts(process: dict[str, Any]) -> None:
    """In every world the engine's walk ends at a step that issues; so does every way there is."""
    data = read(process)
    if judged(data):
        return
    graph = Graph(data)
    for world in WORLDS:
        way = follow(graph, world)
        assert way[0] == data["first"]
        assert graph.steps[way[-1]]["issues_result"]
        assert len(set(way)) == len(way)
    ways = all_ways(graph)
    assert {tuple(way) for way in ways} == {tuple(way) for way in walks(data)}
    longest = max(sum(graph.steps[code]["hours"] for code in way) for way in ways)
    hours, critical = graph.longest()
    assert hours == longest
    assert sum(graph.steps[code]["hours"] for code in critical) == hours
    assert tuple(critical) in {tuple(way) for way in ways}


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_reading_again_changes_nothing(process: dict[str, Any]) -> None:
    """What is normalised stays as it is; the default way is tried last."""
    data = read(process)
    again = Reader(
        {**data, "steps": [{**step, "next": [dict(way) for way in step["next"]]} for step in data["steps"]]}
    )
    read_parts(again)
    assert again.data == data
    for step in data["steps"]:
        assert sorted(step["next"], key=lambda way: not way["when"]) == step["next"]


def test_the_strategy_draws_sound_and_unsound_ones() -> None:
    """A property nobody reaches proves nothing."""
    sound = 0

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(graphs())
    def count(process: dict[str, Any]) -> None:
        nonlocal sound
        sound += not judged(read(process))

    count()
    assert 15 < sound < 285


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "a", "b", "SIGNER", "a and", "QT@H99.201"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(MEMBERS), ANYTHING, max_size=8),
    st.dictionaries(st.sampled_from(MEMBERS), ANYTHING),
)
def test_whatever_is_sent_is_read_or_refused_never_fallen_over(
    top: dict[str, Any], step: dict[str, Any]
) -> None:
    """A process and a group of any JSON: reasons, or a record that can be judged."""
    sound = {
        "code": "a",
        "name": "A",
        "kind": "OFFICE",
        "role": "CLERK",
        "unit": "u",
        "hours": 1,
        "issues_result": True,
    }
    for content in (top, {"code": "QT", "name": "QT", "first": "a", "steps": [{**sound, **step}]}):
        reader = Reader(content)
        read_parts(reader)
        assert reader.reasons or isinstance(judged(reader.data), list)
        group = Reader({"code": "LT", "name": "LT", "lead_procedure": "1.000001", **content})
        read_group(group)
        assert group.reasons or group.data["members"]


@pytest.mark.parametrize("name", [["a"], {"name": "a"}, None, 3])
def test_a_fact_whose_name_is_no_text_is_refused(name: Any) -> None:
    reader = Reader({"code": "QT", "name": "QT", "first": "a", "facts": [{"name": name}, {"name": "b"}]})
    read_parts(reader)
    assert any(reason.startswith("facts") for reason in reader.reasons)


def test_a_process_has_bounds() -> None:
    """No more steps and ways than anybody could work, so judging never stands in others' way."""
    plain = {"kind": "OFFICE", "role": "CLERK", "unit": "u", "hours": 1}
    many = [{**plain, "code": f"s{number}", "name": "x"} for number in range(201)]
    forked = [{**plain, "code": "s", "name": "x", "next": [{"to": "s", "when": "a"}] * 21}]
    for steps, reason in ((many, "quá 200 bước"), (forked, "quá 20 nhánh")):
        reader = Reader({"code": "QT", "name": "QT", "first": "s", "steps": steps})
        read_parts(reader)
        assert any(reason in told for told in reader.reasons)
