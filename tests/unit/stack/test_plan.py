"""What each process of a development stack is told, and where it listens."""

import hashlib
import json
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

import pytest

from stack.keys import keys_of
from stack.plan import ROLES, SERVICES, Ports, Surroundings, sandbox_env, service_env
from stack.province import MACHINES_FILE, write_sign_ins


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


@pytest.mark.parametrize("level", [1, 2])
def test_one_level_of_identification_is_told_to_catalogue_and_dossiers(around, level):
    told = replace(around, identification_level=level)
    said = {
        name: service_env(name, "all", told)[f"{name.upper()}_IDENTIFICATION_LEVEL"]
        for name in ("catalog", "dossier")
    }
    assert said == {"catalog": str(level), "dossier": str(level)}


def test_a_newcomer_may_sign_in_with_a_played_account(around):
    """Browser and gateway meet the sandbox's issuers where it serves them, and it knows our secret."""
    issuers = json.loads(service_env("gateway", "api", around)["GATEWAY_ISSUERS"])
    sandbox = sandbox_env(around)
    assert {one["portal_flag"] for one in issuers} == {"vneid", "vnconnect"}
    for one in issuers:
        assert one["issuer"] == f"http://127.0.0.1:{sandbox['IDENTITY_PORT']}/{one['portal_flag']}"
        assert one["client_secret"] == sandbox["IDENTITY_CLIENT_SECRET"]


def test_the_postal_operators_machine_signs_in_with_what_is_written_down(around):
    document = {"people": [], "staff": []}
    write_sign_ins(around.data, document, [], around.keys)
    machines = json.loads(service_env("gateway", "api", around)["GATEWAY_SERVICE_CLIENTS"])
    (post,) = [one for one in machines if one["scopes"] == ["post.status"]]
    secret = json.loads((around.data / MACHINES_FILE).read_text())[post["client_id"]]
    assert post["secret_sha256"] == hashlib.sha256(secret.encode()).hexdigest()
