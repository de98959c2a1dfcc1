"""The house stands, and each rule has been seen to fail."""

import pytest

from tests.architecture.rules import FORBIDDEN_NAMES, ROOT, RULES, modules, violations

PLANTED = {
    "only-the-edge-commits": (
        "services/x/use_cases/y.py",
        "async def f(session):\n    await session.commit()\n",
    ),
    "no-clock-but-the-clock": (
        "services/x/domain/y.py",
        "from datetime import datetime\nnow = datetime.now()\n",
    ),
    "settings-read-the-environment": ("services/x/store/y.py", "import os\nkey = os.environ['KEY']\n"),
    "no-silent-except": ("kernel/y.py", "try:\n    f()\nexcept Exception:\n    pass\n"),
    "http-goes-out-in-clients": ("services/x/use_cases/y.py", "import httpx\nclient = httpx.AsyncClient()\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_code_keeps_the_rule(rule):
    found = [
        place
        for path in modules()
        for place in violations(rule, path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    ]
    assert not found, f"{rule.why}: {found}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_planted_violation_is_seen(rule):
    path, source = PLANTED[rule.name]
    assert violations(rule, source, path) == [
        f"{path}:{violations(rule, source, path)[0].rpartition(':')[2]}"
    ]


def test_no_file_is_named_for_nothing():
    named = [
        path for path in modules() if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES
    ]
    assert named == []
