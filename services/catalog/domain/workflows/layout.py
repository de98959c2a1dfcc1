"""Where the boxes of a process go: layers by the longest way from the start, crossings reduced by medians."""

from dataclasses import dataclass
from statistics import mean

from services.catalog.domain.workflows.graph import Graph

_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A box: its layer from the top, its place in it from the left, and how many share the layer."""

    layer: int
    place: int
    width: int


def layers_of(graph: Graph) -> dict[str, Place]:
    """Return the place of each step; opinions stand in the layer of the step they run beside, right of it.

    Steps no way leads to (an unsound draft) and steps of a circle stand in layers of their own below.
    """
    depth: dict[str, int] = {}
    for code in graph.order() or []:
        depth.setdefault(code, 0)
        for target in graph.ways[code]:
            depth[target] = max(depth.get(target, 0), depth[code] + 1)
    below = max(depth.values(), default=-1) + 1
    for code in graph.steps:
        if code not in graph.beside and code not in depth:
            depth[code] = below
            below += 1
    rows = _untangled(graph, depth)
    for code, step in graph.beside.items():
        main = next((one for one in step["consultation_of"] if one in depth), graph.first)
        rows[depth.get(main, 0)].append(code)
    return {code: Place(layer, at, len(row)) for layer, row in enumerate(rows) for at, code in enumerate(row)}


def _untangled(graph: Graph, depth: dict[str, int]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for code in graph.steps:
        if code in depth:
            rows[depth[code]].append(code)
    into: dict[str, list[str]] = {code: [] for code in graph.steps}
    for code, targets in graph.ways.items():
        for target in targets:
            into[target].append(code)
    for sweep in range(_SWEEPS):
        at = {code: place - len(row) / 2 for row in rows for place, code in enumerate(row)}
        neighbours = into if sweep % 2 == 0 else graph.ways
        for row in rows:
            row.sort(key=lambda code: mean([at[one] for one in neighbours[code] if one in at] or [at[code]]))
    return rows
