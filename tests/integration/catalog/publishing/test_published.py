"""What is read of what was published, and what stands beside it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_service
from tests.builders.catalog import a_document, a_procedure, a_public_record, an_agency
from tests.integration.catalog.publishing.desk import (
    APPROVER,
    CODE,
    EDITOR,
    a_record,
    an_item,
    approved,
    decided,
    drafted,
    published,
    versions,
    with_catalogue,
)

Start = Callable[..., Awaitable[RunningService]]


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    await with_catalogue(running)


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with one procedure of the province."""
    return await start("catalog", filled=the_catalogue)


async def test_lists_warn_of_deadlines(catalog: RunningService) -> None:
    """Five days before the act takes effect, by the earlier count; warned three working days before."""
    await decided(catalog)

    async def warning() -> str:
        answer = await catalog.get("/v1/publication-decisions", EDITOR)
        return str(answer.json()["items"][0]["warning"])

    assert await warning() == "NONE"
    catalog.clock.set(datetime(2026, 3, 20, 8, tzinfo=VIETNAM))
    assert await warning() == "DUE_SOON"
    catalog.clock.set(datetime(2026, 3, 26, 8, tzinfo=VIETNAM))
    assert await warning() == "OVERDUE"


async def test_reasons_are_chosen_from_a_library(catalog: RunningService) -> None:
    """A record names only reasons the library offers."""
    draft = await drafted(catalog, data=a_record(standard_reasons={"supplement": ["thieu-to-khai"]}))
    assert [fault["path"] for fault in draft["faults"]] == ["standard_reasons.supplement"]
    body = {"code": "thieu-to-khai", "kind": "SUPPLEMENT", "text": "Thiếu tờ khai theo mẫu"}
    assert (await catalog.post("/v1/standard-reasons", body, APPROVER)).status_code == 403
    assert (await catalog.post("/v1/standard-reasons", body, EDITOR)).status_code == 201
    twin = await catalog.post("/v1/standard-reasons", body, EDITOR)
    assert (twin.status_code, twin.json()["code"]) == (409, "reason-code-taken")
    assert (await catalog.get(f"/v1/procedure-drafts/{draft['id']}", EDITOR)).json()["faults"] == []
    url = "/v1/standard-reasons/thieu-to-khai"
    headers = catalog.headers(EDITOR, version=1)
    retired = await catalog.client.put(url, json={**body, "is_active": False}, headers=headers)
    assert (retired.status_code, retired.json()["version"]) == (200, 2)
    assert (await catalog.get(f"/v1/procedure-drafts/{draft['id']}", EDITOR)).json()["faults"] != []
    listed = (await catalog.get("/v1/standard-reasons?kind=SUPPLEMENT")).json()["items"]
    assert [one["code"] for one in listed] == ["thieu-to-khai"]


async def test_versions_differences_and_offerings_are_public(catalog: RunningService) -> None:
    """Anybody may see what changed and who performs it when."""
    draft = await approved(catalog, name="Tên khác", performing_agencies=["H99.201"])
    await published(catalog, await decided(catalog, an_item(draft)))
    answer = (await catalog.get(f"/v1/procedures/{CODE}/differences", params={"from": 1, "to": 2})).json()
    assert {"name", "performing_agencies"} <= {one["path"] for one in answer["differences"]}
    rows = (await catalog.get(f"/v1/procedures/{CODE}/offerings")).json()["items"]
    assert rows == [{"agency": "H99.201", "code": CODE, "valid_from": "2026-01-20", "valid_to": None}]
    assert (await catalog.get(f"/v1/procedures/{CODE}/offerings?on=2026-01-01")).json()["items"] == []
    assert (await catalog.get("/v1/procedures/1.777777/versions")).status_code == 404


async def test_figures_of_completeness_and_shortened_times(catalog: RunningService) -> None:
    """Share shortened and average cut come from the records in force."""
    channel = {
        "channel": "DIRECT",
        "processing_time": {"value": 3, "unit": "WORKING_DAY"},
        "statutory_time": {"value": 5, "unit": "WORKING_DAY"},
        "fees": [],
    }
    draft = await approved(catalog, channels=[channel])
    await published(catalog, await decided(catalog, an_item(draft)))
    april = (await catalog.get("/v1/procedure-figures?on=2026-04-01")).json()
    assert april["times"] == {
        "procedures": 1,
        "comparable": 1,
        "shortened": 1,
        "share_shortened": 1.0,
        "average_cut": 0.4,
    }
    assert april["complete"] == 1
    assert (await catalog.get("/v1/procedure-figures?on=2026-03-31")).json()["incomplete"] == [CODE]


async def test_two_agencies_publish_one_code_side_by_side(catalog: RunningService) -> None:
    """Each has its own line; a reader may ask for one; the national record is carried into both."""
    loader = a_service("catalog.import")
    other = a_document(
        province={"code": "H98"},
        procedures=[a_procedure(CODE, name="Của tỉnh khác", publishing_agency="H98")],
        agencies=[an_agency(), an_agency("H98", level="PROVINCE", kind="PROVINCE")],
    )
    assert (await catalog.post("/v1/imports", other, loader)).status_code == 200
    catalog.clock.advance(timedelta(days=2))
    national = {"public_procedures": [a_public_record(CODE, conditions_text="Đủ 18 tuổi")]}
    assert (await catalog.post("/v1/imports", national, loader)).status_code == 200
    url = f"/v1/procedures/{CODE}"
    names = [(await catalog.get(url, params={"agency": agency})).json() for agency in ("H99", "H98", "")]
    assert [one["name"] for one in names] == [
        "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
        "Của tỉnh khác",
        "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
    ]
    assert {one["requirements"] for one in names} == {"Đủ 18 tuổi"}
    assert len(await versions(catalog)) == 4
    assert (await catalog.get("/v1/procedures", params={"q": CODE})).json()["total"] == 1
    events = await catalog.published("procedure.published.v1")
    assert [(event["sequence"], event["data"]["agency"]) for event in events[-2:]] == [(3, "H99"), (4, "H98")]


async def test_republishing_says_every_version_there_was(catalog: RunningService) -> None:
    """As each was first told, in order: what is over, what never had a day, what is in force and to come."""
    assert (await catalog.post("/v1/imports", named("Sửa"), a_service("catalog.import"))).status_code == 200
    assert (
        await catalog.post("/v1/imports", named("Sửa lại"), a_service("catalog.import"))
    ).status_code == 200
    catalog.clock.set(datetime(2026, 3, 4, 8, tzinfo=VIETNAM))
    ended = await published(catalog, await decided(catalog, {"code": CODE, "kind": "ABOLISHED"}))
    assert ended.status_code == 200, ended.text
    national = {"public_procedures": [a_public_record(CODE, conditions_text="Đủ 18 tuổi")]}
    assert (await catalog.post("/v1/imports", national, a_service("catalog.import"))).status_code == 200
    events = await catalog.published("procedure.published.v1")
    assert await catalog.runtime.service.commands["republish"](catalog.runtime, ()) == 0
    again = (await catalog.published("procedure.published.v1"))[len(events) :]
    assert [(row["key"], row["sequence"], without_end(row["data"])) for row in again] == [
        (row["key"], row["sequence"], without_end(row["data"])) for row in events
    ]
    kept = "SELECT visibility FROM procedure_versions ORDER BY version"
    assert [row[0] for row in await catalog.runtime.pool.fetch(kept)] == [
        *("PUBLIC", "SUPERSEDED", "PUBLIC"),
        *("SUPERSEDED", "PUBLIC", "ABOLISHED"),
    ]


def named(name: str) -> dict[str, Any]:
    """Return the province's document with its procedure called so."""
    return a_document(procedures=[a_procedure(CODE, name=name)])


def without_end(data: dict[str, Any]) -> dict[str, Any]:
    """Return what was said but for the last day, which a later version gives."""
    return {name: one for name, one in data.items() if name != "valid_to"}


async def test_a_national_import_touches_national_parts_only(catalog: RunningService) -> None:
    """What the province says keeps its chain, whatever the nation says, and the published future is kept."""
    await published(catalog, await decided(catalog, an_item(await approved(catalog, name="Từ tháng tư"))))
    local = "SELECT * FROM procedure_parts WHERE part = 'LOCAL' ORDER BY number"
    before = await catalog.runtime.pool.fetch(local)
    national = {"public_procedures": [a_public_record(CODE, conditions_text="Đủ 18 tuổi")]}
    assert (await catalog.post("/v1/imports", national, a_service("catalog.import"))).status_code == 200
    assert before == await catalog.runtime.pool.fetch(local)
    april = (await catalog.get(f"/v1/procedures/{CODE}", params={"on": "2026-04-01"})).json()
    assert (april["name"], april["requirements"]) == ("Từ tháng tư", "Đủ 18 tuổi")
    assert [row[1:] for row in await versions(catalog)] == [
        ("2026-01-20", "2026-03-02", "PUBLIC"),
        ("2026-03-03", "2026-03-31", "PUBLIC"),
        ("2026-04-01", None, "PUBLIC"),
    ]
