"""`python -m deploy.helm` writes every chart's README.md and values.schema.json; `--check` only compares."""

import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.helm.readme import chart_readme
from deploy.helm.schema import chart_schema
from deploy.helm.values import charts


def generated() -> Iterator[tuple[Path, str]]:
    """Yield each generated file with the text it should have."""
    for chart in charts():
        yield chart / "values.schema.json", chart_schema(chart)
        yield chart / "README.md", chart_readme(chart)


def stale() -> list[Path]:
    """Return the generated files that are missing or say something else than their source."""
    return [
        file for file, text in generated() if not file.exists() or file.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write or check; the exit status is 1 when a check finds a stale file."""
    outdated = stale()
    if arguments == ["--check"]:
        for file in outdated:
            sys.stderr.write(f"stale: {file}; run python -m deploy.helm\n")
        return 1 if outdated else 0
    for file, text in generated():
        if file in outdated:
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
