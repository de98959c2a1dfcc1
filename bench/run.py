"""What a measure is given: the stack, the generator, the people, and how long it may take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.figures import Figure
from bench.generator import Generator, Loaded, Plan
from bench.people import People
from bench.subject import Subject


@dataclass(frozen=True, slots=True)
class Lengths:
    """Seconds of each part; `--quick` makes them short for a first look, and the page says so."""

    burst: float = 60
    own_port: float = 15
    steady: float = 20
    lifecycle: float = 15
    effects: float = 15
    reads: float = 10
    floor: float = 6
    spike: float = 10
    drain: float = 30
    settle: float = 60
    outage: float = 600
    seeded: int = 12_000
    """Dossiers put in before statistics are rebuilt."""

    @classmethod
    def quick(cls) -> "Lengths":
        """Return about a quarter of everything."""
        return cls(
            burst=12,
            own_port=6,
            steady=8,
            lifecycle=6,
            effects=6,
            reads=4,
            floor=3,
            spike=4,
            settle=30,
            outage=30,
            seeded=3_000,
        )


@dataclass(slots=True)
class Run:
    """One run of the bench; what one measure finds and another needs is kept here."""

    subject: Subject
    generator: Generator
    people: People
    lengths: Lengths
    floors: dict[str, float] = field(default_factory=dict)
    sustained: float = 0.0
    """Submits a second that were answered at the steady rate; 0 before that was measured."""
    sample_dossier: str = ""

    def load(self, plan: Plan) -> tuple[Loaded, dict[str, float]]:
        """Send a plan; return what came back and how busy the stack's processes were."""
        with self.subject.watched() as busy:
            loaded = self.generator.run(plan)
        return loaded, busy

    def quiet(self) -> list[str]:
        """Let the stack become idle before the next measure; say so when it did not."""
        waited, left = self.subject.settle(self.lengths.settle)
        return [f"began with work still to be done after {waited:.0f} s: {left}"] if left else []


Measure = Callable[[Run], Sequence[Figure]]


def notes_of(loaded: Loaded) -> list[str]:
    """Return what is said of any load: how much, how it was answered, the first surprise."""
    found = [f"{loaded.succeeded} in {loaded.seconds:.1f} s, answers {loaded.statuses}, {loaded.latencies}"]
    if loaded.unsent:
        found.append(f"{loaded.unsent} were due and never sent: every connection waited for an answer")
    if loaded.surprise:
        found.append(f"first surprise: {loaded.surprise[:300]}")
    return found
