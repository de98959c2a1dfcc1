"""Calendars change by decisions, are versioned, published, forecast and watched."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from services.catalog.domain.calendars.decisions import Signature
from services.catalog.jobs.calendars import REMIND_OF_CALENDARS
from services.catalog.use_cases.calendars.deciding import approve_decision
from tests.builders.catalog import a_document, an_agency

Start = Callable[..., Awaitable[RunningService]]
EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="bien-tap")
APPROVER = a_staff_member("CATALOG_APPROVER", agency="H99", subject="phe-duyet")
BOTH = a_staff_member("CATALOG_EDITOR", "CATALOG_APPROVER", agency="H99", subject="ca-hai")
SIGNED = {"number": "12/QĐ-UBND", "signed_on": "2026-03-02", "signer": "Lê Quang Duyệt"}
USUAL = "07:30-11:30;13:30-17:30"
TET = {"day": "2026-02-17", "status": "OFF", "reason": "Tết", "source": "TB 9441"}


def a_year(code: str = "default", year: int = 2026, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "year": year,
        "office_hours": USUAL,
        "exceptions": [TET] if year == 2026 else [],
        "status_of_source": "ANNOUNCED",
        **more,
    }


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    editor = {"subject": "bien-tap", "name": "Danh", "agency": "H99.201", "roles": ["CATALOG_EDITOR"]}
    document = a_document(calendars=[a_year(), a_year("dao")], agencies=[an_agency(units=[])])
    document["staff"] = [editor]
    answer = await running.post("/v1/imports", document, a_service("catalog.import"))
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with two calendars of 2026 and an editor on the staff, on Tuesday 3 March 2026."""
    return await start("catalog", filled=the_catalogue)


def a_closure(**more: Any) -> dict[str, Any]:
    days = [{"day": "2026-09-10", "status": "OFF"}]
    return {"kind": "CLOSURE", "codes": ["default"], "year": 2026, "days": days, "reason": "Bão số 5", **more}


async def drafted(catalog: RunningService, body: dict[str, Any]) -> dict[str, Any]:
    answer = await catalog.post("/v1/calendar-decisions", body, EDITOR)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def approved(catalog: RunningService, body: dict[str, Any], **signed: str) -> dict[str, Any]:
    draft = await drafted(catalog, body)
    answer = await catalog.post(
        f"/v1/calendar-decisions/{draft['id']}/approval", {**SIGNED, **signed}, APPROVER, version=1
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def year_of(catalog: RunningService, code: str = "default", year: int = 2026) -> dict[str, Any]:
    answer = await catalog.get(f"/v1/calendars/{code}/{year}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def hours(catalog: RunningService, day: str) -> dict[str, Any]:
    found: dict[str, Any] = (
        await catalog.get("/v1/agencies/H99.201/working-hours", params={"on": day})
    ).json()
    return found


async def test_a_closure_is_drafted_by_one_and_approved_by_another(catalog: RunningService) -> None:
    """Nothing is in force before; then version, event, hours and history all say it."""
    draft = await drafted(catalog, a_closure(codes=["default", "dao"]))
    assert (await hours(catalog, "2026-09-10"))["is_worked"]
    previews = (await catalog.get(f"/v1/calendar-decisions/{draft['id']}/preview", APPROVER)).json()["items"]
    assert [one["code"] for one in previews] == ["default", "dao"]
    assert previews[0]["differences"][0]["field"] == "days[2026-09-10]"
    assert previews[0]["working_days_before"][8] - previews[0]["working_days_after"][8] == 1

    answer = await catalog.post(
        f"/v1/calendar-decisions/{draft['id']}/approval", SIGNED, APPROVER, version=draft["version"]
    )
    assert answer.json()["state"] == "APPROVED"
    told = await hours(catalog, "2026-09-10")
    assert (told["is_worked"], told["reason"], told["source"]) == (False, "Bão số 5", "12/QĐ-UBND")
    events = [row for row in await catalog.published("calendar.changed.v1") if row["sequence"] == 2]
    assert {row["key"] for row in events} == {"default:2026", "dao:2026"}
    data = orjson.loads(events[0]["data"]) if isinstance(events[0]["data"], str) else events[0]["data"]
    assert [day["day"] for day in data["exceptions"]] == ["2026-02-17", "2026-09-10"]
    versions = (await catalog.get("/v1/calendars/default/2026/versions")).json()["items"]
    assert [one["version"] for one in versions] == [2, 1]
    assert versions[0]["decision"]["number"] == "12/QĐ-UBND"
    between = await catalog.get("/v1/calendars/default/2026/differences", params={"old": 1, "new": 2})
    assert [one["field"] for one in between.json()["items"]] == ["days[2026-09-10]"]


async def test_the_same_file_again_changes_nothing_and_another_file_keeps_the_closure(
    catalog: RunningService,
) -> None:
    """The shipped file decides the year; what was decided since stays over it."""
    await approved(catalog, a_closure())
    loader = a_service("catalog.import")
    again = a_document(calendars=[a_year(), a_year("dao")])
    counts = (await catalog.post("/v1/imports", again, loader)).json()["counts"]["calendar"]
    assert counts["unchanged"] == 2
    other = a_document(calendars=[a_year(exceptions=[TET, {"day": "2026-05-01", "status": "OFF"}])])
    assert (await catalog.post("/v1/imports", other, loader)).status_code == 200
    year = await year_of(catalog)
    assert [one["day"] for one in year["exceptions"]] == ["2026-02-17", "2026-05-01", "2026-09-10"]
    assert [one["number"] for one in year["decisions"]] == ["12/QĐ-UBND"]


async def test_summer_hours_hold_from_their_first_to_their_last_day(catalog: RunningService) -> None:
    """Hours by season, the usual ones before and after."""
    season = {
        "valid_from": "2026-04-16",
        "valid_to": "2026-10-15",
        "office_hours": "07:00-11:30;14:00-17:30",
        "name": "Giờ mùa hè",
    }
    body = a_closure(kind="HOURS", days=[], seasons=[season], reason="Giờ mùa hè")
    await approved(catalog, body)
    assert (await hours(catalog, "2026-04-15"))["sessions"] == USUAL.split(";")
    summer = await hours(catalog, "2026-04-16")
    assert (summer["sessions"], summer["season"]) == (["07:00-11:30", "14:00-17:30"], "Giờ mùa hè")
    assert (await hours(catalog, "2026-10-16"))["sessions"] == USUAL.split(";")


async def test_a_swap_moves_a_day_and_a_reopening_takes_a_closure_back(catalog: RunningService) -> None:
    """A pair off and on; USUAL makes a day again what the week makes of it."""
    days = [
        {"day": "2026-08-31", "status": "OFF", "swap_with": "2026-08-22"},
        {"day": "2026-08-22", "status": "WORK", "swap_with": "2026-08-31"},
    ]
    await approved(catalog, a_closure(kind="SWAP", days=days, reason="Hoán đổi"))
    assert not (await hours(catalog, "2026-08-31"))["is_worked"]
    assert (await hours(catalog, "2026-08-22"))["is_worked"]
    await approved(catalog, a_closure())
    body = a_closure(kind="REOPENING", days=[{"day": "2026-09-10", "status": "USUAL"}], reason="Bão tan")
    await approved(catalog, body, number="13/QĐ-UBND")
    assert (await hours(catalog, "2026-09-10"))["is_worked"]


async def test_a_forecast_is_no_calendar_until_it_is_decided(catalog: RunningService) -> None:
    """`holidays` proposes; the draft names its source and differs from what is approved, day by day."""
    answer = await catalog.post("/v1/calendar-proposals", {"code": "default", "year": 2027}, EDITOR)
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    record = draft["content"]["record"]
    assert record["status_of_source"] == "PROPOSED"
    assert record["source"].startswith("Gói holidays ")
    assert "2027-04-30" in [day["day"] for day in record["exceptions"]]
    assert any("07/02/2027" in note for note in record["notes"])
    assert (await catalog.get("/v1/calendars/default/2027")).status_code == 404
    await catalog.post(f"/v1/calendar-decisions/{draft['id']}/approval", SIGNED, APPROVER, version=1)
    year = await year_of(catalog, year=2027)
    assert year["status_of_source"] == "DECIDED"
    forecast = a_document(calendars=[a_year(year=2027, status_of_source="PROPOSED")])
    await catalog.post("/v1/imports", forecast, a_service("catalog.import"))
    assert (await year_of(catalog, year=2027))["version"] == year["version"]


async def test_a_proposal_beside_an_approved_year_shows_what_differs(catalog: RunningService) -> None:
    """So an editor sees where the forecast and the announcement disagree."""
    announced = a_document(calendars=[a_year(), a_year(year=2027)])
    await catalog.post("/v1/imports", announced, a_service("catalog.import"))
    draft = (await catalog.post("/v1/calendar-proposals", {"code": "default", "year": 2027}, EDITOR)).json()
    preview = (await catalog.get(f"/v1/calendar-decisions/{draft['id']}/preview", EDITOR)).json()["items"][0]
    assert "days[2027-09-02]" in {one["field"] for one in preview["differences"]}


async def test_next_years_gap_is_told_once_a_month_from_october(catalog: RunningService) -> None:
    """To whoever looks, and to the editors' inbox by one event a calendar and month."""
    catalog.clock.set(datetime(2026, 9, 30, 8, tzinfo=VIETNAM))
    await catalog.run_job(REMIND_OF_CALENDARS)
    assert await catalog.published("catalog_reminder.raised.v1") == []
    catalog.clock.set(datetime(2026, 10, 1, 8, tzinfo=VIETNAM))
    for _ in range(2):
        await catalog.run_job(REMIND_OF_CALENDARS)
    told = await catalog.published("catalog_reminder.raised.v1")
    assert [row["key"] for row in told] == ["calendar:dao:2027:2026-10", "calendar:default:2027:2026-10"]
    data = orjson.loads(told[1]["data"]) if isinstance(told[1]["data"], str) else told[1]["data"]
    assert data["desks"] == [{"agency": "H99.201", "role": "CATALOG_EDITOR"}]
    warned = (await catalog.get("/v1/calendar-warnings", EDITOR)).json()["items"]
    assert [(one["code"], one["state"], one["agencies"]) for one in warned] == [
        ("dao", "MISSING", 0),
        ("default", "MISSING", 1),
    ]
    assert len((await catalog.get("/v1/catalog-reminders", EDITOR)).json()["items"]) == 2
    forecast = a_document(calendars=[a_year(year=2027, status_of_source="PROPOSED"), a_year("dao", 2027)])
    await catalog.post("/v1/imports", forecast, a_service("catalog.import"))
    warned = (await catalog.get("/v1/calendar-warnings", EDITOR)).json()["items"]
    assert [(one["code"], one["state"]) for one in warned] == [("default", "PROPOSED")]


def _season(first: str, last: str, hours: str = "07:00-11:00;13:00-17:00") -> dict[str, str]:
    return {"valid_from": first, "valid_to": last, "office_hours": hours}


def _hours_draft(*seasons: dict[str, str]) -> dict[str, Any]:
    return a_closure(kind="HOURS", days=[], seasons=list(seasons))


REFUSALS = [
    (
        "a season over a season",
        _hours_draft(_season("2026-04-01", "2026-06-30"), _season("2026-06-30", "2026-07-01")),
        "seasons-overlap",
    ),
    (
        "hours crossing midnight",
        _hours_draft(_season("2026-04-01", "2026-06-30", "22:00-06:00")),
        "hours-unreadable",
    ),
    ("a season of another year", _hours_draft(_season("2026-12-01", "2027-01-31")), "day-outside-year"),
    ("a season that ends first", _hours_draft(_season("2026-06-30", "2026-04-01")), "season-period"),
    ("a day of another year", a_closure(days=[{"day": "2027-09-10", "status": "OFF"}]), "day-outside-year"),
    ("a day twice", a_closure(days=[{"day": "2026-09-10", "status": "OFF"}] * 2), "day-twice"),
    (
        "half a day without hours",
        a_closure(days=[{"day": "2026-09-10", "status": "HALF"}]),
        "hours-unreadable",
    ),
    (
        "a day off with hours",
        a_closure(days=[{"day": "2026-09-10", "status": "OFF", "sessions": "07:30-11:30"}]),
        "day-off-with-hours",
    ),
    (
        "a swap of one day",
        a_closure(kind="SWAP", days=[{"day": "2026-08-31", "status": "OFF", "swap_with": "2026-08-22"}]),
        "swap-without-pair",
    ),
    (
        "a swap of two days off",
        a_closure(
            kind="SWAP",
            days=[
                {"day": "2026-08-29", "status": "OFF", "swap_with": "2026-08-22"},
                {"day": "2026-08-22", "status": "WORK", "swap_with": "2026-08-29"},
            ],
        ),
        "swap-unbalanced",
    ),
]


@pytest.mark.parametrize(("_", "body", "fault"), REFUSALS, ids=[case[0] for case in REFUSALS])
async def test_what_cannot_be_worked_with_is_refused(
    catalog: RunningService, _: str, body: dict[str, Any], fault: str
) -> None:
    """With the reason's code, and nothing is kept."""
    answer = await catalog.post("/v1/calendar-decisions", body, EDITOR)
    assert (answer.status_code, answer.json()["code"]) == (422, "calendar-unsound"), answer.text
    assert fault in {one["code"] for one in answer.json()["faults"]}
    assert await catalog.count("calendar_decisions") == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (a_closure(days=[{"day": "2026-03-02", "status": "OFF"}]), 422, "past-day-without-reason"),
        (a_closure(days=[{"day": "2026-02-17", "status": "OFF"}]), 409, "calendar-nothing-changed"),
        (a_closure(codes=["khong-co"]), 404, "calendar-not-found"),
        (a_closure(year=2031, days=[{"day": "2031-03-03", "status": "OFF"}]), 404, "calendar-not-found"),
        (a_closure(codes=[]), 422, "invalid"),
        (a_closure(reason=" "), 422, "invalid"),
        (a_closure(kind="YEAR"), 422, "invalid"),
        (a_closure(unknown=1), 422, "invalid"),
    ],
)
async def test_drafts_that_say_nothing_or_too_much_are_refused(
    catalog: RunningService, body: dict[str, Any], status: int, code: str
) -> None:
    """A stable code each; nothing is kept."""
    answer = await catalog.post("/v1/calendar-decisions", body, EDITOR)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await catalog.count("calendar_decisions") == 0


async def test_a_past_closure_with_its_reason_is_taken(catalog: RunningService) -> None:
    """The record is put right; who counted before keeps what was counted."""
    body = a_closure(days=[{"day": "2026-03-02", "status": "OFF"}], past_reason="Mất điện toàn tỉnh")
    await approved(catalog, body)
    assert not (await hours(catalog, "2026-03-02"))["is_worked"]


async def test_who_may_what(catalog: RunningService) -> None:
    """Editors draft, another approver decides; nobody else sees drafts."""
    for caller in (a_person(), APPROVER, a_staff_member("ADMIN", agency="H99"), a_service("catalog.import")):
        answer = await catalog.post("/v1/calendar-decisions", a_closure(), caller)
        assert (answer.status_code, answer.json()["code"]) == (403, "calendar-edit-not-allowed")
    own = (await catalog.post("/v1/calendar-decisions", a_closure(), BOTH)).json()
    path = f"/v1/calendar-decisions/{own['id']}"
    for caller, code in ((BOTH, "own-calendar-decision"), (EDITOR, "calendar-approve-not-allowed")):
        answer = await catalog.post(f"{path}/approval", SIGNED, caller, version=1)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert (await catalog.get(path, a_person())).status_code == 403
    assert (await catalog.get("/v1/calendar-decisions", a_person())).status_code == 403
    assert (await year_of(catalog))["version"] == 1


async def test_a_decision_is_made_once_on_what_was_seen(catalog: RunningService) -> None:
    """Stale, unsigned, closed and unknown drafts are refused."""
    draft = await drafted(catalog, a_closure())
    path = f"/v1/calendar-decisions/{draft['id']}"
    edited = await catalog.client.put(
        path,
        json={"codes": ["default"], "days": [{"day": "2026-09-11", "status": "OFF"}], "reason": "Bão"},
        headers=catalog.headers(EDITOR, version=1),
    )
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    assert (await catalog.post(f"{path}/approval", SIGNED, APPROVER, version=1)).status_code == 412
    assert (await catalog.post(f"{path}/approval", SIGNED, APPROVER)).status_code == 428
    late = await catalog.post(f"{path}/approval", {**SIGNED, "signed_on": "2026-03-04"}, APPROVER, version=2)
    assert (late.status_code, late.json()["code"]) == (422, "decision-signed-in-future")
    assert (await catalog.post(f"{path}/discard", {}, EDITOR, version=2)).json()["state"] == "DISCARDED"
    closed = await catalog.post(f"{path}/approval", SIGNED, APPROVER, version=3)
    assert (closed.status_code, closed.json()["code"]) == (409, "calendar-decision-state")
    unknown = await catalog.get("/v1/calendar-decisions/00000000-0000-0000-0000-000000000000", EDITOR)
    assert unknown.json()["code"] == "calendar-decision-not-found"


async def test_an_approval_costs_three_statements_at_most(catalog: RunningService) -> None:
    """Reads, judges, writes: however many calendars."""
    draft = await drafted(catalog, a_closure(codes=["default", "dao"]))
    signature = Signature(number="12/QĐ-UBND", signed_on=date(2026, 3, 2), signer="Lê Quang Duyệt")
    async with catalog.runtime.unit_of_work() as unit:
        work = catalog.runtime.open_work(unit)
        now = catalog.clock.now()
        await approve_decision(UUID(draft["id"]), signature, seen=1, by=APPROVER, work=work, now=now)
        await unit.commit()
        assert unit.statements <= 3
    assert (await year_of(catalog, "dao"))["version"] == 2


async def test_the_database_too_refuses_an_approval_by_an_author(catalog: RunningService) -> None:
    """Four eyes, and versions that stand."""
    await approved(catalog, a_closure())
    for statement in (
        "UPDATE calendar_decisions SET approved_by = authors[1]",
        "UPDATE calendar_versions SET data = '{}'",
        "DELETE FROM calendar_versions",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await catalog.runtime.pool.execute(statement)
