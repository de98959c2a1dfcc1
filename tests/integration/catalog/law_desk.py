"""Laws, who works with them, and a catalogue that rests on them."""

from collections.abc import Awaitable, Callable
from typing import Any

from kernel.testing.running import RunningService, a_service, a_staff_member
from services.catalog.jobs.laws import READ_CITATIONS
from tests.builders.catalog import a_document, a_procedure, a_public_record

Start = Callable[..., Awaitable[RunningService]]


EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="bien-tap")


APPROVER = a_staff_member("CATALOG_APPROVER", agency="H99", subject="phe-duyet")


BOTH = a_staff_member("CATALOG_EDITOR", "CATALOG_APPROVER", agency="H99", subject="ca-hai")


LOADER = a_service("catalog.import")


OLD, NEW = "123/2015/NĐ-CP", "87/2026/NĐ-CP"


def a_law(number: str, title: str = "Nghị định") -> dict[str, Any]:
    return {"number": number, "title": title, "issuer": "Chính phủ", "issued_on": "2015-11-15"}


async def register(catalog: RunningService, number: str, *, seen: int = 0, **said: Any) -> dict[str, Any]:
    answer = await catalog.client.put(
        "/v1/legal-document",
        params={"number": number},
        json={"effective_on": "2016-01-01", **said},
        headers=catalog.headers(EDITOR, version=seen),
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def relate(catalog: RunningService, **changed: Any) -> Any:
    body = {"actor": NEW, "kind": "REPLACES", "target": OLD, "from_on": "2026-04-01", **changed}
    return await catalog.post("/v1/legal-relations", body, EDITOR)


async def document(catalog: RunningService, number: str, on: str = "2026-03-03") -> dict[str, Any]:
    answer = await catalog.get("/v1/legal-document", params={"number": number, "on": on})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def flagged(catalog: RunningService, on: str) -> set[str]:
    answer = await catalog.get("/v1/legal-flags", params={"on": on})
    return {one["code"] for one in answer.json()["items"]}


async def open_tasks(catalog: RunningService) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await catalog.get("/v1/law-tasks", EDITOR)).json()["items"]
    return found


async def filled_with_laws(running: RunningService) -> None:
    """One local and two national procedures, and what they rest on read, on Tuesday 3 March 2026."""
    document = a_document(procedures=[a_procedure(legal_bases=[a_law(OLD, "Nghị định về hộ tịch")])])
    document["staff"].append(
        {"subject": "bien-tap", "name": "Danh", "agency": "H99.201", "roles": ["CATALOG_EDITOR"]}
    )
    answer = await running.post("/v1/imports", document, LOADER)
    assert answer.status_code == 200, answer.text
    bases = [
        {"number": "Nghị định số  123/2015 /nđ-cp", "title": None},
        {"number": "SỐ 64/QĐ-NHNN", "title": "Quyết định"},
        {"number": None, "title": "BỘ LUẬT HÀNG HẢI VIỆT NAM"},
    ]
    records = [
        a_public_record("1.000001", legal_bases=bases),
        a_public_record(
            "1.000002",
            legal_bases=[{"number": "3980 /QĐ-BQP", "title": None}, {"number": "4777", "title": None}],
        ),
    ]
    answer = await running.post("/v1/imports", {"public_procedures": records}, LOADER)
    assert answer.status_code == 200, answer.text
    await running.run_job(READ_CITATIONS)
