"""One embedded stack for the tests that do not disturb each other; the ends of its logs on a failure."""

from collections.abc import Iterator

import pytest

from tests.e2e.citizens import Gateway
from tests.e2e.databases import Databases
from tests.e2e.running_stack import RunningStack, running_stack

SHARED = pytest.StashKey[RunningStack]()


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[RunningStack]:
    """Give the shared stack; its tests are one share (`tests.plugin_scheduling`)."""
    with running_stack() as running:
        request.session.stash[SHARED] = running
        yield running


@pytest.fixture(scope="session")
def databases(stack: RunningStack) -> Databases:
    """Give the shared stack's databases."""
    return Databases(stack)


@pytest.fixture
def door(stack: RunningStack) -> Iterator[Gateway]:
    """Give the shared stack's gateway."""
    with Gateway(stack.gateway) as gateway:
        yield gateway


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Show the ends of the shared stack's logs with a failure of a test that used it."""
    report = yield
    running = item.session.stash.get(SHARED, None)
    if report.failed and running is not None and "stack" in getattr(item, "fixturenames", ()):
        report.sections.append(("the stack's logs", running.last_words()))
    return report
