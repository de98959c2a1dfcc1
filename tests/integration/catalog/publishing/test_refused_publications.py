"""What cannot be published, by whom, and in which turn."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_person, a_staff_member
from tests.integration.catalog.publishing.desk import (
    BOTH,
    CODE,
    EDITOR,
    SECOND_EDITOR,
    a_decision,
    a_record,
    an_item,
    approved,
    decided,
    drafted,
    published,
    reasons_of,
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


@pytest.mark.parametrize(
    ("items", "more", "reasons"),
    [
        (
            [{"code": CODE, "kind": "ABOLISHED"}],
            {"effective_on": "2026-03-03"},
            {CODE: ["effective-in-the-past"]},
        ),
        (
            [{"code": CODE, "kind": "ABOLISHED"}, {"code": CODE, "kind": "ABOLISHED"}],
            {},
            {CODE: ["twice-in-decision"]},
        ),
        ([{"code": CODE, "kind": "REPLACED", "successors": ["1.777777"]}], {}, {CODE: ["unknown-successor"]}),
        ([{"code": CODE, "kind": "REPLACED", "successors": [CODE]}], {}, {CODE: ["own-successor"]}),
        ([{"code": CODE, "kind": "REPLACED"}], {}, {CODE: ["no-successor"]}),
        (
            [{"code": CODE, "kind": "ABOLISHED", "successors": ["1.777777"]}],
            {},
            {CODE: ["successors-not-wanted"]},
        ),
        ([{"code": "1.777777", "kind": "ABOLISHED"}], {}, {"1.777777": ["nothing-to-end"]}),
        ([{"code": CODE, "kind": "AMENDED"}], {}, {CODE: ["no-draft"]}),
        ([{"code": CODE, "kind": "NEW"}], {}, {CODE: ["already-published", "no-draft"]}),
        ([{"code": "1.777777", "kind": "AMENDED"}], {}, {"1.777777": ["nothing-to-amend", "no-draft"]}),
    ],
)
async def test_what_cannot_be_published_is_refused_item_by_item(
    catalog: RunningService, items: list[dict[str, Any]], more: dict[str, Any], reasons: dict[str, list[str]]
) -> None:
    """Nothing half done: one bad item and nothing is written."""
    sound = await approved(catalog, "1.888888", name="Thủ tục lành")
    decision = await decided(catalog, an_item(sound, "NEW"), *items, **more)
    catalog.clock.advance(timedelta(days=1))
    response = await published(catalog, decision)
    found = reasons_of(response)
    assert {code: found[code] for code in reasons} == reasons
    assert len(await versions(catalog)) == 1
    assert (await catalog.get("/v1/procedures/1.888888/versions")).status_code == 404
    assert len(await catalog.published("procedure.published.v1")) == 1
    assert await catalog.runtime.pool.fetchval("SELECT state FROM publication_decisions") == "OPEN"


async def test_a_later_version_and_an_overlap_are_refused(catalog: RunningService) -> None:
    """What is published from a day on is not pushed aside by an earlier or an equal day."""
    first = await decided(catalog, an_item(await approved(catalog, name="D")))
    assert (await published(catalog, first)).status_code == 200
    draft = await approved(catalog, name="E")
    for day, number, reason in (
        ("2026-03-20", "501", "later-version-published"),
        ("2026-04-01", "502", "overlapping"),
    ):
        decision = await decided(catalog, an_item(draft), number=number, effective_on=day)
        assert reasons_of(await published(catalog, decision)) == {CODE: [reason]}
        url = f"/v1/publication-decisions/{decision['id']}/withdrawal"
        assert (await catalog.post(url, None, EDITOR, version=decision["version"])).status_code == 200
        draft = (await catalog.get(f"/v1/procedure-drafts/{draft['id']}", EDITOR)).json()
    third = await decided(catalog, an_item(draft), number="503", effective_on="2026-05-01")
    assert (await published(catalog, third)).status_code == 200


async def test_an_unapproved_draft_is_not_published(catalog: RunningService) -> None:
    """It may be gathered, not published."""
    draft = await drafted(catalog, data=a_record(name="F"))
    decision = await decided(catalog, an_item(draft))
    assert reasons_of(await published(catalog, decision)) == {CODE: ["not-approved"]}


@pytest.mark.parametrize(
    ("caller", "status", "code"),
    [
        (a_person(), 403, "catalog-approver-only"),
        (EDITOR, 403, "catalog-approver-only"),
        (a_staff_member("ADMIN", agency="H99"), 403, "catalog-approver-only"),
        (a_staff_member("CATALOG_APPROVER", agency="H98"), 403, "other-publishing-agency"),
        (
            a_staff_member("CATALOG_APPROVER", "CATALOG_EDITOR", agency="H99", subject="editor"),
            403,
            "own-draft",
        ),
    ],
)
async def test_who_may_not_publish(catalog: RunningService, caller: Any, status: int, code: str) -> None:
    """Not the public, not editors, not administrators, not another province, not whoever wrote it."""
    decision = await decided(catalog, an_item(await approved(catalog, name="G")))
    response = await published(catalog, decision, caller)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert len(await versions(catalog)) == 1


async def test_drafts_and_decisions_need_the_version_seen(catalog: RunningService) -> None:
    """No If-Match: 428; an old one: 412; one open draft a part; one decision a number."""
    draft = await drafted(catalog, data=a_record(name="H"))
    url = f"/v1/procedure-drafts/{draft['id']}"
    assert (await catalog.post(f"{url}/review", None, EDITOR)).status_code == 428
    assert (await catalog.post(f"{url}/review", None, EDITOR, version=9)).status_code == 412
    second = await catalog.post("/v1/procedure-drafts", {"code": CODE}, SECOND_EDITOR)
    assert (second.status_code, second.json()["code"]) == (409, "draft-exists")
    foreign = await catalog.post("/v1/procedure-drafts", {"code": CODE, "agency": "H98"}, EDITOR)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "other-publishing-agency")
    await decided(catalog)
    twin = await catalog.post("/v1/publication-decisions", a_decision(), EDITOR)
    assert (twin.status_code, twin.json()["code"]) == (409, "decision-number-taken")
    assert (await catalog.get("/v1/procedure-drafts", a_person())).status_code == 403
    assert len((await catalog.get("/v1/procedure-drafts?state=DRAFT", EDITOR)).json()["items"]) == 1


async def test_whoever_wrote_in_a_decision_does_not_publish_it(catalog: RunningService) -> None:
    """An approver who put the items into another's empty decision is its author: two people stay two."""
    empty = await decided(catalog)
    url = f"/v1/publication-decisions/{empty['id']}"
    body = a_decision({"code": CODE, "kind": "ABOLISHED"})
    filled = await catalog.client.put(url, json=body, headers=catalog.headers(BOTH, version=empty["version"]))
    assert (filled.status_code, filled.json()["authors"]) == (200, ["editor", "both"])
    for writer in (BOTH, a_staff_member("CATALOG_APPROVER", agency="H99", subject="editor")):
        response = await published(catalog, filled.json(), writer)
        assert (response.status_code, response.json()["code"]) == (403, "own-draft")
    assert (await published(catalog, filled.json())).status_code == 200


async def test_a_decision_is_published_once_it_is_signed(catalog: RunningService) -> None:
    """Not before its day of signing, which may be written down beforehand."""
    decision = await decided(
        catalog, {"code": CODE, "kind": "ABOLISHED"}, signed_on="2026-03-05", effective_on="2026-04-01"
    )
    assert reasons_of(await published(catalog, decision)) == {CODE: ["signed-in-the-future"]}
    catalog.clock.advance(timedelta(days=2))
    assert (await published(catalog, decision)).status_code == 200


async def test_two_at_once_are_one_and_a_refusal(catalog: RunningService) -> None:
    """One draft a part, one decision a number, whoever comes second in the same moment."""
    for path, body in (
        ("/v1/procedure-drafts", {"code": CODE, "data": a_record(name="Cùng lúc")}),
        ("/v1/publication-decisions", a_decision(number="600/QĐ-UBND")),
    ):
        answers = await asyncio.gather(*(catalog.post(path, body, EDITOR) for _ in range(4)))
        codes = sorted(answer.status_code for answer in answers)
        assert codes[0] == 201, answers[0].text
        assert set(codes[1:]) <= {409, 412}, codes
    key = "cung-mot-khoa"
    body = a_decision(number="601/QĐ-UBND")
    same = await asyncio.gather(
        *(catalog.post("/v1/publication-decisions", body, EDITOR, key=key) for _ in range(4))
    )
    assert {answer.status_code for answer in same} == {201}
    assert len({answer.json()["id"] for answer in same}) == 1
