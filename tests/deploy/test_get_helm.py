"""Helm is taken at its pinned version or built; what cannot be had is said in one line."""

from pathlib import Path

import pytest

from deploy import get_helm as helm


class Machine:
    """A machine with only the commands a test gives it: an empty cache and a PATH of one folder."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        """Point PATH and the cache into the folder."""
        self.commands = folder / "bin"
        self.commands.mkdir()
        patch.setenv("PATH", str(self.commands))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))

    def has(self, command: str, script: str) -> Path:
        """Give it a command."""
        file = self.commands / command
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_takes_the_pinned_version_from_path(machine: Machine) -> None:
    installed = machine.has("helm", f"echo {helm.VERSION}")
    assert helm.get_helm() == installed


@pytest.mark.parametrize("answer", ["echo v3.19.0", "echo v4.3", "exit 1"])
def test_another_version_on_path_does_not_count(machine: Machine, answer: str) -> None:
    machine.has("helm", answer)
    assert helm.find_helm() is None


def test_builds_the_pinned_module_once_and_keeps_it(machine: Machine) -> None:
    builder = f'[ "$*" = "install {helm.MODULE}" ] || exit 7\necho built > "$GOBIN/helm"'
    go = machine.has("go", builder)
    first = helm.get_helm()
    assert (first, first.read_text()) == (helm.cached_helm(), "built\n")
    go.unlink()
    assert helm.get_helm() == first


def test_says_why_a_build_failed_and_leaves_nothing_behind(machine: Machine) -> None:
    machine.has("go", "echo first >&2; echo no such module >&2; exit 1")
    with pytest.raises(helm.HelmUnavailable, match="no such module"):
        helm.get_helm()
    left = [file.name for file in helm.cached_helm().parent.iterdir() if not file.name.endswith(".lock")]
    assert left == []


@pytest.mark.usefixtures("machine")
def test_says_that_there_is_nothing_to_build_with() -> None:
    with pytest.raises(helm.HelmUnavailable, match="no Go"):
        helm.get_helm()
