"""One process of the workshop: it knows no service, no secret, writes no file, and ends when it takes long.

It says `ready`, then answers requests: a line of JSON (`job`, the sizes of the `contents` that follow, the
job's own words), then the contents. An answer has the same form.
"""

import resource
import sys
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from services.dossier.store.inspection.wrong import MOST_MEMORY
from services.dossier.store.workshop.scans import cut, join, measure
from services.dossier.store.workshop.signing import finish, prepare
from services.dossier.store.workshop.verifying import verify

Answer = tuple[dict[str, Any], Sequence[bytes]]
JOBS: dict[str, Callable[..., Answer]] = {
    "verify": verify,
    "prepare": prepare,
    "finish": finish,
    "measure": measure,
    "cut": cut,
    "join": join,
}


def done(job: str, told: dict[str, Any], contents: Sequence[bytes]) -> Answer:
    """Return a job's answer; whatever a parser makes of a strange file is told, never raised."""
    try:
        return JOBS[job](*contents, **told)
    except MemoryError:
        return {"problem": "too-complex"}, ()
    except Exception as error:  # The boundary of a parser.
        return {"problem": "unreadable", "detail": type(error).__name__}, ()


def serve() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not be taken for an answer.
    sys.stdout = sys.stderr
    answers.write(b"ready\n")
    answers.flush()
    while line := source.readline():
        asked = orjson.loads(line)
        contents = [source.read(size) for size in asked["contents"]]
        told, made = done(asked["job"], asked["told"], contents)
        answers.write(orjson.dumps({"told": told, "contents": [len(one) for one in made]}) + b"\n")
        for one in made:
            answers.write(one)
        answers.flush()
