"""The steps of a process as a graph: what leads where, in which order, along which ways, how long."""

from collections.abc import Iterator, Mapping
from typing import Any

Step = Mapping[str, Any]


class Graph:
    """Steps by code and their ways on; a step with `consultation_of` runs beside and is on no way.

    Every step named by a way must exist; `faults` checks that before it builds a graph.
    """

    def __init__(self, process: Mapping[str, Any]) -> None:
        self.first: str = process["first"]
        self.steps: dict[str, Step] = {step["code"]: step for step in process["steps"]}
        self.beside = {code: step for code, step in self.steps.items() if step["consultation_of"]}
        self.ways: dict[str, list[str]] = {
            code: list(dict.fromkeys(way["to"] for way in step["next"])) for code, step in self.steps.items()
        }
        self.reached = self._from(self.first)

    def _from(self, code: str) -> set[str]:
        found, waiting = {code}, [code]
        while waiting:
            for target in self.ways[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return found

    def after(self, code: str) -> set[str]:
        """Return the steps some way leads to from a step, itself only in a circle."""
        return {step for target in self.ways[code] for step in self._from(target)}

    def order(self) -> list[str] | None:
        """Return the reachable steps, each before those it leads to, ties as written; None in a circle."""
        open_ways = dict.fromkeys((code for code in self.steps if code in self.reached), 0)
        for code in open_ways:
            for target in self.ways[code]:
                open_ways[target] += 1
        order: list[str] = []
        while open_ways:
            ready = next((code for code, count in open_ways.items() if count == 0), None)
            if ready is None:
                return None
            del open_ways[ready]
            order.append(ready)
            for target in self.ways[ready]:
                open_ways[target] -= 1
        return order

    def ends(self) -> list[Step]:
        """Return the reachable steps with no way on."""
        return [step for code, step in self.steps.items() if code in self.reached and not self.ways[code]]

    def opinions_on(self, code: str) -> list[Step]:
        """Return the consultations that run beside a step."""
        return [step for step in self.beside.values() if code in step["consultation_of"]]

    def length(self, code: str) -> float:
        """Return a step's working hours; an opinion that is waited for longer stretches it.

        Hours of the applicant and of outside systems count: the dossier's clock runs on while they act.
        """
        return max(float(step["hours"]) for step in (self.steps[code], *self.opinions_on(code)))

    def longest(self) -> tuple[float, list[str]]:
        """Return the hours of the longest way through and its steps; nothing of a circle."""
        best: dict[str, tuple[float, list[str]]] = {}
        for code in reversed(self.order() or []):
            onward = max(
                (best[target] for target in self.ways[code]), default=(0.0, []), key=lambda it: it[0]
            )
            best[code] = (onward[0] + self.length(code), [code, *onward[1]])
        return best.get(self.first, (0.0, []))

    def paths(self, most: int) -> Iterator[list[tuple[str, int]]]:
        """Yield the ways through, none in a circle, each as (step, place of the way taken; -1: end)."""
        waiting: list[list[tuple[str, int]]] = [[(self.first, -1)]]
        found = 0
        while waiting and found < most:
            path = waiting.pop()
            code = path[-1][0]
            ways = self.steps[code]["next"]
            if not ways:
                found += 1
                yield path
            waiting += [
                [*path[:-1], (code, place), (ways[place]["to"], -1)] for place in reversed(range(len(ways)))
            ]
