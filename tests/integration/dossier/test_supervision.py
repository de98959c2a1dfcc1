"""Supervision on a real database: a check from finding to accepted answer; anomalies found and closed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.testing.running import RunningService
from services.dossier.jobs.find_anomalies import FIND_ANOMALIES
from services.dossier.store.supervision.anomalies import _TO_READ
from tests.builders.dossier.hall import MANAGER, POINT, a_point
from tests.builders.dossier.office import (
    LEAD,
    RECEIVER,
    SPECIALIST,
    Office,
    a_citizen,
    an_agency,
    an_officer,
)

CITIZEN = a_citizen()
WATCH = an_officer("SUPERVISOR", agency="H99", subject="giam-sat-tinh")
NEAR = an_officer("SUPERVISOR", agency="H99.202", subject="giam-sat-xa-khac")


@pytest.fixture(scope="module")
async def office(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Office:
    """An office in whose procedure a paper may be asked for twice, and its one-stop point."""
    folder = tmp_path_factory.mktemp("files")
    found = Office(await start_once("dossier", files_url=folder.as_uri()))
    await found.open(max_supplements=2)
    province = an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE")
    await found.service.receive(province, a_point())
    return found


@pytest.fixture(autouse=True)
async def _nothing_found_yet(office: Office) -> None:
    for table in ("anomalies", "anomaly_readings"):
        await office.service.runtime.pool.execute(f"DELETE FROM {table}")


async def opened(office: Office, by: Any = WATCH) -> dict[str, Any]:
    answer = await office.service.post("/v1/inspections", {"point": POINT, "kind": "UNANNOUNCED"}, by)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def act(office: Office, path: str, version: int, by: Any, **body: Any) -> Any:
    return await office.service.post(f"/v1/{path}", body, by, version=version)


FINDING = {
    "check": "POSTING",
    "severity": "MINOR",
    "text": "Chưa niêm yết thủ tục mới",
    "evidence": ["ảnh 1"],
}


async def test_a_check_from_finding_to_accepted_answer(office: Office) -> None:
    check = await opened(office)
    path = f"inspections/{check['inspection_id']}"
    finding = (await act(office, f"{path}/findings", 1, WATCH, **FINDING)).json()
    assert finding["state"] == "RECORDED"
    one = f"findings/{finding['finding_id']}"
    reminded = await act(office, f"{one}/reminder", 1, WATCH, text="Niêm yết lại", due_on="2026-03-05")
    assert reminded.status_code == 200, reminded.text
    (told,) = await office.service.published("inspection_reminder.raised.v1")
    assert (told["data"]["agency"], told["data"]["due_on"], told["sequence"]) == ("H99.201", "2026-03-05", 2)
    early = await act(office, f"{path}/closing", 2, WATCH, conclusion="Xong")
    assert early.json()["code"] == "findings-open"
    office.service.clock.advance(timedelta(days=3))
    seen = await office.service.get(f"/v1/{path}", MANAGER)
    assert seen.json()["findings"][0]["is_late"] is True
    answered = await act(office, f"{one}/answer", 2, MANAGER, text="Đã niêm yết")
    assert answered.json()["course"][-1]["is_late"] is True
    again = await act(
        office, f"{one}/judgement", 3, WATCH, is_accepted=False, text="Thiếu", due_on="2026-03-10"
    )
    assert again.json()["state"] == "REMINDED"
    assert len(await office.service.published("inspection_reminder.raised.v1")) == 2
    await act(office, f"{one}/answer", 4, MANAGER, text="Đã bổ sung")
    accepted = await act(office, f"{one}/judgement", 5, WATCH, is_accepted=True, text="Đạt")
    assert [item["what"] for item in accepted.json()["course"]] == [
        "REMINDER",
        "ANSWER",
        "DECLINED",
        "ANSWER",
        "ACCEPTED",
    ]
    closed = await act(office, f"{path}/closing", 2, WATCH, conclusion="Đã khắc phục")
    assert closed.json()["conclusion"] == "Đã khắc phục"
    over = await act(office, f"{path}/findings", 3, WATCH, **FINDING)
    assert over.json()["code"] == "inspection-closed"


async def test_who_may_check_remind_and_answer(office: Office) -> None:
    body = {"point": POINT, "kind": "PLANNED"}
    for by in (NEAR, MANAGER, RECEIVER):
        assert (await office.service.post("/v1/inspections", body, by)).status_code == 403
    check = await opened(office)
    path = f"inspections/{check['inspection_id']}"
    finding = (await act(office, f"{path}/findings", 1, WATCH, **FINDING)).json()
    one = f"findings/{finding['finding_id']}"
    asked = {"text": "Sửa", "due_on": "2026-12-01"}
    assert (await act(office, f"{one}/reminder", 1, NEAR, **asked)).status_code == 404
    assert (await act(office, f"{one}/reminder", 1, MANAGER, **asked)).status_code == 403
    past = await act(office, f"{one}/reminder", 1, WATCH, text="Sửa", due_on="2026-01-01")
    assert past.status_code == 422
    assert (await act(office, f"{one}/answer", 1, MANAGER, text="Xong")).json()["code"] == "finding-state"
    assert (await act(office, f"{one}/reminder", 1, WATCH, **asked)).status_code == 200
    assert (await act(office, f"{one}/reminder", 1, WATCH, **asked)).status_code == 412
    assert (await act(office, f"{one}/answer", 2, WATCH, text="Xong")).status_code == 403
    unknown = await act(office, f"{path}/findings", 2, WATCH, **{**FINDING, "check": "WEATHER"})
    assert unknown.status_code == 422
    listed = await office.service.get("/v1/inspections", NEAR)
    assert listed.json()["items"] == []


async def test_two_findings_at_once_are_one_and_a_stale_one(office: Office) -> None:
    check = await opened(office)
    path = f"inspections/{check['inspection_id']}/findings"
    answers = await asyncio.gather(*(act(office, path, 1, WATCH, **FINDING) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 3


async def sent_back(office: Office, note: str) -> dict[str, Any]:
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="tham-dinh")
    return await office.act(seen, "step-completion", LEAD, step="soat-xet", outcome="RETURNED", note=note)


async def anomalies(office: Office, by: Any = WATCH, query: str = "") -> list[dict[str, Any]]:
    answer = await office.service.get(f"/v1/anomalies{query}", by)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_return_that_says_nothing_is_found_once_and_closed_once(office: Office) -> None:
    seen = await sent_back(office, "...")
    await sent_back(office, "Hồ sơ thiếu chữ ký của người yêu cầu")
    for _ in range(3):
        await office.service.run_job(FIND_ANOMALIES)
        office.service.clock.advance(timedelta(minutes=10))
    (found,) = await anomalies(office, query="?kind=RETURN_WITHOUT_REASON")
    assert (found["dossier_id"], found["agency"]) == (seen["dossier_id"], "H99.201")
    assert (found["evidence"]["letters"], found["evidence"]["left"]) == (0, "soat-xet")
    assert await anomalies(office, NEAR) == []
    path = f"anomalies/{found['anomaly_id']}/closing"
    body = {"outcome": "CONFIRMED", "note": "Nhắc nhở tổ trưởng"}
    assert (await act(office, path, 1, NEAR, **body)).status_code == 404
    answers = await asyncio.gather(*(act(office, path, 1, WATCH, **body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 3
    assert (await act(office, path, 2, WATCH, **body)).json()["code"] == "anomaly-closed"
    await office.service.run_job(FIND_ANOMALIES)
    assert await anomalies(office, query="?is_open=true&kind=RETURN_WITHOUT_REASON") == []


async def test_a_late_commit_is_not_passed_over(office: Office) -> None:
    """An entry whose request began before the last reading and committed after it is read by the next."""
    await office.service.run_job(FIND_ANOMALIES)
    office.service.clock.advance(timedelta(minutes=4))
    await office.service.run_job(FIND_ANOMALIES)
    office.service.clock.advance(timedelta(minutes=-4))
    seen = await sent_back(office, "ok")
    office.service.clock.advance(timedelta(minutes=4, seconds=30))
    await office.service.run_job(FIND_ANOMALIES)
    assert seen["dossier_id"] in {item["dossier_id"] for item in await anomalies(office)}


async def test_what_a_clock_ahead_of_ours_wrote_is_read_once_we_are_there(office: Office) -> None:
    """It would stand at the end of every reading, and be read by each."""
    office.service.clock.advance(timedelta(hours=2))
    seen = await sent_back(office, "ok")
    office.service.clock.advance(timedelta(hours=-2))
    await office.service.run_job(FIND_ANOMALIES)
    assert seen["dossier_id"] not in {item["dossier_id"] for item in await anomalies(office)}
    office.service.clock.advance(timedelta(hours=2, minutes=1))
    await office.service.run_job(FIND_ANOMALIES)
    assert seen["dossier_id"] in {item["dossier_id"] for item in await anomalies(office)}


async def test_a_supplement_asked_twice_is_found_with_both_entries(office: Office) -> None:
    seen = await office.in_process()
    ask = {"items": [{"component_code": "to-khai", "reason": "Thiếu chữ ký"}], "reason": "Thiếu chữ ký"}
    for _ in range(2):
        seen = await office.act(seen, "supplement-request", SPECIALIST, **ask)
        seen = await office.act(seen, "supplement-request-approval", LEAD, approved=True)
        answer = {"attachment_ids": [await office.upload(CITIZEN)], "note": ""}
        seen = await office.act(seen, "supplement-answer", CITIZEN, **answer)
        seen = await office.act(seen, "resumption", RECEIVER)
    await office.service.run_job(FIND_ANOMALIES)
    found = [item for item in await anomalies(office) if item["dossier_id"] == seen["dossier_id"]]
    assert {(item["kind"], item["evidence"].get("component")) for item in found} == {
        ("SUPPLEMENT_TWICE", None),
        ("SUPPLEMENT_TWICE", "to-khai"),
    }
    assert all(item["evidence"]["earlier"][0] < item["dossier_version"] for item in found)


async def test_the_reader_of_the_history_goes_by_its_own_index(office: Office) -> None:
    """Ten million entries hold few of the types it reads; the place it goes on from is part of the index."""
    sql, moment = _TO_READ.sql, "'2026-03-03'::timestamptz"
    for number, value in enumerate((moment, f"'{UUID(int=0)}'::uuid", "0", moment, "200"), 1):
        sql = sql.replace(f"${number}", value)
    async with office.service.runtime.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {sql}"))
    assert "ix_history_to_read" in plan
    assert "Sort" not in plan
    assert "Index Cond: ((ROW(at, dossier_id, version) >" in plan
