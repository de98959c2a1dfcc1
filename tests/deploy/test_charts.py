"""Every chart, in every shape we support, lints, renders, and is what Kubernetes accepts and we promise."""

import kubernetes_validate  # type: ignore[import-untyped]  # it has no type information
import pytest
import yaml

from deploy.helm.values import CHARTS
from tests.deploy import network, rules
from tests.deploy.rendering import SERVICES, Charts, shapes

pytestmark = [pytest.mark.helm, pytest.mark.timeout(1200)]

OLDEST, NEWEST = "1.30", "1.37"
"""The charts' kubeVersion and the newest that kubernetes-validate knows."""

every_shape = pytest.mark.parametrize(("chart", "shape"), shapes())


@every_shape
def test_lints_strictly(charts: Charts, chart: str, shape: str) -> None:
    assert "0 chart(s) failed" in charts.lint(chart, shape)


@pytest.mark.parametrize("chart", [*SERVICES, "stack"])
def test_the_defaults_alone_are_a_release(charts: Charts, chart: str) -> None:
    assert "0 chart(s) failed" in charts.lint(chart)
    assert rules.of_kind(charts.render(chart), "Deployment")


@every_shape
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_is_what_kubernetes_accepts(charts: Charts, chart: str, shape: str, version: str) -> None:
    manifests = charts.render(chart, shape)
    for manifest in manifests:
        assert kubernetes_validate.validate(manifest, version, strict=True) == version


@every_shape
@pytest.mark.parametrize("rule", rules.ALWAYS, ids=lambda rule: rule.__name__)
def test_keeps_the_rule(charts: Charts, chart: str, shape: str, rule: rules.Rule) -> None:
    assert rule(charts.render(chart, shape)) == []


@every_shape
def test_has_every_role_of_its_services(charts: Charts, chart: str, shape: str) -> None:
    manifests = charts.render(chart, shape)
    for service in SERVICES if chart == "stack" else (chart,):
        assert rules.complete(manifests, service) == []


@every_shape
def test_denies_what_it_does_not_name(charts: Charts, chart: str, shape: str) -> None:
    manifests = charts.render(chart, shape)
    assert network.denied_by_default(manifests) == []
    assert network.unmatched_selectors(manifests) == []


def test_only_the_gateway_calls_services(charts: Charts) -> None:
    """A service never calls another: news travels by events."""
    allowed = network.allowed_calls(charts.render("stack", "production.yaml"))
    assert allowed == {("gateway", callee) for callee in SERVICES if callee != "gateway"}


def test_one_tag_and_registry_for_all_five(charts: Charts) -> None:
    manifests = charts.render(
        "stack", None, "--set", "global.imageTag=9.8.7,global.imageRegistry=cr.tinh.vn/x"
    )
    images = {container["image"] for _, container in rules.containers(manifests)}
    assert images == {f"cr.tinh.vn/x/{service}:9.8.7" for service in SERVICES}


def test_a_digest_wins_over_the_tag(charts: Charts) -> None:
    images = {one["image"] for _, one in rules.containers(charts.render("dossier", "production.yaml"))}
    assert len(images) == 1
    assert "@sha256:" in images.pop()


def test_autoscaling_leaves_the_number_of_pods_to_the_autoscaler(charts: Charts) -> None:
    manifests = charts.render("dossier", "production.yaml")
    api = next(
        one for one in manifests if one["metadata"]["name"] == "dossier-api" and one["kind"] == "Deployment"
    )
    assert "replicas" not in api["spec"]
    assert rules.of_kind(manifests, "HorizontalPodAutoscaler")


def test_the_umbrella_holds_no_manifest_of_its_own() -> None:
    assert [file.name for file in (CHARTS / "stack" / "templates").iterdir()] == ["NOTES.txt"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_chart_only_includes_the_library(service: str) -> None:
    templates = list((CHARTS / service / "templates").iterdir())
    assert [file.name for file in templates] == ["service.yaml"]
    lines = templates[0].read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith('{{ include "motcua.service" ')


def test_the_umbrella_depends_on_all_five() -> None:
    dependencies = yaml.safe_load((CHARTS / "stack" / "Chart.yaml").read_text())["dependencies"]
    assert [(one["name"], one["repository"]) for one in dependencies] == [
        (service, f"file://../{service}") for service in SERVICES
    ]
