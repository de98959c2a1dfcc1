"""Office hours that a decision shortens, and what was promised within a day."""

from kernel.testing.running import a_service
from tests.builders.catalog import a_document, a_procedure, a_process, a_step
from tests.integration.catalog.test_calendars import APPROVER, SIGNED, Start, a_closure, a_year, drafted


async def test_shorter_hours_show_what_no_longer_fits_and_the_same_document_is_still_taken(
    start: Start,
) -> None:
    """What stands is not refused for hours decided since; what is new is judged by them."""
    catalog = await start("catalog")
    steps = [
        a_step("soan", "SPECIALIST", "ky", hours=1),
        a_step("ky", "SIGNER", "phat-hanh", hours=0.5),
        a_step("phat-hanh", "CLERK", hours=0.25),
    ]
    within_a_day = {"value": None, "unit": "SAME_DAY", "cutoff": "15:00"}
    document = a_document(
        calendars=[a_year()],
        processes=[a_process(*steps)],
        procedures=[
            a_procedure(channels=[{"channel": "DIRECT", "processing_time": within_a_day, "fees": []}])
        ],
    )
    document["staff"].append(
        {"subject": "bien-tap", "name": "Danh", "agency": "H99.201", "roles": ["CATALOG_EDITOR"]}
    )
    loader = a_service("catalog.import")
    assert (await catalog.post("/v1/imports", document, loader)).status_code == 200
    season = {"valid_from": "2026-04-01", "valid_to": "2026-09-30", "office_hours": "07:00-11:30;13:00-16:30"}
    draft = await drafted(catalog, a_closure(kind="HOURS", days=[], seasons=[season]))
    preview = (await catalog.get(f"/v1/calendar-decisions/{draft['id']}/preview", APPROVER)).json()
    (tight,) = preview["items"][0]["too_tight"]
    assert (tight["code"], tight["process"], tight["critical_hours"], tight["hours_left"]) == (
        "1.004873",
        "QT-01",
        1.75,
        1.5,
    )
    await catalog.post(
        f"/v1/calendar-decisions/{draft['id']}/approval", SIGNED, APPROVER, version=draft["version"]
    )
    again = await catalog.post("/v1/imports", document, loader)
    assert again.status_code == 200, again.text
    document["procedures"][0]["name"] = "Tên khác"
    refused = await catalog.post("/v1/imports", document, loader)
    assert (refused.status_code, refused.json()["code"]) == (422, "import-refused")
