"""Settings come from the environment, `null` switching off what has no other way to be absent."""

import pytest

from sandbox.catcher.settings import CatcherSettings
from sandbox.outside.settings import OutsideSettings
from sandbox.portal.settings import PortalSettings


def test_null_switches_the_delay_and_the_smtp_listener_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSIDE_DELAY_SECONDS", "null")
    monkeypatch.setenv("CATCHER_SMTP_PORT", "null")
    assert OutsideSettings().delay_seconds is None
    assert CatcherSettings().smtp_port is None


def test_accounts_are_json_and_everything_listens_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_ACCOUNTS", '{"000.00.00.H99": "khoa"}')
    assert PortalSettings().accounts == {"000.00.00.H99": "khoa"}
    assert {PortalSettings().host, CatcherSettings().host, OutsideSettings().host} == {"127.0.0.1"}
