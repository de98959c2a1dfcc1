"""How well people's own words find the procedure they mean, on the real national catalogue."""

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_service

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
FLOOR = 0.95

pytestmark = pytest.mark.shared_data


def rows(name: str) -> list[dict[str, Any]]:
    """Return the records of a data file."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


# Public data of others: read in place, never copied into the project.
@pytest.mark.skipif(
    not (DATA / "procedures-public.jsonl").exists(),
    reason="the public catalogue, which is never copied here, is not beside us",
)
async def test_five_answers_hold_what_people_ask_for(
    start: Callable[..., Awaitable[RunningService]], record_property: Callable[[str, object], None]
) -> None:
    """Of the labelled questions whose procedure is in the catalogue, the floor or more find it in five."""
    catalog = await start("catalog")
    records = rows("procedures-public.jsonl")
    imported = await catalog.post("/v1/imports", {"public_procedures": records}, a_service("catalog.import"))
    assert imported.status_code == 200, imported.text[:2000]
    asked = [
        row
        for row in rows("search-queries.jsonl")
        if row["codes_in_catalogue"] and row["behaviour"] != "none"
    ]
    missed = []
    for row in asked:
        answer = (await catalog.get("/v1/procedures", params={"q": row["query"], "limit": 5})).json()
        if not {item["code"] for item in answer["items"]} & set(row["codes_in_catalogue"]):
            missed.append((row["id"], row["query"]))
    recall = 1 - len(missed) / len(asked)
    assert recall >= FLOOR, missed
