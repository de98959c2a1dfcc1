"""Who runs what in a parallel run: a file is one worker's, the longest first: `-p tests.plugin_scheduling`.

What a module shares is then made once and not once a worker, and the run does not end with one worker busy.
"""

import gc
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SLOWEST_FIRST = (
    "tests/e2e/",
    "tests/integration/test_schemathesis.py",
    "tests/deploy/",
    "tests/conformance/",
)
"""Where the long ones are, the longest first; the rest follows in the order it is found."""

APART = (
    "tests/e2e/test_make_run.py",
    "tests/e2e/test_chaos.py",
    "tests/integration/test_schemathesis.py",
    "tests/deploy/test_extras.py",
)
"""Files of long tests that share nothing: each test may be anybody's."""

SHARED = "shared stack"
SHARED_STACK = (
    "tests/e2e/test_bad_input.py",
    "tests/e2e/test_clients.py",
    "tests/e2e/test_load_province.py",
)
SHARED_STACK_TESTS = ("tests/e2e/test_demo.py::test_the_day_is_played_twice_on_the_embedded_bus",)
"""Tests that use the one stack of `tests/e2e/conftest.py`."""


def share_of(nodeid: str) -> str:
    """Return the name of what is run in one go by one worker with this test."""
    file = nodeid.partition("::")[0]
    if file in SHARED_STACK or nodeid in SHARED_STACK_TESTS:
        return SHARED
    return nodeid if file in APART else file


def place_of(nodeid: str) -> int:
    """Return where in the run's order a test stands: a smaller number begins earlier."""
    found = [place for place, folder in enumerate(SLOWEST_FIRST) if nodeid.startswith(folder)]
    return found[0] if found else len(SLOWEST_FIRST)


class ByShare(LoadScopeScheduling):
    """Hands out shares in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Take the place of the scheduler `--dist` names."""
    config.option.loadscopereorder = False
    return ByShare(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first; refuse a test of the shared stack that another worker could get."""
    for item in items:
        uses = item.nodeid.startswith("tests/e2e/") and "stack" in getattr(item, "fixturenames", ())
        if uses and share_of(item.nodeid) != SHARED:
            raise pytest.UsageError(f"{item.nodeid} uses the shared stack: name it in {__name__}")
    items.sort(key=lambda item: place_of(item.nodeid))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Tell the collector to leave alone what lives as long as the run: modules, items, parameters."""
    gc.collect()
    gc.freeze()
