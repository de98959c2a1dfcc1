"""Wrong input is one line and exit code 2; a missing tool is told before anything is made."""

import sys

import pytest

import demo.__main__ as demo_command
import stack.__main__ as stack_command

COMMANDS = {"stack": stack_command.main, "demo": demo_command.main}
PORTS = [
    ('{"x":1}', "not ['x']"),
    ('{"gateway":70000}', "from 1 to 65535"),
    ('{"gateway":0}', "from 1 to 65535"),
    ('{"gateway":true}', "from 1 to 65535"),
    ('{"gateway":8001}', "one port cannot be that of catalog and gateway"),
    ("[1]", "an object is needed"),
    ("{", "not JSON"),
]


@pytest.fixture
def refused(monkeypatch, capsys):
    """Run a command that must refuse what was typed; give its one line."""

    def run(command, *words):
        monkeypatch.setattr(sys, "argv", [command, *words])
        with pytest.raises(SystemExit) as ended:
            COMMANDS[command]()
        said = capsys.readouterr().err
        assert ended.value.code == 2
        assert said.count("\n") == 1, said
        return said

    return run


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("typed", "reason"), PORTS)
def test_ports_that_are_none_are_refused_with_the_reason(refused, command, typed, reason):
    assert reason in refused(command, "--ports", typed)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_is_no_folder_for_data(refused, command, below, tmp_path):
    (tmp_path / "letter").write_text("x")
    assert "letter is not a folder" in refused(command, "--data", str(tmp_path / "letter" / below))
    assert (tmp_path / "letter").read_text() == "x"


def test_an_unknown_bus_is_refused_typed_or_from_the_environment(refused, monkeypatch):
    assert "not 'nats'" in refused("stack", "--bus", "nats")
    monkeypatch.setenv("BUS", "nats")
    assert "not 'nats'" in refused("stack")


def test_a_moment_says_its_offset(refused):
    assert "offset" in refused("stack", "--start-at", "2026-03-03T08:00:00")


def test_kafka_without_java_is_told_before_anything_is_made(tmp_path, monkeypatch, capsys):
    data = tmp_path / "data"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["stack", "--bus", "kafka", "--data", str(data)])
    assert stack_command.main() == 1
    assert capsys.readouterr().err == "cannot run: Kafka needs java (17+) and mvn on PATH\n"
    assert not data.exists()
