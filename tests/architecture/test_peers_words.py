"""No log of the gateway takes the words of somebody outside: they may name a citizen with her number."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def words_logged(source: str) -> Iterator[int]:
    """Yield the lines of log calls that pass a reason on as it was said."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("_log."):
            for one in node.keywords:
                said = ast.unparse(one.value)
                if one.arg == "reason" and (said.startswith(("str(", "repr(")) or ".detail" in said):
                    yield node.lineno


def test_a_reason_is_logged_by_our_words_of_it() -> None:
    passed_on = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted((ROOT / "services/gateway").rglob("*.py"))
        for line in words_logged(file.read_text(encoding="utf-8"))
        # Of our own database and jobs, with nobody outside.
        if file.name not in {"usage.py", "live_changes.py"}
    ]
    assert passed_on == []


def test_the_rule_bites() -> None:
    bad = "_log.warning('x', reason=str(silence))\n_log.info('y', reason=a.detail)"
    assert list(words_logged(bad)) == [1, 2]
    assert list(words_logged("_log.warning('x', reason=for_the_log(silence), message=str(id))")) == []
