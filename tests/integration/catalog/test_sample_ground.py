"""The sample province's ground comes in with its document: former communes lead to those of now."""

from collections.abc import Awaitable, Callable

from kernel.testing.running import RunningService, a_service
from province.read import read

Start = Callable[..., Awaitable[RunningService]]


async def test_former_units_of_the_sample_province_are_found(start: Start) -> None:
    """In the one import, once; by a name without marks."""
    catalog = await start("catalog")
    for _ in range(2):
        answer = await catalog.post("/v1/imports", read(), a_service("catalog.import"))
        assert answer.status_code == 200, answer.text
    assert await catalog.count("administrative_units") == len(read()["administrative_units"])
    found = (await catalog.get("/v1/administrative-units", params={"q": "cho cu"})).json()["items"]
    assert [item["name"] for item in found[0]["successors"]] == ["Phường Bến Lam"]
    ended = (await catalog.get("/v1/agencies/000.00.33.H99")).json()
    assert [item["code"] for item in ended["answered_by"]] == ["H99.204", "H99.205", "H99.206"]
