"""The load generator: a small program of ours in Go, built once, so that the measuring costs little."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stack.servers import StackError

SOURCES = Path(__file__).with_name("load")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of an iteration; `{name}` in it is a variable (see load/plan.go)."""

    name: str
    method: str
    url: str
    expect: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is sent, by how many connections, how long; a rate makes it an open loop."""

    connections: int
    seconds: float
    steps: Sequence[Step]
    count: int = 0
    rate: float = 0.0
    actors: Sequence[Mapping[str, str]] = ()
    rows_file: Path | None = None

    def as_json(self) -> str:
        """Return the plan as the program reads it."""
        steps = [
            {
                name: getattr(step, name)
                for name in ("name", "method", "url", "headers", "body", "expect", "keep")
            }
            for step in self.steps
        ]
        return json.dumps(
            {
                "connections": self.connections,
                "seconds": self.seconds,
                "count": self.count,
                "rate": self.rate,
                "actors": list(self.actors),
                "rows_file": str(self.rows_file or ""),
                "steps": steps,
            }
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came back."""

    report: dict[str, Any]

    @property
    def seconds(self) -> float:
        """From the start to the last answer."""
        return float(self.report["seconds"])

    @property
    def succeeded(self) -> int:
        """Iterations whose every step was answered as expected."""
        return int(self.report["succeeded"])

    @property
    def failed(self) -> int:
        """Iterations that were not, those of an open loop that could not even be sent in time included."""
        return int(self.report["failed"]) + self.unsent

    @property
    def unsent(self) -> int:
        """Iterations that were due and never sent, because every connection waited for an answer."""
        return int(self.report["unsent"])

    @property
    def per_second(self) -> float:
        """Successful iterations a second."""
        return self.succeeded / self.seconds if self.seconds else 0.0

    @property
    def cores(self) -> float:
        """How many cores the generator itself kept busy."""
        return float(self.report["cpu_seconds"]) / self.seconds if self.seconds else 0.0

    def milliseconds(self, share: str) -> float:
        """Return p50, p95, p99 or max of an iteration."""
        return float(self.report["milliseconds"][share])

    @property
    def latencies(self) -> str:
        """The percentiles of an iteration in one text."""
        return "p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms".format(**self.report["milliseconds"])

    @property
    def statuses(self) -> dict[str, int]:
        """How often each status came, over all steps; `broken` counts answers that never came whole."""
        found: dict[str, int] = {}
        for step in self.report["steps"]:
            for status, count in step["statuses"].items():
                found[status] = found.get(status, 0) + count
            if step["broken"]:
                found["broken"] = found.get("broken", 0) + step["broken"]
        return found

    @property
    def surprise(self) -> str:
        """The first answer that was not as expected, or an empty text."""
        return next(
            (f"{step['name']}: {step['surprise']}" for step in self.report["steps"] if step["surprise"]), ""
        )


class Generator:
    """The built program."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def run(self, plan: Plan) -> Loaded:
        """Send a plan and wait for its end; the program ends by itself, whatever the servers do."""
        done = subprocess.run(  # noqa: S603 - our own program.
            [str(self._program)],
            input=plan.as_json(),
            capture_output=True,
            text=True,
            check=False,
            # One thread is enough for all rates here, and leaves the other core alone.
            env={"GOMAXPROCS": "1", "PATH": os.environ.get("PATH", os.defpath)},
        )
        if done.returncode:
            raise StackError(f"the load generator failed: {done.stderr.strip()}")
        return Loaded(json.loads(done.stdout))


def built_generator() -> Generator:
    """Return the generator, built when its sources are new; `StackError` says in one line what is missing."""
    digest = hashlib.sha256()
    for source in sorted(SOURCES.iterdir()):
        digest.update(source.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "motcua"
    program = cache / f"load-{digest.hexdigest()[:16]}"
    if not program.exists():
        _build(program)
    return Generator(program)


def _build(program: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise StackError("the bench needs Go (1.22 or newer) on PATH to build its load generator")
    program.parent.mkdir(parents=True, exist_ok=True)
    fresh = program.with_suffix(".new")
    done = subprocess.run(  # noqa: S603 - go, as found on PATH.
        [go, "build", "-o", str(fresh), "."],
        cwd=SOURCES,
        env={**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StackError(f"the load generator does not build: {done.stderr.strip()}")
    fresh.replace(program)
