"""Statistics over HTTP: fresh at once, opened down to dossiers, by right, closed and corrected."""

from datetime import timedelta
from typing import Any

import pytest

from kernel.core.caller import Caller
from kernel.testing.running import a_service, a_staff_member
from services.dossier.domain.figures.numbers import Number
from services.dossier.domain.figures.row import COLUMNS
from tests.builders.dossier.office import (
    CLERK,
    COMMUNE,
    LEAD,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_agency,
    an_officer,
)

PROVINCE = a_staff_member("SUPERVISOR", agency="H99", unit="giam-sat", name="Giám sát tỉnh", subject="tinh")
SEEN = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
async def province(office: Office) -> Office:
    """An office in a province whose committee supervises."""
    await office.service.receive(an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE"))
    return office


async def numbers(office: Office, by: Caller = PROVINCE, **asked: Any) -> dict[str, int]:
    """Return the numbers of a period that are not zero."""
    answer = await office.service.get("/v1/statistics", by, params={**SEEN, **asked})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    found = items[0]["numbers"] if items else {}
    return {name: count for name, count in found.items() if count}


async def behind(office: Office, number: str, by: Caller = PROVINCE, **asked: Any) -> list[dict[str, Any]]:
    """Return the dossiers behind a number."""
    answer = await office.service.get(
        "/v1/statistics/dossiers", by, params={"number": number, **SEEN, **asked}
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def issued(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Issue the result of a signed dossier."""
    file = await office.upload(CLERK, name="ket-qua.pdf")
    return await office.issued(seen, number="12/XN", attachment_ids=[file])


async def test_a_dossier_is_in_the_figures_with_the_commit_that_moves_it(province: Office) -> None:
    """Nothing before acceptance; then received, in progress, early, each at once, and balanced."""
    seen = await province.submitted()
    assert await numbers(province) == {}
    seen = await province.act(seen, "acceptance", RECEIVER)
    received = {"received": 1, "submissions": 1, "received_online": 1, "digitised": 1}
    going_on = {"in_progress": 1, "in_progress_in_time": 1}
    assert await numbers(province) == received | going_on
    seen = await province.act(seen, "handover", RECEIVER)
    for who, step in ((SPECIALIST, "tham-dinh"), (LEAD, "soat-xet"), (SIGNER, "ky")):
        seen = await province.act(seen, "step-completion", who, step=step)
    await issued(province, seen)
    # The scan of a paper is no electronic result.
    ended = {"ended": 1, "early": 1}
    assert await numbers(province) == received | ended
    assert await numbers(province, **{"from": "2026-04-01", "to": "2026-04-30"}) == {}


async def test_every_number_opens_down_to_the_dossiers_it_counts(province: Office) -> None:
    """Three dossiers, three fates: each number is as long as its list, under the same filter."""
    for fate in ("open", "late", "refused"):
        seen = await province.submitted()
        if fate == "refused":
            await province.act(seen, "refusal", RECEIVER, reason="Sai thẩm quyền", legal_basis="NĐ 118/2025")
            continue
        seen = await province.act(seen, "acceptance", RECEIVER)
        if fate == "late":
            seen = await province.act(seen, "handover", RECEIVER)
            for who, step in ((SPECIALIST, "tham-dinh"), (LEAD, "soat-xet"), (SIGNER, "ky")):
                seen = await province.act(seen, "step-completion", who, step=step)
            province.service.clock.advance(timedelta(days=10))
            await issued(province, seen)
    for asked in ({}, {"agency": COMMUNE}, {"sector": "G15-TP07", "channel": "ONLINE"}, {"agency": "H99.9"}):
        counts = await numbers(province, **asked)
        for number in Number:
            assert len(await behind(province, number, **asked)) == counts.get(number, 0), (number, asked)
    counts = await numbers(province)
    assert (counts["late"], counts["intake_refused"], counts["in_progress"]) == (1, 1, 1)
    [late] = await behind(province, "late")
    assert (late["punctuality"], late["procedure"], late["agency"]) == ("OVERDUE", PROCEDURE, COMMUNE)
    assert "Nguyễn" not in str(late)


async def test_lists_are_paged_by_keyset(province: Office) -> None:
    """Page after page gives every dossier once, the newest first."""
    made = [(await province.accepted())["dossier_id"] for _ in range(3)]
    found: list[str] = []
    cursor = ""
    for _ in range(3):
        answer = await province.service.get(
            "/v1/statistics/dossiers",
            PROVINCE,
            params={"number": "received", **SEEN, "limit": "1", "cursor": cursor},
        )
        page = answer.json()
        found += [item["dossier_id"] for item in page["items"]]
        cursor = page["next_cursor"] or ""
    assert (found, cursor) == (made[::-1], "")


async def test_figures_are_cut_by_every_dimension_and_by_time(province: Office) -> None:
    """A row for each value and part; the cuts of one period add up to it."""
    await province.accepted()
    path = "/v1/statistics"
    for cut, value in (
        ("agency", COMMUNE),
        ("receiving_agency", COMMUNE),
        ("place", COMMUNE),
        ("sector", "G15-TP07"),
        ("procedure", PROCEDURE),
        ("channel", "ONLINE"),
        ("route", "PROVINCE"),
        ("cause", ""),
    ):
        answer = await province.service.get(path, PROVINCE, params={**SEEN, "by": cut})
        [item] = answer.json()["items"]
        assert (item["cut"], item["numbers"]["received"]) == ({cut: value}, 1)
    asked = {"from": "2026-02-01", "to": "2026-04-30", "every": "month"}
    items = (await province.service.get(path, PROVINCE, params=asked)).json()["items"]
    told = [(item["first"], item["numbers"]["received"], item["numbers"]["carried_over"]) for item in items]
    assert told == [("2026-03-01", 1, 0), ("2026-04-01", 0, 1)]


async def test_a_supplement_stands_the_clock_names_its_cause_and_is_not_late(province: Office) -> None:
    """Paused while it waits, in time however long it takes, and the cause can be asked for."""
    seen = await province.in_process()
    asked = {"items": [{"component_code": "to-khai", "reason": "Chưa ký"}], "reason": "Thiếu chữ ký"}
    seen = await province.act(seen, "supplement-request", SPECIALIST, **asked)
    await province.act(seen, "supplement-request-approval", LEAD, approved=True)
    province.service.clock.advance(timedelta(days=20))
    counts = await numbers(province, cause="APPLICANT_PAPERS")
    assert (counts["paused"], counts["in_progress_in_time"]) == (1, 1)
    assert "in_progress_overdue" not in counts


async def test_figures_and_their_dossiers_are_for_leaders_and_supervisors(province: Office) -> None:
    """Everybody else is turned away, from the number and from what is behind it alike."""
    table = [
        (PROVINCE, 200),
        (an_officer("SIGNER"), 200),
        (an_officer("ONE_STOP_MANAGER"), 200),
        (SPECIALIST, 403),
        (RECEIVER, 403),
        (a_citizen(), 403),
        (a_service("portal.read", subject="gateway"), 403),
        (None, 401),
    ]
    paths = ("/v1/statistics", "/v1/statistics/dossiers?number=received", "/v1/statistics/corrections")
    for by, status in table:
        for path in paths:
            sign = "&" if "?" in path else "?"
            answer = await province.service.get(f"{path}{sign}from=2026-03-01&to=2026-03-31", by)
            assert answer.status_code == status, (path, by, answer.text)


async def test_a_leader_sees_the_own_agencys_dossiers_only(province: Office) -> None:
    """The neighbour's figures are empty, whatever is asked for."""
    await province.accepted()
    neighbour = an_officer("SIGNER", agency=OTHER_COMMUNE)
    assert (await numbers(province, an_officer("SIGNER")))["received"] == 1
    assert await numbers(province, neighbour) == {}
    assert await numbers(province, neighbour, agency=COMMUNE) == {}
    assert await behind(province, "received", neighbour, agency=COMMUNE) == []
    under = a_staff_member("SUPERVISOR", agency="H99", unit="x", name="X", subject="x")
    assert (await numbers(province, under))["received"] == 1


async def test_wrong_questions_are_told_what_is_wrong(province: Office) -> None:
    """422 with the field, before anything is read."""
    for query, field in (
        ("to=2026-03-31", "from"),
        ("from=2026-03-31&to=2026-03-01", "to"),
        ("from=2020-01-01&to=2026-03-01", "to"),
        ("from=2026-01-01&to=2026-12-31&every=day", "every"),
        ("from=2026-03-01&to=2026-03-31&by=owner", "by"),
        ("from=2026-03-01&to=2026-03-31&by=agency,agency", "by"),
        ("from=2026-03-01&to=2026-03-31&every=hour", "every"),
        ("from=1&to=2026-03-31", "from"),
    ):
        answer = await province.service.get(f"/v1/statistics?{query}", PROVINCE)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), query
        assert field in answer.json()["errors"][0]["path"], (query, answer.text)


async def test_a_closed_period_stays_and_what_changes_later_is_a_correction_in_the_open_one(
    province: Office,
) -> None:
    """March is closed with one early end; in April the result is recalled: March stays, April tells."""
    service = province.service
    seen = await issued(province, await province.at_issue())
    march = {"first": "2026-03-01", "last": "2026-03-31"}
    refused = await service.post("/v1/closed-periods", march, PROVINCE)
    assert (refused.status_code, refused.json()["code"]) == (409, "period-not-over")
    service.clock.advance(timedelta(days=30))
    assert (await service.post("/v1/closed-periods", march, SIGNER)).status_code == 403
    closed = await service.post("/v1/closed-periods", march, PROVINCE, key="dong-thang-ba")
    assert (closed.status_code, closed.json()["rows"]) == (201, 1)
    again = await service.post("/v1/closed-periods", march, PROVINCE, key="dong-thang-ba")
    assert again.json() == closed.json()
    other = await service.post("/v1/closed-periods", march, PROVINCE)
    assert (other.status_code, other.json()["code"]) == (409, "period-closed")
    before = await numbers(province)
    assert (before["ended"], before["early"]) == (1, 1)
    april = {"from": "2026-04-01", "to": "2026-04-30"}
    answer = (await service.get("/v1/statistics", PROVINCE, params=april)).json()
    assert (answer["source"], answer["corrections"]) == ("LIVE", [])
    await province.act(seen, "result-recall", SIGNER, reason="Sai họ tên")
    answer = (await service.get("/v1/statistics", PROVINCE, params=SEEN)).json()
    assert (answer["source"], answer["period_id"]) == ("CLOSED", closed.json()["period_id"])
    assert await numbers(province) == before
    assert len(await behind(province, "early")) == 1
    answer = (await service.get("/v1/statistics", PROVINCE, params=april)).json()
    [correction] = answer["corrections"]
    assert correction["numbers"]["early"] == correction["numbers"]["ended"] == -1
    assert correction["numbers"]["in_progress"] == 1
    [one] = (await service.get("/v1/statistics/corrections", PROVINCE, params=april)).json()["items"]
    assert (one["dossier_id"], one["period_id"]) == (seen["dossier_id"], closed.json()["period_id"])
    service.clock.advance(timedelta(days=31))
    body = {"first": "2026-04-01", "last": "2026-04-30"}
    assert (await service.post("/v1/closed-periods", body, PROVINCE)).status_code == 201
    answer = (await service.get("/v1/statistics", PROVINCE, params=april)).json()
    assert (answer["source"], answer["corrections"]) == ("CLOSED", [correction])
    listed = (await service.get("/v1/closed-periods", PROVINCE)).json()["items"]
    assert [item["first"] for item in listed] == ["2026-04-01", "2026-03-01"]


async def test_the_database_refuses_to_change_a_closed_period(province: Office) -> None:
    """Whoever writes SQL by hand is refused too."""
    await province.accepted()
    province.service.clock.advance(timedelta(days=30))
    march = {"first": "2026-03-01", "last": "2026-03-31"}
    await province.service.post("/v1/closed-periods", march, PROVINCE)
    for deed in (
        "UPDATE closed_figure_rows SET sector = 'x'",
        "DELETE FROM closed_figure_rows",
        "TRUNCATE closed_figure_rows",
        "DELETE FROM closed_periods",
    ):
        with pytest.raises(Exception, match="does not move"):
            await province.service.runtime.pool.execute(deed)


async def test_counter_dossiers_are_counted_in_the_commit_that_takes_them_in(province: Office) -> None:
    """One call at the counter: received, with the components it was given, digitised or not."""
    body = {
        "procedure_code": PROCEDURE,
        "channel": "DIRECT",
        "owner": {"full_name": "Nguyễn Văn An", "identity_number": "099088000011"},
        "receiving_agency": COMMUNE,
        "components": [{"component_code": "to-khai", "form": "original"}],
    }
    answer = await province.service.post("/v1/counter-dossiers", body, RECEIVER)
    assert answer.status_code == 201, answer.text
    counts = await numbers(province)
    assert counts["received"] == 1
    assert "received_online" not in counts
    assert "digitised" not in counts
    rows = await province.service.runtime.pool.fetch(f"SELECT {', '.join(COLUMNS)} FROM figure_rows")
    assert (rows[0]["components"], rows[0]["digitised"], rows[0]["amended_at"]) == (1, 0, None)
