"""A rule that never complains proves nothing: each one is shown the violation it exists for."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.deploy import network, rules
from tests.deploy.rendering import Charts, Manifest

pytestmark = [pytest.mark.helm, pytest.mark.timeout(1200)]

Change = Callable[[list[Manifest]], Any]


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    return next(one for one in rules.of_kind(manifests, kind) if one["metadata"]["name"] == name)


def pod(manifests: list[Manifest], name: str = "gateway-api") -> dict[str, Any]:
    spec: dict[str, Any] = named(manifests, "Deployment", name)["spec"]["template"]["spec"]
    return spec


def container(manifests: list[Manifest], name: str = "gateway-api") -> dict[str, Any]:
    first: dict[str, Any] = pod(manifests, name)["containers"][0]
    return first


def complete(manifests: list[Manifest]) -> list[str]:
    return rules.complete(manifests, "gateway")


def portal_url(manifests: list[Manifest]) -> dict[str, Any]:
    environment: list[dict[str, Any]] = container(manifests)["env"]
    return next(one for one in environment if one["name"] == "GATEWAY_PORTAL_URL")


def policy(manifests: list[Manifest], name: str = "gateway") -> dict[str, Any]:
    spec: dict[str, Any] = named(manifests, "NetworkPolicy", name)["spec"]
    return spec


def alert(manifests: list[Manifest]) -> dict[str, Any]:
    first: dict[str, Any] = named(manifests, "PrometheusRule", "gateway")["spec"]["groups"][0]["rules"][0]
    return first


def a_secret() -> Manifest:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "oops"}}


def an_idle_deployment(manifests: list[Manifest]) -> Manifest:
    idle = deepcopy(named(manifests, "Deployment", "gateway-jobs"))
    idle["metadata"]["name"] = "gateway-archive"
    return idle


def first_path(manifests: list[Manifest]) -> dict[str, Any]:
    path: dict[str, Any] = named(manifests, "Ingress", "gateway")["spec"]["rules"][0]["http"]["paths"][0]
    return path


PLANTED: list[tuple[rules.Rule, str, Change]] = [
    (rules.probed, "no readiness", lambda m: container(m).pop("readinessProbe")),
    (
        rules.probed,
        "liveness asks the database",
        lambda m: container(m)["livenessProbe"]["httpGet"].update(path="/readyz"),
    ),
    (
        rules.probed,
        "probed on the public port",
        lambda m: container(m)["livenessProbe"]["httpGet"].update(port="http"),
    ),
    (
        rules.operated_apart,
        "a Service leads there",
        lambda m: named(m, "Service", "gateway")["spec"]["ports"][0].update(targetPort="operations"),
    ),
    (
        rules.operated_apart,
        "a Service leads there by number",
        lambda m: named(m, "Service", "gateway")["spec"]["ports"][0].update(targetPort=9000),
    ),
    (
        rules.operated_apart,
        "a relay with a public port",
        lambda m: container(m, "gateway-relay")["ports"].append({"name": "http", "containerPort": 8000}),
    ),
    (
        rules.operated_apart,
        "one port for both",
        lambda m: container(m)["ports"][1].update(containerPort=8000),
    ),
    (rules.confined, "root allowed", lambda m: pod(m)["securityContext"].update(runAsNonRoot=False)),
    (rules.confined, "no seccomp", lambda m: pod(m)["securityContext"].pop("seccompProfile")),
    (
        rules.confined,
        "writable root",
        lambda m: container(m)["securityContext"].update(readOnlyRootFilesystem=False),
    ),
    (
        rules.confined,
        "a capability kept",
        lambda m: container(m)["securityContext"]["capabilities"].update(add=["NET_RAW"]),
    ),
    (rules.bounded, "no limit", lambda m: container(m)["resources"].pop("limits")),
    (rules.bounded, "no request of CPU", lambda m: container(m)["resources"]["requests"].pop("cpu")),
    (rules.secrets_by_reference, "a secret rendered", lambda m: m.append(a_secret())),
    (
        rules.secrets_by_reference,
        "a password",
        lambda m: container(m)["env"].append({"name": "GATEWAY_KAFKA_SASL_PASSWORD", "value": "x"}),
    ),
    (
        rules.secrets_by_reference,
        "an address with a password",
        lambda m: container(m)["env"].append({"name": "GATEWAY_X", "value": "https://u:p@h"}),
    ),
    (rules.tokenless, "a pod's token", lambda m: pod(m).pop("automountServiceAccountToken")),
    (
        rules.tokenless,
        "an account's token",
        lambda m: named(m, "ServiceAccount", "gateway").pop("automountServiceAccountToken"),
    ),
    (rules.tokenless, "service links", lambda m: pod(m).pop("enableServiceLinks")),
    (
        rules.rolled_without_loss,
        "two relays",
        lambda m: named(m, "Deployment", "gateway-relay")["spec"].update(replicas=2),
    ),
    (
        rules.rolled_without_loss,
        "jobs rolled",
        lambda m: named(m, "Deployment", "gateway-jobs")["spec"].update(strategy={"type": "RollingUpdate"}),
    ),
    (
        rules.rolled_without_loss,
        "short of a pod",
        lambda m: named(m, "Deployment", "gateway-api")["spec"]["strategy"]["rollingUpdate"].update(
            maxUnavailable=1
        ),
    ),
    (rules.rolled_without_loss, "not spread", lambda m: pod(m).pop("topologySpreadConstraints")),
    (rules.rolled_without_loss, "no time to drain", lambda m: pod(m).update(terminationGracePeriodSeconds=5)),
    (rules.published_narrowly, "metrics public", lambda m: first_path(m).update(path="/metrics")),
    (rules.published_narrowly, "everything public", lambda m: first_path(m).update(path="/")),
    (rules.published_narrowly, "no certificate", lambda m: named(m, "Ingress", "gateway")["spec"].pop("tls")),
    (rules.pinned, "latest", lambda m: container(m).update(image="cr.tinh.vn:5000/gateway:latest")),
    (rules.pinned, "no tag", lambda m: container(m).update(image="cr.tinh.vn:5000/gateway")),
    (rules.alert_faults, "a figure nobody has", lambda m: alert(m).update(expr="gateway_portal_stucked > 0")),
    (rules.alert_faults, "how bad", lambda m: alert(m)["labels"].pop("severity")),
    (rules.alert_faults, "how long", lambda m: alert(m).pop("for")),
    (rules.alert_faults, "what to do", lambda m: alert(m)["annotations"].pop("description")),
    (complete, "no consumer", lambda m: m.remove(named(m, "Deployment", "gateway-consume"))),
    (complete, "an idle role", lambda m: m.append(an_idle_deployment(m))),
    (complete, "another role", lambda m: container(m).update(args=["all"])),
    (complete, "no migration", lambda m: m.remove(named(m, "Job", "gateway-migrate"))),
    (
        complete,
        "migration after the pods",
        lambda m: named(m, "Job", "gateway-migrate")["metadata"].pop("annotations"),
    ),
    (network.unreachable, "no way to the portal", lambda m: policy(m)["egress"].pop()),
    (network.unreachable, "another port", lambda m: portal_url(m).update(value="https://10.20.2.5:8443")),
    (network.unreachable, "another service", lambda m: portal_url(m).update(value="http://payments:8000")),
    (network.denied_by_default, "no policy", lambda m: m.remove(named(m, "NetworkPolicy", "gateway"))),
    (network.denied_by_default, "egress open", lambda m: policy(m).update(policyTypes=["Ingress"])),
    (network.denied_by_default, "everybody in", lambda m: policy(m, "gateway-api")["ingress"][0].pop("from")),
    (network.denied_by_default, "everything out", lambda m: policy(m)["egress"].append({})),
    (
        network.unmatched_selectors,
        "a lost Service",
        lambda m: named(m, "Service", "gateway")["spec"]["selector"].update(x="y"),
    ),
    (
        network.unmatched_selectors,
        "a lost budget",
        lambda m: named(m, "PodDisruptionBudget", "gateway-api")["spec"]["selector"]["matchLabels"].update(
            x="y"
        ),
    ),
]


@pytest.mark.parametrize(
    ("rule", "change"),
    [pytest.param(rule, change, id=f"{rule.__name__}: {said}") for rule, said, change in PLANTED],
)
def test_a_planted_violation_is_seen(charts: Charts, rule: rules.Rule, change: Change) -> None:
    more = ("--values", "gateway/ci/ingress.yaml", "--values", "gateway/ci/alerts.yaml")
    manifests = deepcopy(charts.render("gateway", "portal.yaml", *more))
    assert rule(manifests) == []
    change(manifests)
    assert rule(manifests) != []


def test_every_rule_has_its_planted_violation() -> None:
    planted = {rule for rule, _, _ in PLANTED}
    of_network = {network.denied_by_default, network.unmatched_selectors, network.unreachable}
    assert planted >= {*rules.ALWAYS, rules.alert_faults, complete, *of_network}


def test_a_service_that_may_call_another_is_seen(charts: Charts) -> None:
    manifests = deepcopy(charts.render("stack", "production.yaml"))
    policy(manifests, "survey")["egress"].append(
        {
            "to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "dossier"}}}],
            "ports": [{"port": 8000}],
        }
    )
    assert ("survey", "dossier") not in network.allowed_calls(manifests), "the callee still refuses"
    policy(manifests, "dossier-api")["ingress"][0]["from"].append(
        {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "survey"}}}
    )
    assert ("survey", "dossier") in network.allowed_calls(manifests)
