"""An outside system's answer that process or calendar cannot follow: never refused, never nobody's."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.jobs.find_anomalies import FIND_ANOMALIES
from services.dossier.jobs.time_out_steps import TIME_OUT_STEPS
from tests.builders.dossier.office import (
    GATEWAY,
    OTHER_COMMUNE,
    OUTSIDE_STEPS,
    SIGNER,
    SPECIALIST,
    Office,
    a_calendar,
    a_procedure,
    a_process,
    a_step,
    an_agency,
)
from tests.integration.dossier.test_bound_calendars import COURT

_SIGN = a_step("ky", "SIGNER", "lanh-dao", to="phat-hanh", back="kiem-tra")
_ISSUE = a_step("phat-hanh", "CLERK", "van-phong", back="ky", issues_result=True)
_ASK = a_step("ho-tich", None, None, to="ky", kind="OUTSIDE", system="HO_TICH_DUNG_CHUNG")
NO_WAY_BACK = [a_step("kiem-tra", "SPECIALIST", "chuyen-mon", to="ho-tich"), _ASK, _SIGN, _ISSUE]
NOBODY_BEFORE = [_ASK, _SIGN, _ISSUE]


async def _answered(office: Office, outcome: str) -> tuple[int, Any]:
    request = await office.service.runtime.pool.fetchval("SELECT id FROM outside_requests")
    body = {"request_id": str(request), "outcome": outcome, "evidence": {"so": "12"}}
    answer = await office.service.post("/v1/outside-results", body, GATEWAY)
    told = answer.json()
    return answer.status_code, told.get("outcome") or told.get("code")


async def _state(office: Office) -> str:
    return str(await office.service.runtime.pool.fetchval("SELECT state FROM outside_requests"))


@pytest.mark.parametrize("stands", [False, True])
async def test_what_is_sent_back_without_a_way_goes_to_the_officer_who_had_it(
    empty_office: Office, stands: bool
) -> None:
    """Also where it waited while the dossier stood: then it was nobody's for ever."""
    office = await empty_office.open(steps=NO_WAY_BACK)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    if stands:
        seen = await office.act(seen, "suspension", SIGNER, **COURT)
    assert await _answered(office, "rejected") == (200, "kept" if stands else "accepted")
    if stands:
        office.service.clock.advance(timedelta(days=1))
        await office.act(seen, "suspension-end", SIGNER, reason="Xong")
        await office.service.run_job(TIME_OUT_STEPS)
    shown = await office.read(seen, SPECIALIST)
    assert (shown["step"]["code"], await _state(office)) == ("kiem-tra", "ANSWERED")
    assert "step-completion" in shown["actions"]
    await office.service.run_job(FIND_ANOMALIES)
    kinds = "SELECT count(*) FROM anomalies WHERE kind = 'STEP_OUT_OF_ORDER'"
    assert await office.service.runtime.pool.fetchval(kinds) == 0


async def test_what_nobody_worked_before_waits_until_there_is_a_way(empty_office: Office) -> None:
    """The answer is kept, holds up no other, and is taken as soon as the process lets it."""
    office = await empty_office.open(steps=NOBODY_BEFORE)
    seen = await office.in_process()
    assert await _answered(office, "rejected") == (200, "kept")
    await office.service.run_job(TIME_OUT_STEPS)
    assert await _state(office) == "KEPT"
    assert await _answered(office, "rejected") == (200, "repeated")
    assert (await office.read(seen, SIGNER))["step"]["code"] == "ho-tich"


async def test_an_answer_waits_for_the_opinion_that_must_be_waited_for(empty_office: Office) -> None:
    """Given, or its time over, the answer is taken: gone on without it, whoever was asked was passed over."""
    beside = {"consultation_of": ["ho-tich"], "join": "ALL", "hours": 40}
    council = a_step("hoi-dong", "CLERK", "van-phong", **beside)
    office = await empty_office.open(steps=[*NO_WAY_BACK, council])
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    assert await _answered(office, "completed") == (200, "kept")
    await office.service.run_job(TIME_OUT_STEPS)
    assert (await office.read(seen, SIGNER))["step"]["code"] == "ho-tich"
    office.service.clock.advance(timedelta(days=9))
    await office.service.run_job(TIME_OUT_STEPS)
    assert (await office.read(seen, SIGNER))["step"]["code"] == "ky"


async def test_a_step_ends_when_its_answer_came_though_the_calendar_comes_later(empty_office: Office) -> None:
    """The last afternoon of a year whose next is not decided: kept, then counted from that afternoon."""
    office, service = empty_office, empty_office.service
    service.clock.set(datetime(2026, 12, 21, 9, tzinfo=VIETNAM))
    days = {"value": 5, "unit": "WORKING_DAY"}
    ways = [{"channel": one, "processing_time": days, "fees": []} for one in ("DIRECT", "ONLINE")]
    procedure = a_procedure(max_supplements=1, channels=ways)
    known = (an_agency(), an_agency(OTHER_COMMUNE), a_calendar(), a_process(OUTSIDE_STEPS), procedure)
    await service.receive(*known)
    seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="kiem-tra")
    answered_at = datetime(2026, 12, 31, 17, tzinfo=VIETNAM)
    service.clock.set(answered_at)
    assert await _answered(office, "completed") == (200, "kept")
    await service.run_job(TIME_OUT_STEPS)
    assert await _state(office) == "KEPT"
    await service.receive(a_calendar(2027))
    service.clock.advance(timedelta(days=5))
    await service.run_job(TIME_OUT_STEPS)
    shown = await office.read(seen, SIGNER)
    assert (shown["step"]["code"], await _state(office)) == ("ky", "ANSWERED")
    began_at = await service.runtime.pool.fetchval("SELECT step ->> 'began_at' FROM dossiers")
    assert datetime.fromisoformat(began_at) == answered_at
