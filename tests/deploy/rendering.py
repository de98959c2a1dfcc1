"""Renders the charts as `helm install` would and returns the manifests as data."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import yaml

from deploy.helm.values import CHARTS

SERVICES = ("catalog", "dossier", "notify", "survey", "gateway")
Manifest = dict[str, Any]


def shapes() -> list[tuple[str, str]]:
    """Every chart with each of its supported shapes, as (chart, file name)."""
    return sorted((file.parent.parent.name, file.name) for file in CHARTS.glob("*/ci/*.yaml"))


class HelmRefused(Exception):  # noqa: N818 - the fact is the name.
    """Helm ended with an error; the message is what it said."""


@dataclass(frozen=True)
class Charts:
    """A built copy of deploy/helm and the Helm that renders it."""

    helm: Path
    folder: Path

    @classmethod
    def built(cls, helm: Path, folder: Path) -> Self:
        """Copy the charts and pack each one's dependencies, the umbrella's last."""
        shutil.copytree(
            CHARTS, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__")
        )
        charts = cls(helm, folder)
        for chart in (*SERVICES, "stack"):
            charts.run("dependency", "build", chart)
        return charts

    def lint(self, chart: str, shape: str | None = None) -> str:
        """Lint strictly, with one shape's values or with the defaults."""
        return self.run("lint", "--strict", chart, *self.values(chart, shape))

    def render(self, chart: str, shape: str | None = None, *more: str) -> list[Manifest]:
        """Return the manifests, hooks included, of a release in the namespace `motcua`; not to be changed."""
        return _rendered(self, chart, shape, more)

    def run(self, *arguments: str) -> str:
        """Run Helm in the copy with caches of its own; what it prints, or `HelmRefused`."""
        own = {f"HELM_{kind}_HOME": str(self.folder / f".{kind}") for kind in ("CACHE", "CONFIG", "DATA")}
        done = subprocess.run(
            [self.helm, *arguments],
            cwd=self.folder,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            raise HelmRefused(done.stdout + done.stderr)
        return done.stdout

    def values(self, chart: str, shape: str | None) -> list[str]:
        """Return the options that choose a shape."""
        return ["--values", f"{chart}/ci/{shape}"] if shape else []


@cache
def _rendered(charts: Charts, chart: str, shape: str | None, more: tuple[str, ...]) -> list[Manifest]:
    values = charts.values(chart, shape)
    text = charts.run("template", "tinh", chart, "--namespace", "motcua", *values, *more)
    return [manifest for manifest in yaml.load_all(text, Loader=yaml.CSafeLoader) if manifest]
