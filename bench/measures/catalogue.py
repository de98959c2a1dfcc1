"""A catalogue of 10,000 procedures: brought as a file, searched at an even pace, asked the way people ask."""

import asyncio
import gzip
import json
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from bench.catalogue import REAL, procedures, questions
from bench.figures import Figure
from bench.generator import Plan, Step
from bench.run import Run, notes_of
from bench.search_quality.files import read_questions
from bench.search_quality.measuring import answerable, recall
from services.catalog.domain.text import fold
from stack.servers import StackError

PROCEDURES = 10_000
EDITOR = "can-bo-danh-muc"
_IMPORT_SECONDS = 30
_SEARCH_MS = 15
_RECALL = 0.90
_A_SECOND = 100
_CONNECTIONS = 32
_LONGEST_SECONDS = 300


def catalogue(run: Run) -> Sequence[Figure]:
    """Bring them into the stack's own catalogue, through the door, beside the sample province's."""
    notes = run.quiet()
    records = procedures(PROCEDURES)
    took, counts = _brought(run, records)
    asked = questions(records, 500)
    return [
        Figure(
            what="Import of 10,000 procedures",
            measured=f"{took:.1f} s from the request to the report",
            target=f"< {_IMPORT_SECONDS} s",
            reached=took < _IMPORT_SECONDS,
            notes=[f"one JSONL file through the gateway, one commit: {json.dumps(counts)}", *notes],
        ),
        _searched(run, [text for text, _ in asked]),
        asyncio.run(_quality(run, records, asked)),
    ]


def _brought(run: Run, records: Sequence[Mapping[str, Any]]) -> tuple[float, Mapping[str, int]]:
    """Return the seconds until every row was in, and what became of the rows."""
    body = "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()
    token = run.people.sign_in(EDITOR)
    url = run.subject.url("gateway", "/api/v1/imports")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "bench-catalogue"}
    query = {"format": "bench.jsonl", "set_aside": "true", "wait": "false"}
    began = time.monotonic()
    with httpx.Client(headers=headers, timeout=60) as client:
        answer = client.post(url, content=gzip.compress(body, 3), params=query)
        while (found := answer.raise_for_status().json())["state"] in {"WAITING", "RUNNING"}:
            if time.monotonic() - began > _LONGEST_SECONDS:
                raise StackError(f"the import is still {found['state']} after {_LONGEST_SECONDS} s")
            time.sleep(0.25)
            answer = client.get(f"{url}/{found['id']}")
    if found["state"] != "DONE":
        raise StackError(f"the import ended as {found['state']}: {found['problem']}")
    return time.monotonic() - began, found["counts"]


def _searched(run: Run, texts: Sequence[str]) -> Figure:
    """Search at an even pace whatever the answers take; latency counts from when a search was due."""
    notes = run.quiet()
    url = run.subject.url("gateway", "/api/v1/procedures?q={q}&limit=20")
    plan = Plan(
        connections=_CONNECTIONS,
        seconds=run.lengths.reads,
        rate=_A_SECOND,
        actors=[{"q": urllib.parse.quote(text)} for text in texts],
        steps=[Step(name="search", method="GET", url=url, expect=200)],
    )
    loaded, busy = run.load(plan)
    p95 = loaded.milliseconds("p95")
    return Figure(
        what="Search among 10,000 procedures",
        measured=f"{loaded.per_second:.0f}/s, {loaded.latencies}, {loaded.failed} errors",
        target=f"p95 < {_SEARCH_MS} ms at {_A_SECOND}/s",
        reached=p95 < _SEARCH_MS and not loaded.failed,
        generator_cores=loaded.cores,
        busy=busy,
        per_second=loaded.per_second,
        notes=[
            f"{len(texts)} questions in turn, through the gateway, facets included",
            *notes_of(loaded),
            *notes,
        ],
    )


async def _quality(
    run: Run, records: Sequence[Mapping[str, Any]], asked: Sequence[tuple[str, str]]
) -> Figure:
    """Ask real questions where they are at hand, else pieces of names."""
    file = REAL.with_name("search-queries.jsonl")
    async with httpx.AsyncClient(base_url=run.subject.url("gateway", "/api"), timeout=30) as client:
        if file.exists():
            wanted = answerable(read_questions(file, lambda _: None), {record["code"] for record in records})
            found, _ = await recall(client, wanted, removed=True)
            count, what = len(wanted), "the public questions"
        else:
            count, what = 200, "pieces of made-up names"
            found = await _pieces_found(client, asked[:count])
    return Figure(
        what="Search quality, diacritics removed",
        measured=f"recall@5 {found:.3f} of {count} questions ({what})",
        target=f">= {_RECALL:.2f}",
        reached=found >= _RECALL,
    )


async def _pieces_found(client: httpx.AsyncClient, asked: Sequence[tuple[str, str]]) -> float:
    hits = 0
    for text, code in asked:
        answer = await client.get("/v1/procedures", params={"q": fold(text), "limit": 5})
        hits += code in {item["code"] for item in answer.json()["items"]}
    return hits / len(asked)
