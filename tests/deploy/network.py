"""Which pod may talk to which, worked out from the rendered policies as a cluster would."""

from typing import Any
from urllib.parse import urlsplit

from tests.deploy.rendering import SERVICES, Manifest
from tests.deploy.rules import containers, of_kind, pods

Labels = dict[str, str]

_TOLD_TO_OTHERS = ("_PUBLIC_URL", "_OUTSIDE_CALLBACK_URL", "_PORTAL_FILES_URL")
_DEFAULT_PORTS = {"http": 80, "https": 443, "s3": 443}


def selects(selector: dict[str, Any], labels: Labels) -> bool:
    """Whether a label selector (matchLabels only; the charts use nothing else) takes these labels."""
    wanted: Labels = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()


def denied_by_default(manifests: list[Manifest]) -> list[str]:
    """Every pod is under a policy of both directions, and no rule lets everybody in."""
    policies = [policy["spec"] for policy in of_kind(manifests, "NetworkPolicy")]
    found = []
    for name, pod in pods(manifests):
        labels = pod["metadata"]["labels"]
        types = {
            kind for one in policies if selects(one["podSelector"], labels) for kind in one["policyTypes"]
        }
        found += [f"{name}: {kind} is open" for kind in ("Ingress", "Egress") if kind not in types]
    for policy in policies:
        found += ["a rule lets everybody in" for rule in policy.get("ingress", []) if not rule.get("from")]
        found += ["a rule lets everything out" for rule in policy.get("egress", []) if not rule.get("ports")]
    return found


def unreachable(manifests: list[Manifest]) -> list[str]:
    """Addresses that a pod is told to call and that no rule of its service lets it reach."""
    egress = {
        policy["metadata"]["name"]: policy["spec"].get("egress", [])
        for policy in of_kind(manifests, "NetworkPolicy")
    }
    found = []
    for name, container in containers(manifests):
        service = name.partition("/")[2].rpartition("-")[0]
        for variable, host, port in _called(container["env"]):
            if not any(_lets_out(rule, host, port) for rule in egress.get(service, [])):
                found.append(f"{name}: {variable} leads to {host}:{port}")
    return found


def _called(environment: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Return (variable, host, port) of what the variables name; of addresses in secrets nobody knows."""
    given = {one["name"]: one["value"] for one in environment if one.get("value")}
    found = []
    for name, value in given.items():
        parts = urlsplit(value)
        is_told = name.endswith("_URL") and not name.endswith(_TOLD_TO_OTHERS) and parts.hostname
        if is_told and not (parts.scheme == "s3" and "AWS_ENDPOINT_URL" in given):
            host = "s3.amazonaws.com" if parts.scheme == "s3" else str(parts.hostname)
            found.append((name, host, parts.port or _DEFAULT_PORTS[parts.scheme]))
        if name.endswith("_SMTP_HOST"):
            found.append((name, value, int(given[name.removesuffix("HOST") + "PORT"])))
    return found


def _lets_out(rule: dict[str, Any], host: str, port: int) -> bool:
    """Services are named by their pods' labels; anything outside has a dot, and is let out by port."""
    if not any(one["port"] == port for one in rule.get("ports", [])):
        return False
    chosen = [peer.get("podSelector", {}).get("matchLabels", {}) for peer in rule.get("to", [])]
    if "." in host:
        return not any(chosen)
    return any(labels.get("app.kubernetes.io/name") == host for labels in chosen)


def allowed_calls(manifests: list[Manifest]) -> set[tuple[str, str]]:
    """Return (caller, callee) of services for which both ends' policies agree on the api's port."""
    labels = {
        deployment["metadata"]["name"]: deployment["spec"]["template"]["metadata"]["labels"]
        for deployment in of_kind(manifests, "Deployment")
    }
    policies = [policy["spec"] for policy in of_kind(manifests, "NetworkPolicy")]
    return {
        (caller, callee)
        for caller in SERVICES
        for callee in SERVICES
        if caller != callee
        and _passes(policies, "egress", "to", labels[f"{caller}-api"], labels[f"{callee}-api"])
        and _passes(policies, "ingress", "from", labels[f"{callee}-api"], labels[f"{caller}-api"])
    }


def _passes(policies: list[dict[str, Any]], way: str, peers: str, subject: Labels, other: Labels) -> bool:
    return any(
        any("podSelector" in peer and selects(peer["podSelector"], other) for peer in rule.get(peers, []))
        and any(port["port"] in {8000, "http"} for port in rule["ports"])
        for policy in policies
        if selects(policy["podSelector"], subject)
        for rule in policy.get(way, [])
    )


def unmatched_selectors(manifests: list[Manifest]) -> list[str]:
    """Services, budgets and autoscalers that point at nothing."""
    templates = [pod["metadata"]["labels"] for _, pod in pods(manifests)]
    names = {deployment["metadata"]["name"] for deployment in of_kind(manifests, "Deployment")}
    found = []
    for manifest in of_kind(manifests, "Service", "PodDisruptionBudget"):
        chosen = manifest["spec"]["selector"]
        selector = chosen if "matchLabels" in chosen else {"matchLabels": chosen}
        if not any(selects(selector, labels) for labels in templates):
            found.append(f"{manifest['kind']}/{manifest['metadata']['name']} selects nothing")
    lost = [
        f"{scaler['metadata']['name']} scales nothing"
        for scaler in of_kind(manifests, "HorizontalPodAutoscaler")
        if scaler["spec"]["scaleTargetRef"]["name"] not in names
    ]
    return found + lost
