"""Event schemas: each has examples that fit, an owner, and consumers that can read them."""

import copy
import json
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest
import yaml

from contracts.topics import TOPICS
from stack.plan import SERVICES

CONTRACTS = Path(__file__).parents[2] / "contracts"
EVENTS = CONTRACTS / "events"
TYPES = sorted(path.name.removesuffix(".schema.json") for path in EVENTS.glob("*.schema.json"))
HANDLERS = [
    (name, handler) for name in SERVICES for handler in import_module(f"services.{name}.app").service.handlers
]


def schema_of(event_type):
    return json.loads((EVENTS / f"{event_type}.schema.json").read_text(encoding="utf-8"))


def validator_of(event_type):
    from referencing import Registry, Resource

    resources = []
    for path in EVENTS.rglob("*.schema.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        resource = Resource.from_contents(document)
        relative = path.relative_to(EVENTS).as_posix()
        resources += [(relative, resource), (document.get("$id", relative), resource)]
    registry = Registry().with_resources(resources)
    return jsonschema.Draft202012Validator(schema_of(event_type), registry=registry)


def examples_of(event_type):
    files = sorted((EVENTS / "examples" / event_type).glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


@pytest.mark.parametrize("event_type", TYPES)
def test_every_schema_is_sound_and_its_examples_fit(event_type):
    jsonschema.Draft202012Validator.check_schema(schema_of(event_type))
    examples = examples_of(event_type)
    assert {"typical", "minimal"} <= set(examples), f"{event_type} lacks an example"
    for name, example in examples.items():
        errors = list(validator_of(event_type).iter_errors(example))
        assert not errors, f"{name}: {errors[0].message}"


@pytest.mark.parametrize("event_type", TYPES)
def test_a_schema_refuses_what_lacks_a_required_field(event_type):
    schema, example = schema_of(event_type), examples_of(event_type)["minimal"]
    required = schema.get("required", [])
    assert required, f"{event_type} requires nothing"
    broken = {name: value for name, value in example.items() if name != required[0]}
    assert list(validator_of(event_type).iter_errors(broken))


def test_no_example_is_without_a_schema():
    assert sorted(path.name for path in (EVENTS / "examples").iterdir()) == TYPES


@pytest.mark.parametrize("event_type", TYPES)
def test_every_event_travels_on_an_owned_topic(event_type):
    assert event_type.partition(".")[0] in TOPICS


@pytest.mark.parametrize(("service", "handler"), HANDLERS, ids=lambda part: getattr(part, "event_type", part))
def test_every_consumer_reads_every_example_also_with_a_field_it_does_not_know(service, handler):
    examples = examples_of(handler.event_type)
    assert examples, f"{service} reads {handler.event_type}, which has no examples"
    for example in examples.values():
        handler.model.model_validate(example)
        strange = copy.deepcopy(example)
        strange["a_field_of_tomorrow"] = {"x": 1}
        handler.model.model_validate(strange)


def test_asyncapi_names_every_topic_its_owner_its_messages_and_its_consumers():
    document = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8"))
    channels = document["channels"]
    assert sorted(channels) == sorted(TOPICS)
    for name, channel in channels.items():
        assert channel["x-owner"] == TOPICS[name].owner
        assert channel["x-partitions"] == TOPICS[name].settings.partitions
        assert sorted(channel["messages"]) == [kind for kind in TYPES if kind.startswith(name + ".")]
        readers = sorted({service for service, handler in HANDLERS if handler.topic == name})
        assert sorted(channel["x-consumers"]) == readers
