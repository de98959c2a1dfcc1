"""Which pod may talk to which, worked out from the rendered policies as a cluster would."""

from typing import Any

from tests.deploy.rendering import SERVICES, Manifest
from tests.deploy.rules import of_kind, pods

Labels = dict[str, str]


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
