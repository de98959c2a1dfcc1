"""Days at the ends of the calendar are refused where they come in: nothing breaks, nothing is kept."""

from typing import Any

import pytest

from tests.builders.dossier.office import COMMUNE, RECEIVER, Office, an_agency, an_officer
from tests.integration.dossier.test_figures import PROVINCE

CASHIER = an_officer("CASHIER", unit="mot-cua", subject="thu-ngan")
LAST, FIRST = "9999-12-31", "0001-01-01"
ASKED: list[tuple[str, dict[str, str], Any]] = [
    ("/v1/statistics", {"from": LAST, "to": LAST}, PROVINCE),
    ("/v1/statistics", {"from": "9999-12-01", "to": "9999-12-15", "every": "month"}, PROVINCE),
    ("/v1/statistics/dossiers", {"from": LAST, "to": LAST, "number": "received"}, PROVINCE),
    ("/v1/statistics/corrections", {"from": LAST, "to": LAST}, PROVINCE),
    ("/v1/register", {"from": LAST, "to": LAST, "agency": COMMUNE}, RECEIVER),
    ("/v1/statistics", {"from": FIRST, "to": FIRST}, PROVINCE),
    (f"/v1/queues/{COMMUNE}/appointments", {"day": LAST}, RECEIVER),
]
SENT: list[tuple[str, dict[str, Any], Any]] = [
    ("/v1/closed-periods", {"first": LAST, "last": LAST, "note": "x"}, PROVINCE),
    ("/v1/exports", {"first": LAST, "last": LAST, "number": "received", "format": "CSV"}, PROVINCE),
    ("/v1/cash-closings", {"day": FIRST, "counted": 0}, CASHIER),
    ("/v1/cash-closings", {"day": LAST, "counted": 0}, CASHIER),
]


async def test_no_day_beyond_the_calendar_is_taken(office: Office) -> None:
    """422 with the field named, by every road that takes a day."""
    await office.service.receive(an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE"))
    for path, params, by in ASKED:
        answer = await office.service.get(path, by, params=params)
        assert answer.status_code == 422, (path, answer.text)
        paths = {error["path"].rpartition(".")[2] for error in answer.json()["errors"]}
        assert paths & {"from", "to", "first", "last", "day"}, (path, paths)
    for path, body, by in SENT:
        answer = await office.service.post(path, body, by)
        assert answer.status_code == 422, (path, answer.text)
        paths = {error["path"].rpartition(".")[2] for error in answer.json()["errors"]}
        assert paths & {"from", "to", "first", "last", "day"}, (path, paths)
    for table in ("closed_periods", "exports", "cash_closings"):
        assert await office.service.count(table) == 0


@pytest.mark.parametrize("at", ["9999-12-31T23:30:00-12:00", "0001-01-01T00:10:00+14:00"])
async def test_no_instant_beyond_the_calendar_is_taken(office: Office, at: str) -> None:
    """Its day in Viet Nam would be none."""
    body = {"received_at": at, "reason": "Mất mạng"}
    answer = await office.service.post("/v1/late-entries", body, RECEIVER)
    assert answer.status_code == 422, answer.text
    assert "received_at" in answer.text
