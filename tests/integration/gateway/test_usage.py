"""Counted use: what happens is counted once, for nobody in particular, and told without its small numbers."""

import csv
import io
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from kernel.core.clock import VIETNAM
from kernel.core.errors import Unavailable
from kernel.core.ids import new_id
from kernel.testing.running import RunningService, an_event
from services.gateway.domain.usage.kinds import Cell, Kind
from services.gateway.jobs.usage import USAGE_FOLD, USAGE_FORGETTING
from services.gateway.store.usage import PostgresUsageCounts
from tests.integration.gateway.conftest import Open, token_of
from tests.integration.gateway.peer import Peer
from tests.integration.gateway.test_tracking import CODE, SECRET, a_dossier_event, track
from tests.integration.gateway.test_tracking_live import following, next_event
from tests.integration.gateway.test_who_is_asking import sign_in, staff_changed

FROM_ELSEWHERE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}
FEBRUARY = date(2026, 2, 10)
"""A month that is over: the tests' clock stands in March 2026."""


async def counted(door: RunningService) -> dict[tuple[str, str, str, str], int]:
    """Everything counted by now, whatever its day."""
    await door.runtime.resources.usage.here.flush()
    await door.run_job(USAGE_FOLD)
    rows = await door.runtime.pool.fetch("SELECT * FROM usage_counts")
    return {(row["kind"], row["channel"], row["procedure"], row["agency"]): row["count"] for row in rows}


def a_submission(
    channel: str = "ONLINE", at: str = "2026-02-10T09:00:00+07:00", agency: str = "H99.201"
) -> Any:
    event = a_dossier_event("submitted", 1, channel=channel, submitted_at=at)
    dossier = event.data["dossier"]
    dossier["dossier_id"] = str(new_id())
    dossier["reference"] = f"R-{new_id().hex[-10:]}"
    dossier["receiving_agency"]["code"] = agency
    return an_event("dossier.submitted.v1", dossier["dossier_id"], event.data)


async def test_look_ups_pages_visits_and_sign_ins_are_counted_and_nobody_is_in_them(
    door: RunningService,
) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    await track(door)
    await track(door, CODE, "AAAAAAAA")
    async with following(door) as reader:
        await next_event(reader)
    for headers in (FROM_ELSEWHERE, {**FROM_ELSEWHERE, "Sec-Fetch-Site": "same-origin"}, {}):
        await door.client.get("/tra-cuu", headers=headers)
    await door.client.get("/tra-cuu", headers={**FROM_ELSEWHERE, "Sec-Purpose": "prefetch"})
    await door.client.post("/tra-cuu", data={"code": CODE, "secret": SECRET})
    await sign_in(door, "cong-dan-an")
    assert await counted(door) == {
        ("LOOK_UP", "API", "1.004873", "H99.201"): 1,
        ("LOOK_UP", "LIVE", "1.004873", "H99.201"): 1,
        ("LOOK_UP", "WEB", "1.004873", "H99.201"): 1,
        ("LOOK_UP_MISSED", "API", "", ""): 1,
        ("PAGE", "WEB", "", ""): 3,
        ("VISIT", "WEB", "", ""): 1,
        ("SIGN_IN", "PERSON", "", ""): 1,
    }
    kept = [
        str(dict(row))
        for table in ("usage_counts", "usage_notes", "usage_writers")
        for row in await door.runtime.pool.fetch(f"SELECT * FROM {table}")
    ]
    for hidden in ("127.0.0.1", "cong-dan-an", CODE, SECRET, "Nguyễn"):
        assert not any(hidden in row for row in kept), hidden


async def test_searches_and_reads_are_counted_when_they_were_answered(
    door: RunningService, peer: Peer
) -> None:
    for path in ("procedures?q=khai", "procedures?limit=5", "procedures/1.004873.H99", "forms/2.000635"):
        await door.client.get(f"/api/v1/{path}")
    peer.status = 404
    await door.client.get("/api/v1/procedures/9.999999")
    assert await counted(door) == {
        ("SEARCH", "API", "", ""): 1,
        ("PROCEDURE", "API", "1.004873", ""): 1,
        ("FORM", "API", "2.000635", ""): 1,
    }


async def test_a_submission_is_counted_with_its_message_once_whatever_comes_twice(
    door: RunningService,
) -> None:
    events = [a_submission(), a_submission("COUNTER"), a_submission()]
    events[2].data["dossier"]["origin"] = "PORTAL"
    await door.receive(*events)
    await door.receive(*events)
    assert await door.count("usage_notes") == 3
    for _ in range(2):
        assert await counted(door) == {
            ("SUBMISSION", "ONLINE", "1.004873", "H99.201"): 1,
            ("SUBMISSION", "COUNTER", "1.004873", "H99.201"): 1,
            ("SUBMISSION", "PORTAL", "1.004873", "H99.201"): 1,
        }
    assert await door.count("usage_notes") == 0


async def test_a_tracked_read_asks_the_database_nothing_more(door: RunningService) -> None:
    """Counting waits in memory: a look-up stays one statement, and a flush is one for all."""
    await door.receive(a_dossier_event("accepted", 2))
    statements = _Statements(door.runtime.pool)
    door.runtime.resources.look_up._tracking._pool = statements
    door.runtime.resources.usage.keeping._pool = statements
    for _ in range(20):
        await track(door)
    assert statements.count == 20
    await door.runtime.resources.usage.here.flush()
    await door.runtime.resources.usage.here.flush()
    assert statements.count == 21


class _Statements:
    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        self.count += 1
        return getattr(self._pool, name)


async def test_replicas_add_up_and_a_batch_sent_twice_counts_once(door: RunningService) -> None:
    counts = PostgresUsageCounts(door.runtime.pool)
    cell, now = Cell(FEBRUARY, "PAGE", "WEB"), door.clock.now()
    one, other = new_id(), new_id()
    for writer, number in ((one, 1), (one, 1), (other, 1), (one, 2), (one, 1)):
        await counts.add(writer, number, {cell: 10}, now)
    assert await door.runtime.pool.fetchval("SELECT sum(count) FROM usage_counts") == 30


async def test_without_a_database_counts_wait_and_nobody_is_refused(
    door: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = door.runtime.resources.usage.here

    async def away(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(
            door.runtime.resources.usage.keeping, "_pool", type("Away", (), {"execute": staticmethod(away)})()
        )
        assert (await door.client.get("/tra-cuu")).status_code == 200
        with pytest.raises(Unavailable):
            await here.flush()
        assert (await door.client.get("/tra-cuu")).status_code == 200
    await here.flush()
    assert await counted(door) == {("PAGE", "WEB", "", ""): 2}


async def told(door: RunningService, role: str = "SUPERVISOR", ending: str = "", **asked: str) -> Any:
    """Ask as the officer with this role; the month is February unless another is asked."""
    if not hasattr(door, "_versions"):
        door._versions = 0  # type: ignore[attr-defined]
    door._versions += 1  # type: ignore[attr-defined]
    await door.receive(staff_changed(door._versions, roles=[role]))  # type: ignore[attr-defined]
    door.clock.advance(timedelta(seconds=20))
    headers = await token_of(door, "can-bo-lan")
    return await door.client.get(
        f"/api/v1/usage{ending}", params={"month": "2026-02", **asked}, headers=headers
    )


async def keep(door: RunningService, *cells: tuple[str, str, str, int], day: date = FEBRUARY) -> None:
    """Keep submissions by channel, procedure and agency."""
    batch = {
        Cell(day, Kind.SUBMISSION, channel, procedure, agency): n for channel, procedure, agency, n in cells
    }
    await PostgresUsageCounts(door.runtime.pool).add(new_id(), 1, batch, door.clock.now())


async def test_a_month_that_is_over_is_told_without_its_small_numbers(door: RunningService) -> None:
    await keep(
        door,
        ("ONLINE", "1.000001", "H99.201", 40),
        ("ONLINE", "1.000002", "H99.201", 2),
        ("COUNTER", "1.000003", "H99.202", 9),
        ("COUNTER", "1.000004", "H99.202", 30),
    )
    await door.receive(
        a_submission(at="2026-02-28T23:59:00+07:00"), a_submission(at="2026-03-01T00:00:00+07:00")
    )
    shown = (await told(door, by="procedure", kind="SUBMISSION")).json()
    assert shown["items"] == [{"key": "1.000001", "count": 40}, {"key": "1.000004", "count": 30}]
    assert (shown["total"], shown["rest"], shown["is_running"], shown["smallest"]) == (82, 12, False, 5)
    agencies = (await told(door, by="agency", kind="SUBMISSION")).json()
    assert agencies["items"] == [{"key": "H99.201", "count": 43}, {"key": "H99.202", "count": 39}]
    kinds = (await told(door)).json()
    assert (kinds["items"], kinds["total"]) == ([{"key": "SUBMISSION", "count": 82}], None)
    days = (await told(door, by="day", kind="SUBMISSION")).json()
    assert days["items"] == [], "the 10th alone would tell the 28th"
    assert (days["total"], days["rest"]) == (82, 82)
    assert (await told(door, by="day", kind="VISIT")).json()["total"] is None


async def test_a_month_that_runs_is_told_in_steps_and_without_today(door: RunningService) -> None:
    """The first of March is told on the third; what happened today is not."""
    await keep(door, ("ONLINE", "1.000001", "H99.201", 23), day=date(2026, 3, 1))
    await keep(door, ("ONLINE", "1.000001", "H99.201", 500), day=date(2026, 3, 3))
    shown = (await told(door, by="channel", kind="SUBMISSION", month="2026-03")).json()
    assert (shown["is_running"], shown["last"]) == (True, "2026-03-02")
    assert (shown["items"], shown["total"], shown["rest"]) == ([{"key": "ONLINE", "count": 20}], 20, None)
    door.clock.set(datetime(2026, 4, 1, 23, 0, tzinfo=VIETNAM))
    assert (await told(door, by="channel", kind="SUBMISSION", month="2026-03")).json()["is_running"] is True
    door.clock.set(datetime(2026, 4, 2, 8, 0, tzinfo=VIETNAM))
    over = (await told(door, by="channel", kind="SUBMISSION", month="2026-03")).json()
    assert (over["is_running"], over["total"]) == (False, 523)


async def test_a_manager_sees_the_own_agency_and_others_nothing(door: RunningService) -> None:
    await keep(door, ("ONLINE", "1.000001", "H99.201", 40), ("ONLINE", "1.000001", "H99.202", 50))
    own = (await told(door, "ONE_STOP_MANAGER", by="procedure", kind="SUBMISSION")).json()
    assert (own["agency"], own["total"]) == ("H99.201", 40)
    crossed = await told(door, "ONE_STOP_MANAGER", by="agency", kind="SUBMISSION")
    assert (crossed.status_code, crossed.json()["code"]) == (422, "invalid")
    assert (await told(door, "SPECIALIST")).status_code == 403
    for asked in ({"by": "day"}, {"kind": "PAGE"}, {"month": "2026-13"}, {"by": "hour", "kind": "PAGE"}):
        assert (await told(door, **asked)).status_code == 422, asked
    assert (await door.client.get("/api/v1/usage", params={"month": "2026-02"})).status_code == 401


async def test_the_files_say_what_the_answer_says(door: RunningService) -> None:
    await keep(door, ("ONLINE", "=1+1", "H99.201", 40), ("COUNTER", "1.000002", "H99.201", 60))
    asked = {"by": "procedure", "kind": "SUBMISSION"}
    answer = await told(door, ending=".csv", **asked)
    assert answer.headers["content-disposition"].endswith('"luot-su-dung-2026-02-procedure.csv"')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1:] == [
        ["2026-02", "Hồ sơ đã nộp", "Thủ tục", "1.000002", "60"],
        ["2026-02", "Hồ sơ đã nộp", "Thủ tục", "'=1+1", "40"],
        ["2026-02", "Hồ sơ đã nộp", "Thủ tục", "Tổng", "100"],
    ]
    sheet = load_workbook(io.BytesIO((await told(door, ending=".xlsx", **asked)).content)).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()][1:] == [
        [*row[:4], int(row[4])] for row in rows[1:]
    ]


async def test_the_bound_and_the_days_kept_are_settings(open_door: Open) -> None:
    door = await open_door(usage_smallest_cell=41, usage_keep_days=62)
    await keep(door, ("ONLINE", "1.000001", "H99.201", 40))
    await keep(door, ("ONLINE", "1.000001", "H99.201", 40), day=date(2025, 12, 1))
    assert (await told(door)).json()["items"] == []
    await door.run_job(USAGE_FORGETTING)
    assert [row["day"] for row in await door.runtime.pool.fetch("SELECT day FROM usage_counts")] == [FEBRUARY]
    assert json.loads((await told(door)).content)["smallest"] == 41
