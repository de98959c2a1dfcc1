"""What must hold for every manifest we install; each rule returns its complaints, none when all is well."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.deploy.rendering import Manifest
from tests.deploy.roles import roles_of

SINGLE_ROLES = ("relay", "jobs")
OPERATIONS = "operations"
"""The name of the port that answers probes and metrics."""
Rule = Callable[[list[Manifest]], list[str]]
_SECRET_NAME = re.compile(r"(DATABASE_URL|BUS_URL|PASSWORD|SECRET|TOKEN|JWKS?|_KEY)$")
_CREDENTIALS = re.compile(r"://[^/\s]*:[^/\s]*@")


OF_THE_OPERATOR = "monitoring.coreos.com/v1"
_ROOT = Path(__file__).parents[2]
_METRIC = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    """Return the manifests of the given kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def alert_faults(manifests: list[Manifest]) -> list[str]:
    """Every alert watches a figure some service has, says for how long, how bad it is and what to look at."""
    sources = "".join(
        file.read_text(encoding="utf-8")
        for room in ("services/gateway", "kernel")
        for file in (_ROOT / room).rglob("*.py")
    )
    found = []
    for manifest in of_kind(manifests, "PrometheusRule"):
        for alert in (one for group in manifest["spec"]["groups"] for one in group["rules"]):
            unknown = [one for one in _METRIC.findall(alert["expr"]) if f'"{one}"' not in sources]
            found += [f"{alert['alert']}: nobody counts {one}" for one in unknown]
            if not (alert.get("for") and alert["labels"].get("severity")):
                found.append(f"{alert['alert']}: neither how long nor how bad")
            if not {"summary", "description"} <= alert["annotations"].keys():
                found.append(f"{alert['alert']}: says nothing")
    return found


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Every pod template with its owner's name."""
    for owner in of_kind(manifests, "Deployment", "Job"):
        yield f"{owner['kind']}/{owner['metadata']['name']}", owner["spec"]["template"]


def containers(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every container with its pod's owner."""
    for name, pod in pods(manifests):
        for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
            yield name, container


def probed(manifests: list[Manifest]) -> list[str]:
    """Probe what listens on its operations port: has it started, does it live, is it ready."""
    wanted = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    return [
        f"{name}: {probe} does not ask {path}"
        for name, container in containers(manifests)
        if container.get("ports")
        for probe, path in wanted.items()
        if container.get(probe, {}).get("httpGet") != {"path": path, "port": OPERATIONS}
    ]


def confined(manifests: list[Manifest]) -> list[str]:
    """Allow no root, privilege, capability, writable root file system or unusual system call."""
    pod_wanted = {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
    wanted = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    found = []
    for name, pod in pods(manifests):
        context = pod["spec"].get("securityContext", {})
        found += [f"{name}: pod {key}" for key, value in pod_wanted.items() if context.get(key) != value]
    for name, container in containers(manifests):
        if container.get("securityContext") != wanted:
            found.append(f"{name}: container is not confined")
    return found


def bounded(manifests: list[Manifest]) -> list[str]:
    """Every container asks for CPU and memory and has a limit of memory."""
    found = []
    for name, container in containers(manifests):
        resources = container.get("resources", {})
        if not resources.get("requests", {}).keys() >= {"cpu", "memory"}:
            found.append(f"{name}: no requests")
        if "memory" not in resources.get("limits", {}):
            found.append(f"{name}: no limit of memory")
    return found


def secrets_by_reference(manifests: list[Manifest]) -> list[str]:
    """No chart makes a secret, and no variable that holds one has its value in the manifest."""
    found = [f"Secret/{manifest['metadata']['name']}: rendered" for manifest in of_kind(manifests, "Secret")]
    for name, container in containers(manifests):
        found += [
            f"{name}: {variable['name']} has a value"
            for variable in container.get("env", [])
            if "value" in variable
            and (_SECRET_NAME.search(variable["name"]) or _CREDENTIALS.search(variable["value"]))
        ]
    return found


def tokenless(manifests: list[Manifest]) -> list[str]:
    """No pod holds a token of the cluster or is told of other services by variables."""
    found = []
    for name, pod in pods(manifests):
        if pod["spec"].get("automountServiceAccountToken") is not False:
            found.append(f"{name}: mounts a token")
        if pod["spec"].get("enableServiceLinks") is not False:
            found.append(f"{name}: service links")
    accounts = [
        f"ServiceAccount/{account['metadata']['name']}: mounts its token"
        for account in of_kind(manifests, "ServiceAccount")
        if account.get("automountServiceAccountToken") is not False
    ]
    return found + accounts


def complete(manifests: list[Manifest], service: str) -> list[str]:
    """Each role with work is a Deployment started as that role; the schema moves in a hook before them."""
    deployments = {manifest["metadata"]["name"]: manifest for manifest in of_kind(manifests, "Deployment")}
    roles = roles_of(service)
    found = [f"{service}-{role}: missing" for role in roles if f"{service}-{role}" not in deployments]
    idle = {name for name in deployments if name.rpartition("-")[0] == service} - {
        f"{service}-{role}" for role in roles
    }
    found += [f"{name}: has nothing to do" for name in sorted(idle)]
    for role in roles:
        manifest = deployments.get(f"{service}-{role}")
        if manifest and manifest["spec"]["template"]["spec"]["containers"][0].get("args") != [role]:
            found.append(f"{service}-{role}: does not start as {role}")
    hooks = [
        job["metadata"].get("annotations", {}).get("helm.sh/hook")
        for job in of_kind(manifests, "Job")
        if job["metadata"]["name"] == f"{service}-migrate"
        and job["spec"]["template"]["spec"]["containers"][0].get("args") == ["migrate"]
    ]
    return found if hooks == ["pre-install,pre-upgrade"] else [*found, f"{service}: no migration hook"]


def rolled_without_loss(manifests: list[Manifest]) -> list[str]:
    """Roles that share their work never have less than they should; roles under a lock have one pod."""
    found = []
    for deployment in of_kind(manifests, "Deployment"):
        name, spec = deployment["metadata"]["name"], deployment["spec"]
        if name.rpartition("-")[2] in SINGLE_ROLES:
            if spec.get("replicas") != 1 or spec["strategy"] != {"type": "Recreate"}:
                found.append(f"{name}: not one replaced pod")
            continue
        if spec["strategy"].get("rollingUpdate", {}).get("maxUnavailable") != 0:
            found.append(f"{name}: may be short of a pod")
        if not spec["template"]["spec"].get("topologySpreadConstraints"):
            found.append(f"{name}: not spread")
        if spec["template"]["spec"].get("terminationGracePeriodSeconds", 30) < 30:
            found.append(f"{name}: no time to drain")
    return found


def operated_apart(manifests: list[Manifest]) -> list[str]:
    """Every process has an operations port, which no Service leads to; only an api has another one."""
    found, numbers = [], set()
    for name, container in containers(manifests):
        declared = {port["name"]: str(port["containerPort"]) for port in container.get("ports", [])}
        told = {one["name"].partition("_")[2]: one.get("value", "") for one in container["env"]}
        wanted = {OPERATIONS: told.get("OPS_PORT")}
        if name.endswith("-api"):
            wanted["http"] = told.get("PORT")
        numbers.add(told.get("OPS_PORT"))
        if declared and (declared != wanted or len(set(declared.values())) < len(declared)):
            found.append(f"{name}: listens on {declared}")
        if declared and told.get("OPS_HOST") != "0.0.0.0":  # noqa: S104 - a pod's own address.
            found.append(f"{name}: the kubelet does not reach its operations port")
    for service in of_kind(manifests, "Service"):
        found += [
            f"Service/{service['metadata']['name']} leads to the operations port"
            for port in service["spec"]["ports"]
            if str(port.get("targetPort", port["port"])) in {OPERATIONS, *numbers}
        ]
    return found


def published_narrowly(manifests: list[Manifest]) -> list[str]:
    """Keep probes, metrics and the development sign-in off every Ingress, and have a certificate on it."""
    found = []
    for ingress in of_kind(manifests, "Ingress"):
        if not ingress["spec"].get("tls"):
            found.append("no certificate")
        inside = ("/livez", "/readyz", "/metrics", "/oidc")
        for path in (path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]):
            covers = str.__eq__ if path["pathType"] == "Exact" else str.startswith
            found += [f"{path['path']} is public" for own in inside if covers(own, path["path"].rstrip("/"))]
    return found


def pinned(manifests: list[Manifest]) -> list[str]:
    """Every image names a version or a digest."""
    found = []
    for name, container in containers(manifests):
        last = container["image"].rpartition("/")[2]
        if not re.search(r"[@:]", last) or last.endswith(":latest"):
            found.append(f"{name}: {container['image']}")
    return found


ALWAYS = (
    probed,
    confined,
    bounded,
    secrets_by_reference,
    tokenless,
    rolled_without_loss,
    operated_apart,
    published_narrowly,
    pinned,
)
"""The rules that hold for any manifest; `complete` needs a service's name, network.py the whole release."""
