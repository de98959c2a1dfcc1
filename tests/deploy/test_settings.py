"""What charts and compose file hand to a process is what its settings read, and enough for it to start."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from deploy import compose_env
from kernel.settings import KernelSettings
from sandbox.axis.settings import AxisSettings
from sandbox.catcher.settings import CatcherSettings
from sandbox.identity.settings import IdentitySettings
from sandbox.ministry.settings import MinistrySettings
from sandbox.outside.settings import OutsideSettings
from sandbox.portal.settings import PortalSettings
from tests.deploy import rules
from tests.deploy.rendering import SERVICES, Charts, HelmRefused, shapes
from tests.deploy.roles import roles_of
from tests.deploy.settings import (
    development_keys,
    kernel_names,
    known_names,
    operators_secrets,
    resolved,
    settings_class,
)

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose.yaml"
STORE_CLIENT = {
    "AWS_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ALLOW_HTTP",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
}
"""What the object store's client reads itself; test_file_store.py shows that it does."""
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
    chart = COMPOSE.parent / "helm" / service
    values = [yaml.safe_load(file.read_text()) for file in (chart / "values.yaml", *chart.glob("ci/*.yaml"))]
    names = {name for one in values for key in ("settings", "secretSettings") for name in one.get(key, {})}
    if "files" in values[0]:
        names.add("FILES_URL")
    return {f"{service.upper()}_{name}" for name in names}


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
    assert names - STORE_CLIENT <= kernel_names(service) | own_names(service)
    assert service == "dossier" or not names & STORE_CLIENT


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("service", "shape"), SERVICE_SHAPES)
def test_a_chart_starts_its_service_in_production(
    charts: Charts, service: str, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {**operators_secrets(), "kafka-ca": {}}
    environment = resolved(chart_variables(charts, service, shape), secrets)
    assert environment.keys() - STORE_CLIENT <= known_names(service)
    assert read(service, environment, monkeypatch).mode == "production"


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("service", SERVICES)
def test_development_keys_are_refused_there(
    charts: Charts, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {**operators_secrets(), "motcua-internal-keys": {"jwks.json": development_keys()}}
    with pytest.raises(ValidationError, match=f"{service.upper()}_INTERNAL_JWKS: a development key"):
        read(service, resolved(chart_variables(charts, service, None), secrets), monkeypatch)


@pytest.mark.parametrize("service", SERVICES)
def test_the_compose_file_starts_its_service(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compose_variables(service)
    assert environment.keys() <= known_names(service)
    assert read(service, environment, monkeypatch).mode == "development"


@pytest.mark.parametrize("service", SERVICES)
def test_the_compose_file_tells_every_role_the_same(service: str) -> None:
    containers = yaml.safe_load(COMPOSE.read_text())["services"]
    told = [containers[f"{service}-{role}"]["environment"] for role in (*roles_of(service), "migrate")]
    assert all(one == told[0] for one in told)


def test_the_compose_file_tells_the_sandbox_only_what_it_reads() -> None:
    given = yaml.safe_load(COMPOSE.read_text())["services"]["sandbox"]["environment"]
    read_by: dict[str, type[BaseSettings]] = {
        "SANDBOX": PortalSettings,
        "CATCHER": CatcherSettings,
        "IDENTITY": IdentitySettings,
        "OUTSIDE": OutsideSettings,
        "MINISTRY": MinistrySettings,
        "AXIS": AxisSettings,
    }
    known = {f"{prefix}_{name.upper()}" for prefix, read in read_by.items() for name in read.model_fields}
    assert given.keys() <= known


@pytest.mark.parametrize(
    ("service", "ours", "theirs"),
    [
        ("notify", "NOTIFY_SMS_KEY", "CATCHER_SMS_KEY"),
        ("gateway", "GATEWAY_PORTAL_ADAPTER_KEY", "SANDBOX_ADAPTER_KEY"),
        ("gateway", "GATEWAY_OUTSIDE_CALLBACK_KEY", "OUTSIDE_CALLBACK_KEY"),
        ("dossier", "DOSSIER_OUTSIDE_KEY", "OUTSIDE_REQUEST_KEY"),
        ("notify", "NOTIFY_SMTP_PORT", "CATCHER_SMTP_PORT"),
        ("gateway", "GATEWAY_DATABASE_KEY", "MINISTRY_DATABASE_KEY"),
        ("gateway", "GATEWAY_PAPERS_PASSWORD", "MINISTRY_PAPERS_PASSWORD"),
    ],
)
def test_both_ends_of_the_compose_file_agree(service: str, ours: str, theirs: str) -> None:
    containers = yaml.safe_load(COMPOSE.read_text())["services"]
    assert containers[f"{service}-api"]["environment"][ours] == containers["sandbox"]["environment"][theirs]


@pytest.mark.helm
@pytest.mark.timeout(1200)
def test_production_refuses_each_service_whose_public_address_is_this_machine(
    charts: Charts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in ("dossier", "notify", "survey", "gateway"):
        environment = resolved(chart_variables(charts, service, None), operators_secrets())
        environment[f"{service.upper()}_PUBLIC_URL"] = "http://127.0.0.1:8000"
        with pytest.raises(ValidationError, match=f"{service.upper()}_PUBLIC_URL"):
            read(service, environment, monkeypatch)


@pytest.mark.helm
@pytest.mark.timeout(1200)
def test_one_public_address_reaches_all_who_print_it(charts: Charts) -> None:
    manifests = charts.render("stack", None, "--set", "global.publicUrl=https://mot.tinh.gov.vn")
    told = {
        (variable["name"], variable["value"])
        for _, container in rules.containers(manifests)
        for variable in container["env"]
        if variable["name"].endswith("_PUBLIC_URL")
    }
    services = ("CATALOG", "DOSSIER", "NOTIFY", "SURVEY", "GATEWAY")
    assert told == {(f"{service}_PUBLIC_URL", "https://mot.tinh.gov.vn") for service in services}


def test_the_readme_names_every_secret_a_chart_asks_for() -> None:
    said = (COMPOSE.parent / "README.md").read_text()
    of_each = {f"{service}-{kind}" for service in SERVICES for kind in ("database", "kafka")}
    for name, keys in operators_secrets().items():
        written = f"<service>-{name.rpartition('-')[2]}" if name in of_each else name
        row = next((line for line in said.splitlines() if line.strip().startswith(f"| `{written}`")), "")
        assert row, f"{name} is not in the table"
        assert all(f"`{key}`" in row for key in keys), f"{name}: a key is not in the table"


LEVEL = {"CATALOG_IDENTIFICATION_LEVEL", "DOSSIER_IDENTIFICATION_LEVEL"}
"""What the catalogue says people need, and what the dossier service asks them for."""


@pytest.mark.helm
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("given", ["", "1", "2"])
def test_the_umbrella_tells_one_level_of_identification_to_both(charts: Charts, given: str) -> None:
    more = ("--set-string", f"global.identificationLevel={given}") if given else ()
    manifests = charts.render("stack", None, *more)
    told = {
        (variable["name"], variable["value"])
        for _, container in rules.containers(manifests)
        for variable in container["env"]
        if variable["name"].endswith("_IDENTIFICATION_LEVEL")
    }
    assert told == {(name, given or "1") for name in LEVEL}


@pytest.mark.helm
@pytest.mark.timeout(1200)
def test_a_level_there_is_not_is_refused(charts: Charts) -> None:
    with pytest.raises(HelmRefused, match="identificationLevel"):
        charts.render("stack", None, "--set-string", "global.identificationLevel=3")


def test_the_compose_file_tells_one_level_of_identification_to_both() -> None:
    given = yaml.safe_load(COMPOSE.read_text())["services"]
    told = {
        (name, value)
        for one in given.values()
        for name, value in (one.get("environment") or {}).items()
        if name.endswith("_IDENTIFICATION_LEVEL")
    }
    assert told == {(name, "${IDENTIFICATION_LEVEL:?}") for name in LEVEL}


def test_without_a_word_both_services_mean_the_same_level() -> None:
    levels = {
        settings_class(service).model_fields["identification_level"].default
        for service in ("catalog", "dossier")
    }
    assert len(levels) == 1
