"""The compose file starts every role of every service once, after its schema, with fresh secrets."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import compose_env
from tests.deploy.dockerfile import read_dockerfile
from tests.deploy.rendering import ROLES, SERVICES

TEXT = (Path(__file__).parents[2] / "deploy" / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [f"{service}-{role}" for service in SERVICES for role in (*ROLES, "migrate")]


def test_has_every_role_of_every_service_and_what_they_stand_on() -> None:
    assert CONTAINERS.keys() == {*OURS, "postgres", "kafka", "sandbox"}


@pytest.mark.parametrize("name", OURS)
def test_a_container_starts_its_role_from_its_own_image(name: str) -> None:
    service, _, role = name.rpartition("-")
    container = CONTAINERS[name]
    assert container["command"] == [role]
    assert container["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile", "target": service}
    assert service in read_dockerfile()
    assert all(variable.startswith(f"{service.upper()}_") for variable in container["environment"])


@pytest.mark.parametrize("name", [*OURS, "sandbox"])
def test_a_container_is_confined(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", OURS)
def test_the_schema_comes_before_the_roles(name: str) -> None:
    service, _, role = name.rpartition("-")
    waits = CONTAINERS[name]["depends_on"]
    if role == "migrate":
        assert waits == {"postgres": {"condition": "service_healthy"}}
        assert CONTAINERS[name]["restart"] == "no"
    else:
        assert waits[f"{service}-migrate"] == {"condition": "service_completed_successfully"}
        assert waits["kafka"] == {"condition": "service_healthy"}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_a_database_and_a_role_of_its_own(service: str) -> None:
    made = COMPOSE["configs"]["databases"]["content"]
    assert f"CREATE ROLE {service} LOGIN" in made
    assert f"CREATE DATABASE {service} OWNER {service};" in made
    address = CONTAINERS[f"{service}-api"]["environment"][f"{service.upper()}_DATABASE_URL"]
    assert address.startswith(f"postgresql://{service}:")
    assert address.endswith(f"@postgres:5432/{service}")


def test_only_the_gateway_and_the_sandbox_are_reached_and_from_this_machine_only() -> None:
    published = {name: one["ports"] for name, one in CONTAINERS.items() if "ports" in one}
    assert published == {
        "gateway-api": ["127.0.0.1:8000:8000"],
        "sandbox": [f"127.0.0.1:{port}:{port}" for port in (8090, 8091, 8092)],
    }


def test_outside_images_are_pinned() -> None:
    assert CONTAINERS["postgres"]["image"] == "postgres:18"
    assert re.fullmatch(r"apache/kafka:\d+\.\d+\.\d+", CONTAINERS["kafka"]["image"])


def test_every_variable_is_made_by_compose_env_and_refused_when_it_is_missing() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    assert asked == set(compose_env.environment())
    assert re.findall(r"\$\{[A-Z_]+\}", TEXT) == [], "a variable without :? would be empty in silence"


def test_the_file_of_secrets_is_new_each_time_private_and_never_overwritten(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert compose_env.write(first)
    assert compose_env.write(second)
    assert not set(first.read_text().splitlines()) & set(second.read_text().splitlines())
    assert stat.S_IMODE(first.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    before = first.read_text()
    assert not compose_env.write(first)
    assert first.read_text() == before


def test_its_public_keys_hold_nothing_private() -> None:
    made = compose_env.environment()
    (public,) = yaml.safe_load(made["INTERNAL_JWKS"])["keys"]
    private = yaml.safe_load(made["INTERNAL_PRIVATE_JWK"])
    assert "d" in private
    assert "d" not in public
    assert public["x"] == private["x"]
    assert public["kid"].startswith("development-"), "production mode refuses it by this name"
