"""Servers for every test that needs real ones."""

pytest_plugins = ["tests.plugin_servers", "tests.e2e.figures"]
