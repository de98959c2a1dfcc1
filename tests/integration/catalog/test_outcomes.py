"""Ended dossiers rank the search and tell how long procedures take."""

from datetime import timedelta
from typing import Any

import pytest

from kernel.core.event import Event
from kernel.core.ids import new_id
from kernel.testing.running import RunningService, a_staff_member, an_event
from services.catalog.jobs.outcomes import COUNT_DEMAND
from tests.integration.catalog.asking import Start, filled_with, found

EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99")
NAMES = {"1.900001": "Phép lặn biển vùng một", "1.900002": "Phép lặn biển vùng hai"}


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    await filled_with(running, NAMES)


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with two procedures that answer the same question."""
    return await start("catalog", filled=the_catalogue)


def ended(
    catalog: RunningService,
    procedure: str,
    days: int = 1,
    *,
    dossier: str = "",
    kind: str = "issued",
    **more: Any,
) -> Event:
    """Return the event of a result, that many days after acceptance at the present hour."""
    now = catalog.clock.now()
    state = {
        "dossier_id": dossier or str(new_id()),
        "procedure": {"code": procedure, "name": "Phép lặn biển", "sector": "LV"},
        "competent_agency": {"code": "H99.201", "name": "Ủy ban nhân dân"},
        "accepted_at": now.isoformat(),
        "ended_at": (now + timedelta(days=days)).isoformat(),
    }
    return an_event(
        f"dossier.result_{kind}.v1",
        state["dossier_id"],
        {"dossier": state},
        sequence=more.get("sequence", 4),
        clock=catalog.clock,
    )


async def measured(catalog: RunningService, procedure: str, **query: str) -> dict[str, Any]:
    """Return what the public reads of a procedure's time."""
    query = {"to": "2026-12-31", "from": "2026-01-01", **query}
    answer = await catalog.get(f"/v1/procedures/{procedure}/measured-time", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_what_is_asked_for_more_comes_first(catalog: RunningService) -> None:
    assert await found(catalog, "phep lan bien vung") == ["1.900001", "1.900002"]
    await catalog.receive(*(ended(catalog, "1.900002") for _ in range(3)))
    await catalog.run_job(COUNT_DEMAND)
    assert await found(catalog, "phep lan bien vung") == ["1.900002", "1.900001"]


async def test_an_editors_greater_number_stands(catalog: RunningService) -> None:
    await catalog.receive(ended(catalog, "1.900002"))
    headers = catalog.headers(EDITOR)
    body = {"uses": {"1.900001": 50}}
    assert (await catalog.client.put("/v1/procedure-uses", json=body, headers=headers)).status_code == 200
    await catalog.run_job(COUNT_DEMAND)
    assert await found(catalog, "phep lan bien vung") == ["1.900001", "1.900002"]


async def test_demand_of_long_ago_counts_no_more(catalog: RunningService) -> None:
    await catalog.receive(ended(catalog, "1.900002"))
    await catalog.run_job(COUNT_DEMAND)
    catalog.clock.advance(timedelta(days=400))
    await catalog.run_job(COUNT_DEMAND)
    assert await found(catalog, "phep lan bien vung") == ["1.900001", "1.900002"]


async def test_the_time_it_takes_is_public(catalog: RunningService) -> None:
    await catalog.receive(*(ended(catalog, "1.900001", days) for days in (1, 2, 3)))
    assert await measured(catalog, "1.900001") == {
        "procedure": "1.900001",
        "agency": None,
        "from": "2026-01-01",
        "to": "2026-12-31",
        "ended": 3,
        "measured": 3,
        "median_days": 2.0,
        "p90_days": 2.8,
    }
    assert (await measured(catalog, "1.900001", agency="H99.202"))["ended"] == 0


async def test_a_recalled_result_counts_once_it_is_issued_again(catalog: RunningService) -> None:
    first = ended(catalog, "1.900001", 1, dossier="0197a0c0-0000-7000-8000-000000000001")
    again = {"dossier": "0197a0c0-0000-7000-8000-000000000001"}
    await catalog.receive(first, ended(catalog, "1.900001", 1, kind="recalled", sequence=5, **again))
    assert (await measured(catalog, "1.900001"))["ended"] == 0
    await catalog.receive(ended(catalog, "1.900001", 3, sequence=8, **again))
    assert (await measured(catalog, "1.900001"))["median_days"] == 3.0


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("khong-phai-ma", {}, 404, "procedure-not-found"),
        ("1.900001", {"from": "2026-05-01", "to": "2026-04-01"}, 422, "period-invalid"),
        ("1.900001", {"from": "2020-01-01", "to": "2026-04-01"}, 422, "period-invalid"),
        ("1.900001", {"from": "hôm qua"}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_measured_is_refused(
    catalog: RunningService, path: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = await catalog.get(f"/v1/procedures/{path}/measured-time", params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
