"""Small syntax-tree rules that no linter has: each says what is wrong, where, and why it matters."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ("kernel", "worktime", "eforms", "services", "contracts", "sandbox", "province")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc", "crud"}


@dataclass(frozen=True)
class Rule:
    """A rule over one module; `allowed` are the files that exist to do this."""

    name: str
    why: str
    finds: Callable[[ast.AST], bool]
    allowed: tuple[str, ...] = ()


def _calls(node: ast.AST, owner: str, method: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
        and (not owner or (isinstance(node.func.value, ast.Name) and node.func.value.id == owner))
    )


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id == "os" and node.attr in {"environ", "getenv", "environb"}
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "os"
        and any(name.name in {"environ", "getenv"} for name in node.names)
    )


def _tells_the_time(node: ast.AST) -> bool:
    return (
        _calls(node, "datetime", "now")
        or _calls(node, "datetime", "utcnow")
        or _calls(node, "date", "today")
        or _calls(node, "datetime", "today")
        or _calls(node, "time", "time")
    )


def _swallows(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    is_silent = all(isinstance(part, ast.Pass | ast.Continue) for part in node.body)
    is_broad = node.type is None or (
        isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
    )
    return is_silent and is_broad


def _opens_client(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and (
        (isinstance(node.func, ast.Name) and node.func.id in {"AsyncClient", "ClientSession"})
        or _calls(node, "httpx", "AsyncClient")
        or _calls(node, "aiohttp", "ClientSession")
    )


RULES = (
    Rule(
        "only-the-edge-commits",
        "one request or message is one unit of work, and only the edge commits it",
        lambda node: _calls(node, "", "commit"),
        (
            "kernel/postgres/unit_of_work.py",
            "kernel/postgres/migrations.py",
            "kernel/web/edge.py",
            "kernel/bus/",
            "kernel/service.py",
            "sandbox/",
        ),
    ),
    Rule(
        "no-clock-but-the-clock",
        "a test must be able to stand on any day",
        _tells_the_time,
        ("kernel/core/clock.py",),
    ),
    Rule(
        "settings-read-the-environment",
        "what a service is told from outside stands in one place",
        _reads_environment,
        (),
    ),
    Rule("no-silent-except", "an error nobody sees is a defect nobody mends", _swallows),
    Rule(
        "http-goes-out-in-clients",
        "a call to another system has time-outs and one owner",
        _opens_client,
        ("services/*/clients/", "services/*/app.py", "kernel/testing/", "sandbox/"),
    ),
)


def modules(root: Path = ROOT) -> Iterator[Path]:
    """Every shipped Python file."""
    for folder in SHIPPED:
        yield from sorted((root / folder).rglob("*.py"))


def _is_allowed(path: str, rule: Rule) -> bool:
    for pattern in rule.allowed:
        head, star, tail = pattern.partition("*")
        if star:
            parts = path.split("/")
            if (
                path.startswith(head)
                and len(parts) > 3
                and "/".join([*parts[:2], ""])
                and tail.strip("/") == parts[2]
            ):
                return True
            if path.startswith(head) and path.endswith(tail) and path.count("/") == pattern.count("/"):
                return True
        elif path.startswith(pattern):
            return True
    return False


def violations(rule: Rule, source: str, path: str) -> list[str]:
    """Return `path:line` of each place that breaks the rule."""
    if _is_allowed(path, rule):
        return []
    return [f"{path}:{node.lineno}" for node in ast.walk(ast.parse(source)) if rule.finds(node)]  # type: ignore[attr-defined]
