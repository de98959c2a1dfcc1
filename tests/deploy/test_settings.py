"""What charts and compose file hand to a process is what its settings read, and enough for it to start."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from deploy import compose_env
from kernel.settings import KernelSettings
from tests.deploy import rules
from tests.deploy.rendering import SERVICES, Charts, shapes
from tests.deploy.settings import (
    PRESENT,
    development_keys,
    kernel_names,
    known_names,
    operators_secrets,
    resolved,
    settings_class,
)

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose.yaml"
SERVICE_SHAPES = [one for one in shapes() if one[0] in SERVICES]


def chart_variables(charts: Charts, service: str, shape: str | None) -> list[dict[str, Any]]:
    found = [container["env"] for _, container in rules.containers(charts.render(service, shape))]
    assert all(one == found[0] for one in found), "every role is told the same"
    return list(found[0])


def compose_variables(service: str) -> dict[str, str]:
    """Return the environment of a service's api as compose fills it in."""
    made = compose_env.environment()
    given = yaml.safe_load(COMPOSE.read_text())["services"][f"{service}-api"]["environment"]
    return {
        name: re.sub(r"\$\{([A-Z_]+)[^}]*\}", lambda found: made[found[1]], text)
        for name, text in given.items()
    }


def own_names(service: str) -> set[str]:
    """Return the variables the chart's values add to the kernel's."""
    values = yaml.safe_load((COMPOSE.parent / "helm" / service / "values.yaml").read_text())
    return {f"{service.upper()}_{name}" for name in [*values["settings"], *values["secretSettings"]]}


def read(service: str, environment: dict[str, str], patch: pytest.MonkeyPatch) -> KernelSettings:
    """Read the settings from this environment and from nothing else."""
    for name in known_names(service):
        patch.delenv(name, raising=False)
    for name, value in environment.items():
        patch.setenv(name, value)
    return settings_class(service)()


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("service", "shape"), SERVICE_SHAPES)
def test_a_chart_names_only_what_the_kernel_reads_and_its_values_add(
    charts: Charts, service: str, shape: str
) -> None:
    names = {variable["name"] for variable in chart_variables(charts, service, shape)}
    assert names <= kernel_names(service) | own_names(service)


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("service", "shape"), [one for one in SERVICE_SHAPES if one[0] in PRESENT])
def test_a_chart_starts_its_service_in_production(
    charts: Charts, service: str, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {**operators_secrets(), "kafka-ca": {}}
    environment = resolved(chart_variables(charts, service, shape), secrets)
    assert environment.keys() <= known_names(service)
    assert read(service, environment, monkeypatch).mode == "production"


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("service", PRESENT)
def test_development_keys_are_refused_there(
    charts: Charts, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {**operators_secrets(), "motcua-internal-keys": {"jwks.json": development_keys()}}
    with pytest.raises(ValidationError, match=f"{service.upper()}_INTERNAL_JWKS: a development key"):
        read(service, resolved(chart_variables(charts, service, None), secrets), monkeypatch)


@pytest.mark.parametrize("service", PRESENT)
def test_the_compose_file_starts_its_service(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compose_variables(service)
    assert environment.keys() <= known_names(service)
    assert read(service, environment, monkeypatch).mode == "development"
