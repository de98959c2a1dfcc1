"""Calendars as the catalogue decides them: seasons count, closures move nothing that was promised."""

from typing import Any

from kernel.core.event import Event
from kernel.testing.running import an_event
from services.dossier.commands.due_dates import recompute_due_dates
from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from tests.builders.dossier.office import OTHER_COMMUNE, RECEIVER, SIGNER, Office, an_officer

CLOSED = [{"day": day, "status": "OFF", "reason": "Bão"} for day in ("2026-03-04", "2026-03-05")]
SPRING = {"valid_from": "2026-03-04", "valid_to": "2026-03-31", "office_hours": "07:00-11:30;13:30-17:00"}


def a_changed_year(sequence: int, **changed: Any) -> Event:
    data = {"code": "default", "year": 2026, "office_hours": "07:30-11:30;13:30-17:30", "exceptions": []}
    event = "calendar.changed.v1"
    return an_event(event, "default:2026", {**data, **changed}, sequence=sequence)


async def test_a_later_closure_moves_no_due_moment_and_counts_for_the_next(office: Office) -> None:
    """What was promised stays; who comes after the decision is promised by it."""
    before = await office.accepted()
    await office.service.receive(a_changed_year(2, exceptions=CLOSED))
    after = await office.accepted()
    assert (await office.read(before, RECEIVER))["due_at"] == before["due_at"]
    assert after["due_at"][:10] > before["due_at"][:10]


async def test_a_season_decides_when_the_due_day_closes(office: Office) -> None:
    """The due day closes at the hours of its season, an older event changes nothing."""
    usual = await office.accepted()
    await office.service.receive(a_changed_year(3, seasons=[SPRING]), a_changed_year(2))
    seasonal = await office.accepted()
    assert usual["due_at"][:10] == seasonal["due_at"][:10]
    assert (usual["due_at"][11:16], seasonal["due_at"][11:16]) == ("17:30", "17:00")


async def test_due_moments_follow_a_changed_calendar_only_by_a_command_two_people_stand_behind(
    office: Office,
) -> None:
    """Previewed from when to when, approved by another, moved once with history and event."""
    manager = an_officer("ONE_STOP_MANAGER", unit="mot-cua", subject="quan-ly")
    admin = an_officer("ADMIN", unit="", subject="quan-tri")
    elsewhere = an_officer("SIGNER", agency=OTHER_COMMUNE, subject="lanh-dao-khac")
    running, ended = await office.in_process(), await office.at_issue()
    ended = await office.issued(ended, number="1/XN")
    await office.service.receive(a_changed_year(2, exceptions=CLOSED))
    asked = {"calendar": "default", "reason": "Nghỉ do bão", "legal_basis": "Công văn 512/UBND-NC"}
    refused = await office.service.post("/v1/due-recomputations", asked, RECEIVER)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    command = (await office.service.post("/v1/due-recomputations", asked, manager)).json()
    path = f"/v1/due-recomputations/{command['command_id']}"
    early = await office.service.post(f"{path}/approval", {}, SIGNER, version=command["version"])
    assert (early.status_code, early.json()["code"]) == (409, "due-command-not-previewed")
    await office.service.run_job(RECOMPUTE_DUE)
    moves = (await office.service.get(f"{path}/moves", manager)).json()["items"]
    assert [(one["dossier_id"], one["previous_due_at"], one["due_at"]) for one in moves] == [
        (running["dossier_id"], "2026-03-06T17:30:00+07:00", "2026-03-10T17:30:00+07:00")
    ]
    assert (await office.read(running, RECEIVER))["due_at"] == "2026-03-06T17:30:00+07:00"
    seen = (await office.service.get(path, manager)).json()["version"]
    own = await office.service.post(f"{path}/approval", {}, manager, version=seen)
    assert (own.status_code, own.json()["code"]) == (403, "four-eyes")
    for by, status in ((admin, 403), (elsewhere, 404), (RECEIVER, 403), (SIGNER, 200)):
        assert (await office.service.post(f"{path}/approval", {}, by, version=seen)).status_code == status
    for _ in range(2):
        await office.service.run_job(RECOMPUTE_DUE)
    done = (await office.service.get(path, manager)).json()
    assert (done["state"], done["moves"]) == ("DONE", {"MOVED": 1})
    detail = await office.read(running, RECEIVER)
    assert (detail["due_at"], detail["original_due_at"]) == (
        "2026-03-10T17:30:00+07:00",
        "2026-03-06T17:30:00+07:00",
    )
    told = await office.service.published("dossier.due_recomputed.v1")
    assert [event["data"]["change"]["command_id"] for event in told] == [command["command_id"]]
    assert await recompute_due_dates(office.service.runtime, ["default", "Lại", "Công văn 513"]) == 0
    assert await recompute_due_dates(office.service.runtime, ["apply", command["command_id"]]) == 1
    assert (await office.read(ended, RECEIVER))["due_at"] == "2026-03-06T17:30:00+07:00"
