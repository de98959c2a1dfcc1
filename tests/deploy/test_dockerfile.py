"""An image holds its own service and nothing of the others, and runs as nobody."""

import json
import tomllib

import pytest

from tests.deploy.dockerfile import ROOT, image, reaches_builder, read_dockerfile
from tests.deploy.rendering import SERVICES

TARGETS = {**{service: [service] for service in SERVICES}, "sandbox": ["stack"]}
"""Target to the extras of pyproject.toml it installs."""


@pytest.mark.parametrize("service", SERVICES)
def test_copies_the_kernel_the_contracts_and_itself(service: str) -> None:
    shared = ["kernel/", "worktime/", "contracts/", "services/__init__.py"]
    forms = ["eforms/"] if service in {"catalog", "dossier", "gateway"} else []
    assert image(service).copied == [*shared, *forms, f"services/{service}/"]


@pytest.mark.parametrize(("target", "extras"), TARGETS.items())
def test_installs_exactly_its_extras_from_the_lock(target: str, extras: list[str]) -> None:
    chosen = " ".join(f"--extra {extra}" for extra in extras)
    assert " ".join(image(target).install_arguments) == (
        f"pip install --constraint requirements/lock.txt --requirement pyproject.toml {chosen}"
    )
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert known.keys() >= set(extras)


@pytest.mark.parametrize("target", TARGETS)
def test_runs_as_nobody_without_a_shell_and_ends_on_sigterm(target: str) -> None:
    built = image(target)
    module = "sandbox" if target == "sandbox" else f"services.{target}"
    assert built.entrypoint == ["python", "-m", module]
    assert built.said("USER") == ["10001:10001"]
    assert built.said("STOPSIGNAL") == ["SIGTERM"]
    assert built.said("HEALTHCHECK") == [], "the cluster asks /livez and /readyz itself"


@pytest.mark.parametrize("target", TARGETS)
def test_the_image_itself_runs_nothing_while_it_is_built(target: str) -> None:
    """Libraries are installed in a stage of their own: neither uv nor the lock is in what runs."""
    assert image(target).said("RUN") == []


def test_every_stage_starts_from_one_python() -> None:
    stages = read_dockerfile()
    assert {stage.base for stage in stages.values() if stage.base not in stages} == {"python:3.11-slim"}


def test_no_stage_is_left_over() -> None:
    helpers = {"base", "builder", "files", "service", *(f"{target}-packages" for target in TARGETS)}
    assert read_dockerfile().keys() == {*helpers, *TARGETS}


@pytest.mark.parametrize("target", TARGETS)
def test_everything_copied_reaches_the_builder(target: str) -> None:
    assert [path for path in image(target).copied if not reaches_builder(path)] == []


@pytest.mark.parametrize(
    "path",
    [
        "tests/conftest.py",
        ".git/config",
        "deploy/.env",
        "kernel/testing/fixed_clock.py",
        "a/__pycache__/b.pyc",
    ],
)
def test_nothing_else_reaches_it(path: str) -> None:
    assert not reaches_builder(path)


def test_a_shell_entrypoint_would_be_seen() -> None:
    stages = read_dockerfile("FROM python:3.11-slim AS x\nENTRYPOINT python -m services.x")
    with pytest.raises(json.JSONDecodeError):
        image("x", stages).entrypoint  # noqa: B018 - reading it is the check.
