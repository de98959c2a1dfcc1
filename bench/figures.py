"""A measured figure beside its target, and the page they are written to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["yes", "NO", "—"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table; `reached` None where the design sets no target for it."""

    what: str
    measured: str
    target: str = ""
    reached: bool | None = None
    ratio: str = ""
    generator_cores: float | None = None
    busy: Mapping[str, float] = field(default_factory=dict)
    """Cores each process kept busy meanwhile."""
    notes: Sequence[str] = ()

    @property
    def verdict(self) -> Verdict:
        """How the table says it."""
        return "—" if self.reached is None else ("yes" if self.reached else "NO")

    def as_line(self) -> str:
        """Return the figure as it is printed while the run goes on."""
        return f"{self.what}: {self.measured}" + (
            f" [target {self.target}: {self.verdict}]" if self.target else ""
        )


def page(head: Mapping[str, str], figures: Iterable[Figure]) -> str:
    """Return the results as Markdown."""
    found = list(figures)
    lines = ["# Figures measured by `make bench`", ""]
    lines += ["Written by the run itself: one machine, one run, one stack. What was not reached says NO.", ""]
    lines += [f"- {name}: {value}" for name, value in head.items()]
    lines += [
        "",
        "| What | Measured | Ratio | Target | Reached | Generator, cores |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_row(figure) for figure in found]
    lines += ["", "## Beside the figures", ""]
    for figure in found:
        notes = [*figure.notes, *([_busy(figure.busy)] if figure.busy else [])]
        if notes:
            lines += [f"**{figure.what}**", "", *(f"- {note}" for note in notes), ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(figure: Figure) -> str:
    generator = "" if figure.generator_cores is None else f"{figure.generator_cores:.2f}"
    cells = (figure.what, figure.measured, figure.ratio, figure.target, figure.verdict, generator)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _busy(busy: Mapping[str, float]) -> str:
    used = ", ".join(f"{name} {cores:.2f}" for name, cores in sorted(busy.items(), key=lambda item: -item[1]))
    return f"Cores kept busy: {used}"
