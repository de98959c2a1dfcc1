"""A measured figure beside its target, and the page they are written to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["yes", "NO", "—"]
NOISE = "not ours"
CORES = 2
"""The machine the targets are set for."""


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
    """Cores each process kept busy meanwhile; `NOISE` is what was not ours."""
    per_second: float = 0.0
    """What was done a second while these cores were busy."""
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
        "| What | Measured | Ratio | Target | Reached | Generator, cores | Not ours, cores |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(figure) for figure in found]
    lines += ["", "## Beside the figures", ""]
    for figure in found:
        notes = [*figure.notes, *_busy(figure)]
        if notes:
            lines += [f"**{figure.what}**", "", *(f"- {note}" for note in notes), ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(figure: Figure) -> str:
    generator = "" if figure.generator_cores is None else f"{figure.generator_cores:.2f}"
    noise = f"{figure.busy[NOISE]:.2f}" if NOISE in figure.busy else ""
    cells = (figure.what, figure.measured, figure.ratio, figure.target, figure.verdict, generator, noise)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _busy(figure: Figure) -> list[str]:
    """Say who used the cores, and what one piece of work cost: that stays true on a machine others use."""
    if not figure.busy:
        return []
    lines = ["Cores kept busy: " + _listed(figure.busy)]
    if figure.per_second:
        own = {name: cores for name, cores in figure.busy.items() if name != NOISE}
        own["load generator"] = figure.generator_cores or 0.0
        each = {name: cores / figure.per_second * 1000 for name, cores in own.items()}
        total = sum(each.values())
        alone = max((cost for name, cost in each.items() if name != "postgres"), default=0.0)
        bound = min(CORES * 1000 / total, 1000 / alone) if alone else 0.0
        lines.append(
            f"Processor time for one: {total:.2f} ms ({_listed(each)}): by this cost {CORES} cores left to it"
            f" would do at most {bound:,.0f}/s"
        )
    return lines


def _listed(values: Mapping[str, float]) -> str:
    ordered = sorted(values.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {value:.2f}" for name, value in ordered)
