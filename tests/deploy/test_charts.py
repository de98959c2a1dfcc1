"""Every chart, in every shape we support, lints, renders, and is what Kubernetes accepts and we promise."""

import json
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it has no type information
import pytest
import yaml
from starlette.routing import Route

from deploy.helm.values import CHARTS
from services.gateway.domain.routes import ROUTES
from tests.deploy import network, rules
from tests.deploy.rendering import SERVICES, Charts, HelmRefused, Manifest, shapes
from tests.deploy.roles import declared

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
        if manifest["apiVersion"] == rules.OF_THE_OPERATOR:
            assert rules.alert_faults([manifest]) == []
            continue
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
    assert network.unreachable(manifests) == []


def test_alerts_are_made_where_they_are_asked_for(charts: Charts) -> None:
    (rule,) = rules.of_kind(charts.render("gateway", "alerts.yaml"), "PrometheusRule")
    assert rule["metadata"]["labels"]["release"] == "prometheus"
    stuck = rule["spec"]["groups"][0]["rules"][0]
    assert (stuck["alert"], stuck["expr"]) == (
        "PortalRowsStuck",
        "max by (namespace) (gateway_portal_stuck) > 0",
    )
    assert stuck["annotations"]["description"].startswith("{{ $value }} rows wait"), "filled in by Prometheus"
    for chart, shape in (("gateway", "minimal.yaml"), ("stack", "production.yaml")):
        assert rules.of_kind(charts.render(chart, shape), "PrometheusRule") == [], (
            "a kind not all clusters know"
        )


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


def test_files_on_a_volume_are_mounted_by_those_who_need_them_and_outlive_the_release(charts: Charts) -> None:
    manifests = charts.render("dossier", "volume.yaml")
    (claim,) = rules.of_kind(manifests, "PersistentVolumeClaim")
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"], "the api's pods are on several nodes"
    mounting = {
        name
        for name, pod in rules.pods(manifests)
        for volume in pod["spec"]["volumes"]
        if volume.get("persistentVolumeClaim") == {"claimName": claim["metadata"]["name"]}
    }
    assert mounting == {"Deployment/dossier-api", "Deployment/dossier-jobs"}
    for _, container in rules.containers(manifests):
        assert {"name": "files", "mountPath": "/srv/files"} in container["volumeMounts"]
        told = {one["name"]: one.get("value") for one in container["env"]}
        assert told["DOSSIER_FILES_URL"] == "file:///srv/files"
        assert not [name for name in told if name.startswith("AWS_")]


def mounted(manifests: list[Manifest], path: str) -> dict[str, dict[str, Any]]:
    """Return what each pod finds at a path; keys and roots are read only."""
    found = {}
    for name, pod in rules.pods(manifests):
        (container,) = pod["spec"]["containers"]
        (point,) = [one for one in container["volumeMounts"] if one["mountPath"] == path]
        (volume,) = [one for one in pod["spec"]["volumes"] if one["name"] == point["name"]]
        found[name] = {key: value for key, value in volume.items() if key != "name"}
        assert point.get("readOnly", False) is ("secret" in volume or "configMap" in volume)
    return found


def test_keys_and_roots_are_laid_out_for_every_role_and_folders_for_those_that_use_them(
    charts: Charts,
) -> None:
    manifests = charts.render("dossier", "seals.yaml")
    seals, trust = mounted(manifests, "/run/motcua/seals"), mounted(manifests, "/run/motcua/trust")
    assert {one["secret"]["secretName"] for one in seals.values()} == {"dossier-seal-keys"}
    assert {one["configMap"]["items"][0]["path"] for one in trust.values()} == {"roots/ban-co-yeu.pem"}
    archive = mounted(manifests, "/srv/archive")
    assert archive.pop("Deployment/dossier-jobs") == {
        "persistentVolumeClaim": {"claimName": "luu-tru-lich-su"}
    }
    assert list(archive.values()) == [{"emptyDir": {"sizeLimit": "1Mi"}}] * len(archive)
    exchanged = charts.render("gateway", "connectors.yaml")
    for path in ("/srv/axis", "/srv/connectors"):
        using = [name for name, one in mounted(exchanged, path).items() if "persistentVolumeClaim" in one]
        assert using == ["Deployment/gateway-jobs"]


@pytest.mark.parametrize(
    "mount",
    [
        {"name": "a", "path": "/srv/a"},
        {"name": "a", "path": "/srv/a", "secret": "s", "claim": "c"},
        {"name": "a", "path": "/etc/a", "secret": "s"},
        {"name": "tmp", "path": "/srv/a", "secret": "s"},
        {"name": "a", "path": "/srv/files", "claim": "c"},
        {"name": "a", "path": "/srv/a", "secret": "s", "items": [{"key": "k", "path": "../k"}]},
        {"name": "a", "path": "/srv/a", "claim": "c", "roles": ["migrate"]},
    ],
)
def test_a_mount_that_fits_nothing_is_refused(charts: Charts, mount: dict[str, Any]) -> None:
    with pytest.raises(HelmRefused, match="mounts"):
        charts.render("dossier", None, "--set-json", f"mounts={json.dumps([mount])}")


def test_a_claim_made_beforehand_is_not_made_again(charts: Charts) -> None:
    manifests = charts.render("dossier", "volume.yaml", "--set", "files.volume.existingClaim=kho-ho-so")
    assert rules.of_kind(manifests, "PersistentVolumeClaim") == []
    api = next(one for one in rules.of_kind(manifests, "Deployment") if "api" in one["metadata"]["name"])
    volumes = api["spec"]["template"]["spec"]["volumes"]
    assert {"name": "files", "persistentVolumeClaim": {"claimName": "kho-ho-so"}} in volumes


def test_every_public_route_of_the_gateway_is_published(charts: Charts) -> None:
    (ingress,) = rules.of_kind(charts.render("gateway", "ingress.yaml"), "Ingress")
    published = [path["path"] for path in ingress["spec"]["rules"][0]["http"]["paths"]]
    own = [route for router in declared("gateway").routers for route in router.routes]
    routes = [route.path for route in own if isinstance(route, Route)] + [route.path for route in ROUTES]
    hidden = {
        path
        for path in routes
        if not any(path == one or (one != "/" and path.startswith(f"{one}/")) for one in published)
    }
    assert {path for path in hidden if not path.startswith("/oidc/")} == set()
    assert "/oidc/authorize" in hidden


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
