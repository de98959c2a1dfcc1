"""One dossier's row changed by hand into what cannot be read: jobs name it and go past it."""

from datetime import timedelta

import pytest

from kernel.service import Job
from services.dossier.jobs.find_anomalies import FIND_ANOMALIES
from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import LEAD, RECEIVER, SPECIALIST, Office
from tests.integration.dossier.test_bound_calendars import ASKED, MANAGER, STORM
from tests.integration.dossier.test_whole_rows import by_hand
from tests.integration.dossier.test_working_time import a_changed_year

LACKING = {"items": [{"component_code": "to-khai", "reason": "Chưa ký"}], "reason": "Thiếu chữ ký"}


async def run(office: Office, job: Job, *broken: str) -> None:
    """Run a job that names what cannot be read, when all else is done."""
    with pytest.raises(ExceptionGroup) as failed:
        await office.service.run_job(job)
    assert {error.__notes__[0][-36:] for error in failed.value.exceptions} == set(broken)


async def test_timers_of_the_others_are_looked_at(office: Office) -> None:
    asked = [
        await office.act(await office.submitted(), "intake-supplement-request", RECEIVER, **LACKING)
        for _ in range(2)
    ]
    bad, good = asked
    await by_hand(office, "UPDATE dossiers SET agencies = '{}' WHERE id = $1", bad["dossier_id"])
    office.service.clock.advance(timedelta(days=60))
    await run(office, WATCH_DEADLINES, bad["dossier_id"])
    assert (await office.read(good, RECEIVER))["proposal"]["kind"] == "REFUSE_INTAKE"


async def test_anomalies_of_the_others_are_found(office: Office) -> None:
    both = []
    for _ in range(2):
        seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="tham-dinh")
        back = {"step": "soat-xet", "outcome": "RETURNED", "note": ".."}
        both.append(await office.act(seen, "step-completion", LEAD, **back))
    bad, good = both
    await by_hand(office, "UPDATE dossiers SET agencies = '{}' WHERE id = $1", bad["dossier_id"])
    office.service.clock.advance(timedelta(hours=1))
    await run(office, FIND_ANOMALIES, bad["dossier_id"])
    found = await office.service.runtime.pool.fetch("SELECT dossier_id FROM anomalies")
    assert [str(row["dossier_id"]) for row in found] == [good["dossier_id"]]


async def test_promises_of_the_others_are_counted_again(office: Office) -> None:
    bad, good = await office.in_process(), await office.in_process()
    await by_hand(office, "UPDATE dossiers SET agencies = '{}' WHERE id = $1", bad["dossier_id"])
    await office.service.receive(a_changed_year(2, exceptions=STORM))
    command = (await office.service.post("/v1/due-recomputations", ASKED, MANAGER)).json()
    await run(office, RECOMPUTE_DUE, bad["dossier_id"])
    foreseen = await office.service.get(f"/v1/due-recomputations/{command['command_id']}/moves", MANAGER)
    assert [one["dossier_id"] for one in foreseen.json()["items"]] == [good["dossier_id"]]
