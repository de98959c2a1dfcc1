"""Logs tell what failed and where, and nothing of whom it was about."""

import json

import structlog

from kernel.telemetry import configure_logging


def fail_with(identity_number):
    raise RuntimeError("the register did not answer")


def test_a_logged_failure_names_its_cause_and_no_local_value(capsys):
    configure_logging("jars", "api", "info")
    try:
        try:
            fail_with("099088000011")
        except RuntimeError:
            structlog.get_logger().exception("defect")
        line = capsys.readouterr().out
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    assert "the register did not answer" in line
    assert "099088000011" not in line
    assert json.loads(line)["service"] == "jars"
