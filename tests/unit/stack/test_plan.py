"""What each process of a development stack is told, and where it listens."""

from itertools import chain, repeat
from pathlib import Path

import pytest

from stack.keys import keys_of
from stack.plan import ROLES, SERVICES, Ports, Surroundings, service_env


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    databases = {name: f"postgresql://{name}@127.0.0.1/{name}" for name in SERVICES}
    return Surroundings(tmp_path, databases, "memory://", keys_of(tmp_path), Ports(), 0.0, tmp_path / "users")


def test_the_usual_ports_are_all_different():
    numbers = list(Ports().named().values())
    assert len(set(numbers)) == len(numbers)


def test_free_ports_are_all_different_even_when_the_system_offers_one_twice():
    offered = chain.from_iterable(repeat(number, 2) for number in range(20_000, 30_000))
    assert list(Ports.free(offered).named().values()) == list(range(20_000, 20_000 + len(Ports.__slots__)))
    numbers = list(Ports.free().named().values())
    assert len(set(numbers)) == len(Ports.__slots__)


@pytest.mark.parametrize("name", SERVICES)
def test_probes_answer_on_this_machine_only_and_never_on_the_public_port(around, name):
    prefix = name.upper()
    for role in ("all", *ROLES):
        told = service_env(name, role, around)
        assert told[f"{prefix}_OPS_HOST"] == "127.0.0.1"
        assert told[f"{prefix}_OPS_PORT"] != told[f"{prefix}_PORT"] or told[f"{prefix}_OPS_PORT"] == "0"
    assert service_env(name, "api", around)[f"{prefix}_OPS_PORT"] == str(around.ports.named()[f"{name}_ops"])


def test_an_unknown_port_is_named():
    with pytest.raises(ValueError, match="gatway"):
        Ports.of({"gatway": 1})
