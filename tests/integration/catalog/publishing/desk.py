"""The desk of an editor and an approver, as a test sits at it."""

from typing import Any

from kernel.testing.running import RunningService, a_service, a_staff_member
from tests.builders.catalog import a_document, a_procedure

EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="editor")
SECOND_EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99.03", subject="second-editor")
APPROVER = a_staff_member("CATALOG_APPROVER", agency="H99", subject="approver")
BOTH = a_staff_member("CATALOG_EDITOR", "CATALOG_APPROVER", agency="H99", subject="both")
CODE = "1.004873"


def a_record(code: str = CODE, **more: Any) -> dict[str, Any]:
    """Return a whole, sound record of a draft."""
    record = a_procedure(code, competent_agency_kind="COMMUNE", copies_sets=1)
    del record["decision"]
    return {**record, **more}


async def with_catalogue(catalog: RunningService, **parts: Any) -> RunningService:
    """Load the small document of the province."""
    response = await catalog.post("/v1/imports", a_document(**parts), a_service("catalog.import"))
    assert response.status_code == 200, response.text
    return catalog


async def drafted(catalog: RunningService, code: str = CODE, **body: Any) -> Any:
    """Open a draft."""
    response = await catalog.post("/v1/procedure-drafts", {"code": code, **body}, EDITOR)
    assert response.status_code == 201, response.text
    return response.json()


async def step(catalog: RunningService, draft: Any, what: str, caller: Any, body: Any = None) -> Any:
    """Take a draft one step on."""
    return await catalog.post(
        f"/v1/procedure-drafts/{draft['id']}/{what}", body, caller, version=draft["version"]
    )


async def approved(catalog: RunningService, code: str = CODE, **data: Any) -> Any:
    """Write a draft, hand it over, have it approved."""
    draft = await drafted(catalog, code, data=a_record(code, **data))
    handed = await step(catalog, draft, "review", EDITOR)
    assert handed.status_code == 200, handed.text
    done = await step(catalog, handed.json(), "approval", APPROVER)
    assert done.status_code == 200, done.text
    return done.json()


def a_decision(*items: dict[str, Any], number: str = "500/QĐ-UBND", **more: Any) -> dict[str, Any]:
    """Return a decision signed on the tests' Tuesday that takes effect in April."""
    return {
        "number": number,
        "signed_on": "2026-03-03",
        "effective_on": "2026-04-01",
        "items": list(items),
        **more,
    }


async def decided(catalog: RunningService, *items: dict[str, Any], **more: Any) -> Any:
    """Make a decision."""
    response = await catalog.post("/v1/publication-decisions", a_decision(*items, **more), EDITOR)
    assert response.status_code == 201, response.text
    return response.json()


async def published(catalog: RunningService, decision: Any, caller: Any = APPROVER) -> Any:
    """Publish a decision."""
    return await catalog.post(
        f"/v1/publication-decisions/{decision['id']}/publication", None, caller, version=decision["version"]
    )


def an_item(draft: Any, kind: str = "AMENDED") -> dict[str, Any]:
    """Return the item of a draft."""
    return {"code": draft["code"], "part": draft["part"], "kind": kind, "draft_id": draft["id"]}


async def versions(catalog: RunningService, code: str = CODE) -> list[tuple[Any, ...]]:
    """Return (version, first day, last day, visibility) of every version that kept a day."""
    answer = await catalog.get(f"/v1/procedures/{code}/versions")
    assert answer.status_code == 200, answer.text
    return [
        (one["version"], one["valid_from"], one["valid_to"], one["visibility"])
        for one in answer.json()["items"]
    ]


def reasons_of(response: Any) -> dict[str, list[str]]:
    """Return the codes of the reasons of each item refused."""
    assert (response.status_code, response.json()["code"]) == (422, "decision-refused"), response.text
    return {item["code"]: [reason["code"] for reason in item["reasons"]] for item in response.json()["items"]}
