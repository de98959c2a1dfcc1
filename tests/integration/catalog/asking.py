"""A catalogue of named procedures, and what is found in it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from kernel.testing.running import RunningService, a_service
from tests.builders.catalog import a_document, a_public_record

Start = Callable[..., Awaitable[RunningService]]


async def filled_with(running: RunningService, names: Mapping[str, str]) -> None:
    """Fill a catalogue with one local procedure and national ones of these names."""
    loader = a_service("catalog.import")
    assert (await running.post("/v1/imports", a_document(), loader)).status_code == 200
    records = [a_public_record(code, name=name) for code, name in names.items()]
    assert (await running.post("/v1/imports", {"public_procedures": records}, loader)).status_code == 200


async def found(catalog: RunningService, text: str, **more: Any) -> list[str]:
    """Return the codes a search finds, in order."""
    answer = await catalog.get("/v1/procedures", params={"q": text, **more})
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]
