"""Figures a run measured, printed at its end; none is asserted tightly: a slow machine is no failure."""

from collections.abc import Callable

import pytest

_MARK = "figure: "


@pytest.fixture
def record_figure(record_property) -> Callable[[str, object], None]:
    """Give what keeps a measured figure for the end: `record_figure("seconds to ready", "3.1")`."""

    def record(name: str, value: object) -> None:
        record_property(_MARK + name, str(value))

    return record


def pytest_terminal_summary(terminalreporter) -> None:
    """Print every figure with the test that measured it."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if getattr(report, "when", "") == "call"
    ]
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {name.removeprefix(_MARK)} = {value}"
        for report in reports
        for name, value in report.user_properties
        if name.startswith(_MARK)
    ]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)
