"""Charts and compose file name only variables that exist, and every variable a service cannot do without."""

from pathlib import Path

import pytest
import yaml

from kernel.settings import KernelSettings
from tests.deploy import rules
from tests.deploy.rendering import SERVICES, Charts, shapes
from tests.deploy.settings import PRESENT, kernel_names, known_names, required_names

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose.yaml"


def chart_names(charts: Charts, service: str, shape: str | None) -> set[str]:
    return {
        variable["name"]
        for _, container in rules.containers(charts.render(service, shape))
        for variable in container["env"]
    }


def compose_names(service: str) -> set[str]:
    return set(yaml.safe_load(COMPOSE.read_text())["services"][f"{service}-api"]["environment"])


def own_names(service: str) -> set[str]:
    """Return the variables the chart's values add to the kernel's."""
    values = yaml.safe_load((COMPOSE.parent / "helm" / service / "values.yaml").read_text())
    return {f"{service.upper()}_{name}" for name in [*values["settings"], *values["secretSettings"]]}


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("service", "shape"), [one for one in shapes() if one[0] in SERVICES])
def test_a_chart_names_only_what_the_kernel_reads_and_its_values_add(
    charts: Charts, service: str, shape: str
) -> None:
    assert chart_names(charts, service, shape) <= kernel_names(service) | own_names(service)


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("service", SERVICES)
def test_a_chart_gives_what_every_service_needs(charts: Charts, service: str) -> None:
    needed = {
        f"{service.upper()}_{name.upper()}"
        for name, one in KernelSettings.model_fields.items()
        if one.is_required()
    }
    assert needed
    assert needed <= chart_names(charts, service, None)
    assert needed <= compose_names(service)


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("service", PRESENT)
def test_a_chart_gives_exactly_what_its_service_reads(charts: Charts, service: str) -> None:
    names = chart_names(charts, service, None)
    assert required_names(service) <= names <= known_names(service)


@pytest.mark.parametrize("service", PRESENT)
def test_the_compose_file_gives_exactly_what_a_service_reads(service: str) -> None:
    assert required_names(service) <= compose_names(service) <= known_names(service)
