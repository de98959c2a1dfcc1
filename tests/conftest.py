"""Servers for every test that needs real ones, who runs what in parallel, figures."""

pytest_plugins = [
    "tests.plugin_servers",
    "tests.plugin_promises",
    "tests.plugin_scheduling",
    "tests.e2e.figures",
]
