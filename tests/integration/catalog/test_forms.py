"""E-forms: drafted, approved by somebody else, in force on their day, tried by anybody."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kernel.testing.running import RunningService, a_service, a_staff_member
from services.catalog.jobs.publish_workflows import PUBLISH_WORKFLOWS
from tests.builders.catalog import a_document
from tests.builders.forms import a_form, answers

Start = Callable[..., Awaitable[RunningService]]
EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="can-bo-soan")
APPROVER = a_staff_member("CATALOG_APPROVER", agency="H99", subject="can-bo-duyet")
BOTH = a_staff_member("CATALOG_EDITOR", "CATALOG_APPROVER", agency="H99", subject="hai-vai")
DRAFTS = "/v1/form-drafts"


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    assert (await running.post("/v1/imports", a_document(), a_service("catalog.import"))).status_code == 200


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with one procedure."""
    return await start("catalog", filled=the_catalogue)


async def act(
    catalog: RunningService, draft: dict[str, Any], what: str, by: Any, body: Any = None
) -> httpx.Response:
    """Do something to a draft as it was last seen."""
    answer = await catalog.post(f"{DRAFTS}/{draft['id']}/{what}", body, by, version=draft["version"])
    if answer.is_success:
        draft |= answer.json()
    return answer


async def published(catalog: RunningService, form: dict[str, Any], *, in_days: int = 0) -> dict[str, Any]:
    """Draft, submit and approve a form for a day."""
    opened = await catalog.post(DRAFTS, {"content": form}, EDITOR)
    assert opened.status_code == 201, opened.text
    draft: dict[str, Any] = opened.json()
    assert (await act(catalog, draft, "submission", EDITOR)).status_code == 200
    today = catalog.clock.now().date()
    decision = {
        "number": "7/QĐ-UBND",
        "signed_on": str(today),
        "signer": "Hồ Bích Phượng",
        "effective_on": str(today + timedelta(days=in_days)),
    }
    approved = await act(catalog, draft, "approval", APPROVER, decision)
    assert approved.status_code == 200, approved.text
    return draft


async def test_a_form_goes_from_draft_to_the_public_on_its_day(catalog: RunningService) -> None:
    """Nobody reads a draft; the approved one is readable by its day; on the day it is told to the dossier."""
    assert (await catalog.get("/v1/forms/1.004873")).status_code == 404
    await published(catalog, a_form(), in_days=3)
    day = catalog.clock.now().date() + timedelta(days=3)
    assert (await catalog.get("/v1/forms/1.004873")).status_code == 404
    ahead = (await catalog.get("/v1/forms/1.004873", params={"on": str(day)})).json()
    assert (ahead["version"], ahead["valid_from"], ahead["title"]) == (None, str(day), a_form()["title"])
    await catalog.run_job(PUBLISH_WORKFLOWS)
    assert await catalog.published("form.published.v1") == []
    catalog.clock.advance(timedelta(days=3))
    await catalog.run_job(PUBLISH_WORKFLOWS)
    [event] = await catalog.published("form.published.v1")
    assert (event["key"], event["sequence"]) == ("1.004873", 1)
    now = (await catalog.get("/v1/forms/1.004873.000.00.00.H99")).json()
    assert (now["version"], now["procedure_version"], now["schema"]) == (1, 1, a_form()["schema"])
    listed = (await catalog.get("/v1/forms")).json()["items"]
    assert [one["code"] for one in listed] == ["1.004873"]
    versions = (await catalog.get("/v1/forms/1.004873/versions")).json()["items"]
    assert [one["version"] for one in versions] == [1]


async def test_an_author_does_not_approve(catalog: RunningService) -> None:
    """Whoever wrote any of it."""
    draft = (await catalog.post(DRAFTS, {"content": a_form()}, BOTH)).json()
    await act(catalog, draft, "submission", BOTH)
    decision = {"number": "7", "signed_on": "2026-01-01", "signer": "A", "effective_on": "2030-01-01"}
    refused = await act(catalog, draft, "approval", BOTH, decision)
    assert (refused.status_code, refused.json()["code"]) == (403, "own-draft")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"code": "9.999999"}, "procedure-unknown"),
        (
            {"schema": {"type": "object", "properties": {}, "patternProperties": {"(a+)+": {}}}},
            "form-unsound",
        ),
    ],
)
async def test_what_cannot_be_worked_is_not_handed_to_review(
    catalog: RunningService, changed: dict[str, Any], told: str
) -> None:
    """With each reason and its place; the draft stays."""
    draft = (await catalog.post(DRAFTS, {"content": a_form(**changed)}, EDITOR)).json()
    refused = await act(catalog, draft, "submission", EDITOR)
    assert (refused.status_code, refused.json()["code"]) == (422, "workflow-unsound")
    assert told in [fault["code"] for fault in refused.json()["faults"]]
    assert (await catalog.get(f"{DRAFTS}/{draft['id']}", EDITOR)).json()["state"] == "DRAFT"


async def test_answers_are_tried_and_nothing_is_kept(catalog: RunningService) -> None:
    """Sound ones are told their fee, others every place; the database is as it was."""
    await published(catalog, a_form())
    before = len(await catalog.published())
    sound = await catalog.post("/v1/forms/1.004873/validation", {"answers": answers(copies=3)})
    assert sound.status_code == 200, sound.text
    assert sound.json()["is_valid"]
    assert sound.json()["fee"] == {
        "lines": [
            {"code": "base", "name": "Lệ phí", "kind": "CHARGE", "amount": 15000},
            {"code": "copies", "name": "Bản thứ hai trở đi", "kind": "FEE", "amount": 6000},
        ],
        "total": 21000,
    }
    wrong = (
        await catalog.post("/v1/forms/1.004873/validation", {"answers": answers(purpose="OTHER")})
    ).json()
    assert (wrong["is_valid"], wrong["fee"]) == (False, None)
    assert wrong["errors"] == [{"path": "other_purpose", "reason": "Chưa khai mục bắt buộc"}]
    assert len(await catalog.published()) == before
    assert await catalog.count("idempotency_keys") == 4  # import, draft, submission, approval


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/forms/1.004873/validation", {"answers": {}}, 404, "form-not-found"),
        ("/v1/forms/x/validation", {"answers": {}}, 404, "form-not-found"),
        ("/v1/forms/1.004873/validation", {"answers": []}, 422, "invalid"),
        ("/v1/forms/1.004873/validation", {"answers": {}, "more": 1}, 422, "invalid"),
        ("/v1/forms/1.004873/validation", {"answers": {"a": "x" * 300_000}}, 413, "too-large"),
    ],
)
async def test_what_is_no_question_about_a_form_is_refused(
    catalog: RunningService, path: str, body: Any, status: int, code: str
) -> None:
    """By a stable code."""
    refused = await catalog.post(path, body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_forms_come_with_a_document_too(catalog: RunningService) -> None:
    """The same document twice changes nothing; a bad form is refused with its place."""
    loader = a_service("catalog.import")
    for outcome in ("new", "unchanged"):
        answer = await catalog.post("/v1/imports", {"forms": [a_form()]}, loader)
        assert answer.json()["counts"]["form"][outcome] == 1, answer.text
    assert len(await catalog.published("form.published.v1")) == 1
    bad = await catalog.post("/v1/imports", {"forms": [a_form(layout={"type": "Script"})]}, loader)
    assert bad.status_code == 422
    assert any(reason.startswith("layout: ") for reason in bad.json()["items"][0]["reasons"])
