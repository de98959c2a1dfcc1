"""Writes each chart's README.md from its description and the comments of its values."""

import json
from pathlib import Path

import yaml

from deploy.helm.values import Value, read_values


def chart_readme(chart: Path) -> str:
    """Return the text of the chart's README.md."""
    about = yaml.safe_load((chart / "Chart.yaml").read_text(encoding="utf-8"))
    shapes = "\n".join(
        f"- `ci/{file.name}`: {_first_comment(file)}" for file in sorted(chart.glob("ci/*.yaml"))
    )
    leaves = [leaf for value in read_values(chart / "values.yaml") for leaf in value.leaves()]
    rows = "\n".join(_row(leaf) for leaf in leaves)
    return (
        f"# {about['name']}\n\n{about['description']}\n\n"
        "Written by `python -m deploy.helm` from the comments of values.yaml; how to install is in "
        "[deploy/README.md](../../README.md).\n\n"
        f"## Supported shapes\n\n{shapes}\n\n"
        f"## Values\n\n| Key | Default | Meaning |\n|---|---|---|\n{rows}\n"
    )


def _row(value: Value) -> str:
    default = json.dumps(value.default, ensure_ascii=False).replace("|", "\\|")
    text = value.text.replace("|", "\\|")
    return f"| `{'.'.join(value.path)}` | `{default}` | {text} |"


def _first_comment(file: Path) -> str:
    return file.read_text(encoding="utf-8").splitlines()[0].removeprefix("#").strip()
