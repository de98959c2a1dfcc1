"""What the catalogue approves, the dossier's engine walks: the same facts lead both along the same steps."""

import json
from itertools import product
from pathlib import Path

import pytest

from province.read import read
from services.catalog.domain.process import read_process
from services.catalog.domain.reading import Reader
from services.catalog.domain.workflows.conditions import holds, parse
from services.catalog.domain.workflows.facts import rules_with_implied
from services.catalog.domain.workflows.graph import Graph
from services.catalog.domain.workflows.simulation import follow
from services.dossier.consumers.catalog import ProcessFields
from services.dossier.domain.definitions import Process
from services.dossier.domain.workflow import _branch

EXAMPLES = Path(__file__).parents[2] / "contracts" / "events" / "examples" / "process.approved.v1"


def published():
    """Give every process of the sample province as it is published, and every example of the event."""
    for process in read()["processes"]:
        reader = Reader(process)
        read_process(reader)
        assert reader.reasons == []
        yield process["code"], {**reader.data, "version": 1}
    for path in sorted(EXAMPLES.glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def worlds(data):
    """Give every way the yes-or-no facts may stand."""
    names = sorted(name for name, rule in rules_with_implied(data).items() if rule.kind == "BOOLEAN")
    for values in product([False, True], repeat=len(names)):
        yield dict(zip(names, values, strict=True))


def stated(data, world):
    """Return the single facts an officer states in this world: one a condition."""
    ways = [way for step in data["steps"] for way in step["next"] if way["when"]]
    return {
        way["when"]: world.get(way["when"], False)
        if way.get("skips")
        else holds(parse(way.get("condition") or way["when"]), world)
        for way in ways
    }


@pytest.mark.parametrize(
    ("name", "data"), list(published()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_the_engine_goes_where_the_catalogue_said(name, data):
    engine = Process.of(ProcessFields.model_validate(data).model_dump(mode="json"))
    graph = Graph(data)
    for world in worlds(data):
        facts = stated(data, world)
        way = [engine.first]
        while engine.steps[way[-1]].next:
            way.append(_branch(engine.steps[way[-1]], facts, ""))
        assert way == follow(graph, world)
        assert engine.steps[way[-1]].issues_result
    beside = {code: rule.consultation_of for code, rule in engine.steps.items() if rule.consultation_of}
    assert beside == {code: tuple(step["consultation_of"]) for code, step in graph.beside.items()}
    waited = {code for code, rule in engine.steps.items() if rule.join == "ALL"}
    assert waited == {code for code, step in graph.beside.items() if step.get("join") == "ALL"}
