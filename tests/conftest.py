"""Servers for every test that needs real ones, who runs what in parallel, figures."""

import os
import sys

from hypothesis import settings

# What one process compiled the others take, whoever starts the run: it has workers and hundreds of services,
# and compiling is half of a start. The workers begin after this.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = [
    "tests.plugin_servers",
    "tests.plugin_promises",
    "tests.plugin_scheduling",
    "tests.e2e.figures",
]
# How long an example takes tells of the machine and of what else it does; the bench measures speed.
settings.register_profile("untimed", parent=settings(), deadline=None)
settings.load_profile("untimed")
