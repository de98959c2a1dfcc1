"""Servers for every test that needs real ones, who runs what in parallel, figures."""

from hypothesis import settings

pytest_plugins = [
    "tests.plugin_servers",
    "tests.plugin_promises",
    "tests.plugin_scheduling",
    "tests.e2e.figures",
]
# How long an example takes tells of the machine and of what else it does; the bench measures speed.
settings.register_profile("untimed", parent=settings(), deadline=None)
settings.load_profile("untimed")
