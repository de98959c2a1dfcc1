"""Reading processes on a real database: variants, simulation, pictures, sheets, YAML in and out."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from province.read import read

Start = Callable[..., Awaitable[RunningService]]
EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="can-bo-danh-muc")
OFFICER = a_staff_member("SPECIALIST", agency="H99.206")
MONDAY = "2026-03-02T08:00:00"


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    response = await running.post("/v1/imports", read(), a_service("catalog.import"))
    assert response.status_code == 200, response.text


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """Return the catalogue of the sample province, loaded."""
    return await start("catalog", filled=the_catalogue)


async def test_an_agency_reads_its_own_form_of_a_process(catalog: RunningService) -> None:
    """The small commune its variant, every other the common one; both identifiers of the agency do."""
    own = (await catalog.get("/v1/processes/QT-CHUNG-03?agency=H99.206", OFFICER)).json()
    assert (own["code"], own["variant_of"], len(own["steps"])) == ("QT-CHUNG-03@H99.206", "QT-CHUNG-03", 3)
    for query in ("?agency=H99.201", "?agency=khong-co", "?on=2026-03-01", ""):
        common = (await catalog.get(f"/v1/processes/QT-CHUNG-03{query}", OFFICER)).json()
        assert (common["code"], len(common["steps"])) == ("QT-CHUNG-03", 4)
    [event] = [one for one in await catalog.published() if one["key"] == "QT-CHUNG-03@H99.206"]
    assert event["data"]["code"] == "QT-CHUNG-03@H99.206"


async def test_several_branches_are_timed_at_once(catalog: RunningService) -> None:
    """Every way without scenarios; the whole due moment and what is left beside it."""
    path = f"/v1/processes/QT-DD-01/simulation?start={MONDAY}&procedure=1.012784&channel=ONLINE"
    procedure = next(one for one in read()["procedures"] if one["process"] == "QT-DD-01")
    path = path.replace("1.012784", procedure["code"]) + "&on=2026-03-02"
    found = (await catalog.get(path, OFFICER)).json()
    assert len(found["walks"]) == 4
    assert found["start"] == "2026-03-02T08:00:00+07:00"
    assert all(walk["is_within"] and walk["ends_at"] <= found["due_at"] for walk in found["walks"])
    slowest = min(found["walks"], key=lambda walk: walk["slack_hours"])
    assert {"do-dac", "thue", "nop-tien"} <= set(slowest["way"])
    chosen = await catalog.get(f"{path}&scenario=needs_survey&scenario=needs_survey%3Dfalse", OFFICER)
    ways = [walk["way"] for walk in chosen.json()["walks"]]
    assert ["do-dac" in way for way in ways] == [True, False]
    assert chosen.json()["walks"][0]["facts"] == {"needs_survey": True}


async def test_an_opinion_of_another_agency_is_timed_beside_its_step(catalog: RunningService) -> None:
    """It ends within the step it runs beside."""
    found = (
        await catalog.get(f"/v1/processes/QT-XD-02/simulation?start={MONDAY}&on=2026-03-02", OFFICER)
    ).json()
    assert (found["due_at"], found["walks"][0]["is_within"]) == (None, None)
    steps = {step["code"]: step for step in found["walks"][0]["steps"]}
    beside = steps["y-kien-moi-truong"]
    assert beside["beside"] == "tham-dinh"
    assert beside["due_at"] <= steps["tham-dinh"]["due_at"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("start=2026-03-02T08:00:00&scenario=khong_co", 422, "scenario-unknown"),
        ("start=2026-03-02T08:00:00&scenario=needs_survey=co", 422, "scenario-unknown"),
        ("start=2026-03-02T08:00:00&procedure=abc", 422, "invalid"),
        ("start=2026-03-02T08:00:00&procedure=9.999999", 404, "procedure-not-found"),
        ("start=2027-12-31T08:00:00", 409, "calendar-not-loaded"),
        ("start=1e30", 422, "invalid"),
        ("", 422, "invalid"),
    ],
)
async def test_a_question_that_cannot_be_timed(
    catalog: RunningService, query: str, status: int, code: str
) -> None:
    """Stable codes, nothing guessed."""
    found = await catalog.get(f"/v1/processes/QT-DD-01/simulation?{query}&on=2026-03-02", OFFICER)
    assert (found.status_code, found.json()["code"]) == (status, code), found.text


async def test_pictures_sheets_and_yaml_are_given(catalog: RunningService) -> None:
    """SVG that may fetch nothing, Mermaid, rows in the order of work, YAML the province could keep."""
    base = "/v1/processes/QT-DD-02"
    drawn = await catalog.get(f"{base}/drawing", OFFICER)
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Phải nộp tiền" in drawn.text
    assert (await catalog.get(f"{base}/drawing?form=mermaid", OFFICER)).text.startswith("flowchart TD")
    rows = (await catalog.get(f"{base}/sheet", OFFICER)).json()["rows"]
    assert [row["number"] for row in rows][:3] == ["1", "1.1", "2"]
    text = (await catalog.get(f"{base}/yaml", OFFICER)).text
    assert "when: has_financial_obligation and not is_exempt" in text
    for path in ("", "/drawing", "/sheet", "/yaml", f"/simulation?start={MONDAY}"):
        assert (await catalog.get(f"/v1/processes/KHONG-CO{path}", OFFICER)).status_code == 404
        assert (await catalog.client.get(f"{base}{path}")).status_code == 401


async def test_yaml_opens_a_draft_each_or_none(catalog: RunningService) -> None:
    """What was exported and changed comes back as drafts; one bad process refuses all."""
    texts = [
        (await catalog.get(f"/v1/processes/{code}/yaml", EDITOR)).text
        for code in ("QT-CHUNG-03", "QT-CHUNG-01")
    ]
    both = texts[0].replace("hours: 11", "hours: 10") + texts[1].removeprefix("processes:\n").replace(
        "hours: 3.5", "hours: 3"
    )
    same = await catalog.post("/v1/process-drafts/yaml", texts[0].encode(), EDITOR)
    assert (same.status_code, same.json()["code"]) == (409, "nothing-changed")
    broken = await catalog.post(
        "/v1/process-drafts/yaml", both.replace("first: xu-ly", "first: ''").encode(), EDITOR
    )
    assert (broken.status_code, broken.json()["code"]) == (422, "workflow-unreadable")
    assert await catalog.count("workflow_drafts") == 0
    opened = await catalog.post("/v1/process-drafts/yaml", both.encode(), EDITOR)
    assert opened.status_code == 201, opened.text
    drafts = {draft["code"]: draft for draft in opened.json()["items"]}
    assert set(drafts) == {"QT-CHUNG-03", "QT-CHUNG-01"}
    path = f"/v1/process-drafts/{drafts['QT-CHUNG-03']['id']}"
    changed = (await catalog.get(f"{path}/differences", EDITOR)).json()["items"]
    assert [one["path"] for one in changed] == ["steps[tham-dinh].hours"]
    assert (await catalog.get(f"{path}/drawing", EDITOR)).status_code == 200
    timed = await catalog.get(f"{path}/simulation?start={MONDAY}", EDITOR)
    assert timed.json()["walks"][0]["way"] == ["tham-dinh", "soat-xet", "ky", "phat-hanh"]
    for by, status in ((a_person(), 403), (OFFICER, 403)):
        assert (await catalog.post("/v1/process-drafts/yaml", b"x", by)).status_code == status
    refused = await catalog.post("/v1/process-drafts/yaml", b"processes: [", EDITOR)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-yaml")


def _grown(document: dict[str, Any], **variant: Any) -> dict[str, Any]:
    own = next(one for one in document["processes"] if one["code"] == "QT-CHUNG-03@H99.206")
    own.update(variant)
    return document


@pytest.mark.parametrize(
    ("variant", "reason"),
    [
        ({"code": "QT-KHONG-CO@H99.206"}, "quy trình chung"),
        ({"code": "QT-CHUNG-03@H99.888", "agency": "H99.888"}, "cơ quan"),
        ({"agency": "H99.207"}, "agency"),
    ],
)
async def test_a_variant_of_nothing_is_not_imported(
    start: Start, variant: dict[str, Any], reason: str
) -> None:
    """Its process and its agency exist, and its code names that agency."""
    catalog = await start("catalog")
    refused = await catalog.post("/v1/imports", _grown(read(), **variant), a_service("catalog.import"))
    assert refused.status_code == 422
    assert any(reason in told for item in refused.json()["items"] for told in item["reasons"])
    assert await catalog.count("processes") == 0
