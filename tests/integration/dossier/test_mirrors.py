"""Dossiers other systems work: kept in order, told once, read-only, and never counted beside our own."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from kernel.testing.running import a_service
from tests.builders.dossier.office import (
    COMMUNE,
    GATEWAY,
    OTHER_COMMUNE,
    OUTSIDE_STEPS,
    PROCEDURE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    a_process,
    an_officer,
)
from tests.integration.dossier.test_clock_stands import SUSPENSION

FEEDER = a_service("mirror.feed", subject="truc-lien-thong")
PATH = "/v1/mirrored-dossiers"
OURS = {"source": "BNV-TTHC", "outside_code": "G05-260303-0000123"}
STATUSES = [
    (2, "2026-03-02T09:00:00+07:00"),
    (4, "2026-03-02T10:00:00+07:00"),
    (9, "2026-03-03T08:00:00+07:00"),
]


def told(status: int = 2, at: str = STATUSES[0][1], **changed: Any) -> dict[str, Any]:
    """Return what a ministry's system tells of one of its dossiers."""
    return {
        **OURS,
        "route": "MINISTRY",
        "procedure_code": PROCEDURE,
        "agency": COMMUNE,
        "owner_name": "Trần Thị Bình",
        "submitted_at": "2026-03-02T08:00:00+07:00",
        "status": status,
        "at": at,
        "secret": "k7m2qx9a",
        **changed,
    }


async def fed(office: Office, **body: Any) -> dict[str, Any]:
    """Feed a status; it must be taken."""
    answer = await office.service.post(PATH, told(**body), FEEDER)
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
async def test_statuses_stand_in_their_own_order_whatever_order_they_come_in(
    office: Office, order: tuple[int, ...]
) -> None:
    """Each once; the latest is the present one; the end is the moment of status 9."""
    outcomes = []
    for place in (*order, order[0]):
        status, at = STATUSES[place]
        outcomes.append((await fed(office, status=status, at=at))["outcome"])
        office.service.clock.advance(timedelta(minutes=1))
    assert outcomes == ["created", "added", "added", "repeated"]
    (item,) = (await office.service.get(PATH, SPECIALIST)).json()["items"]
    assert [one["status"] for one in item["statuses"]] == [2, 4, 9]
    assert (item["present"]["status"], item["ended_at"]) == (9, "2026-03-03T08:00:00+07:00")
    last = (await office.service.published("mirrored_dossier.recorded.v1"))[-1]["data"]
    assert [one["status"] for one in last["statuses"]] == [2, 4, 9]
    assert (last["version"], last["owner_masked"]) == (3, "Trần T*** B***")
    assert (last["status"], last["state"], last["ended_at"]) == (9, "RESULT_READY", item["ended_at"])


async def test_a_mirror_is_read_by_its_agency_and_worked_by_nobody(office: Office) -> None:
    """No code, no inbox, no event of ours; names are logged and sealed at rest."""
    kept = await fed(office)
    one = f"{PATH}/{kept['mirror_id']}"
    assert (await office.service.get(one, SPECIALIST)).json()["owner_name"] == "Trần Thị Bình"
    stranger = an_officer("SPECIALIST", agency=OTHER_COMMUNE)
    assert (await office.service.get(one, stranger)).status_code == 404
    assert (await office.service.get(PATH, stranger)).json()["items"] == []
    for by in (a_citizen(), FEEDER):
        assert (await office.service.get(PATH, by)).status_code == 403
    assert (await office.service.post(PATH, told(), SPECIALIST)).status_code == 403
    assert (await office.service.get("/v1/inbox", SPECIALIST)).json()["items"] == []
    assert await office.service.count("dossiers") == 0
    sealed = await office.service.runtime.pool.fetchval("SELECT owner_sealed FROM mirrors")
    assert "Bình" not in sealed
    assert await office.service.count("access_log") == 2  # one of them tells of the marks


async def test_a_code_of_a_dossier_worked_here_is_not_mirrored(office: Office) -> None:
    """One system owns a dossier's status at a time."""
    seen = await office.accepted()
    answer = await office.service.post(PATH, told(outside_code=seen["dossier_code"]), FEEDER)
    assert (answer.status_code, answer.json()["code"]) == (409, "worked-here")
    for wrong in (
        {"agency": "H99.999"},
        {"procedure_code": "9.9"},
        {"status": 11},
        {"at": "2026-03-02T09:00:00"},
    ):
        assert (await office.service.post(PATH, told(**wrong), FEEDER)).status_code == 422, wrong
    assert await office.service.count("mirrors") == 0


async def test_a_change_of_route_keeps_code_and_due_moment_and_is_counted_once(office: Office) -> None:
    """Nobody works it here until it comes back; what the other system tells is linked to it."""
    await fed(office)
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    away = {"route": "MINISTRY", **OURS, "note": "QĐ 1001/QĐ-BNV"}
    assert (await office.tried(seen, "route-change", SPECIALIST, **away)).status_code == 403
    moved = await office.act(seen, "route-change", SIGNER, **away)
    assert (moved["dossier_code"], moved["due_at"]) == (seen["dossier_code"], seen["due_at"])
    for action, body in (("step-completion", {"step": "tham-dinh"}), ("claim", {})):
        refused = await office.tried(moved, action, SPECIALIST, **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "worked-elsewhere")
    assert (await office.service.get("/v1/inbox", SPECIALIST)).json()["items"] == []
    assert (await office.read(moved, SPECIALIST))["actions"] == []
    await fed(office, status=4, at=STATUSES[1][1])
    linked = await office.service.runtime.pool.fetch("SELECT dossier_id::text FROM mirrors")
    assert [row["dossier_id"] for row in linked] == [seen["dossier_id"]]
    change = (await office.service.published("dossier.work_noted.v1"))[-1]["data"]["change"]
    assert (change["noted"], change["source"], change["note"]) == (
        "ROUTE_CHANGED",
        "BNV-TTHC",
        "QĐ 1001/QĐ-BNV",
    )
    said = {"full_name": "Nguyễn Văn Bình", "reason": "Sai tên", "evidence": "Căn cước"}
    for action, by, body in (
        ("withdrawal", a_citizen(), {"note": "Thôi"}),
        ("owner-correction", RECEIVER, said),
        ("suspension", SIGNER, SUSPENSION),
    ):
        refused = await office.tried(moved, action, by, **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "worked-elsewhere"), action
    assert (await office.read(moved, SIGNER))["actions"] == ["route-change"]
    told_of = (await office.service.published("dossier.work_noted.v1"))[-1]["data"]["dossier"]
    assert told_of["route"] == "MINISTRY"
    other = await office.in_process()
    taken = await office.tried(other, "route-change", SIGNER, **away)
    assert taken.status_code == 422
    back = await office.act(moved, "route-change", SIGNER, route="PROVINCE", note="Hệ thống bộ trả lại")
    assert (back["dossier_code"], back["due_at"]) == (seen["dossier_code"], seen["due_at"])
    await fed(office, status=9, at=STATUSES[2][1])
    still = await office.service.runtime.pool.fetchval("SELECT dossier_id::text FROM mirrors")
    assert still == seen["dossier_id"]
    assert (await office.act(back, "step-completion", SPECIALIST, step="tham-dinh"))["step"][
        "code"
    ] == "soat-xet"


async def test_an_outside_step_that_was_away_is_asked_for_anew(office: Office) -> None:
    """The answer to what was asked before the dossier left moves nothing; what is asked after does."""
    await office.service.receive(a_process(OUTSIDE_STEPS, version=2))
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    asked = "SELECT id::text FROM outside_requests ORDER BY id"
    first = await office.service.runtime.pool.fetchval(asked)
    away = {"route": "MINISTRY", **OURS, "note": "QĐ 1001/QĐ-BNV"}
    seen = await office.act(seen, "route-change", SIGNER, **away)
    answer = {"outcome": "completed", "evidence": {"number": "1"}}
    late = await office.service.post("/v1/outside-results", {**answer, "request_id": first}, GATEWAY)
    assert late.status_code == 200, late.text
    assert (await office.read(seen, SPECIALIST))["version"] == seen["version"]
    seen = await office.act(seen, "route-change", SIGNER, route="PROVINCE", note="Hệ thống bộ trả lại")
    second = [row["id"] for row in await office.service.runtime.pool.fetch(asked)][-1]
    assert second != first
    done = await office.service.post("/v1/outside-results", {**answer, "request_id": second}, GATEWAY)
    assert done.status_code == 200, done.text
    assert (await office.read(seen, SPECIALIST))["step"]["code"] == "ky"
